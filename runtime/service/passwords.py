"""What a password must be, and how it is kept: argon2id, slow enough to be no use to a thief."""

from __future__ import annotations

import unicodedata

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from engine.problems import Problem, ProblemCode
from engine.texts import Text

SHORTEST, LONGEST = 8, 200
# Common passwords of eight characters or more; shorter ones are refused anyway.
_COMMON = """
    00000000 0123456789 01234567 0987654321 11111111 111111111 1111111111 11223344 112233445566 11235813
    12121212 123123123 12341234 1234554321 12345678 123456789 1234567890 12345678910 123456789a 123456789q
    1234567891 123456abc 123456aa 123456qwerty 1234abcd 1234qwer 123654789 123698745 123qweasd 123qweasdzxc
    131313131 147258369 147852369 1q2w3e4r 1q2w3e4r5t 1q2w3e4r5t6y 1qaz2wsx 1qaz2wsx3edc 1qazxsw2 20082008
    22222222 31415926 5201314520 52013145 55555555 66666666 741852963 77777777 789456123 87654321 88888888
    963852741 987654321 9876543210 99999999 a12345678 a123456789 aa123456 aa123456789 aaaaaaaa abc12345
    abc123456 abc123abc abcd1234 abcdefgh abcdefg1 admin123 admin1234 admin12345 admin123456 administrator
    asd123456 asdasdasd asdf1234 asdfasdf asdfghjk asdfghjkl baseball basketball butterfly charlie1 chocolate
    computer consumer dearbook default123 elephant football football1 freedom1 garfield godzilla hello123
    hellohello helloworld iloveyou iloveyou1 internet jennifer jordan23 justin123 letmein1 letmein123
    liverpool login123 lovelove manchester master123 metallica michelle midnight mustang1 mypassword
    password password!
    password1 password12 password123 password1234 pass1234 passw0rd p@ssw0rd p@ssword pokemon1 princess
    princess1 q1w2e3r4 q1w2e3r4t5 qazwsx123 qazwsxedc qq123456 qq123456789 qwer1234 qwerasdf qwerqwer qwert123
    qwerty12 qwerty123 qwerty1234 qwerty12345 qwertyui qwertyuiop root1234 samantha security starwars
    summer2024 summer2025 summer2026 sunshine superman superman1 test1234 test12345 testtest trustno1
    victoria volleyball wang1234 welcome1 welcome123 whatever woaini123 woaini1314 woaini520 woaiwojia
    xiaoming zaq12wsx zaq1zaq1 zhang123 zxcvbnm1 zxcvbnm123 zzzzzzzz
"""
COMMON = frozenset(_COMMON.split())

TOO_SHORT = ProblemCode(
    "password-too-short",
    Text("密码至少要 {length} 个字符", "A password has at least {length} characters"),
    Text("用长一点的,几个不相干的词连起来就很好", "Use a longer one; a few unrelated words make a good one"),
)
TOO_LONG = ProblemCode(
    "password-too-long",
    Text("密码最多 {length} 个字符", "A password has at most {length} characters"),
    Text("用短一点的", "Use a shorter one"),
)
TOO_COMMON = ProblemCode(
    "password-too-common",
    Text("这个密码很多人在用,一猜就中", "Many people use this password, so it is guessed first"),
    Text("换一个别人想不到的", "Use one that nobody else would think of"),
)
LIKE_USERNAME = ProblemCode(
    "password-is-username",
    Text("密码不能和登录名一样", "The password cannot be the sign-in name"),
    Text("换一个密码", "Use another password"),
)


class Passwords:
    """Checks passwords against the rules, and against their hashes.

    Other costs than the usual ones are for tests.
    """

    def __init__(self, hasher: PasswordHasher | None = None) -> None:
        self._hasher = hasher or PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
        self._nobody = self._hasher.hash("the password of an account that does not exist")

    def problem(self, password: str, username: str) -> Problem | None:
        """Return what is wrong with a new password; there are no rules about which characters it has."""
        plain = _normal(password)
        if len(plain) < SHORTEST:
            return TOO_SHORT.here(length=SHORTEST)
        if len(plain) > LONGEST:
            return TOO_LONG.here(length=LONGEST)
        if plain.casefold() == username:
            return LIKE_USERNAME.here()
        if plain.casefold() in COMMON or len(set(plain)) == 1:
            return TOO_COMMON.here()
        return None

    def hash(self, password: str) -> str:
        """Return the hash to keep."""
        return self._hasher.hash(_normal(password))

    def matches(self, kept: str | None, password: str) -> bool:
        """Tell whether a password is the one whose hash is kept; takes as long when there is none."""
        plain = _normal(password)
        if len(plain) > LONGEST:
            plain = ""
        try:
            return self._hasher.verify(kept or self._nobody, plain) and kept is not None
        except (VerificationError, InvalidHashError):
            return False

    def is_outdated(self, kept: str) -> bool:
        """Tell whether a hash was made with other costs than those of today."""
        return self._hasher.check_needs_rehash(kept)


def _normal(password: str) -> str:
    """Make a password the same from every keyboard: some send é as one character, some as two."""
    return unicodedata.normalize("NFKC", password)

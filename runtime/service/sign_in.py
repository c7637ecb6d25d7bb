"""Signing in with a password, sessions in a browser, and the tokens that programs come with.

Wrong passwords are counted for the account and for the network address, before the password is looked at,
so that tries made at the same moment count as well. After a few, each further one doubles the wait. A device
that its owner has signed in with before is counted on its own: nobody can keep a person out of an account by
guessing at it from elsewhere.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from ipaddress import IPv6Address, ip_address, ip_network

from sqlalchemy import Connection

from engine.problems import Problem, ProblemCode
from engine.texts import Text
from runtime.config import Settings
from runtime.service.passwords import Passwords
from runtime.service.people import UNKNOWN, fold_username
from runtime.store import people
from runtime.store import sessions as store
from runtime.store.database import Database
from runtime.store.people import Actor
from runtime.store.sessions import ApiToken, Session, Subject, Tries

TOKEN_PREFIX = "qt_"  # noqa: S105 - marks our tokens, so that scanners of leaked secrets know them
LONGEST_WAIT = timedelta(minutes=15)
FORGET_TRIES_AFTER = timedelta(hours=24)
# A session or token is written when used, but not more often than this.
NOTE_USE_EVERY = timedelta(minutes=5)

WRONG_PASSWORD = ProblemCode(
    "sign-in-wrong",
    Text("登录名或密码不对", "The sign-in name or the password is wrong"),
    Text("再输一次;忘了密码请找管理员", "Try again; if you forgot the password, ask an administrator"),
)
TOO_MANY_TRIES = ProblemCode(
    "sign-in-wait",
    Text("试得太多了,请过 {seconds} 秒再试", "Too many tries; wait {seconds} seconds"),
    Text("等一等再试", "Wait, then try again"),
)


class SignInRefused(Exception):
    """Raised when somebody is not let in, or a new password is not taken; carries the problem.

    wait: how many seconds until trying again is of use.
    """

    def __init__(self, problem: Problem, wait: int = 0) -> None:
        super().__init__(problem.sentence.en)
        self.problem = problem
        self.wait = wait


@dataclass(frozen=True, slots=True, kw_only=True)
class SignInForm:
    """What comes with a try to sign in. `device` is what `SignedIn.device` gave to the browser earlier."""

    username: str
    password: str
    address: str
    user_agent: str = ""
    device: str = ""


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A new session. The token and the device go to the browser as cookies and are kept nowhere here."""

    token: str
    csrf_token: str
    device: str
    user_id: int
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Visit:
    """A request from somebody who is signed in."""

    actor: Actor
    csrf_token: str

    def confirms(self, csrf_token: str) -> bool:
        """Tell whether a form was sent from one of our own pages of this session."""
        return hmac.compare_digest(self.csrf_token.encode(), csrf_token.encode())


class SignIn:
    """The use cases around signing in."""

    def __init__(
        self,
        database: Database,
        settings: Settings,
        clock: Callable[[], datetime],
        passwords: Passwords | None = None,
    ) -> None:
        self._database = database
        self._settings = settings
        self._clock = clock
        self._passwords = passwords or Passwords()
        self._secret = settings.secret().encode()

    def sign_in(self, form: SignInForm) -> SignedIn:
        """Check a password and begin a session. Raises `SignInRefused`, which does not say what was wrong."""
        username = fold_username(form.username)
        found, subjects = self._count_try(username, form)
        user_id, kept = found or (0, None)
        if not self._passwords.matches(kept, form.password) or kept is None:
            raise SignInRefused(WRONG_PASSWORD.here())

        def work(connection: Connection) -> SignedIn:
            if store.find_password_hash(connection, username) != found:
                raise SignInRefused(WRONG_PASSWORD.here())
            if self._passwords.is_outdated(kept):
                store.set_password_hash(connection, user_id, self._passwords.hash(form.password))
            self._forgive(connection, subjects)
            return self._begin(connection, user_id, form.user_agent)

        return self._database.in_transaction(work)

    def visit(self, token: str) -> Visit | None:
        """Return who comes with this session token, in two statements; None when the session has ended."""
        now, token_hash = self._clock(), _hash(token)
        with self._database.reading() as connection:
            session = store.find_session(connection, token_hash)
            if session is None or self._has_ended(session, now):
                return None
            actor = people.load_actor(connection, session.user_id)
        if actor is None:
            return None
        if now - session.last_seen_at >= NOTE_USE_EVERY:
            self._database.in_transaction(lambda c: store.touch_session(c, token_hash, now))
        return Visit(actor, session.csrf_token)

    def sign_out(self, token: str) -> None:
        """End the session of this token."""
        self._database.in_transaction(lambda connection: store.end_session(connection, _hash(token)))

    def sign_out_everywhere(self, user_id: int) -> None:
        """End every session of a person."""
        self._database.in_transaction(lambda connection: store.end_sessions_of(connection, user_id))

    def set_password(self, user_id: int, password: str) -> None:
        """Give a person a password, as an administrator does; ends every session. Raises `SignInRefused`."""

        def work(connection: Connection) -> None:
            self._set_password(connection, user_id, password)

        self._database.in_transaction(work)

    def give_first_passwords(self, user_ids: Iterable[int], password: str) -> None:
        """Give a common first password to those of some people who have none yet."""
        hashed = self._passwords.hash(password)

        def work(connection: Connection) -> None:
            store.set_missing_password_hashes(connection, user_ids, hashed)

        self._database.in_transaction(work)

    def change_password(self, user_id: int, old: str, new: str, user_agent: str = "") -> SignedIn:
        """Change one's own password: ends every session and begins a new one. Raises `SignInRefused`."""
        subjects = {("change", str(user_id)): self._settings.sign_in_tries}

        def count(connection: Connection) -> str | None:
            self._count(connection, subjects)
            person = people.load_person(connection, user_id)
            found = store.find_password_hash(connection, person.username) if person else None
            return found[1] if found is not None else None

        kept = self._database.in_transaction(count)
        if not self._passwords.matches(kept, old):
            raise SignInRefused(WRONG_PASSWORD.here())

        def work(connection: Connection) -> SignedIn:
            self._set_password(connection, user_id, new, instead_of=kept)
            store.clear_tries(connection, subjects)
            return self._begin(connection, user_id, user_agent)

        return self._database.in_transaction(work)

    def create_token(self, user_id: int, name: str, expires_at: datetime | None = None) -> tuple[int, str]:
        """Make a token for a program; returns its id and the token, which is never shown again."""
        token = TOKEN_PREFIX + secrets.token_urlsafe(32)
        values = {"token_hash": _hash(token), "user_id": user_id, "name": name, "expires_at": expires_at}
        row = {**values, "created_at": self._clock()}
        return self._database.in_transaction(lambda connection: store.insert_token(connection, row)), token

    def program(self, token: str) -> Actor | None:
        """Return on whose behalf a program comes with this token, in two statements; None if it is bad."""
        now = self._clock()
        with self._database.reading() as connection:
            found = store.find_token(connection, _hash(token)) if token.startswith(TOKEN_PREFIX) else None
            if found is None or found.revoked_at or (found.expires_at and found.expires_at <= now):
                return None
            actor = people.load_actor(connection, found.user_id)
        if actor is not None and (found.last_used_at is None or now - found.last_used_at >= NOTE_USE_EVERY):
            self._database.in_transaction(lambda connection: store.touch_token(connection, found.id, now))
        return actor

    def tokens(self, user_id: int) -> list[ApiToken]:
        """Return a person's API tokens, ended ones too, the newest first."""
        with self._database.reading() as connection:
            return store.tokens_of(connection, user_id)

    def revoke_token(self, user_id: int, token_id: int) -> bool:
        """End a token of a person; False if the person has no such token that is still good."""
        now = self._clock()
        return bool(self._database.in_transaction(lambda c: store.revoke_tokens(c, user_id, now, token_id)))

    def clean_up(self) -> int:
        """Remove ended sessions and old tries; returns how many rows. For a job, once an hour or so."""
        now = self._clock()
        return self._database.in_transaction(lambda c: store.remove_old(c, now, now - FORGET_TRIES_AFTER))

    def _count_try(
        self, username: str, form: SignInForm
    ) -> tuple[tuple[int, str | None] | None, Mapping[Subject, int]]:
        """Count a try before its password is looked at; returns the account and whom it was counted for."""

        def work(connection: Connection) -> tuple[tuple[int, str | None] | None, Mapping[Subject, int]]:
            found = store.find_password_hash(connection, username)
            subjects = self._subjects(username, form, found[0] if found else 0)
            self._count(connection, subjects)
            return found, subjects

        return self._database.in_transaction(work)

    def _count(self, connection: Connection, subjects: Mapping[Subject, int]) -> None:
        """Count a try, unless one of the subjects must still wait."""
        now = self._clock()
        tries = store.lock_tries(connection, subjects, now)
        wait = max((one.next_at - now).total_seconds() for one in tries.values())
        if wait > 0:
            seconds = int(-(-wait // 1))
            raise SignInRefused(TOO_MANY_TRIES.here(seconds=seconds), seconds)
        store.write_tries(connection, {s: _one_more(tries[s], now, limit) for s, limit in subjects.items()})

    def _subjects(self, username: str, form: SignInForm, user_id: int) -> dict[Subject, int]:
        """Return whom a try is counted for, each with how many wrong ones it has before it must wait."""
        limit = self._settings.sign_in_tries
        address = ("address", _network(form.address))
        nonce, _, proof = form.device.partition(".")
        if user_id and hmac.compare_digest(proof.encode(), self._prove(user_id, nonce).encode()):
            return {
                address: self._settings.sign_in_tries_per_address,
                ("device", f"{user_id}:{nonce}"): limit,
            }
        return {address: self._settings.sign_in_tries_per_address, ("account", _hash(username)): limit}

    def _forgive(self, connection: Connection, subjects: Mapping[Subject, int]) -> None:
        """Forget what was counted for the account; for the address only this try, or one good account
        would let its owner guess at others for ever.
        """
        store.clear_tries(connection, [one for one in subjects if one[0] != "address"])
        now = self._clock()
        address = [one for one in subjects if one[0] == "address"]
        tries = store.lock_tries(connection, address, now)
        fewer = {s: Tries(max(0, one.failures - 1), one.last_at, now) for s, one in tries.items()}
        store.write_tries(connection, fewer)

    def _begin(self, connection: Connection, user_id: int, user_agent: str) -> SignedIn:
        now, token, csrf_token = self._clock(), secrets.token_urlsafe(32), secrets.token_urlsafe(32)
        expires_at = now + timedelta(hours=self._settings.session_hours)
        session = Session(_hash(token), user_id, csrf_token, now, now, expires_at, user_agent[:200])
        store.insert_session(connection, session)
        nonce = secrets.token_urlsafe(16)
        return SignedIn(token, csrf_token, f"{nonce}.{self._prove(user_id, nonce)}", user_id, expires_at)

    def _has_ended(self, session: Session, now: datetime) -> bool:
        idle = now - session.last_seen_at
        return now >= session.expires_at or idle >= timedelta(hours=self._settings.session_idle_hours)

    def _set_password(
        self, connection: Connection, user_id: int, password: str, instead_of: str | None = None
    ) -> None:
        person = people.load_person(connection, user_id)
        if person is None:
            raise SignInRefused(UNKNOWN.here(name=user_id))
        problem = self._passwords.problem(password, person.username)
        if problem is not None:
            raise SignInRefused(problem.within(("password",)))
        kept = self._passwords.hash(password)
        if not store.set_password_hash(connection, user_id, kept, instead_of=instead_of):
            raise SignInRefused(WRONG_PASSWORD.here())
        store.end_sessions_of(connection, user_id)

    def _prove(self, user_id: int, nonce: str) -> str:
        """Sign that a device belongs to somebody, so that no list of devices need be kept."""
        return hmac.new(self._secret, f"device:{user_id}:{nonce}".encode(), hashlib.sha256).hexdigest()


def _hash(token: str) -> str:
    """Return what is kept of a random token: with 256 random bits, one round is enough."""
    return hashlib.sha256(token.encode()).hexdigest()


def _one_more(tries: Tries, now: datetime, limit: int) -> Tries:
    """Count one more try; from the limit on, the wait after it doubles each time."""
    failures = 1 if now - tries.last_at >= FORGET_TRIES_AFTER else tries.failures + 1
    over = failures - limit
    wait = min(LONGEST_WAIT, timedelta(seconds=2 ** min(over, 20))) if over >= 0 else timedelta()
    return Tries(failures, now, now + wait)


def _network(address: str) -> str:
    """Return the network that an address is counted as; one household has a whole IPv6 /64."""
    try:
        found = ip_address(address)
    except ValueError:
        return _hash(address)
    if isinstance(found, IPv6Address) and found.ipv4_mapped is not None:
        found = found.ipv4_mapped
    prefix = 64 if isinstance(found, IPv6Address) else 32
    return str(ip_network((found, prefix), strict=False))

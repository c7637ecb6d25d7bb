import hashlib
import threading
from datetime import timedelta
from pathlib import Path

import pytest
from argon2 import PasswordHasher
from sqlalchemy import select

from runtime.config import Settings
from runtime.service.passwords import Passwords
from runtime.service.people import People
from runtime.service.sign_in import SignedIn, SignIn, SignInForm, SignInRefused
from runtime.store.database import Database, count_statements
from runtime.store.schema import api_tokens, sessions, sign_in_attempts, supervision, users
from tests.runtime.clocks import Clock

GOOD = "correct horse battery"
FAST = Passwords(PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
SETTINGS = Settings(
    secret_key="k" * 40,
    sign_in_tries=3,
    sign_in_tries_per_address=6,
    session_hours=24,
    session_idle_hours=2,
    data=Path("/nonexistent"),
)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def sign_in(opened: Database, clock: Clock) -> SignIn:
    with opened.writing() as connection:
        for table in (sessions, api_tokens, sign_in_attempts, supervision, users):
            connection.execute(table.delete())
    return SignIn(opened, SETTINGS, clock, FAST)


@pytest.fixture
def zhang(opened: Database, clock: Clock, sign_in: SignIn) -> int:
    created = People(opened, clock).create_person({"username": "zhang", "name": "张伟"})
    sign_in.set_password(created, GOOD)
    return created


def form(password: str = GOOD, **rest: str) -> SignInForm:
    return SignInForm(**{"username": "zhang", "password": password, "address": "192.0.2.1", **rest})


def enter(sign_in: SignIn, **rest: str) -> SignedIn:
    return sign_in.sign_in(form(**rest))


def refusal(sign_in: SignIn, wanted: SignInForm) -> SignInRefused:
    with pytest.raises(SignInRefused) as refused:
        sign_in.sign_in(wanted)
    return refused.value


def fail(sign_in: SignIn, times: int, **rest: str) -> list[str]:
    return [refusal(sign_in, form("wrong password", **rest)).problem.code.name for _ in range(times)]


# --- letting in ---


def test_the_right_password_begins_a_session(sign_in: SignIn, zhang: int) -> None:
    entered = enter(sign_in, username=" ZHANG ")
    visit = sign_in.visit(entered.token)
    assert visit is not None
    assert visit.actor.id == zhang
    assert visit.confirms(entered.csrf_token)
    assert not visit.confirms("")
    assert not visit.confirms("Ünsinn")


def test_two_sign_ins_share_nothing(sign_in: SignIn, zhang: int) -> None:
    first, second = enter(sign_in), enter(sign_in)
    assert first.token != second.token
    assert first.csrf_token != second.csrf_token
    assert not sign_in.visit(first.token).confirms(second.csrf_token)


def test_the_token_itself_is_not_in_the_database(sign_in: SignIn, zhang: int, opened: Database) -> None:
    entered = enter(sign_in)
    with opened.reading() as connection:
        (row,) = connection.execute(select(sessions)).all()
        kept = connection.execute(select(users.c.password_hash)).scalar_one()
    assert row.token_hash == hashlib.sha256(entered.token.encode()).hexdigest()
    assert entered.token not in map(str, row)
    assert kept.startswith("$argon2id$")


@pytest.mark.parametrize("who", ["nobody", "zhang", "no-password", "gone"])
def test_every_refusal_says_the_same(
    sign_in: SignIn, zhang: int, opened: Database, clock: Clock, who: str
) -> None:
    people = People(opened, clock)
    people.create_person({"username": "no-password", "name": "X"})
    gone = people.create_person({"username": "gone", "name": "Y"})
    sign_in.set_password(gone, "wrong password")
    people.set_active(gone, active=False)
    refused = refusal(sign_in, form("wrong password", username=who))
    assert refused.problem.code.name == "sign-in-wrong"
    assert refused.wait == 0


@pytest.mark.parametrize("username", ["zhang", "nobody"])
def test_a_hash_is_worked_out_whether_or_not_the_account_exists(
    opened: Database, clock: Clock, zhang: int, username: str
) -> None:
    class Counting(PasswordHasher):
        checks = 0

        def verify(self, *args, **rest):
            Counting.checks += 1
            return super().verify(*args, **rest)

    counting = SignIn(opened, SETTINGS, clock, Passwords(Counting(time_cost=1, memory_cost=8, parallelism=1)))
    refusal(counting, form("wrong password", username=username))
    assert Counting.checks == 1


def test_an_old_hash_is_made_anew_at_the_next_sign_in(
    opened: Database, clock: Clock, zhang: int, sign_in: SignIn
) -> None:
    stronger = Passwords(PasswordHasher(time_cost=2, memory_cost=16, parallelism=1))
    SignIn(opened, SETTINGS, clock, stronger).sign_in(form())
    with opened.reading() as connection:
        kept = connection.execute(select(users.c.password_hash)).scalar_one()
    assert "m=16,t=2" in kept
    enter(sign_in)


# --- how long a session lasts ---


def test_a_session_ends_at_sign_out(sign_in: SignIn, zhang: int) -> None:
    entered, other = enter(sign_in), enter(sign_in)
    sign_in.sign_out(entered.token)
    assert sign_in.visit(entered.token) is None
    assert sign_in.visit(other.token) is not None


def test_a_session_ends_when_it_is_not_used(sign_in: SignIn, zhang: int, clock: Clock) -> None:
    entered = enter(sign_in)
    for _ in range(3):
        clock.forward(minutes=110)
        assert sign_in.visit(entered.token) is not None
    clock.forward(hours=2)
    assert sign_in.visit(entered.token) is None


def test_a_session_ends_in_the_end_however_much_it_is_used(sign_in: SignIn, zhang: int, clock: Clock) -> None:
    entered = enter(sign_in)
    for _ in range(23):
        clock.forward(hours=1)
        assert sign_in.visit(entered.token) is not None
    clock.forward(hours=1)
    assert sign_in.visit(entered.token) is None
    assert sign_in.clean_up() >= 1


def test_a_visit_costs_two_statements_and_seldom_a_write(
    sign_in: SignIn, zhang: int, clock: Clock, opened: Database
) -> None:
    entered = enter(sign_in)
    with count_statements(opened) as count:
        sign_in.visit(entered.token)
    assert len(count) == 2
    clock.forward(minutes=6)
    with count_statements(opened) as count:
        sign_in.visit(entered.token)
        sign_in.visit(entered.token)
    assert len(count) == 5


def test_a_changed_password_ends_every_session_but_the_new_one(sign_in: SignIn, zhang: int) -> None:
    entered = enter(sign_in)
    renewed = sign_in.change_password(zhang, GOOD, "another long sentence")
    assert sign_in.visit(entered.token) is None
    assert sign_in.visit(renewed.token) is not None
    refusal(sign_in, form())
    enter(sign_in, password="another long sentence")


def test_changing_a_password_needs_the_old_one_and_is_throttled(sign_in: SignIn, zhang: int) -> None:
    found = []
    for _ in range(4):
        with pytest.raises(SignInRefused) as refused:
            sign_in.change_password(zhang, "not the old one", "another long sentence")
        found.append(refused.value.problem.code.name)
    assert found == ["sign-in-wrong"] * 3 + ["sign-in-wait"]


def test_deactivation_ends_sessions_and_tokens(
    sign_in: SignIn, zhang: int, opened: Database, clock: Clock
) -> None:
    entered = enter(sign_in)
    _, token = sign_in.create_token(zhang, "reports")
    people = People(opened, clock)
    people.set_active(zhang, active=False)
    assert sign_in.visit(entered.token) is None
    assert sign_in.program(token) is None
    people.set_active(zhang, active=True)
    assert sign_in.visit(entered.token) is None
    assert sign_in.program(token) is None


# --- guessing ---


def test_after_a_few_wrong_ones_each_try_must_wait_twice_as_long(
    sign_in: SignIn, zhang: int, clock: Clock
) -> None:
    assert fail(sign_in, 3) == ["sign-in-wrong"] * 3
    waits = []
    for _ in range(12):
        refused = refusal(sign_in, form(address="198.51.100.7"))
        assert refused.problem.code.name == "sign-in-wait"
        waits.append(refused.wait)
        clock.forward(seconds=refused.wait)
        fail(sign_in, 1, address=f"198.51.100.{len(waits) + 10}")
    assert waits == [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900]


def test_the_right_password_after_the_wait_clears_the_count(
    sign_in: SignIn, zhang: int, clock: Clock
) -> None:
    fail(sign_in, 3)
    clock.forward(seconds=1)
    enter(sign_in)
    assert fail(sign_in, 3) == ["sign-in-wrong"] * 3


def test_an_account_that_does_not_exist_is_throttled_alike(sign_in: SignIn) -> None:
    assert fail(sign_in, 4, username="nobody") == ["sign-in-wrong"] * 3 + ["sign-in-wait"]


def test_a_known_device_is_not_locked_out_by_guesses_from_elsewhere(sign_in: SignIn, zhang: int) -> None:
    entered = enter(sign_in)
    fail(sign_in, 3, address="203.0.113.9")
    assert refusal(sign_in, form()).problem.code.name == "sign-in-wait"
    assert enter(sign_in, device=entered.device).user_id == zhang


def test_a_known_device_has_its_own_limit_and_is_nobody_elses(
    sign_in: SignIn, zhang: int, opened: Database, clock: Clock
) -> None:
    device = enter(sign_in).device
    assert fail(sign_in, 4, device=device) == ["sign-in-wrong"] * 3 + ["sign-in-wait"]
    other = People(opened, clock).create_person({"username": "wang", "name": "王磊"})
    sign_in.set_password(other, GOOD)
    fail(sign_in, 3, username="wang", address="203.0.113.9")
    refused = refusal(sign_in, form(username="wang", device=device, address="203.0.113.8"))
    assert refused.problem.code.name == "sign-in-wait"
    assert refusal(sign_in, form(username="wang", device="x.y", address="203.0.113.8")).wait == 1


@pytest.mark.parametrize(
    ("first", "second"),
    [("192.0.2.1", "192.0.2.1"), ("2001:db8::1", "2001:db8::ffff"), ("::ffff:192.0.2.1", "192.0.2.1")],
)
def test_one_address_cannot_try_many_accounts(sign_in: SignIn, first: str, second: str) -> None:
    for number in range(6):
        fail(sign_in, 1, username=f"person{number}", address=first)
    assert fail(sign_in, 1, username="one-more", address=second) == ["sign-in-wait"]
    assert fail(sign_in, 1, username="one-more", address="2001:db8:1::1") == ["sign-in-wrong"]


def test_an_own_account_does_not_buy_more_guesses_at_others(sign_in: SignIn, zhang: int) -> None:
    for number in range(5):
        fail(sign_in, 1, username=f"person{number}")
        enter(sign_in)
    fail(sign_in, 1, username="person5")
    assert fail(sign_in, 1, username="person6") == ["sign-in-wait"]


def test_guesses_at_the_same_moment_all_count(opened: Database, sign_in: SignIn, zhang: int) -> None:
    barrier = threading.Barrier(8)
    found: list[str] = []

    def guess() -> None:
        barrier.wait()
        found.extend(fail(sign_in, 1))

    threads = [threading.Thread(target=guess) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(found) == ["sign-in-wait"] * 5 + ["sign-in-wrong"] * 3


def test_old_tries_are_forgotten(sign_in: SignIn, zhang: int, clock: Clock, opened: Database) -> None:
    fail(sign_in, 2)
    clock.forward(hours=25)
    assert fail(sign_in, 3) == ["sign-in-wrong"] * 3
    clock.forward(hours=25)
    sign_in.clean_up()
    with opened.reading() as connection:
        assert connection.execute(select(sign_in_attempts)).all() == []


# --- programs ---


def test_a_program_comes_on_behalf_of_its_owner(sign_in: SignIn, zhang: int, opened: Database) -> None:
    number, token = sign_in.create_token(zhang, "reports")
    assert token.startswith("qt_")
    assert sign_in.program(token).id == zhang
    with count_statements(opened) as count:
        sign_in.program(token)
    assert len(count) == 2
    (listed,) = sign_in.tokens(zhang)
    assert (listed.id, listed.name, listed.revoked_at) == (number, "reports", None)
    with opened.reading() as connection:
        assert token not in map(str, connection.execute(select(api_tokens)).one())


def test_a_token_ends_when_revoked_or_run_out(sign_in: SignIn, zhang: int, clock: Clock) -> None:
    number, token = sign_in.create_token(zhang, "a")
    _, short = sign_in.create_token(zhang, "b", clock.now + timedelta(days=1))
    assert not sign_in.revoke_token(zhang + 1, number)
    assert sign_in.revoke_token(zhang, number)
    assert not sign_in.revoke_token(zhang, number)
    assert sign_in.program(token) is None
    assert sign_in.program(short) is not None
    clock.forward(days=1)
    assert sign_in.program(short) is None
    assert sign_in.program("qt_nonsense") is None
    assert sign_in.program("") is None


# --- what a password must be ---


@pytest.mark.parametrize(
    ("password", "code"),
    [
        ("short", "password-too-short"),
        ("x" * 201, "password-too-long"),
        ("Password123", "password-too-common"),
        ("77777777", "password-too-common"),
        ("$$$$$$$$$", "password-too-common"),
        ("12345678", "password-too-common"),
        ("ZhangWei2026", "password-is-username"),
    ],
)
def test_a_bad_password_is_refused_with_its_reason(password: str, code: str) -> None:
    assert FAST.problem(password, "zhangwei2026").code.name == code


@pytest.mark.parametrize("password", [GOOD, "只有汉字也可以呀呀", "x7" * 100, "        y"])
def test_length_is_all_that_is_asked(password: str) -> None:
    assert FAST.problem(password, "zhang") is None


def test_accents_typed_another_way_are_the_same_password() -> None:
    kept = FAST.hash("caf\u00e9 cr\u00e8me")
    assert FAST.matches(kept, "cafe\u0301 cre\u0300me")
    assert not FAST.matches(kept, "cafe creme")
    assert not FAST.matches("nonsense", "caf\u00e9 cr\u00e8me")
    assert not FAST.matches(None, "")

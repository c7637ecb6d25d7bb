import threading
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlalchemy import insert, select

from engine.actions.ports import EffectError
from engine.decisions import RequestEffect
from runtime.jobs.relay import BATCH, LEASE, Relay
from runtime.store import outbox
from runtime.store.database import Database, count_statements
from runtime.store.migrations import migrate, write_fact
from runtime.store.outbox import Cause, OutboxRow
from runtime.store.schema import outbox as table
from tests.runtime.clocks import Clock

CAUSE = Cause(app_id=1, version=3, root_id="root", causation_id="trace 7")


@pytest.fixture(scope="module")
def opened(database_url: str) -> Iterator[Database]:
    database = Database.open(database_url, {})
    migrate(database)
    yield database
    database.close()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def database(opened: Database) -> Database:
    with opened.writing() as connection:
        connection.execute(table.delete())
    return opened


class Receiver:
    """Performs rows: keeps them, and fails for those whose key stands in `errors`."""

    def __init__(self) -> None:
        self.seen: list[OutboxRow] = []
        self.errors: dict[str, Exception] = {}

    def __call__(self, row: OutboxRow) -> dict:
        self.seen.append(row)
        if row.key in self.errors:
            raise self.errors[row.key]
        return {"answer": row.key}

    @property
    def keys(self) -> list[str]:
        return [row.key for row in self.seen]


def effect(key: str, stream: str = "") -> RequestEffect:
    return RequestEffect(key, "mail", {"to": ["a@example.com"]}, ("rules", "late", "do", 0), stream)


def ask(database: Database, clock: Clock, *effects: RequestEffect, cause: Cause = CAUSE) -> None:
    with database.writing() as connection:
        outbox.add_effects(connection, cause, effects, clock())


def relay(database: Database, clock: Clock, perform, drawn: float = 1.0) -> Relay:
    return Relay(database, perform, clock, draw=lambda: drawn)


def rows(database: Database, state: str) -> list[OutboxRow]:
    with database.reading() as connection:
        return outbox.list_rows(connection, state)


def states(database: Database) -> dict[str, int]:
    with database.reading() as connection:
        return outbox.count_states(connection)


# --- writing ---


def test_effects_are_written_with_one_statement(database: Database, clock: Clock) -> None:
    with count_statements(database) as count:
        ask(database, clock, *(effect(f"k{number}") for number in range(50)))
    assert len(count) == 1
    assert states(database) == {"ready": 50}


def test_a_row_says_where_it_comes_from(database: Database, clock: Clock) -> None:
    with database.writing() as connection:
        write_fact(connection, "restore_epoch", 4)
    ask(database, clock, effect("k", stream="requests/5"))
    with database.writing() as connection:
        write_fact(connection, "restore_epoch", 0)
        epoch = connection.execute(select(table.c.restore_epoch)).scalar_one()
    (row,) = rows(database, "ready")
    assert (row.app_id, row.version, row.root_id, row.causation_id) == (1, 3, "root", "trace 7")
    assert list(row.origin) == ["rules", "late", "do", 0]
    assert row.stream_key == "1/requests/5"
    assert epoch == 4


def test_a_root_asks_for_the_same_effect_once(database: Database, clock: Clock) -> None:
    ask(database, clock, effect("k"))
    ask(database, clock, effect("k"), effect("l"))
    ask(database, clock, effect("k"), cause=Cause(app_id=1, version=3, root_id="another"))
    assert sorted(row.key for row in rows(database, "ready")) == ["k", "k", "l"]


def test_what_is_rolled_back_is_never_sent(database: Database, clock: Clock) -> None:
    with pytest.raises(KeyError), database.writing() as connection:
        outbox.add_effects(connection, CAUSE, [effect("k")], clock())
        raise KeyError
    receiver = Receiver()
    assert relay(database, clock, receiver).drain() == 0
    assert receiver.seen == []


# --- delivering ---


def test_what_was_asked_for_is_delivered_once_and_its_answer_kept(database: Database, clock: Clock) -> None:
    ask(database, clock, effect("a"), effect("b"))
    receiver = Receiver()
    assert relay(database, clock, receiver).drain() == 2
    assert relay(database, clock, receiver).drain() == 0
    assert receiver.keys == ["a", "b"]
    done = rows(database, "done")
    assert [(row.key, row.result) for row in done] == [("b", {"answer": "b"}), ("a", {"answer": "a"})]
    assert all(row.ended_at == clock.now and row.lease_token is None for row in done)


def test_a_failed_try_is_repeated_after_growing_pauses(database: Database, clock: Clock) -> None:
    ask(database, clock, effect("k"))
    receiver = Receiver()
    receiver.errors["k"] = EffectError("451 try later")
    delivering = relay(database, clock, receiver)
    pauses = []
    for _ in range(5):
        delivering.drain()
        (row,) = rows(database, "ready")
        pauses.append(row.next_at - clock.now)
        clock.forward(seconds=pauses[-1].total_seconds() - 1)
        assert delivering.drain() == 0
        clock.forward(seconds=1)
    assert [pause.total_seconds() for pause in pauses] == [10, 20, 40, 80, 160]
    assert len({row.uuid for row in receiver.seen}) == 1
    assert row.last_error == "451 try later"


def test_pauses_are_spread_and_never_longer_than_two_hours() -> None:
    assert outbox.pause_after(3, 0.25) == timedelta(seconds=10)
    assert outbox.pause_after(16, 1.0) == timedelta(hours=2)


def test_a_row_dies_after_sixteen_tries_and_can_be_retried(database: Database, clock: Clock) -> None:
    ask(database, clock, effect("k"))
    receiver = Receiver()
    receiver.errors["k"] = EffectError("connection refused")
    for _ in range(20):
        relay(database, clock, receiver).drain()
        clock.forward(hours=2)
    (row,) = rows(database, "dead")
    assert (row.attempts, len(receiver.seen)) == (16, 16)
    del receiver.errors["k"]
    with database.writing() as connection:
        assert outbox.retry(connection, [row.id], clock()) == 1
    relay(database, clock, receiver).drain()
    assert states(database) == {"done": 1}
    assert len({one.uuid for one in receiver.seen}) == 1


def test_a_final_failure_is_not_repeated(database: Database, clock: Clock) -> None:
    ask(database, clock, effect("k"))
    receiver = Receiver()
    receiver.errors["k"] = EffectError("550 no such person", final=True)
    relay(database, clock, receiver).drain()
    (row,) = rows(database, "dead")
    assert (row.attempts, row.last_error) == (1, "550 no such person")
    with database.writing() as connection:
        assert outbox.skip(connection, [row.id], clock()) == 1
        assert outbox.retry(connection, [row.id], clock()) == 0
    assert states(database) == {"skipped": 1}


def test_a_fault_of_one_action_does_not_stop_the_others(
    database: Database, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    ask(database, clock, effect("bad"), effect("good"))
    receiver = Receiver()
    receiver.errors["bad"] = ZeroDivisionError("division by zero")
    relay(database, clock, receiver).drain()
    assert states(database) == {"ready": 1, "done": 1}
    assert rows(database, "ready")[0].last_error == "ZeroDivisionError: division by zero"
    assert "Traceback" in caplog.text


def test_an_answer_without_a_json_form_is_no_failure(database: Database, clock: Clock) -> None:
    ask(database, clock, effect("k"))
    relay(database, clock, lambda row: object).drain()
    assert rows(database, "done")[0].result == {"answer": "<class 'object'>"}


# --- order ---


def test_a_stream_goes_out_in_order_even_when_one_is_late(database: Database, clock: Clock) -> None:
    ask(database, clock, effect("1", "s"), effect("2", "s"), effect("other", "t"), effect("3", "s"))
    receiver = Receiver()
    receiver.errors["1"] = EffectError("later")
    delivering = relay(database, clock, receiver)
    delivering.drain()
    assert receiver.keys == ["1", "other"]
    receiver.errors.clear()
    clock.forward(seconds=10)
    delivering.drain()
    assert receiver.keys == ["1", "other", "1", "2", "3"]


def test_a_dead_row_holds_its_stream_until_skipped(database: Database, clock: Clock) -> None:
    ask(database, clock, effect("1", "s"), effect("2", "s"))
    receiver = Receiver()
    receiver.errors["1"] = EffectError("never", final=True)
    delivering = relay(database, clock, receiver)
    delivering.drain()
    clock.forward(hours=3)
    delivering.drain()
    assert receiver.keys == ["1"]
    with database.writing() as connection:
        outbox.skip(connection, [rows(database, "dead")[0].id], clock())
    delivering.drain()
    assert receiver.keys == ["1", "2"]


def test_streams_of_two_apps_do_not_wait_for_each_other(database: Database, clock: Clock) -> None:
    ask(database, clock, effect("1", "s"))
    ask(database, clock, effect("2", "s"), cause=Cause(app_id=2, version=1, root_id="root"))
    receiver = Receiver()
    receiver.errors["1"] = EffectError("later")
    relay(database, clock, receiver).drain()
    assert receiver.keys == ["1", "2"]


# --- workers that die ---


def test_a_row_of_a_dead_worker_is_tried_again_when_its_lease_ends(database: Database, clock: Clock) -> None:
    ask(database, clock, effect("k"))
    with database.writing() as connection:
        (taken,) = outbox.lease(connection, clock(), until=clock() + LEASE, limit=5)
    receiver = Receiver()
    delivering = relay(database, clock, receiver)
    assert delivering.drain() == 0
    clock.forward(seconds=LEASE.total_seconds())
    delivering.drain()
    assert receiver.seen == []
    clock.forward(seconds=10)
    delivering.drain()
    assert [(row.uuid, row.attempts) for row in receiver.seen] == [(taken.uuid, 2)]


def test_a_row_that_kills_its_worker_dies_too(database: Database, clock: Clock) -> None:
    ask(database, clock, effect("k"))
    for _ in range(16):
        with database.writing() as connection:
            assert len(outbox.lease(connection, clock(), until=clock() + LEASE, limit=5)) == 1
        clock.forward(hours=3)
        with database.writing() as connection:
            outbox.recover(connection, clock(), draw=lambda: 1.0)
        clock.forward(hours=3)
    (row,) = rows(database, "dead")
    assert row.last_error == outbox.LEASE_RAN_OUT


def test_who_lost_the_lease_can_neither_finish_nor_fail(database: Database, clock: Clock) -> None:
    ask(database, clock, effect("k"))
    with database.writing() as connection:
        (slow,) = outbox.lease(connection, clock(), until=clock() + LEASE, limit=5)
    clock.forward(hours=1)
    with database.writing() as connection:
        outbox.recover(connection, clock(), draw=lambda: 0.0)
        (fast,) = outbox.lease(connection, clock(), until=clock() + LEASE, limit=5)
        assert not outbox.finish(connection, slow, None, clock())
        assert not outbox.fail(connection, slow, "x", clock(), draw=lambda: 0.0)
        assert outbox.finish(connection, fast, None, clock())
        assert not outbox.finish(connection, fast, None, clock())


def test_what_does_not_fit_into_the_lease_is_given_back_untried(database: Database, clock: Clock) -> None:
    ask(database, clock, *(effect(f"{number:02}") for number in range(10)))
    receiver = Receiver()

    def slow(row: OutboxRow) -> dict:
        clock.forward(seconds=50)
        return receiver(row)

    relay(database, clock, slow).drain()
    assert receiver.keys == [f"{number:02}" for number in range(10)]
    assert {row.attempts for row in rows(database, "done")} == {1}


# --- restore ---


def test_after_a_restore_nothing_goes_out_by_itself(database: Database, clock: Clock) -> None:
    ask(database, clock, effect("a"), effect("b"), effect("c"))
    with database.writing() as connection:
        outbox.lease(connection, clock(), until=clock() + LEASE, limit=1)
        assert outbox.hold_all(connection) == 3
    clock.forward(hours=1)
    receiver = Receiver()
    assert relay(database, clock, receiver).drain() == 0
    held = rows(database, "held")
    with database.writing() as connection:
        outbox.retry(connection, [row.id for row in held if row.key != "c"], clock())
        outbox.skip(connection, [row.id for row in held if row.key == "c"], clock())
    relay(database, clock, receiver).drain()
    assert receiver.keys == ["a", "b"]


def test_ended_rows_are_removed_after_a_while_and_dead_ones_stay(database: Database, clock: Clock) -> None:
    ask(database, clock, effect("done"), effect("dead"))
    receiver = Receiver()
    receiver.errors["dead"] = EffectError("no", final=True)
    relay(database, clock, receiver).drain()
    clock.forward(days=31)
    with database.writing() as connection:
        assert outbox.remove_ended(connection, clock() - timedelta(days=30)) == 1
    assert states(database) == {"dead": 1}


# --- several at once ---


def test_relays_side_by_side_never_deliver_one_row_twice(database: Database, clock: Clock) -> None:
    for number in range(0, 200, 20):
        ask(
            database,
            clock,
            *(effect(f"k{one}", f"s{one % 7}" if one % 2 else "") for one in range(number, number + 20)),
        )
    receiver, barrier = Receiver(), threading.Barrier(4)

    def deliver() -> None:
        barrier.wait()
        delivering = relay(database, clock, receiver)
        while states(database) != {"done": 200}:
            delivering.drain()

    threads = [threading.Thread(target=deliver) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert Counter(receiver.keys).most_common(1)[0][1] == 1
    assert len(receiver.seen) == 200
    for stream in range(7):
        sent = [int(key[1:]) for key in receiver.keys if int(key[1:]) % 2 and int(key[1:]) % 7 == stream]
        assert sent == sorted(sent)


def test_the_statements_of_a_batch_are_few(database: Database, clock: Clock) -> None:
    ask(database, clock, *(effect(f"k{number}") for number in range(BATCH)))
    with count_statements(database) as count:
        relay(database, clock, Receiver()).drain()
    assert len(count) == 3 + BATCH + 1


def test_a_running_relay_delivers_what_is_committed_and_stops_cleanly(
    database: Database, clock: Clock
) -> None:
    arrived, release = threading.Semaphore(0), threading.Semaphore(0)
    receiver = Receiver()

    def perform(row: OutboxRow) -> dict:
        arrived.release()
        assert release.acquire(timeout=10)
        return receiver(row)

    delivering = relay(database, clock, perform)
    delivering.start()
    ask(database, clock, effect("a"), effect("b"))
    delivering.wake()
    assert arrived.acquire(timeout=10)
    assert not delivering.stop(seconds=0)
    release.release()
    assert delivering.stop()
    assert receiver.keys == ["a"]
    assert states(database) == {"done": 1, "ready": 1}
    (row,) = rows(database, "ready")
    assert row.attempts == 0
    release.release()
    delivering.start()
    assert arrived.acquire(timeout=10)
    assert delivering.stop()
    assert states(database) == {"done": 2}


def test_a_relay_survives_a_database_in_trouble(
    database: Database, clock: Clock, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked, arrived = threading.Semaphore(0), threading.Semaphore(0)
    is_due = outbox.is_due

    def broken_once(connection, now) -> bool:
        asked.release()
        if not caplog.records:
            connection.exec_driver_sql("SELECT nothing FROM nowhere")
        return is_due(connection, now)

    monkeypatch.setattr(outbox, "is_due", broken_once)

    def perform(row: OutboxRow) -> None:
        arrived.release()

    delivering = relay(database, clock, perform)
    delivering.start()
    assert asked.acquire(timeout=10)
    ask(database, clock, effect("a"))
    delivering.wake()
    assert arrived.acquire(timeout=10)
    assert delivering.stop()
    assert "cannot be reached" in caplog.text


def test_a_lease_is_a_matter_of_the_state_not_of_the_clock(database: Database, clock: Clock) -> None:
    ask(database, clock, effect("a"))
    clock.forward(seconds=-3600)
    assert relay(database, clock, Receiver()).drain() == 0
    clock.forward(seconds=3600)
    assert relay(database, clock, Receiver()).drain() == 1


def test_the_uniqueness_of_a_key_is_kept_by_the_database(database: Database, clock: Clock) -> None:
    ask(database, clock, effect("k"))
    (row,) = rows(database, "ready")
    with pytest.raises(Exception, match=r"(?i)unique"), database.writing() as connection:
        values = dict(connection.execute(select(table)).mappings().one()) | {"id": row.id + 1, "uuid": "x"}
        connection.execute(insert(table).values(**values))

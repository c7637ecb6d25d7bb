import threading
from collections import Counter

import pytest
from sqlalchemy import insert, select

from runtime.jobs.relay import BATCH
from runtime.store import outbox
from runtime.store.database import Database, count_statements
from runtime.store.outbox import OutboxRow
from runtime.store.schema import outbox as table
from tests.runtime.clocks import Clock
from tests.runtime.outbox.messages import Receiver, ask, effect, relay, rows, states


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

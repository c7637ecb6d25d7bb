from datetime import timedelta

import pytest
from sqlalchemy import select

from engine.actions.ports import EffectError
from runtime.jobs.relay import LEASE
from runtime.store import outbox
from runtime.store.database import Database, count_statements
from runtime.store.migrations import write_fact
from runtime.store.outbox import Cause, OutboxRow
from runtime.store.schema import outbox as table
from tests.runtime.clocks import Clock
from tests.runtime.outbox.messages import CAUSE, Receiver, ask, effect, relay, rows, states

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

"""Delivers what the outbox holds, from a thread of its own; any number of relays may share one outbox.

A row is leased, the lease is committed, and only then is it performed; the end is noted in a transaction of
its own. A relay that dies in between leaves rows whose lease runs out, and they are tried again. So each row
is performed at least once, and twice only when its relay died between the doing and the noting.
"""

from __future__ import annotations

import logging
import random
import threading
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta

from engine.actions.ports import EffectError
from runtime.store import outbox
from runtime.store.database import Database
from runtime.store.exact_json import write_json
from runtime.store.outbox import OutboxRow

Perform = Callable[[OutboxRow], object]

POLL_SECONDS = 1.0
LONGEST_TROUBLE_SECONDS = 30.0
BATCH = 20
LEASE = timedelta(minutes=5)
# The longest that one row may take; whoever performs must have time-outs that keep it.
ONE_ROW = timedelta(minutes=1)

_log = logging.getLogger(__name__)


class Relay:
    """Takes due rows and hands each to `perform`, one at a time.

    perform: does the effect and returns what is worth keeping of the answer. Raises `EffectError`; anything
        else that it raises counts as a failure that may pass.
    """

    def __init__(
        self,
        database: Database,
        perform: Perform,
        clock: Callable[[], datetime],
        draw: Callable[[], float] = random.random,
    ) -> None:
        self._database = database
        self._perform = perform
        self._clock = clock
        self._draw = draw
        self._wake = threading.Event()
        self._stopping = threading.Event()
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Begin to deliver, in a thread."""
        if self._thread is None:
            self._stopping.clear()
            self._thread = threading.Thread(target=self._run, name="relay", daemon=True)
            self._thread.start()

    def stop(self, seconds: float = 30.0) -> bool:
        """Finish the row in hand, give the others back and stop; False if that took longer than `seconds`."""
        self._stopping.set()
        self._wake.set()
        if self._thread is None:
            return True
        self._thread.join(seconds)
        stopped = not self._thread.is_alive()
        if stopped:
            self._thread = None
        return stopped

    def wake(self) -> None:
        """Say that something was just committed; without it the relay looks every second."""
        self._wake.set()

    def drain(self) -> int:
        """Deliver all that is due now, in the calling thread; returns how many rows were tried."""
        return sum(self._batches())

    def _batches(self) -> Iterator[int]:
        """Deliver batch after batch while there is something due, and yield how many rows each had."""
        while not self._stopping.is_set():
            now = self._clock()
            with self._database.reading() as connection:
                if not outbox.is_due(connection, now):
                    return
            rows, recovered = self._take(now)
            if not rows and not recovered:
                return
            yield self._deliver(rows)

    def _take(self, now: datetime) -> tuple[list[OutboxRow], int]:
        recovered = self._database.in_transaction(lambda c: outbox.recover(c, now, draw=self._draw))
        rows = self._database.in_transaction(lambda c: outbox.lease(c, now, until=now + LEASE, limit=BATCH))
        return rows, recovered

    def _deliver(self, rows: Sequence[OutboxRow]) -> int:
        """Perform rows while the lease is long enough, give the rest back; returns how many were tried."""
        for number, row in enumerate(rows):
            too_late = row.lease_until is not None and self._clock() + ONE_ROW > row.lease_until
            if too_late or self._stopping.is_set():
                self._give_back(rows[number:])
                return number
            self._deliver_one(row)
        return len(rows)

    def _give_back(self, rows: Sequence[OutboxRow]) -> None:
        self._database.in_transaction(lambda connection: outbox.give_back(connection, rows))

    def _deliver_one(self, row: OutboxRow) -> None:
        try:
            result = self._perform(row)
        except EffectError as error:
            self._note_failure(row, str(error), final=error.final)
            return
        except Exception as error:  # noqa: BLE001 - one action's fault must not stop the others
            _log.exception(
                "Performing the action %r of outbox row %s failed unexpectedly", row.action, row.id
            )
            self._note_failure(row, f"{type(error).__name__}: {error}", final=False)
            return
        now, kept = self._clock(), _keepable(result)
        if not self._database.in_transaction(lambda c: outbox.finish(c, row, kept, now)):
            _log.warning("Outbox row %s was performed, but its lease had been lost", row.id)

    def _note_failure(self, row: OutboxRow, error: str, *, final: bool) -> None:
        now = self._clock()
        _log.warning("Outbox row %s (%s), try %s, failed: %s", row.id, row.action, row.attempts, error)
        self._database.in_transaction(lambda c: outbox.fail(c, row, error, now, final=final, draw=self._draw))

    def _run(self) -> None:
        """Deliver until stopped; while the database is in trouble, look less and less often."""
        pause = POLL_SECONDS
        while not self._stopping.is_set():
            self._wake.clear()
            try:
                self.drain()
                pause = POLL_SECONDS
            except Exception:  # noqa: BLE001 - a thread that ends would deliver nothing until a restart
                pause = min(LONGEST_TROUBLE_SECONDS, pause * 2)
                _log.exception("The outbox cannot be reached; looking again in %.0f s", pause)
            self._wake.wait(pause)


def _keepable(result: object) -> object:
    """Return a result that can be stored; the effect is done, so an odd answer is no failure."""
    try:
        write_json(result)
    except (TypeError, ValueError):
        return {"answer": repr(result)[:1000]}
    return result

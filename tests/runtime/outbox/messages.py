"""Effects to send, and a receiver that keeps them."""

from engine.decisions import RequestEffect
from runtime.jobs.relay import Relay
from runtime.store import outbox
from runtime.store.database import Database
from runtime.store.outbox import Cause, OutboxRow
from tests.runtime.clocks import Clock

CAUSE = Cause(app_id=1, version=3, root_id="root", causation_id="trace 7")


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

"""A small app with everything that boards are made of, and two readers who see different parts of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TypeVar

import pytest

from runtime.service.boards import FoundRecords
from runtime.service.listing import Filter, ListRequest
from runtime.service.visit import Visit
from runtime.store.people import Actor
from tests.runtime.workshop import ADMIN, Workpiece, Workshop

Result = TypeVar("Result")
FORMS = """
tasks:
  named_by: title
  fields:
    title: {type: text, required: true}
    status:
      type: choice
      options:
        open: {title: Open}
        doing: {title: Doing, color: info}
        done: {title: Done, color: ok}
    level: {type: choice, options: [low, high]}
    cost: {type: money}
    starts: {type: date}
    ends: {type: date}
    at: {type: datetime}
    parent: {type: link, to: tasks}
    code: {type: text, unique: true}
    open: {type: boolean, default: true}
  columns: [title, status, level, cost, starts]
  sort: [title]
  checks:
    - must: status != "done" or cost > 0
      say: Done work has a cost
"""
ACCESS = """
{tasks: {member: [{can: [read, update], rows: "=open", hide: [level], read_only: [cost]}], \
reader: {can: read, hide: [status, starts, parent]}, helper: {can: [read, delete], rows: "=open"}}}
"""


@dataclass
class Desk:
    """The app with its readers: the administrator, and others by role."""

    piece: Workpiece

    def as_(self, role: str) -> Desk:
        """Look at it as somebody with one role."""
        actor: Actor = replace(ADMIN, is_admin=False, roles={self.piece.key: frozenset({role})})
        return Desk(replace(self.piece, actor=actor))

    def do(self, work: Callable[[Visit], Result]) -> Result:
        return self.piece.do(work)

    def look(self, work: Callable[[Visit], Result]) -> Result:
        """Do something in a transaction that can only read."""
        shop = self.piece.shop
        with shop.database.reading() as connection:
            app = shop.publisher.shelf.get(connection, self.piece.key)
            assert app is not None
            return work(Visit(connection, app, self.piece.actor, shop.clock(), "en"))

    def find(self, read: Callable[[FoundRecords], Result], *filters: str, words: str = "") -> Result:
        """Read what a board reads of the tasks."""
        asked = ListRequest(filters=tuple(Filter.read(one) for one in filters), words=words)
        return self.look(lambda visit: read(FoundRecords(visit, visit.form("tasks"), asked)))

    def task(self, title: str, **fields: object) -> int:
        return self.piece.save("tasks", title=title, **fields)


@pytest.fixture
def desk(workshop: Workshop) -> Desk:
    """Give a test an app of its own."""
    return Desk(
        workshop.app(FORMS, roles="{member: Member, reader: Reader, helper: Helper}", access=ACCESS.strip())
    )

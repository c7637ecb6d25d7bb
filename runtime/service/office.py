"""Everything that a request may use, put together once at start."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from sqlalchemy import Connection

from engine.catalog import Catalog
from engine.texts import Language
from runtime.adapters.files import FileFolder
from runtime.config import Settings
from runtime.service.apps import Publisher, Shelf
from runtime.service.people import People
from runtime.service.sign_in import SignIn
from runtime.service.visit import NO_SUCH_APP, NotFound, Visit
from runtime.store.database import Database
from runtime.store.people import Actor

Result = TypeVar("Result")


@dataclass(frozen=True)
class Office:
    """The services of one installation.

    demo_password: the password of the demo people, offered on the sign-in page; '' outside a demo.
    wake: called after a commit that left messages to send; the relay looks at once then.
    """

    settings: Settings
    catalog: Catalog
    database: Database
    shelf: Shelf
    publisher: Publisher
    people: People
    sign_in: SignIn
    clock: Callable[[], datetime]
    wake: Callable[[], None] = lambda: None
    demo_password: str = ""

    @property
    def files(self) -> FileFolder:
        """Where the content of files is kept."""
        return FileFolder(self.settings.data / "files")

    @contextmanager
    def reading(self, app: str, actor: Actor, language: Language) -> Iterator[Visit]:
        """Give a visit that sees one snapshot and writes nothing.

        Raises `NotFound` for an app that is not there.
        """
        with self.database.reading() as connection:
            yield self._visit(connection, app, actor, language)

    def writing(self, app: str, actor: Actor, language: Language, work: Callable[[Visit], Result]) -> Result:
        """Do something in one transaction, all of it again where the database asks for that."""
        result = self.database.in_transaction(
            lambda connection: work(self._visit(connection, app, actor, language, writes=True))
        )
        self.wake()
        return result

    def _visit(
        self, connection: Connection, app: str, actor: Actor, language: Language, *, writes: bool = False
    ) -> Visit:
        found = self.shelf.get(connection, app, hold=writes)
        if found is None:
            raise NotFound(NO_SUCH_APP)
        return Visit(connection, found, actor, self.clock(), language)

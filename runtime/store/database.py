"""The database: one engine a purpose, the transactions that all code runs in, and retries of whole units.

| | reading | writing | changing the schema |
|---|---|---|---|
| SQLite | BEGIN, query_only | BEGIN IMMEDIATE, one connection a process | foreign keys checked at the end |
| PostgreSQL | REPEATABLE READ, READ ONLY | READ COMMITTED | the same, a statement may take long |

A reader sees one snapshot on both databases. SQLite lets one transaction write at a time anyway; with one
connection the writers of a process queue for it in order, where SQLite's own waiting would be a lottery.
"""

from __future__ import annotations

import random
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Literal, TypeVar

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import URL
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import NullPool

from engine.columns import Sealer
from engine.expression.function import Function
from engine.expression.sqlite import connector
from runtime.store.exact_json import read_json, write_json
from runtime.store.starting import (
    StartError,
    check_sqlite_version,
    explain_postgresql,
    explain_sqlite,
    prepare_folder,
    read_url,
)

Dialect = Literal["sqlite", "postgresql"]
Result = TypeVar("Result")

__all__ = ["Database", "ForeignKeyError", "StartError", "StatementCount", "count_statements"]

BUSY_SECONDS = 10.0
_TRIES = 3
_BEGIN = "quartet_begin"
_LIMITS = (
    "SET LOCAL lock_timeout = '3s'; SET LOCAL statement_timeout = '{statement}'; "
    "SET LOCAL idle_in_transaction_session_timeout = '30s'; SET LOCAL timezone = 'UTC'"
)
_READ = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; " + _LIMITS.format(statement="15s")
_WRITE = "BEGIN ISOLATION LEVEL READ COMMITTED; " + _LIMITS.format(statement="15s")
_CHANGE = "BEGIN ISOLATION LEVEL READ COMMITTED; " + _LIMITS.format(statement="0")
# What holds a transaction together is not counted as a statement of the code that uses it.
_FRAME = ("BEGIN", "COMMIT", "ROLLBACK", "SET ", "PRAGMA")


class ForeignKeyError(Exception):
    """Raised when a change of the schema would leave rows that point nowhere; nothing was changed."""


@dataclass(frozen=True)
class Database:
    """One open database. Make it with `Database.open`, close it with `close`."""

    dialect: Dialect
    _reading: Engine
    _writing: Engine
    _changing: Engine
    _inside: threading.local = field(default_factory=threading.local, repr=False, compare=False)

    @classmethod
    def open(
        cls,
        url: str,
        functions: Mapping[str, Function],
        *,
        connections: int = 10,
        busy_seconds: float = BUSY_SECONDS,
    ) -> Database:
        """Open the database at `url` and check that it answers.

        functions: the functions of the expression language, which SQLite calls back.
        connections: how many a process may hold.
        Raises `StartError` with a sentence and a way out.
        """
        address = read_url(url)
        if address.get_backend_name() == "sqlite":
            return cls._open_sqlite(address, functions, connections, busy_seconds)
        return cls._open_postgresql(address, connections)

    def seal_with(self, sealer: Sealer) -> None:
        """Encrypt and decrypt the values of encrypted fields with this from now on."""
        for engine in (self._reading, self._writing, self._changing):
            engine.dialect.sealer = sealer  # type: ignore[attr-defined]  # ours; see engine/columns.py

    @classmethod
    def _open_sqlite(
        cls, url: URL, functions: Mapping[str, Function], connections: int, busy_seconds: float
    ) -> Database:
        check_sqlite_version(sqlite3.sqlite_version_info)
        prepare_folder(url)
        connect = connector(functions)

        def engine(begin: str, *pragmas: str, **options: Any) -> Engine:
            made = create_engine(
                url,
                connect_args={"timeout": busy_seconds, "check_same_thread": False},
                execution_options={_BEGIN: begin},
                **options,
            )
            event.listen(made, "connect", _sqlite_setup(connect, pragmas))
            event.listen(made, "begin", _send_begin)
            return made

        pool = {"pool_timeout": busy_seconds}
        changing = engine("BEGIN IMMEDIATE", "foreign_keys=OFF", poolclass=NullPool)
        with explain_sqlite(url):
            _check_sqlite(changing)
        return cls(
            "sqlite",
            engine("BEGIN", "query_only=ON", pool_size=connections, max_overflow=0, **pool),
            engine("BEGIN IMMEDIATE", "foreign_keys=ON", pool_size=1, max_overflow=0, **pool),
            changing,
        )

    @classmethod
    def _open_postgresql(cls, url: URL, connections: int) -> Database:
        engine = create_engine(
            url.set(drivername="postgresql+psycopg"),
            connect_args={
                "autocommit": True,
                "connect_timeout": 5,
                "application_name": "quartet",
                "options": "-c timezone=UTC",
            },  # fmt: skip
            json_serializer=write_json,
            json_deserializer=read_json,
            pool_size=connections,
            max_overflow=0,
            pool_timeout=BUSY_SECONDS,
            pool_use_lifo=True,  # a connection that was just used still has its statements prepared
        )
        event.listen(engine, "begin", _send_begin)
        event.listen(engine, "do_execute", _execute_begin)
        database = cls(
            "postgresql",
            engine.execution_options(**{_BEGIN: _READ}),
            engine.execution_options(**{_BEGIN: _WRITE}),
            engine.execution_options(**{_BEGIN: _CHANGE}),
        )
        with explain_postgresql(url), database.reading():
            pass
        return database

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Give a connection that sees one snapshot and cannot write."""
        with _transaction(self._reading) as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """Give a connection whose writes are committed at the end, or rolled back if anything is raised.

        A second one in the same thread is refused: it would not be part of the first, and on SQLite would
        wait for it in vain. Hand the connection on instead.
        """
        with self._only_one(), _transaction(self._writing) as connection:
            yield connection

    @contextmanager
    def changing_schema(self) -> Iterator[Connection]:
        """Give a connection for changes of tables, committed together; on SQLite without foreign keys.

        Foreign keys are off there because rebuilding a table would delete the rows that point to it; they
        are checked before the commit. Raises `ForeignKeyError`.
        """
        with self._only_one(), _transaction(self._changing) as connection:
            yield connection
            if self.dialect == "sqlite":
                _check_foreign_keys(connection)

    def in_transaction(
        self,
        work: Callable[[Connection], Result],
        *,
        tries: int = _TRIES,
        pause: Callable[[float], None] = time.sleep,
    ) -> Result:
        """Run `work` in a writing transaction; all of it again if the database asks for that.

        That is after a serialization failure, a deadlock or a busy SQLite. `work` must leave no trace outside
        the database until this returns.
        """
        for number in range(1, tries):
            try:
                with self.writing() as connection:
                    return work(connection)
            except DBAPIError as error:
                if not may_repeat(error):
                    raise
            pause(random.uniform(0.01, 0.05) * 2**number)  # noqa: S311 - spreads retries, guards nothing
        with self.writing() as connection:
            return work(connection)

    @contextmanager
    def _only_one(self) -> Iterator[None]:
        """Hold this thread to one transaction that writes."""
        if getattr(self._inside, "writing", False):
            raise RuntimeError("This thread is writing already; use the connection that it has.")
        self._inside.writing = True
        try:
            yield
        finally:
            self._inside.writing = False

    def close(self) -> None:
        """Close every connection."""
        for engine in (self._reading, self._writing, self._changing):
            engine.dispose()

    @property
    def engines(self) -> tuple[Engine, ...]:
        """Return the engines, for tests and for tools that look at what they send."""
        return (self._reading, self._writing, self._changing)


def may_repeat(error: DBAPIError) -> bool:
    """Tell whether a transaction failed only because of others, so that running it again may help."""
    if isinstance(error.orig, sqlite3.Error):
        code = getattr(error.orig, "sqlite_errorcode", 0)
        return code & 0xFF in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)
    return getattr(error.orig, "sqlstate", None) in ("40001", "40P01")


def is_locked_out(error: DBAPIError) -> bool:
    """Tell whether a statement waited for a lock for as long as it may."""
    return getattr(error.orig, "sqlstate", None) == "55P03"


@contextmanager
def _transaction(engine: Engine) -> Iterator[Connection]:
    connection = _begin(engine)
    try:
        yield connection
        connection.commit()
    finally:
        connection.close()


def _begin(engine: Engine) -> Connection:
    """Begin a transaction; once more if the pooled connection turns out to be dead, as after a restart."""
    connection = engine.connect()
    try:
        connection.begin()
    except BaseException as error:
        connection.close()
        if not isinstance(error, DBAPIError) or not error.connection_invalidated:
            raise
        connection = engine.connect()
        connection.begin()
    return connection


def _send_begin(connection: Connection) -> None:
    connection.exec_driver_sql(connection.get_execution_options()[_BEGIN])


def _execute_begin(cursor: Any, statement: str, _parameters: Any, _context: Any) -> bool:
    """Send BEGIN and its settings in one message, which the driver must not try to prepare."""
    if not statement.startswith("BEGIN"):
        return False
    cursor.execute(statement, prepare=False)
    return True


def _sqlite_setup(connect: Callable[[Any], None], pragmas: tuple[str, ...]) -> Callable[[Any, Any], None]:
    def setup(connection: Any, _record: Any) -> None:
        connection.isolation_level = None  # the driver's own BEGIN would leave out DDL and reads
        for pragma in ("synchronous=FULL", *pragmas):
            connection.execute(f"PRAGMA {pragma}")
        connect(connection)

    return setup


def _check_sqlite(engine: Engine) -> None:
    """Switch to WAL, which stays with the file, and see that the file can be written."""
    with engine.connect() as connection:
        driver: Any = connection.connection.driver_connection
        driver.execute("PRAGMA journal_mode=WAL").fetchall()
        driver.execute("BEGIN IMMEDIATE")
        driver.execute("ROLLBACK")


def _check_foreign_keys(connection: Connection) -> None:
    broken = connection.exec_driver_sql("PRAGMA foreign_key_check").fetchmany(5)
    if broken:
        rows = "; ".join(f"{table} {row} points to no {parent}" for table, row, parent, _ in broken)
        raise ForeignKeyError(f"The change was undone, because rows would point nowhere: {rows}")


@dataclass
class StatementCount:
    """The statements that were sent while counting, in order; `len` is how many."""

    statements: list[str] = field(default_factory=list)

    def __len__(self) -> int:
        return len(self.statements)


@contextmanager
def count_statements(database: Database) -> Iterator[StatementCount]:
    """Count the statements sent to the database, leaving out those that only frame a transaction.

    One statement with many rows of parameters counts once.
    """
    count = StatementCount()

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if not statement.lstrip().upper().startswith(_FRAME):
            count.statements.append(statement)

    for engine in database.engines:
        event.listen(engine, "before_cursor_execute", note)
    try:
        yield count
    finally:
        for engine in database.engines:
            event.remove(engine, "before_cursor_execute", note)

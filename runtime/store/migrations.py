"""Bring a database from nothing, or from any older version, to the tables that this program knows.

Each step commits together with its number, so a start that is killed leaves a database that the next start
goes on from. On PostgreSQL an advisory lock lets one start at a time work; on SQLite the write lock does.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Any

from alembic.migration import MigrationContext
from alembic.operations import Operations
from sqlalchemy import Connection, MetaData, inspect, select

from engine.expression.postgres import KERNEL
from runtime.store.columns import NAMES
from runtime.store.database import Database
from runtime.store.schema import platform
from runtime.store.starting import NEWER_SCHEMA, StartError
from runtime.store.steps import STEPS, Step

__all__ = ["STEPS", "Step", "migrate", "read_fact", "schema_version", "write_fact"]

_LOCK = 0x51554152  # the same number in every process of every version
_KERNEL_HASH = hashlib.sha256("\n".join(KERNEL).encode()).hexdigest()


def migrate(database: Database, steps: Sequence[Step] = STEPS) -> tuple[str, ...]:
    """Apply the steps that are missing and return their names; harmless to run again or twice at once.

    Raises `StartError` when the database was written by a newer program.
    """
    applied: list[str] = []
    while (name := _apply_next(database, steps)) is not None:
        applied.append(name)
    if database.dialect == "postgresql":
        _install_kernel(database)
    return tuple(applied)


def schema_version(connection: Connection) -> int:
    """Return how many steps the database has; 0 for an empty one."""
    if not inspect(connection).has_table(platform.name):
        return 0
    return int(read_fact(connection, "schema") or 0)


def read_fact(connection: Connection, key: str) -> Any:
    """Return what the platform noted under a key, or None."""
    return connection.execute(select(platform.c.value).where(platform.c.key == key)).scalar_one_or_none()


def write_fact(connection: Connection, key: str, value: Any) -> None:
    """Note something about the whole installation under a key, over what was there."""
    changed = connection.execute(platform.update().where(platform.c.key == key).values(value=value))
    if changed.rowcount == 0:
        connection.execute(platform.insert().values(key=key, value=value))


def _apply_next(database: Database, steps: Sequence[Step]) -> str | None:
    """Apply one step and return its name; None when there is none left."""
    with database.changing_schema() as connection:
        _lock(connection)
        found = schema_version(connection)
        if found > len(steps):
            raise StartError(NEWER_SCHEMA.here(found=found, known=len(steps)))
        if found == len(steps):
            return None
        step = steps[found]
        context = MigrationContext.configure(
            connection, opts={"target_metadata": MetaData(naming_convention=NAMES)}
        )
        step.apply(Operations(context))
        write_fact(connection, "schema", found + 1)
        if found == 0:
            write_fact(connection, "restore_epoch", 0)
        return step.name


def _lock(connection: Connection) -> None:
    """Wait, longer than for other locks, until no other start is changing the tables."""
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql("SET LOCAL lock_timeout = '10min'")
        connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_LOCK})")
        connection.exec_driver_sql("SET LOCAL lock_timeout = '3s'")


def _install_kernel(database: Database) -> None:
    """Create our functions inside PostgreSQL, again whenever they have changed."""
    with database.changing_schema() as connection:
        _lock(connection)
        if read_fact(connection, "kernel") == _KERNEL_HASH:
            return
        for statement in KERNEL:
            connection.exec_driver_sql(statement.replace("%", "%%"))  # a lone % would be a placeholder
        write_fact(connection, "kernel", _KERNEL_HASH)

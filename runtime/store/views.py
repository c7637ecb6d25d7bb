"""Saved views of lists as they are stored."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete, func, insert, select, update

from runtime.store.companions import views


@dataclass(frozen=True, slots=True)
class SavedView:
    """One saved view: whose it is, the query of its address, and the roles that see it beside the owner."""

    id: int
    form: str
    owner: int
    title: str
    address: str
    roles: tuple[str, ...]


_COLUMNS = tuple(views.c[name] for name in SavedView.__dataclass_fields__)


def load_views(connection: Connection, app_id: int, form: str) -> list[SavedView]:
    """Return every saved view of a form, oldest first."""
    query = select(*_COLUMNS).where(views.c.app_id == app_id, views.c.form == form).order_by(views.c.id)
    return [_view(row) for row in connection.execute(query)]


def load_view(connection: Connection, app_id: int, view_id: int) -> SavedView | None:
    """Return a saved view of an app by id."""
    row = connection.execute(
        select(*_COLUMNS).where(views.c.app_id == app_id, views.c.id == view_id)
    ).one_or_none()
    return None if row is None else _view(row)


def count_views(connection: Connection, app_id: int, form: str, owner: int) -> int:
    """Return how many views of a form a person has saved."""
    mine = (views.c.app_id == app_id, views.c.form == form, views.c.owner == owner)
    return int(connection.execute(select(func.count()).select_from(views).where(*mine)).scalar_one())


def insert_view(connection: Connection, app_id: int, view: Mapping[str, Any], now: datetime) -> int:
    """Write a new view and return its id."""
    statement = insert(views).values(app_id=app_id, created_at=now, **view).returning(views.c.id)
    return int(connection.execute(statement).scalar_one())


def update_view(connection: Connection, view_id: int, values: Mapping[str, Any]) -> None:
    """Write some columns of a view."""
    connection.execute(update(views).where(views.c.id == view_id).values(**values))


def delete_view(connection: Connection, view_id: int) -> None:
    """Remove a view."""
    connection.execute(delete(views).where(views.c.id == view_id))


def _view(row: Any) -> SavedView:
    found = dict(row._mapping)
    return SavedView(**(found | {"roles": tuple(found["roles"] or ())}))

"""What the platform's tables are made of: their names and the usual columns."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Column, ForeignKey, MetaData

from engine.columns import CODE_POINT_TEXT, IDENTIFIER

NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}
metadata = MetaData(naming_convention=NAMES)


def needed(name: str, kind: Any, *rest: Any) -> Column[Any]:
    """Make a column that is never blank."""
    return Column(name, kind, *rest, nullable=False)


def identity() -> Column[Any]:
    """Make the primary key that counts up."""
    return Column("id", IDENTIFIER, primary_key=True)


def text(name: str) -> Column[Any]:
    """Make a text column that is never blank."""
    return needed(name, CODE_POINT_TEXT)


def of_app() -> Column[Any]:
    """Make the column that says to which app a row belongs."""
    return needed("app_id", IDENTIFIER, ForeignKey("apps.id"))

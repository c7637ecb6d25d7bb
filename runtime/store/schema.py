"""The tables of the platform itself. The forms of apps have their own, made when an app is published.

Every key that belongs to an app begins with `app_id`. Tables that grow with use (history, traces, outbox)
name people and apps without foreign keys: nobody is ever deleted, and each check would lock a shared row.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    PrimaryKeyConstraint,
    Table,
    UniqueConstraint,
)

from engine.columns import CODE_POINT_TEXT, IDENTIFIER, Moment
from runtime.store.exact_json import ExactJson

NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}
metadata = MetaData(naming_convention=NAMES)


def _needed(name: str, kind: Any, *rest: Any) -> Column[Any]:
    return Column(name, kind, *rest, nullable=False)


def _id() -> Column[Any]:
    return Column("id", IDENTIFIER, primary_key=True)


def _text(name: str) -> Column[Any]:
    return _needed(name, CODE_POINT_TEXT)


def _app() -> Column[Any]:
    return _needed("app_id", IDENTIFIER, ForeignKey("apps.id"))


platform = Table(
    "platform",
    metadata,
    Column("key", CODE_POINT_TEXT, primary_key=True),
    _needed("value", ExactJson),
)

departments = Table(
    "departments",
    metadata,
    _id(),
    Column("key", CODE_POINT_TEXT, nullable=False, unique=True),
    _text("name"),
    Column("parent_id", IDENTIFIER, ForeignKey("departments.id"), index=True),
    Column(
        "head_id",
        IDENTIFIER,
        ForeignKey("users.id", name="fk_departments_head_id", use_alter=True),
        index=True,
    ),
    _text("search"),
    sqlite_autoincrement=True,
)

users = Table(
    "users",
    metadata,
    _id(),
    Column("username", CODE_POINT_TEXT, nullable=False, unique=True),
    _text("name"),
    Column("email", CODE_POINT_TEXT),
    Column("password_hash", CODE_POINT_TEXT),
    Column("department_id", IDENTIFIER, ForeignKey("departments.id"), index=True),
    Column("supervisor_id", IDENTIFIER, ForeignKey("users.id"), index=True),
    _text("language"),
    _text("theme"),
    _needed("is_admin", Boolean),
    _needed("is_active", Boolean),
    _text("search"),
    _needed("created_at", Moment),
    _needed("version", Integer),
    sqlite_autoincrement=True,
)

supervision = Table(
    "supervision",
    metadata,
    Column("person", IDENTIFIER, ForeignKey("users.id"), primary_key=True, autoincrement=False),
    Column("manager", IDENTIFIER, ForeignKey("users.id"), primary_key=True, autoincrement=False, index=True),
)

within = Table(
    "within",
    metadata,
    Column("department", IDENTIFIER, ForeignKey("departments.id"), primary_key=True, autoincrement=False),
    Column(
        "ancestor",
        IDENTIFIER,
        ForeignKey("departments.id"),
        primary_key=True,
        autoincrement=False,
        index=True,
    ),
)

apps = Table(
    "apps",
    metadata,
    _id(),
    Column("key", CODE_POINT_TEXT, nullable=False, unique=True),
    _needed("title", ExactJson),
    Column("current_version", Integer),
    _needed("created_at", Moment),
    Column("archived_at", Moment),
    sqlite_autoincrement=True,
)

role_members = Table(
    "role_members",
    metadata,
    _app(),
    _text("role"),
    _needed("user_id", IDENTIFIER, ForeignKey("users.id")),
    PrimaryKeyConstraint("app_id", "role", "user_id"),
    Index(None, "user_id"),
)

sessions = Table(
    "sessions",
    metadata,
    Column("token_hash", CODE_POINT_TEXT, primary_key=True),
    Column("user_id", IDENTIFIER, ForeignKey("users.id"), nullable=False, index=True),
    _text("csrf_token"),
    _needed("created_at", Moment),
    _needed("last_seen_at", Moment),
    Column("expires_at", Moment, nullable=False, index=True),
    _text("user_agent"),
)

# One row a thing that is guessed at or guesses: an account, an account's known device, a network address.
sign_in_attempts = Table(
    "sign_in_attempts",
    metadata,
    _text("scope"),
    _text("subject"),
    _needed("failures", Integer),
    Column("last_at", Moment, nullable=False, index=True),
    _needed("next_at", Moment),
    PrimaryKeyConstraint("scope", "subject"),
)

api_tokens = Table(
    "api_tokens",
    metadata,
    _id(),
    Column("token_hash", CODE_POINT_TEXT, nullable=False, unique=True),
    Column("user_id", IDENTIFIER, ForeignKey("users.id"), nullable=False, index=True),
    _text("name"),
    _needed("created_at", Moment),
    Column("last_used_at", Moment),
    Column("expires_at", Moment),
    Column("revoked_at", Moment),
    sqlite_autoincrement=True,
)

# Never changed after they are written.
versions = Table(
    "versions",
    metadata,
    _app(),
    _needed("number", Integer),
    _text("hash"),
    _text("text"),
    _text("file"),
    Column("author", IDENTIFIER),
    _text("note"),
    _needed("published_at", Moment),
    PrimaryKeyConstraint("app_id", "number"),
)

drafts = Table(
    "drafts",
    metadata,
    Column("app_id", IDENTIFIER, ForeignKey("apps.id"), primary_key=True, autoincrement=False),
    _text("text"),
    _text("file"),
    Column("author", IDENTIFIER),
    _needed("updated_at", Moment),
    Column("base_version", Integer),
)

form_tables = Table(
    "form_tables",
    metadata,
    _app(),
    _text("form"),
    Column("table_name", CODE_POINT_TEXT, primary_key=True),
    Column("retired_at", Moment),
)
Index(
    "uq_form_tables_in_use",
    form_tables.c.app_id,
    form_tables.c.form,
    unique=True,
    sqlite_where=form_tables.c.retired_at.is_(None),
    postgresql_where=form_tables.c.retired_at.is_(None),
)

# The primary key outlives the field, so a retired column's name is never given again.
form_columns = Table(
    "form_columns",
    metadata,
    _app(),
    _text("form"),
    _text("field"),
    _text("column_name"),
    _needed("kind", ExactJson),
    Column("retired_at", Moment),
    PrimaryKeyConstraint("app_id", "form", "column_name"),
)
Index(
    "uq_form_columns_in_use",
    form_columns.c.app_id,
    form_columns.c.form,
    form_columns.c.field,
    unique=True,
    sqlite_where=form_columns.c.retired_at.is_(None),
    postgresql_where=form_columns.c.retired_at.is_(None),
)

history = Table(
    "history",
    metadata,
    _id(),
    _needed("app_id", IDENTIFIER),
    _text("form"),
    _needed("record_id", IDENTIFIER),
    _needed("version", Integer),
    _text("action"),
    Column("actor", IDENTIFIER),
    _needed("at", Moment),
    _needed("changes", ExactJson),
    Column("cause", ExactJson),
    Index(None, "app_id", "form", "record_id", "id"),
    sqlite_autoincrement=True,
)

counters = Table(
    "counters",
    metadata,
    _app(),
    _text("series"),
    _text("period"),
    _needed("value", BigInteger),
    PrimaryKeyConstraint("app_id", "series", "period"),
)

# state: "running" while the first request is being answered, then "done" with its answer.
idempotency = Table(
    "idempotency",
    metadata,
    _needed("actor", IDENTIFIER),
    _text("route"),
    _text("key"),
    _text("request_hash"),
    _text("state"),
    Column("status", Integer),
    Column("body", CODE_POINT_TEXT),
    Column("created_at", Moment, nullable=False, index=True),
    PrimaryKeyConstraint("actor", "route", "key"),
)

traces = Table(
    "traces",
    metadata,
    _id(),
    _needed("app_id", IDENTIFIER),
    _needed("version", Integer),
    _text("root"),
    _needed("at", Moment),
    Column("actor", IDENTIFIER),
    _needed("event", ExactJson),
    _needed("steps", ExactJson),
    Index(None, "app_id", "at"),
    Index(None, "root"),
    sqlite_autoincrement=True,
)

# state: ready, leased, done, dead, held, skipped. A dead row is an incident: it waits for a person, and so do
# later rows of its stream. ended_at is set when a row is done or skipped.
outbox = Table(
    "outbox",
    metadata,
    _id(),
    _text("uuid"),
    _needed("created_at", Moment),
    _needed("app_id", IDENTIFIER),
    _needed("version", Integer),
    _text("action"),
    _text("key"),
    _needed("origin", ExactJson),
    _text("stream_key"),
    _needed("payload", ExactJson),
    _text("state"),
    _needed("attempts", Integer),
    _needed("next_at", Moment),
    Column("lease_token", CODE_POINT_TEXT),
    Column("lease_until", Moment),
    Column("last_error", CODE_POINT_TEXT),
    Column("result", ExactJson),
    Column("causation_id", CODE_POINT_TEXT),
    _text("root_id"),
    _needed("depth", Integer),
    _needed("restore_epoch", Integer),
    Column("ended_at", Moment),
    UniqueConstraint("uuid"),
    UniqueConstraint("app_id", "root_id", "key"),
    Index(None, "state", "next_at"),
    sqlite_autoincrement=True,
)
Index(
    "ix_outbox_waiting_in_stream",
    outbox.c.stream_key,
    outbox.c.id,
    sqlite_where=outbox.c.ended_at.is_(None),
    postgresql_where=outbox.c.ended_at.is_(None),
)

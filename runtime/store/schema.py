"""The tables of the platform itself. The forms of apps have their own, made when an app is published.

Every key that belongs to an app begins with `app_id`. Tables that grow with use (history, traces, outbox)
name people and apps without foreign keys: nobody is ever deleted, and each check would lock a shared row.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    PrimaryKeyConstraint,
    Table,
    UniqueConstraint,
)

from engine.columns import CODE_POINT_TEXT, IDENTIFIER, Moment
from runtime.store.columns import identity, metadata, needed, of_app, text
from runtime.store.exact_json import ExactJson

platform = Table(
    "platform",
    metadata,
    Column("key", CODE_POINT_TEXT, primary_key=True),
    needed("value", ExactJson),
)

departments = Table(
    "departments",
    metadata,
    identity(),
    Column("key", CODE_POINT_TEXT, nullable=False, unique=True),
    text("name"),
    Column("parent_id", IDENTIFIER, ForeignKey("departments.id"), index=True),
    Column(
        "head_id",
        IDENTIFIER,
        ForeignKey("users.id", name="fk_departments_head_id", use_alter=True),
        index=True,
    ),
    text("search"),
    sqlite_autoincrement=True,
)

users = Table(
    "users",
    metadata,
    identity(),
    Column("username", CODE_POINT_TEXT, nullable=False, unique=True),
    text("name"),
    Column("email", CODE_POINT_TEXT),
    Column("password_hash", CODE_POINT_TEXT),
    Column("department_id", IDENTIFIER, ForeignKey("departments.id"), index=True),
    Column("supervisor_id", IDENTIFIER, ForeignKey("users.id"), index=True),
    text("language"),
    text("theme"),
    needed("is_admin", Boolean),
    needed("is_active", Boolean),
    text("search"),
    needed("created_at", Moment),
    needed("version", Integer),
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
    identity(),
    Column("key", CODE_POINT_TEXT, nullable=False, unique=True),
    needed("title", ExactJson),
    Column("current_version", Integer),
    needed("created_at", Moment),
    Column("archived_at", Moment),
    sqlite_autoincrement=True,
)

role_members = Table(
    "role_members",
    metadata,
    of_app(),
    text("role"),
    needed("user_id", IDENTIFIER, ForeignKey("users.id")),
    PrimaryKeyConstraint("app_id", "role", "user_id"),
    Index(None, "user_id"),
)

sessions = Table(
    "sessions",
    metadata,
    Column("token_hash", CODE_POINT_TEXT, primary_key=True),
    Column("user_id", IDENTIFIER, ForeignKey("users.id"), nullable=False, index=True),
    text("csrf_token"),
    needed("created_at", Moment),
    needed("last_seen_at", Moment),
    Column("expires_at", Moment, nullable=False, index=True),
    text("user_agent"),
)

# One row a thing that is guessed at or guesses: an account, an account's known device, a network address.
sign_in_attempts = Table(
    "sign_in_attempts",
    metadata,
    text("scope"),
    text("subject"),
    needed("failures", Integer),
    Column("last_at", Moment, nullable=False, index=True),
    needed("next_at", Moment),
    PrimaryKeyConstraint("scope", "subject"),
)

api_tokens = Table(
    "api_tokens",
    metadata,
    identity(),
    Column("token_hash", CODE_POINT_TEXT, nullable=False, unique=True),
    Column("user_id", IDENTIFIER, ForeignKey("users.id"), nullable=False, index=True),
    text("name"),
    needed("created_at", Moment),
    Column("last_used_at", Moment),
    Column("expires_at", Moment),
    Column("revoked_at", Moment),
    sqlite_autoincrement=True,
)

# Never changed after they are written.
versions = Table(
    "versions",
    metadata,
    of_app(),
    needed("number", Integer),
    text("hash"),
    text("text"),
    text("file"),
    Column("author", IDENTIFIER),
    text("note"),
    needed("published_at", Moment),
    PrimaryKeyConstraint("app_id", "number"),
)

drafts = Table(
    "drafts",
    metadata,
    Column("app_id", IDENTIFIER, ForeignKey("apps.id"), primary_key=True, autoincrement=False),
    text("text"),
    text("file"),
    Column("author", IDENTIFIER),
    needed("updated_at", Moment),
    Column("base_version", Integer),
)

form_tables = Table(
    "form_tables",
    metadata,
    of_app(),
    text("form"),
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
    of_app(),
    text("form"),
    text("field"),
    text("column_name"),
    needed("kind", ExactJson),
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
    identity(),
    needed("app_id", IDENTIFIER),
    text("form"),
    needed("record_id", IDENTIFIER),
    needed("version", Integer),
    text("action"),
    Column("actor", IDENTIFIER),
    needed("at", Moment),
    needed("changes", ExactJson),
    Column("cause", ExactJson),
    Index(None, "app_id", "form", "record_id", "id"),
    sqlite_autoincrement=True,
)

counters = Table(
    "counters",
    metadata,
    of_app(),
    text("series"),
    text("period"),
    needed("value", BigInteger),
    PrimaryKeyConstraint("app_id", "series", "period"),
)

# state: "running" while the first request is being answered, then "done" with its answer.
idempotency = Table(
    "idempotency",
    metadata,
    needed("actor", IDENTIFIER),
    text("route"),
    text("key"),
    text("request_hash"),
    text("state"),
    Column("status", Integer),
    Column("body", CODE_POINT_TEXT),
    Column("created_at", Moment, nullable=False, index=True),
    PrimaryKeyConstraint("actor", "route", "key"),
)

traces = Table(
    "traces",
    metadata,
    identity(),
    needed("app_id", IDENTIFIER),
    needed("version", Integer),
    text("root"),
    needed("at", Moment),
    Column("actor", IDENTIFIER),
    needed("event", ExactJson),
    needed("steps", ExactJson),
    Index(None, "app_id", "at"),
    Index(None, "root"),
    sqlite_autoincrement=True,
)

# state: ready, leased, done, dead, held, skipped. A dead row is an incident: it waits for a person, and so do
# later rows of its stream. ended_at is set when a row is done or skipped.
outbox = Table(
    "outbox",
    metadata,
    identity(),
    text("uuid"),
    needed("created_at", Moment),
    needed("app_id", IDENTIFIER),
    needed("version", Integer),
    text("action"),
    text("key"),
    needed("origin", ExactJson),
    text("stream_key"),
    needed("payload", ExactJson),
    text("state"),
    needed("attempts", Integer),
    needed("next_at", Moment),
    Column("lease_token", CODE_POINT_TEXT),
    Column("lease_until", Moment),
    Column("last_error", CODE_POINT_TEXT),
    Column("result", ExactJson),
    Column("causation_id", CODE_POINT_TEXT),
    text("root_id"),
    needed("depth", Integer),
    needed("restore_epoch", Integer),
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

"""The steps that brought the platform's tables to where `schema` says they are, oldest first.

A step that has been released is never changed; what comes after it is a new step. So a step spells out
its columns and takes nothing from `schema`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from alembic.operations import Operations
from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Integer,
    PrimaryKeyConstraint,
    UniqueConstraint,
    text,
)

from engine.columns import CODE_POINT_TEXT, IDENTIFIER, Moment
from runtime.store.exact_json import ExactJson

_TEXT = CODE_POINT_TEXT


@dataclass(frozen=True, slots=True)
class Step:
    """One named change of the platform's tables, applied in one transaction."""

    name: str
    apply: Callable[[Operations], None]


def _id() -> Column[Any]:
    return Column("id", IDENTIFIER, primary_key=True)


def _texts(*names: str) -> list[Column[Any]]:
    return [Column(name, _TEXT, nullable=False) for name in names]


def _needed(name: str, kind: Any, *rest: Any) -> Column[Any]:
    return Column(name, kind, *rest, nullable=False)


def _to(name: str, target: str, *, key: bool = False, needed: bool = False) -> Column[Any]:
    """Make a column that points to another table's id."""
    return Column(
        name,
        IDENTIFIER,
        ForeignKey(f"{target}.id"),
        primary_key=key,
        autoincrement=False,
        nullable=not (key or needed),
    )


def _indexes(op: Operations, table: str, *columns: tuple[str, ...]) -> None:
    for names in columns:
        op.create_index(None, table, list(names))


def _platform(op: Operations) -> None:
    op.create_table("platform", Column("key", _TEXT, primary_key=True), _needed("value", ExactJson))


def _people(op: Operations) -> None:
    """People and departments name each other; PostgreSQL gets that foreign key once both tables are there."""
    head = ForeignKey("users.id", name="fk_departments_head_id", use_alter=True)
    op.create_table(
        "departments",
        _id(),
        *_texts("key", "name"),
        _to("parent_id", "departments"),
        Column("head_id", IDENTIFIER, head),
        *_texts("search"),
        UniqueConstraint("key"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "users",
        _id(),
        *_texts("username", "name"),
        Column("email", _TEXT),
        Column("password_hash", _TEXT),
        _to("department_id", "departments"),
        _to("supervisor_id", "users"),
        *_texts("language", "theme"),
        _needed("is_admin", Boolean),
        _needed("is_active", Boolean),
        *_texts("search"),
        _needed("created_at", Moment),
        _needed("version", Integer),
        UniqueConstraint("username"),
        sqlite_autoincrement=True,
    )
    if op.get_bind().dialect.name == "postgresql":
        op.create_foreign_key("fk_departments_head_id", "departments", "users", ["head_id"], ["id"])
    for name, target in (("supervision", "users"), ("within", "departments")):
        lower, upper = ("person", "manager") if name == "supervision" else ("department", "ancestor")
        op.create_table(name, _to(lower, target, key=True), _to(upper, target, key=True))
        _indexes(op, name, (upper,))
    _indexes(op, "departments", ("parent_id",), ("head_id",))
    _indexes(op, "users", ("department_id",), ("supervisor_id",))


def _signing_in(op: Operations) -> None:
    op.create_table(
        "sessions",
        Column("token_hash", _TEXT, primary_key=True),
        _to("user_id", "users", needed=True),
        *_texts("csrf_token"),
        *(_needed(name, Moment) for name in ("created_at", "last_seen_at", "expires_at")),
        *_texts("user_agent"),
    )
    op.create_table(
        "sign_in_attempts",
        *_texts("scope", "subject"),
        _needed("failures", Integer),
        _needed("last_at", Moment),
        _needed("next_at", Moment),
        PrimaryKeyConstraint("scope", "subject"),
    )
    op.create_table(
        "api_tokens",
        _id(),
        *_texts("token_hash"),
        _to("user_id", "users", needed=True),
        *_texts("name"),
        _needed("created_at", Moment),
        *(Column(name, Moment) for name in ("last_used_at", "expires_at", "revoked_at")),
        UniqueConstraint("token_hash"),
        sqlite_autoincrement=True,
    )
    _indexes(op, "sessions", ("user_id",), ("expires_at",))
    _indexes(op, "sign_in_attempts", ("last_at",))
    _indexes(op, "api_tokens", ("user_id",))


def _apps(op: Operations) -> None:
    op.create_table(
        "apps",
        _id(),
        *_texts("key"),
        _needed("title", ExactJson),
        Column("current_version", Integer),
        _needed("created_at", Moment),
        Column("archived_at", Moment),
        UniqueConstraint("key"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "role_members",
        _to("app_id", "apps", needed=True),
        *_texts("role"),
        _to("user_id", "users", needed=True),
        PrimaryKeyConstraint("app_id", "role", "user_id"),
    )
    op.create_table(
        "versions",
        _to("app_id", "apps", needed=True),
        _needed("number", Integer),
        *_texts("hash", "text", "file"),
        Column("author", IDENTIFIER),
        *_texts("note"),
        _needed("published_at", Moment),
        PrimaryKeyConstraint("app_id", "number"),
    )
    op.create_table(
        "drafts",
        _to("app_id", "apps", key=True),
        *_texts("text", "file"),
        Column("author", IDENTIFIER),
        _needed("updated_at", Moment),
        Column("base_version", Integer),
    )
    _indexes(op, "role_members", ("user_id",))


def _form_tables(op: Operations) -> None:
    op.create_table(
        "form_tables",
        _to("app_id", "apps", needed=True),
        *_texts("form"),
        Column("table_name", _TEXT, primary_key=True),
        Column("retired_at", Moment),
    )
    op.create_table(
        "form_columns",
        _to("app_id", "apps", needed=True),
        *_texts("form", "field", "column_name"),
        _needed("kind", ExactJson),
        Column("retired_at", Moment),
        PrimaryKeyConstraint("app_id", "form", "column_name"),
    )
    in_use = text("retired_at IS NULL")
    for table, columns in (
        ("form_tables", ["app_id", "form"]),
        ("form_columns", ["app_id", "form", "field"]),
    ):
        op.create_index(
            f"uq_{table}_in_use", table, columns, unique=True, sqlite_where=in_use, postgresql_where=in_use
        )


def _records(op: Operations) -> None:
    _form_tables(op)
    op.create_table(
        "history",
        _id(),
        _needed("app_id", IDENTIFIER),
        *_texts("form"),
        _needed("record_id", IDENTIFIER),
        _needed("version", Integer),
        *_texts("action"),
        Column("actor", IDENTIFIER),
        _needed("at", Moment),
        _needed("changes", ExactJson),
        Column("cause", ExactJson),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "counters",
        _to("app_id", "apps", needed=True),
        *_texts("series", "period"),
        _needed("value", BigInteger),
        PrimaryKeyConstraint("app_id", "series", "period"),
    )
    _indexes(op, "history", ("app_id", "form", "record_id", "id"))


def _turns(op: Operations) -> None:
    op.create_table(
        "idempotency",
        _needed("actor", IDENTIFIER),
        *_texts("route", "key", "request_hash", "state"),
        Column("status", Integer),
        Column("body", _TEXT),
        _needed("created_at", Moment),
        PrimaryKeyConstraint("actor", "route", "key"),
    )
    op.create_table(
        "traces",
        _id(),
        _needed("app_id", IDENTIFIER),
        _needed("version", Integer),
        *_texts("root"),
        _needed("at", Moment),
        Column("actor", IDENTIFIER),
        _needed("event", ExactJson),
        _needed("steps", ExactJson),
        sqlite_autoincrement=True,
    )
    _indexes(op, "idempotency", ("created_at",))
    _indexes(op, "traces", ("app_id", "at"), ("root",))


def _outbox(op: Operations) -> None:
    op.create_table(
        "outbox",
        _id(),
        *_texts("uuid"),
        _needed("created_at", Moment),
        _needed("app_id", IDENTIFIER),
        _needed("version", Integer),
        *_texts("action", "key"),
        _needed("origin", ExactJson),
        *_texts("stream_key"),
        _needed("payload", ExactJson),
        *_texts("state"),
        _needed("attempts", Integer),
        _needed("next_at", Moment),
        Column("lease_token", _TEXT),
        Column("lease_until", Moment),
        Column("last_error", _TEXT),
        Column("result", ExactJson),
        Column("causation_id", _TEXT),
        *_texts("root_id"),
        _needed("depth", Integer),
        _needed("restore_epoch", Integer),
        Column("ended_at", Moment),
        UniqueConstraint("uuid"),
        UniqueConstraint("app_id", "root_id", "key"),
        sqlite_autoincrement=True,
    )
    waiting = text("ended_at IS NULL")
    op.create_index(
        "ix_outbox_waiting_in_stream",
        "outbox",
        ["stream_key", "id"],
        sqlite_where=waiting,
        postgresql_where=waiting,
    )
    _indexes(op, "outbox", ("state", "next_at"))


def _companions(op: Operations) -> None:
    """What people keep around records: views, drafts, comments, files, public links."""
    op.create_table(
        "views", _id(), _to("app_id", "apps", needed=True), *_texts("form"),
        _to("owner", "users", needed=True), *_texts("title", "address"), _needed("roles", ExactJson),
        _needed("created_at", Moment), sqlite_autoincrement=True,
    )  # fmt: skip
    _indexes(op, "views", ("app_id", "form"))
    op.create_table(
        "entry_drafts", _id(), _to("app_id", "apps", needed=True), *_texts("form"),
        Column("record_id", IDENTIFIER), _to("owner", "users", needed=True), _needed("raw", ExactJson),
        _needed("created_at", Moment), _needed("updated_at", Moment), sqlite_autoincrement=True,
    )  # fmt: skip
    _indexes(op, "entry_drafts", ("owner", "app_id", "form"))
    op.create_table(
        "comments", _id(), _needed("app_id", IDENTIFIER), *_texts("form"), _needed("record_id", IDENTIFIER),
        _needed("author", IDENTIFIER), *_texts("body"), _needed("created_at", Moment),
        Column("edited_at", Moment), Column("deleted_at", Moment), sqlite_autoincrement=True,
    )  # fmt: skip
    _indexes(op, "comments", ("app_id", "form", "record_id", "id"))
    op.create_table(
        "mentions", _to("comment_id", "comments", key=True), _to("user_id", "users", key=True),
        Column("seen_at", Moment),
    )  # fmt: skip
    _indexes(op, "mentions", ("user_id", "seen_at"))


def _files(op: Operations) -> None:
    op.create_table(
        "files", Column("hash", _TEXT, primary_key=True), _needed("size", BigInteger), *_texts("media_type"),
        _needed("created_at", Moment),
    )  # fmt: skip
    op.create_table(
        "uploads", _needed("hash", _TEXT, ForeignKey("files.hash")), _needed("user_id", IDENTIFIER),
        _needed("at", Moment), PrimaryKeyConstraint("hash", "user_id"),
    )  # fmt: skip
    op.create_table(
        "public_links", _to("app_id", "apps", needed=True), *_texts("form", "token"),
        _needed("created_by", IDENTIFIER), _needed("created_at", Moment), Column("closed_at", Moment),
        UniqueConstraint("token"), PrimaryKeyConstraint("app_id", "form"),
    )  # fmt: skip
    op.create_table(
        "throttle", *_texts("scope", "subject"), _needed("begins_at", Moment), _needed("count", Integer),
        PrimaryKeyConstraint("scope", "subject", "begins_at"),
    )  # fmt: skip
    _indexes(op, "throttle", ("begins_at",))


def _sounds(op: Operations) -> None:
    """Every record is found by the sound of its name."""
    for name in op.get_bind().execute(text("SELECT table_name FROM form_tables")).scalars().all():
        op.add_column(name, Column("sound", _TEXT))


STEPS: tuple[Step, ...] = (
    Step("platform", _platform),
    Step("people", _people),
    Step("signing-in", _signing_in),
    Step("apps", _apps),
    Step("records", _records),
    Step("turns", _turns),
    Step("outbox", _outbox),
    Step("companions", _companions),
    Step("files", _files),
    Step("sounds", _sounds),
)

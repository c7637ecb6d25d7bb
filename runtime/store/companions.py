"""The platform's tables of what people keep around records: views, drafts, comments, files, public links."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, ForeignKey, Index, Integer, PrimaryKeyConstraint, Table

from engine.columns import CODE_POINT_TEXT, IDENTIFIER, Moment
from runtime.store.columns import identity, metadata, needed, of_app, text
from runtime.store.exact_json import ExactJson

# A saved view of a list. address: the query of its address; roles: who sees it beside its owner.
views = Table(
    "views",
    metadata,
    identity(),
    of_app(),
    text("form"),
    needed("owner", IDENTIFIER, ForeignKey("users.id")),
    text("title"),
    text("address"),
    needed("roles", ExactJson),
    needed("created_at", Moment),
    Index(None, "app_id", "form"),
    sqlite_autoincrement=True,
)

# What somebody has typed into a form and not submitted. record_id: the record that is being changed.
entry_drafts = Table(
    "entry_drafts",
    metadata,
    identity(),
    of_app(),
    text("form"),
    Column("record_id", IDENTIFIER),
    needed("owner", IDENTIFIER, ForeignKey("users.id")),
    needed("raw", ExactJson),
    needed("created_at", Moment),
    needed("updated_at", Moment),
    Index(None, "owner", "app_id", "form"),
    sqlite_autoincrement=True,
)

comments = Table(
    "comments",
    metadata,
    identity(),
    needed("app_id", IDENTIFIER),
    text("form"),
    needed("record_id", IDENTIFIER),
    needed("author", IDENTIFIER),
    text("body"),
    needed("created_at", Moment),
    Column("edited_at", Moment),
    Column("deleted_at", Moment),
    Index(None, "app_id", "form", "record_id", "id"),
    sqlite_autoincrement=True,
)

mentions = Table(
    "mentions",
    metadata,
    needed("comment_id", IDENTIFIER, ForeignKey("comments.id")),
    needed("user_id", IDENTIFIER, ForeignKey("users.id")),
    Column("seen_at", Moment),
    PrimaryKeyConstraint("comment_id", "user_id"),
    Index(None, "user_id", "seen_at"),
)

# The content of files stands in the files folder, under its hash.
files = Table(
    "files",
    metadata,
    Column("hash", CODE_POINT_TEXT, primary_key=True),
    needed("size", BigInteger),
    text("media_type"),
    needed("created_at", Moment),
)

# Who has sent a file: only they may put it into a record.
uploads = Table(
    "uploads",
    metadata,
    needed("hash", CODE_POINT_TEXT, ForeignKey("files.hash")),
    needed("user_id", IDENTIFIER),
    needed("at", Moment),
    PrimaryKeyConstraint("hash", "user_id"),
)

# A form that anybody with the link may fill in, while the definition says so and nobody has closed it.
public_links = Table(
    "public_links",
    metadata,
    of_app(),
    text("form"),
    Column("token", CODE_POINT_TEXT, nullable=False, unique=True),
    needed("created_by", IDENTIFIER),
    needed("created_at", Moment),
    Column("closed_at", Moment),
    PrimaryKeyConstraint("app_id", "form"),
)

# How often something was done within a period by one subject, a network address for example.
throttle = Table(
    "throttle",
    metadata,
    text("scope"),
    text("subject"),
    Column("begins_at", Moment, nullable=False, index=True),
    needed("count", Integer),
    PrimaryKeyConstraint("scope", "subject", "begins_at"),
)

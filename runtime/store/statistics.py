"""About how many records a form has, from what the database's planner has noted; nothing is counted."""

from __future__ import annotations

from sqlalchemy import Connection, text

_POSTGRESQL = text(
    "SELECT max(c.reltuples) FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid "
    "WHERE i.indrelid = to_regclass(:name) AND pg_get_expr(i.indpred, i.indrelid) = '(deleted_at IS NULL)'"
)
_SQLITE = text("SELECT stat FROM sqlite_stat1 WHERE tbl = :name AND idx LIKE 'i\\_%' ESCAPE '\\'")
_HAS_NOTES = text("SELECT 1 FROM sqlite_master WHERE name = 'sqlite_stat1'")


def estimate_live(connection: Connection, table: str) -> int | None:
    """Return about how many records of a table are not in the recycle bin; None where nothing is noted.

    It is read from the indexes over live records, so the recycle bin has no influence on it.
    """
    if connection.dialect.name == "postgresql":
        found = connection.execute(_POSTGRESQL, {"name": f'"{table}"'}).scalar()
        return int(found) if found is not None and found > 0 else None
    if connection.execute(_HAS_NOTES).scalar() is None:
        return None
    notes = connection.execute(_SQLITE, {"name": table}).scalars().all()
    counts = [int(note.split()[0]) for note in notes if note and note.split()[0].isdigit()]
    return max(counts, default=0) or None

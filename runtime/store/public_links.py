"""The links under which anybody may fill in a form, as they are stored: one a form, open or closed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, insert, select, update

from runtime.store.companions import public_links
from runtime.store.schema import apps


@dataclass(frozen=True, slots=True)
class PublicLink:
    """One link. app: the key of the app; closed_at: when somebody closed it, None while it is open."""

    app: str
    form: str
    token: str
    created_at: datetime
    closed_at: datetime | None

    @property
    def is_open(self) -> bool:
        """Tell whether nobody has closed it."""
        return self.closed_at is None


_QUERY = select(
    apps.c.key, public_links.c.form, public_links.c.token, public_links.c.created_at, public_links.c.closed_at
).join(apps, apps.c.id == public_links.c.app_id)


def find_token(connection: Connection, token: str) -> PublicLink | None:
    """Return the link with a token."""
    row = connection.execute(_QUERY.where(public_links.c.token == token)).one_or_none()
    return PublicLink(*row) if row is not None else None


def find_form(connection: Connection, app_id: int, form: str) -> PublicLink | None:
    """Return the link of a form."""
    mine = (public_links.c.app_id == app_id, public_links.c.form == form)
    row = connection.execute(_QUERY.where(*mine)).one_or_none()
    return PublicLink(*row) if row is not None else None


def insert_link(
    connection: Connection, app_id: int, form: str, token: str, person: int, now: datetime
) -> None:
    """Write the link of a form that has none."""
    row = {"app_id": app_id, "form": form, "token": token, "created_by": person, "created_at": now}
    connection.execute(insert(public_links).values(row))


def change_link(
    connection: Connection, app_id: int, form: str, *, token: str, closed_at: datetime | None
) -> None:
    """Give the link of a form another token, or open or close it."""
    mine = (public_links.c.app_id == app_id, public_links.c.form == form)
    connection.execute(update(public_links).where(*mine).values(token=token, closed_at=closed_at))

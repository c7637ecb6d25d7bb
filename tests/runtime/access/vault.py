"""An app in which everything can hide something, filled so that two worlds differ only in what is hidden."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import empty_database
from tests.runtime.office import Caller, Reply, World, open_world

VAULT = (Path(__file__).parent / "vault.yaml").read_text(encoding="utf-8")
ROLES = {"rep": ("clerk",), "peer": ("reviewer",), "keeper": ("head",)}
CANARY = "kanarie"  # stands in every hidden word and file
ENDS = ("138", "5678")
PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c489"
    "0000000d49444154789c6360000002000001e221bc330000000049454e44ae426082"
)


class Worlds(tuple[World, World]):
    """Two installations; in the report of a failure they are one word, not all that they hold."""

    def __repr__(self) -> str:
        return "worlds"


def records(form: str) -> str:
    return f"apps/vault/forms/{form}/records"


def create(caller: Caller, form: str, **fields: Any) -> int:
    reply = caller.post(records(form), {"fields": fields})
    assert reply.status == 201, reply.text
    return int(reply.data["id"])


def upload(caller: Caller, name: str, content: bytes, *, field: str = "papers", form: str = "cases") -> Reply:
    """Send a file for a field, as a page does."""
    options: dict[str, Any] = {"query_string": {"name": name}, "data": content}
    client = caller.site.test_client()
    headers = {"Authorization": f"Bearer {caller.token}", "Accept-Language": "en"}
    answer = client.post(f"/a/vault/f/{form}/files/{field}", headers=headers, **options)
    return Reply(answer.status_code, answer.get_data(as_text=True), dict(answer.headers))


def kept(caller: Caller, name: str, content: bytes, **where: str) -> str:
    """Send a file and return how a record refers to it."""
    reply = upload(caller, name, content, **where)
    assert reply.status == 200, reply.text
    return str(reply.data["value"])


@contextmanager
def open_vault(url: str, folder: Path) -> Iterator[World]:
    """Open the installation of the store with the vault beside it, still empty."""
    with open_world(url, folder) as world:
        app = world.office.publisher.publish(VAULT, "vault.yaml")
        for name, roles in ROLES.items():
            world.office.people.set_roles(app.id, world.people[name], roles)
        yield world


@contextmanager
def two_vaults(kind: str, folders: pytest.TempPathFactory) -> Iterator[Worlds]:
    """Open two installations that differ only in what clerks and reviewers may not see."""
    with ExitStack() as stack:
        worlds = []
        for secret in (0, 1):
            url = stack.enter_context(contextmanager(empty_database)(kind, folders))
            world = stack.enter_context(open_vault(url, folders.mktemp("data")))
            Furnisher(world, secret).furnish()
            worlds.append(world)
        yield Worlds(worlds)


class Furnisher:
    """Fills a vault; `secret` tells the worlds apart and stands only in what is hidden."""

    def __init__(self, world: World, secret: int) -> None:
        self.world, self.secret = world, secret
        self.head = world.as_("keeper")
        self.word = f"{CANARY} {'one' if secret else 'the other one'}"

    def furnish(self) -> None:
        self._clients()
        visible = self._cases()
        self._around(visible)
        self._hidden(visible)

    def _middle(self, at: int) -> str:
        return f"{ENDS[0]}{(at + 1) * (3 if self.secret else 7):04d}{ENDS[1]}"

    def _clients(self) -> None:
        admin = self.world.admin
        for at in range(4):
            create(
                admin, "clients", name=f"client {at}", region="north" if at % 2 else "south", rate=at + 1,
                open=True, limit=self.secret * 10 + at, mobile=self._middle(at),
            )  # fmt: skip
        for at in range(2):
            create(
                admin, "clients", name=f"{self.word} {at}", region=("north", "south")[(at + self.secret) % 2],
                rate=self.secret * 5 + at, open=False, limit=self.secret, mobile=self._middle(at),
            )  # fmt: skip
        for at in range(4):
            create(admin, "contacts", name=f"contact {at}", client=at + 1, region=("north", "south")[at % 2])

    def _cases(self) -> list[int]:
        found = []
        for at in range(6):
            lines = [
                {"good": f"good {at}{n}", "price": n + at, "buy": self.secret * 3 + n + at,
                 "maker": 1 + (at + self.secret) % 4, "tel": self._middle(at + n)}
                for n in range(2)
            ]  # fmt: skip
            found.append(
                create(
                    self.head, "cases", title=f"案件 case {at}", state=("new", "doing")[at % 2],
                    level=("low", "high")[(at + self.secret) % 2], starts=f"2026-11-{at + 10}",
                    ends=f"2026-11-{at + 12 + self.secret}", above=found[0] if at > 2 else None,
                    behind=found[at - 1 - self.secret % at] if at > 1 else None, client=1 + at % 6, rate=at,
                    phone=self._middle(at), card=f"6222 {self.word}", secret=f"{self.word} {at}",
                    cost=self.secret * 7 + at, open=True, story=f"<p>story {at}</p>", lines=lines,
                    papers=[kept(self.head, f"paper {at}.txt", b"seen %d" % at)],
                    proofs=[kept(self.head, f"{self.word}.txt", self.word.encode() * (at + 1), field="proofs")],
                )
            )  # fmt: skip
        return found

    def _around(self, visible: list[int]) -> None:
        """Write comments and views that everybody sees, and drafts and views of one's own."""
        rep = self.world.as_("rep")
        rep.post(f"{records('cases')}/{visible[0]}/comments", {"body": "seen @peer"})
        for who, title in (("rep", "mine"), ("keeper", "shared view")):
            address = f"f=title:contains:case&sort=-cost&cols=title,cost,phone&f=secret:contains:{CANARY}"
            shared = {"roles": ["clerk", "reviewer"]} if who == "keeper" else {}
            form = {"title": title, "address": address.replace(CANARY, self.word), **shared}
            self.world.as_(who).ask("POST", "/a/vault/f/cases/views", data=form)
        body = {"record": {"title": "drafted"}, "edited": ["title"]}
        rep.ask("POST", "/a/vault/f/cases/drafts", body)

    def _hidden(self, visible: list[int]) -> None:
        """Add, last of all, what clerks and reviewers see nothing of."""
        for at in range(3 + self.secret):
            hidden = create(
                self.head, "cases", title=f"{self.word} {at}", state="new", above=visible[at], open=False,
                client=1 + at, starts=f"2026-11-{at + 11}", phone=self._middle(at), cost=self.secret + at,
                lines=[{"good": self.word, "price": at + self.secret, "maker": 1}],
                papers=[kept(self.head, f"{self.word}.txt", self.word.encode())],
            )  # fmt: skip
            self.head.post(f"{records('cases')}/{hidden}/comments", {"body": self.word})
        keeper = {"record": {"title": self.word}, "edited": ["title"]}
        self.head.ask("POST", "/a/vault/f/cases/drafts", keeper)
        self.head.ask("POST", "/a/vault/f/cases/views", data={"title": self.word, "address": "sort=title"})

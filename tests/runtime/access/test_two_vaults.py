"""Two installations that differ only in what is hidden answer every reading route alike, pages too."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from werkzeug.routing import Rule

from engine.filters import OPERATORS
from runtime.web.boards import find_boards
from tests.conftest import DATABASES
from tests.runtime.access.vault import CANARY, Worlds, two_vaults
from tests.runtime.office import Reply

EXAMPLES = settings.default.max_examples
READERS = ("rep", "peer", "outsider")
FORMS = ("cases", "cases", "cases", "clients", "contacts", "cases_lines", "nothing")
FIELDS = (
    "title", "state", "level", "starts", "ends", "above", "behind", "client", "client_limit", "client_region",
    "client_mobile", "client.name", "client.limit", "client.mobile", "client.worth", "client.cases", "rate",
    "contact", "phone", "card", "secret", "cost", "gain", "open", "papers", "proofs", "lines", "total", "paid",
    "name", "region", "limit", "mobile", "worth", "good", "price", "buy", "maker", "maker.name", "tel", "scan",
    "parent", "parent.title", "parent.secret", "position", "above.title", "behind.title", "behind.secret",
    "created_by", "id", "nothing",
)  # fmt: skip
VALUES = (
    "1", "3", "7", "100", "new", "low", "north", CANARY, "case", "138", "5678", "138****5678", "true", "",
    "2026-11-13", f"x,{CANARY},2", "this_month", "anjian",
)  # fmt: skip
BOARDS = tuple(find_boards())
NONCE = re.compile(r"[0-9a-f]{32}")
# Routes that read without a visit to an app; each has tests of its own.
ELSEWHERE = ("/static", "/assets", "/p/", "/session", "/styleguide")
# What a page works out without saving: read routes too, though they are sent with POST.
ASKING = ("/a/<app>/f/<form>/preview", "/a/<app>/f/<form>/batch/<action>")


@pytest.fixture(scope="module", params=DATABASES)
def worlds(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Worlds]:
    with two_vaults(request.param, tmp_path_factory) as both:
        yield both


def reading_routes(worlds: Worlds) -> list[Rule]:
    rules = worlds[0].site.url_map.iter_rules()
    found = (one for one in rules if "GET" in (one.methods or ()) and not one.rule.startswith(ELSEWHERE))
    return sorted(found, key=lambda one: one.rule)


names = st.sampled_from(FIELDS)
directed = names.flatmap(lambda name: st.sampled_from([name, f"-{name}"]))
filters = st.lists(
    st.builds(
        lambda name, operator, value: f"{name}:{operator}:{value}",
        names, st.sampled_from([operator.name for operator in OPERATORS]), st.sampled_from(VALUES),
    ),
    max_size=2,
)  # fmt: skip
words = st.sampled_from([CANARY, "case", "an", "anj", "client", "138", "5678", "good", "the other", "zz"])
for_pages = st.fixed_dictionaries(
    {},
    optional={
        "f": filters, "any": st.sampled_from(["1", ""]), "q": words, "page": st.integers(1, 3),
        "sort": st.lists(directed, min_size=1, max_size=2).map(",".join),
        "group": st.lists(names, min_size=1, max_size=2).map(",".join),
        "cols": st.lists(names, min_size=1, max_size=4).map(",".join),
        "view": st.sampled_from(["plain", "dear", "mixed", "1", "2", "9"]),
        "as": st.sampled_from(BOARDS), "by": names, "to": names, "cover": names, "totals": st.just("1"),
        "on": st.just("2026-11-12"), "span": st.sampled_from(["week", "month"]),
        "own.client": st.integers(1, 7), "client": st.integers(1, 7), "behind": st.integers(1, 9),
        "under": st.integers(1, 9), "name": st.just("a.txt"),
    },
)  # fmt: skip
for_api = st.fixed_dictionaries(
    {},
    optional={
        "filter": filters, "any": st.sampled_from(["true", "false"]), "q": words,
        "sort": st.lists(directed, min_size=1, max_size=2).map(",".join),
        "fields": st.lists(names, min_size=1, max_size=5).map(",".join),
        "page": st.integers(1, 3), "size": st.sampled_from([1, 2, 50]),
        "totals": st.sampled_from(["true", "false"]), "deleted": st.sampled_from(["true", "false"]),
    },
)  # fmt: skip
CONTENTS = [
    hashlib.sha256(content).hexdigest()
    for content in (b"seen 0", b"seen 1", f"{CANARY} one".encode(), f"{CANARY} the other one".encode())
]
parts = st.fixed_dictionaries(
    {
        "app": st.sampled_from(["vault", "vault", "vault", "nowhere"]), "form": st.sampled_from(FORMS),
        "record": st.integers(1, 11), "field": names, "content": st.sampled_from(CONTENTS),
        "number": st.just(1), "draft": st.integers(1, 3), "kind": st.just("people"),
        "action": st.just("change"),
    }
)  # fmt: skip


def address(rule: Rule, values: dict[str, Any]) -> str:
    path = rule.rule
    for name in rule.arguments:  # an unknown part fails here: say above what stands for it
        path = re.sub(rf"<(?:\w+:)?{name}>", str(values[name]), path)
    return path


def compare(worlds: Worlds, who: str, path: str, *, method: str = "GET", **options: Any) -> Reply:
    """Ask both worlds; whoever asks gets the same bytes, and no canary but what was asked for."""
    replies = [world.as_(who).ask(method, path, **options) for world in worlds]
    one, other = (
        (reply.status, NONCE.sub("", reply.text), {**reply.headers, "ETag": reply.headers.get("ETag")})
        for reply in replies
    )
    assert one == other, (who, method, path, options)
    if CANARY not in str(options):
        assert CANARY not in one[1], (who, path, options)
        assert CANARY not in str(one[2])
    assert one[0] < 500, (who, path, options, one[1][:500])
    return replies[0]


@settings(max_examples=2 * EXAMPLES, suppress_health_check=list(HealthCheck), deadline=None)
@given(values=parts, pages=for_pages, api=for_api, who=st.sampled_from(READERS), data=st.data())
def test_every_reading_route_is_blind_to_what_is_hidden(
    worlds: Worlds, values: Any, pages: Any, api: Any, who: str, data: st.DataObject
) -> None:
    rule = data.draw(st.sampled_from(reading_routes(worlds)))
    query = (api if rule.rule.startswith("/api") else pages) if data.draw(st.booleans()) else {}
    compare(worlds, who, address(rule, values), query_string=query)


def every_address(worlds: Worlds) -> list[str]:
    """Return the addresses of every reading route: of a record that is seen, and of one that is not."""
    found = {}
    for rule in reading_routes(worlds):
        for form, record in (("cases", 2), ("cases", 7), ("cases_lines", 1)):
            values = {
                "app": "vault", "form": form, "record": record, "field": "papers", "number": 1,
                "content": CONTENTS[record % 4], "draft": record % 3 + 1, "kind": "people", "action": "change",
            }  # fmt: skip
            found[address(rule, values)] = rule
    return list(found)


@pytest.mark.parametrize("who", READERS)
def test_every_route_as_it_stands_is_blind_to_what_is_hidden(worlds: Worlds, who: str) -> None:
    for path in every_address(worlds):
        compare(worlds, who, path)


@settings(max_examples=2 * EXAMPLES, suppress_health_check=list(HealthCheck), deadline=None)
@given(form=st.sampled_from(FORMS), query=for_pages, who=st.sampled_from(READERS))
def test_lists_and_boards_are_blind_to_what_is_hidden(
    worlds: Worlds, form: str, query: dict[str, Any], who: str
) -> None:
    reply = compare(worlds, who, f"/a/vault/f/{form}", query_string=query)
    ways = re.findall(r'href="(/a/vault/f/[^"]*(?:after|before|from)=[^"]*)"', reply.text)
    for way in ways[:2]:
        compare(worlds, who, way.replace("&amp;", "&").replace(CANARY, "x"))


@pytest.mark.parametrize("who", ["rep", "peer"])
def test_cursors_hold_nothing_that_is_hidden(worlds: Worlds, who: str) -> None:
    for sort in ("", "-phone", "client_limit", "client.mobile,title", "-total", "client", "above", "story"):
        query = {"size": 1, **({"sort": sort} if sort else {})}
        reply = compare(worlds, who, "/api/apps/vault/forms/cases/records", query_string=query)
        after = reply.data.get("after") if reply.status == 200 else ""
        for _ in range(6):
            if after:
                more = {**query, "after": after}
                reply = compare(worlds, who, "/api/apps/vault/forms/cases/records", query_string=more)
                after = reply.data["after"]


entered = st.dictionaries(
    st.sampled_from(
        ["title", "state", "client", "contact", "behind", "phone", "secret", "cost", "rate", "above", "card",
         "lines.0.maker", "lines.0.buy", "lines.0.id", "lines.0.good", "papers", "nothing"]
    ),
    st.one_of(st.sampled_from(VALUES), st.integers(1, 12).map(str)),
    max_size=5,
)  # fmt: skip


@settings(max_examples=EXAMPLES, suppress_health_check=list(HealthCheck), deadline=None)
@given(values=entered, record=st.integers(0, 11), who=st.sampled_from(["rep", "peer"]))
def test_what_a_form_says_while_it_is_filled_in_is_blind_too(
    worlds: Worlds, values: dict[str, str], record: int, who: str
) -> None:
    body = {"id": record or "", "record": values, "edited": [*values], "touched": [*values]}
    compare(worlds, who, "/a/vault/f/cases/preview", method="POST", body=body)


@settings(max_examples=EXAMPLES, suppress_health_check=list(HealthCheck), deadline=None)
@given(field=names, value=st.sampled_from(VALUES), query=for_pages, who=st.sampled_from(["rep", "peer"]))
def test_a_rehearsed_batch_is_blind_too(
    worlds: Worlds, field: str, value: str, query: dict[str, Any], who: str
) -> None:
    rows = {"batch.rows": "1.1-2.1-5.1-8.1-9.1"} if len(value) % 2 else {"batch.all": "1"}
    form = {"batch.step": "check", "batch.field": field, field: value, **rows}
    compare(worlds, who, "/a/vault/f/cases/batch/change", method="POST", data=form, query_string=query)


def test_every_route_that_works_something_out_is_known(worlds: Worlds) -> None:
    known = {rule.rule for rule in worlds[0].site.url_map.iter_rules() if "POST" in (rule.methods or ())}
    assert set(ASKING) <= known
    assert {route for route in known if route.endswith("preview")} == {ASKING[0], "/p/<token>/preview"}

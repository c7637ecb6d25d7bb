"""Mass assignment: what nobody may set is ignored or refused on every way in, and nothing changes by it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.runtime.access.vault import create, open_vault, records
from tests.runtime.office import Reply, World

CASES = records("cases")
SYSTEM: dict[str, object] = {
    "id": 1, "version": 99, "created_by": 1, "created_at": "2020-01-01T00:00:00Z", "updated_by": 1,
    "updated_at": "2020-01-01T00:00:00Z", "deleted_at": "2020-01-01T00:00:00Z", "app_id": 7, "sound": "x",
    "parent": 1, "position": 5, "is_admin": True, "lines.buy": 9, "__class__": 1, "constructor": 1,
    "total": 1, "client_limit": 1, "secret": "x", "cost": 1, "open; DROP TABLE users": 1, "": 1,
}  # fmt: skip
OF_ROWS = (
    "parent",
    "created_by",
    "version",
    "buy",
    "maker",
    "deleted_at",
    "sound",
    "app_id",
    "updated_at",
    "",
)


@pytest.fixture(scope="module")
def vault(database_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    folder: Path = tmp_path_factory.mktemp("data")
    with open_vault(database_url, folder) as opened:
        yield opened


@pytest.fixture
def case(vault: World) -> int:
    rows = [{"good": "tea", "price": 2, "buy": 1}]
    return create(
        vault.as_("keeper"), "cases", title="kept", secret="s", cost=3, lines=rows, phone="13812345678"
    )


def whole(vault: World, form: str = "cases") -> dict[Any, Any]:
    """Return everything that is stored of a form, as an administrator sees it, rows included."""
    found = vault.admin.get(records(form), size=200, sort="id").data["records"]
    rows = vault.admin.get(records("cases_lines"), size=200, sort="id").data["records"]
    return {one["id"]: one for one in found} | {"rows": rows}


def is_refused(reply: Reply, codes: tuple[str, ...] = ("unknown-field", "not-writable")) -> bool:
    return reply.status == 422 and set(reply.codes) <= set(codes)


@pytest.mark.parametrize("name", SYSTEM)
def test_the_api_refuses_what_nobody_may_set(vault: World, case: int, name: str) -> None:
    rep, before = vault.as_("rep"), whole(vault)
    fields = {"title": "new", name: SYSTEM[name]}
    replies = [
        rep.post(CASES, {"fields": fields}),
        rep.patch(f"{CASES}/{case}", fields),
        rep.post(f"{CASES}:batch", {"create": [{"fields": fields}]}),
        rep.post(f"{CASES}:batch", {"change": [{"id": case, "fields": fields}]}),
    ]
    assert all(is_refused(reply) for reply in replies), [reply.text for reply in replies]
    for body in ({"fields": {"title": "new"}, name: 1}, {"fields": [["title", "new"]]}):
        assert rep.post(CASES, body).status in (400, 422)
    assert whole(vault) == before


@pytest.mark.parametrize("name", SYSTEM)
def test_a_pages_form_and_its_neighbours_refuse_it_too(vault: World, case: int, name: str) -> None:
    rep, before = vault.as_("rep"), whole(vault)
    form = {"title": "kept", name: str(SYSTEM[name]), "version": "1"}
    tried = {"version": "1"} if name == "version" else {}  # the version that was seen, which is no field
    sent = {
        "/a/vault/f/cases/new": form,
        f"/a/vault/f/cases/r/{case}/edit": form | tried,
        f"/a/vault/f/cases/r/{case}/move": {"move.field": name, "move.value": "1", "move.version": "1"},
        "/a/vault/f/cases/batch/change": {
            "batch.step": "do", "batch.field": name, name: "1", "batch.rows": f"{case}.1",
        },
    }  # fmt: skip
    for path, data in sent.items():
        if name == "version" and not path.endswith("/move"):
            continue
        reply = rep.ask("POST", path, data=data)
        assert reply.status in (400, 404, 409, 422), (path, reply.status)
    assert whole(vault) == before


@pytest.mark.parametrize("name", OF_ROWS)
def test_rows_take_no_more_than_records(vault: World, case: int, name: str) -> None:
    rep = vault.as_("rep")
    row = vault.admin.get(f"{CASES}/{case}").fields["lines"][0]["id"]
    before = whole(vault)
    for lines in ([{"id": row, "good": "x", name: 1}], [{"good": "x", name: 1}]):
        assert is_refused(rep.patch(f"{CASES}/{case}", {"lines": lines}))
    assert whole(vault) == before
    assert rep.patch(f"{records('cases_lines')}/{row}", {"good": "x"}).status == 404
    assert rep.post(records("cases_lines"), {"fields": {"good": "x", "parent": case}}).status == 404
    assert rep.delete(f"{records('cases_lines')}/{row}").status == 404
    batch = rep.post(f"{records('cases_lines')}:batch", {"change": [{"id": row, "fields": {"good": "x"}}]})
    assert batch.status in (404, 422)
    assert rep.ask("POST", f"/a/vault/f/cases_lines/r/{row}/edit", data={"good": "x"}).status == 404
    assert whole(vault) == before


def test_a_row_of_another_record_is_never_taken_over(vault: World, case: int) -> None:
    row = vault.admin.get(f"{CASES}/{case}").fields["lines"][0]
    own = create(vault.as_("rep"), "cases", title="own")
    vault.as_("rep").patch(f"{CASES}/{own}", {"lines": [{"id": row["id"], "good": "stolen"}]})
    assert vault.admin.get(f"{CASES}/{case}").fields["lines"] == [row]
    mine = vault.admin.get(f"{CASES}/{own}").fields["lines"]
    assert [(one["good"], one["buy"]) for one in mine] == [("stolen", None)]
    assert mine[0]["id"] != row["id"]


@pytest.mark.parametrize("value", [{"a": 1}, [], {}, [["title"]], [{"id": 1}], True])
def test_a_value_of_another_shape_is_a_problem_of_the_field(vault: World, case: int, value: object) -> None:
    before = whole(vault)
    for key in ("title", "client", "starts", "phone"):
        reply = vault.as_("rep").patch(f"{CASES}/{case}", {key: value})
        assert reply.status in (200, 422), reply.text
        if reply.status == 422:
            assert {error["field"] for error in reply.data["errors"]} == {key}
            assert whole(vault)[case] == before[case]
        before = whole(vault)


def test_repeated_parameters_and_repeated_keys_say_nothing_twice(vault: World, case: int) -> None:
    rep, before = vault.as_("rep"), whole(vault)
    for query in ("sort=title&sort=cost", "size=1&size=2", "q=a&q=b", "fields=title&fields=secret"):
        assert rep.ask("GET", f"/api/{CASES}?{query}").status == 400
    twice = b'{"fields": {"title": "a", "title": "b"}}'
    assert rep.ask("PATCH", f"/api/{CASES}/{case}", twice).status == 400
    client = rep.site.test_client()
    headers = {"Authorization": f"Bearer {rep.token}"}
    body = {"title": ["a", "b"], "version": "1"}
    assert client.post(f"/a/vault/f/cases/r/{case}/edit", data=body, headers=headers).status_code == 422
    assert whole(vault) == before


def test_a_masked_field_is_entered_once_and_never_written_over(vault: World, case: int) -> None:
    rep = vault.as_("rep")
    for value in ("138****5678", "13900001111", None):
        assert rep.patch(f"{CASES}/{case}", {"phone": value}).codes == ["not-writable"]
    assert vault.admin.get(f"{CASES}/{case}").fields["phone"] == "13812345678"
    assert create(rep, "cases", title="new", phone="13900001111") > 0

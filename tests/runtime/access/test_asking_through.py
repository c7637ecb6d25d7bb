"""What is worked out before it is saved, and what another record's row holds, tells nothing that is hidden."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.runtime.access.vault import CANARY, create, kept, open_vault, records
from tests.runtime.office import Caller, Reply, World

CASES = records("cases")
NONCE = re.compile(r"[0-9a-f]{32}")


@pytest.fixture(scope="module")
def vault(database_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    folder: Path = tmp_path_factory.mktemp("data")
    with open_vault(database_url, folder) as opened:
        yield opened


@pytest.fixture(scope="module")
def unseen(vault: World) -> int:
    """A client that clerks do not see."""
    return create(
        vault.admin, "clients", name=CANARY, region="north", rate="77.31", limit="88.42", open=False,
        mobile="13899995678",
    )  # fmt: skip


@pytest.fixture(scope="module")
def case(vault: World, unseen: int) -> int:
    """A case that clerks see, with a client that they do not."""
    return create(
        vault.as_("keeper"), "cases", title="through", client=unseen, open=True, secret=CANARY, cost="5",
        rate=1, phone="13877775678", lines=[{"good": "tea", "maker": unseen, "buy": "66.53", "tel": "13866665678"}],
    )  # fmt: skip


def preview(caller: Caller, record: int = 0, **values: Any) -> Reply:
    body = {"record": values, "edited": [*values], "touched": [*values], "id": record or ""}
    return caller.ask("POST", "/a/vault/f/cases/preview", body)


def told(*replies: Reply) -> list[str]:
    secrets = (CANARY, "77.31", "88.42", "66.53", "13899995678", "13877775678", "13866665678")
    return [secret for secret in secrets for reply in replies if secret in reply.text]


def test_a_link_to_an_unseen_record_brings_nothing_from_there(vault: World, unseen: int) -> None:
    rep = vault.as_("rep")
    replies = [preview(rep, title="a", client=str(unseen))]
    replies += [preview(rep, title="a", **{"lines.0.maker": str(unseen)})]
    replies += [rep.ask("GET", "/a/vault/f/cases/new", query_string={"client": unseen})]
    missing = rep.ask("GET", "/a/vault/f/cases/new", query_string={"client": 999_999})
    assert told(*replies) == []
    assert replies[0].data["fields"]["rate"]["value"] is None
    assert replies[0].data == preview(rep, title="a", client="999999").data
    assert NONCE.sub("", replies[2].text.replace(f"client={unseen}", "")) == NONCE.sub(
        "", missing.text.replace("client=999999", "")
    )
    assert preview(vault.as_("keeper"), client=str(unseen)).data["fields"]["rate"]["value"] == "77.31"


def test_a_picker_does_not_tell_what_an_unseen_record_holds(vault: World, unseen: int) -> None:
    create(vault.admin, "contacts", name="northern", region="north")
    path = "/a/vault/f/cases/choices/contact"
    there, missing = (
        vault.as_("rep").ask("GET", path, query_string={"own.client": one}) for one in (unseen, 999_999)
    )
    assert (there.data, there.data["items"]) == (missing.data, [])
    assert vault.as_("keeper").ask("GET", path, query_string={"own.client": unseen}).data["items"]


def test_the_picker_of_a_hidden_field_is_that_of_no_field(vault: World, case: int) -> None:
    for who, hidden in (("rep", "behind"), ("rep", "nothing")):
        reply = vault.as_(who).ask("GET", f"/a/vault/f/cases/choices/{hidden}", query_string={"q": ""})
        assert (reply.status, reply.data) == (200, {"items": []})


def test_a_lookup_shows_on_the_form_what_it_shows_in_the_list(vault: World, case: int) -> None:
    rep = vault.as_("rep")
    edit = rep.ask("GET", f"/a/vault/f/cases/r/{case}/edit")
    assert (edit.status, told(edit, preview(rep, case))) == (200, [])
    open_client = create(
        vault.admin, "clients", name="open", open=True, limit="31.97", mobile="13812345678", region="south"
    )
    own = create(rep, "cases", title="own", client=open_client)
    fields = preview(rep, own).data["fields"]
    listed = rep.get(f"{CASES}/{own}").fields
    assert (fields["client_limit"]["value"], listed["client_limit"]) == (None, None)
    assert (fields["client_mobile"]["value"], listed["client_mobile"]) == ("138****5678", "138****5678")
    assert (fields["client_region"]["display"], listed["client_region"]) == ("south", "south")


def test_a_conflict_shows_no_hidden_field(vault: World) -> None:
    own = create(vault.as_("keeper"), "cases", title="conflict", cost="61.77", secret=CANARY, open=True)
    form = {"title": "mine", "gain": "1", "secret": "1", "paid": "2", "cost": "3", "version": "99"}
    reply = vault.as_("rep").ask("POST", f"/a/vault/f/cases/r/{own}/edit", data=form)
    assert reply.status == 409
    for secret in (CANARY, "61.77", "123.54", 'data-field="gain"', 'data-field="secret"'):
        assert secret not in reply.text


def test_a_row_of_another_record_is_no_excuse(vault: World, case: int, unseen: int) -> None:
    """Neither its links nor its files count as "already there" in a record of one's own."""
    keeper, peer = vault.as_("keeper"), vault.as_("peer")
    rows = keeper.get(f"{CASES}/{case}").fields["lines"]
    file = kept(keeper, "scan.txt", b"of the keeper", form="cases_lines", field="scan")
    other = create(keeper, "cases", title="other", open=True, lines=[{"good": "ink", "scan": [file]}])
    foreign = keeper.get(f"{CASES}/{other}").fields["lines"][0]["id"]
    own = create(vault.as_("rep"), "cases", title="mine", lines=[{"good": "pen"}])
    for row in ({"id": foreign, "scan": [file]}, {"scan": [file]}):
        reply = vault.as_("rep").patch(f"{CASES}/{own}", {"lines": [row]})
        assert (reply.status, reply.codes) == (422, ["file-not-sent"])
    assert keeper.get(f"{CASES}/{own}").fields["lines"][0]["good"] == "pen"
    assert [row["id"] for row in keeper.get(f"{CASES}/{case}").fields["lines"]] == [row["id"] for row in rows]
    assert peer.patch(f"{CASES}/{own}", {"lines": []}).status in (403, 404, 422)


def test_a_copy_has_no_middle_of_a_mask_and_no_hidden_value(vault: World, case: int) -> None:
    copy = vault.as_("rep").ask("GET", f"/a/vault/f/cases/r/{case}/copy")
    assert copy.status == 200
    assert told(copy) == []
    assert "tea" in copy.text
    assert "13877775678" in vault.as_("keeper").ask("GET", f"/a/vault/f/cases/r/{case}/copy").text


def test_nobody_is_warned_by_what_they_do_not_see(vault: World, case: int) -> None:
    def warned(who: str, record: int = 0, **values: str) -> list[str]:
        return [one["sentence"] for one in preview(vault.as_(who), record, **values).data["similar"]]

    create(vault.as_("keeper"), "cases", title="unseen twin", open=False, phone="13877775678", secret=CANARY)
    create(vault.as_("keeper"), "cases", title="seen twin", open=True, phone="13877775678", secret=CANARY)
    assert warned("rep", title="unseen twin") == []
    assert warned("rep", title="seen twin") == ["The same title"]
    assert warned("rep", phone="13877775678", secret=CANARY) == []
    assert warned("rep", case, title="x") == []
    assert set(warned("keeper", case, title="x")) == {"The same phone", "The same secret"}


def test_a_link_hidden_in_this_record_cannot_be_guessed(vault: World, unseen: int) -> None:
    keeper, peer = vault.as_("keeper"), vault.as_("peer")
    hidden = create(keeper, "cases", title="new", state="new", open=True, client=unseen)
    shown = create(keeper, "cases", title="doing", state="doing", open=True, client=unseen)
    for record in (hidden, shown):
        right, wrong = (
            peer.patch(f"{CASES}/{record}", {"lines": [{"maker": client}]}) for client in (unseen, 999_999)
        )
        assert (right.status, right.text) == (wrong.status, wrong.text)
    batch = [
        peer.post(f"{CASES}:batch", {"change": [{"id": shown, "fields": {"behind": one}}]})
        for one in (hidden, 999_999)
    ]
    assert batch[0].text == batch[1].text


def test_the_history_of_rows_does_not_tell_of_hidden_columns(vault: World) -> None:
    keeper = vault.as_("keeper")
    own = create(keeper, "cases", title="rows", open=True, lines=[{"good": "tea", "buy": 1}])
    row = keeper.get(f"{CASES}/{own}").fields["lines"][0]["id"]
    assert (
        keeper.patch(f"{CASES}/{own}", {"lines": [{"id": row, "good": "tea", "buy": "55.19"}]}).status == 200
    )
    history = vault.as_("rep").get(f"{CASES}/{own}/history")
    assert "55.19" in keeper.get(f"{CASES}/{own}/history").text
    assert [one["action"] for one in history.data["history"]] == ["create"]
    for secret in ("55.19", '"buy"', '"paid"', '"maker"'):
        assert secret not in history.text

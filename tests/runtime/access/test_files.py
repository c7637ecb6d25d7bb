"""Files: the rights on the record that holds them, what is taken, and how they are given."""

from __future__ import annotations

from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import pytest

from tests.runtime.access.vault import PNG, create, kept, open_vault, records, upload
from tests.runtime.office import Caller, Reply, World

CASES = records("cases")
HTML = b"<!doctype html><script>attack()</script>"
SVG = b'<svg xmlns="http://www.w3.org/2000/svg" onload="attack()"/>'
# A picture by its first bytes, a page by the rest.
BOTH = PNG + HTML


@pytest.fixture(scope="module")
def vault(database_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    folder: Path = tmp_path_factory.mktemp("data")
    with open_vault(database_url, folder) as opened:
        yield opened


def address(record: int, reference: str, field: str = "papers", form: str = "cases") -> str:
    return f"/a/vault/f/{form}/r/{record}/files/{field}/{reference.partition('/')[0]}"


def give(caller: Caller, path: str, **headers: str) -> Reply:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    named |= {"Authorization": f"Bearer {caller.token}"} if caller.token else {}
    answer = caller.site.test_client().get(path, headers=named, buffered=True)
    return Reply(answer.status_code, answer.get_data().decode("utf-8", "replace"), dict(answer.headers))


def incoming(vault: World) -> list[Path]:
    return [path for path in vault.office.files.folder.rglob("*") if path.name.startswith("incoming-")]


def test_a_file_is_as_visible_as_the_field_of_the_record_that_holds_it(vault: World) -> None:
    keeper, rep, peer = vault.as_("keeper"), vault.as_("rep"), vault.as_("peer")
    paper, proof = (
        kept(keeper, f"{field}.txt", field.encode(), field=field) for field in ("papers", "proofs")
    )
    scan = kept(keeper, "scan.txt", b"scan", form="cases_lines", field="scan")
    shown = {
        "title": "files",
        "state": "new",
        "papers": [paper],
        "proofs": [proof],
        "lines": [{"scan": [scan]}],
    }
    seen, unseen = (create(keeper, "cases", **shown, open=is_open) for is_open in (True, False))
    row = keeper.get(f"{CASES}/{seen}").fields["lines"][0]["id"]
    ways = {
        address(seen, paper): (200, 404), address(seen, proof, "proofs"): (400, 400),
        address(unseen, paper): (404, 404), address(seen, proof): (404, 404),
        address(row, scan, "scan", "cases_lines"): (200, 404), address(999_999, paper): (404, 404),
        address(seen, paper, "nothing"): (400, 400),
    }  # fmt: skip
    for path, statuses in ways.items():
        assert (give(rep, path).status, give(peer, path).status) == statuses, path
        assert give(vault.as_("outsider"), path).status == 404
        assert give(vault.nobody, path).status in (302, 303, 401)
    hidden, missing = give(rep, address(seen, paper, "proofs")), give(rep, address(seen, paper, "qqqqqq"))
    assert hidden.text.replace("proofs", "") == missing.text.replace("qqqqqq", "")


def test_a_right_that_is_gone_and_a_record_that_is_gone_take_the_file_along(vault: World) -> None:
    keeper, rep = vault.as_("keeper"), vault.as_("rep")
    paper = kept(keeper, "gone.txt", b"gone")
    case = create(keeper, "cases", title="gone", open=True, papers=[paper])
    path = address(case, paper)
    etag = give(rep, path).headers["ETag"]
    assert give(rep, path, If_None_Match=etag).status == 304
    keeper.patch(f"{CASES}/{case}", {"open": False})
    assert give(rep, path, If_None_Match=etag).status == 404
    assert give(rep, path, Range="bytes=0-1").status == 404
    keeper.patch(f"{CASES}/{case}", {"open": True})
    assert give(rep, path).status == 200
    keeper.delete(f"{CASES}/{case}")
    for who in ("rep", "keeper"):
        assert give(vault.as_(who), path).status == 404


def test_only_who_has_sent_a_file_puts_it_into_a_record(vault: World) -> None:
    keeper, rep = vault.as_("keeper"), vault.as_("rep")
    paper = kept(keeper, "theirs.txt", b"theirs")
    sent = f"/a/vault/sent/{paper.partition('/')[0]}"
    assert (give(keeper, sent).status, give(rep, sent).status) == (200, 404)
    own = create(rep, "cases", title="own")
    for reference in (paper, f"{'0' * 64}/made up.txt"):
        for fields in ({"papers": [reference]}, {"lines": [{"scan": [reference]}]}):
            assert rep.patch(f"{CASES}/{own}", fields).codes == ["file-not-sent"]
    text = create(rep, "cases", title=paper)
    assert give(rep, address(text, paper, "title")).status == 404


@pytest.mark.parametrize(
    "name, content, code",
    [
        ("page.html", HTML, 422), ("page.svg", SVG, 422), ("page.xhtml", HTML, 422), ("run.exe", b"MZ", 422),
        ("page.png", HTML, 422), ("page.png", SVG, 422), ("page.pdf", HTML, 422), ("page", HTML, 422),
        ("page.png.html", PNG, 422), ("big.txt", b"x" * (21 * 1024 * 1024), 422), ("page.txt", PNG, 422),
        ("both.png", BOTH, 200), ("page.txt", HTML, 200), ("data.xml", SVG, 200), ("plain.txt", b"", 200),
    ],
)  # fmt: skip
def test_what_is_taken_and_what_is_not(vault: World, name: str, content: bytes, code: int) -> None:
    reply = upload(vault.as_("rep"), name, content)
    assert reply.status in ((code, 413) if len(content) > 1_000_000 else (code,)), reply.text
    assert incoming(vault) == []


@pytest.mark.parametrize("name, content", [("both.png", BOTH), ("page.txt", HTML), ("data.xml", SVG)])
def test_no_file_is_ever_a_page(vault: World, name: str, content: bytes) -> None:
    rep = vault.as_("rep")
    paper = kept(rep, name, content)
    case = create(rep, "cases", title=name, papers=[paper])
    for path in (address(case, paper), f"/a/vault/sent/{paper.partition('/')[0]}?name=x.html"):
        reply = give(rep, path)
        headers = reply.headers
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert "sandbox" in headers["Content-Security-Policy"]
        assert "default-src 'none'" in headers["Content-Security-Policy"]
        assert headers["Content-Type"].partition(";")[0] in ("image/png", "application/octet-stream")
        inline = headers["Content-Type"] == "image/png"
        assert headers["Content-Disposition"].startswith("inline" if inline else "attachment")
        assert "private" in headers["Cache-Control"]


@pytest.mark.parametrize(
    "name, clean",
    [
        ("../../etc/passwd.txt", "passwd.txt"), (r"C:\windows\a.txt", "a.txt"), ("a\r\nSet-Cookie: x.txt", "aSet-Cookie_ x.txt"),
        ('"; filename=evil.html;.txt', "_; filename=evil.html;.txt"), ("合同 \u202etxt.exe.txt", "合同 txt.exe.txt"),
        ("a\0b.txt", "ab.txt"), ("x" * 300 + ".txt", "x" * 196 + ".txt"),
    ],
)  # fmt: skip
def test_a_name_is_kept_without_what_could_harm(vault: World, name: str, clean: str) -> None:
    rep = vault.as_("rep")
    paper = kept(rep, name, b"named")
    assert paper.partition("/")[2] == clean
    case = create(rep, "cases", title="named", papers=[paper])
    headers = give(rep, address(case, paper)).headers
    assert "\n" not in headers["Content-Disposition"]
    assert "Set-Cookie" not in headers
    forged = paper.partition("/")[0] + "/../" + clean
    assert rep.patch(f"{CASES}/{case}", {"papers": [forged]}).status == 422


def test_a_part_of_a_file_is_given_on_request(vault: World) -> None:
    rep = vault.as_("rep")
    paper = kept(rep, "range.txt", b"0123456789")
    case = create(rep, "cases", title="range", papers=[paper])
    part = give(rep, address(case, paper), Range="bytes=2-4")
    assert (part.status, part.text, part.headers["Content-Range"]) == (206, "234", "bytes 2-4/10")
    assert give(rep, address(case, paper), Range="bytes=99-").status == 416


def test_who_may_not_fill_a_field_in_sends_no_file_for_it(vault: World) -> None:
    hidden = upload(vault.as_("rep"), "a.txt", b"a", field="proofs")
    missing = upload(vault.as_("rep"), "a.txt", b"a", field="qqqqqq")
    assert hidden.text.replace("proofs", "") == missing.text.replace("qqqqqq", "")
    assert (hidden.status, missing.status) == (404, 404)
    assert upload(vault.as_("rep"), "a.txt", b"a", field="title").status == 400
    assert upload(vault.as_("outsider"), "a.txt", b"a").status == 404


def test_an_upload_that_breaks_off_leaves_nothing(vault: World) -> None:
    rep = vault.as_("rep")
    before = set(vault.office.files.folder.rglob("*"))
    answer = rep.site.test_client().post(
        "/a/vault/f/cases/files/papers?name=half.txt", input_stream=BytesIO(b"half of it"), environ_overrides={"CONTENT_LENGTH": "5000"},
        headers={"Authorization": f"Bearer {rep.token}"},
    )  # fmt: skip
    assert answer.status_code >= 400
    assert set(vault.office.files.folder.rglob("*")) == before

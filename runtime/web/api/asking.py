"""What a request asks for in its address and headers: filters, sorting, pages, versions and keys."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Collection

from flask import request

from engine.problems import ProblemCode, Refusal, suggest
from engine.texts import Text
from runtime.service.idempotency import Attempt
from runtime.service.listing import MOST_ROWS, Filter, ListRequest
from runtime.web.guest import actor, office

UNKNOWN_PARAMETER = ProblemCode(
    "unknown-parameter",
    Text("没有「{name}」这个参数", "There is no parameter '{name}'"),
    Text("可用的有:{known}", "There are: {known}"),
)
WRONG_PARAMETER = ProblemCode(
    "wrong-parameter",
    Text("参数「{name}」应为{expected}", "The parameter '{name}' must be {expected}"),
    Text("改成{expected}", "Use {expected}"),
)
WRONG_HEADER = ProblemCode(
    "wrong-header",
    Text("请求头「{name}」应为{expected}", "The header '{name}' must be {expected}"),
    Text("改成{expected}", "Use {expected}"),
)

_MOST_PAGES = 1_000_000
_ONCE = Text("只写一次", "given once")
_YES_OR_NO = Text("true 或 false", "true or false")
_VERSION = Text('记录的版本,例如 "7"', 'the version of the record, such as "7"')
_KEY = Text("1 到 200 个可见的 ASCII 字符", "1 to 200 visible ASCII characters")
_NAMES = Text("用逗号隔开的字段", "fields with commas between them")
_ETAG = re.compile(r'(?:W/)?"?([0-9]{1,15})"?')
_LIST = ("filter", "any", "sort", "page", "size", "after", "before", "fields", "q", "deleted", "totals")


def check_parameters(known: Collection[str], repeated: Collection[str] = ()) -> None:
    """Raise `Refusal` for a parameter that means nothing here, or that stands there twice."""
    for name, values in request.args.lists():
        if name not in known and name != "lang":
            near = suggest(name[:100], known)
            shown = name if len(name) <= 40 else f"{name[:39]}…"
            raise Refusal(UNKNOWN_PARAMETER.here(name=shown, known=", ".join(known) or "-", suggestions=near))
        if len(values) > 1 and name not in repeated:
            raise Refusal(WRONG_PARAMETER.here(name=name, expected=_ONCE))


def list_request(columns: tuple[str, ...]) -> ListRequest:
    """Return what the address asks of a list; `columns` unless it names its own.

    Raises `Refusal`.
    """
    check_parameters(_LIST, ("filter",))
    return ListRequest(
        columns=read_names("fields") or columns,
        filters=tuple(Filter.read(text) for text in request.args.getlist("filter")),
        sort=read_names("sort"),
        words=request.args.get("q", ""),
        page=_read_number("page", 1, _MOST_PAGES),
        size=_read_number("size", 50, MOST_ROWS),
        deleted=read_flag("deleted"),
        any=read_flag("any"),
        after=request.args.get("after", ""),
        before=request.args.get("before", ""),
        totals=read_flag("totals"),
        all_totals=read_flag("totals"),
    )


def read_names(name: str) -> tuple[str, ...]:
    """Return the names of a parameter, with commas between them. Raises `Refusal` for an empty one."""
    text = request.args.get(name, "")
    names = tuple(dict.fromkeys(part.strip() for part in text.split(","))) if text else ()
    if not all(names):
        raise Refusal(WRONG_PARAMETER.here(name=name, expected=_NAMES))
    return names


def read_flag(name: str) -> bool:
    """Return a parameter that is true or false; false where it is not given. Raises `Refusal`."""
    text = request.args.get(name, "false")
    if text not in ("true", "false"):
        raise Refusal(WRONG_PARAMETER.here(name=name, expected=_YES_OR_NO))
    return text == "true"


def _read_number(name: str, default: int, most: int) -> int:
    text = request.args.get(name, "")
    if not text:
        return default
    number = int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0
    if not 1 <= number <= most:
        raise Refusal(
            WRONG_PARAMETER.here(name=name, expected=Text(f"1 到 {most} 的整数", f"from 1 to {most}"))
        )
    return number


def expected_version() -> int | None:
    """Return the version that `If-Match` names; None without it and for `*`. Raises `Refusal`."""
    header = request.headers.get("If-Match", "").strip()
    if header in ("", "*"):
        return None
    found = _ETAG.fullmatch(header)
    if found is None:
        raise Refusal(WRONG_HEADER.here(name="If-Match", expected=_VERSION))
    return int(found[1])


def attempt() -> Attempt | None:
    """Return this request under its `Idempotency-Key`; None where it has none. Raises `Refusal`."""
    key = request.headers.get("Idempotency-Key")
    if key is None:
        return None
    if not re.fullmatch(r"[\x21-\x7e]{1,200}", key):
        raise Refusal(WRONG_HEADER.here(name="Idempotency-Key", expected=_KEY))
    parts = (request.query_string, request.headers.get("If-Match", "").encode(), request.get_data(cache=True))
    digest = hashlib.sha256(b"\0".join(hashlib.sha256(part).digest() for part in parts)).hexdigest()
    return Attempt(actor().id, f"{request.method} {request.path}", key, digest, office().clock())

"""Bodies of requests: only what can be understood in one way is read, and nothing hostile costs anything."""

from __future__ import annotations

import json
import time
import tracemalloc
from decimal import Decimal

import pytest

from engine.problems import Refusal
from runtime.web.api.bodies import parse_json
from tests.runtime.office import World

PRODUCTS = "/api/apps/store/forms/products/records"
HOSTILE = {
    "deep": b'{"fields":' + b"[" * 100_000 + b"]" * 100_000 + b"}",
    "deep objects": b'{"a":' * 30_000 + b"1" + b"}" * 30_000,
    "digits": b'{"fields": {"price": ' + b"9" * 3_900_000 + b"}}",
    "exponent": b'{"fields": {"price": 1e999999999}}',
    "small exponent": b'{"fields": {"price": 1e-999999999}}',
    "many decimals": b'{"fields": {"price": 0.' + b"1" * 100_000 + b"}}",
    "nan": b'{"fields": {"price": NaN}}',
    "infinity": b'{"fields": {"price": -Infinity}}',
    "twice": b'{"fields": {"price": 1, "price": 2}}',
    "twice on top": b'{"fields": {}, "fields": {}}',
    "twice by escape": b'{"fields": {"price": 1, "pric\\u0065": 2}}',
    "surrogate": b'{"fields": {"name": "\\ud800"}}',
    "surrogate in a key": b'{"fields": {"\\udfff": 1}}',
    "not UTF-8": b'{"fields": {"name": "\xff"}}',
    "UTF-16": '{"fields": {}}'.encode("utf-16"),
    "byte order mark": b"\xef\xbb\xbf{}",
    "two values": b'{"fields": {}} {}',
    "comment": b'{"fields": {} /* no */}',
    "comma": b'{"fields": {},}',
    "single quotes": b"{'fields': {}}",
    "control character": b'{"fields": {"name": "a\nb"}}',
    "a list": b"[]",
    "a number": b"1",
    "null": b"null",
    "no fields": b"{}",
    "fields are a list": b'{"fields": []}',
    "more keys": b'{"fields": {}, "id": 1}',
    "a string without end": b'{"fields": {"name": "' + b'\\"' * 1_000_000,
    "only brackets": b"[" * 4_000_000,
}


@pytest.mark.parametrize("body", HOSTILE.values(), ids=HOSTILE)
def test_what_is_no_sound_body_is_refused_quickly(world: World, body: bytes) -> None:
    begun = time.process_time()
    reply = world.admin.ask("POST", PRODUCTS, body)
    assert (reply.status, reply.headers["Content-Type"]) == (400, "application/problem+json"), reply.text
    assert time.process_time() - begun < 2
    assert len(reply.text) < 2_000


def test_memory_stays_flat() -> None:
    tracemalloc.start()
    for body in (HOSTILE["deep"], HOSTILE["only brackets"], HOSTILE["digits"]):
        with pytest.raises(Refusal):
            parse_json(body)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 30_000_000


def test_a_body_that_is_too_large_or_no_json_is_refused(world: World) -> None:
    large = json.dumps({"fields": {"name": "x" * 4_200_000}}).encode()
    assert world.admin.ask("POST", PRODUCTS, large).status == 413
    for kind in ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data", ""):
        reply = world.admin.ask("POST", PRODUCTS, b'{"fields": {}}', headers={"Content-Type": kind})
        assert reply.status == 415, kind


def test_names_with_a_meaning_elsewhere_mean_nothing(world: World) -> None:
    for name in ("__proto__", "constructor", "__class__", "prototype", "$where", "0"):
        reply = world.admin.post("apps/store/forms/products/records", {"fields": {name: {"polluted": 1}}})
        assert reply.codes[0] == "unknown-field"


def test_numbers_are_read_exactly() -> None:
    value = parse_json(b'{"a": 0.1, "b": 12345678901234567890, "c": 1e2, "d": -0.0, "e": "\\ud83d\\ude00"}')
    assert value == {
        "a": Decimal("0.1"),
        "b": 12345678901234567890,
        "c": Decimal(100),
        "d": Decimal(0),
        "e": "😀",
    }
    assert parse_json(b"[" * 20 + b"]" * 20) is not None


@pytest.mark.parametrize(
    "value",
    [None, 0, 1.5, True, "x" * 100_000, "\x00", "\x07", [], {}, [[]], {"a": 1}, "‮", "é", -0.0, 1e30, 2**63],
)
@pytest.mark.parametrize("field", ["name", "price", "stock", "grade", "since", "replaces"])
def test_any_value_in_any_field_is_taken_or_refused_with_its_name(
    world: World, field: str, value: object
) -> None:
    fields = {"name": world.unique("any"), "price": 1, field: value}
    reply = world.admin.post("apps/store/forms/products/records", {"fields": fields})
    assert reply.status in (201, 422), reply.text
    if reply.status == 422:
        assert {error["field"] for error in reply.data["errors"]} == {field}

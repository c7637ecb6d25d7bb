"""One function validates: a page, the API, a batch and the system's own writes give the same verdict."""

from __future__ import annotations

from typing import Any

import pytest

from engine.problems import Problem
from engine.turn import RecordSubmitted, Refused
from runtime.service import records
from runtime.service.batch import Batch, BatchEntry, BatchRefused, save_batch
from runtime.web.row_names import nest
from tests.runtime.workshop import Workpiece, Workshop

FORMS = """
orders:
  fields:
    name: {type: text, required: true, max: 10}
    kind: {type: choice, options: {a: A, b: {title: B, when: amount > 5}}}
    amount: {type: integer, min: 1, max: 100}
    reason: {type: text, required: true, visible: amount > 50}
    mail: {type: email}
    starts: {type: date}
    ends: {type: date, min: =starts}
    lines:
      type: table
      max: 2
      checks:
        - {must: quantity != 13, say: {zh: 不要十三, en: Not thirteen}}
      fields:
        what: {type: text, required: true}
        quantity: {type: integer, min: 1}
    total: {type: integer, formula: SUM(lines.quantity)}
  checks:
    - {must: total <= 20, say: {zh: 太多, en: Too many}}
"""
CASES: tuple[dict[str, Any], ...] = (
    {"name": "fine", "amount": "3"},
    {},
    {"name": "far too long a name", "amount": "many"},
    {"name": "x", "kind": "b", "amount": "3"},
    {"name": "x", "kind": "b", "amount": "6"},
    {"name": "x", "kind": "c"},
    {"name": "x", "amount": "60"},
    {"name": "x", "amount": "101"},
    {"name": "x", "mail": "nobody"},
    {"name": "x", "starts": "2026-02-31"},
    {"name": "x", "starts": "2026-12-02", "ends": "2026-12-01"},
    {"name": "x", "total": "5"},
    {"name": "x", "colour": "red"},
    {"name": "x", "lines": [{"what": "tea", "quantity": "2"}]},
    {"name": "x", "lines": [{"quantity": "0"}, {"what": "pen", "quantity": "13"}]},
    {"name": "x", "lines": [{"what": "tea"}, {"what": "pen"}, {"what": "cup"}]},
    {"name": "x", "lines": [{"what": "tea", "quantity": "21"}]},
    {"name": "x", "lines": [{"what": "tea", "colour": "red"}]},
)
Verdict = set[tuple[tuple[object, ...], str]]


@pytest.fixture(scope="module")
def app(workshop: Workshop) -> Workpiece:
    return workshop.app(FORMS)


def told(problems: tuple[Problem, ...]) -> Verdict:
    return {(problem.path, problem.code.name) for problem in problems}


def by_api(app: Workpiece, raw: dict[str, Any]) -> Verdict:
    try:
        app.save("orders", **raw)
    except Refused as refused:
        return told(refused.first)
    return set()


def by_page(app: Workpiece, raw: dict[str, Any]) -> Verdict:
    flat = {key: value for key, value in raw.items() if key != "lines"} | {"lines.rows": ""}
    for place, row in enumerate(raw.get("lines", ())):
        flat |= {f"lines.k{place}.{key}": value for key, value in row.items()}
    try:
        app.do(lambda visit: records.create_records(visit, "orders", [nest(flat).values]))
    except Refused as refused:
        return told(refused.first)
    return set()


def by_batch(app: Workpiece, raw: dict[str, Any]) -> Verdict:
    try:
        app.do(lambda visit: save_batch(visit, "orders", Batch(create=(BatchEntry(0, None, raw),))))
    except BatchRefused as refused:
        return told(next(iter(refused.problems.values())))
    return set()


def by_system(app: Workpiece, raw: dict[str, Any]) -> Verdict:
    try:
        app.do(lambda visit: visit.unit().take(RecordSubmitted("orders", raw)))
    except Refused as refused:
        return told(refused.first)
    return set()


@pytest.mark.parametrize("raw", CASES, ids=range(len(CASES)))
def test_every_way_in_gives_the_same_verdict(app: Workpiece, raw: dict[str, Any]) -> None:
    verdicts = {way.__name__: way(app, raw) for way in (by_api, by_page, by_batch, by_system)}
    assert len({frozenset(verdict) for verdict in verdicts.values()}) == 1, verdicts

"""The little stored world that the suites are shipped with answers as a database would."""

from decimal import Decimal

import pytest

from engine.expression.evaluate import evaluate
from engine.testing import MemoryReader, a_scope, compile_forms
from engine.values import Value

APP = """\
requests:
  fields:
    name: {type: text}
    total: {type: rollup, from: lines, link: request, field: cost}
    count: {type: rollup, from: lines, link: request, how: count}
    costed: {type: rollup, from: lines, link: request, field: cost, how: count}
    mean: {type: rollup, from: lines, link: request, field: cost, how: average, decimals: 2}
    least: {type: rollup, from: lines, link: request, field: cost, how: min}
    most: {type: rollup, from: lines, link: request, field: cost, how: max, when: lines.kind == 'b'}
    twice: {type: formula, of: total * 2}
    first: {type: formula, of: "FIRST(lines.kind, lines.request == this)"}
lines:
  fields:
    request: {type: link, to: requests}
    cost: {type: money}
    kind: {type: choice, options: [a, b]}
    of: {type: lookup, of: request.name}
"""
FORMS, PROBLEMS = compile_forms(APP)


def world() -> tuple[MemoryReader, int, int]:
    reader = MemoryReader(FORMS)
    full, empty = reader.add("requests", name="full"), reader.add("requests", name="empty")
    for cost, kind in ((Decimal(5), "a"), (Decimal("2.5"), "b"), (None, "b"), (Decimal(1), None)):
        reader.add("lines", request=full, cost=cost, kind=kind)
    reader.add("lines", request=full, cost=Decimal(100), kind="a", deleted_at=reader.now)
    return reader, full, empty


def value(reader: MemoryReader, form: str, record: int, key: str) -> Value:
    return a_scope(FORMS[form], reader.records[form][record], reader=reader).read(key)


def test_the_forms_have_no_problems():
    assert PROBLEMS == ()


@pytest.mark.parametrize(
    ("key", "of_lines", "of_none"),
    [
        ("total", Decimal("8.5"), Decimal(0)),
        ("count", Decimal(4), Decimal(0)),
        ("costed", Decimal(3), Decimal(0)),
        ("mean", Decimal("2.83"), None),
        ("least", Decimal(1), None),
        ("most", Decimal("2.5"), None),
        ("twice", Decimal(17), Decimal(0)),
        ("first", "a", None),
    ],
)
def test_aggregates_skip_blanks_and_deleted_records(key: str, of_lines: Value, of_none: Value):
    reader, full, empty = world()
    assert value(reader, "requests", full, key) == of_lines
    assert value(reader, "requests", empty, key) == of_none


def test_a_lookup_reads_through_a_link_unless_it_is_blank():
    reader, _, _ = world()
    assert value(reader, "lines", 1, "of") == "full"
    loose = reader.add("lines", request=None)
    assert value(reader, "lines", loose, "of") is None


def test_a_lookup_does_not_see_a_deleted_record():
    reader, full, _ = world()
    reader.records["requests"][full]["deleted_at"] = reader.now
    assert value(reader, "lines", 1, "of") is None


def test_people_and_departments():
    forms, problems = compile_forms("f: {fields: {boss: {type: formula, of: me.supervisor.department.name}}}")
    reader = MemoryReader(forms)
    company = reader.add_department(name="Company")
    sales = reader.add_department(name="Sales", parent=company)
    head = reader.add_person(name="Wang", department=sales)
    member = reader.add_person(name="Li", department=sales, supervisor=head)
    formula = forms["f"].fields["boss"].formula
    assert problems == ()
    assert formula is not None
    assert evaluate(formula, a_scope(forms["f"], reader=reader, me=member)) == "Sales"
    assert evaluate(formula, a_scope(forms["f"], reader=reader, me=head)) is None
    assert reader.reports_to(member, head)
    assert not reader.reports_to(head, member)
    assert reader.is_within(sales, company)
    assert reader.is_within(sales, sales)
    assert not reader.is_within(company, sales)


def test_a_circle_of_supervisors_ends():
    reader = MemoryReader({})
    one = reader.add_person(name="One")
    two = reader.add_person(name="Two", supervisor=one)
    reader.records["@user"][one]["supervisor"] = two
    assert reader.reports_to(one, two)
    assert not reader.reports_to(one, 99)

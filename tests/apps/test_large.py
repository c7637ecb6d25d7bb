"""An app of 100 forms and 2,000 fields is checked; how long it takes is a budget of the benchmarks."""

from collections.abc import Iterator

from engine.app import check_app
from engine.definition.document import read_document
from tests.apps.definitions import catalog

FORMS = 100


def large_app(forms: int = FORMS) -> str:
    """Write an app whose forms have 20 fields each: entered, computed, linked, with rights and buttons."""
    return "\n".join(
        [
            "app: large",
            "roles: {clerk: 文员, boss: 主管}",
            "forms:",
            *_forms(forms),
            "access:",
            *_access(forms),
        ]
    )


def _forms(count: int) -> Iterator[str]:
    for number in range(count):
        other = (number + 1) % count
        yield f"  form{number}:"
        yield f"    title: {{zh: 表单 {number}, en: Form {number}}}"
        yield "    fields:"
        for field in (
            "number: {type: serial, format: 'F-{yyyy}-{0000}'}",
            "name: {type: text, required: true, max: 60}",
            "email: {type: text, format: email}",
            "owner: {type: user, default: =me}",
            "department: {type: department, fill: owner.department}",
            "on: {type: date, default: =today}",
            "due: {type: date, visible: status == 'open', required: =status == 'open'}",
            "status: {type: choice, options: {open: 进行中, done: 完成}, default: open}",
            f"other: {{type: link, to: form{other}, only: form{other}.quantity > 0}}",
            "other_name: {type: lookup, of: other.name}",
            "quantity: {type: integer, min: 1, max: =other.quantity}",
            "price: {type: money, fill: other.price}",
            "rate: {type: number, decimals: 2, max: 100}",
            "cost: {type: money, formula: quantity * price}",
            "net: {type: money, formula: 'ROUND(cost * (1 - rate / 100), 2)'}",
            "late: {type: formula, of: due < today and status == 'open'}",
            f"total: {{type: rollup, from: form{(number - 1) % count}, link: other, field: cost}}",
            "share: {type: number, formula: 'cost / total * 100', decimals: 1, unit: '%'}",
            "flag: {type: boolean, default: false}",
            "notes: {type: long_text, max: 500}",
        ):
            yield f"      {field}"
        yield "    checks: [{must: ISBLANK(due) or due >= on, say: 日期不对}]"
        yield "    columns: [number, name, other.name, cost, status]"
        yield "    sort: [-on, name]"
        yield "    buttons: {done: {title: 完成, when: status == 'open', do: [{set: {status: done}}]}}"


def _access(count: int) -> Iterator[str]:
    for number in range(count):
        yield f"  form{number}:"
        yield "    clerk: {can: [create, read, update], rows: subordinates, owner: owner, hide: [net]}"
        yield "    boss: {can: all}"


def test_a_large_app_is_checked():
    app, problems = check_app(read_document(large_app(), "large.yaml"), catalog())
    assert not [problem.line("en") for problem in problems]
    assert app is not None
    assert len(app.forms) == FORMS
    assert sum(len(form.fields) for form in app.forms.values()) == 2_000

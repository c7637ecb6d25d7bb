"""One turn: what actions ask for goes through the form's rules, one after the other, or nothing of it happens."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

import pytest

from engine.actions.contract import ActionType, PlannedAction
from engine.app import AppDefinition, check_app
from engine.decisions import Adjust, ChangeRecord, CreateRecord, Decision
from engine.definition.document import read_document
from engine.testing.apps import whole_catalog
from engine.testing.memory import NOW, SHANGHAI, MemoryReader
from engine.texts import Text
from engine.turn import MOST_STEPS, ButtonPressed, Moment, RecordSubmitted, Refused, Turn, take_turn

APP = """
app: t
forms:
  a:
    fields:
      n: {type: integer, max: 10}
      price: {type: money}
      sum: {type: money, formula: n * price}
      state: {type: choice, options: [open, done], readonly: true}
      note: {type: text, max: 5}
      stock: {type: integer}
      left: {type: integer, formula: stock - n}
      to: {type: link, to: b}
    checks: [{must: ISBLANK(sum) or sum < 1000, say: {zh: 太多, en: Too much}}]
    buttons:
      two: {title: Two, do: [set: {n: 4}, set: {price: =n * 10, state: done}]}
      late: {title: Late, do: [set: {n: 5}, set: {n: 11}]}
      much: {title: Much, do: [set: {n: 10}, set: {price: 100}]}
      third: {title: Third, do: [set: {price: =10 / 3}]}
      same: {title: Same, do: [set: {n: 9}, set: {n: 1}]}
      count: {title: Count, do: [take: {record: id, field: stock, amount: 2}, set: {note: =TEXT(stock)}]}
      odd: {title: Odd, do: [set: {note: x}]}
  b:
    fields: {x: {type: text, max: 3}, y: {type: text, formula: x + x}}
"""


@pytest.fixture(scope="module")
def app() -> AppDefinition:
    found, problems = check_app(read_document(APP, "t.yaml"), whole_catalog())
    assert found is not None, problems
    return found


VALUES: dict[str, Any] = {
    "id": 1,
    "n": Decimal(1),
    "price": Decimal(2),
    "sum": Decimal(2),
    "stock": Decimal(9),
    "left": Decimal(8),
}


def press(app: AppDefinition, button: str, **values: Any) -> Turn:
    reader = MemoryReader(app.forms)
    row = dict.fromkeys(app.forms["a"].fields) | VALUES | values
    reader.add("a", **{key: value for key, value in row.items() if key != "id"})
    reader.add("b", x="one")
    return take_turn(
        app, (ButtonPressed("a", 1, row, button),), Moment(reader=reader, now=NOW, zone=SHANGHAI)
    )


def test_an_action_sees_what_those_before_it_did_and_all_is_one_change(app: AppDefinition) -> None:
    turn = press(app, "two")
    assert turn.decisions == [
        ChangeRecord("a", 1, {"n": 4, "price": 40, "sum": 160, "left": 5, "state": "done"})
    ]
    assert [(step.what, step.result, dict(step.values)) for step in turn.trace.steps] == [
        ("decision", "changed", {"n": 4, "sum": 8, "left": 5}),
        ("decision", "changed", {"price": 40, "sum": 160, "state": "done"}),
    ]


@pytest.mark.parametrize(("button", "words"), [("late", "The most is 10"), ("much", "Too much")])
def test_an_action_writes_by_the_rules_of_the_form(app: AppDefinition, button: str, words: str) -> None:
    with pytest.raises(Refused, match=words):
        press(app, button)


def test_a_value_that_an_action_computes_keeps_the_digits_of_its_field(app: AppDefinition) -> None:
    assert press(app, "third").decisions == [
        ChangeRecord("a", 1, {"price": Decimal("3.33"), "sum": Decimal("3.33")})
    ]


def test_changes_that_undo_each_other_are_none(app: AppDefinition) -> None:
    assert press(app, "same").decisions == []


def test_a_counted_field_is_counted_by_the_database_alone(app: AppDefinition) -> None:
    count, change = press(app, "count").decisions
    assert (count.field, count.change) == ("stock", -2) if isinstance(count, Adjust) else False
    assert isinstance(change, ChangeRecord)
    assert change.values == {"note": "7", "left": 6}


# What an action of somebody else's may ask for.


class Asking(ActionType):
    """Asks for given decisions."""

    name = "asking"
    label = Text("问", "Ask")
    Options = dict

    def compile(self, options: Any, cursor: Any, compiling: Any) -> Any:
        return options

    def plan(self, compiled: Any, scope: Any, path: Any) -> Iterable[Decision]:
        yield from compiled

    def examples(self) -> tuple[Mapping[str, Any], ...]:
        return ()


def asking(app: AppDefinition, *decisions: Decision) -> Turn:
    form = app.forms["a"]
    button = dataclasses.replace(
        form.buttons["odd"], actions=(PlannedAction(Asking(), decisions, ("here",)),)
    )
    forms = {**app.forms, "a": dataclasses.replace(form, buttons={"odd": button})}
    return press(dataclasses.replace(app, forms=forms), "odd")


def test_whatever_record_an_action_writes_the_rules_of_its_form_hold(app: AppDefinition) -> None:
    assert asking(app, ChangeRecord("b", 1, {"x": "two"})).decisions == [
        ChangeRecord("b", 1, {"x": "two", "y": "twotwo"})
    ]
    assert asking(app, CreateRecord("b", {"x": "new"}, "m")).decisions == [
        CreateRecord("b", {"x": "new", "y": "newnew"}, "m")
    ]
    for decision in (ChangeRecord("b", 1, {"x": "long"}), CreateRecord("b", {"x": "long"})):
        with pytest.raises(Refused, match="at most 3"):
            asking(app, decision)
    with pytest.raises(Refused, match="no record"):
        asking(app, ChangeRecord("b", 99, {"x": "a"}))


def test_actions_without_end_are_stopped_and_named(app: AppDefinition) -> None:
    changes = [ChangeRecord("b", 1, {"x": str(number)}) for number in range(MOST_STEPS + 1)]
    assert len(asking(app, *changes[:-1]).decisions) == 1
    with pytest.raises(Refused, match=r"go round in a circle; all of it was undone: a\.odd → asking"):
        asking(app, *changes)


def test_every_event_of_a_batch_has_its_own_problems(app: AppDefinition) -> None:
    reader = MemoryReader(app.forms)
    events = tuple(RecordSubmitted("b", {"x": "x" * number}) for number in range(6))
    with pytest.raises(Refused) as refused:
        take_turn(app, events, Moment(reader=reader, now=NOW, zone=SHANGHAI))
    assert sorted(refused.value.problems) == [4, 5]

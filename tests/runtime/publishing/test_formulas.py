"""Stored formulas follow their definition: whatever changes their result changes it in every record, at once."""

from __future__ import annotations

from decimal import Decimal

import pytest

from runtime.store.database import count_statements
from tests.runtime.workshop import Workshop, sentences

LINES = """
lines:
  fields:
    quantity: {type: integer}
    price: {type: money}
    net: {type: money, formula: quantity * price}
    gross: {type: money, formula: net * 2}
    twice: {type: money, formula: gross * 2}
"""


def test_a_changed_formula_is_one_update_whatever_the_number_of_records(workshop: Workshop) -> None:
    app = workshop.app(LINES)
    app.save_all("lines", [{"quantity": n, "price": "1.10"} for n in range(1, 301)])
    changed = LINES.replace("gross * 2", "gross * 3")
    assert sentences(app.plan(changed).changes) == [
        "~ In 'lines' twice is worked out again by its formula (300)"
    ]
    with count_statements(workshop.database) as count:
        app.publish(changed)
    updates = [one for one in count.statements if one.startswith(f"UPDATE {app.table('lines')}")]
    assert len(updates) == 1
    assert app.read("lines", 300)["twice"] == Decimal("1980.00")


def test_formulas_that_read_a_changed_one_are_worked_out_after_it(workshop: Workshop) -> None:
    app = workshop.app(LINES)
    app.save("lines", quantity=2, price=5)
    app.delete("lines", app.save("lines", quantity=1, price=1))
    changed = LINES.replace("quantity * price", "quantity * price + 1")
    names = [words.split("' ")[1].split(" is")[0] for words in sentences(app.plan(changed).changes)]
    assert names == ["net", "gross", "twice"]
    app.publish(changed)
    assert app.read("lines", 1) == {
        "quantity": 2,
        "price": 5,
        "net": 11,
        "gross": 22,
        "twice": 44,
        "version": 1,
    }
    app.bring_back("lines", 2)
    assert app.read("lines", 2)["twice"] == 8


def test_formulas_follow_a_converted_field(workshop: Workshop) -> None:
    text = "a: {fields: {x: {type: number, decimals: 2}, y: {type: number, decimals: 2, formula: x * 2}}}"
    app = workshop.app(text)
    app.save("a", x="1.5")
    app.publish(text.replace("type: number, decimals: 2, formula", "type: number, decimals: 4, formula"))
    assert app.values("a", "y") == [3]
    app.change("a", 1, x=2)
    app.publish(text.replace("{x: {type: number, decimals: 2}", "{x: {type: integer}"))
    assert app.values("a", "y") == [4]


def test_a_formula_goes_between_stored_and_computed_at_each_read(workshop: Workshop) -> None:
    text = """
    goods: {fields: {name: {type: text}, price: {type: money}}}
    lines: {fields: {good: {type: link, to: goods}, n: {type: integer}, price: {type: money%s}, sum: {type: money, formula: n * %s}}}
    """
    stored, read = text % (", fill: good.price", "price"), text % (", fill: good.price", "good.price")
    app = workshop.app(stored)
    good = app.save("goods", name="tea", price=3)
    line = app.save("lines", good=good, n=2)
    app.publish(read)
    app.change("goods", good, price=5)
    assert (app.read("lines", line)["sum"], app.read("lines", line)["price"]) == (10, 3)
    app.publish(stored)
    assert app.read("lines", line)["sum"] == 6
    # The price itself becomes one that is read, and so the sum, whose own text stays the same.
    app.publish(text % (", formula: good.price", "price"))
    assert app.read("lines", line)["sum"] == 10
    app.publish(stored)
    app.change("lines", line, n=4)
    assert app.read("lines", line)["sum"] == 12


def test_entered_values_survive_a_formula(workshop: Workshop) -> None:
    entered, computed = (
        "a: {fields: {n: {type: integer}, x: {type: integer}}}",
        "a: {fields: {n: {type: integer}, x: {type: integer, formula: n + 1}}}",
    )
    app = workshop.app(entered)
    one = app.save("a", n=1, x=77)
    assert sentences(app.plan(computed).changes) == [
        "- In 'a' x comes from elsewhere now; its values so far stay in the database (1)",
        "~ In 'a' x is worked out again by its formula (1)",
    ]
    for _ in range(2):
        app.publish(computed)
        assert app.read("a", one)["x"] == 2
        app.publish(entered)
        assert app.read("a", one)["x"] == 77


def test_computed_values_stay_when_the_formula_goes(workshop: Workshop) -> None:
    app = workshop.app("a: {fields: {n: {type: integer}, x: {type: integer, formula: n + 1}}}")
    one = app.save("a", n=1)
    assert sentences(app.plan("a: {fields: {n: {type: integer}, x: {type: integer}}}").changes) == []
    app.publish("a: {fields: {n: {type: integer}, x: {type: integer}}}")
    assert app.read("a", one)["x"] == 2


def test_a_result_that_fits_no_column_is_blank_not_a_failure(workshop: Workshop) -> None:
    app = workshop.app("a: {fields: {n: {type: integer}}}")
    app.save("a", n=3 * 10**9)
    app.save("a", n=2)
    app.publish(
        "a: {fields: {n: {type: integer}, x: {type: integer, formula: n * n}, y: {type: number, formula: 1 / (n - 2)}}}"
    )
    assert (app.values("a", "x"), app.values("a", "y")) == ([None, 4], [Decimal("0.00"), None])
    with pytest.raises(Exception, match="too large"):
        app.change("a", 1, n=4 * 10**9)


def test_a_unique_formula_is_checked_after_it_is_worked_out(workshop: Workshop) -> None:
    text = "a: {fields: {n: {type: text}, m: {type: text}, x: {type: text, unique: true, formula: %s}}}"
    app = workshop.app(text % "n + m")
    app.save("a", n="a", m="b")
    app.save("a", n="a", m="c")
    assert "values-repeat" in app.refused(text % "n")
    app.publish(text % "m + n")
    with pytest.raises(Exception, match="already"):
        app.save("a", n="a", m="b")


def test_a_hidden_formula_stays_blank_when_it_is_worked_out_again(workshop: Workshop) -> None:
    text = "a: {fields: {on: {type: boolean}, n: {type: integer}, x: {type: integer, visible: on, formula: n * %s}}}"
    app = workshop.app(text % 2)
    app.save("a", on=True, n=1)
    app.save("a", on=False, n=1)
    app.publish(text % 3)
    assert app.values("a", "x") == [3, None]
    app.publish((text % 3).replace("visible: on", "visible: not on"))
    assert app.values("a", "x") == [None, 3]


def test_a_day_follows_the_time_zone_of_the_app(workshop: Workshop) -> None:
    app = workshop.app("a: {fields: {t: {type: datetime}, d: {type: integer, formula: DAY(t)}}}", zone="UTC")
    app.save("a", t="2026-01-31T20:00:00Z")
    assert app.values("a", "d") == [31]
    app.publish(
        "a: {fields: {t: {type: datetime}, d: {type: integer, formula: DAY(t)}}}", zone="Asia/Shanghai"
    )
    assert app.values("a", "d") == [1]

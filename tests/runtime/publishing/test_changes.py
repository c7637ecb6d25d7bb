"""What each kind of change of a definition does to the records that are there."""

from __future__ import annotations

from decimal import Decimal

import pytest

from engine.problems import DefinitionError
from tests.runtime.workshop import Workshop, sentences

GOODS = """
goods:
  fields:
    name: {type: text, required: true}
    price: {type: money}
    stock: {type: integer}
    value: {type: money, formula: price * stock}
"""
DEALS = """
shops:
  fields:
    name: {type: text}
deals:
  fields:
    number: {type: serial, format: "D-{0000}"}
    shop: {type: link, to: shops}
    note: {type: text}
"""


def test_a_new_app_is_a_table_a_form(workshop: Workshop) -> None:
    app = workshop.app(GOODS)
    one = app.save("goods", name="tea", price="2.50", stock=4)
    assert app.read("goods", one) == {
        "name": "tea",
        "price": Decimal("2.50"),
        "stock": 4,
        "value": 10,
        "version": 1,
    }


def test_the_same_text_again_changes_nothing(workshop: Workshop) -> None:
    app = workshop.app(GOODS)
    plan = app.plan(GOODS)
    assert (plan.is_same, plan.changes, plan.meaning) == (True, (), ())
    commented = app.plan(GOODS + "# a comment\n")
    assert (commented.is_same, commented.changes) == (False, ())
    assert [words.en for words in commented.meaning] == ["Only comments or the way of writing differ"]


def test_every_other_change_is_said_too(workshop: Workshop) -> None:
    app = workshop.app(GOODS, title="Goods")

    def said(old: str, new: str, **head: str) -> list[str]:
        return [
            words.en for words in app.plan(GOODS.replace(old, new), **({"title": "Goods"} | head)).meaning
        ]

    assert said("{type: money}", "{type: money, min: 0}") == ["In 'goods' price behaves differently"]
    assert said("{type: money}", "{type: money, visible: stock > 0, min: 1}") == [
        "In 'goods' price behaves differently"
    ]
    assert said("{type: money}", "{type: money, title: Cost}") == ["In 'goods', 'price' is now called 'Cost'"]
    assert said("goods:\n", "goods:\n  title: Wares\n") == ["The form 'goods' is now called 'Wares'"]
    assert said("goods:\n", "goods:\n  sort: [-price]\n") == ["The pages of 'goods' have changed"]
    assert said("goods:\n", "goods:\n  checks: [{must: price > 0, say: no}]\n") == [
        "What must hold in 'goods' has changed"
    ]
    button = "goods:\n  buttons: {up: {title: Up, do: [set: {stock: 1}]}}\n"
    assert said("goods:\n", button) == ["The buttons of 'goods' have changed"]
    assert said("", "", title="Wares")[0] == "The app's title, time zone, language or home has changed"
    app.publish(GOODS.replace("goods:\n", button), title="Goods")
    assert said("goods:\n", button.replace("stock: 1", "stock: 2")) == ["The buttons of 'goods' have changed"]


def test_a_new_field_is_blank_in_old_records(workshop: Workshop) -> None:
    app = workshop.app(GOODS)
    one = app.save("goods", name="tea")
    more = GOODS + "    grade: {type: choice, options: [a, b], default: a}\n"
    assert sentences(app.plan(more).changes) == ["+ 'goods' gets the field 'grade'"]
    app.publish(more)
    assert app.read("goods", one)["grade"] is None
    assert app.read("goods", app.save("goods", name="salt"))["grade"] == "a"


def test_a_renamed_field_keeps_its_values(workshop: Workshop) -> None:
    app = workshop.app(GOODS)
    one = app.save("goods", name="tea", price="2.50", stock=4)
    renamed = GOODS.replace("    price: {type: money}", "    cost: {type: money, was: price}").replace(
        "price *", "cost *"
    )
    assert (
        sentences(app.plan(renamed).changes)[0]
        == "+ In 'goods' the field 'price' is now 'cost'; its values stay"
    )
    column = app.column("goods", "price")
    app.publish(renamed)
    assert (app.column("goods", "cost"), app.read("goods", one)["cost"]) == (column, Decimal("2.50"))
    assert app.history("goods", one)[0][1]["cost"] == [None, Decimal("2.5")]
    app.change("goods", one, cost=3)
    app.restore("goods", one, 1)
    assert app.read("goods", one)["cost"] == Decimal("2.50")
    app.publish(renamed.replace("{type: text, required: true}", "{type: text}"))  # `was` may stay in the text
    assert app.column("goods", "cost") == column
    app.roll_back(1)
    assert (app.column("goods", "price"), app.read("goods", one)["price"]) == (column, Decimal("2.50"))
    assert app.history("goods", one)[0][1]["price"] == [None, Decimal("2.5")]


def test_a_renamed_form_keeps_records_history_links_and_numbers(workshop: Workshop) -> None:
    app = workshop.app(DEALS)
    shop = app.save("shops", name="north")
    deal = app.save("deals", shop=shop)
    columns = app.now.tables.stored.tables["deals"].columns
    renamed = DEALS.replace("shops:\n", "stores:\n  was: shops\n").replace("to: shops", "to: stores")
    renamed = (
        renamed.replace("deals:\n", "sales:\n  was: deals\n")
        .replace("    number:", "    no:")
        .replace('D-{0000}"', 'D-{0000}", was: number')
    )
    assert sentences(app.plan(renamed).changes) == [
        "+ The form 'shops' is now 'stores'; its records stay",
        "+ The form 'deals' is now 'sales'; its records stay",
        "+ In 'sales' the field 'number' is now 'no'; its values stay",
    ]
    app.publish(renamed)
    assert {c.name for c in app.now.tables.stored.tables["sales"].columns.values()} == {
        c.name for c in columns.values()
    }
    assert app.read("sales", deal)["shop"] == shop
    assert app.history("sales", deal)[0] == ("create", {"no": [None, "D-0001"], "shop": [None, shop]})
    assert app.read("sales", app.save("sales", shop=shop))["no"] == "D-0002"
    app.roll_back(1)
    assert app.read("deals", app.save("deals", shop=shop))["number"] == "D-0003"
    assert app.history("deals", deal)[0][1]["number"] == [None, "D-0001"]
    assert workshop.value(f"SELECT count(*) FROM {app.table('deals')}") == 3


def test_rolling_back_over_several_renamings_finds_everything_again(workshop: Workshop) -> None:
    app = workshop.app("a: {fields: {x: {type: text}}}")
    one = app.save("a", x="kept")
    app.publish("b: {was: a, fields: {y: {type: text, was: x}}}")
    app.publish("c: {was: b, fields: {z: {type: text, was: y}, x: {type: text}}}")
    app.change("c", one, x="new x")
    assert app.read("c", one) == {"z": "kept", "x": "new x", "version": 2}
    app.roll_back(1)
    assert app.read("a", one) == {"x": "kept", "version": 2}
    app.roll_back(3)
    assert app.read("c", one)["z"] == "kept"


def test_a_form_that_takes_the_name_of_an_old_one_does_not_take_its_records(workshop: Workshop) -> None:
    app = workshop.app("a: {fields: {x: {type: text}}}\nb: {fields: {x: {type: text}}}")
    app.save("a", x="old a")
    two = [app.save("b", x=f"b {number}") for number in range(2)]
    app.publish("b: {fields: {x: {type: text}}}")
    app.publish("a: {was: b, fields: {x: {type: text}}}")
    assert app.values("a", "x") == ["b 0", "b 1"]
    assert [app.history("a", one) for one in two] == [[("create", {"x": [None, f"b {n}"]})] for n in range(2)]
    app.publish("a: {was: b, fields: {x: {type: text}}}\nb: {fields: {x: {type: text}}}")
    assert app.values("b", "x") == []


def test_a_removed_field_keeps_its_values_for_the_way_back(workshop: Workshop) -> None:
    app = workshop.app(GOODS)
    one = app.save("goods", name="tea", price=1, stock=2)
    app.save("goods", name="salt")
    less = GOODS.replace("    price: {type: money}\n", "").replace("price * stock", "stock * 2")
    assert sentences(app.plan(less).changes) == [
        "- 'goods' loses the field 'price'; its values stay in the database (1)",
        "~ In 'goods' value is worked out again by its formula (2)",
    ]
    with pytest.raises(DefinitionError, match="confirm"):
        app.publish(less, confirmed=False)
    app.publish(less)
    assert app.read("goods", one) == {"name": "tea", "stock": 2, "value": 4, "version": 1}
    assert sentences(app.plan(GOODS).changes) == [
        "+ 'goods' has price again, with its values",
        "~ In 'goods' value is worked out again by its formula (2)",
    ]
    app.roll_back(1)
    assert app.read("goods", one)["price"] == 1
    assert app.history("goods", one)[0][1]["price"] == [None, 1]


def test_a_new_field_of_an_old_name_and_another_type_begins_empty(workshop: Workshop) -> None:
    app = workshop.app("a: {fields: {name: {type: text}, x: {type: text}}}")
    one = app.save("a", name="n", x="secret")
    app.publish("a: {fields: {name: {type: text}}}")
    app.publish("a: {fields: {name: {type: text}, x: {type: date}}}")
    assert app.read("a", one)["x"] is None
    assert app.history("a", one) == [("create", {"name": [None, "n"], f"x@{'f_x'}": [None, "secret"]})]
    app.change("a", one, x="2026-01-02")
    app.restore("a", one, 1)
    assert app.read("a", one)["x"] is None
    app.publish("a: {fields: {name: {type: text}}}")
    app.publish("a: {fields: {name: {type: text}, x: {type: text}}}")
    assert app.read("a", one)["x"] is None, "the text belongs to a field before the last one"


def test_a_removed_form_comes_back_with_its_records(workshop: Workshop) -> None:
    unique = DEALS.replace("name: {type: text}", "name: {type: text, unique: true}")
    app = workshop.app(unique)
    shop = app.save("shops", name="north")
    app.save("deals", shop=shop, note="n")
    less = "shops:" + unique.split("shops:")[1].split("deals:")[0]
    assert sentences(app.plan(less).changes) == [
        "- The form 'deals' is no longer used; its records are kept (1)"
    ]
    app.publish(less)
    app.publish("deals:" + DEALS.split("deals:")[1].replace("    shop: {type: link, to: shops}\n", ""))
    app.roll_back(1)
    assert app.read("deals", 1)["shop"] == shop
    assert app.read("deals", app.save("deals"))["number"] == "D-0002"


def test_numbers_become_texts_as_people_write_them(workshop: Workshop) -> None:
    app = workshop.app(
        "a: {fields: {m: {type: money}, n: {type: number, decimals: 3}, b: {type: boolean}, d: {type: date}, t: {type: datetime}}}"
    )
    one = app.save("a", m="1200.50", n="0.125", b=True, d="2026-02-28", t="2026-02-28 08:30")
    app.delete("a", app.save("a", m=1))
    texts = (
        "a: {fields: {m: {type: text}, n: {type: text}, b: {type: text}, d: {type: text}, t: {type: text}}}"
    )
    assert sentences(app.plan(texts).changes)[0] == (
        "~ In 'a' m changes from money with 2 decimals to text; the values are converted (1)"
    )
    app.publish(texts)
    assert app.read("a", one) == {
        "m": "1200.5", "n": "0.125", "b": "true", "d": "2026-02-28", "t": "2026-02-28 08:30:00", "version": 1,
    }  # fmt: skip
    app.roll_back(1)
    row = app.read("a", one)
    assert (row["m"], row["b"], row["t"].isoformat()) == (
        Decimal("1200.50"),
        True,
        "2026-02-28T00:30:00+00:00",
    )


def test_what_cannot_be_converted_is_named_and_nothing_changes(workshop: Workshop) -> None:
    app = workshop.app("a: {fields: {x: {type: text}, y: {type: text}, s: {type: text}}}")
    for words in ("1", "two", "3.25", "four", "5,000"):
        app.save("a", x=words, y="same", s="s")
    gone = app.save("a", x="gone")
    app.delete("a", gone)
    number = "a: {fields: {x: {type: number, decimals: 2}, y: {type: text, unique: true}, s: {type: text}}}"
    before = workshop.rows(f"SELECT * FROM {app.table('a')} ORDER BY id")
    refused = app.refused(number)
    assert refused == {
        "values-do-not-fit": "2 records have a x that cannot be converted, for example #2: two, #4: four",
        "values-repeat": "1 values of y occur more than once, for example same",
    }
    assert app.now.number == 1
    assert workshop.rows(f"SELECT * FROM {app.table('a')} ORDER BY id") == before
    for record in (2, 4):
        app.change("a", record, x="7")
    for record in range(1, 6):
        app.change("a", record, y=str(record))
    app.publish(number)
    assert app.values("a", "x") == [1, 7, Decimal("3.25"), 7, 5000]
    app.bring_back("a", gone)
    assert app.read("a", gone)["x"] is None


def test_money_gets_more_digits_and_loses_none(workshop: Workshop) -> None:
    app = workshop.app("a: {fields: {x: {type: number, decimals: 2}}}")
    app.save_all("a", [{"x": "1.25"}, {"x": "3"}, {"x": "123456789012345.67"}])
    app.publish("a: {fields: {x: {type: number, decimals: 3}}}")
    assert app.values("a", "x") == [Decimal("1.250"), 3, Decimal("123456789012345.670")]
    assert "#1: 1.25" in app.refused("a: {fields: {x: {type: integer}}}")["values-do-not-fit"]
    app.change("a", 1, x=1)
    app.change("a", 3, x=2)
    app.publish("a: {fields: {x: {type: integer, unique: true}}}")
    assert app.values("a", "x") == [1, 3, 2]
    assert "too large" not in str(
        app.refused("a: {fields: {x: {type: integer, unique: true}, y: {type: oops}}}")
    )


def test_a_link_to_another_form_begins_empty_and_comes_back(workshop: Workshop) -> None:
    deals = "p: {fields: {n: {type: text}}}\nq: {fields: {n: {type: text}}}\nd: {fields: {to: {type: %s}}}"
    app = workshop.app(deals % "link, to: p")
    app.save("p", n="p")
    app.save("q", n="q")
    one = app.save("d", to=1)
    for other in ("link, to: q", "user", "text"):
        change = sentences(app.plan(deals % other).changes)
        assert change == ["- In 'd' to comes from elsewhere now; its values so far stay in the database (1)"]
        app.publish(deals % other)
        assert app.read("d", one)["to"] is None, "an id means nothing elsewhere"
        app.publish(deals % "link, to: p")
        assert app.read("d", one)["to"] == 1
    app.publish(deals % "link, to: q")
    app.change("d", one, to=1)
    with pytest.raises(Exception, match="does not exist"):
        app.change("d", one, to=2)


def test_unique_is_refused_while_values_repeat_and_then_kept(workshop: Workshop) -> None:
    plain, unique = (
        GOODS,
        GOODS.replace("{type: text, required: true}", "{type: text, required: true, unique: true}"),
    )
    app = workshop.app(plain)
    for name in ("tea", "salt", "tea", "tea", "salt"):
        app.save("goods", name=name)
    app.delete("goods", app.save("goods", name="gone"))
    assert sentences(app.plan(unique).changes) == ["~ In 'goods' name must be unique"]
    assert app.refused(unique) == {
        "values-repeat": "2 values of name occur more than once, for example salt, tea"
    }
    for record in (3, 4, 5):
        app.change("goods", record, name=f"other {record}")
    app.publish(unique)
    with pytest.raises(Exception, match="already"):
        app.save("goods", name="tea")
    app.save("goods", name="gone")
    assert sentences(app.plan(plain).changes) == ["+ In 'goods' name may repeat"]
    app.publish(plain)
    app.save("goods", name="tea")


def test_a_unique_field_can_go_and_come_back(workshop: Workshop) -> None:
    unique = "a: {fields: {n: {type: text}, x: {type: text, unique: true}}}"
    app = workshop.app(unique)
    one = app.save("a", n="1", x="same")
    app.delete("a", one)
    app.save("a", n="2", x="same")
    app.publish("a: {fields: {n: {type: text}}}")
    app.bring_back("a", one)
    assert "values-repeat" in app.refused(unique)
    app.delete("a", one)
    app.publish(unique)
    with pytest.raises(Exception, match="already"):
        app.bring_back("a", one)


def test_required_says_how_many_records_have_it_blank(workshop: Workshop) -> None:
    app = workshop.app(GOODS)
    for price in (None, 1, None, 2, None):
        app.save("goods", name="x", price=price)
    app.delete("goods", 5)
    required = GOODS.replace("{type: money}", "{type: money, required: true}")
    assert sentences(app.plan(required).changes) == ["+ In 'goods' price becomes required (2)"]
    renamed = required.replace("    price:", "    cost:").replace(
        "required: true}\n    stock", "required: true, was: price}\n    stock"
    )
    renamed = renamed.replace("price * stock", "cost * stock").replace("goods:", "wares:\n  was: goods")
    assert "+ In 'wares' cost becomes required (2)" in sentences(app.plan(renamed).changes)
    app.publish(required)
    with pytest.raises(Exception, match="Fill in price"):
        app.change("goods", 1, stock=1)


def test_a_role_that_is_removed_is_taken_from_its_members(workshop: Workshop) -> None:
    roles = "{clerk: Clerk, boss: Boss}"
    app = workshop.app(GOODS, roles=roles)
    with workshop.database.writing() as connection:
        connection.exec_driver_sql(
            "INSERT INTO users (id, username, name, language, theme, is_admin, is_active, search, created_at, version)"
            f" VALUES ({app.now.id + 1000}, '{app.key}', 'x', 'en', 'auto', false, true, '', '2026-01-01 00:00:00', 1)"
        )
        connection.exec_driver_sql(
            f"INSERT INTO role_members VALUES ({app.now.id}, 'clerk', {app.now.id + 1000})"
        )
    assert sentences(app.plan(GOODS, roles="{clerk: Clerk}").changes) == [
        "+ The role 'Boss' is gone; its members lose it (0)"
    ]
    assert sentences(app.plan(GOODS, roles="{boss: Boss}").changes) == [
        "- The role 'Clerk' is gone; its members lose it (1)"
    ]
    app.publish(GOODS, roles="{boss: Boss}")
    app.publish(GOODS, roles=roles)
    assert workshop.value("SELECT count(*) FROM role_members WHERE app_id = :app", app=app.now.id) == 0

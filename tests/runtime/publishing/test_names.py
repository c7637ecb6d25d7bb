"""Keys of forms and fields may be any names; in the database each gets a name of our own."""

from __future__ import annotations

import re

from engine.app import check_app
from engine.definition.document import read_document
from engine.testing.apps import whole_catalog
from tests.runtime.workshop import Workshop

SQL_WORDS = (
    "order",
    "select",
    "group",
    "table",
    "from",
    "where",
    "user",
    "primary",
    "index",
    "values",
    "key",
)
LONG = "a_very_long_name_of_a_field_that_goes_on_and_on_and_on_and_"


def names_in(workshop: Workshop, table: str) -> list[str]:
    with workshop.database.reading() as connection:
        return list(connection.exec_driver_sql(f"SELECT * FROM {table} WHERE 1 = 0").keys())


def allowed(key: str) -> bool:
    """Tell whether the definition language takes a key at all."""
    found, _ = check_app(
        read_document(f"app: a\nforms: {{f: {{fields: {{{key}: {{type: text}}}}}}}}", "t"), whole_catalog()
    )
    return found is not None


def test_every_key_that_is_allowed_can_be_saved_sorted_and_computed(workshop: Workshop) -> None:
    keys = [
        k
        for k in (
            *SQL_WORDS,
            "预计费用",
            "预计收入",
            "Name",
            "name",
            "NAME",
            LONG + "a",
            LONG + "b",
            "f_name",
            "r",
        )
        if allowed(k)
    ]
    assert {"预计费用", "Name", "name", LONG + "a", LONG + "b", "order", "select"} <= set(keys)
    fields = "".join(
        f"    {key}: {{type: text, unique: true}}\n    x{at}: {{type: text, formula: {key} + '!'}}\n"
        for at, key in enumerate(keys)
    )
    app = workshop.app(f"users:\n  sort: [{', '.join(keys)}]\n  fields:\n{fields}")
    one = app.save("users", **{key: f"v {key}" for key in keys})
    row = app.read("users", one)
    assert {key: row[key] for key in keys} == {key: f"v {key}" for key in keys}
    assert all(row[f"x{at}"] == f"v {key}!" for at, key in enumerate(keys))
    columns = names_in(workshop, app.table("users"))
    assert all(re.fullmatch(r"[a-z][a-z0-9_]{0,40}", name) for name in columns)
    assert len(columns) == len(set(columns)) == 9 + 2 * len(keys)


def test_each_unique_field_names_itself_though_names_and_values_look_alike(workshop: Workshop) -> None:
    app = workshop.app(
        f"a: {{fields: {{name: {{type: text, unique: true}}, Name: {{type: text, unique: true}}, name_1: {{type: text, unique: true}},"
        f" {LONG}a: {{type: text, unique: true}}, {LONG}b: {{type: text, unique: true}}}}}}"
    )
    keys = ["name", "Name", "name_1", LONG + "a", LONG + "b"]
    app.save("a", **dict.fromkeys(keys, "f_name f_name_1 UNIQUE constraint failed: x"))
    for key in keys:
        try:
            app.save("a", **{key: "f_name f_name_1 UNIQUE constraint failed: x"})
        except Exception as refused:  # noqa: BLE001 - what it is, the next line says
            assert refused.problem.path == (key,)
        else:
            raise AssertionError(key)


def test_forms_called_like_tables_of_the_platform_or_in_chinese(workshop: Workshop) -> None:
    forms = [
        "users",
        "versions",
        "history",
        "counters",
        "客户",
        "订单",
        "Orders",
        "orders",
        LONG + "a",
        LONG + "b",
    ]
    text = "\n".join(
        f"{form}: {{fields: {{x: {{type: text}}, to: {{type: link, to: {forms[at - 1]}}}}}}}"
        for at, form in enumerate(forms)
    )
    app = workshop.app(text)
    tables = {form: app.table(form) for form in forms}
    assert len(set(tables.values())) == len(forms)
    assert all(re.fullmatch(r"r_[a-z0-9_]{1,40}", name) for name in tables.values())
    for form in forms:
        app.save(form, x=form)
    assert [app.values(form, "x") for form in forms] == [[form] for form in forms]


def test_two_apps_with_forms_of_one_name_share_nothing(workshop: Workshop) -> None:
    first, second = (workshop.app("a: {fields: {x: {type: text}}}") for _ in range(2))
    first.save("a", x="mine")
    assert second.values("a", "x") == []
    assert first.table("a") != second.table("a")


def test_forms_may_link_in_a_circle(workshop: Workshop) -> None:
    app = workshop.app(
        """
        a: {fields: {n: {type: text}, to: {type: link, to: b}, own: {type: link, to: a}}}
        b: {fields: {n: {type: text}, to: {type: link, to: c}}}
        c: {fields: {n: {type: text}, to: {type: link, to: a}, head: {type: user}, of: {type: department}}}
        """
    )
    first = app.save("a", n="1")
    third = app.save("c", to=first)
    second = app.save("b", to=third)
    app.change("a", first, to=second, own=first)
    assert app.read("a", first)["to"] == second


def test_a_long_text_can_be_sorted_by_and_be_unique(workshop: Workshop) -> None:
    app = workshop.app(
        "a: {sort: [t], fields: {t: {type: long_text, max: 10000}, u: {type: long_text, max: 10000}}}"
    )
    words = "".join(chr(0x4E00 + (n * 7919) % 20_000) for n in range(9_999))
    one = app.save("a", t=words, u=words)
    assert app.read("a", one)["t"] == words
    app.publish(
        "a: {sort: [t], fields: {t: {type: long_text, max: 10000}, u: {type: long_text, max: 10000, unique: true}}}"
    )
    app.save("a", t=words + "x", u=words + "x")
    for _ in range(2):
        try:
            app.save("a", u=words)
        except Exception as refused:  # noqa: BLE001 - what it is, the next line says
            assert refused.problem.code.name == "not-unique"
        else:
            raise AssertionError("it was saved twice")

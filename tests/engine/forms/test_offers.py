"""Options that can be chosen only while a condition holds."""

from __future__ import annotations

from engine.forms.assessment import Circumstances
from engine.forms.submission import assess
from engine.testing import MemoryReader, compile_forms

FORMS, PROBLEMS = compile_forms("""\
app: shop
forms:
  orders:
    fields:
      amount: {type: integer}
      way: {type: choice, options: {post: Post, van: {title: Van, when: amount > 10}}}
      ways: {type: choices, options: {post: Post, van: {title: Van, when: amount > 10}}}
""")


def codes(**raw: object) -> list[tuple[tuple, str]]:
    reader = MemoryReader(FORMS)
    given = Circumstances(reader=reader, now=reader.now, zone=reader.zone)
    return [(p.path, p.code.name) for p in assess(FORMS["orders"], raw, given).all_problems]


def test_the_conditions_of_options_are_checked_like_any_other() -> None:
    assert PROBLEMS == ()
    _, found = compile_forms("a: {fields: {w: {type: choice, options: {x: {title: X, when: nothing > 1}}}}}")
    assert [problem.code.name for problem in found] == ["unknown-name"]


def test_an_option_that_is_not_offered_is_refused() -> None:
    assert codes(amount=5, way="van", ways=["post", "van"]) == [
        (("way",), "not-offered"),
        (("ways",), "not-offered"),
    ]
    assert codes(amount=11, way="van", ways=["post", "van"]) == []
    assert codes(amount=5, way="post") == []

"""Every problem of the package, with the exact characters that it is about."""

import importlib
import pkgutil

import pytest

import engine.expression
from engine.expression.codes import NOT_IN_DATABASE
from engine.expression.parse import Source, parse
from engine.expression.sql import Facts, Frame, SqlCompiler
from engine.expression.template import parse_template, template_problems
from engine.problems import Location, Problem, ProblemCode, Refusal
from engine.values import BOOLEAN, DATE, NUMBER, TEXT, ValueType
from tests.engine.expression.world import LEVEL, NOW, SHANGHAI, in_orders, order, record_of

# The expression, the code, and the part of the text that the problem points at.
CASES = [
    ("", "expression-empty", ""),
    ("   ", "expression-empty", " "),
    ("1 +" * 700 + " 1", "expression-too-long", "1"),
    ("(" * 61 + "1" + ")" * 61, "expression-too-complex", "("),
    ("not " * 45 + "flag", "expression-too-complex", "n"),
    ("price + ", "expression-syntax", " "),
    ("price +", "expression-syntax", ""),
    ("(price", "expression-syntax", "("),
    ("价格 + (预计费用", "expression-syntax", "("),
    ("price)", "expression-syntax", ")"),
    ("'预计", "expression-syntax", "'"),
    ("预计费用 数量", "expression-syntax", "数"),
    ("price if flag", "expression-syntax", "p"),
    ("007", "expression-syntax", "0"),
    ("price $ 2", "expression-syntax", "$"),
    ("title.upper()", "expression-not-allowed", "title.upper()"),
    ("预计费用 > 1 and title.upper()", "expression-not-allowed", "title.upper()"),
    ("_x", "expression-not-allowed", "_x"),
    ("me.__class__", "expression-not-allowed", "me.__class__"),
    ("price // 2", "expression-not-allowed", "price // 2"),
    ("price[0]", "expression-not-allowed", "price[0]"),
    ("'a'.b", "expression-not-allowed", "'a'.b"),
    ("ROUND(number=1)", "expression-write-instead", "="),
    ("f'x'", "expression-not-allowed", "f'x'"),
    ("b'x'", "expression-not-allowed", "b'x'"),
    ("'''x'''", "expression-not-allowed", "'''x'''"),
    ("price is 1", "expression-not-allowed", "price is 1"),
    ("1e5", "expression-not-allowed", "1e5"),
    ("金额 + 12ab", "expression-not-allowed", "12ab"),
    ("0.12345678901", "expression-not-allowed", "0.12345678901"),
    ("123456789012345678901", "expression-not-allowed", "123456789012345678901"),
    ("price # note", "expression-not-allowed", "#"),
    ("'a\\n'", "expression-not-allowed", "\\"),
    ("预计费用 = 500", "expression-write-instead", "="),
    ("预计费用 === 500", "expression-write-instead", "==="),
    ("预计费用 <> 500", "expression-write-instead", "<>"),
    ("预计费用 ≥ 500", "expression-write-instead", "≥"),
    ("title == “甲”", "expression-write-instead", "“"),
    ("flag && flag", "expression-write-instead", "&&"),
    ("flag AND flag", "expression-write-instead", "AND"),
    ("NOT flag", "expression-write-instead", "NOT"),
    ("!flag", "expression-write-instead", "!"),
    ("price ** 2", "expression-write-instead", "**"),
    ("预计费用 > 费用", "unknown-name", "费用"),
    ("预计费用 > 数量", "unknown-name", "数量"),
    ("old.price", "unknown-name", "old"),
    ("initiator", "unknown-name", "initiator"),
    ("预计费用 > customer.credti", "unknown-field", "credti"),
    ("customer.parent.nme == '甲'", "unknown-field", "nme"),
    ("预计费用.x > 1", "path-ends", "x"),
    ("customer.name.first", "path-ends", "first"),
    ("预计费用 + ROUN(1)", "unknown-function", "ROUN"),
    ("ROUND()", "wrong-arguments", "ROUND()"),
    ("预计费用 + ROUND(1, 2, 3)", "wrong-arguments", "ROUND(1, 2, 3)"),
    ("SUMIFS(price)", "wrong-arguments", "SUMIFS(price)"),
    ("SUMIFS(orders)", "wrong-arguments", "SUMIFS(orders)"),
    ("SUMIFS(orders.title)", "wrong-arguments", "SUMIFS(orders.title)"),
    ("SUMIFS(orders.price, SUMIFS(orders.price) > 1)", "wrong-arguments", "SUMIFS(orders.price)"),
    ("IFS(flag, 1, 2)", "wrong-arguments", "IFS(flag, 1, 2)"),
    ("ROUND('甲', 2)", "wrong-argument", "'甲'"),
    ("LEFT('甲', '乙')", "wrong-argument", "'乙'"),
    ("预计费用 + '元'", "wrong-operands", "预计费用 + '元'"),
    ("1 < '甲'", "wrong-operands", "1 < '甲'"),
    ("-title", "wrong-operands", "-title"),
    ("+title", "wrong-operands", "+title"),
    ("customer == owner", "wrong-operands", "customer == owner"),
    ("customer < customer", "wrong-operands", "customer < customer"),
    ("tags == tags", "wrong-operands", "tags == tags"),
    ("price in ('甲', 2)", "wrong-operands", "'甲'"),
    ("price in quantity", "wrong-operands", "quantity"),
    ("(1, 2)", "wrong-operands", "(1, 2)"),
    ("预计费用 and flag", "not-a-condition", "预计费用"),
    ("1 if 预计费用 else 2", "not-a-condition", "预计费用"),
    ("not title", "not-a-condition", "title"),
    ("IF(flag, 1, '甲')", "two-types", "IF(flag, 1, '甲')"),
    ("MAX(1, day)", "two-types", "MAX(1, day)"),
    ("customer.level == '金牌'", "not-an-option", "'金牌'"),
    ("level in ('VIP', '金牌')", "not-an-option", "'金牌'"),
    ("day > '明天'", "not-a-date", "'明天'"),
    ("day > '2026-02-30'", "not-a-date", "'2026-02-30'"),
    ("day > '2026-02-03 10:00'", "not-a-date", "'2026-02-03 10:00'"),
    ("moment > '2026-02-03 25:00'", "not-a-date", "'2026-02-03 25:00'"),
    ("DATEADD(day, 1, title)", "not-fixed", "DATEADD(day, 1, title)"),
    ("DATEADD(day, 1, '世纪')", "not-an-option", "DATEADD(day, 1, '世纪')"),
    ("price + fee", "two-currencies", "price + fee"),
    ("price > fee", "two-currencies", "price > fee"),
    ("MAX(price, fee)", "two-currencies", "MAX(price, fee)"),
]
EXPECTED: list[tuple[str, ValueType, str]] = [
    ("price", BOOLEAN, "wrong-type"),
    ("'甲'", NUMBER, "wrong-type"),
    ("customer", record_of("orders"), "wrong-type"),
    ("'金牌'", LEVEL, "not-an-option"),
    ("'明天'", DATE, "not-a-date"),
]


def place(start: int, end: int) -> Location:
    return Location("app.yaml", 1, start + 1, end - start)


def problem_of(text: str, expected: ValueType | None = None) -> Problem:
    with pytest.raises(Refusal) as caught:
        parse(Source(text, place), in_orders(), expected)
    return caught.value.problem


@pytest.mark.parametrize(("text", "code", "part"), CASES)
def test_problem(text: str, code: str, part: str) -> None:
    problem = problem_of(text)
    found = problem.location
    assert found is not None
    assert (problem.code.name, text[found.column - 1 : found.column - 1 + found.length]) == (code, part)
    assert_words(problem)


@pytest.mark.parametrize(("text", "expected", "code"), EXPECTED)
def test_problem_with_an_expected_type(text: str, expected: ValueType, code: str) -> None:
    problem = problem_of(text, expected)
    assert problem.code.name == code
    assert problem.location == place(0, len(text))
    assert_words(problem)


def assert_words(problem: Problem) -> None:
    """No sentence shows a name that nobody filled in."""
    for text in (problem.sentence, problem.fix):
        assert text.zh and text.en
        assert "{" not in text.zh + text.en or "{" in str(problem.facts), text


@pytest.mark.parametrize(
    ("text", "suggestion"),
    [
        ("quantitty > 1", "quantity"),
        ("客户 == blank", "customer"),
        ("customer.nam == 'x'", "name"),
        ("ROUN(1)", "ROUND"),
        ("level == 'VPI'", "VIP"),
        ("DATEADD(day, 1, 'mont')", "month"),
        ("SUMIFS(order.price)", "orders"),
    ],
)
def test_problems_suggest_what_was_meant(text: str, suggestion: str) -> None:
    assert suggestion in problem_of(text).suggestions


def test_leading_blanks_count() -> None:
    found = problem_of("   价格 + 1").location
    assert found == place(3, 5)


def test_a_function_without_sql_is_refused_in_the_database() -> None:
    tree = parse("MONEY_CN(price)", in_orders()).tree
    compiler = SqlCompiler("sqlite", None, {}.get, Facts(NOW, SHANGHAI))
    with pytest.raises(Refusal) as caught:
        compiler.value(tree, Frame(order()))
    assert caught.value.problem.code is NOT_IN_DATABASE


@pytest.mark.parametrize(
    ("text", "code", "part"),
    [
        ("补货:{{ 名称 }}", "unknown-name", "名称"),
        ("补货:{{ price ", "template-unclosed", "{{"),
        ("补货:{{ 'a }} b", "template-unclosed", "{{"),
        ("{% if flag %}x", "template-statement", "{%"),
        ("甲{{ 1 }}{# x #}", "template-statement", "{#"),
        ("{{ }}", "expression-empty", " "),
        ("x" * 20_001, "template-too-long", "x"),
    ],
)
def test_template_problems(text: str, code: str, part: str) -> None:
    with pytest.raises(Refusal) as caught:
        parse_template(Source(text, place), in_orders())
    found = caught.value.problem.location
    assert found is not None
    assert (caught.value.problem.code.name, text[found.column - 1 : found.column - 1 + found.length]) == (
        code,
        part,
    )
    assert_words(caught.value.problem)


def test_a_template_tells_all_its_problems() -> None:
    problems = template_problems("{{ a }} {{ price }} {{ b }}", in_orders())
    assert [problem.facts["name"] for problem in problems] == ["a", "b"]


def test_every_code_is_produced_here() -> None:
    modules = [
        importlib.import_module(f"engine.expression.{one.name}")
        for one in pkgutil.iter_modules(engine.expression.__path__)
    ]
    declared = {
        one.name for module in modules for one in vars(module).values() if isinstance(one, ProblemCode)
    }
    produced = {code for _, code, _ in (*CASES, *EXPECTED)} | {code for _, _, code in EXPECTED} | {
        "not-in-database", "template-unclosed", "template-statement", "template-too-long",
    }  # fmt: skip
    assert declared <= produced


def test_text_is_fitting_where_an_option_is_expected() -> None:
    assert parse("title", in_orders(), LEVEL).type == TEXT

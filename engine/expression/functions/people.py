"""The organisation: REPORTS_TO and IS_WITHIN."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, select

from engine.expression.function import DEPARTMENTS, PEOPLE, Example, Function, Parameter
from engine.expression.tree import Scope
from engine.texts import Text
from engine.values import BOOLEAN

Element = ColumnElement[Any]


def _reports_to(scope: Scope, person: int | None, manager: int | None) -> bool:
    return person is not None and manager is not None and scope.reader.reports_to(person, manager)


def _is_within(scope: Scope, department: int | None, ancestor: int | None) -> bool:
    return department is not None and ancestor is not None and scope.reader.is_within(department, ancestor)


def _is_supervised(sql: Any, person: Element, manager: Element) -> Element:
    table = sql.tables.table("@supervision").alias()
    held = (table.c.person == person, table.c.manager == manager)
    return select(table.c.person).where(*held).correlate_except(table).exists()


def _is_below(sql: Any, department: Element, ancestor: Element) -> Element:
    table = sql.tables.table("@within").alias()
    held = (table.c.department == department, table.c.ancestor == ancestor)
    return select(table.c.department).where(*held).correlate_except(table).exists()


REPORTS_TO = Function(
    name="REPORTS_TO",
    doc=Text(
        "后一个人是前一个人的上级,直属或更高",
        "Whether the second person is above the first, directly or further up",
    ),
    category="people",
    parameters=(Parameter("person", PEOPLE), Parameter("manager", PEOPLE)),
    result=BOOLEAN,
    python=_reports_to,
    postgres=_is_supervised,
    sqlite=_is_supervised,
    strict=False,
    contextual=True,
    on_blank="no",
    examples=(Example("REPORTS_TO(owner, me)", runs=False),),
)
IS_WITHIN = Function(
    name="IS_WITHIN",
    doc=Text("前一个部门就是后一个,或在它下面", "Whether the first department is the second one or below it"),
    category="people",
    parameters=(Parameter("department", DEPARTMENTS), Parameter("ancestor", DEPARTMENTS)),
    result=BOOLEAN,
    python=_is_within,
    postgres=_is_below,
    sqlite=_is_below,
    strict=False,
    contextual=True,
    on_blank="no",
    examples=(Example("IS_WITHIN(unit, me.department)", runs=False),),
)

"""Trying what the database will have to compute, before anybody's page meets its limits."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, select
from sqlalchemy.exc import DBAPIError

from engine.expression.sql import Facts, SqlCompiler
from engine.forms.model import Field, Form
from engine.problems import DefinitionError, ProblemCode
from engine.texts import Text
from runtime.store.published import PublishedApp

FORMULA_TOO_DEEP = ProblemCode(
    "formula-too-deep",
    Text(
        "数据库算不了「{field}」:公式套公式,套得太深",
        "The database cannot compute '{field}': formulas that read formulas, too deep down",
    ),
    Text(
        "把它写平一些,或让中间的公式只用本单据的字段,这样它会存下来",
        "Write it flatter, or let one in between use fields of the record alone: then it is stored",
    ),
)


def try_formulas(connection: Connection, app: PublishedApp, facts: Facts) -> None:
    """Let the database prepare every field that it computes at each read.

    Raises `DefinitionError` naming the first one that it cannot.
    """
    for form in app.definition.forms.values():
        for one in form.fields.values():
            if one.computed is not None:
                _try_formula(connection, app, facts, form, one)


def _try_formula(connection: Connection, app: PublishedApp, facts: Facts, form: Form, one: Field) -> None:
    dialect: Any = connection.dialect.name
    compiler = SqlCompiler(dialect, app.tables, app.definition.shape, facts)
    source = compiler.source(form.key)
    element = compiler.field(source, (one.key,))
    try:
        connection.execute(select(element).select_from(source.from_clause()).limit(0))
    except DBAPIError as error:
        path = ("forms", form.key, "fields", one.key)
        raise DefinitionError([FORMULA_TOO_DEEP.at(one.location, path=path, field=one.label)]) from error

"""One person's visit to one app, inside one transaction: rights, names and what may be asked."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

from sqlalchemy import Connection

from engine.access import Action, Policy
from engine.expression.check import Environment
from engine.expression.evaluate import to_program
from engine.expression.sql import Facts
from engine.expression.tree import Expression, Path, RecordShape
from engine.forms.model import Form
from engine.problems import ProblemCode, Refusal, suggest
from engine.query import ActorGuard, QueryCompiler, visible_shapes
from engine.scope import RecordScope
from engine.texts import Language, Text
from engine.values import TEXT, Value
from runtime.store.people import Actor
from runtime.store.published import PublishedApp
from runtime.store.reader import StoredReader
from runtime.unit_of_work import UnitOfWork

NO_SUCH_APP = ProblemCode(
    "no-such-app",
    Text("没有这个应用", "There is no such app"),
    Text("回到工作台看看有哪些应用", "The workbench shows the apps that there are"),
)
NO_SUCH_FORM = ProblemCode(
    "no-such-form",
    Text("没有这张表单,或者你不能看", "There is no such form, or you may not see it"),
    Text("请应用管理员给你权限", "Ask the app's administrator for access"),
)
NO_SUCH_RECORD = ProblemCode(
    "no-such-record",
    Text("没有这条记录,或者你不能看", "There is no such record, or you may not see it"),
    Text("请应用管理员给你权限", "Ask the app's administrator for access"),
)
NOT_ALLOWED = ProblemCode(
    "not-allowed",
    Text("你不能{action}「{form}」的记录", "You may not {action} records of '{form}'"),
    Text("请应用管理员给你权限", "Ask the app's administrator for access"),
)
UNKNOWN_FIELD = ProblemCode(
    "unknown-field",
    Text("{form}里没有字段「{name}」", "{form} has no field '{name}'"),
    Text("写一个存在的字段", "Use a field that exists"),
)
ACTION_WORDS: dict[str, Text] = {
    "create": Text("新建", "create"),
    "read": Text("查看", "see"),
    "update": Text("修改", "change"),
    "delete": Text("删除", "delete"),
}


class NotFound(Exception):
    """Raised for what is not there, or not there for this person; the two look the same."""

    def __init__(self, code: ProblemCode = NO_SUCH_RECORD) -> None:
        super().__init__(code.sentence.en)
        self.problem = code.here()


class Forbidden(Exception):
    """Raised when a person may see something but not do what was asked."""

    def __init__(self, action: Action, form: Form) -> None:
        self.problem = NOT_ALLOWED.here(action=ACTION_WORDS[action], form=form.label)
        super().__init__(self.problem.sentence.en)


@dataclass
class Visit:
    """What one person sees of one app at one moment."""

    connection: Connection
    app: PublishedApp
    actor: Actor
    now: datetime
    language: Language = "zh"

    @cached_property
    def policy(self) -> Callable[[str], Policy]:
        """What the person may do, form by form."""
        return self.app.definition.access.policies(self.roles)

    @cached_property
    def roles(self) -> frozenset[str]:
        """The person's roles in the app."""
        return self.actor.roles_in(self.app.key)

    @cached_property
    def reader(self) -> StoredReader:
        """The system's reading of stored data, for rights and texts."""
        dialect: Any = self.connection.dialect.name
        return StoredReader(self.connection, self.app, dialect, self.now, self.app.definition.zone)

    @cached_property
    def queries(self) -> QueryCompiler:
        """The compiler that every query of this person goes through."""
        definition = self.app.definition
        facts = Facts(self.now, definition.zone, me=self.actor.id)
        dialect: Any = self.connection.dialect.name
        return QueryCompiler(dialect, self.app.tables, definition.shape, facts, ActorGuard(self.policy))

    @cached_property
    def shapes(self) -> Callable[[str], RecordShape | None]:
        """The forms as the person sees them."""
        return visible_shapes(self.app.definition.shape, self.policy)

    def environment(self, form: str) -> Environment:
        """What names mean in an expression that the person writes about records of a form."""
        definition = self.app.definition
        return Environment(
            self.shapes(form), self.shapes, tuple(definition.forms), definition.catalog.function_map
        )

    def form(self, key: str, action: Action = "read") -> Form:
        """Return a form on which the person may do something.

        Raises `NotFound` when it is not there or the person may do nothing in it, `Forbidden` when only
        not this.
        """
        found = self.app.definition.forms.get(key)
        policy = self.policy(key)
        if found is None or not (policy.unlimited or policy.grants):
            raise NotFound(NO_SUCH_FORM)
        if not policy.may(action):
            raise Forbidden(action, found)
        return found

    def path(self, form: str, name: str) -> Expression:
        """Return the field behind a dotted name as the person sees it.

        Raises `Refusal` for a field that is not there or hidden; the sentence is the same.
        """
        return path_expression(self.shapes, form, name)

    def scope(self, form: Form, values: dict[str, Value]) -> RecordScope:
        """Return the scope of a record, for rights and conditions."""
        return RecordScope(form, values, self.reader, self.now, self.app.definition.zone, me=self.actor.id)

    def unit(self, **cause: object) -> UnitOfWork:
        """Return a unit of work in this transaction on behalf of the person."""
        return UnitOfWork(self.connection, self.app, self.now, actor=self.actor.id, cause=cause)


def path_expression(shapes: Callable[[str], RecordShape | None], form: str, name: str) -> Expression:
    """Return the expression for a dotted name without parsing it.

    Raises `Refusal` for a field that is not there.
    """
    steps = tuple(name.split("."))
    shape = shapes(form)
    kind = TEXT
    reads: list[tuple[str, str]] = []
    for position, step in enumerate(steps):
        fields = shape.shape_fields() if shape else {}
        found = fields.get(step)
        if shape is None or found is None:
            label = shape.label if shape else Text.same(form)
            raise Refusal(UNKNOWN_FIELD.here(name=name, form=label, suggestions=suggest(step, fields)))
        reads.append((shape.key, step))
        kind = found.value_type
        if position + 1 < len(steps):
            shape = shapes(found.value_type.points_to)
    tree = Path("record", form, steps, kind)
    return Expression(name, None, tree, to_program(tree), frozenset(reads))

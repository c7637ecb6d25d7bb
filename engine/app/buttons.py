"""The buttons of a form: from the definition to checked actions."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from engine.actions.contract import PlannedAction
from engine.app.demo import COMPUTED_FIELD
from engine.app.grants import UNKNOWN_ROLE
from engine.catalog import Catalog
from engine.definition.cursor import Cursor
from engine.expression.check import Environment
from engine.expression.parse import Source
from engine.expression.template import Template, parse_template, template_problems
from engine.expression.tree import Expression
from engine.forms.codes import NOT_A_FIELD, UNKNOWN_FORM
from engine.forms.compile import FormsCompiler
from engine.forms.drafts import FormDraft
from engine.forms.model import Button, Form
from engine.problems import Problem, ProblemCode, suggest
from engine.texts import Text
from engine.values import BOOLEAN, ValueType

EACH = "each"
NOT_A_TABLE = ProblemCode(
    "not-a-table",
    Text("{form}里没有子表「{name}」", "{form} has no sub-table '{name}'"),
    Text("each 后面写一个子表字段", "Name a sub-table after each"),
)
WRITES_ITS_ROWS = ProblemCode(
    "writes-its-rows",
    Text("逐行的动作不能改这些行本身", "What is done for each row cannot change the rows themselves"),
    Text("改别的记录,或把结果写成公式", "Change other records, or make the result a formula"),
)
NOT_AN_ACTION = ProblemCode(
    "not-an-action",
    Text("动作要写成「动作名: 选项」,一项一个", "An action is written 'name: options', one an item"),
    Text("例如 - set: {status: done}", "For example - set: {status: done}"),
)


@dataclass
class ActionCompiling:
    """What an action may ask while its definition is checked."""

    compiler: FormsCompiler
    form: FormDraft
    writes: set[tuple[str, str]] = field(default_factory=set)

    @property
    def environment(self) -> Environment:
        """The names that the action's expressions may use."""
        return self.compiler.environment(self.form.key)

    def expression(
        self, source: Source, cursor: Cursor, expected: ValueType | None = None
    ) -> Expression | None:
        """Check an expression; its problem is reported, and None returned if it has one."""
        return self.compiler.expression(source, cursor, self.environment, expected)

    def template(self, source: Source, cursor: Cursor) -> Template | None:
        """Check a text with expressions; its problems are reported, and None returned if it has some."""
        problems = template_problems(source, self.environment)
        for problem in problems:
            cursor.add(problem)
        return None if problems else parse_template(source, self.environment)

    def field_type(self, form: str, field: str, cursor: Cursor) -> ValueType | None:
        """Return what a field that may be written holds; reports an unknown or computed one."""
        draft = self.compiler.drafts.get(form)
        if draft is None:
            if not self.compiler.is_broken(form):
                cursor.report(UNKNOWN_FORM, name=form, suggestions=suggest(form, self.compiler.drafts))
            return None
        found = draft.fields.get(field)
        if found is None:
            self._report_field(draft, field, cursor)
            return None
        if found.source is not None:
            cursor.report(COMPUTED_FIELD, field=found.label)
            return None
        return found.value_type

    def _report_field(self, draft: FormDraft, field: str, cursor: Cursor) -> None:
        """Report a field that is not there, at its key where it is one, and only if nobody did."""
        if self.compiler.is_broken(field):
            return
        report = cursor.report_key if cursor.path[-1] == field else cursor.report
        report(NOT_A_FIELD, form=draft.label, name=field, suggestions=suggest(field, draft.fields))

    def written(self, form: str, field: str) -> None:
        """Remember that the action writes a field."""
        self.writes.add((form, field))


def compile_buttons(
    forms: Mapping[str, Form], compiler: FormsCompiler, catalog: Catalog, roles: Iterable[str]
) -> dict[str, Form]:
    """Return the forms with their buttons checked; `roles` are those that the app has."""
    for key in forms:
        _check_roles(compiler.drafts[key], tuple(roles))
    return {
        key: dataclasses.replace(form, buttons=_buttons(compiler.drafts[key], compiler, catalog))
        for key, form in forms.items()
    }


def _check_roles(draft: FormDraft, roles: tuple[str, ...]) -> None:
    """Report the roles of buttons that the app does not have."""
    for key, options in draft.options.buttons.items():
        for position, role in enumerate(options.roles):
            if role not in roles:
                place = draft.cursor.child("buttons").child(key).child("roles")
                place = place.child(position) if isinstance(place.data, list) else place
                place.report(UNKNOWN_ROLE, name=role, suggestions=suggest(role, roles))


def _buttons(draft: FormDraft, compiler: FormsCompiler, catalog: Catalog) -> dict[str, Button]:
    buttons: dict[str, Button] = {}
    for key, options in draft.options.buttons.items():
        cursor = draft.cursor.child("buttons").child(key)
        compiling = ActionCompiling(compiler, draft)
        when = compiling.expression(options.when, cursor.child("when"), BOOLEAN) if options.when else None
        actions = compile_actions(options.do, compiling, catalog)
        buttons[key] = Button(key, options.title, when, actions, frozenset(options.roles))
    return buttons


def compile_actions(
    cursor: Cursor, compiling: ActionCompiling, catalog: Catalog
) -> tuple[PlannedAction, ...]:
    """Check a list of actions, each a map of one entry: the action's name and its options."""
    actions: list[PlannedAction] = []
    if not isinstance(cursor.data, list):
        cursor.report(NOT_AN_ACTION)
    for item in cursor.items():
        entries = dict(item.entries())
        each = entries.pop(EACH, None)
        if len(entries) != 1:
            item.report(NOT_AN_ACTION)
            continue
        rows = compiling if each is None else _for_each(each, compiling)
        if rows is None:
            continue
        name, place = next(iter(entries.items()))
        found = catalog.actions.find(name)
        if isinstance(found, Problem):
            place.problems.append(found.within(place.path, place.document.key_location(place.path)))
            continue
        options = found.read(place)
        compiled = found.compile(options, place, rows) if options is not None else None
        if each is not None and any(form == rows.form.key for form, _ in rows.writes):
            place.report(WRITES_ITS_ROWS)
        elif compiled is not None:
            actions.append(PlannedAction(found, compiled, place.path, each.data if each else ""))
    return tuple(actions)


def _for_each(each: Cursor, compiling: ActionCompiling) -> ActionCompiling | None:
    """Return what an action may name that is done for each row of a sub-table; None after reporting."""
    table = compiling.form.fields.get(each.data) if isinstance(each.data, str) else None
    if table is None or not table.rows:
        tables = [key for key, one in compiling.form.fields.items() if one.rows]
        near = suggest(str(each.data), tables)
        if not compiling.compiler.is_broken(str(each.data)):
            each.report(NOT_A_TABLE, name=str(each.data), form=compiling.form.label, suggestions=near)
        return None
    return ActionCompiling(compiling.compiler, compiling.compiler.drafts[table.rows])

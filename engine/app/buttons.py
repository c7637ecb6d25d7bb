"""The buttons of a form: from the definition to checked actions."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass, field

from engine.actions.contract import PlannedAction
from engine.catalog import Catalog
from engine.definition.cursor import Cursor
from engine.expression.check import Environment
from engine.expression.parse import Source
from engine.expression.tree import Expression
from engine.forms.compile import NOT_A_FIELD, UNKNOWN_FORM, FormsCompiler
from engine.forms.drafts import FormDraft
from engine.forms.model import Button, Form
from engine.problems import Problem, ProblemCode, suggest
from engine.texts import Text
from engine.values import BOOLEAN, ValueType

NOT_AN_ACTION = ProblemCode(
    "not-an-action",
    Text("动作要写成「动作名: 选项」,一项一个", "An action is written 'name: options', one an item"),
    Text("例如 - set: {{status: done}}", "For example - set: {{status: done}}"),
)
COMPUTED_FIELD = ProblemCode(
    "computed-field",
    Text("「{field}」是算出来的,不能写", "'{field}' is computed and cannot be written"),
    Text("写它依据的字段", "Write the fields that it is computed from"),
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

    def expression(self, source: Source, cursor: Cursor, expected: ValueType | None = None) -> Expression | None:
        """Check an expression; its problem is reported, and None returned if it has one."""
        return self.compiler.expression(source, cursor, self.environment, expected)

    def field_type(self, form: str, field: str, cursor: Cursor) -> ValueType | None:
        """Return what a field that may be written holds; reports an unknown or computed one."""
        draft = self.compiler.drafts.get(form)
        if draft is None:
            cursor.report(UNKNOWN_FORM, name=form, suggestions=suggest(form, self.compiler.drafts))
            return None
        found = draft.fields.get(field)
        if found is None:
            cursor.report(NOT_A_FIELD, form=draft.label, name=field, suggestions=suggest(field, draft.fields))
            return None
        if found.source is not None:
            cursor.report(COMPUTED_FIELD, field=found.label)
            return None
        return found.value_type

    def written(self, form: str, field: str) -> None:
        """Remember that the action writes a field."""
        self.writes.add((form, field))


def compile_buttons(forms: Mapping[str, Form], compiler: FormsCompiler, catalog: Catalog) -> dict[str, Form]:
    """Return the forms with their buttons checked."""
    return {
        key: dataclasses.replace(form, buttons=_buttons(compiler.drafts[key], compiler, catalog))
        for key, form in forms.items()
    }


def _buttons(draft: FormDraft, compiler: FormsCompiler, catalog: Catalog) -> dict[str, Button]:
    buttons: dict[str, Button] = {}
    for key, options in draft.options.buttons.items():
        cursor = draft.cursor.child("buttons").child(key)
        compiling = ActionCompiling(compiler, draft)
        when = compiling.expression(options.when, cursor.child("when"), BOOLEAN) if options.when else None
        actions = compile_actions(options.do, compiling, catalog)
        buttons[key] = Button(key, options.title, when, actions, frozenset(options.roles))
    return buttons


def compile_actions(cursor: Cursor, compiling: ActionCompiling, catalog: Catalog) -> tuple[PlannedAction, ...]:
    """Check a list of actions, each a map of one entry: the action's name and its options."""
    actions: list[PlannedAction] = []
    if not isinstance(cursor.data, list):
        cursor.report(NOT_AN_ACTION)
    for item in cursor.items():
        if not isinstance(item.data, dict) or len(item.data) != 1:
            item.report(NOT_AN_ACTION)
            continue
        name, place = next(item.entries())
        found = catalog.actions.find(name)
        if isinstance(found, Problem):
            place.problems.append(found.within(place.path, place.document.key_location(place.path)))
            continue
        options = found.read(place)
        compiled = found.compile(options, place, compiling) if options is not None else None
        if compiled is not None:
            actions.append(PlannedAction(found, compiled, place.path))
    return tuple(actions)

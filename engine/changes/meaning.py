"""What a publication changes without touching stored data, in sentences."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping

from engine.app import AppDefinition
from engine.changes.identity import Identity, form_before, identify
from engine.expression.parse import Source
from engine.forms.model import Button, Field, Form
from engine.texts import Text


def meaning_changes(
    old: AppDefinition | None, new: AppDefinition, identity: Identity | None = None
) -> Iterator[Text]:
    """Say in sentences what else is different: fields that read or behave differently, grants, roles."""
    if old is None:
        return
    same = identity or identify(old, new)
    for form in new.forms.values():
        before = form_before(old, same, form)
        if before is not None:
            yield from _form_changes(before, form, same)
    if _grants(old) != _grants(new):
        yield Text("权限有变化", "The rights have changed")
    if dict(old.roles) != dict(new.roles):
        yield Text("角色有变化", "The roles have changed")
    if _head(old) != _head(new):
        yield Text(
            "应用的名称、时区、语言或首页有变化", "The app's title, time zone, language or home has changed"
        )
    if old.demo != new.demo:
        yield Text("示例数据有变化", "The demo data has changed")


def _head(app: AppDefinition) -> tuple[object, ...]:
    return (app.title, app.description, app.zone, app.language, app.home)


def _form_changes(old: Form, new: Form, same: Identity) -> Iterator[Text]:
    form = {"form": new.label}
    if old.label != new.label:
        named = Text("表单「{a}」现在叫「{b}」", "The form '{a}' is now called '{b}'")
        yield named.fill({"a": old.label, "b": new.label})
    for key, one in new.fields.items():
        before = old.fields.get(same.fields.get((new.key, key), ""))
        if before is not None:
            yield from _field_changes(before, one, form)
    if _buttons(old) != _buttons(new):
        yield Text("「{form}」的按钮有变化", "The buttons of '{form}' have changed").fill(form)
    if _checks(old) != _checks(new):
        yield Text("「{form}」的校验有变化", "What must hold in '{form}' has changed").fill(form)
    if _layout(old) != _layout(new):
        yield Text("「{form}」的页面有变化", "The pages of '{form}' have changed").fill(form)


def _field_changes(before: Field, one: Field, form: Mapping[str, Text]) -> Iterator[Text]:
    facts = {**form, "field": one.label, "was": before.label}
    if before.label != one.label:
        words = Text("「{form}」的「{was}」现在叫「{field}」", "In '{form}', '{was}' is now called '{field}'")
        yield words.fill(facts)
    if _behaviour(before) != _behaviour(one):
        yield Text("「{form}」的「{field}」规则有变化", "In '{form}' {field} behaves differently").fill(facts)


def _behaviour(one: Field) -> tuple[object, ...]:
    sources = {name: expression.source for name, expression in one.expressions.items()}
    return (one.type.name, _plain(one.options), sources, one.required, one.readonly, one.default, one.masked)


def _buttons(form: Form) -> dict[str, object]:
    return {key: _button(button) for key, button in form.buttons.items()}


def _button(button: Button) -> tuple[object, ...]:
    actions = [(action.type.name, _plain(action.compiled)) for action in button.actions]
    return (button.label, button.when and button.when.source, button.roles, actions)


def _checks(form: Form) -> list[tuple[str, Text]]:
    repeats = [(",".join(one.fields), one.say) for one in (*form.unique, *form.similar)]
    return [(check.must.source, check.say) for check in form.checks] + repeats


def _layout(form: Form) -> tuple[object, ...]:
    return (
        form.help,
        form.named_by,
        form.sections,
        form.columns,
        form.sort,
        tuple(form.fields),
        tuple(one.help for one in form.fields.values()),
    )


def _plain(options: object) -> object:
    """Return options so that they can be compared: an expression counts as its text."""
    if isinstance(options, Source):
        return options.text
    if source := getattr(options, "source", None):
        return source
    if isinstance(options, Mapping):
        return {key: _plain(value) for key, value in options.items()}
    if isinstance(options, tuple | list):
        return [_plain(value) for value in options]
    if dataclasses.is_dataclass(options) and not isinstance(options, type):
        return {row.name: _plain(getattr(options, row.name)) for row in dataclasses.fields(options)}
    return options


def _grants(app: AppDefinition) -> Mapping[str, object]:
    return {
        form: [
            (g.role, g.actions, g.rows.source if g.rows else "", g.hidden, g.read_only, g.reveal)
            for g in grants
        ]
        for form, grants in app.access.grants.items()
    }

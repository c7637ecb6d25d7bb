"""What publishing a definition changes: ordered operations on the stored tables, each with a risk.

The plan is a value: it is shown to the person who publishes, with a sentence and the records concerned for
each change, and then carried out by the runtime in this order. Nothing here drops data: a removed field or
form is retired, and comes back with its values when the definition has it again.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Literal

from engine.app import AppDefinition
from engine.forms.model import Field, Form
from engine.stored import StoredApp, StoredColumn, StoredTable, new_name, same_storage
from engine.texts import Text
from engine.values import ValueType

Risk = Literal["safe", "slow", "destructive"]


@dataclass(frozen=True, slots=True)
class CreateTable:
    """A new form."""

    form: str
    table: StoredTable


@dataclass(frozen=True, slots=True)
class RenameForm:
    """A form has a new key; its table stays."""

    form: str
    was: str


@dataclass(frozen=True, slots=True)
class RetireForm:
    """A form is no longer there; its records are kept."""

    form: str


@dataclass(frozen=True, slots=True)
class ReviveForm:
    """A form is there again, with the records that were kept."""

    form: str


@dataclass(frozen=True, slots=True)
class AddField:
    """A new field."""

    form: str
    field: str
    column: StoredColumn


@dataclass(frozen=True, slots=True)
class RenameField:
    """A field has a new key; its column stays."""

    form: str
    field: str
    was: str


@dataclass(frozen=True, slots=True)
class RetireField:
    """A field is no longer there, or no longer stored; its values are kept."""

    form: str
    field: str


@dataclass(frozen=True, slots=True)
class ReviveField:
    """A field is there again, with the values that were kept."""

    form: str
    field: str
    column: StoredColumn


@dataclass(frozen=True, slots=True)
class ConvertField:
    """A field holds another kind of value; every value is converted, or the publication refused."""

    form: str
    field: str
    old: StoredColumn
    column: StoredColumn


@dataclass(frozen=True, slots=True)
class Recompute:
    """The formula of a stored field is new or has changed; its values are worked out again."""

    form: str
    field: str


@dataclass(frozen=True, slots=True)
class SetUnique:
    """No two records may have the same value from now on; refused while some have."""

    form: str
    field: str
    unique: bool


@dataclass(frozen=True, slots=True)
class DemandValue:
    """A field becomes required; records that have it blank are asked for it when they are next changed."""

    form: str
    field: str


Operation = (
    CreateTable | RenameForm | RetireForm | ReviveForm | AddField | RenameField | RetireField | ReviveField
    | ConvertField | Recompute | SetUnique | DemandValue
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Change:
    """One operation with its risk and its sentence; `rows` is filled in by whoever can count."""

    operation: Operation
    risk: Risk
    sentence: Text
    rows: int | None = None

    def with_rows(self, rows: int) -> Change:
        """Return the change with the number of records concerned."""
        return replace(self, rows=rows)


@dataclass(frozen=True)
class Plan:
    """Everything that a publication changes in storage, in the order of work, and how it is stored then."""

    changes: tuple[Change, ...]
    stored: StoredApp

    @property
    def is_destructive(self) -> bool:
        """Tell whether a yes must be asked for."""
        return any(change.risk == "destructive" for change in self.changes)


def plan_changes(old: AppDefinition | None, new: AppDefinition, stored: StoredApp, table_names: frozenset[str]) -> Plan:
    """Plan the way from what is stored to what a definition needs.

    old: the published definition, None for a new app.
    table_names: every table name in use in the database, of all apps.
    """
    work = _Planning(old, new, dict(stored.tables), set(table_names))
    work.forms()
    order = sorted(work.changes, key=lambda change: _ORDER.index(type(change.operation)))
    return Plan(tuple(order), StoredApp(work.tables))


_ORDER = (
    RenameForm, RetireForm, ReviveForm, CreateTable, RenameField, RetireField, ReviveField, AddField, ConvertField,
    Recompute, SetUnique, DemandValue,
)  # fmt: skip


@dataclass
class _Planning:
    old: AppDefinition | None
    new: AppDefinition
    tables: dict[str, StoredTable]
    names: set[str]
    changes: list[Change] = field(default_factory=list)

    def forms(self) -> None:
        """Plan every form."""
        renamed = {form.was: form for form in self.new.forms.values() if form.was}
        for was, form in renamed.items():
            if was in self.tables and form.key not in self.tables and was not in self.new.forms:
                self.tables[form.key] = self.tables.pop(was)
                self._note(RenameForm(form.key, was), "safe", "表单「{was}」改名为「{form}」,记录不变",
                           "The form '{was}' is now '{form}'; its records stay", was=was, form=form.label)
        for key, table in list(self.tables.items()):
            if key not in self.new.forms and not table.retired:
                self.tables[key] = replace(table, retired=True)
                self._note(RetireForm(key), "destructive", "表单「{form}」不再使用,记录保留",
                           "The form '{form}' is no longer used; its records are kept", form=self._old_label(key))
        for form in self.new.forms.values():
            self._form(form)

    def _old_label(self, key: str) -> Text:
        found = self.old.forms.get(key) if self.old else None
        return found.label if found else Text.same(key)

    def _form(self, form: Form) -> None:
        table = self.tables.get(form.key)
        if table is None:
            self._create(form)
            return
        if table.retired:
            table = self.tables[form.key] = replace(table, retired=False)
            self._note(ReviveForm(form.key), "safe", "表单「{form}」恢复使用,原来的记录都在",
                       "The form '{form}' is back with its records", form=form.label)
        columns = dict(table.columns)
        self._renames(form, columns)
        self._retire(form, columns)
        for one in form.stored_fields:
            self._field(form, one, replace(table, columns=columns), columns)
        self.tables[form.key] = replace(table, columns=columns)

    def _create(self, form: Form) -> None:
        name = new_name(f"{self.new.key}_{form.key}" if form.key.isascii() else "", self.names, "r")
        self.names.add(name)
        columns: dict[str, StoredColumn] = {}
        for one in form.stored_fields:
            taken = [column.name for column in columns.values()]
            columns[one.key] = StoredColumn(new_name(one.key, taken, "f"), plain_kind(one.value_type))
        table = self.tables[form.key] = StoredTable(name, columns)
        self._note(CreateTable(form.key, table), "safe", "新表单「{form}」,{count} 个字段",
                   "A new form '{form}' with {count} fields", form=form.label, count=len(form.fields))
        for one in form.stored_fields:
            if one.unique:
                self._unique(form, one, unique=True)

    def _renames(self, form: Form, columns: dict[str, StoredColumn]) -> None:
        for one in form.fields.values():
            known = columns.get(one.was) if one.was else None
            if known and not known.retired and one.was not in form.fields and one.key not in columns:
                columns[one.key] = columns.pop(one.was)
                self._note(RenameField(form.key, one.key, one.was), "safe",
                           "「{form}」的字段「{was}」改名为「{field}」,值不变",
                           "In '{form}' the field '{was}' is now '{field}'; its values stay",
                           form=form.label, was=one.was, field=one.label)

    def _retire(self, form: Form, columns: dict[str, StoredColumn]) -> None:
        wanted = {one.key for one in form.stored_fields}
        for key, column in list(columns.items()):
            if column.retired or key in wanted:
                continue
            columns[f"{key}@{column.name}"] = replace(columns.pop(key), retired=True)
            label = self._old_field_label(form.key, key)
            self._note(RetireField(form.key, key), "destructive", "「{form}」去掉字段「{field}」,值保留在数据库里",
                       "'{form}' loses the field '{field}'; its values stay in the database",
                       form=form.label, field=label)

    def _old_field_label(self, form: str, key: str) -> Text:
        found = self.old.forms.get(form) if self.old else None
        return found.field_label(key) if found else Text.same(key)

    def _field(self, form: Form, one: Field, table: StoredTable, columns: dict[str, StoredColumn]) -> None:
        current = columns.get(one.key)
        kind = plain_kind(one.value_type)
        taken = [column.name for column in columns.values()]
        if current is None:
            self._add(form, one, table, columns)
        elif not same_storage(current.kind, kind):
            column = StoredColumn(new_name(one.key, taken, "f"), kind)
            columns[f"{one.key}@{current.name}"] = replace(current, retired=True)
            columns[one.key] = column
            self._note(ConvertField(form.key, one.key, current, column), "slow",
                       "「{form}」的「{field}」由{old}改为{new},已有的值会转换",
                       "In '{form}' {field} changes from {old} to {new}; the values are converted",
                       form=form.label, field=one.label, old=current.kind.kind.label, new=kind.kind.label)
            if one.unique:
                self._unique(form, one, unique=True)
        before = self._old_field(form.key, one)
        if one.formula and (before is None or before.formula is None or before.formula.source != one.formula.source):
            self._note(Recompute(form.key, one.key), "slow", "「{form}」的「{field}」按新公式重新计算",
                       "In '{form}' {field} is worked out again by the new formula", form=form.label, field=one.label)
        converted = current is not None and not same_storage(current.kind, kind)
        if one.unique != bool(before and before.unique) and not converted:
            self._unique(form, one, unique=one.unique)
        if one.required and not (before and before.required):
            self._note(DemandValue(form.key, one.key), "safe", "「{form}」的「{field}」改为必填",
                       "In '{form}' {field} becomes required", form=form.label, field=one.label)

    def _old_field(self, form: str, one: Field) -> Field | None:
        found = self.old.forms.get(form) if self.old else None
        found = found or (self.old.forms.get(self.new.forms[form].was) if self.old else None)
        return (found.fields.get(one.key) or found.fields.get(one.was)) if found else None

    def _add(self, form: Form, one: Field, table: StoredTable, columns: dict[str, StoredColumn]) -> None:
        kind = plain_kind(one.value_type)
        kept = table.find_retired(one.key, kind)
        if kept is not None:
            columns.pop(f"{one.key}@{kept.name}", None)
            columns[one.key] = revived = StoredColumn(kept.name, kind)
            self._note(ReviveField(form.key, one.key, revived), "safe", "「{form}」的「{field}」恢复,原来的值都在",
                       "'{form}' has {field} again, with its values", form=form.label, field=one.label)
            return
        column = StoredColumn(new_name(one.key, [c.name for c in columns.values()], "f"), kind)
        columns[one.key] = column
        self._note(AddField(form.key, one.key, column), "safe", "「{form}」新增字段「{field}」",
                   "'{form}' gets the field '{field}'", form=form.label, field=one.label)

    def _unique(self, form: Form, one: Field, *, unique: bool) -> None:
        zh = "「{form}」的「{field}」不能再重复" if unique else "「{form}」的「{field}」可以重复了"
        en = "In '{form}' {field} must be unique" if unique else "In '{form}' {field} may repeat"
        self._note(SetUnique(form.key, one.key, unique), "slow" if unique else "safe", zh, en,
                   form=form.label, field=one.label)

    def _note(self, operation: Operation, risk: Risk, zh: str, en: str, **facts: object) -> None:
        self.changes.append(Change(operation, risk, Text(zh, en).fill(facts)))


def plain_kind(kind: ValueType) -> ValueType:
    """Return a value type as it is stored: without the options, which belong to the definition."""
    return ValueType(kind.kind, scale=kind.scale if kind.is_numeric else None, currency=kind.currency, form=kind.form)


def meaning_changes(old: AppDefinition | None, new: AppDefinition) -> Iterator[Text]:
    """Say in sentences what else is different: fields that read or behave differently, grants, roles."""
    if old is None:
        return
    for key, form in new.forms.items():
        before = old.forms.get(key)
        if before is not None:
            yield from _form_changes(before, form)
    if old.access != new.access and _grants(old) != _grants(new):
        yield Text("权限有变化", "The rights have changed")
    if dict(old.roles) != dict(new.roles):
        yield Text("角色有变化", "The roles have changed")


def _form_changes(old: Form, new: Form) -> Iterator[Text]:
    if old.label != new.label:
        yield Text("表单「{a}」现在叫「{b}」", "The form '{a}' is now called '{b}'").fill({"a": old.label, "b": new.label})
    for key, one in new.fields.items():
        before = old.fields.get(key)
        if before is None:
            continue
        facts = {"form": new.label, "field": one.label, "was": before.label}
        if before.label != one.label:
            yield Text("「{form}」的「{was}」现在叫「{field}」", "In '{form}', '{was}' is now called '{field}'").fill(facts)
        if _behaviour(before) != _behaviour(one):
            yield Text("「{form}」的「{field}」规则有变化", "In '{form}' {field} behaves differently").fill(facts)
    if {k: (b.label, b.when and b.when.source) for k, b in old.buttons.items()} != {
        k: (b.label, b.when and b.when.source) for k, b in new.buttons.items()
    }:
        yield Text("「{form}」的按钮有变化", "The buttons of '{form}' have changed").fill({"form": new.label})


def _behaviour(one: Field) -> tuple[object, ...]:
    sources = {name: expression.source for name, expression in one.expressions.items()}
    return (one.type.name, repr(one.options) if not sources else "", sources, one.required, one.readonly, one.default)


def _grants(app: AppDefinition) -> Mapping[str, object]:
    return {
        form: [(g.role, g.actions, g.rows.source if g.rows else "", g.hidden, g.read_only) for g in grants]
        for form, grants in app.access.grants.items()
    }



"""From two definitions and what is stored to the plan of a publication."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from engine.app import AppDefinition
from engine.changes.identity import Identity, form_before, identify
from engine.changes.kinds import converts, kind_label, plain_kind
from engine.changes.operations import (
    AddField,
    Change,
    ConvertField,
    CreateTable,
    DemandValue,
    Operation,
    Plan,
    Recompute,
    RemoveRole,
    RenameField,
    RenameForm,
    ReplaceField,
    RetireField,
    RetireForm,
    ReviveField,
    ReviveForm,
    Risk,
    SetUnique,
)
from engine.forms.model import Field, Form
from engine.stored import StoredApp, StoredColumn, StoredTable, new_name, plain_key, same_storage
from engine.texts import Text

_ORDER = (
    RenameForm, RetireForm, ReviveForm, CreateTable, RenameField, RetireField, ReviveField, AddField,
    ReplaceField, ConvertField, Recompute, SetUnique, DemandValue, RemoveRole,
)  # fmt: skip


def plan_changes(
    old: AppDefinition | None,
    new: AppDefinition,
    stored: StoredApp,
    table_names: frozenset[str],
    identity: Identity | None = None,
) -> Plan:
    """Plan the way from what is stored to what a definition needs.

    old: the published definition, None for a new app.
    table_names: every table name in use in the database, of all apps.
    identity: what was renamed, where that is more than the two definitions tell.
    """
    same = identity or identify(old, new)
    work = _Planning(old, new, same, dict(stored.tables), set(table_names))
    work.forms()
    work.roles()
    order = sorted(work.changes, key=lambda change: _ORDER.index(type(change.operation)))
    return Plan(tuple(order), StoredApp(work.tables))


@dataclass
class _Planning:
    old: AppDefinition | None
    new: AppDefinition
    same: Identity
    tables: dict[str, StoredTable]
    names: set[str]
    changes: list[Change] = field(default_factory=list)

    def note(self, operation: Operation, risk: Risk, words: Text, **facts: object) -> None:
        """Add a change."""
        self.changes.append(Change(operation, risk, words.fill(facts)))

    def forms(self) -> None:
        """Plan every form."""
        self._move()
        for key, table in list(self.tables.items()):
            if not table.retired and key not in self.new.forms:
                self.tables[key] = replace(table, retired=True)
                self.note(
                    RetireForm(key), "destructive",
                    Text(
                        "表单「{form}」不再使用,记录保留",
                        "The form '{form}' is no longer used; its records are kept",
                    ),
                    form=self._old_label(key),
                )  # fmt: skip
        for form in self.new.forms.values():
            if form.key in self.tables:
                self._form(form)
            else:
                self._create(form)

    def _move(self) -> None:
        """Let the tables of renamed forms follow, all at once, and the links that point to them."""
        moved = {key: was for key, was in self.same.forms.items() if key != was and was in self.tables}
        taken = {key: self.tables.pop(was) for key, was in moved.items()}
        for key, table in taken.items():
            form = self.new.forms[key]
            if key in self.tables:  # an old form of this name, out of use
                former = self.tables.pop(key)
                self.tables[f"{key}@{former.name}"] = former
            self.tables[key] = table
            self.note(
                RenameForm(key, moved[key]), "safe",
                Text(
                    "表单「{was}」改名为「{form}」,记录不变",
                    "The form '{was}' is now '{form}'; its records stay",
                ),
                was=moved[key], form=form.label,
            )  # fmt: skip
        now = {was: key for key, was in moved.items()}
        self.tables = {key: _pointing(table, now) for key, table in self.tables.items()}

    def _old_label(self, key: str) -> Text:
        found = self.old.forms.get(plain_key(key)) if self.old else None
        return found.label if found else Text.same(key)

    def _create(self, form: Form) -> None:
        name = new_name(f"{self.new.key}_{form.key}" if form.key.isascii() else "", self.names, "r")
        self.names.add(name)
        columns: dict[str, StoredColumn] = {}
        for one in form.stored_fields:
            taken = [column.name for column in columns.values()]
            columns[one.key] = StoredColumn(new_name(one.key, taken, "f"), plain_kind(one.value_type))
        table = self.tables[form.key] = StoredTable(name, columns)
        self.note(
            CreateTable(form.key, table), "safe",
            Text("新表单「{form}」,{count} 个字段", "A new form '{form}' with {count} fields"),
            form=form.label, count=len(form.fields),
        )  # fmt: skip
        for one in form.stored_fields:
            if one.unique:
                self.note(*_unique(form, one), form=form.label, field=one.label)

    def _form(self, form: Form) -> None:
        table = self.tables[form.key]
        if table.retired:
            table = replace(table, retired=False)
            self.note(
                ReviveForm(form.key), "safe",
                Text("表单「{form}」恢复使用,原来的记录都在", "The form '{form}' is back with its records"),
                form=form.label,
            )  # fmt: skip
        fields = _FormPlanning(self, form, form_before(self.old, self.same, form), dict(table.columns))
        fields.plan()
        self.tables[form.key] = replace(table, columns=fields.columns)

    @property
    def clock_moved(self) -> bool:
        """Tell whether days begin at another moment than before."""
        return self.old is not None and self.old.zone != self.new.zone

    def roles(self) -> None:
        """Plan the end of roles: what a role of this name is given later, its members of today have not."""
        for role, label in self.old.roles.items() if self.old else ():
            if role not in self.new.roles:
                self.note(
                    RemoveRole(role), "destructive",
                    Text(
                        "角色「{role}」没有了,成员都失去它",
                        "The role '{role}' is gone; its members lose it",
                    ),
                    role=label,
                )  # fmt: skip


@dataclass
class _FormPlanning:
    """The fields of one form that is there already."""

    plan_of: _Planning
    form: Form
    before: Form | None
    columns: dict[str, StoredColumn]
    fresh: set[str] = field(default_factory=set)

    def plan(self) -> None:
        """Plan every field: names first, then columns, then what is computed, then what must hold."""
        self._move()
        for one in self.form.stored_fields:
            self._column(one)
        recomputed = self._recompute()
        for one in self.form.stored_fields:
            self._rules(one, recomputed)

    def note(self, operation: Operation, risk: Risk, words: Text, **facts: object) -> None:
        """Add a change of this form."""
        self.plan_of.note(operation, risk, words, **({"form": self.form.label} | facts))

    def _former(self, key: str) -> Field | None:
        was = self.plan_of.same.fields.get((self.form.key, key))
        return self.before.fields.get(was) if self.before and was else None

    def _move(self) -> None:
        """Let the columns of renamed fields follow, and take those out of use that no field has now."""
        renamed = {
            one.key: was
            for one in self.form.fields.values()
            if (was := self.plan_of.same.fields.get((self.form.key, one.key))) and was != one.key
        }
        taken = {key: self.columns.pop(was) for key, was in renamed.items() if was in self.columns}
        wanted = {one.key for one in self.form.stored_fields}
        for key in [
            key
            for key, column in self.columns.items()
            if not column.retired and key not in wanted - set(taken)
        ]:
            self._retire(key)
            label = self.before.field_label(key) if self.before else Text.same(key)
            self.note(
                RetireField(self.form.key, key), "destructive",
                Text(
                    "「{form}」去掉字段「{field}」,值保留在数据库里",
                    "'{form}' loses the field '{field}'; its values stay in the database",
                ),
                field=label,
            )  # fmt: skip
        for key, column in taken.items():
            self._follow(renamed[key], key)
            self.columns[key] = column
            if key not in wanted:
                self._retire(key)
            self.note(
                RenameField(self.form.key, key, renamed[key]), "safe",
                Text(
                    "「{form}」的字段「{was}」改名为「{field}」,值不变",
                    "In '{form}' the field '{was}' is now '{field}'; its values stay",
                ),
                was=renamed[key], field=self.form.fields[key].label,
            )  # fmt: skip

    def _follow(self, was: str, key: str) -> None:
        """Let what a renamed field held in earlier columns go by its new name too."""
        for name in [
            name for name, column in self.columns.items() if column.retired and plain_key(name) == was
        ]:
            column = self.columns.pop(name)
            self.columns[f"{key}@{column.name}"] = column

    def _retire(self, key: str) -> None:
        column = self.columns.pop(key)
        self.columns[f"{key}@{column.name}"] = replace(column, retired=True)

    # Columns.

    def _column(self, one: Field) -> None:
        current = self.columns.get(one.key)
        if current is None:
            self._add(one)
            return
        kind, former = plain_kind(one.value_type), self._former(one.key)
        kept = self._kept(one)
        was_computed = former is not None and former.formula is not None
        if same_storage(current.kind, kind):
            stays = was_computed == (one.formula is not None) or (was_computed and kept is None)
        else:
            stays = False
        if stays:
            self.columns[one.key] = replace(current, kind=kind)
            return
        if converts(current.kind, kind) and not was_computed and one.formula is None:
            self._convert(one, current)
        else:
            self._replace(one, current, kept, computed=was_computed)

    def _kept(self, one: Field) -> StoredColumn | None:
        return StoredTable("", self.columns).find_retired(one.key, plain_kind(one.value_type))

    def _new_column(self, one: Field) -> StoredColumn:
        taken = [column.name for column in self.columns.values()]
        return StoredColumn(new_name(one.key, taken, "f"), plain_kind(one.value_type))

    def _add(self, one: Field) -> None:
        kept = self._kept(one)
        self.fresh.add(one.key)
        if kept is not None:
            revived = self.columns[one.key] = self._revive(one, kept)
            self.note(
                ReviveField(self.form.key, one.key, revived), "safe",
                Text(
                    "「{form}」的「{field}」恢复,原来的值都在",
                    "'{form}' has {field} again, with its values",
                ),
                field=one.label,
            )  # fmt: skip
            return
        column = self.columns[one.key] = self._new_column(one)
        self.note(
            AddField(self.form.key, one.key, column), "safe",
            Text("「{form}」新增字段「{field}」", "'{form}' gets the field '{field}'"),
            field=one.label,
        )  # fmt: skip

    def _revive(self, one: Field, kept: StoredColumn) -> StoredColumn:
        del self.columns[f"{one.key}@{kept.name}"]
        return StoredColumn(kept.name, plain_kind(one.value_type))

    def _convert(self, one: Field, current: StoredColumn) -> None:
        column = self._new_column(one)
        self._retire(one.key)
        self.columns[one.key] = column
        self.fresh.add(one.key)
        self.note(
            ConvertField(self.form.key, one.key, current, column), "slow",
            Text(
                "「{form}」的「{field}」由{old}改为{new},已有的值会转换",
                "In '{form}' {field} changes from {old} to {new}; the values are converted",
            ),
            field=one.label, old=kind_label(current.kind), new=kind_label(column.kind),
        )  # fmt: skip

    def _replace(
        self, one: Field, current: StoredColumn, kept: StoredColumn | None, *, computed: bool
    ) -> None:
        column = self._revive(one, kept) if kept else self._new_column(one)
        self._retire(one.key)
        self.columns[one.key] = column
        self.fresh.add(one.key)
        self.note(
            ReplaceField(self.form.key, one.key, current, column, kept is not None),
            "safe" if computed else "destructive",
            Text(
                "「{form}」的「{field}」换了来源,原来的值保留在数据库里",
                "In '{form}' {field} comes from elsewhere now; its values so far stay in the database",
            ),
            field=one.label,
        )  # fmt: skip

    # What is computed, and what must hold.

    def _recompute(self) -> set[str]:
        """Plan the formulas whose result may differ now: they changed, or something that they read did."""
        stale: set[str] = set()
        for key in self.form.formula_order:
            one, former = self.form.fields[key], self._former(key)
            reads = (
                {name for form, name in one.formula.reads if form == self.form.key} if one.formula else set()
            )
            changed = former is None or _sources(former) != _sources(one)
            if changed or key in self.fresh or reads & (stale | self.fresh) or self.plan_of.clock_moved:
                stale.add(key)
                self.note(
                    Recompute(self.form.key, key), "slow",
                    Text(
                        "「{form}」的「{field}」按公式重新计算",
                        "In '{form}' {field} is worked out again by its formula",
                    ),
                    field=one.label,
                )  # fmt: skip
        return stale

    def _rules(self, one: Field, recomputed: set[str]) -> None:
        former = self._former(one.key)
        had = former is not None and former.unique and one.key not in self.fresh
        if one.unique != had or (one.unique and one.key in recomputed):
            self.note(*_unique(self.form, one), field=one.label)
        if one.required and not (former and former.required):
            self.note(
                DemandValue(self.form.key, one.key), "safe",
                Text("「{form}」的「{field}」改为必填", "In '{form}' {field} becomes required"),
                field=one.label,
            )  # fmt: skip


def _sources(one: Field) -> tuple[str, ...]:
    """Return what decides the value of a computed field: its formula, and when it is there at all."""
    found = (one.expressions.get("formula"), one.expressions.get("visible"))
    return tuple(expression.source if expression else "" for expression in found)


def _unique(form: Form, one: Field) -> tuple[Operation, Risk, Text]:
    operation = SetUnique(form.key, one.key, one.unique)
    if one.unique:
        return (
            operation,
            "slow",
            Text("「{form}」的「{field}」不能再重复", "In '{form}' {field} must be unique"),
        )
    return operation, "safe", Text("「{form}」的「{field}」可以重复了", "In '{form}' {field} may repeat")


def _pointing(table: StoredTable, now: Mapping[str, str]) -> StoredTable:
    """Return a table whose links go by the new names of the forms that they point to."""
    columns = {
        key: replace(column, kind=replace(column.kind, form=now[column.kind.form]))
        if column.kind.form in now
        else column
        for key, column in table.columns.items()
    }
    return replace(table, columns=columns)

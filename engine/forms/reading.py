"""Reading the forms of a definition: from YAML to drafts, with every problem that is seen on the way.

Most keys below `fields` are one field. A sub-table is a form of its own besides, whose rows belong to a
record; a field with parts is several; a section, a tab or a remark is none at all.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from functools import cache
from typing import Any

from engine.definition.cursor import Cursor
from engine.expression.tree import PARENT
from engine.forms.codes import (
    NO_FIELDS,
    NO_FORMS,
    NO_TYPE,
    NOTHING_HERE,
    RESERVED_FIELD,
    ROWS_IN_ROWS,
    SAME_NAME,
)
from engine.forms.contract import FieldType, LayoutKind
from engine.forms.declared import FieldOptions, FormOptions
from engine.forms.drafts import Checking, FieldDraft, FormDraft, LayoutDraft
from engine.forms.rows import implicit_fields
from engine.option_kinds import BAD_NAME, check_name
from engine.options import NOT_A_MAP, name_of, read_options, rows_of
from engine.problems import Problem
from engine.registry import Registry
from engine.texts import Text

_SYSTEM = frozenset({"id", "created_at", "created_by", "updated_at", "updated_by"})
_OF_ROWS = frozenset({PARENT, "position"})
_SHARED = ("required", "visible", "readonly", "help")  # what the parts of a field have in common
_ON_THE_PAGE = frozenset({"title", "help", "visible"})


@dataclass
class FormsReader:
    """Reads every form below a cursor.

    drafts: the forms that could be read, sub-tables included; broken: keys of forms and fields that could
        not, so that what refers to them is not reported as well.
    """

    cursor: Cursor
    types: Registry[FieldType]
    compiler: Checking
    drafts: dict[str, FormDraft]
    broken: set[str]

    def read(self) -> None:
        """Read the options of every form and field; problems go to the cursor."""
        if not isinstance(self.cursor.data, dict):
            self.cursor.report(NOT_A_MAP, found=name_of(self.cursor.data))
        elif not self.cursor.data:
            self.cursor.report(NO_FORMS)
        for key, cursor in self.cursor.entries():
            options = read_options(cursor, FormOptions, lenient=True)
            if is_name(key, cursor) and options is not None:
                self.drafts[key] = FormDraft(key, options.title or Text.same(key), options, cursor)
            else:
                self.broken.add(key)
        for draft in list(self.drafts.values()):
            self._read_fields(draft)

    def _read_fields(self, draft: FormDraft) -> None:
        fields = draft.options.fields
        entries = list(fields.entries())
        if not isinstance(fields.data, dict | None):
            fields.report(NOT_A_MAP, found=name_of(fields.data))
        elif not entries:
            fields.report(NO_FIELDS, form=draft.label)
        for key, cursor in entries:
            if not self._read_field(draft, key, cursor):
                self.broken |= {key, f"{draft.key}_{key}"}

    def _read_field(self, draft: FormDraft, key: str, cursor: Cursor) -> bool:
        """Read one entry below `fields`; False after reporting why it cannot be read."""
        if key in _SYSTEM or (draft.owner and key in _OF_ROWS):
            cursor.report_key(RESERVED_FIELD, name=key)
            return False
        found = self._field_type(key, cursor) if is_name(key, cursor) else None
        if found is None:
            return False
        common = read_options(cursor, FieldOptions, also=keys_of(found.Options))
        options = _read_own(cursor, found.Options)
        if common is None or options is None:
            return False
        for problem in found.review(options):
            place = cursor.document.location((*cursor.path, *problem.path))
            cursor.add(problem.within((), place))
        one = FieldDraft(
            draft.key, key, common.title or Text.same(key), found, common, options, cursor, self.compiler
        )
        return self._take(draft, one)

    def _take(self, draft: FormDraft, one: FieldDraft) -> bool:
        kind = one.type.layout(one.options)
        parts = one.type.parts(one.key, one.options)
        if kind is not None:
            return self._take_layout(draft, one, kind)
        if parts:
            return self._take_parts(draft, one)
        draft.fields[one.key] = one
        draft.order.append(one.key)
        inner = one.type.rows(one.options)
        return inner is None or self._take_rows(draft, one, inner)

    def _take_layout(self, draft: FormDraft, one: FieldDraft, kind: LayoutKind) -> bool:
        """Note a part of the page; it holds nothing, so nothing about values makes sense with it."""
        own = keys_of(one.type.Options) | _ON_THE_PAGE | {"type"}
        for key in one.cursor.data:
            if key not in own:
                one.cursor.child(key).report_key(NOTHING_HERE, field=one.label, key=key)
        draft.layout[one.key] = LayoutDraft(kind, one)
        draft.order.append(one.key)
        return True

    def _take_parts(self, draft: FormDraft, one: FieldDraft) -> bool:
        """Read the fields that a field really is, as if they had been written in its place."""
        shared = {key: one.cursor.data[key] for key in _SHARED if key in one.cursor.data}
        was = one.common.was
        names = []
        for name, part in one.type.parts(one.key, one.options).items():
            key = f"{one.key}_{name}"
            label = Text(f"{one.label.zh}{part.label.zh}", f"{one.label.en}: {part.label.en.lower()}")
            written = {**shared, **part.definition, "title": {"zh": label.zh, "en": label.en}}
            written |= {"was": f"{was}_{name}"} if was else {}
            found = self._field_type(key, dataclasses.replace(one.cursor, data=written))
            if found is None or not self._is_free(draft, key, one.cursor):
                return False
            place = dataclasses.replace(one.cursor, data=written)
            common = read_options(place, FieldOptions, also=keys_of(found.Options))
            options = _read_own(place, found.Options)
            if common is None or options is None:
                return False
            short = part.label
            draft.fields[key] = FieldDraft(
                draft.key, key, label, found, common, options, place, self.compiler, short=short
            )
            names.append(key)
        draft.groups[one.key] = (one.label, tuple(names), one.type.control(one.options, one.value_type).kind)
        draft.order.extend(names)
        return True

    def _is_free(self, draft: FormDraft, key: str, cursor: Cursor) -> bool:
        taken = key in draft.fields or key in (draft.options.fields.data or {})
        if taken:
            cursor.report_key(SAME_NAME, name=key)
        return not taken

    def _take_rows(self, draft: FormDraft, one: FieldDraft, inner: FormOptions) -> bool:
        """Read the fields of a sub-table as a form of its own."""
        if draft.owner:
            one.cursor.report_key(ROWS_IN_ROWS, field=one.label)
            return False
        key = f"{draft.key}_{one.key}"
        if key in self.drafts or key in (self.cursor.data or {}):
            one.cursor.report_key(SAME_NAME, name=key)
            return False
        one.rows = key
        rows = FormDraft(key, one.label, inner, one.cursor, owner=(draft.key, one.key))
        self.drafts[key] = rows
        self._read_fields(rows)
        for name, system in implicit_fields(draft.key).items():
            rows.fields[name] = FieldDraft(
                key, name, system.label, system, FieldOptions(type=system.name), system.Options(),
                one.cursor, self.compiler, system=True,
            )  # fmt: skip
        return True

    def _field_type(self, key: str, cursor: Cursor) -> FieldType | None:
        name = cursor.data.get("type") if isinstance(cursor.data, dict) else None
        if not isinstance(name, str):
            cursor.report_key(NO_TYPE, field=key)
            return None
        found = self.types.find(name)
        if isinstance(found, Problem):
            cursor.child("type").add(found)
            return None
        return found


@cache
def keys_of(options: type[Any]) -> frozenset[str]:
    """Return the keys under which the options of a class are written."""
    return frozenset(row.key for row in rows_of(options))


def is_name(key: str, cursor: Cursor) -> bool:
    """Tell whether a key can be used in expressions; report it if not."""
    why = check_name(key)
    if why is not None:
        cursor.report_key(BAD_NAME, name=key, why=why)
    return why is None


def _read_own(cursor: Cursor, options: type) -> Any:
    """Read the options of the type; unknown keys were reported with the common ones already."""
    known = keys_of(options)
    own = {key: value for key, value in cursor.data.items() if key in known}
    return read_options(dataclasses.replace(cursor, data=own), options)

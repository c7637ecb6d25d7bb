"""From the `access` part of a definition to grants: actions, row scopes and fields checked."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from engine.access import ACTIONS, EVERYONE, Access, Grant
from engine.definition.cursor import Cursor
from engine.expression.parse import Source
from engine.expression.through import through
from engine.expression.tree import PARENT, Expression
from engine.forms.codes import UNKNOWN_FORM
from engine.forms.compile import FormsCompiler
from engine.forms.model import Field, Form
from engine.option_kinds import ListOf, Name, OneOf, ValueOr, Words
from engine.options import NOT_A_MAP, name_of, option, read_options
from engine.problems import ProblemCode, suggest
from engine.texts import Text
from engine.values import BOOLEAN, Kind

UNKNOWN_ROLE = ProblemCode(
    "unknown-role",
    Text("没有「{name}」这个角色", "There is no role '{name}'"),
    Text("在 roles 里加上它,或写 everyone", "Add it to roles, or write everyone"),
)
NO_OWNER = ProblemCode(
    "no-owner",
    Text(
        "「{owner}」不是成员字段,不能表示记录属于谁",
        "'{owner}' is not a person, so it cannot say who owns a record",
    ),
    Text("写一个成员字段", "Name a field that holds a person"),
)
ROWS = ("all", "own", "subordinates", "department", "department_and_below")


@dataclass(frozen=True, kw_only=True)
class GrantOptions:
    """What a role may do in a form."""

    can: tuple[str, ...] = option(ListOf(OneOf((*ACTIONS, "all"))), Text("能做什么", "What the role may do"))
    rows: str | Source = option(
        ValueOr(OneOf(ROWS)),
        Text(
            "哪些记录:all、own、subordinates、department、department_and_below 或 =条件",
            "Which records: all, own, subordinates, department, department_and_below or =condition",
        ),
        default="all",
    )
    owner: str = option(
        Name(),
        Text("哪个成员字段表示记录属于谁", "The person field that says whose record it is"),
        default="created_by",
    )
    hide: tuple[str, ...] = option(
        ListOf(Words()),
        Text("看不到的字段;子表里的写 lines.price", "Fields that are hidden; lines.price in a sub-table"),
        default=(),
    )
    reveal: tuple[str, ...] = option(
        ListOf(Words()),
        Text("能看全的脱敏字段", "Masked fields that the role sees whole"),
        default=(),
    )
    read_only: tuple[str, ...] = option(
        ListOf(Words()),
        Text(
            "只能看的字段;子表里的写 lines.price", "Fields that may only be read; lines.price in a sub-table"
        ),
        default=(),
    )


def compile_access(
    cursor: Cursor | None, forms: Mapping[str, Form], roles: Mapping[str, Text], compiler: FormsCompiler
) -> Access:
    """Return the grants of every form; what is wrong is reported."""
    fields = {key: frozenset(form.fields) | _inside(form) for key, form in forms.items()}
    masked = {key: _masked(form) for key, form in forms.items()}
    if cursor is None:
        return Access(fields, masked=masked)
    grants: dict[str, tuple[Grant, ...]] = {}
    if not isinstance(cursor.data, dict):
        cursor.report(NOT_A_MAP, found=name_of(cursor.data))
    for key, entry in cursor.entries():
        if key not in forms or forms[key].owner:
            if not compiler.is_broken(key):
                entry.report_key(UNKNOWN_FORM, name=key, suggestions=suggest(key, forms))
            continue
        grants[key] = _form_grants(entry, forms[key], roles, compiler)
        for table in forms[key].tables:
            grants[table.rows] = tuple(_rows_grants(table, grants[key]))
    return Access(fields, grants, masked)


def _masked(form: Form) -> frozenset[str]:
    inside = (
        f"{table.key}.{key}"
        for table in form.tables
        for key, one in form.row_forms[table.key].fields.items()
        if one.masked
    )
    return frozenset((*(key for key, one in form.fields.items() if one.masked), *inside))


def _inside(form: Form) -> frozenset[str]:
    """Return the fields of the rows of a form's sub-tables as rights name them: `lines.price`."""
    return frozenset(
        f"{table.key}.{key}"
        for table in form.tables
        for key, one in form.row_forms[table.key].fields.items()
        if not one.system
    )


def _whole_tables(names: tuple[str, ...], form: Form) -> frozenset[str]:
    """Let a sub-table that is hidden or read-only be so with all its fields."""
    inside = {name for name in _inside(form) if name.partition(".")[0] in names}
    return frozenset({*names, *inside})


def _rows_grants(table: Field, grants: tuple[Grant, ...]) -> Iterator[Grant]:
    """Yield the rights on the rows of a sub-table: those on the record that they belong to."""
    for grant in grants:
        if table.key in grant.hidden:
            continue
        rows = None if grant.rows is None else through(grant.rows, table.rows, PARENT)
        hidden, read_only, reveal = (
            frozenset(
                name.removeprefix(f"{table.key}.") for name in names if name.startswith(f"{table.key}.")
            )
            for names in (grant.hidden, grant.read_only, grant.reveal)
        )
        yield Grant(grant.role, grant.actions, rows, hidden, read_only, reveal)


def _form_grants(
    cursor: Cursor, form: Form, roles: Mapping[str, Text], compiler: FormsCompiler
) -> tuple[Grant, ...]:
    grants: list[Grant] = []
    if not isinstance(cursor.data, dict):
        cursor.report(NOT_A_MAP, found=name_of(cursor.data))
    for role, entry in cursor.entries():
        if role != EVERYONE and role not in roles:
            entry.report_key(UNKNOWN_ROLE, name=role, suggestions=suggest(role, [*roles, EVERYONE]))
            continue
        for part in entry.items() if isinstance(entry.data, list) else (entry,):
            grant = _grant(role, part, form, compiler)
            if grant is not None:
                grants.append(grant)
    return tuple(grants)


def _grant(role: str, cursor: Cursor, form: Form, compiler: FormsCompiler) -> Grant | None:
    options = read_options(cursor, GrantOptions)
    if options is None:
        return None
    for key, names in (("hide", options.hide), ("read_only", options.read_only), ("reveal", options.reveal)):
        if names:
            compiler.report_unknown_fields(
                names, cursor.child(key), compiler.drafts[form.key], also=_inside(form)
            )
    actions = frozenset(ACTIONS if "all" in options.can else options.can)
    rows = _rows(options, cursor, form, compiler)
    hidden, read_only = _whole_tables(options.hide, form), _whole_tables(options.read_only, form)
    return Grant(role, actions, rows, hidden, read_only, frozenset(options.reveal))


def _rows(options: GrantOptions, cursor: Cursor, form: Form, compiler: FormsCompiler) -> Expression | None:
    """Return the row condition; the named scopes are conditions on the owner of a record."""
    place = cursor.child("rows") if "rows" in cursor.data else cursor
    if isinstance(options.rows, Source):
        found = compiler.expression(options.rows, place, compiler.environment(form.key), BOOLEAN)
        return compiler.in_database(found, place)
    if options.rows == "all":
        return None
    owner = options.owner
    shape = form.shape_fields().get(owner)
    if shape is None or shape.value_type.kind is not Kind.USER:
        if not compiler.is_broken(owner):
            (cursor.child("owner") if "owner" in cursor.data else cursor).report(NO_OWNER, owner=owner)
        return None
    words = {
        "own": f"{owner} == me",
        "subordinates": f"{owner} == me or REPORTS_TO({owner}, me)",
        "department": f"{owner} == me or {owner}.department == me.department and not ISBLANK(me.department)",
        "department_and_below": f"{owner} == me or IS_WITHIN({owner}.department, me.department)",
    }[options.rows]
    return compiler.expression(Source(words), place, compiler.environment(form.key), BOOLEAN)

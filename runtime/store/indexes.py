"""Which indexes a definition asks for: what lists filter by, and the orders that they are read in."""

from __future__ import annotations

from decimal import Decimal

from engine.app import AppDefinition
from engine.forms.model import Field, Form
from engine.stored import StoredTable
from engine.values import Kind

_LONGEST_INDEXED = 600
_LISTED = 8  # the columns of a list that names none


def indexed_fields(definition: AppDefinition, form: str) -> tuple[str, ...]:
    """Return the fields that lists filter by and no order begins with.

    They are links, people, departments, the choices that the list shows, what row scopes and views read.
    """
    found = definition.forms[form]
    pointing = (Kind.RECORD, Kind.USER, Kind.DEPARTMENT)
    listed = found.columns or tuple(found.fields)[:_LISTED]
    wanted = [
        one.key
        for one in found.stored_fields
        if one.value_type.kind in pointing or (one.value_type.kind is Kind.CHOICE and one.key in listed)
    ]
    conditions = [grant.rows for grant in definition.access.grants.get(form, ())]
    for view in found.views.values():
        conditions.append(view.condition)
        wanted += [name.partition(":")[0].partition(".")[0] for name in (*view.filters, *view.group)]
    for rows in conditions:
        paths = rows.paths if rows is not None else ()
        wanted += [path.steps[0] for path in paths if path.root == "record" and path.steps]
    begun = {order[0].lstrip("-") for order in listed_orders(definition, form)}
    fitting = _fitting(found) - begun
    return tuple(key for key in dict.fromkeys(wanted) if key in fitting)


def listed_orders(definition: AppDefinition, form: str) -> tuple[tuple[str, ...], ...]:
    """Return the orders of the form's list and its views, as far as an index can give them.

    Dates that the list shows are read newest first, and the same index finds a range of them.
    """
    found = definition.forms[form]
    pointing = {one.key for one in found.stored_fields if one.value_type.points_to}  # ordered by their names
    own = _fitting(found) - pointing - {"created_by"}
    orders = dict.fromkeys((found.sort, *(view.sort for view in found.views.values())))
    given = [order for order in orders if order and all(name.lstrip("-") in own for name in order)]
    begun = {order[0] for order in given}
    fields = found.shape_fields()
    shown = (key for key in found.columns or tuple(found.fields)[:_LISTED] if key in own)
    dates = (f"-{key}" for key in shown if fields[key].value_type.kind in (Kind.DATE, Kind.DATETIME))
    return (*given, *((name,) for name in dates if name not in begun))


def _fitting(form: Form) -> frozenset[str]:
    """Return the fields of a form that an index can hold."""
    stored = (one.key for one in form.stored_fields if fits_index(one))
    return frozenset((*stored, "created_by", "created_at", "updated_at"))


def fits_index(one: Field) -> bool:
    """Tell whether every value of a field fits into an entry of an index, which holds some 2,700 bytes."""
    if one.value_type.kind is Kind.LIST:
        return False
    most = getattr(one.options, "max", None)
    return one.value_type.kind is not Kind.TEXT or (
        isinstance(most, int | Decimal) and most <= _LONGEST_INDEXED
    )


def together_columns(form: Form, owner: StoredTable) -> tuple[tuple[str, ...], ...]:
    """Return the columns of each rule that some fields together must not repeat."""
    return tuple(tuple(owner.columns[key].name for key in rule.fields) for rule in form.unique)

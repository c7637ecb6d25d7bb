"""Records that may be the same thing entered twice: alike in some fields, and seen by the person."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from engine.expression import operators
from engine.expression.evaluate import to_program
from engine.expression.tree import Apply, Constant, Expression, Logic, Node
from engine.forms.assessment import Assessment
from engine.forms.repeats import Repeat
from engine.query import RecordQuery
from engine.texts import Text
from engine.values import BOOLEAN
from runtime.service.lines import RecordLine, columns_with_names, read_lines
from runtime.service.records import shown_fields
from runtime.service.visit import Visit

_SHOWN = 3


@dataclass(frozen=True, slots=True)
class Likeness:
    """What a page warns of: the sentence, and a few of the records that are alike."""

    say: Text
    lines: tuple[RecordLine, ...]


def find_similar(visit: Visit, assessment: Assessment) -> tuple[Likeness, ...]:
    """Return what is alike among the records that the person may see, by fields that they see."""
    form, policy = assessment.form, visit.policy(assessment.form.key)
    if not form.similar or not policy.may("read"):
        return ()
    found = []
    shown = shown_fields(visit, assessment)
    for rule in form.similar:
        if all(key in shown and policy.shows(key) and not policy.masks(key) for key in rule.fields):
            lines = _alike(visit, assessment, rule)
            found += [Likeness(rule.say, lines)] if lines else []
    return tuple(found)


def _alike(visit: Visit, assessment: Assessment, rule: Repeat) -> tuple[RecordLine, ...]:
    form = assessment.form
    condition = _same(visit, assessment, rule)
    if condition is None:
        return ()
    names = (form.named_by,) if visit.policy(form.key).shows(form.named_by) else ("id",)
    query = RecordQuery(
        form=form.key, columns=columns_with_names(visit, form, names), condition=condition, limit=_SHOWN + 1
    )
    rows = visit.connection.execute(visit.queries.compile(query).rows).all()
    others = [line for line in read_lines(visit, query, names, rows) if line.id != assessment.scope.record_id]
    return tuple(others[:_SHOWN])


def _same(visit: Visit, assessment: Assessment, rule: Repeat) -> Expression | None:
    """Return the condition that a record has the same values; None while one of them is blank."""
    parts: list[Node] = list(_parts(visit, assessment, rule))
    if len(parts) < len(rule.fields):
        return None
    tree = parts[0] if len(parts) == 1 else Logic("and", tuple(parts), BOOLEAN)
    reads = frozenset((assessment.form.key, key) for key in rule.fields)
    return Expression("", None, tree, to_program(tree), reads)


def _parts(visit: Visit, assessment: Assessment, rule: Repeat) -> Iterator[Node]:
    for key in rule.fields:
        value = assessment.value(key)
        if value is not None:
            path = visit.path(assessment.form.key, key).tree
            yield Apply(operators.COMPARISONS["=="], (path, Constant(value, path.type)), BOOLEAN)

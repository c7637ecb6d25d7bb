"""Checking the rules about repeated records: the fields that are compared, and what is said."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.forms.drafts import FormDraft
from engine.forms.repeats import ALREADY_THERE, REPEATS_NOTHING, Repeat
from engine.texts import Text

if TYPE_CHECKING:
    from engine.forms.compile import FormsCompiler


def compile_repeats(compiler: FormsCompiler, draft: FormDraft, key: str) -> tuple[Repeat, ...]:
    """Return the rules under `unique` or `similar` of a form; what is wrong with them is reported."""
    rules = []
    for position, one in enumerate(getattr(draft.options, key)):
        place = draft.cursor.child(key)
        place = place.child(position) if isinstance(place.data, list) else place
        compiler.report_unknown_fields(one.fields, place.child("fields"), draft)
        found = [draft.fields[name] for name in one.fields if name in draft.fields]
        for compared in found:
            if not compiler.is_stored(draft.key, compared.key) or compared.common.encrypted:
                place.child("fields").report(REPEATS_NOTHING, field=compared.label)
        labels = Text("、".join(c.label.zh for c in found), ", ".join(c.label.en for c in found))
        rules.append(Repeat(one.fields, one.say or ALREADY_THERE.fill({"fields": labels})))
    return tuple(rules)

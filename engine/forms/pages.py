"""How a form's page is divided: tabs, sections and remarks, in the order in which the fields are written."""

from __future__ import annotations

from collections.abc import Iterator

from engine.forms.drafts import FormDraft, LayoutDraft
from engine.forms.model import Group, Section
from engine.texts import Text

_NO_TITLE = Text("", "")


def lay_out(draft: FormDraft) -> tuple[Section, ...]:
    """Return the sections of a form's page; those under `sections:` where the form lists them there."""
    if draft.options.sections:
        return tuple(
            Section(one.title, tuple(_spelled_out(draft, one.fields))) for one in draft.options.sections
        )
    if not draft.layout:
        return ()
    tab: Text | None = None
    title, help_text = _NO_TITLE, None
    sections: list[Section] = []
    keys: list[str] = []
    for key in (*draft.order, ""):
        found = draft.layout.get(key)
        if key and (found is None or found.kind == "remark"):
            keys.append(key)
            continue
        if keys:
            sections.append(Section(title, tuple(keys), tab, help_text))
        keys = []
        if found is not None:
            label = found.entry.label
            tab = label if found.kind == "tab" else tab
            title = _NO_TITLE if found.kind == "tab" else label
            help_text = found.entry.common.help
    return tuple(sections)


def groups_of(draft: FormDraft) -> dict[str, Group]:
    """Return the fields that people fill in as one, by the key of the whole."""
    return {key: Group(label, keys, control) for key, (label, keys, control) in draft.groups.items()}


def around(draft: FormDraft, key: str) -> tuple[LayoutDraft, ...]:
    """Return the tab and the section that a field or a remark stands in; hidden, they hide it too."""
    tab: LayoutDraft | None = None
    section: LayoutDraft | None = None
    for name in draft.order:
        if name == key:
            return tuple(one for one in (tab, section) if one is not None)
        found = draft.layout.get(name)
        if found is not None and found.kind == "tab":
            tab, section = found, None
        elif found is not None and found.kind == "section":
            section = found
    return ()


def _spelled_out(draft: FormDraft, keys: tuple[str, ...]) -> Iterator[str]:
    """Put the parts of a field in the place of its name."""
    for key in keys:
        yield from draft.groups[key][1] if key in draft.groups else (key,)

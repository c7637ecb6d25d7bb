"""The parts of a form's page: tabs, sections, remarks, fields, and fields that are filled in as one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from engine.expression.evaluate import holds
from engine.forms.assessment import Assessment
from engine.forms.model import Form, Section
from engine.texts import Text
from runtime.service.records import shown_fields
from runtime.service.visit import Visit
from runtime.web.controls import make_control
from runtime.web.guest import language, say
from runtime.web.row_controls import TableControls
from runtime.web.row_names import Nested


def layout(form: Form, shown: Sequence[str]) -> list[tuple[str, list[str]]]:
    """Return the titles and the fields of a form's sections; fields of no section come last."""
    return [
        (_heading(section), [key for key in section.fields if key in shown])
        for section in divide(form, shown)
        if any(key in shown for key in section.fields)
    ]


def _heading(section: Section) -> str:
    """Return the title of a section; the first one of a tab may have none of its own."""
    return section.title.to(language()) or (section.tab.to(language()) if section.tab else "")


def divide(form: Form, shown: Sequence[str]) -> Iterator[Section]:
    """Yield the sections of a form, and one with what stands in none of them."""
    yield from form.sections
    placed = {key for section in form.sections for key in section.fields}
    rest = tuple(key for key in shown if key not in placed)
    title = Text("其他", "Other") if form.sections else Text("", "")
    if rest:
        yield Section(title, rest)


def remark_states(assessment: Assessment) -> dict[str, bool]:
    """Return for each remark of a form whether it is there now."""
    return {
        key: one.visible is None or holds(one.visible, assessment.scope)
        for key, one in assessment.form.remarks.items()
    }


@dataclass(frozen=True)
class FormSections:
    """Makes the sections of a form's page.

    sent: what the page sent, shown again instead of the values; None on the first showing.
    judge: whether problems are shown.
    """

    visit: Visit
    assessment: Assessment
    sent: Nested | None = None
    judge: bool = False
    only: frozenset[str] | None = field(default=None)

    def sections(self) -> list[dict[str, Any]]:
        """Return what templates/pages/form.html draws."""
        form, visible = self.assessment.form, shown_fields(self.visit, self.assessment)
        shown = [key for key in form.fields if key in visible and (self.only is None or key in self.only)]
        if not self.assessment.scope.record_id:
            shown = [key for key in shown if not form.fields[key].is_numbered]
        found = []
        tabs: dict[str, int] = {}
        for section in divide(form, shown):
            controls = list(self._controls(section, shown))
            if not controls:
                continue
            tab = section.tab.to(language()) if section.tab else ""
            if len(controls) == 1 and controls[0]["kind"] == "table":
                controls[0]["bare"] = controls[0]["label"] == section.title.to(language())
            found.append({
                "title": section.title.to(language()), "columns": 2, "controls": controls,
                "help": section.help.to(language()) if section.help else "",
                "tab": tabs.setdefault(tab, len(tabs)) if any(s.tab for s in form.sections) else None,
                "tab_title": tab or say("基本", "Main"),
            })  # fmt: skip
        return found

    def _controls(self, section: Section, shown: Sequence[str]) -> Iterator[dict[str, Any]]:
        form = self.assessment.form
        groups = {key: name for name, group in form.groups.items() for key in group.fields}
        done: set[str] = set()
        for key in section.fields:
            if key in form.remarks:
                yield self._remark(key)
            elif key in groups and groups[key] not in done:
                done.add(groups[key])
                yield self._group(groups[key], shown)
            elif key in shown and key not in groups:
                yield self._control(key)

    def _remark(self, key: str) -> dict[str, Any]:
        hidden = not remark_states(self.assessment)[key]
        text = self.assessment.form.remarks[key].text
        return {"kind": "remark", "name": key, "label": text.to(language()), "hidden": hidden}

    def _group(self, name: str, shown: Sequence[str]) -> dict[str, Any]:
        group = self.assessment.form.groups[name]
        parts = [self._control(key) for key in group.fields if key in shown]
        for part in parts:
            short = self.assessment.form.fields[part["name"]].short
            part["label"] = short.to(language()) if short else part["label"]
        return {
            "kind": group.control, "name": name, "label": group.label.to(language()), "parts": parts,
            "required": any(part["required"] for part in parts), "computed": False, "problems": [],
            "hidden": all(part["hidden"] for part in parts),
            "readonly": all(part["readonly"] for part in parts),
        }  # fmt: skip

    def _control(self, key: str) -> dict[str, Any]:
        form = self.assessment.form
        one, state = form.fields[key], self.assessment.states[key]
        typed: Mapping[str, object] = self.sent.values if self.sent else {}
        raw = None if one.rows else typed.get(key)
        control = make_control(
            self.visit, one, state, self.assessment.scope, raw=raw, judge=self.judge
        )  # fmt: skip
        if one.rows:
            rows = TableControls(self.visit, one, self.assessment, self.sent or Nested(), self.judge)
            control |= {"kind": "table", "lines": rows.lines(), "wide": True}
        return control

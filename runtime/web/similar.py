"""The warning that something may have been entered before."""

from __future__ import annotations

from typing import Any

from flask import url_for

from engine.forms.assessment import Assessment
from runtime.service.similar import find_similar
from runtime.service.visit import Visit
from runtime.web.guest import language


def similar_views(visit: Visit, assessment: Assessment) -> list[dict[str, Any]]:
    """Return each warning with links to the records that are alike."""
    form = assessment.form.key
    return [
        {
            "sentence": one.say.to(language()),
            "records": [
                {
                    "url": url_for("records.record", app=visit.app.key, form=form, record=line.id),
                    "title": next((cell.text for cell in line.cells.values() if cell.text), f"#{line.id}"),
                }
                for line in one.lines
            ],
        }
        for one in find_similar(visit, assessment)
    ]

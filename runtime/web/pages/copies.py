"""Copying a record: a new form that is filled in already."""

from __future__ import annotations

from flask import Blueprint, render_template

from runtime.service import records as service
from runtime.service.copies import copied_values
from runtime.web.guest import reading, say
from runtime.web.pages.forms import form_page

blueprint = Blueprint("copies", __name__)


@blueprint.get("/a/<app>/f/<form>/r/<int:record>/copy")
def copy(app: str, form: str, record: int) -> str:
    """Show the form of a new record with what another one holds; nothing is saved yet."""
    with reading(app) as visit:
        values = copied_values(visit, form, record)
        assessment = service.preview(visit, form, values)
        page = form_page(visit, assessment)
        title = assessment.form.label
        page["title"] = say(f"复制{title.zh}", f"{title.en}: copy")
        page["typed"] = " ".join(values)
        return render_template("pages/form.html", form=page)

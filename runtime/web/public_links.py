"""Where an app's administrator opens and closes the public page of a form."""

from __future__ import annotations

from flask import url_for

from engine.forms.model import Form
from runtime.service.visit import Visit


def public_link(visit: Visit, form: Form) -> str | None:
    """Return the address; None where the definition has nothing public, or for everybody else."""
    if form.public is None or not visit.policy(form.key).unlimited:
        return None
    return url_for("public_forms.manage", app=visit.app.key, form=form.key)

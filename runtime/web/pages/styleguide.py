"""Every component in every state, for people who build pages and for the tests."""

from __future__ import annotations

from flask import Blueprint, render_template

from runtime.service.visit import NO_SUCH_FORM, NotFound
from runtime.web.guest import actor

blueprint = Blueprint("styleguide", __name__)


@blueprint.get("/styleguide")
def styleguide() -> str:
    """Show the style guide to administrators."""
    if not actor().is_admin:
        raise NotFound(NO_SUCH_FORM)
    return render_template("pages/styleguide.html")

"""Other ways to look at a list: a folder of boards, one module with one class each, found by a scan.

A board stands in the place of the table, at `?as=<kind>`: the title, the views, the search and the filters
around it are the list page's. The class has no base, only this shape:

    class Kanban:
        \"\"\"Records in columns by a choice.\"\"\"

        kind = "kanban"                     # the word in the address: ?as=kanban
        label = Text("看板", "Board")        # the word on the switch

        def fits(self, shape):              # RecordShape: the form as the reader sees it
            return any(one.value_type.options for one in shape.shape_fields().values())

        def render(self, visit, form, request):
            page = list_records(visit, form.key, replace(request, columns=("name", "status"), size=200))
            return render_template("boards/kanban.html", board=…)

`request` is the `ListRequest` as it stands in the address, so filters, words and order hold on every board;
what only a board asks for (`?month=2026-11`) it reads from `flask.request.args`, and the list page carries
it on. `render` returns HTML that Jinja escaped; a `Refusal` that it raises is shown in words. A board that
does not fit is not offered. `runtime.service.listing` gives the rows: `list_records`, `list_groups`, or
`list_query` for a query of one's own. Its HTML names its script, in static/js/boards; its style
has a sheet of its own in static/css.
"""

from __future__ import annotations

import importlib
import pkgutil
from functools import cache
from typing import Protocol

from engine.expression.tree import RecordShape
from engine.forms.model import Form
from engine.texts import Text
from runtime.service.listing import ListRequest
from runtime.service.visit import Visit


class Board(Protocol):
    """What a module of this folder offers; see the head of this module."""

    kind: str
    label: Text

    def fits(self, shape: RecordShape) -> bool:
        """Tell whether a form, as its reader sees it, has what the board needs."""

    def render(self, visit: Visit, form: Form, request: ListRequest) -> str:
        """Return the HTML of the board; raises `Refusal` for what the address asks in vain."""


@cache
def find_boards() -> dict[str, Board]:
    """Return every board of this folder by its word in the address."""
    modules = [
        importlib.import_module(f"{__name__}.{found.name}") for found in pkgutil.iter_modules(__path__)
    ]
    classes = [
        one
        for module in modules
        for one in vars(module).values()
        if isinstance(one, type) and one.__module__ == module.__name__ and hasattr(one, "kind")
    ]
    return {board.kind: board for board in sorted((one() for one in classes), key=lambda one: one.kind)}


def fitting_boards(shape: RecordShape | None) -> dict[str, Board]:
    """Return the boards that fit a form as its reader sees it."""
    return {kind: one for kind, one in find_boards().items() if shape is not None and one.fits(shape)}

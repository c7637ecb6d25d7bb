"""From a few lines of YAML to checked forms, without the rest of an app."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from engine.catalog import Catalog, build_catalog
from engine.definition.cursor import Cursor
from engine.definition.document import read_document
from engine.forms.compile import FormsCompiler
from engine.forms.model import Form
from engine.problems import DefinitionError, Problem, sort_problems

EXAMPLE_LINE = 18
_LITTLE_APP = """\
app: example
forms:
  things:
    fields:
      name: {type: text}
      price: {type: money, min: 0}
      stock: {type: integer, min: 0}
      level: {type: choice, options: [A, B, C]}
      owner: {type: user}
      since: {type: date}
  examples:
    fields:
      name: {type: text}
      thing: {type: link, to: things}
      amount: {type: number}
      on: {type: date}
      example:
"""
_LINES = """\
  lines:
    fields:
      example: {type: link, to: examples}
      cost: {type: money}
      quantity: {type: integer}
"""


@lru_cache(maxsize=1)
def whole_catalog() -> Catalog:
    """Return the catalog of this installation, built once."""
    return build_catalog()


def compile_forms(
    text: str, *, catalog: Catalog | None = None
) -> tuple[dict[str, Form], tuple[Problem, ...]]:
    """Check the forms of a definition: the forms, and every problem in order.

    text: a whole app, or just what stands below `forms`. catalog: this installation's by default.
    """
    catalog = catalog or whole_catalog()
    try:
        cursor = Cursor.start(read_document(text, "test.yaml"))
    except DefinitionError as error:
        return {}, error.problems
    forms = cursor.child("forms") if isinstance(cursor.data, dict) and "forms" in cursor.data else cursor
    compiler = FormsCompiler(forms, catalog.fields, catalog.function_map)
    compiler.read()
    return compiler.compile(), sort_problems(cursor.problems)


def little_app(type_name: str, definition: Mapping[str, Any]) -> str:
    """Write an app around one field: `example` of the form `examples`, each option on a line from line 18 on.

    The form has the fields `name`, `thing` (a link to `things`, which has a `name`, `price`, `stock`,
    `level`, `owner` and `since`), `amount` and `on`; the form `lines` (`cost`, `quantity`) links to it as
    `example`.
    """
    options = {"type": type_name, **definition}
    written = [
        f"        {key}: {json.dumps(value, ensure_ascii=False, default=str)}\n"
        for key, value in options.items()
    ]
    return _LITTLE_APP + "".join(written) + _LINES

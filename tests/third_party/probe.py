"""Run in a process of its own: says what a catalog finds, or why there is none.

python probe.py [plugins folder]
"""

import json
import sys
from pathlib import Path

from engine.catalog import build_catalog
from engine.options import options_schema
from engine.registry import Origin, RegistryError
from engine.testing import compile_forms

APP = """\
app: tea
forms:
  visits:
    fields:
      stars: {{type: {kind}, required: true}}
      shown: {{type: formula, of: {formula}}}
"""


def main() -> dict[str, object]:
    try:
        catalog = build_catalog(Path(sys.argv[1]) if len(sys.argv) > 1 else None)
    except RegistryError as error:
        return {"refused": str(error)}
    kind, formula = ("score", "STARS(stars)") if "score" in catalog.fields else ("mood", "stars == 'up'")
    forms, problems = compile_forms(APP.format(kind=kind, formula=formula), catalog=catalog)
    try:
        catalog.fields.add("late", catalog.fields.members[kind], Origin("test", "late"))
        late = ""
    except RegistryError as error:
        late = str(error)
    return {
        "origin": catalog.fields.origin(kind).source,
        "fields": sorted(catalog.fields.members),
        "functions": sorted(catalog.functions.members),
        "schema": options_schema(catalog.fields.members[kind].Options),
        "problems": [problem.line("en") for problem in problems],
        "types": {key: str(field.value_type) for key, field in forms["visits"].fields.items()},
        "late": late,
    }


if __name__ == "__main__":
    print(json.dumps(main(), ensure_ascii=False))

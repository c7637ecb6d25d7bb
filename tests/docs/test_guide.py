"""The guides build one app step by step; after each of their YAML blocks it has no problems."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from engine.definition.document import read_document
from tests.apps.definitions import ROOT, problems_of

GUIDES = sorted((ROOT / "docs").glob("guide*.md"))
BLOCK = re.compile(r"^```yaml(?: at=(?P<at>\S*))?\n(?P<text>.*?)^```$", re.MULTILINE | re.DOTALL)
COMMAND = re.compile(r"`?quartet ([a-z-]+)")


def put(app: dict[str, Any], path: list[str], more: Any) -> None:
    """Merge what a block says into the app, at the place that the block names."""
    for key in path:
        app = app.setdefault(key, {})
    for key, value in more.items():
        app[key] = value


@pytest.mark.parametrize("guide", GUIDES, ids=lambda path: path.name)
def test_every_step_is_without_problems(guide: Path):
    app: dict[str, Any] = {}
    steps = list(BLOCK.finditer(guide.read_text(encoding="utf-8")))
    assert len(steps) > 10
    # The roles stand behind the buttons that need them, as one writes; they are looked at together.
    pending = []
    for step in steps:
        data = read_document(step["text"], guide.name).data
        put(app, [part for part in (step["at"] or "").split(".") if part], data)
        text = json.dumps(app, ensure_ascii=False, indent=1, default=float)
        problems = [problem.line("zh") for problem in problems_of(text, f"{guide.name}.json")]
        pending = [line for line in problems if "unknown-role" in line]
        assert problems == pending, step["text"]
    assert not pending


def test_both_guides_have_the_same_steps():
    found = [[step["at"] for step in BLOCK.finditer(path.read_text(encoding="utf-8"))] for path in GUIDES]
    assert found[0] == found[1]


@pytest.mark.parametrize("guide", GUIDES, ids=lambda path: path.name)
def test_the_commands_exist(guide: Path):
    from runtime.cli import command_files

    known = {path.stem.replace("_", "-") for path in command_files()}
    assert {found[1] for found in COMMAND.finditer(guide.read_text(encoding="utf-8"))} <= known

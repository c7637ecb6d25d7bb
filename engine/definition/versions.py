"""The definition language has versions: a definition names its own with `quartet: 1`, or means the newest.

When the language changes in a way that old definitions would notice, `NEWEST` goes up by one and `UPGRADES`
gets the function that rewrites a definition of the version before, comments kept, with the reason why.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from engine.definition.document import Document
from engine.definition.edit import SetValue, edit
from engine.problems import DefinitionError, ProblemCode
from engine.texts import Text

VERSION_KEY = "quartet"
NEWEST = 1

NEWER_VERSION = ProblemCode(
    "newer-version",
    Text(
        "这份定义用的是第 {version} 版语言,这里只认识到第 {newest} 版",
        "This definition is written in version {version} of the language; here {newest} is the newest known",
    ),
    Text("升级 Quartet 再打开", "Upgrade Quartet, then open it again"),
)
BAD_VERSION = ProblemCode(
    "bad-version",
    Text("语言版本应是一个整数,从 1 开始", "The language version must be a whole number from 1 up"),
    Text("写成 quartet: {newest},或删掉这一行", "Write quartet: {newest} or delete the line"),
)


@dataclass(frozen=True, slots=True)
class Upgrade:
    """One step from a version to the next: what changed in the language and why, and the rewriting."""

    name: str
    reason: str
    rewrite: Callable[[Document], Document]


UPGRADES: Mapping[int, Upgrade] = {}
"""The step that leads on from each old version."""


def upgrade(
    document: Document, *, upgrades: Mapping[int, Upgrade] = UPGRADES, newest: int = NEWEST
) -> Document:
    """Return the definition in the newest version of the language, its text rewritten step by step.

    Raises `DefinitionError` for a version that is not known. A rewritten definition says its new version.
    """
    version = _version(document, newest)
    while version < newest:
        document = upgrades[version].rewrite(document)
        version += 1
        document = edit(document, [SetValue((VERSION_KEY,), version)])
    return document


def _version(document: Document, newest: int) -> int:
    """Return the version that a definition names; one that names none is written in the newest."""
    if not isinstance(document.data, dict) or VERSION_KEY not in document.data:
        return newest
    version = document.data[VERSION_KEY]
    place = document.location((VERSION_KEY,))
    if not isinstance(version, int) or isinstance(version, bool) or version < 1:
        raise DefinitionError([BAD_VERSION.at(place, path=(VERSION_KEY,), newest=newest)])
    if version > newest:
        raise DefinitionError([NEWER_VERSION.at(place, path=(VERSION_KEY,), version=version, newest=newest)])
    return version

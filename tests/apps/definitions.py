"""The definitions that the tests of this folder look at: the two apps, and the faulty ones."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path

from engine.app import check_app
from engine.catalog import Catalog, build_catalog
from engine.definition.document import read_document
from engine.problems import DefinitionError, Problem

ROOT = Path(__file__).resolve().parents[2]
APPS = sorted((ROOT / "apps").glob("*.yaml"))
FAULTY = sorted((ROOT / "tests" / "faulty").glob("*.yaml"))


@cache
def catalog() -> Catalog:
    """Return the built-in types, the same for all tests."""
    return build_catalog(packages=False)


def problems_of(text: str | bytes, file: str) -> tuple[Problem, ...]:
    """Return every problem of a definition, whether it can be read or not."""
    try:
        document = read_document(text, file)
    except DefinitionError as error:
        return error.problems
    return check_app(document, catalog())[1]


@dataclass(frozen=True)
class FaultyDefinition:
    """A definition with problems, and the lines in it that say which and where."""

    path: Path
    text: str

    @property
    def expected(self) -> list[str]:
        """Return `line:column code` for each problem, as written behind `# expect:`."""
        lines = self.text.splitlines()
        return [line.removeprefix("# expect: ") for line in lines if line.startswith("# expect: ")]

    @property
    def is_structural(self) -> bool:
        """Tell whether the fault is in the shape, so that the JSON Schema refuses it too."""
        return "# structural" in self.text


def faulty_definitions() -> list[FaultyDefinition]:
    """Return the whole corpus."""
    return [FaultyDefinition(path, path.read_text(encoding="utf-8")) for path in FAULTY]

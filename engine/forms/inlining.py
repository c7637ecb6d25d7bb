"""How large a field becomes in SQL: what is computed at each read stands there in full."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import cache

from engine.expression.tree import Expression, Path, walk
from engine.forms.model import Field, Form
from engine.problems import ProblemCode
from engine.texts import Text

LARGEST = 2_000
FORMULA_TOO_LARGE = ProblemCode(
    "formula-too-large",
    Text(
        "「{field}」展开后有 {size} 步,最多 {most} 步:它用到的公式又用到别的公式",
        "'{field}' takes {size} steps once the formulas that it reads are put in; {most} is the most",
    ),
    Text(
        "少引用几次同一个公式,或让中间的公式只用本单据的字段,这样它会存下来",
        "Read a formula fewer times, or let one in between use fields of the record alone: then it is stored",
    ),
)


def too_large(forms: Mapping[str, Form]) -> Iterator[tuple[Field, int]]:
    """Yield the fields that are too large to be computed at each read, the innermost of a chain only."""
    size = _sizes(forms)
    for form in forms.values():
        for one in form.fields.values():
            if one.computed is not None and size(form.key, one.key) > LARGEST:
                inner = max((size(*read) for read in _read(one.computed)), default=0)
                if inner <= LARGEST:
                    yield one, size(form.key, one.key)


def _sizes(forms: Mapping[str, Form]) -> Callable[[str, str], int]:
    @cache
    def size(form: str, key: str) -> int:
        found = forms[form].fields.get(key) if form in forms else None
        if found is None or found.computed is None:
            return 1
        return sum(1 for _ in walk(found.computed.tree)) + sum(size(*read) for read in _read(found.computed))

    return size


def _read(expression: Expression) -> Iterator[tuple[str, str]]:
    """Yield each field that is read, as often as it is."""
    ends = {key for _, key in expression.reads}
    for node in walk(expression.tree):
        if isinstance(node, Path) and node.steps and node.root in ("record", "row"):
            last = node.steps[-1]
            homes = [form for form, key in expression.reads if key == last] if last in ends else []
            home = node.form if len(node.steps) == 1 else next(iter(homes), "")
            yield (home, last)

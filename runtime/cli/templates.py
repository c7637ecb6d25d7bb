"""The files that `quartet new-type` writes: one complete, working type each, to be changed into another.

`@name@` is the name in definitions, `@Class@` the class, `@CONSTANT@` a constant, `@slug@` part of a
problem's code.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

_FIELD = '''\
"""The field type `@name@`."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from zoneinfo import ZoneInfo

from engine.forms.contract import Control, Examples, FieldType
from engine.option_kinds import Whole
from engine.options import option
from engine.problems import Problem, ProblemCode
from engine.texts import Text
from engine.values import Kind, ValueType

@CONSTANT@_OUT_OF_RANGE = ProblemCode(
    "@slug@-out-of-range",
    Text("要在 0 到 {most} 之间", "It must be between 0 and {most}"),
    Text("填 0 到 {most} 的整数", "Enter a whole number from 0 to {most}"),
)


@dataclass(frozen=True, kw_only=True)
class @Class@Options:
    """What can be set on a field of this type: each option has a kind, a sentence and perhaps a default."""

    most: int = option(Whole(1, 100), Text("最大是几", "The largest number"), default=5)


class @Class@(FieldType):
    """A whole number from nought to a limit."""

    name = "@name@"
    label = Text("@name@", "@name@")
    Options = @Class@Options

    def value_type(self, options: @Class@Options) -> ValueType:
        """A number without digits after the point; columns, filters and sorting follow from it."""
        return ValueType(Kind.NUMBER, scale=0)

    def check(
        self, value: Decimal, options: @Class@Options, zone: ZoneInfo | None = None
    ) -> Iterable[Problem]:
        """Keep the number within the limits."""
        if not 0 <= value <= options.most:
            yield @CONSTANT@_OUT_OF_RANGE.here(most=options.most)

    def control(self, options: @Class@Options, kind: ValueType) -> Control:
        """A number input that knows the limits."""
        return Control("number", {"inputmode": "numeric", "min": "0", "max": str(options.most)})

    def examples(self) -> Examples:
        """Values that are taken and refused; the tests run them, and the reference shows the definition."""
        return Examples(
            good=((3, Decimal(3)), ("5", Decimal(5)), ("", None)),
            bad=(11, -1, "many", "2.5"),
            definition={"most": 10},
        )
'''

_ACTION = '''\
"""The action type `@name@`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from engine.actions.contract import ActionScope, ActionType, Compiling
from engine.decisions import ChangeRecord, Decision
from engine.definition.cursor import Cursor
from engine.expression.evaluate import evaluate
from engine.expression.parse import Source
from engine.expression.tree import Expression
from engine.option_kinds import Formula, Name
from engine.options import option
from engine.problems import Path
from engine.texts import Text
from engine.values import TEXT


@dataclass(frozen=True, kw_only=True)
class @Class@Options:
    """What can be set on the action."""

    field: str = option(Name(), Text("写到哪个文本字段后面", "The text field that grows"))
    words: Source = option(Formula(), Text("加上什么", "What is added behind it"))


@dataclass(frozen=True, slots=True)
class @Class@Plan:
    """A checked action: what `plan` needs."""

    field: str
    old: Expression
    words: Expression


class @Class@(ActionType):
    """Add words behind a text field: `@name@: {field: notes, words: "' (seen)'"}`."""

    name = "@name@"
    label = Text("@name@", "@name@")
    Options = @Class@Options

    def compile(self, options: @Class@Options, cursor: Cursor, compiling: Compiling) -> @Class@Plan | None:
        """Check the field and the expression; problems are reported at their place."""
        record = compiling.environment.record
        form, place = record.key if record else "", cursor.child("field")
        kind = compiling.field_type(form, options.field, place)
        words = compiling.expression(options.words, cursor.child("words"), TEXT)
        old = compiling.expression(Source(options.field), place, TEXT) if kind else None
        if old is None or words is None:
            return None
        compiling.written(form, options.field)
        return @Class@Plan(options.field, old, words)

    def plan(self, compiled: @Class@Plan, scope: ActionScope, path: Path) -> Iterable[Decision]:
        """Ask for the change; nothing is done here, so the same code rehearses and replays."""
        old, words = evaluate(compiled.old, scope), evaluate(compiled.words, scope)
        yield ChangeRecord(scope.form, scope.record_id, {compiled.field: f"{old or ''}{words or ''}" or None})

    def examples(self) -> tuple[Mapping[str, Any], ...]:
        """Definitions as they stand in YAML; the tests run them, and the reference shows them."""
        return ({"@name@": {"field": "name", "words": "' (seen)'"}},)
'''

_FUNCTION = '''\
"""The function @NAME@."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement

from engine.expression.function import NUMBERS, Example, Function, Parameter
from engine.texts import Text
from engine.values import NUMBER, Value


def _python(number: Decimal, percent: Decimal) -> Value:
    return number * percent / 100


def _postgres(_: object, number: ColumnElement[Any], percent: ColumnElement[Any]) -> ColumnElement[Any]:
    return number * percent / 100


@NAME@ = Function(
    name="@NAME@",
    doc=Text("一个数的百分之几", "Some percent of a number"),
    category="number",
    parameters=(Parameter("number", NUMBERS), Parameter("percent", NUMBERS)),
    result=NUMBER,
    python=_python,
    postgres=_postgres,
    examples=(Example("@NAME@(200, 15)", Decimal(30)), Example("@NAME@(10, blank)", None)),
)
'''

_TEST = """\
from engine.testing import @Contract@
from @module@ import @member@


class Test@Class@(@Contract@):
    members = (@made@,)
"""


@dataclass(frozen=True, slots=True)
class Template:
    """One kind of type: its file, and the contract suite that tests it."""

    file: str
    contract: str
    member: str
    made: str

    def write(self, name: str) -> str:
        """Return the file of a type with this name."""
        return _filled(self.file, _words_for(name))

    def write_test(self, name: str, module: str) -> str:
        """Return a test file that runs the contract suite over the type."""
        words = _words_for(name)
        more = {"Contract": self.contract, "module": module}
        made = {key: _filled(part, words) for key, part in (("member", self.member), ("made", self.made))}
        return _filled(_TEST, {**words, **more, **made})


TEMPLATES: Mapping[str, Template] = {
    "field": Template(_FIELD, "FieldTypeContract", "@Class@", "@Class@()"),
    "action": Template(_ACTION, "ActionTypeContract", "@Class@", "@Class@()"),
    "function": Template(_FUNCTION, "FunctionContract", "@NAME@", "@NAME@"),
}


def _words_for(name: str) -> dict[str, str]:
    """Return the name as it is written in each role."""
    parts = [part for part in re.split(r"[^0-9a-z]+", name.casefold()) if part]
    return {
        "name": "_".join(parts),
        "NAME": "_".join(parts).upper(),
        "CONSTANT": "_".join(parts).upper(),
        "Class": "".join(part.capitalize() for part in parts),
        "slug": "-".join(parts),
    }


def _filled(template: str, words: Mapping[str, str]) -> str:
    return re.sub(r"@(\w+)@", lambda found: words[found[1]], template)

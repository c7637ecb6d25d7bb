"""What the value of an option may be: words, numbers, expressions, names, lists and nested options."""

from engine.option_kinds.codes import BAD_NAME, EMPTY, NOT_ONE_OF, OUT_OF_RANGE, WRITE_BOOLEAN, WRONG_KIND
from engine.option_kinds.containers import ListOf, MapOf, Nested, Raw
from engine.option_kinds.formulas import Formula, ValueOr, Wording, expected_of
from engine.option_kinds.scalars import Flag, Label, Name, Number, OneOf, Plain, Whole, Words, check_name

__all__ = [
    "BAD_NAME",
    "EMPTY",
    "Flag",
    "Formula",
    "Label",
    "ListOf",
    "MapOf",
    "NOT_ONE_OF",
    "Name",
    "Nested",
    "Number",
    "OUT_OF_RANGE",
    "OneOf",
    "Plain",
    "Raw",
    "ValueOr",
    "WRITE_BOOLEAN",
    "WRONG_KIND",
    "Whole",
    "Wording",
    "Words",
    "check_name",
    "expected_of",
]

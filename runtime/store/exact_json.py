"""JSON that keeps numbers exact: a `Decimal` is a JSON number with the same digits, never a float.

A number with a point or an exponent is read as `Decimal`, one without as `int`.

>>> read_json(write_json({"price": Decimal("19.90"), "pieces": 3}))
{'price': Decimal('19.90'), 'pieces': 3}
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import msgspec
from sqlalchemy import Text, types
from sqlalchemy.dialects import postgresql
from sqlalchemy.engine import Dialect

Json = Any


def _plain(value: object) -> object:
    """Turn what the encoder does not know into what it does."""
    if isinstance(value, Mapping):
        return dict(value)
    raise TypeError(f"{type(value).__name__} has no JSON form")


_encoder = msgspec.json.Encoder(decimal_format="number", enc_hook=_plain)
_decoder = msgspec.json.Decoder(float_hook=Decimal)


def write_json(value: Json) -> str:
    """Return compact JSON text; keys keep their order, mappings and tuples become objects and arrays.

    Raises `TypeError` for a value without a JSON form, and `ValueError` for a number that is not finite.
    """
    text = _encoder.encode(value).decode()
    if "NaN" in text or "Infinity" in text:  # in a text it is harmless, as a number it is no JSON
        read_json(text)
    return text


def read_json(text: str | bytes) -> Json:
    """Return the value of a JSON text. Raises `ValueError` where it is none."""
    try:
        return _decoder.decode(text)
    except msgspec.DecodeError as error:
        raise ValueError(f"This is not JSON: {error}") from error


class ExactJson(types.TypeDecorator[Json]):
    """A column of exact JSON: JSON on PostgreSQL (written by the engine's codec), text on SQLite.

    Blank is NULL, so a column never holds the JSON text `null`.
    """

    impl = Text
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> types.TypeEngine[Any]:
        """Choose JSON on PostgreSQL, where `Database.open` sets `write_json` and `read_json` for it."""
        if dialect.name == "sqlite":
            return dialect.type_descriptor(Text())
        return dialect.type_descriptor(postgresql.JSON(none_as_null=True))

    def process_bind_param(self, value: Json, dialect: Dialect) -> Json:
        """Write the value."""
        return write_json(value) if value is not None and dialect.name == "sqlite" else value

    def process_result_value(self, value: Json, dialect: Dialect) -> Json:
        """Read the value back."""
        return read_json(value) if value is not None and dialect.name == "sqlite" else value

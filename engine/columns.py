"""How a value type is stored: SQLAlchemy column types that keep every value exact on both databases.

SQLite has no decimals, so a number is stored there as a whole number of its smallest unit (money as
cents), and a moment as text in UTC. PostgreSQL uses NUMERIC and TIMESTAMP WITH TIME ZONE.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any, Protocol

from sqlalchemy import BigInteger, Boolean, Date, Numeric, Text, types
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Dialect

from engine.values import STORED_DIGITS, Kind, Value, ValueType, write_number

NUMBER_COLLATION = "quartet_number"


class ScaledNumber(types.TypeDecorator[Decimal]):
    """A decimal with `scale` digits after the point: NUMERIC, or whole units on SQLite."""

    impl = Numeric
    cache_ok = True

    def __init__(self, scale: int) -> None:
        super().__init__(precision=STORED_DIGITS + 2, scale=scale)
        self.scale = scale

    def load_dialect_impl(self, dialect: Dialect) -> types.TypeEngine[Any]:
        """Choose whole numbers on SQLite."""
        whole = dialect.name == "sqlite"
        return dialect.type_descriptor(BigInteger() if whole else Numeric(STORED_DIGITS + 2, self.scale))

    def process_bind_param(self, value: Decimal | None, dialect: Dialect) -> Decimal | int | None:
        """Store the number, exactly; its digits were checked when the value was accepted."""
        if value is None or dialect.name != "sqlite":
            return value
        return int(Decimal(value).scaleb(self.scale).to_integral_value())

    def process_result_value(self, value: Any, dialect: Dialect) -> Decimal | None:
        """Read the number back."""
        if value is None:
            return None
        number = Decimal(value)
        return number.scaleb(-self.scale) if dialect.name == "sqlite" else number


class ComputedNumber(types.TypeDecorator[Decimal]):
    """A number that an expression computed: NUMERIC, or its digits as text on SQLite."""

    impl = Numeric
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> types.TypeEngine[Any]:
        """Choose text on SQLite."""
        return dialect.type_descriptor(Text() if dialect.name == "sqlite" else Numeric())

    def process_bind_param(self, value: Decimal | None, dialect: Dialect) -> Decimal | str | None:
        """Write a constant."""
        if value is None or dialect.name != "sqlite":
            return value
        return write_number(value)

    def process_result_value(self, value: Any, dialect: Dialect) -> Decimal | None:
        """Read the number back."""
        return None if value is None else Decimal(value)


class Moment(types.TypeDecorator[datetime]):
    """A point in time, in UTC: TIMESTAMP WITH TIME ZONE, or sortable text on SQLite."""

    impl = types.DateTime
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> types.TypeEngine[Any]:
        """Choose text on SQLite."""
        if dialect.name == "sqlite":
            return dialect.type_descriptor(Text())
        return dialect.type_descriptor(postgresql.TIMESTAMP(timezone=True))

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | str | None:
        """Store the moment; it must know its zone."""
        if value is None:
            return None
        moment = value.astimezone(UTC)
        return write_moment(moment) if dialect.name == "sqlite" else moment

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        """Read the moment back, in UTC."""
        if value is None:
            return None
        return read_moment(value) if isinstance(value, str) else value.astimezone(UTC)


class Seconds(types.TypeDecorator[timedelta]):
    """A duration as a number of seconds."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: timedelta | None, dialect: Dialect) -> int | None:
        """Store whole seconds."""
        return None if value is None else int(value.total_seconds())

    def process_result_value(self, value: Any, dialect: Dialect) -> timedelta | None:
        """Read the duration back."""
        return None if value is None else timedelta(seconds=int(value))


class Sealer(Protocol):
    """What encrypts and decrypts; a database has one, with the installation's key."""

    def seal(self, text: str) -> str:
        """Return the text encrypted."""

    def unseal(self, sealed: str) -> str:
        """Return the text as it was."""


class SealedText(types.TypeDecorator[str]):
    """A text that is stored encrypted, by the sealer that stands on the dialect as `sealer`."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        """Encrypt."""
        return None if value is None else _sealer(dialect).seal(value)

    def process_result_value(self, value: Any, dialect: Dialect) -> str | None:
        """Decrypt."""
        return None if value is None else _sealer(dialect).unseal(value)


def _sealer(dialect: Dialect) -> Sealer:
    found: Sealer = dialect.sealer  # type: ignore[attr-defined]  # set where the database is opened
    return found


class JsonTuple(types.TypeDecorator[tuple[Value, ...]]):
    """A list of texts, stored as JSON."""

    impl = types.JSON
    cache_ok = True

    def __init__(self) -> None:
        super().__init__(none_as_null=True)

    def process_bind_param(self, value: tuple[Value, ...] | None, dialect: Dialect) -> list[Value] | None:
        """Store the list."""
        return None if value is None else list(value)

    def process_result_value(self, value: Any, dialect: Dialect) -> tuple[Value, ...] | None:
        """Read the list back."""
        return None if value is None else tuple(value)


def write_moment(moment: datetime) -> str:
    """Write a moment as SQLite holds it: UTC, always of one length, so that text order is time order."""
    return moment.astimezone(UTC).replace(tzinfo=None).isoformat(" ", "microseconds")


def read_moment(text: str) -> datetime:
    """Read the text that SQLite holds for a moment."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


CODE_POINT_TEXT = Text().with_variant(Text(collation="C"), "postgresql")
IDENTIFIER = BigInteger().with_variant(sqlite.INTEGER(), "sqlite")


def column_type(kind: ValueType) -> types.TypeEngine[Any]:  # noqa: C901 - one line a kind, a closed set
    """Return the type of a column that stores values of this type.

    A number without a scale is a computed one, which only a SELECT holds.
    """
    match kind.kind:
        case Kind.NUMBER | Kind.MONEY:
            return ComputedNumber() if kind.scale is None else ScaledNumber(kind.scale)
        case Kind.BOOLEAN:
            return Boolean()
        case Kind.DATE:
            return Date()
        case Kind.DATETIME:
            return Moment()
        case Kind.DURATION:
            return Seconds()
        case Kind.USER | Kind.DEPARTMENT | Kind.RECORD:
            return IDENTIFIER
        case Kind.LIST:
            return JsonTuple()
        case Kind.TEXT | Kind.CHOICE | Kind.FILE | Kind.BLANK:
            return SealedText() if kind.sealed else CODE_POINT_TEXT


def computed_type(kind: ValueType) -> types.TypeEngine[Any]:
    """Return the type of a computed column of a SELECT."""
    if kind.is_numeric:
        return ComputedNumber()
    return column_type(kind)

"""The field type `barcode`."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from html import escape
from typing import Any
from zoneinfo import ZoneInfo

from engine.forms.barcodes import CODE128_MOST, QR_MOST, draw_code128, draw_qr, fits_code128
from engine.forms.contract import Control, Examples, FieldType
from engine.option_kinds import OneOf
from engine.options import option
from engine.parsing import TEXT_TOO_LONG
from engine.problems import Problem, ProblemCode, Refusal
from engine.texts import Language, Text
from engine.values import Format, Kind, Value, ValueType

NOT_IN_BARCODE = ProblemCode(
    "not-in-barcode",
    Text("条形码里只能有英文字母、数字和符号", "A bar code can only hold Latin letters, digits and signs"),
    Text("换一个编号,或把 shape 改成 qr", "Use another number, or shape: qr"),
)
SEVERAL_LINES = ProblemCode(
    "code-has-lines",
    Text("编码只能是一行", "A code is one line"),
    Text("去掉换行", "Remove the line breaks"),
)


@dataclass(frozen=True)
class _Picture(Format):
    """The text of the code, and its picture on a record's page."""

    shape: str

    def write(self, value: Value, language: Language, zone: ZoneInfo) -> str:
        """Write what the code holds."""
        return str(value)

    def markup(self, value: Value) -> str:
        """Return the picture; nothing where the text does not fit into one."""
        text = str(value)
        if self.shape == "code128":
            picture = draw_code128(text) if fits_code128(text) else ""
        else:
            picture = draw_qr(text) if len(text) <= QR_MOST else ""
        return f'{picture}<span class="barcode-words">{escape(text)}</span>' if picture else ""


@dataclass(frozen=True, kw_only=True)
class BarcodeOptions:
    """What can be set on a code."""

    shape: str = option(
        OneOf(("qr", "code128")),
        Text("显示成二维码 qr 还是条形码 code128", "Whether it is shown as a QR code or as bars"),
        default="qr",
    )


class Barcode(FieldType):
    """A code that is scanned with a phone or typed, and shown as a picture that can be scanned."""

    name = "barcode"
    label = Text("条码", "Barcode")
    Options = BarcodeOptions

    def value_type(self, options: BarcodeOptions) -> ValueType:
        """A text."""
        return ValueType(Kind.TEXT, format=_Picture(options.shape))

    def parse(self, raw: object, kind: ValueType, zone: ZoneInfo | None = None) -> Value:
        """Read one line."""
        value = super().parse(raw, kind, zone)
        if isinstance(value, str) and len(value.splitlines()) > 1:
            raise Refusal(SEVERAL_LINES.here())
        return value

    def check(self, value: Any, options: BarcodeOptions, zone: ZoneInfo | None = None) -> Iterable[Problem]:
        """Take only what fits into the picture."""
        most = CODE128_MOST if options.shape == "code128" else QR_MOST
        if len(value) > most:
            yield TEXT_TOO_LONG.here(length=len(value), limit=most)
        elif options.shape == "code128" and not fits_code128(value):
            yield NOT_IN_BARCODE.here()

    def control(self, options: BarcodeOptions, kind: ValueType) -> Control:
        """A text input, with a button that scans."""
        most = CODE128_MOST if options.shape == "code128" else QR_MOST
        return Control(
            "barcode", {"maxlength": str(most), "spellcheck": "false", "data-shape": options.shape}
        )

    def examples(self) -> Examples:
        """The numbers on things."""
        return Examples(
            good=((" GF-2026-0007 ", "GF-2026-0007"), ("6901234567892", "6901234567892"), ("", None)),
            bad=("礼盒", "x" * 81, "a\nb", 6901234567892),
            definition={"shape": "code128"},
        )

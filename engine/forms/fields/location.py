"""The field type `location`."""

from __future__ import annotations

from collections.abc import Mapping

from engine.forms.contract import Control, Examples, FieldType, NoOptions, Part
from engine.texts import Text
from engine.values import BLANK, ValueType

_PLACES = 6  # about ten centimetres


class Location(FieldType):
    """A place: an address and its position, which a phone can find by itself."""

    name = "location"
    label = Text("定位", "Location")

    def value_type(self, options: NoOptions) -> ValueType:
        """It holds nothing itself: its parts do."""
        return BLANK

    def parts(self, key: str, options: NoOptions) -> Mapping[str, Part]:
        """The address in words, the latitude and the longitude in degrees."""
        degrees = {"type": "number", "decimals": _PLACES, "required": False}
        return {
            "address": Part(Text("地址", "Address"), {"type": "text", "max": 200}),
            "latitude": Part(Text("纬度", "Latitude"), {**degrees, "min": -90, "max": 90}),
            "longitude": Part(Text("经度", "Longitude"), {**degrees, "min": -180, "max": 180}),
        }

    def control(self, options: NoOptions, kind: ValueType) -> Control:
        """The three inputs, with a button that asks the device where it is."""
        return Control("location")

    def examples(self) -> Examples:
        """Its parts are entered."""
        return Examples(good=())

"""A plugin in a single file: the field type `mood`."""

from engine.forms.contract import Examples, FieldType
from engine.texts import Text
from engine.values import Kind, Option, ValueType


class Mood(FieldType):
    """How somebody feels."""

    name = "mood"
    label = Text("心情", "Mood")

    def value_type(self, options):
        return ValueType(
            Kind.CHOICE, options=(Option("up", Text("好", "good")), Option("down", Text("差", "bad")))
        )

    def examples(self):
        return Examples(good=(("好", "up"), ("down", "down")), bad=("so so",))

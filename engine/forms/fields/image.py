"""The field type `image`."""

from __future__ import annotations

from typing import Any

from engine.forms.contract import Control, Examples, FileRules
from engine.forms.files import FileField, file_attributes
from engine.texts import Text
from engine.values import ValueType


class Image(FileField):
    """Pictures that belong to a record; a gallery shows the first one."""

    name = "image"
    label = Text("图片", "Image")

    def files(self, options: Any) -> FileRules:
        """Pictures only."""
        rules: FileRules = options.rules(("image",))
        return rules

    def control(self, options: Any, kind: ValueType) -> Control:
        """A place to drop pictures, or to take one on a phone."""
        attributes = file_attributes(self.files(options)) | {"data-pictures": "yes"}
        return Control("files", attributes, multiple=options.max != 1)

    def examples(self) -> Examples:
        """References to pictures that have been sent."""
        one = f"{'a' * 64}/photo.jpg"
        return Examples(
            good=(([one], (one,)), (one, (one,)), ("", None)), bad=("photo.jpg", 5), definition={"max": 9}
        )

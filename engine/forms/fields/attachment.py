"""The field type `attachment`."""

from __future__ import annotations

from engine.forms.files import FileField
from engine.texts import Text


class Attachment(FileField):
    """Files of any kind that belong to a record, and are seen by whoever sees it."""

    name = "attachment"
    label = Text("附件", "Attachment")

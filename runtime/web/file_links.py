"""Where pages send files to, and where they get them from."""

from __future__ import annotations

from typing import Any

from flask import url_for

from engine.forms.files import split_reference
from engine.forms.model import Field
from engine.scope import RecordScope
from engine.values import Kind, Value, ValueType
from runtime.service.files import FoundFile
from runtime.service.visit import Visit


def file_control(visit: Visit, field: Field, scope: RecordScope, value: Value) -> dict[str, Any]:
    """Return what a control for files needs: where to send them, and those that are there."""
    record = scope.record_id
    return {
        "upload_url": url_for("files.send", app=visit.app.key, form=field.form, field=field.key),
        "files": [
            {"value": one, "name": split_reference(one)[1], "url": address, "picture": is_picture}
            for one, address, is_picture in _found(visit, field, record, value)
        ],
    }


def _found(visit: Visit, field: Field, record: int, value: Value) -> list[tuple[str, str, bool]]:
    found = []
    for one in value if isinstance(value, tuple) else (value,):
        content, name = split_reference(one)
        if content:
            file = FoundFile(name, content)
            if record:
                address = file_url(visit, field.form, record, field.key, content)
            else:
                address = url_for("files.show_sent", app=visit.app.key, content=content, name=name)
            found.append((str(one), address, file.is_picture))
    return found


def file_url(visit: Visit, form: str, record: int, field: str, content: str) -> str:
    """Return the address of a file that a record holds."""
    return url_for("files.show", app=visit.app.key, form=form, record=record, field=field, content=content)


def holds_files(kind: ValueType) -> bool:
    """Tell whether values are files."""
    return (kind.item or kind).kind is Kind.FILE


def file_views(visit: Visit, form: str, record: int, field: str, value: Value) -> list[dict[str, Any]]:
    """Return the files of a field as lists and record pages show them."""
    views = []
    for one in value if isinstance(value, tuple) else (value,):
        content, name = split_reference(one)
        if content:
            address = file_url(visit, form, record, field, content)
            views.append({"name": name, "url": address, "picture": FoundFile(name, content).is_picture})
    return views

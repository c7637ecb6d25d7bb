"""Files in records: receiving them, who may put one into a record, and finding one that a record holds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import filetype  # type: ignore[import-untyped]  # it has no types
from sqlalchemy import Connection, Table, select
from sqlalchemy.dialects import postgresql, sqlite

from engine.forms.contract import FileRules
from engine.forms.files import KINDS, Reference, clean_name, split_reference
from engine.forms.model import Field, Form
from engine.problems import Problem, ProblemCode, Refusal
from engine.texts import Text
from engine.values import Kind, Value
from runtime.adapters.files import Content, FileFolder, Incoming, TooLarge
from runtime.service.listing import get_record
from runtime.service.visit import NotFound, Visit
from runtime.store import companions
from runtime.store.reader import Row

FILE_TOO_LARGE = ProblemCode(
    "file-too-large",
    Text("文件超过 {most} MB", "The file is larger than {most} MB"),
    Text("压缩或拆开后再传", "Compress or split it, then send it again"),
)
WRONG_FILE_KIND = ProblemCode(
    "wrong-file-kind",
    Text("这里不收「{name}」这类文件", "Files like '{name}' are not taken here"),
    Text("可以传的有:{extensions}", "Send one of: {extensions}"),
)
NOT_WHAT_IT_SAYS = ProblemCode(
    "not-what-it-says",
    Text("「{name}」的内容不是这种文件", "What is in '{name}' is no such file"),
    Text("用对应的软件另存一次", "Save it again with the program that it belongs to"),
)
NO_FILE_FIELD = ProblemCode(
    "no-file-field",
    Text("这个字段不收文件", "This field takes no files"),
    Text("用附件、图片或签名字段", "Use a field for files, pictures or signatures"),
)
NOT_SENT = ProblemCode(
    "file-not-sent",
    Text("「{label}」里的文件没有上传过", "A file of {label} has not been sent"),
    Text("重新选择文件", "Choose the file again"),
)
PICTURES = {"png": "image/png", "jpg": "image/jpeg", "jpeg": "image/jpeg", "gif": "image/gif",
            "webp": "image/webp", "bmp": "image/bmp", "avif": "image/avif"}  # fmt: skip
_SHOWN = 12
_MEGABYTE = 1024 * 1024


@dataclass(frozen=True, slots=True)
class FoundFile:
    """A file that a record holds, or that somebody has just sent."""

    name: str
    hash: str

    @property
    def media_type(self) -> str:
        """Return the type that it is given as: a picture, or else bytes to be kept, whatever is in it."""
        return PICTURES.get(extension_of(self.name), "application/octet-stream")

    @property
    def is_picture(self) -> bool:
        """Tell whether a page may show it."""
        return extension_of(self.name) in PICTURES


def extension_of(name: str) -> str:
    """Return what a file's name ends with, in small letters."""
    return name.rpartition(".")[2].lower() if "." in name else ""


def rules_of(visit: Visit, form_key: str, field_key: str) -> FileRules:
    """Return what may be sent for a field by somebody who may fill it in somewhere.

    Raises `NotFound` for what the person may not see, `Refusal` for a field that takes no files.
    """
    policy = visit.policy(form_key)
    form = visit.form(form_key, "create" if policy.may("create") else "update")
    field = form.fields.get(field_key)
    if field is None or not (policy.shows(field_key) or field_key in policy.creatable()):
        raise NotFound
    rules = field.type.files(field.options)
    if rules is None:
        raise Refusal(NO_FILE_FIELD.here())
    return rules


def keep_file(folder: FileFolder, rules: FileRules, name: str, stream: Incoming) -> tuple[Reference, int]:
    """Keep what was sent, if it is what the field takes; returns how to refer to it, and its size.

    Raises `Refusal` with the reason.
    """
    name = clean_name(name)
    extension = extension_of(name)
    if extension not in rules.extensions:
        shown = "、".join(rules.extensions[:_SHOWN])
        raise Refusal(WRONG_FILE_KIND.here(name=name, extensions=shown))
    try:
        content = folder.keep(stream, rules.most_bytes)
    except TooLarge as error:
        raise Refusal(FILE_TOO_LARGE.here(most=max(1, rules.most_bytes // _MEGABYTE))) from error
    if not _is_what_it_says(content, extension):
        raise Refusal(NOT_WHAT_IT_SAYS.here(name=name))
    return Reference(content.hash, name), content.size


def _is_what_it_says(content: Content, extension: str) -> bool:
    """Compare how a file begins with what its name says that it is."""
    kind = next((kind for kind, known in KINDS.items() if extension in known), "")
    found = filetype.guess(content.head)
    if kind == "text":
        return found is None and b"\0" not in content.head
    if found is None:
        return kind in ("office", "archive", "audio", "video")
    if kind == "office":
        return found.extension in (*KINDS["office"], "zip")
    return found.extension in KINDS[kind] or found.mime.partition("/")[0] == kind


def note_file(visit: Visit, reference: Reference, size: int) -> None:
    """Note that the person has sent a file, who may put it into records from now on."""
    media_type = PICTURES.get(extension_of(reference.name), "application/octet-stream")
    row = {"hash": reference.hash, "size": size, "media_type": media_type, "created_at": visit.now}
    add_once(visit.connection, companions.files, row)
    sent = {"hash": reference.hash, "user_id": visit.actor.id, "at": visit.now}
    add_once(visit.connection, companions.uploads, sent)


def add_once(connection: Connection, table: Table, row: Mapping[str, object]) -> None:
    """Insert a row unless it is there."""
    kind = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
    connection.execute(kind(table).values(**row).on_conflict_do_nothing())


def find_file(visit: Visit, form_key: str, record: int, field: str, content: str) -> FoundFile:
    """Return a file that a record holds in a field, for somebody who may see that.

    Raises `NotFound`.
    """
    visit.form(form_key)
    kind = visit.path(form_key, field).type
    cell = get_record(visit, form_key, record, (field,)).cells[field]
    if (kind.item or kind).kind is not Kind.FILE:
        raise NotFound  # a text can look like a reference to any file
    for value in cell.value if isinstance(cell.value, tuple) else (cell.value,):
        found, name = split_reference(value)
        if found == content:
            return FoundFile(name, found)
    raise NotFound


def find_sent(visit: Visit, content: str, name: str) -> FoundFile:
    """Return a file that the person has sent.

    Raises `NotFound`.
    """
    if content not in _sent_by(visit, {content}):
        raise NotFound
    return FoundFile(clean_name(name), content)


def check_files(
    visit: Visit, form: Form, entries: Sequence[Mapping[str, object]], old: Sequence[Row | None] = ()
) -> dict[int, tuple[Problem, ...]]:
    """Return problems for files that the person has not sent, or that a field does not take; by place."""
    fields = [one for one in form.stored_fields if one.is_entered and one.type.files(one.options)]
    added: dict[int, list[tuple[Field, str]]] = {}
    for position, values in enumerate(entries):
        before = old[position] if old else None
        for one in fields:
            known = _references((before or {}).get(one.key))
            added.setdefault(position, []).extend(
                (one, reference) for reference in _entered(one, values) if reference not in known
            )
    wanted = {split_reference(reference)[0] for found in added.values() for _, reference in found}
    sent = _sent_by(visit, wanted) if wanted else set()
    return {
        position: problems
        for position, found in added.items()
        if (problems := tuple(_complaints(found, sent)))
    }


def _entered(one: Field, values: Mapping[str, object]) -> tuple[str, ...]:
    try:
        return _references(one.type.parse(values[one.key], one.value_type)) if one.key in values else ()
    except Refusal:
        return ()


def _references(value: Value) -> tuple[str, ...]:
    found = value if isinstance(value, tuple) else (value,)
    return tuple(one for one in found if isinstance(one, str))


def _complaints(found: Sequence[tuple[Field, str]], sent: set[str]) -> list[Problem]:
    problems = {}
    for one, reference in found:
        content, name = split_reference(reference)
        rules = one.type.files(one.options)
        if content not in sent:
            problems[one.key] = NOT_SENT.at(None, path=(one.key,), label=one.label)
        elif rules is not None and extension_of(name) not in rules.extensions:
            extensions = "、".join(rules.extensions[:_SHOWN])
            problems[one.key] = WRONG_FILE_KIND.at(None, path=(one.key,), name=name, extensions=extensions)
    return list(problems.values())


def _sent_by(visit: Visit, hashes: set[str]) -> set[str]:
    table = companions.uploads
    query = select(table.c.hash).where(table.c.hash.in_(hashes), table.c.user_id == visit.actor.id)
    return set(visit.connection.execute(query).scalars())

"""Files in fields: what a field accepts, and how a file is referred to.

A reference is the hash of the content and the name that the file had: `9f86d0…/contract.pdf`. The same
content under two names is stored once.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from engine.forms.choosing import CountLimits, SeveralValues
from engine.forms.contract import Control, Examples, FileRules
from engine.option_kinds import ListOf, OneOf, Whole
from engine.options import option
from engine.problems import ProblemCode, Refusal
from engine.texts import Language, Text
from engine.values import Format, Kind, Value, ValueType

NOT_A_FILE = ProblemCode(
    "not-a-file",
    Text("这不是一个已上传的文件", "This is no file that has been sent"),
    Text("先上传文件", "Send the file first"),
)
KINDS: dict[str, tuple[str, ...]] = {
    "image": ("png", "jpg", "jpeg", "gif", "webp", "bmp", "heic", "avif"),
    "pdf": ("pdf",),
    "office": ("doc", "docx", "xls", "xlsx", "ppt", "pptx", "wps", "et", "dps", "odt", "ods", "odp"),
    "text": ("txt", "csv", "md", "json", "xml", "yaml", "yml"),
    "archive": ("zip", "7z", "rar", "gz", "tar"),
    "audio": ("mp3", "wav", "m4a", "ogg", "aac", "flac"),
    "video": ("mp4", "mov", "webm", "avi", "mkv"),
}
LONGEST_NAME = 200
_MEGABYTE = 1024 * 1024
_REFERENCE = re.compile(r"([0-9a-f]{64})/(.+)", re.DOTALL)


@dataclass(frozen=True, kw_only=True)
class FileOptions(CountLimits):
    """What can be set on a field of files."""

    kinds: tuple[str, ...] = option(
        ListOf(OneOf(tuple(KINDS))),
        Text("接受哪几类文件;不写就是都可以", "What kinds of files; any if left out"),
        default=(),
    )
    max_size: int = option(
        Whole(1, 500), Text("每个文件最多几 MB", "How many MB a file may have at most"), default=20
    )

    def rules(self, kinds: tuple[str, ...] = ()) -> FileRules:
        """Return what may be sent."""
        chosen = kinds or self.kinds or tuple(KINDS)
        extensions = tuple(extension for kind in chosen for extension in KINDS[kind])
        return FileRules(extensions, self.max_size * _MEGABYTE)


class FileName(Format):
    """A file is written by its name."""

    def write(self, value: Value, language: Language, zone: ZoneInfo) -> str:
        """Return the name."""
        return split_reference(value)[1]


@dataclass(frozen=True, slots=True)
class Reference:
    """A file as a record refers to it."""

    hash: str
    name: str

    def __str__(self) -> str:
        return f"{self.hash}/{self.name}"


def split_reference(value: object) -> tuple[str, str]:
    """Return the hash and the name; blanks for what is no reference."""
    found = _REFERENCE.fullmatch(value) if isinstance(value, str) else None
    return (found[1], found[2]) if found else ("", "")


def clean_name(name: str) -> str:
    """Return a file's name as it is kept: without folders, control characters and what no system can write.

    >>> clean_name("../../etc/a:b.txt")
    'a_b.txt'
    """
    last = re.split(r"[/\\]", unicodedata.normalize("NFC", name))[-1]
    plain = "".join(char for char in last if unicodedata.category(char) not in ("Cc", "Cs", "Cf"))
    plain = re.sub(r'[<>:"|?*]', "_", plain).strip(" .")
    stem, point, extension = plain.rpartition(".")
    if len(plain) > LONGEST_NAME and point:
        plain = f"{stem[: LONGEST_NAME - len(extension) - 1]}.{extension}"
    return plain[:LONGEST_NAME] or "file"


class FileField(SeveralValues):
    """What fields of files have in common."""

    Options = FileOptions

    def value_type(self, options: Any) -> ValueType:
        """A list of references."""
        return ValueType(Kind.LIST, item=ValueType(Kind.FILE, format=FileName()))

    def parse(self, raw: object, kind: ValueType, zone: ZoneInfo | None = None) -> Value:
        """Read references, each once."""
        value = super().parse(raw, kind, zone)
        for one in value if isinstance(value, tuple) else ():
            name = split_reference(one)[1]
            if not name or name != clean_name(name):
                raise Refusal(NOT_A_FILE.here())
        return value

    def files(self, options: Any) -> FileRules:
        """Say what may be sent."""
        rules: FileRules = options.rules()
        return rules

    def control(self, options: Any, kind: ValueType) -> Control:
        """A place to drop files, or to take a picture on a phone."""
        return Control("files", file_attributes(self.files(options)), multiple=options.max != 1)

    def examples(self) -> Examples:
        """References to files that have been sent."""
        one = f"{'0' * 64}/合同 final.pdf"
        two = f"{'a' * 64}/photo.jpg"
        return Examples(
            good=(([one, two, one], (one, two)), (one, (one,)), ([], None), ("", None)),
            bad=("contract.pdf", ["../x"], [f"{'0' * 64}/../x"], 5, True),
            definition={"max": 3, "max_size": 10},
        )


def file_attributes(rules: FileRules) -> dict[str, str]:
    """Return what an input says about the files that it takes."""
    return {"accept": ",".join(f".{one}" for one in rules.extensions), "data-most": str(rules.most_bytes)}

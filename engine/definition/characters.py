"""From the bytes of a file to characters that a definition may hold, or to problems that say where not."""

from __future__ import annotations

import re
from itertools import islice

from engine.definition.lines import Lines
from engine.problems import DefinitionError, Problem, ProblemCode
from engine.texts import Text

MAX_BYTES = 1_048_576
_MANY = 20  # one problem each for so many bad characters; a file with more is not a text

FILE_TOO_LARGE = ProblemCode(
    "file-too-large",
    Text(
        "文件超过 {limit} MB,应用定义不会这么大",
        "The file is larger than {limit} MB, more than any app definition needs",
    ),
    Text(
        "检查是否选错了文件,或把应用拆成几个",
        "Check that it is the right file, or split the app into several",
    ),
)
NOT_UTF8 = ProblemCode(
    "not-utf8",
    Text(
        "从这里开始不是 UTF-8 编码(可能保存成了 GBK)",
        "From here on the file is not UTF-8 (it may have been saved as GBK)",
    ),
    Text("用编辑器打开,另存为 UTF-8", "Open it in an editor and save it as UTF-8"),
)
UTF16 = ProblemCode(
    "utf-16",
    Text("文件是 {encoding} 编码,只接受 UTF-8", "The file is encoded as {encoding}; only UTF-8 is accepted"),
    Text("用编辑器打开,另存为 UTF-8", "Open it in an editor and save it as UTF-8"),
)
FORBIDDEN_CHARACTER = ProblemCode(
    "forbidden-character",
    Text(
        "这里有一个看不见的字符 {name},定义里不能有它",
        "There is an invisible character {name} here, which a definition may not hold",
    ),
    Text("删掉这个字符", "Delete the character"),
)

_FORBIDDEN = re.compile(
    "[^\t\n\r\x20-\x7e\xa0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]"
)
_ENCODINGS = (
    (b"\x00\x00\xfe\xff", "UTF-32"),
    (b"\xff\xfe\x00\x00", "UTF-32"),
    (b"\xff\xfe", "UTF-16"),
    (b"\xfe\xff", "UTF-16"),
)


def is_forbidden(text: str) -> bool:
    """Tell whether a text holds characters that can be written only as escapes in double quotes."""
    return _FORBIDDEN.search(text) is not None


def read_characters(raw: str | bytes, file: str) -> tuple[str, list[Problem]]:
    """Return the text without its byte order mark, bad characters replaced by `x`, and a problem for each.

    Raises `DefinitionError` where reading on makes no sense: too large, another encoding, not a text at all.
    """
    if len(raw) > MAX_BYTES or (isinstance(raw, str) and len(raw.encode("utf-8", "replace")) > MAX_BYTES):
        raise DefinitionError([FILE_TOO_LARGE.at(Lines("", file).place(0), limit=MAX_BYTES // 1_048_576)])
    text = (_decode(raw, file) if isinstance(raw, bytes) else raw).removeprefix("\ufeff")
    found = list(islice(_FORBIDDEN.finditer(text), _MANY))
    if not found:
        return text, []
    lines = Lines(text, file)
    problems = [
        FORBIDDEN_CHARACTER.at(lines.place(bad.start()), name=f"U+{ord(bad.group()):04X}") for bad in found
    ]
    if len(found) == _MANY:
        raise DefinitionError(problems)
    return _FORBIDDEN.sub("x", text), problems


def _decode(raw: bytes, file: str) -> str:
    nowhere = Lines("", file)
    for mark, name in _ENCODINGS:
        if raw.startswith(mark):
            raise DefinitionError([UTF16.at(nowhere.place(0), encoding=name)])
    if len(raw) >= 4 and raw[:4].count(0) >= 2:
        raise DefinitionError(
            [UTF16.at(nowhere.place(0), encoding="UTF-32" if raw[:4].count(0) == 3 else "UTF-16")]
        )
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError as error:
        before = raw[: error.start].decode("utf-8").removeprefix("\ufeff")
        raise DefinitionError([NOT_UTF8.at(Lines(before, file).place(len(before)))]) from error

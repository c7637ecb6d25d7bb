"""Settings: each declared once with its default, its check and its help in both languages.

A setting is read from the variable `QUARTET_NAME`, else from the TOML file that `QUARTET_CONFIG` names,
else it has its default. Paths are relative to the folder that the process was started in.
"""

from __future__ import annotations

import os
import re
import secrets
import tomllib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from engine.problems import Location, Problem, ProblemCode, sort_problems, suggest
from engine.texts import LANGUAGES, Language, Text

PREFIX = "QUARTET_"
CONFIG_VARIABLE = "QUARTET_CONFIG"
# Variables of our own tests; a server that a test starts inherits them.
_IGNORED = ("QUARTET_TEST_", "QUARTET_HYPOTHESIS")
_SECRET_LENGTH = 32
_WEAK_WORDS = ("change", "secret", "password", "example", "default", "quartet", "insecure", "123456")

UNKNOWN_SETTING = ProblemCode(
    "unknown-setting",
    Text("没有「{name}」这个设置", "There is no setting '{name}'"),
    Text("删掉它,或改成参考手册里的设置", "Remove it, or use a setting that the reference lists"),
)
WRONG_SETTING = ProblemCode(
    "wrong-setting",
    Text("「{name}」不能是「{value}」,应为{expected}", "'{name}' cannot be '{value}'; expected {expected}"),
    Text("改成{expected}", "Use {expected}"),
)
WEAK_SECRET = ProblemCode(
    "weak-secret",
    Text("密钥「{name}」太弱:至少要 32 个随机字符", "'{name}' is too weak; it needs 32 random characters"),
    Text(
        "删掉它,Quartet 会自己生成一个并保存在数据目录里",
        "Remove it, and Quartet draws one and keeps it in the data folder",
    ),
)
NO_SENDER = ProblemCode(
    "no-mail-sender",
    Text("设置了「{name}」,却没有发件人「{missing}」", "'{name}' is set, but the sender '{missing}' is not"),
    Text("加上「{missing}」,例如 quartet@example.com", "Set '{missing}', for example to quartet@example.com"),
)
UNREADABLE_CONFIG = ProblemCode(
    "unreadable-config",
    Text("读不了设置文件「{file}」:{reason}", "The settings file '{file}' cannot be read: {reason}"),
    Text("改正它,或去掉 QUARTET_CONFIG", "Correct it, or unset QUARTET_CONFIG"),
)

UNREADABLE_SECRET = ProblemCode(
    "unreadable-secret",
    Text("密钥文件「{file}」不能读写:{reason}", "The key file '{file}' cannot be read or written: {reason}"),
    Text(
        "给运行 Quartet 的用户数据目录的权限,或设置 QUARTET_SECRET_KEY",
        "Let the user that runs Quartet write to the data folder, or set QUARTET_SECRET_KEY",
    ),
)


class ConfigError(Exception):
    """Raised when settings are wrong; carries every problem, not only the first."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = sort_problems(problems)
        super().__init__("\n".join(problem.line("en") for problem in self.problems))


@dataclass(frozen=True, slots=True)
class SettingKind:
    """What a setting may hold: how its text is read, and the words for what is expected.

    `read` raises `ValueError` for a text that is no such value.
    """

    expected: Text
    read: Callable[[str], object]


@dataclass(frozen=True, slots=True)
class SettingReference:
    """One setting as the reference page shows it."""

    name: str
    variable: str
    expected: Text
    default: str
    help: Text


def _check(condition: object, value: str) -> str:
    if not condition:
        raise ValueError(value)
    return value


def _read_number(least: int, most: int) -> SettingKind:
    def read(raw: str) -> int:
        if not least <= int(raw) <= most:
            raise ValueError(raw)
        return int(raw)

    return SettingKind(Text(f"{least} 到 {most} 的整数", f"a whole number from {least} to {most}"), read)


def _read_zone(raw: str) -> ZoneInfo:
    try:
        return ZoneInfo(raw)
    except (KeyError, OSError) as error:
        raise ValueError(raw) from error


def _read_address(*schemes: str) -> Callable[[str], str]:
    def read(raw: str) -> str:
        if not raw:
            return raw
        parts = urlsplit(raw)
        _check(parts.scheme in schemes and parts.hostname and (parts.port or 1) > 0, raw)
        return raw.rstrip("/")

    return read


_ANY_TEXT = SettingKind(Text("一段文字", "a text"), str)
_SOME_TEXT = SettingKind(Text("非空的文字", "a text that is not empty"), lambda raw: _check(raw.strip(), raw))
_FOLDER = SettingKind(Text("一个目录", "a folder"), lambda raw: Path(_check(raw.strip(), raw)))
_WEB_ADDRESS = SettingKind(
    Text("以 http:// 或 https:// 开头的网址", "an address that begins with http:// or https://"),
    _read_address("http", "https"),
)
_MAIL_SERVER = SettingKind(
    Text(
        "smtp:// 或 smtps:// 网址,例如 smtp://name:password@mail.example.com:587",
        "an smtp:// or smtps:// address such as smtp://name:password@mail.example.com:587",
    ),
    _read_address("smtp", "smtps"),
)
_SENDER = SettingKind(
    Text("邮箱地址", "a mail address"),
    lambda raw: _check(not raw or re.fullmatch(r"[^\r\n]*[^@\s]+@[^@\s]+", raw), raw),
)
_ZONE = SettingKind(Text("时区名,例如 Asia/Shanghai", "a time zone such as Asia/Shanghai"), _read_zone)
_LANGUAGE = SettingKind(Text("zh 或 en", "zh or en"), lambda raw: _check(raw in LANGUAGES, raw))


def _setting(kind: SettingKind, default: object, zh: str, en: str, *, shown: bool = True) -> Any:
    """Declare a setting; `shown` is false for one that must not turn up in logs."""
    return field(default=default, repr=shown, metadata={"kind": kind, "help": Text(zh, en)})


@dataclass(frozen=True, kw_only=True)
class Settings:
    """Every setting of a running Quartet. Make one with `Settings.read`, or directly in a test."""

    data: Path = _setting(
        _FOLDER,
        Path("var"),
        "数据目录:内嵌数据库、密钥和文件",
        "Folder for the database file, the key and files",
    )
    database_url: str = _setting(
        _SOME_TEXT,
        "sqlite:///{data}/quartet.db",
        "数据库地址:sqlite:///文件 或 postgresql://用户:密码@主机/库名",
        "The database: sqlite:///file or postgresql://user:password@host/name",
        shown=False,
    )
    secret_key: str = _setting(
        _ANY_TEXT,
        "",
        "签名用的密钥;不设时自动生成一次,存为数据目录里的 secret.key",
        "Key for signing; when not set, one is drawn once and kept as secret.key in the data folder",
        shown=False,
    )
    host: str = _setting(_SOME_TEXT, "127.0.0.1", "监听的地址", "Address to listen on")
    port: int = _setting(_read_number(1, 65535), 8000, "监听的端口", "Port to listen on")
    base_url: str = _setting(
        _WEB_ADDRESS,
        "",
        "别人访问本站的网址,用于邮件里的链接;不设时由地址和端口组成",
        "Address that people reach this site by, for links in mail; made of host and port when not set",
    )
    workers: int = _setting(
        _read_number(1, 64),
        1,
        "处理请求的进程数;SQLite 用 1,PostgreSQL 可以更多",
        "Processes that answer requests; 1 on SQLite, more on PostgreSQL",
    )
    threads: int = _setting(_read_number(1, 64), 8, "每个进程的线程数", "Threads of each process")
    plugins: Path = _setting(_FOLDER, Path("plugins"), "插件目录", "Folder with plugins")
    smtp_url: str = _setting(
        _MAIL_SERVER,
        "",
        "发信服务器;不设时邮件留在队列里等待",
        "Mail server; without one, mails wait in the queue",
        shown=False,
    )
    mail_from: str = _setting(_SENDER, "", "发件人地址", "Address that mails come from")
    time_zone: ZoneInfo = _setting(
        _ZONE, ZoneInfo("Asia/Shanghai"), "默认时区", "Time zone, unless an app names its own"
    )
    language: Language = _setting(_LANGUAGE, "zh", "默认语言", "Language, unless a person chose one")
    session_hours: int = _setting(
        _read_number(1, 8760),
        336,
        "登录后最长保持多少小时",
        "Hours after which a person must sign in again at the latest",
    )
    session_idle_hours: int = _setting(
        _read_number(1, 8760), 72, "多少小时不用就要重新登录", "Hours without use after which a sign-in ends"
    )
    sign_in_tries: int = _setting(
        _read_number(1, 100),
        5,
        "同一账号连续输错几次密码后开始要求等待",
        "Wrong passwords for one account before a wait is asked for",
    )
    sign_in_tries_per_address: int = _setting(
        _read_number(1, 10_000),
        50,
        "同一网络地址连续输错几次密码后开始要求等待",
        "Wrong passwords from one network address before a wait is asked for",
    )

    def __post_init__(self) -> None:
        object.__setattr__(self, "database_url", self.database_url.replace("{data}", self.data.as_posix()))
        if not self.base_url:
            object.__setattr__(self, "base_url", f"http://{_reachable(self.host)}:{self.port}")

    @classmethod
    def read(cls, environment: Mapping[str, str] | None = None) -> Settings:
        """Read the settings from the environment and from the file that it names.

        Raises `ConfigError` with every unknown name and every wrong value.
        """
        found = os.environ if environment is None else environment
        problems: list[Problem] = []
        raw = {**_from_file(found.get(CONFIG_VARIABLE, ""), problems), **_from_environment(found)}
        values = dict(_read_values(raw, problems))
        if values.get("smtp_url") and not values.get("mail_from"):
            problems.append(NO_SENDER.here(name=raw["smtp_url"].written, missing=f"{PREFIX}MAIL_FROM"))
        if problems:
            raise ConfigError(problems)
        return cls(**values)

    def secret(self) -> str:
        """Return the key for signing, drawing and keeping one (mode 0600) if none is set or kept yet.

        Raises `ConfigError` where that is impossible, or where what is kept is no key.
        """
        if self.secret_key:
            return self.secret_key
        path = self.data / "secret.key"
        try:
            kept = _kept_secret(path)
        except (OSError, UnicodeDecodeError) as error:
            reason = error.strerror if isinstance(error, OSError) else str(error)
            raise ConfigError([UNREADABLE_SECRET.here(file=path, reason=reason)]) from error
        if _is_weak(kept):
            raise ConfigError([WEAK_SECRET.here(name=path)])
        return kept


def settings_reference() -> tuple[SettingReference, ...]:
    """Return every setting with its variable, default and help, for the reference page and `--help`."""
    return tuple(_describe(one.name, one.default, one.metadata) for one in fields(Settings))


def _describe(name: str, default: object, metadata: Mapping[str, Any]) -> SettingReference:
    shown = "sqlite:///var/quartet.db" if name == "database_url" else str(default)
    return SettingReference(name, PREFIX + name.upper(), metadata["kind"].expected, shown, metadata["help"])


@dataclass(frozen=True, slots=True)
class _Raw:
    """A value as it was written: by which name, and where."""

    written: str
    value: object
    location: Location | None = None


def _from_environment(environment: Mapping[str, str]) -> dict[str, _Raw]:
    skipped = (CONFIG_VARIABLE, *_IGNORED)
    names = (name for name in environment if name.startswith(PREFIX) and not name.startswith(skipped))
    return {name.removeprefix(PREFIX).lower(): _Raw(name, environment[name]) for name in names}


def _from_file(file: str, problems: list[Problem]) -> dict[str, _Raw]:
    if not file:
        return {}
    try:
        text = Path(file).read_text(encoding="utf-8")
        values = tomllib.loads(text)
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else str(error)
        problems.append(UNREADABLE_CONFIG.here(file=file, reason=reason))
        return {}
    return {name: _Raw(name, value, _place(file, text, name)) for name, value in values.items()}


def _place(file: str, text: str, name: str) -> Location:
    """Find the line of a key; tomllib does not say where it stood."""
    for number, line in enumerate(text.splitlines(), start=1):
        found = re.match(rf"""\s*\[?\s*["']?({re.escape(name)})\b""", line)
        if found:
            return Location(file, number, found.start(1) + 1, len(name))
    return Location(file, 1, 1)


def _read_values(raw: Mapping[str, _Raw], problems: list[Problem]) -> Iterator[tuple[str, Any]]:
    """Yield each value read by its kind; report unknown names and wrong values."""
    known = {one.name: one.metadata["kind"] for one in fields(Settings)}
    for name, one in raw.items():
        if name not in known:
            upper = one.location is None
            close = tuple(PREFIX + n.upper() if upper else n for n in suggest(name, known))
            problems.append(UNKNOWN_SETTING.at(one.location, name=one.written, suggestions=close))
            continue
        try:
            value = known[name].read(_plain(one.value))
        except ValueError:
            hidden = name in ("secret_key", "smtp_url", "database_url")
            value = "…" if hidden else one.value
            expected = known[name].expected
            problems.append(WRONG_SETTING.at(one.location, name=one.written, value=value, expected=expected))
            continue
        if name == "secret_key" and _is_weak(str(value)):
            problems.append(WEAK_SECRET.at(one.location, name=one.written))
        yield name, value


def _plain(value: object) -> str:
    if isinstance(value, bool) or not isinstance(value, str | int):
        raise ValueError(value)  # noqa: TRY004 - a wrong value like any other
    return str(value)


def _is_weak(secret: str) -> bool:
    """Tell whether a key is short, of few characters, or a word from an example."""
    if len(secret) < _SECRET_LENGTH or len(set(secret)) < 10:
        return True
    return any(word in secret.casefold() for word in _WEAK_WORDS)


def _reachable(host: str) -> str:
    """Return a host as a browser on this machine can name it."""
    if host in ("0.0.0.0", "::"):  # noqa: S104 - which stand for every address, and are none
        return "localhost"
    return f"[{host}]" if ":" in host else host


def _kept_secret(path: Path) -> str:
    """Return the key in a file, made now if there is none; of two processes that make it, one wins."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        draft = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
        with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="ascii") as file:  # noqa: PTH123
            file.write(secrets.token_urlsafe(48))
            file.flush()
            os.fsync(file.fileno())
        try:
            os.link(draft, path)
        except FileExistsError:
            pass
        finally:
            draft.unlink()
    return path.read_text(encoding="ascii").strip()

"""Why a database cannot be used: each reason as a problem with a sentence and a way out."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError

from engine.problems import Problem, ProblemCode
from engine.texts import Text

OLDEST_SQLITE = (3, 35, 0)
_MARIADB = ("mysql", "mariadb")
_UNANSWERED = ("refused", "translate host", "resolve host", "No such file", "timeout", "unreachable")

NO_SERVER = ProblemCode(
    "no-database-server",
    Text("{server} 上没有 PostgreSQL 应答:{reason}", "No PostgreSQL answers at {server}: {reason}"),
    Text(
        "启动 PostgreSQL,或改正 QUARTET_DATABASE_URL 里的主机和端口",
        "Start PostgreSQL, or correct the host and port in QUARTET_DATABASE_URL",
    ),
)
WRONG_PASSWORD = ProblemCode(
    "wrong-database-password",
    Text(
        "PostgreSQL 不让用户「{user}」进入:{reason}",
        "PostgreSQL does not let the user '{user}' in: {reason}",
    ),
    Text(
        "改正 QUARTET_DATABASE_URL 里的用户名和密码",
        "Correct the user name and the password in QUARTET_DATABASE_URL",
    ),
)
NO_DATABASE = ProblemCode(
    "database-missing",
    Text("PostgreSQL 上没有数据库「{database}」", "PostgreSQL has no database '{database}'"),
    Text("先创建它:createdb {database}", "Create it first: createdb {database}"),
)
UNREACHABLE = ProblemCode(
    "database-unreachable",
    Text("连不上数据库 {server}:{reason}", "The database at {server} cannot be reached: {reason}"),
    Text("按上面的原因改正后再启动", "Correct what the reason says, then start again"),
)
UNSUPPORTED = ProblemCode(
    "unsupported-database",
    Text("不支持「{kind}」这种数据库", "The database '{kind}' is not supported"),
    Text(
        "用 sqlite:///文件 或 postgresql://用户:密码@主机/库名",
        "Use sqlite:///file or postgresql://user:password@host/name",
    ),
)
MARIADB = ProblemCode(
    "mariadb-not-supported",
    Text(
        "不支持 MariaDB 和 MySQL:它们改表不能回滚,升级中断会留下半张表",
        "MariaDB and MySQL are not supported: they cannot undo a change of tables that was interrupted",
    ),
    Text("用 SQLite 或 PostgreSQL", "Use SQLite or PostgreSQL"),
)
NO_FOLDER = ProblemCode(
    "database-not-writable",
    Text("数据库文件 {file} 不能写:{reason}", "The database file {file} cannot be written: {reason}"),
    Text(
        "给运行 Quartet 的用户该目录的写权限,或在 QUARTET_DATABASE_URL 里换一个位置",
        "Let the user that runs Quartet write there, or name another place in QUARTET_DATABASE_URL",
    ),
)
LOCKED = ProblemCode(
    "database-locked",
    Text("数据库文件 {file} 正被别的程序锁着", "Another program holds the database file {file} locked"),
    Text(
        "关掉那个程序;共享盘上的文件不能用,要放在本机",
        "Close that program; the file must lie on this machine, not on a network drive",
    ),
)
NOT_SQLITE = ProblemCode(
    "not-a-database",
    Text("{file} 不是完好的 SQLite 数据库:{reason}", "{file} is not a sound SQLite database: {reason}"),
    Text("换一个文件,或从备份恢复", "Name another file, or restore it from a backup"),
)
OLD_SQLITE = ProblemCode(
    "sqlite-too-old",
    Text("SQLite {found} 太旧,至少要 {needed}", "SQLite {found} is too old; {needed} is needed"),
    Text(
        "换用带有较新 SQLite 的 Python,或改用 PostgreSQL",
        "Use a Python that comes with a newer SQLite, or use PostgreSQL",
    ),
)
NEWER_SCHEMA = ProblemCode(
    "newer-database",
    Text(
        "数据库的结构是第 {found} 版,这个程序只认识到第 {known} 版",
        "The database has schema {found}; this program knows only up to {known}",
    ),
    Text(
        "用当初升级它的那个版本或更新的版本启动,或恢复升级前的备份",
        "Start the version that upgraded it or a newer one, or restore the backup from before",
    ),
)


class StartError(Exception):
    """Raised when Quartet cannot start; carries the problem, with the way out."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        super().__init__(f"{problem.sentence.en}. {problem.fix.en}")


def read_url(url: str) -> URL:
    """Read a database address. Raises `StartError` for one that is none or that is not supported."""
    try:
        address = make_url(url)
        kind = address.get_backend_name()
    except (ArgumentError, ValueError) as error:
        raise StartError(UNSUPPORTED.here(kind=url.partition(":")[0])) from error
    if kind in _MARIADB:
        raise StartError(MARIADB.here())
    if kind == "postgres":
        return address.set(drivername="postgresql")
    if kind not in ("sqlite", "postgresql"):
        raise StartError(UNSUPPORTED.here(kind=kind))
    if kind == "sqlite" and address.database in (None, "", ":memory:"):
        raise StartError(UNSUPPORTED.here(kind="sqlite :memory:"))
    return address


def check_sqlite_version(found: tuple[int, ...]) -> None:
    """Refuse an SQLite that lacks UPDATE … RETURNING."""
    if found < OLDEST_SQLITE:
        written, needed = (".".join(map(str, version)) for version in (found, OLDEST_SQLITE))
        raise StartError(OLD_SQLITE.here(found=written, needed=needed))


def prepare_folder(url: URL) -> None:
    """Make the folder of an SQLite file where it is missing. Raises `StartError` where that is impossible."""
    file = Path(url.database or "")
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StartError(NO_FOLDER.here(file=file, reason=error.strerror)) from error
    if not os.access(file.parent, os.W_OK):
        raise StartError(NO_FOLDER.here(file=file, reason=os.strerror(13)))


@contextmanager
def explain_sqlite(url: URL) -> Iterator[None]:
    """Turn the errors of opening an SQLite file into a `StartError`."""
    try:
        yield
    except (sqlite3.Error, DBAPIError) as error:
        cause = error.orig if isinstance(error, DBAPIError) else error
        raise StartError(_sqlite_problem(url.database or "", cause)) from error


def _sqlite_problem(file: str, cause: BaseException | None) -> Problem:
    code = getattr(cause, "sqlite_errorcode", 0) & 0xFF
    if code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
        return LOCKED.here(file=file)
    if code in (sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_CORRUPT):
        return NOT_SQLITE.here(file=file, reason=cause)
    return NO_FOLDER.here(file=file, reason=cause)


@contextmanager
def explain_postgresql(url: URL) -> Iterator[None]:
    """Turn the errors of a first connection to PostgreSQL into a `StartError`."""
    try:
        yield
    except DBAPIError as error:
        raise StartError(_postgresql_problem(url, error)) from error


def _postgresql_problem(url: URL, error: DBAPIError) -> Problem:
    """Read the reason from the server's words; a connection that fails has no code that says it."""
    words = str(error.orig)
    reason = words.strip().partition("\n")[0].rpartition("failed: ")[2] or type(error.orig).__name__
    server = f"{url.host or url.query.get('host', 'localhost')}:{url.port or 5432}"
    if "password" in words or "authentication" in words or ("role" in words and "does not exist" in words):
        return WRONG_PASSWORD.here(user=url.username or "", reason=reason)
    if "does not exist" in words and "database" in words:
        return NO_DATABASE.here(database=url.database or url.username or "")
    if any(word in words for word in _UNANSWERED):
        return NO_SERVER.here(server=server, reason=reason)
    return UNREACHABLE.here(server=server, reason=reason)

"""What `quartet doctor` looks at beyond the types: the database, the key, the messages that wait."""

from __future__ import annotations

import stat
from collections.abc import Iterator

from engine.catalog import build_catalog
from engine.registry import RegistryError
from engine.texts import Text
from runtime.cli.findings import Finding, Section
from runtime.config import ConfigError, Settings
from runtime.store.database import Database
from runtime.store.definitions import list_apps
from runtime.store.migrations import STEPS, schema_version
from runtime.store.outbox import count_states
from runtime.store.starting import StartError

_TITLE = Text("数据", "Data")


def look_at_data() -> Section:
    """Look whether the database answers, is up to date, and whether messages are stuck."""
    try:
        settings = Settings.read()
        database = Database.open(settings.database_url, build_catalog(packages=False).function_map)
    except (ConfigError, RegistryError):
        return Section(_TITLE, ())
    except StartError as error:
        return Section(_TITLE, (Finding(error.problem.sentence, is_amiss=True), Finding(error.problem.fix)))
    try:
        return Section(_TITLE, (*_key(settings), *_contents(database)))
    finally:
        database.close()


def _key(settings: Settings) -> Iterator[Finding]:
    """Say whether others on the machine can read the key."""
    path = settings.data / "secret.key"
    if not settings.secret_key and path.exists() and path.stat().st_mode & (stat.S_IRGRP | stat.S_IROTH):
        words = Text(
            f"别的用户能读密钥 {path},改成 chmod 600", f"Others can read the key {path}; chmod 600 it"
        )
        yield Finding(words, is_amiss=True)


def _contents(database: Database) -> Iterator[Finding]:
    with database.reading() as connection:
        found = schema_version(connection)
        wanted = len(STEPS)
        yield Finding(
            Text(
                f"{database.dialect},表结构 {found}/{wanted}", f"{database.dialect}, schema {found}/{wanted}"
            )
        )
        if found < wanted:
            yield Finding(Text("启动一次就会升级", "The next start brings it up to date"))
            return
        apps = ", ".join(f"{app.key} v{app.number}" for app in list_apps(connection)) or "–"
        yield Finding(Text(f"应用:{apps}", f"Apps: {apps}"))
        dead = count_states(connection).get("dead", 0)
        if dead:
            yield Finding(Text(f"{dead} 条消息发不出去", f"{dead} messages could not be sent"), is_amiss=True)

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing
from decimal import Decimal
from pathlib import Path
from types import MappingProxyType

import pytest
from sqlalchemy import Column, ForeignKey, Integer, MetaData, Table, event, func, insert, select, text, update
from sqlalchemy.exc import DBAPIError

from engine.catalog import build_catalog
from runtime.store.database import Database, ForeignKeyError, StartError, count_statements, may_repeat
from runtime.store.exact_json import ExactJson, read_json, write_json
from runtime.store.starting import check_sqlite_version

metadata = MetaData()
boxes = Table("boxes", metadata, Column("id", Integer, primary_key=True), Column("held", ExactJson))
things = Table(
    "things",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("box", ForeignKey("boxes.id", ondelete="CASCADE")),
    Column("count", Integer),
)


@pytest.fixture(scope="module")
def opened(database_url: str) -> Iterator[Database]:
    database = Database.open(database_url, {})
    with database.changing_schema() as connection:
        metadata.create_all(connection)
    yield database
    database.close()


@pytest.fixture
def database(opened: Database) -> Database:
    with opened.writing() as connection:
        connection.execute(things.delete())
        connection.execute(boxes.delete())
        connection.execute(insert(boxes).values(id=1))
        connection.execute(insert(things).values(id=1, box=1, count=0))
    return opened


def counted(database: Database) -> int:
    with database.reading() as connection:
        return connection.execute(select(things.c.count)).scalar_one()


def start_problem(url: str, **options: float):
    with pytest.raises(StartError) as refused:
        Database.open(url, {}, **options)
    assert refused.value.problem.fix.zh
    return refused.value.problem


# --- transactions ---


def test_writing_commits_at_the_end_and_forgets_all_when_anything_is_raised(database: Database) -> None:
    with database.writing() as connection:
        connection.execute(update(things).values(count=5))
    with pytest.raises(KeyError), database.writing() as connection:
        connection.execute(update(things).values(count=6))
        raise KeyError
    assert counted(database) == 5


def test_reading_cannot_write(database: Database) -> None:
    with pytest.raises(DBAPIError), database.reading() as connection:
        connection.execute(update(things).values(count=1))
    assert counted(database) == 0


def test_a_thread_writes_in_one_transaction_at_a_time(database: Database) -> None:
    for second in (database.writing, database.changing_schema):
        with pytest.raises(RuntimeError, match="writing already"), database.writing(), second():
            pass
    with database.writing(), database.reading() as connection:
        assert connection.execute(select(things.c.count)).scalar_one() == 0


def test_a_reader_sees_one_moment_and_does_not_wait_for_writers(database: Database) -> None:
    with database.reading() as reader:
        assert reader.execute(select(things.c.count)).scalar_one() == 0
        with database.writing() as writer:
            writer.execute(update(things).values(count=1))
        assert reader.execute(select(things.c.count)).scalar_one() == 0
    assert counted(database) == 1


def test_a_row_that_points_nowhere_is_refused(database: Database) -> None:
    with pytest.raises(DBAPIError), database.writing() as connection:
        connection.execute(insert(things).values(id=2, box=99))


def test_changed_tables_are_rolled_back_too(database: Database) -> None:
    with pytest.raises(KeyError), database.changing_schema() as connection:
        connection.execute(text("ALTER TABLE things ADD COLUMN surplus INTEGER"))
        raise KeyError
    with pytest.raises(DBAPIError), database.reading() as connection:
        connection.execute(text("SELECT surplus FROM things"))


@pytest.mark.sqlite
def test_rebuilding_a_table_keeps_the_rows_that_point_to_it(tmp_path: Path) -> None:
    with closing(Database.open(f"sqlite:///{tmp_path}/x.db", {})) as database:
        with database.changing_schema() as connection:
            metadata.create_all(connection)
            connection.execute(insert(boxes).values(id=1))
            connection.execute(insert(things).values(id=1, box=1))
        with database.changing_schema() as connection:
            connection.execute(text("CREATE TABLE boxes_new (id INTEGER PRIMARY KEY, held TEXT)"))
            connection.execute(text("INSERT INTO boxes_new SELECT * FROM boxes"))
            connection.execute(text("DROP TABLE boxes"))
            connection.execute(text("ALTER TABLE boxes_new RENAME TO boxes"))
        with database.reading() as connection:
            assert connection.execute(select(func.count()).select_from(things)).scalar_one() == 1


@pytest.mark.sqlite
def test_a_change_that_leaves_rows_pointing_nowhere_is_undone(tmp_path: Path) -> None:
    with closing(Database.open(f"sqlite:///{tmp_path}/x.db", {})) as database:
        with database.changing_schema() as connection:
            metadata.create_all(connection)
            connection.execute(insert(boxes).values(id=1))
            connection.execute(insert(things).values(id=1, box=1))
        with pytest.raises(ForeignKeyError, match="things 1"), database.changing_schema() as connection:
            connection.execute(boxes.delete())
        with database.reading() as connection:
            assert connection.execute(select(func.count()).select_from(boxes)).scalar_one() == 1


@pytest.mark.sqlite
def test_sqlite_is_set_to_lose_nothing(tmp_path: Path) -> None:
    with (
        closing(Database.open(f"sqlite:///{tmp_path}/x.db", {})) as database,
        database.writing() as connection,
    ):
        found = {
            name: connection.exec_driver_sql(f"PRAGMA {name}").scalar()
            for name in ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
        }
    assert found == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "busy_timeout": 10_000}


@pytest.mark.pg
def test_postgresql_has_time_limits_in_each_transaction(database: Database) -> None:
    names = ("lock_timeout", "statement_timeout", "idle_in_transaction_session_timeout", "TimeZone")
    if database.dialect == "postgresql":
        with database.writing() as connection:
            found = [connection.exec_driver_sql(f"SHOW {name}").scalar() for name in names]
        assert found == ["3s", "15s", "30s", "UTC"]
        with database.changing_schema() as connection:
            assert connection.exec_driver_sql("SHOW statement_timeout").scalar() == "0"


def test_a_connection_that_died_in_the_pool_is_replaced(database: Database) -> None:
    if database.dialect != "postgresql":
        return
    url = database.engines[0].url.render_as_string(hide_password=False)
    with closing(Database.open(url, {}, connections=1)) as single:
        with single.reading() as connection:
            process = connection.exec_driver_sql("SELECT pg_backend_pid()").scalar()
        with database.writing() as connection:
            connection.exec_driver_sql(f"SELECT pg_terminate_backend({process})")
        assert counted(single) == 0


# --- several at once ---


def test_writers_wait_for_their_turn(database: Database) -> None:
    barrier = threading.Barrier(8)

    def raise_count() -> None:
        barrier.wait()
        for _ in range(25):
            with database.writing() as connection:
                found = connection.execute(select(things.c.count).with_for_update()).scalar_one()
                connection.execute(update(things).values(count=found + 1))

    threads = [threading.Thread(target=raise_count) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert counted(database) == 200


def test_a_deadlock_is_solved_by_doing_one_of_the_two_again(database: Database) -> None:
    with database.writing() as connection:
        connection.execute(insert(things).values(id=2, box=1, count=0))
    barrier, runs = threading.Barrier(2, timeout=3), []

    def change(first: int, second: int) -> None:
        def work(connection) -> None:
            runs.append(first)
            connection.execute(update(things).where(things.c.id == first).values(count=things.c.count + 1))
            if database.dialect == "postgresql" and runs.count(first) == 1:
                barrier.wait()
            connection.execute(update(things).where(things.c.id == second).values(count=things.c.count + 1))

        database.in_transaction(work, pause=lambda seconds: None)

    threads = [threading.Thread(target=change, args=pair) for pair in ((1, 2), (2, 1))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with database.reading() as connection:
        assert connection.execute(select(things.c.count)).scalars().all() == [2, 2]
    assert len(runs) == (3 if database.dialect == "postgresql" else 2)


@pytest.mark.sqlite
def test_a_busy_file_is_tried_three_times_in_all(tmp_path: Path) -> None:
    file = tmp_path / "x.db"
    with closing(Database.open(f"sqlite:///{file}", {}, busy_seconds=0.01)) as database:
        pauses: list[float] = []
        with closing(sqlite3.connect(file, isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            with pytest.raises(DBAPIError) as failed:
                database.in_transaction(lambda connection: None, pause=pauses.append)
            assert may_repeat(failed.value)
            assert len(pauses) == 2
            assert 0 < pauses[0] < pauses[1] * 5
        assert database.in_transaction(lambda connection: 7, pause=pauses.append) == 7


def test_a_fault_of_ones_own_is_not_repeated(database: Database) -> None:
    runs: list[int] = []

    def work(connection) -> None:
        runs.append(1)
        connection.execute(insert(boxes).values(id=1))

    with pytest.raises(DBAPIError):
        database.in_transaction(work)
    assert len(runs) == 1


# --- counting statements ---


def test_only_statements_of_the_code_itself_are_counted(database: Database) -> None:
    with count_statements(database) as count:
        with database.writing() as connection:
            connection.execute(insert(boxes), [{"id": 2}, {"id": 3}])
        counted(database)
    counted(database)
    assert len(count) == 2
    assert count.statements[0].startswith("INSERT INTO boxes")
    assert not event.contains(database.engines[0], "before_cursor_execute", count)


# --- exact JSON ---

VALUES = [
    {"price": Decimal("19.90"), "pieces": 3, "none": None, "yes": True},
    Decimal("0.1000000000000000055511151231257827"),
    Decimal("12345678901234567890.1234567890"),
    10**30,
    -(10**25),
    [[], {}, ""],
    {"z": 1, "a": {"中文": "「值」"}},
    "NaN",
    0,
    False,
]


@pytest.mark.parametrize("value", VALUES, ids=str)
def test_json_comes_back_exactly(database: Database, value: object) -> None:
    with database.writing() as connection:
        connection.execute(update(boxes).values(held=value))
    with database.reading() as connection:
        found = connection.execute(select(boxes.c.held)).scalar_one()
    assert found == value
    assert type(found) is type(value)
    assert str(found) == str(value)


def test_a_blank_is_null_and_not_the_word(database: Database) -> None:
    with database.writing() as connection:
        connection.execute(update(boxes).values(held=None))
        assert connection.execute(select(boxes.c.id).where(boxes.c.held.is_(None))).scalar_one() == 1


def test_tuples_and_mappings_have_a_json_form() -> None:
    assert read_json(write_json({"a": (1, 2), "b": MappingProxyType({"d": 1})})) == {
        "a": [1, 2],
        "b": {"d": 1},
    }


@pytest.mark.parametrize("value", [Decimal("NaN"), Decimal("Infinity"), [Decimal("-Infinity")]])
def test_a_number_that_is_none_is_refused(value: object) -> None:
    with pytest.raises(ValueError, match="JSON"):
        write_json(value)


def test_what_has_no_json_form_is_refused() -> None:
    with pytest.raises(TypeError, match="object"):
        write_json(object())
    with pytest.raises(ValueError, match="JSON"):
        read_json("{")


# --- expressions inside the database ---


def test_sqlite_connections_know_our_functions(tmp_path: Path) -> None:
    with closing(Database.open(f"sqlite:///{tmp_path}/x.db", build_catalog().function_map)) as database:
        for opening in (database.reading, database.writing, database.changing_schema):
            with opening() as connection:
                assert connection.exec_driver_sql("SELECT q_number(1990, 2)").scalar() == "19.9"


# --- starting ---


@pytest.mark.parametrize(
    ("url", "code"),
    [
        ("mysql://root@localhost/quartet", "mariadb-not-supported"),
        ("mariadb+pymysql://root@localhost/quartet", "mariadb-not-supported"),
        ("oracle://x/y", "unsupported-database"),
        ("quartet.db", "unsupported-database"),
        ("", "unsupported-database"),
        ("sqlite://", "unsupported-database"),
        ("postgresql://root@127.0.0.1:1/quartet", "no-database-server"),
        ("postgresql://root@/quartet?host=/nowhere", "no-database-server"),
        ("sqlite:////dev/null/quartet.db", "database-not-writable"),
        ("sqlite:////tmp", "database-not-writable"),
    ],
)
def test_an_address_that_cannot_be_used_says_why(url: str, code: str) -> None:
    assert start_problem(url).code.name == code


def test_mariadb_is_told_that_it_is_not_supported() -> None:
    assert "MariaDB and MySQL are not supported" in start_problem("mysql://x/y").sentence.en


@pytest.mark.pg
@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"database": "no_such_database"}, "database-missing"),
        ({"username": "nobody_at_all"}, "wrong-database-password"),
    ],
)
def test_a_wrong_name_on_the_server_says_which(database: Database, changes: dict, code: str) -> None:
    if database.dialect == "postgresql":
        url = database.engines[0].url.set(**changes).render_as_string(hide_password=False)
        problem = start_problem(url)
        assert problem.code.name == code
        assert next(iter(changes.values())) in problem.sentence.en


@pytest.mark.sqlite
def test_a_locked_file_says_so(tmp_path: Path) -> None:
    file = tmp_path / "x.db"
    Database.open(f"sqlite:///{file}", {}).close()
    with closing(sqlite3.connect(file, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        assert start_problem(f"sqlite:///{file}", busy_seconds=0.01).code.name == "database-locked"


@pytest.mark.sqlite
def test_a_file_that_is_no_database_says_so(tmp_path: Path) -> None:
    file = tmp_path / "x.db"
    file.write_text("These are only words, and far too many of them to be a database. " * 40)
    assert start_problem(f"sqlite:///{file}").code.name == "not-a-database"


@pytest.mark.sqlite
def test_missing_folders_are_made(tmp_path: Path) -> None:
    Database.open(f"sqlite:///{tmp_path}/a/b/x.db", {}).close()
    assert (tmp_path / "a" / "b" / "x.db").exists()


def test_an_old_sqlite_is_refused() -> None:
    check_sqlite_version((3, 35, 0))
    with pytest.raises(StartError) as refused:
        check_sqlite_version((3, 34, 1))
    assert refused.value.problem.code.name == "sqlite-too-old"
    assert "3.34.1" in refused.value.problem.sentence.en

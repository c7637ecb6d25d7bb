import multiprocessing
import os
import signal
import threading
from collections.abc import Iterator

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import inspect, text

from runtime.store import companions
from runtime.store.database import Database, StartError
from runtime.store.migrations import STEPS, Step, migrate, read_fact, schema_version, write_fact


@pytest.fixture
def database(fresh_database_url: str) -> Iterator[Database]:
    opened = Database.open(fresh_database_url, {})
    yield opened
    opened.close()


def differences(database: Database) -> list:
    with database.changing_schema() as connection:
        context = MigrationContext.configure(
            connection, opts={"compare_type": True, "compare_server_default": True}
        )
        return compare_metadata(context, companions.metadata)


def test_an_empty_database_gets_every_step_in_order(database: Database) -> None:
    assert migrate(database) == tuple(step.name for step in STEPS)
    with database.reading() as connection:
        assert schema_version(connection) == len(STEPS)


def test_the_migrated_tables_are_the_declared_ones(database: Database) -> None:
    migrate(database)
    assert differences(database) == []
    with database.reading() as connection:
        seen = inspect(connection)
        for table in companions.metadata.sorted_tables:
            assert seen.get_pk_constraint(table.name)["constrained_columns"] == [
                c.name for c in table.primary_key
            ]
            links = {tuple(key["constrained_columns"]) for key in seen.get_foreign_keys(table.name)}
            assert links == {(key.parent.name,) for key in table.foreign_keys}


def test_the_comparison_sees_a_difference(database: Database) -> None:
    migrate(database)
    with database.changing_schema() as connection:
        connection.execute(text("ALTER TABLE drafts ADD COLUMN surplus INTEGER"))
        connection.execute(text("DROP INDEX ix_outbox_waiting_in_stream"))
    assert {change[0] for change in differences(database)} == {"remove_column", "add_index"}


def test_a_second_start_has_nothing_to_do(database: Database) -> None:
    migrate(database)
    assert migrate(database) == ()


def test_a_newer_database_is_refused_with_a_way_out(database: Database) -> None:
    migrate(database)
    with database.writing() as connection:
        write_fact(connection, "schema", len(STEPS) + 1)
    with pytest.raises(StartError) as refused:
        migrate(database)
    problem = refused.value.problem
    assert problem.code.name == "newer-database"
    assert f"schema {len(STEPS) + 1}" in problem.sentence.en
    assert "backup" in problem.fix.en


def test_starts_at_the_same_time_apply_each_step_once(fresh_database_url: str) -> None:
    barrier = threading.Barrier(4)
    applied: list[str] = []

    def start() -> None:
        database = Database.open(fresh_database_url, {})
        barrier.wait()
        applied.extend(migrate(database))
        database.close()

    threads = [threading.Thread(target=start) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(applied) == sorted(step.name for step in STEPS)


def test_a_step_that_fails_leaves_nothing_of_itself(database: Database) -> None:
    def fail(op) -> None:
        op.execute("CREATE TABLE half (id INTEGER)")
        op.execute("CREATE TABLE half (id INTEGER)")

    with pytest.raises(Exception, match="half"):
        migrate(database, [*STEPS, Step("half", fail)])
    with database.reading() as connection:
        assert schema_version(connection) == len(STEPS)
        assert not inspect(connection).has_table("half")


def die_in_step(url: str, number: int) -> None:
    def killed(op) -> None:
        STEPS[number].apply(op)
        os.kill(os.getpid(), signal.SIGKILL)

    migrate(Database.open(url, {}), [*STEPS[:number], Step("killed", killed), *STEPS[number + 1 :]])


def die_after_step(url: str, number: int) -> None:
    migrate(Database.open(url, {}), STEPS[: number + 1])
    os.kill(os.getpid(), signal.SIGKILL)


@pytest.mark.parametrize("death", [die_in_step, die_after_step])
@pytest.mark.parametrize("number", range(len(STEPS)), ids=[step.name for step in STEPS])
def test_a_start_killed_at_any_step_is_finished_by_the_next(
    fresh_database_url: str, death, number: int
) -> None:
    process = multiprocessing.get_context("fork").Process(target=death, args=(fresh_database_url, number))
    process.start()
    process.join()
    assert process.exitcode == -signal.SIGKILL
    database = Database.open(fresh_database_url, {})
    with database.reading() as connection:
        reached = schema_version(connection)
    assert reached == (number if death is die_in_step else number + 1)
    assert migrate(database) == tuple(step.name for step in STEPS[reached:])
    assert differences(database) == []
    database.close()


def test_changed_functions_are_installed_again(database: Database) -> None:
    migrate(database)
    if database.dialect == "sqlite":
        return  # which gets its functions with each connection
    with database.changing_schema() as connection:
        connection.execute(text("DROP FUNCTION q_fit(numeric) CASCADE"))
        write_fact(connection, "kernel", "of an older program")
    migrate(database)
    with database.reading() as connection:
        assert connection.execute(text("SELECT q_fit(1.5)")).scalar() is not None
        assert len(read_fact(connection, "kernel")) == 64

from __future__ import annotations

from collections.abc import Iterator

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import CheckConstraint, Engine, inspect, text

from screening.store import schema
from screening.store.engine import connect
from screening.store.tables import Base


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    engine = connect(database_url)
    yield engine
    engine.dispose()


def test_an_empty_database_is_not_served(engine: Engine) -> None:
    assert not schema.is_current(engine)
    with pytest.raises(schema.SchemaError, match="screening db upgrade"):
        schema.require_current(engine)


def test_upgrading_makes_every_table_and_doing_it_again_changes_nothing(engine: Engine) -> None:
    schema.upgrade(engine)
    schema.upgrade(engine)
    schema.require_current(engine)
    assert set(inspect(engine).get_table_names()) == {*Base.metadata.tables, "alembic_version"}


def test_the_migrated_schema_is_that_of_the_models(engine: Engine) -> None:
    schema.upgrade(engine)
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, Base.metadata) == []


def test_checks_of_the_migrated_schema_are_those_of_the_models(engine: Engine) -> None:
    # compare_metadata looks at no CHECK constraint; PostgreSQL keeps them in words of its own.
    schema.upgrade(engine)
    is_verbatim = engine.dialect.name == "sqlite"
    found = {
        (table, constraint["name"], constraint["sqltext"] if is_verbatim else "")
        for table in Base.metadata.tables
        for constraint in inspect(engine).get_check_constraints(table)
    }
    wanted = {
        (table.name, constraint.name, str(constraint.sqltext) if is_verbatim else "")
        for table in Base.metadata.tables.values()
        for constraint in table.constraints
        if isinstance(constraint, CheckConstraint)
    }
    assert wanted
    assert found == wanted


def test_partial_indexes_are_partial(engine: Engine) -> None:
    schema.upgrade(engine)
    kind = engine.dialect.name
    with engine.connect() as connection:
        catalogue = (
            "SELECT sql FROM sqlite_master WHERE name = :name"
            if kind == "sqlite"
            else "SELECT indexdef FROM pg_indexes WHERE indexname = :name"
        )
        for name in ("ix_response_unreviewed", "uq_invitation_open_appointment"):
            definition = connection.scalar(text(catalogue), {"name": name})
            assert definition is not None
            assert " WHERE " in definition


def test_downgrading_takes_everything_away_and_upgrading_brings_it_back(engine: Engine) -> None:
    schema.upgrade(engine)
    schema.downgrade(engine)
    assert inspect(engine).get_table_names() == ["alembic_version"]
    assert not schema.is_current(engine)
    schema.upgrade(engine)
    schema.require_current(engine)


def test_what_was_to_be_done_with_files_goes_with_their_tables(engine: Engine) -> None:
    def post(*kinds: str) -> None:
        row = "VALUES (:kind, 'x', 1, '2026-05-04 09:00:00+00', '2026-05-04 09:00:00+00', 0)"
        columns = "(kind, subject, revision, created_at, due_at, attempts)"
        with engine.begin() as connection:
            for kind in kinds:
                connection.execute(text(f"INSERT INTO outbox {columns} {row}"), {"kind": kind})

    def left() -> list[str]:
        with engine.connect() as connection:
            return list(connection.scalars(text("SELECT kind FROM outbox")))

    schema.upgrade(engine, "0008")
    post("make_batch", "prepare_report")
    schema.upgrade(engine, "0009")
    assert left() == ["prepare_report"]
    post("make_file", "make_day")
    schema.downgrade(engine, "0008")
    assert left() == ["prepare_report"]
    assert inspect(engine).has_table("report_batch")
    assert not inspect(engine).has_table("requested_file")


def test_a_database_of_a_newer_program_is_left_alone(engine: Engine) -> None:
    schema.upgrade(engine)
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(schema.SchemaError, match="9999"):
        schema.require_current(engine)
    with pytest.raises(schema.SchemaError, match="newer"):
        schema.upgrade(engine)


def test_a_migration_that_fails_leaves_nothing_half_done(engine: Engine) -> None:
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE web_session (id INTEGER)"))
    with pytest.raises(Exception, match="web_session"):
        schema.upgrade(engine)
    assert set(inspect(engine).get_table_names()) == {"web_session"}


def test_the_head_that_the_program_asks_for_is_the_newest_migration() -> None:
    config = Config()
    config.set_main_option("script_location", "screening:store/migrations")
    config.set_main_option("path_separator", "os")
    assert ScriptDirectory.from_config(config).get_current_head() == schema.HEAD

"""The database's schema: brought up to date by migrations, and checked before anything is served.

Alembic is imported only where a migration runs: the web process needs no more than the one line that it wrote.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Engine, func, inspect, select, text

from screening.store import work_tables as work_tables  # so that the models are whole wherever the schema is looked at
from screening.store.engine import writing

if TYPE_CHECKING:
    from alembic.config import Config

HEAD = "0009"
"""The newest revision in ``migrations/versions``; a test holds it to that."""

_VERSION_TABLE = "alembic_version"
_UPGRADING = 20_221
"""PostgreSQL's advisory lock under which the schema changes."""


class SchemaError(Exception):
    """The database is not at this program's schema; the message says what to do."""


def upgrade(engine: Engine, revision: str = "head") -> None:
    """Bring the database to this program's schema, in one transaction; doing it again changes nothing.

    Raises SchemaError for a database that a newer program has upgraded.
    """
    from alembic import command

    _migrate(engine, lambda config: command.upgrade(config, revision))


def downgrade(engine: Engine, revision: str = "base") -> None:
    """Take the schema back to an earlier revision, in one transaction. What only the later one can hold is lost."""
    from alembic import command

    _migrate(engine, lambda config: command.downgrade(config, revision))


def revision(engine: Engine) -> str | None:
    """Return the revision that the database is at; None for an empty database."""
    with engine.connect() as connection:
        if not inspect(connection).has_table(_VERSION_TABLE):
            return None
        found = connection.scalar(text(f"SELECT version_num FROM {_VERSION_TABLE}"))  # noqa: S608  # a constant
        return None if found is None else str(found)


def is_current(engine: Engine) -> bool:
    """Tell whether the database is at this program's schema."""
    return revision(engine) == HEAD


def require_current(engine: Engine) -> None:
    """Raise SchemaError unless the database is at this program's schema."""
    found = revision(engine)
    if found is None:
        raise SchemaError("The database is empty. Run `screening db upgrade` to prepare it.")
    if found != HEAD:
        raise SchemaError(
            f"The database is at schema {found}, this program needs {HEAD}. "
            "Back it up, then run `screening db upgrade`."
        )


def _migrate(engine: Engine, run: Callable[[Config], None]) -> None:
    from alembic.config import Config
    from alembic.util import CommandError

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    config.set_main_option("path_separator", "os")
    with writing(), engine.begin() as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(select(func.pg_advisory_xact_lock(_UPGRADING)))
        config.attributes["connection"] = connection
        try:
            run(config)
        except CommandError as error:
            raise SchemaError(
                f"The database can't be brought to schema {HEAD}: {error}. "
                "It may have been upgraded by a newer version of this program."
            ) from None

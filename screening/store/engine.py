"""The database connection: one `Store` for SQLite and PostgreSQL, with transactions that say what they are for."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, Engine, TextClause, create_engine, event, text
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import make_url
from sqlalchemy.orm import DeclarativeBase, InstrumentedAttribute, Session, sessionmaker

from screening.store.crypto import Keyring

WRITING: Final = {"screening_write": True}
"""Execution options of a connection whose transactions write: on SQLite they take the lock at once."""
_BUSY_TIMEOUT_MS = 10_000


class Store:
    """The database and the keys. Use cases open a transaction with `read` or `write` and pass the session on."""

    def __init__(self, url: str, keyring: Keyring) -> None:
        self.keyring = keyring
        self.engine = connect(url)
        self._sessions = sessionmaker(self.engine, expire_on_commit=False, autoflush=False)
        self._writing = sessionmaker(self.engine.execution_options(**WRITING), expire_on_commit=False, autoflush=True)

    @contextmanager
    def read(self) -> Iterator[Session]:
        """Open a transaction for reading; whatever it may have changed is rolled back.

        What was read can still be looked at afterwards: closing a session rolls back but expires nothing.
        """
        with self._sessions() as session:
            yield session

    @contextmanager
    def write(self) -> Iterator[Session]:
        """Open a transaction for writing: committed durably at the end, rolled back whole on an exception.

        On SQLite it takes the write lock at once (BEGIN IMMEDIATE), so that it can't fail half-way for a lock.
        """
        with self._writing.begin() as session:
            yield session

    def close(self) -> None:
        """Close all connections."""
        self.engine.dispose()


def connect(url: str) -> Engine:
    """Make an engine for ``sqlite:///path`` or ``postgresql+psycopg://…``.

    SQLite runs in WAL with synchronous=FULL: what was committed survives a power cut.
    """
    parsed = make_url(url)
    if parsed.get_backend_name() == "sqlite":
        engine = create_engine(parsed, connect_args={"timeout": _BUSY_TIMEOUT_MS / 1000})
        _prepare_sqlite(engine)
        return engine
    return create_engine(parsed, pool_pre_ping=True, pool_size=10, connect_args={"connect_timeout": 5})


def _prepare_sqlite(engine: Engine) -> None:
    @event.listens_for(engine, "connect")
    def set_pragmas(connection: sqlite3.Connection, _record: Any) -> None:
        connection.isolation_level = None  # the driver must not begin transactions of its own
        for pragma in (
            "journal_mode=WAL",
            "synchronous=FULL",
            "foreign_keys=ON",
            "secure_delete=ON",
            f"busy_timeout={_BUSY_TIMEOUT_MS}",
        ):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        write = connection.get_execution_options().get("screening_write")
        # Straight to the driver: every transaction begins with it.
        connection.connection.cursor().execute("BEGIN IMMEDIATE" if write else "BEGIN")


def is_reachable(engine: Engine) -> bool:
    """Tell whether the database answers a trivial question now."""
    try:
        with engine.connect() as connection:
            connection.execute(text("SELECT 1"))
    except Exception:  # noqa: BLE001  # whatever the driver raises, the answer is no
        return False
    return True


def insert_unless_there(
    session: Session,
    model: type[DeclarativeBase],
    values: Mapping[str, object],
    *unique: InstrumentedAttribute[Any],
    where: ColumnElement[bool] | TextClause | None = None,
) -> bool:
    """Insert a row unless one with the same unique columns is there; tell whether it was inserted.

    ``where`` is the condition of a partial unique index. One atomic statement: of two that come at once, the second
    waits for the first and then returns False.
    """
    is_postgresql = session.get_bind().dialect.name == "postgresql"
    insert = postgresql.insert if is_postgresql else sqlite.insert
    statement = insert(model).values(**values).on_conflict_do_nothing(index_elements=unique, index_where=where)
    result = session.execute(statement.returning(*unique))
    return result.first() is not None

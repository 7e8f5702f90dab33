"""The database connection: one `Store` for SQLite and PostgreSQL, with transactions that say what they are for."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, Final

from sqlalchemy import (
    Connection,
    Engine,
    PoolProxiedConnection,
    create_engine,
    event,
    func,
    select,
    text,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import make_url
from sqlalchemy.orm import DeclarativeBase, InstrumentedAttribute, Session, sessionmaker

from screening.store.compiled import CompiledStatement, Reader
from screening.store.crypto import Keyring

_begin: Final = ContextVar("begin", default="BEGIN")
"""The statement that begins a transaction on SQLite."""
_wait_ms: Final = ContextVar[int | None]("wait_ms", default=None)
"""How long a transaction that begins waits for a lock; None for as long as ever."""
_BUSY_TIMEOUT_MS = 10_000
WAKE: Final = "wake"
"""Key of a session's ``info``: something was posted to the outbox, and whoever does it may be woken."""


class Store:
    """The database and the keys. Use cases open a transaction with `read` or `write` and pass the session on."""

    def __init__(self, url: str, keyring: Keyring) -> None:
        self.keyring = keyring
        self.wake: Callable[[], None] | None = None
        """Called after a commit that posted to the outbox; it must not fail and not keep anybody waiting."""
        self.engine = connect(url)
        self._sessions = sessionmaker(self.engine, expire_on_commit=False, autoflush=False)
        self._writing = sessionmaker(self.engine, expire_on_commit=False, autoflush=True)
        self._reader = Reader(self.engine)

    @contextmanager
    def read(self) -> Iterator[Session]:
        """Open a transaction for reading; whatever it may have changed is rolled back.

        What was read can still be looked at afterwards: closing a session rolls back but expires nothing.
        """
        with self._sessions() as session:
            yield session

    @contextmanager
    def write(self, *, wait_ms: int | None = None) -> Iterator[Session]:
        """Open a transaction for writing: committed durably at the end, rolled back whole on an exception.

        On SQLite it takes the write lock at once (BEGIN IMMEDIATE), so that it can't fail half-way for a lock.
        ``wait_ms`` bounds the wait for a lock, for what must not keep somebody waiting; OperationalError after it.
        """
        with self._writing.begin() as session:
            with writing(wait_ms):
                connection = session.connection()
            if wait_ms is not None and connection.dialect.name == "postgresql":
                session.execute(select(func.set_config("lock_timeout", f"{wait_ms}ms", True)))
            yield session
        if self.wake is not None and session.info.get(WAKE):
            self.wake()

    @contextmanager
    def write_compiled(self) -> Iterator[Connection]:
        """Open a transaction for writing as `write` does, for compiled statements alone: it begins and ends sooner."""
        with self.engine.connect() as connection:
            with writing():
                transaction = connection.begin()
            with transaction:
                yield connection

    def rows(self, statement: CompiledStatement, **parameters: Any) -> list[tuple[Any, ...]]:
        """Return what a statement finds that runs with every page, outside any transaction."""
        return self._reader.rows(statement, parameters)

    def close(self) -> None:
        """Close all connections."""
        self._reader.close()
        self.engine.dispose()

    def leave_to_parent(self) -> None:
        """In a process that was forked, leave alone the connections that were opened before the fork."""
        self._reader.leave_to_parent()
        self.engine.dispose(close=False)


@contextmanager
def writing(wait_ms: int | None = None) -> Iterator[None]:
    """Let a transaction that begins in this block take SQLite's write lock at once, or after this wait at most."""
    tokens = _begin.set("BEGIN IMMEDIATE"), _wait_ms.set(wait_ms)
    try:
        yield
    finally:
        _begin.reset(tokens[0])
        _wait_ms.reset(tokens[1])


def connect(url: str) -> Engine:
    """Make an engine for ``sqlite:///path`` or ``postgresql+psycopg://…``.

    SQLite runs in WAL with synchronous=FULL: what was committed survives a power cut. What a statement was given is
    in no message of an error: it can name a patient.
    """
    parsed = make_url(url)
    if parsed.get_backend_name() == "sqlite":
        engine = create_engine(parsed, hide_parameters=True, connect_args={"timeout": _BUSY_TIMEOUT_MS / 1000})
        _prepare_sqlite(engine)
        return engine
    return create_engine(
        parsed, hide_parameters=True, pool_pre_ping=True, pool_size=10, connect_args={"connect_timeout": 5}
    )


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

    def begin(dbapi_connection: PoolProxiedConnection) -> None:
        cursor, wait_ms = dbapi_connection.cursor(), _wait_ms.get()
        if wait_ms is None:
            cursor.execute(_begin.get())
            return
        cursor.execute(f"PRAGMA busy_timeout={wait_ms}")
        try:
            cursor.execute(_begin.get())
        finally:
            cursor.execute(f"PRAGMA busy_timeout={_BUSY_TIMEOUT_MS}")

    # Not the event "begin": an engine with an event of its connections takes a longer way through every statement.
    engine.dialect.do_begin = begin  # type: ignore[method-assign]


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
) -> bool:
    """Insert a row unless one with the same unique columns is there; tell whether it was inserted.

    One atomic statement: of two that come at once, the second waits for the first and then returns False. Whatever
    unique constraint or index is met counts, because a table can have two that guard the same thing.
    """
    is_postgresql = session.get_bind().dialect.name == "postgresql"
    insert = postgresql.insert if is_postgresql else sqlite.insert
    statement = insert(model).values(**values).on_conflict_do_nothing()
    result = session.execute(statement.returning(*unique))
    return result.first() is not None

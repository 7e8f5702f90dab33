"""Statements that run with every page of a patient, compiled once and then handed to the driver as they are.

SQLAlchemy takes ten times as long to run a statement as SQLite takes to answer it, because a statement might be any
statement. These few are always the same: their SQL, the order of their parameters and the way to the driver's values
and back are worked out once for each kind of database.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeAlias
from weakref import WeakSet

from sqlalchemy import Connection, Dialect, Engine, Executable, Select, TextualSelect, UpdateBase
from sqlalchemy.engine.interfaces import DBAPIConnection, DBAPICursor
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

Statement: TypeAlias = Select[*tuple[Any, ...]] | TextualSelect | UpdateBase
Transaction: TypeAlias = Session | Connection
"""What a use case has open; statements run in it one after the other."""

_Convert = Callable[[Any], Any]


class CompiledStatement:
    """A statement that never changes but for its parameters, which are passed by name.

    ``statement`` is one for all kinds of database, or a mapping from a dialect's name to the one in its words.
    ``columns`` are those that an INSERT fills, each a parameter.
    """

    def __init__(self, statement: Statement | Mapping[str, Statement], columns: Sequence[str] | None = None) -> None:
        self._statement = statement
        self._columns = columns
        self._by_dialect: dict[str, _ForDialect] = {}

    def within(self, transaction: Transaction, **parameters: Any) -> list[tuple[Any, ...]]:
        """Run it in an open transaction and return all its rows as plain tuples; DBAPIError as from any other."""
        connection = transaction.connection() if isinstance(transaction, Session) else transaction
        ours = self.on(connection.dialect)
        try:
            return ours.run(connection.connection.cursor(), parameters)
        except ours.fault as fault:
            told = DBAPIError.instance(ours.sql, None, fault, ours.fault, hide_parameters=True, dialect=ours.dialect)
            raise told from fault

    def on(self, dialect: Dialect) -> _ForDialect:
        """Return the statement as this kind of database takes it."""
        ours = self._by_dialect.get(dialect.name)
        if ours is None:
            statement = self._statement[dialect.name] if isinstance(self._statement, Mapping) else self._statement
            ours = self._by_dialect[dialect.name] = _ForDialect(statement, self._columns, dialect)
        return ours


class _ForDialect:
    """A statement as one kind of database takes it."""

    def __init__(self, statement: Statement, columns: Sequence[str] | None, dialect: Dialect) -> None:
        compiled = statement.compile(dialect=dialect, column_keys=columns)
        self.statement: Executable = statement
        self.dialect = dialect
        self.sql = str(compiled)
        self.fault: type[Exception] = dialect.loaded_dbapi.Error
        self._order: Sequence[str] | None = getattr(compiled, "positiontup", None)
        self._to_driver: list[tuple[str, _Convert]] = []
        self._fixed: dict[str, Any] = {}
        for name, parameter in compiled.binds.items():
            convert = parameter.type.dialect_impl(dialect).bind_processor(dialect)
            if not parameter.required:
                self._fixed[name] = parameter.value if convert is None else convert(parameter.value)
            elif convert is not None:
                self._to_driver.append((name, convert))
        self._from_driver: list[tuple[int, _Convert]] = []
        for place, column in enumerate(statement.exported_columns):
            convert = column.type.dialect_impl(dialect).result_processor(dialect, None)
            if convert is not None:
                self._from_driver.append((place, convert))

    def run(self, cursor: DBAPICursor, parameters: dict[str, Any]) -> list[tuple[Any, ...]]:
        for name, convert in self._to_driver:
            parameters[name] = convert(parameters[name])
        if self._fixed:
            parameters |= self._fixed
        order = self._order
        cursor.execute(self.sql, parameters if order is None else [parameters[name] for name in order])
        rows: Sequence[Any] = cursor.fetchall() if cursor.description else ()
        cursor.close()
        return [self._converted(row) for row in rows] if self._from_driver else list(rows)

    def _converted(self, row: Sequence[Any]) -> tuple[Any, ...]:
        values = list(row)
        for place, convert in self._from_driver:
            values[place] = convert(values[place])
        return tuple(values)


class Reader:
    """Runs statements that only read, outside any transaction: each sees what was committed when it ran.

    Every thread has a connection of its own for them, which is closed when the thread ends.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._thread = threading.local()
        self._all: WeakSet[_Held] = WeakSet()
        self._inherited: list[_Held] = []

    def rows(self, statement: CompiledStatement, parameters: dict[str, Any]) -> list[tuple[Any, ...]]:
        """Return all rows as plain tuples; DBAPIError as from any other statement."""
        ours = statement.on(self._engine.dialect)
        try:
            try:
                held: _Held = self._thread.held
            except AttributeError:
                held = self._thread.held = self._open()
            return ours.run(held.connection.cursor(), parameters)
        except ours.fault:
            self.forget()
            # Once more the way that other statements go: it tells what is wrong, and knows a connection that is gone.
            with self._engine.connect() as another:
                return [tuple(row) for row in another.execute(ours.statement, parameters)]

    def _open(self) -> _Held:
        pooled = self._engine.raw_connection()
        pooled.detach()  # it does not count among the pool's any more, and is never given to another thread
        assert pooled.dbapi_connection is not None
        self._engine.dialect.set_isolation_level(pooled.dbapi_connection, "AUTOCOMMIT")
        held = _Held(pooled.dbapi_connection)
        self._all.add(held)
        return held

    def forget(self) -> None:
        """Close this thread's connection, if it has one."""
        held: _Held | None = self._thread.__dict__.pop("held", None)
        if held is not None:
            held.close()

    def close(self) -> None:
        """Close the connections of all threads."""
        for held in list(self._all):
            held.close()

    def leave_to_parent(self) -> None:
        """In a process that was forked, keep off the connections of its parent, and do not close them either."""
        self._inherited.extend(self._all)
        self._all = WeakSet()
        self._thread = threading.local()


class _Held:
    """A thread's connection; it is closed with it."""

    def __init__(self, connection: DBAPIConnection) -> None:
        self.connection = connection

    def close(self) -> None:
        self.connection.close()

    __del__ = close

"""Queries that run with every page of a patient, compiled once and then handed to the driver as they are.

SQLAlchemy takes ten times as long to run a statement as SQLite takes to answer it, because a statement might be any
statement. These few are always the same: their SQL, the order of their parameters and the way back from the driver's
values are worked out once for each kind of database. They are for reading outside a transaction: each sees what was
committed when it ran.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from sqlalchemy import Dialect, Engine, Select

_FromDriver = Callable[[Any], Any]


class CompiledQuery:
    """A SELECT whose parameters are texts and bytes."""

    def __init__(self, statement: Select[*tuple[Any, ...]]) -> None:
        self._statement = statement
        self._by_dialect: dict[str, _ForDialect] = {}

    def all(self, engine: Engine, **parameters: str | bytes) -> list[tuple[Any, ...]]:
        """Return all rows as plain tuples; DBAPIError as from any other statement."""
        ours = self._by_dialect.get(engine.dialect.name)
        if ours is None:
            ours = self._by_dialect[engine.dialect.name] = _ForDialect(self._statement, engine.dialect)
        try:
            connection = engine.raw_connection()
            try:
                return ours.run(connection.cursor(), parameters)
            finally:
                connection.close()
        except ours.fault:
            # Once more the way that other statements go: it tells what is wrong, and forgets a connection that is gone.
            with engine.connect() as another:
                return [tuple(row) for row in another.execute(self._statement, parameters)]


class _ForDialect:
    """A query as one kind of database takes it."""

    def __init__(self, statement: Select[*tuple[Any, ...]], dialect: Dialect) -> None:
        compiled = statement.compile(dialect=dialect)
        self._sql = str(compiled)
        self._order: Sequence[str] | None = getattr(compiled, "positiontup", None)
        self._from_driver: list[tuple[int, _FromDriver]] = []
        for place, column in enumerate(statement.selected_columns):
            convert = column.type.dialect_impl(dialect).result_processor(dialect, None)
            if convert is not None:
                self._from_driver.append((place, convert))
        self.fault: type[Exception] = dialect.loaded_dbapi.Error

    def run(self, cursor: Any, parameters: Mapping[str, str | bytes]) -> list[tuple[Any, ...]]:
        order = self._order
        cursor.execute(self._sql, parameters if order is None else [parameters[name] for name in order])
        rows: list[tuple[Any, ...]] = cursor.fetchall()
        cursor.close()
        return [self._converted(row) for row in rows] if self._from_driver else rows

    def _converted(self, row: Sequence[Any]) -> tuple[Any, ...]:
        values = list(row)
        for place, convert in self._from_driver:
            values[place] = convert(values[place])
        return tuple(values)

"""A database at the present schema."""

from __future__ import annotations

from screening.store import schema
from screening.store.engine import connect


def upgrade(database_url: str) -> None:
    """Bring an empty database to the present schema."""
    engine = connect(database_url)
    schema.upgrade(engine)
    engine.dispose()

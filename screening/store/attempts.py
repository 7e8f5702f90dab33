"""Failed tries at something that nobody here knows, counted by a keyed hash of what was tried."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import case, delete, false, select, update
from sqlalchemy.orm import Session

from screening.store.crypto import Keyring
from screening.store.engine import insert_unless_there
from screening.store.tables import Attempt


def key(keyring: Keyring, purpose: str, tried: str) -> bytes:
    """Return the 32 bytes under which tries at this are counted; they tell nothing of what was tried."""
    return keyring.lookup_hash(f"attempt {purpose}", tried)


def failures(session: Session, key_hash: bytes, since: datetime | None = None) -> int:
    """Return how many tries failed so far; none if the count began before ``since``."""
    query = select(Attempt.failures).where(Attempt.key_hash == key_hash)
    if since is not None:
        query = query.where(Attempt.first_at >= since)
    return session.scalar(query) or 0


def add_failure(session: Session, key_hash: bytes, now: datetime, since: datetime | None = None) -> None:
    """Count one more; a count that began before ``since`` begins anew."""
    first = {"key_hash": key_hash, "failures": 1, "first_at": now}
    if insert_unless_there(session, Attempt, first, Attempt.key_hash):
        return
    is_over = false() if since is None else Attempt.first_at < since
    values = {
        "failures": case((is_over, 1), else_=Attempt.failures + 1),
        "first_at": case((is_over, now), else_=Attempt.first_at),
    }
    session.execute(update(Attempt).where(Attempt.key_hash == key_hash).values(**values))


def forget(session: Session, key_hash: bytes) -> None:
    """Forget the tries that failed so far."""
    session.execute(delete(Attempt).where(Attempt.key_hash == key_hash))

"""Failed tries at something that nobody here knows, counted by a keyed hash of what was tried.

No count lasts longer than a day. What has to stay locked is locked on a row of its own (`Invitation`).
"""

from __future__ import annotations

from datetime import datetime, timedelta
from ipaddress import IPv6Address, ip_address
from typing import Final

from sqlalchemy import case, delete, false, func, select, update
from sqlalchemy.orm import Session

from screening.store.crypto import Keyring
from screening.store.engine import insert_unless_there
from screening.store.tables import Attempt

KEPT: Final = timedelta(days=1)
"""After this time from the first try a count is forgotten; every count's own time is shorter."""
_PURGED_AT_ONCE = 100
_ONLY_ONE_PURGES: Final = select(func.pg_try_advisory_xact_lock(20_222))
"""PostgreSQL's advisory lock under which counts are purged, so that two who do it never wait for each other."""


def key(keyring: Keyring, purpose: str, tried: str) -> bytes:
    """Return the 32 bytes under which tries at this are counted; they tell nothing of what was tried."""
    return keyring.lookup_hash(f"attempt {purpose}", tried)


def network(origin: str) -> str:
    """Return what an address is counted under: itself, or for IPv6 the /64, all of which one machine can use."""
    try:
        address = ip_address(origin)
    except ValueError:
        return origin
    return str(int(address) >> 64) if isinstance(address, IPv6Address) else origin


def failures(session: Session, key_hash: bytes, since: datetime | None = None) -> int:
    """Return how many tries failed so far; none if the count began before ``since``."""
    query = select(Attempt.failures).where(Attempt.key_hash == key_hash)
    if since is not None:
        query = query.where(Attempt.first_at >= since)
    return session.scalar(query) or 0


def add_failure(session: Session, key_hash: bytes, now: datetime, since: datetime | None = None) -> int:
    """Count one more and return how many there are now; a count that began before ``since`` begins anew."""
    first = {"key_hash": key_hash, "failures": 1, "first_at": now}
    if insert_unless_there(session, Attempt, first, Attempt.key_hash):
        return 1
    is_over = false() if since is None else Attempt.first_at < since
    values = {
        "failures": case((is_over, 1), else_=Attempt.failures + 1),
        "first_at": case((is_over, now), else_=Attempt.first_at),
    }
    counting = update(Attempt).where(Attempt.key_hash == key_hash).values(**values).returning(Attempt.failures)
    return session.scalars(counting).one()


def forget(session: Session, key_hash: bytes) -> None:
    """Forget the tries that failed so far."""
    session.execute(delete(Attempt).where(Attempt.key_hash == key_hash))


def purge(session: Session, now: datetime) -> None:
    """Forget some of the counts that are over: more than one try can add, so that their number stays bounded."""
    if session.get_bind().dialect.name == "postgresql" and not session.scalar(_ONLY_ONE_PURGES):
        return
    over = session.scalars(select(Attempt.key_hash).where(Attempt.first_at < now - KEPT).limit(_PURGED_AT_ONCE)).all()
    session.execute(delete(Attempt).where(Attempt.key_hash.in_(over)))

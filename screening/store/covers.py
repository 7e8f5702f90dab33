"""Covers: who reads a clinician's responses while she is away."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session

from screening.store import staff
from screening.store.tables import Cover, new_id


@dataclass(frozen=True, slots=True, kw_only=True)
class CoverView:
    """Who covers for whom; ``ends_at`` is not included."""

    cover_id: str
    clinician_id: int
    clinician: str
    covering_id: int
    covered_by: str
    starts_at: datetime
    ends_at: datetime


def names(session: Session, clinician_ids: Collection[int], now: datetime) -> dict[int, str]:
    """Return who covers for these clinicians at ``now``, by clinician; several in one text."""
    found: dict[int, str] = {}
    for cover in _views(session, now):
        if cover.clinician_id in clinician_ids and cover.starts_at <= now:
            known = found.get(cover.clinician_id)
            found[cover.clinician_id] = f"{known}, {cover.covered_by}" if known else cover.covered_by
    return found


def to_come(session: Session, now: datetime) -> list[CoverView]:
    """Return the covers that hold now or will, by their beginning."""
    return _views(session, now)


def add(
    session: Session,
    *,
    clinician_id: int,
    cover_id: int,
    starts_at: datetime,
    ends_at: datetime,
    set_by: int | None,
    now: datetime,
) -> str:
    """Add a cover and return its id."""
    values = {
        "id": new_id(),
        "clinician_id": clinician_id,
        "cover_id": cover_id,
        "starts_at": starts_at,
        "ends_at": ends_at,
        "set_by": set_by,
        "set_at": now,
    }
    session.execute(insert(Cover).values(**values))
    return str(values["id"])


def get(session: Session, cover_id: str) -> Cover | None:
    """Return a cover, or None if there is none."""
    return session.get(Cover, cover_id, populate_existing=True)


def remove(session: Session, cover_id: str) -> None:
    """Remove a cover."""
    session.execute(delete(Cover).where(Cover.id == cover_id))


def _views(session: Session, now: datetime) -> list[CoverView]:
    rows = session.scalars(select(Cover).where(Cover.ends_at > now).order_by(Cover.starts_at, Cover.id)).all()
    people = staff.names(session, [person for row in rows for person in (row.clinician_id, row.cover_id)])
    return [
        CoverView(
            cover_id=row.id,
            clinician_id=row.clinician_id,
            clinician=people[row.clinician_id],
            covering_id=row.cover_id,
            covered_by=people[row.cover_id],
            starts_at=row.starts_at,
            ends_at=row.ends_at,
        )
        for row in rows
    ]

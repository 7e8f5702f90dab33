"""Use cases around covers: who reads for a clinician who is away, from when to when."""

from __future__ import annotations

from datetime import datetime, timedelta

from screening.store import audit, covers, staff
from screening.store.access import ADMINISTRATOR, CLINICIAN, FRONT_DESK, require, staff_id
from screening.store.audit import Actor
from screening.store.covers import CoverView
from screening.store.engine import Store
from screening.store.errors import Invalid, NotAllowed, NotFound

__all__ = ["CoverView", "covers_to_come", "end_cover", "set_cover"]

LONGEST = timedelta(days=366)


def covers_to_come(store: Store, actor: Actor, *, now: datetime) -> list[CoverView]:
    """Return the covers that hold now or will, by their beginning."""
    require(actor, FRONT_DESK, CLINICIAN, ADMINISTRATOR)
    with store.read() as session:
        return covers.to_come(session, now)


def set_cover(
    store: Store,
    actor: Actor,
    *,
    clinician_id: int,
    cover_id: int,
    starts_at: datetime,
    ends_at: datetime,
    now: datetime,
) -> str:
    """Let one clinician read another's responses from ``starts_at`` until ``ends_at``, which is not included.

    A clinician sets it for her own absence only, so that nobody lets herself in. Raises Invalid by field.
    """
    require(actor, FRONT_DESK, CLINICIAN, ADMINISTRATOR)
    if actor.roles.isdisjoint({FRONT_DESK, ADMINISTRATOR}) and staff_id(actor) not in (None, clinician_id):
        raise NotAllowed("You can set a cover for yourself only; the front desk can for others.")
    with store.write() as session:
        known = {member.id for member in staff.active_clinicians(session)}
        problems: dict[str, str] = {}
        if clinician_id not in known:
            problems["clinician_id"] = "Choose a clinician of this practice."
        if cover_id not in known or cover_id == clinician_id:
            problems["cover_id"] = "Choose another clinician of this practice."
        if ends_at <= max(starts_at, now):
            problems["last_day"] = "The last day comes before the first, or has passed."
        elif ends_at - starts_at > LONGEST:
            problems["last_day"] = "A cover lasts a year at the most. Check the year."
        if problems:
            raise Invalid(problems)
        made = covers.add(
            session,
            clinician_id=clinician_id,
            cover_id=cover_id,
            starts_at=starts_at,
            ends_at=ends_at,
            set_by=staff_id(actor),
            now=now,
        )
        audit.record(
            session,
            store.keyring,
            actor=actor,
            action="set",
            record=f"cover:{made}",
            at=now,
            detail={
                "clinician": clinician_id,
                "cover": cover_id,
                "from": starts_at.isoformat(),
                "until": ends_at.isoformat(),
            },
        )
    return made


def end_cover(store: Store, actor: Actor, cover_id: str, *, now: datetime) -> None:
    """End a cover now, or call it off before it begins; NotFound if there is none."""
    require(actor, FRONT_DESK, CLINICIAN, ADMINISTRATOR)
    with store.write() as session:
        cover = covers.get(session, cover_id)
        if cover is None:
            raise NotFound("There is no such cover.")
        is_own = staff_id(actor) in (None, cover.clinician_id)
        if actor.roles.isdisjoint({FRONT_DESK, ADMINISTRATOR}) and not is_own:
            raise NotAllowed("You can end your own cover only; the front desk can end others.")
        covers.remove(session, cover_id)
        audit.record(session, store.keyring, actor=actor, action="end", record=f"cover:{cover_id}", at=now)

"""The responses of a clinic day's appointments, for a file of their reports."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from screening.store.access import CliniciansSee, may_read_answers
from screening.store.audit import Actor
from screening.store.tables import Invitation, Response


def responses_of_day(
    session: Session,
    actor: Actor,
    clinicians_see: CliniciansSee,
    *,
    since: datetime,
    until: datetime,
    clinician_id: int | None = None,
    now: datetime,
) -> list[str]:
    """Return the sent responses of the appointments in this time that the actor may read, by appointment."""
    conditions: list[ColumnElement[bool]] = [
        Invitation.appointment_at >= since,
        Invitation.appointment_at < until,
        Response.sent_at.is_not(None),
        may_read_answers(session, actor, clinicians_see, now),
    ]
    if clinician_id is not None:
        conditions.append(Invitation.clinician_id == clinician_id)
    query = (
        select(Response.id)
        .join(Invitation, Invitation.id == Response.invitation_id)
        .where(*conditions)
        .order_by(Invitation.appointment_at, Invitation.id, Response.position)
    )
    return list(session.scalars(query))


def count_readable(
    session: Session, actor: Actor, clinicians_see: CliniciansSee, response_ids: Sequence[str], now: datetime
) -> int:
    """Count those of these responses that the actor may read now."""
    query = (
        select(func.count())
        .select_from(Response)
        .join(Invitation, Invitation.id == Response.invitation_id)
        .where(Response.id.in_(response_ids), may_read_answers(session, actor, clinicians_see, now))
    )
    return session.scalar(query) or 0

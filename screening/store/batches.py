"""Batches: the reports of one day as one file, for one member of staff and for a short while."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal, TypeAlias

from sqlalchemy import ColumnElement, delete, func, insert, select, update
from sqlalchemy.orm import Session

from screening.store.access import CliniciansSee, may_read_answers
from screening.store.audit import Actor
from screening.store.crypto import Keyring
from screening.store.tables import Invitation, Response, new_id
from screening.store.work_tables import ReportBatch, ReportBatchPart

BatchForm: TypeAlias = Literal["pdf", "zip"]

KEPT = timedelta(hours=1)
"""How long a batch is kept, made or not."""


@dataclass(frozen=True, slots=True)
class Batch:
    """A batch without its file. ``response_ids`` are those that are still there, in order."""

    id: str
    staff_id: int
    day: str
    form: BatchForm
    made_at: datetime | None
    missing: int
    response_ids: tuple[str, ...]


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


def create(
    session: Session, staff_id: int, day: str, form: BatchForm, response_ids: Sequence[str], now: datetime
) -> str:
    """Begin a batch, and remove those whose time is over; return its id."""
    remove_old(session, now)
    batch_id = new_id()
    session.execute(
        insert(ReportBatch).values(
            id=batch_id, staff_id=staff_id, day=day, form=form, created_at=now, expires_at=now + KEPT, missing=0
        )
    )
    parts = [
        {"batch_id": batch_id, "response_id": response_id, "position": position}
        for position, response_id in enumerate(response_ids)
    ]
    session.execute(insert(ReportBatchPart), parts)
    return batch_id


def get(session: Session, batch_id: str, now: datetime) -> Batch | None:
    """Return a batch whose time is not over; None if there is none."""
    row = session.execute(
        select(ReportBatch.staff_id, ReportBatch.day, ReportBatch.form, ReportBatch.made_at, ReportBatch.missing).where(
            ReportBatch.id == batch_id, ReportBatch.expires_at > now
        )
    ).one_or_none()
    if row is None:
        return None
    parts = select(ReportBatchPart.response_id).where(ReportBatchPart.batch_id == batch_id)
    ids = tuple(session.scalars(parts.order_by(ReportBatchPart.position)))
    return Batch(batch_id, row.staff_id, row.day, row.form, row.made_at, row.missing, ids)


def fill(session: Session, keyring: Keyring, batch_id: str, file: bytes, missing: int, now: datetime) -> None:
    """Keep a batch's file; nothing happens if the batch was removed meanwhile, because a response was deleted."""
    session.execute(
        update(ReportBatch)
        .where(ReportBatch.id == batch_id)
        .values(document=keyring.seal_bytes(file, _bound_to(batch_id)), made_at=now, missing=missing)
    )


def file_of(session: Session, keyring: Keyring, batch_id: str) -> bytes | None:
    """Return a batch's file; None while it is not made."""
    sealed = session.scalar(select(ReportBatch.document).where(ReportBatch.id == batch_id))
    return None if sealed is None else keyring.open_bytes(sealed, _bound_to(batch_id))


def remove(session: Session, batch_id: str) -> None:
    """Remove a batch with its file."""
    session.execute(delete(ReportBatch).where(ReportBatch.id == batch_id))


def remove_old(session: Session, now: datetime) -> None:
    """Remove the batches whose time is over."""
    session.execute(delete(ReportBatch).where(ReportBatch.expires_at <= now))


def remove_with(session: Session, response_ids: Sequence[str]) -> None:
    """Remove every batch that one of these responses is in: its file holds answers that are to go."""
    holding = select(ReportBatchPart.batch_id).where(ReportBatchPart.response_id.in_(response_ids))
    session.execute(
        delete(ReportBatch).where(ReportBatch.id.in_(holding)), execution_options={"synchronize_session": False}
    )


def _bound_to(batch_id: str) -> str:
    return f"report_batch:{batch_id}"

"""Deleting what patients were told is deleted: sent answers after the retention time, unsent ones after the visit.

What stays is a trace without content: that there was an invitation, when it was sent and read, and the audit trail.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, delete, select
from sqlalchemy.orm import Session, defer

from screening.store import files, responses
from screening.store.access import ADMINISTRATOR, require
from screening.store.audit import Actor
from screening.store.engine import Store
from screening.store.tables import Invitation, RejectedResponse, Response, Transcription

_BATCH = 200
"""Responses deleted in one transaction, so that nobody's save waits for long."""


@dataclass(frozen=True, slots=True)
class Deleted:
    """How many responses were deleted, and how many sittings that were never sent."""

    sent: int
    unsent: int


def run(store: Store, actor: Actor, *, retention_days: int | None, draft_days: int, now: datetime) -> Deleted:
    """Delete what is due at ``now``; safe to repeat, and to stop in the middle.

    Sent answers, with their notes, go ``retention_days`` after the sending (None keeps them); what was saved and
    never sent goes ``draft_days`` after the appointment; a paper form that is being typed in, so long after the last
    page as well, because it may come in late. ``store`` keeps deleted bytes out of the file (SQLite's
    secure_delete); copies in backups are the operator's.
    """
    require(actor, ADMINISTRATOR)
    sent = 0
    if retention_days is not None:
        sent = _delete_all(store, actor, Response.sent_at < now - timedelta(days=retention_days), "retention", now)
        _delete_rejected(store, actor, now - timedelta(days=retention_days), now)
    over = Invitation.appointment_at < now - timedelta(days=draft_days)
    unsent = _delete_all(store, actor, Response.sent_at.is_(None) & over, "never_sent", now)
    _delete_typing(store, over, now - timedelta(days=draft_days))
    with store.write() as session:
        files.remove_old(session, now)  # as a worker does all the time, where there is one
    return Deleted(sent, unsent)


def _delete_rejected(store: Store, actor: Actor, before: datetime, now: datetime) -> None:
    """Delete what was typed in from paper and rejected, as long after the typing as any response."""
    with store.write() as session:
        due = session.scalars(select(RejectedResponse).where(RejectedResponse.sent_at < before)).all()
        responses.remove_rejected(session, store.keyring, due, actor=actor, reason="retention", at=now)


def _delete_typing(store: Store, over: ColumnElement[bool], before: datetime) -> None:
    with store.write() as session:
        of_past_visits = select(Invitation.id).where(over)
        session.execute(
            delete(Transcription).where(
                Transcription.saved_at < before, Transcription.invitation_id.in_(of_past_visits)
            )
        )


def _delete_all(store: Store, actor: Actor, due: ColumnElement[bool], reason: str, now: datetime) -> int:
    count = 0
    while True:
        with store.write() as session:
            deleted = _delete_some(session, store, actor, due, reason, now)
        count += deleted
        if deleted < _BATCH:
            return count


def _delete_some(
    session: Session, store: Store, actor: Actor, due: ColumnElement[bool], reason: str, now: datetime
) -> int:
    found = session.scalars(
        select(Response)
        .options(defer(Response.document))
        .join(Invitation, Invitation.id == Response.invitation_id)
        .where(due)
        .order_by(Response.id)
        .limit(_BATCH)
        .with_for_update(of=[Response, Invitation])  # an appointment that moves meanwhile is not over any more
    ).all()
    responses.remove(session, store.keyring, found, actor=actor, reason=reason, at=now)
    return len(found)

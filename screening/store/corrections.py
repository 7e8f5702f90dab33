"""Corrected versions: which invitation corrects which, and what became of it."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Literal, TypeAlias

from sqlalchemy import exists, insert, or_, select
from sqlalchemy.orm import Session, aliased

from screening.store.paper import AWAITS_RETYPING, counts
from screening.store.tables import Correction, Invitation, Response

CorrectionState: TypeAlias = Literal["asked", "sent"]
"""A corrected version was asked for, or came."""


def add(session: Session, invitation_id: str, corrects_id: str) -> None:
    """Note that an invitation asks for a corrected version of what was sent on another."""
    session.execute(insert(Correction).values(invitation_id=invitation_id, corrects_id=corrects_id))


def states(session: Session, invitation_ids: Collection[str]) -> dict[str, CorrectionState]:
    """Return what became of corrected versions of these invitations, by id; nothing of those that were called off."""
    found: dict[str, CorrectionState] = {}
    # On paper it has not come before it was compared with it, nor while it is to be typed in again.
    waits = or_(exists().where(Response.invitation_id == Invitation.id, ~counts(Response)), AWAITS_RETYPING)
    query = (
        select(Correction.corrects_id, Invitation.state, waits.label("waits"))
        .join(Invitation, Invitation.id == Correction.invitation_id)
        .where(Correction.corrects_id.in_(invitation_ids), Invitation.state.in_(("open", "sent")))
    )
    for corrects_id, state, waits_for_paper in session.execute(query):
        if found.get(corrects_id) != "sent":
            found[corrects_id] = "sent" if state == "sent" and not waits_for_paper else "asked"
    return found


def correcting(session: Session, invitation_ids: Collection[str]) -> frozenset[str]:
    """Return those of the invitations that ask for a corrected version of another."""
    return frozenset(
        session.scalars(select(Correction.invitation_id).where(Correction.invitation_id.in_(invitation_ids)))
    )


def chain(session: Session, invitation_id: str) -> list[str]:
    """Return an invitation with all that it corrects and that correct it, however far, by id."""
    found, new = {invitation_id}, {invitation_id}
    while new:
        pairs = session.execute(
            select(Correction.invitation_id, Correction.corrects_id).where(
                or_(Correction.invitation_id.in_(new), Correction.corrects_id.in_(new))
            )
        )
        new = {one for pair in pairs for one in pair} - found
        found |= new
    return sorted(found)


def corrected_by(session: Session, response: Response) -> tuple[str, datetime] | None:
    """Return id and time of sending of the newest response that took this one's place, None if none did."""
    row = session.execute(
        select(Response.id, Response.sent_at)
        .join(Correction, Correction.invitation_id == Response.invitation_id)
        .where(
            Correction.corrects_id == response.invitation_id,
            Response.questionnaire_id == response.questionnaire_id,
            Response.sent_at.is_not(None),
            counts(Response),
        )
        .order_by(Response.sent_sequence.desc())
        .limit(1)
    ).one_or_none()
    return None if row is None or row.sent_at is None else (row.id, row.sent_at)


def corrects(session: Session, response: Response) -> tuple[str, datetime] | None:
    """Return id and time of sending of the response that this one corrects, None if it corrects none."""
    first = aliased(Response)
    row = session.execute(
        select(first.id, first.sent_at)
        .join(Correction, Correction.corrects_id == first.invitation_id)
        .where(
            Correction.invitation_id == response.invitation_id,
            first.questionnaire_id == response.questionnaire_id,
            first.sent_at.is_not(None),
        )
    ).one_or_none()
    return None if row is None or row.sent_at is None else (row.id, row.sent_at)

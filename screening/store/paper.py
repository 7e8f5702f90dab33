"""What was typed in from paper, in the database: who typed, who compared it, what was rejected, what is to be typed.

Unfinished typing is read by whoever types alone; a rejected response by those who might read the response.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import ColumnElement, and_, exists, or_, select
from sqlalchemy.orm import Session

from screening.store import registry, staff
from screening.store.access import CliniciansSee, may_read_answers, staff_id
from screening.store.audit import Actor
from screening.store.tables import (
    Invitation,
    PaperResponse,
    RejectedResponse,
    Response,
    Transcription,
    TranscriptionForm,
)


class PaperState(StrEnum):
    """How far an invitation's answers on paper have come, as all staff may know it."""

    TYPING = "typing"
    """Somebody is typing them in, and has not saved them."""
    NOT_CONFIRMED = "not_confirmed"
    """Typed in, and not all of it compared with the paper."""
    CONFIRMED = "confirmed"
    RETYPE = "retype"
    """What was typed in was rejected, or some of it, and is to be typed in again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PaperView:
    """That a response was typed in, by whom, when the consent was signed, and who compared it with the paper."""

    typed_by: str
    signed_on: date
    confirmed_by: str = ""
    confirmed_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedRejection:
    """A rejected response, for those who may read it."""

    response_id: str
    questionnaire_id: str
    title: str
    rejected_at: datetime


AWAITS_RETYPING = exists().where(
    RejectedResponse.invitation_id == Invitation.id, RejectedResponse.replaced_by.is_(None)
)
"""Over a query that has the invitation: something of it was rejected and not yet typed in again."""

TO_TYPE = or_(Invitation.state.in_(("open", "declined")), and_(Invitation.state == "sent", AWAITS_RETYPING))
"""Over a query that has the invitation: a paper form can be typed in for it."""


def counts(response: type[Response]) -> ColumnElement[bool]:
    """Return the condition under which a sent response counts beside others: not before paper and typing were compared.

    ``response`` is the table, or an alias of it, in the query that the condition is for.
    """
    waits = exists().where(PaperResponse.response_id == response.id, PaperResponse.confirmed_at.is_(None))
    return ~waits


def of_response(session: Session, response_id: str) -> PaperView | None:
    """Return what is known of a response that was typed in; None for one that the patient sent."""
    row = session.get(PaperResponse, response_id, populate_existing=True)
    if row is None:
        return None
    names = staff.names(session, (row.transcriber_id, row.confirmed_by))
    return PaperView(
        typed_by=names[row.transcriber_id],
        signed_on=row.signed_on,
        confirmed_by=names.get(row.confirmed_by or 0, ""),
        confirmed_at=row.confirmed_at,
    )


def awaits_confirmation(session: Session, response_id: str) -> bool:
    """Tell whether a response was typed in and not yet compared with the paper."""
    row = session.get(PaperResponse, response_id, populate_existing=True)
    return row is not None and row.confirmed_at is None


def states(session: Session, invitation_ids: Collection[str]) -> dict[str, PaperState]:
    """Return how far each invitation's answers on paper have come; those with none on paper are not in it."""
    found: dict[str, PaperState] = dict.fromkeys(
        session.scalars(select(Transcription.invitation_id).where(Transcription.invitation_id.in_(invitation_ids))),
        PaperState.TYPING,
    )
    typed = (
        select(Response.invitation_id, PaperResponse.confirmed_at)
        .join(PaperResponse, PaperResponse.response_id == Response.id)
        .where(Response.invitation_id.in_(invitation_ids))
    )
    waiting: set[str] = set()
    for invitation_id, confirmed_at in session.execute(typed):
        found[invitation_id] = PaperState.CONFIRMED
        if confirmed_at is None:
            waiting.add(invitation_id)
    found |= dict.fromkeys(waiting, PaperState.NOT_CONFIRMED)
    rejected = select(RejectedResponse.invitation_id).where(
        RejectedResponse.invitation_id.in_(invitation_ids), RejectedResponse.replaced_by.is_(None)
    )
    return found | dict.fromkeys(session.scalars(rejected), PaperState.RETYPE)


def to_retype(session: Session, invitation_id: str) -> frozenset[str]:
    """Return the questionnaires of an invitation that were rejected and not yet typed in again."""
    query = select(RejectedResponse.questionnaire_id).where(
        RejectedResponse.invitation_id == invitation_id, RejectedResponse.replaced_by.is_(None)
    )
    return frozenset(session.scalars(query))


def rejections(
    session: Session,
    readable: ColumnElement[bool],
    invitation_ids: Collection[str],
    questionnaire_id: str | None = None,
    *,
    only_waiting: bool = False,
) -> dict[str, tuple[ListedRejection, ...]]:
    """Return what was rejected and may be read, by invitation id, the earliest first.

    ``readable`` is from `screening.store.access.may_read_answers`.
    """
    query = (
        select(RejectedResponse)
        .join(Invitation, Invitation.id == RejectedResponse.invitation_id)
        .where(Invitation.id.in_(invitation_ids), readable)
        .order_by(RejectedResponse.rejected_at, RejectedResponse.id)
    )
    if questionnaire_id is not None:
        query = query.where(RejectedResponse.questionnaire_id == questionnaire_id)
    if only_waiting:
        query = query.where(RejectedResponse.replaced_by.is_(None))
    rows = session.scalars(query).all()
    titles = registry.titles(session) if rows else {}
    found: dict[str, tuple[ListedRejection, ...]] = {}
    for row in rows:
        listed = ListedRejection(
            response_id=row.id,
            questionnaire_id=row.questionnaire_id,
            title=titles.get(row.questionnaire_id, row.questionnaire_id),
            rejected_at=row.rejected_at,
        )
        found[row.invitation_id] = (*found.get(row.invitation_id, ()), listed)
    return found


def find_rejected(
    session: Session, actor: Actor, response_id: str, clinicians_see: CliniciansSee, now: datetime
) -> tuple[RejectedResponse, Invitation] | None:
    """Return a rejected response with its invitation, if there is one that this actor may read; else None."""
    row = session.execute(
        select(RejectedResponse, Invitation)
        .join(Invitation, Invitation.id == RejectedResponse.invitation_id)
        .where(RejectedResponse.id == response_id, may_read_answers(session, actor, clinicians_see, now))
    ).one_or_none()
    return None if row is None else (row[0], row[1])


def own_transcription(
    session: Session, actor: Actor, invitation_id: str, *, for_update: bool = False
) -> Transcription | None:
    """Return what this member of staff is typing in for an invitation; never what somebody else is."""
    query = (
        select(Transcription)
        .where(Transcription.invitation_id == invitation_id, Transcription.staff_id == staff_id(actor))
        .execution_options(populate_existing=True)
    )
    return session.scalars(query.with_for_update() if for_update else query).one_or_none()


def transcription_forms(session: Session, transcription_id: str) -> Sequence[TranscriptionForm]:
    """Return the questionnaires that are being typed in, in order."""
    query = select(TranscriptionForm).where(TranscriptionForm.transcription_id == transcription_id)
    return session.scalars(query.order_by(TranscriptionForm.position)).all()


def others_typing(session: Session, actor: Actor, invitation_id: str) -> list[str]:
    """Return the names of those who are typing in a form for an invitation, but for this member of staff."""
    ids = session.scalars(
        select(Transcription.staff_id)
        .where(Transcription.invitation_id == invitation_id, Transcription.staff_id != staff_id(actor))
        .order_by(Transcription.started_at)
    ).all()
    names = staff.names(session, ids)
    return [names[by] for by in ids]


def bound_to_transcription(transcription_id: str) -> str:
    """Return the name of the row that unfinished typing is sealed for."""
    return f"transcription:{transcription_id}"


def bound_to_rejected(response_id: str) -> str:
    """Return the name of the row that a rejected response is sealed for."""
    return f"rejected_response:{response_id}"

"""Lists of appointments with what became of their invitations; in the order of `waiting.IN_ORDER`.

The front desk's and the clinician's list are one query; the clinician's adds the ids of responses that were sent.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from sqlalchemy import ColumnElement, Select, and_, exists, not_, select
from sqlalchemy.orm import Session

from screening.store import corrections, covers, paper, patients, registry, staff, waiting
from screening.store.access import CliniciansSee, may_read_answers
from screening.store.audit import Actor
from screening.store.corrections import CorrectionState
from screening.store.crypto import Keyring
from screening.store.invitations import is_locked
from screening.store.paper import AWAITS_RETYPING, ListedRejection, PaperState
from screening.store.tables import Invitation, InvitationQuestionnaire, Response

PAGE_SIZE = 50


class ListState(StrEnum):
    """What became of an invitation, as staff may know it."""

    NOT_STARTED = "not_started"
    BEGUN = "begun"
    DECLINED = "declined"
    SENT = "sent"
    """Sent, and not yet reviewed, or not all of it."""
    REVIEWED = "reviewed"
    DELETED = "deleted"
    """Sent, and its answers deleted since: when their time was over, or because the patient asked."""
    CANCELLED = "cancelled"
    RETYPE = "retype"
    """What was typed in from paper was rejected, and is to be typed in again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ListFilter:
    """Which appointments to list; None is no limit. ``since`` is included, ``until`` is not; ``words`` finds people.

    Cancelled invitations are listed only where ``state`` asks for them. ``is_unsent`` asks for those that a reminder
    helps: not started, or begun and not sent.
    """

    state: ListState | None = None
    is_unsent: bool = False
    clinician_id: int | None = None
    patient_id: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    words: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedResponse:
    """A sent response, for those who may read it; ``counts`` beside others, as `paper.counts` has it."""

    response_id: str
    questionnaire_id: str
    title: str
    reviewed_at: datetime | None
    counts: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ListRow:
    """One appointment; ``forms`` are the titles of what was asked for.

    ``responses`` is empty until all is sent, and for whoever may not read them, and so is ``rejected``: what was
    typed in from paper, was rejected, and has not been typed in again. ``paper`` is None where nothing is on paper.
    ``covered_by`` names who covers for the clinician now. ``corrects`` says that this asks for a corrected version of
    what was sent before, ``correction`` what became of a corrected version of this.
    """

    invitation_id: str
    patient_id: str
    patient_name: str
    record_number: str
    clinician_id: int
    clinician: str
    appointment_at: datetime
    language: str
    state: ListState
    sent_at: datetime | None
    is_locked: bool
    forms: tuple[str, ...]
    covered_by: str = ""
    corrects: bool = False
    correction: CorrectionState | None = None
    responses: tuple[ListedResponse, ...] = ()
    paper: PaperState | None = None
    rejected: tuple[ListedRejection, ...] = ()


@dataclass(frozen=True, slots=True)
class ListPage:
    """One page of a list, ``number`` from 1, of at most `PAGE_SIZE` rows unless all were asked for."""

    rows: tuple[ListRow, ...]
    number: int
    has_next: bool


_HAS_RESPONSE = exists().where(Response.invitation_id == Invitation.id)

_IN_STATE: dict[ListState, ColumnElement[bool]] = {
    ListState.NOT_STARTED: and_(Invitation.state == "open", Invitation.begun_at.is_(None)),
    ListState.BEGUN: and_(Invitation.state == "open", Invitation.begun_at.is_not(None)),
    ListState.DECLINED: Invitation.state == "declined",
    ListState.SENT: and_(Invitation.state == "sent", waiting.HAS_UNREVIEWED),
    ListState.REVIEWED: and_(Invitation.state == "sent", _HAS_RESPONSE, not_(waiting.HAS_UNREVIEWED)),
    ListState.DELETED: and_(Invitation.state == "sent", not_(_HAS_RESPONSE), not_(AWAITS_RETYPING)),
    ListState.RETYPE: and_(Invitation.state == "sent", AWAITS_RETYPING),
    ListState.CANCELLED: Invitation.state == "cancelled",
}


def appointments(
    session: Session,
    keyring: Keyring,
    wanted: ListFilter,
    number: int | None,
    now: datetime,
    extra: ColumnElement[bool] | None = None,
) -> ListPage:
    """Return a page of appointments by time, without anything of responses; ``number`` None is all."""
    query = appointments_query(keyring, wanted)
    return _page(session, keyring, query if extra is None else query.where(extra), number, now)


def appointments_query(keyring: Keyring, wanted: ListFilter) -> Select[Invitation]:
    """Return the query for the invitations that the filter lets through."""
    return select(Invitation).where(*_conditions(keyring, wanted))


def with_responses(
    session: Session,
    keyring: Keyring,
    actor: Actor,
    clinicians_see: CliniciansSee,
    wanted: ListFilter,
    number: int | None,
    now: datetime,
) -> ListPage:
    """Return a page of the appointments whose answers this actor may read, with the responses that were sent."""
    readable = may_read_answers(session, actor, clinicians_see, now)
    page = appointments(session, keyring, wanted, number, now, readable)
    return _add_responses(session, readable, page)


def to_review(
    session: Session, keyring: Keyring, actor: Actor, clinicians_see: CliniciansSee, number: int, now: datetime
) -> ListPage:
    """Return a page of what was sent and not yet reviewed, by appointment; found by the index of just those."""
    readable = may_read_answers(session, actor, clinicians_see, now)
    return _add_responses(session, readable, _page(session, keyring, waiting.to_review_query(readable), number, now))


def unread_since(
    session: Session,
    keyring: Keyring,
    before: datetime,
    number: int,
    now: datetime,
    readable: ColumnElement[bool],
    *,
    only: ColumnElement[bool] | None,
) -> ListPage:
    """Return a page of what was sent earlier than ``before`` and is not yet reviewed, by appointment.

    ``readable`` says which responses are given out, ``only`` whose appointments are listed, None for all.
    """
    found = select(Response.invitation_id).where(waiting.WAITS, Response.sent_at < before)
    if only is not None:
        found = found.where(waiting.is_readable(only))
    page = _page(session, keyring, select(Invitation).where(Invitation.id.in_(found)), number, now)
    return _add_responses(session, readable, page)


def _conditions(keyring: Keyring, wanted: ListFilter) -> list[ColumnElement[bool]]:
    conditions = [_IN_STATE[wanted.state] if wanted.state else Invitation.state != "cancelled"]
    if wanted.is_unsent:
        conditions.append(Invitation.state == "open")
    if wanted.clinician_id is not None:
        conditions.append(Invitation.clinician_id == wanted.clinician_id)
    if wanted.patient_id is not None:
        conditions.append(Invitation.patient_id == wanted.patient_id)
    if wanted.since is not None:
        conditions.append(Invitation.appointment_at >= wanted.since)
    if wanted.until is not None:
        conditions.append(Invitation.appointment_at < wanted.until)
    if wanted.words.strip():
        conditions.append(Invitation.patient_id.in_(patients.matching(keyring, wanted.words)))
    return conditions


def _page(session: Session, keyring: Keyring, query: Select[Invitation], number: int | None, now: datetime) -> ListPage:
    """Return page ``number`` of what a query finds, in order; None is all of it on one page."""
    if number is None:
        return ListPage(
            _rows(session, keyring, session.scalars(query.order_by(*waiting.IN_ORDER)).all(), now), 1, False
        )
    number = max(1, number)
    found = session.scalars(
        query.order_by(*waiting.IN_ORDER).offset((number - 1) * PAGE_SIZE).limit(PAGE_SIZE + 1)
    ).all()
    shown = found[:PAGE_SIZE]
    return ListPage(_rows(session, keyring, shown, now), number, len(found) > PAGE_SIZE)


def _rows(session: Session, keyring: Keyring, shown: Sequence[Invitation], now: datetime) -> tuple[ListRow, ...]:
    ids = [invitation.id for invitation in shown]
    people = patients.read_many(session, keyring, (invitation.patient_id for invitation in shown))
    clinicians = staff.names(session, (invitation.clinician_id for invitation in shown))
    covering = covers.names(session, clinicians, now)
    corrected = corrections.states(session, ids)
    correcting = corrections.correcting(session, ids)
    reviews = reviews_of(session, ids)
    on_paper = paper.states(session, ids)
    titles = registry.titles(session)
    forms: dict[str, list[str]] = {}
    for invitation_id, questionnaire_id in session.execute(
        select(InvitationQuestionnaire.invitation_id, InvitationQuestionnaire.questionnaire_id)
        .where(InvitationQuestionnaire.invitation_id.in_(ids))
        .order_by(InvitationQuestionnaire.position)
    ):
        forms.setdefault(invitation_id, []).append(questionnaire_id)
    return tuple(
        ListRow(
            invitation_id=invitation.id,
            patient_id=invitation.patient_id,
            patient_name=people[invitation.patient_id].name,
            record_number=people[invitation.patient_id].record_number,
            clinician_id=invitation.clinician_id,
            clinician=clinicians[invitation.clinician_id],
            appointment_at=invitation.appointment_at,
            language=invitation.language,
            state=state_of(invitation, reviews.get(invitation.id, ()), on_paper.get(invitation.id)),
            paper=on_paper.get(invitation.id),
            sent_at=invitation.sent_at,
            is_locked=is_locked(invitation),
            forms=tuple(titles.get(form, form) for form in forms.get(invitation.id, ())),
            covered_by=covering.get(invitation.clinician_id, ""),
            corrects=invitation.id in correcting,
            correction=corrected.get(invitation.id),
        )
        for invitation in shown
    )


def state_of(
    invitation: Invitation, reviews: Collection[datetime | None], on_paper: PaperState | None = None
) -> ListState:
    """Tell what became of an invitation; ``reviews`` are those of its responses, as `reviews_of` returns them."""
    if invitation.state == "open":
        return ListState.BEGUN if invitation.begun_at else ListState.NOT_STARTED
    if invitation.state != "sent":
        return ListState(invitation.state)
    if not reviews:
        return ListState.RETYPE if on_paper is PaperState.RETYPE else ListState.DELETED
    return ListState.SENT if None in reviews else ListState.REVIEWED


def reviews_of(session: Session, invitation_ids: Collection[str]) -> dict[str, list[datetime | None]]:
    """Return when each response of these invitations was reviewed, None for not yet; by invitation id."""
    found: dict[str, list[datetime | None]] = {}
    query = select(Response.invitation_id, Response.reviewed_at).where(Response.invitation_id.in_(invitation_ids))
    for invitation_id, reviewed_at in session.execute(query):
        found.setdefault(invitation_id, []).append(reviewed_at)
    return found


def responses_of(
    session: Session, readable: ColumnElement[bool], invitation_ids: Sequence[str]
) -> dict[str, tuple[ListedResponse, ...]]:
    """Return what was sent for these invitations and may be read, in order, by invitation id.

    ``readable`` is from `may_read_answers`.
    """
    titles = registry.titles(session)
    found: dict[str, tuple[ListedResponse, ...]] = {}
    query = (
        select(
            Response.invitation_id,
            Response.id,
            Response.questionnaire_id,
            Response.reviewed_at,
            paper.counts(Response).label("counts"),
        )
        .where(
            Response.invitation_id.in_(invitation_ids),
            Response.sent_at.is_not(None),
            waiting.is_readable(readable),
        )
        .order_by(Response.position)
    )
    for invitation_id, response_id, questionnaire_id, reviewed_at, counts in session.execute(query):
        title = titles.get(questionnaire_id, questionnaire_id)
        response = ListedResponse(
            response_id=response_id,
            questionnaire_id=questionnaire_id,
            title=title,
            reviewed_at=reviewed_at,
            counts=counts,
        )
        found[invitation_id] = (*found.get(invitation_id, ()), response)
    return found


def _add_responses(session: Session, readable: ColumnElement[bool], page: ListPage) -> ListPage:
    ids = [row.invitation_id for row in page.rows]
    found = responses_of(session, readable, ids)
    rejected = paper.rejections(session, readable, ids, only_waiting=True)
    rows = (
        replace(row, responses=found.get(row.invitation_id, ()), rejected=rejected.get(row.invitation_id, ()))
        for row in page.rows
    )
    return replace(page, rows=tuple(rows))

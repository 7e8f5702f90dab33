"""Lists of appointments with what became of their invitations; ordered by time only, never by what was answered.

The front desk's and the clinician's list are one query; the clinician's adds the ids of responses that were sent.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from sqlalchemy import ColumnElement, Select, and_, exists, not_, select
from sqlalchemy.orm import Session

from screening.store import patients, registry, staff
from screening.store.access import CliniciansSee, may_read_answers
from screening.store.audit import Actor
from screening.store.crypto import Keyring
from screening.store.invitations import is_locked
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
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True, kw_only=True)
class ListFilter:
    """Which appointments to list; None is no limit. ``since`` is included, ``until`` is not; ``words`` finds people.

    Cancelled invitations are listed only where ``state`` asks for them.
    """

    state: ListState | None = None
    clinician_id: int | None = None
    patient_id: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    words: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedResponse:
    """A sent response, for those who may read it."""

    response_id: str
    title: str
    reviewed_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ListRow:
    """One appointment; ``forms`` are the titles of what was asked for.

    ``responses`` is empty until all is sent, and for whoever may not read them.
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
    responses: tuple[ListedResponse, ...] = ()


@dataclass(frozen=True, slots=True)
class ListPage:
    """One page of a list, ``number`` from 1, of at most `PAGE_SIZE` rows."""

    rows: tuple[ListRow, ...]
    number: int
    has_next: bool


_WAITS = and_(Response.sent_at.is_not(None), Response.reviewed_at.is_(None))
_HAS_UNREVIEWED = exists().where(Response.invitation_id == Invitation.id, _WAITS)

_IN_STATE: dict[ListState, ColumnElement[bool]] = {
    ListState.NOT_STARTED: and_(Invitation.state == "open", Invitation.begun_at.is_(None)),
    ListState.BEGUN: and_(Invitation.state == "open", Invitation.begun_at.is_not(None)),
    ListState.DECLINED: Invitation.state == "declined",
    ListState.SENT: and_(Invitation.state == "sent", _HAS_UNREVIEWED),
    ListState.REVIEWED: and_(Invitation.state == "sent", not_(_HAS_UNREVIEWED)),
    ListState.CANCELLED: Invitation.state == "cancelled",
}


def appointments(
    session: Session, keyring: Keyring, wanted: ListFilter, number: int, extra: ColumnElement[bool] | None = None
) -> ListPage:
    """Return a page of appointments by time, without anything of responses."""
    query = appointments_query(keyring, wanted)
    return _page(session, keyring, query if extra is None else query.where(extra), number)


def appointments_query(keyring: Keyring, wanted: ListFilter) -> Select[Invitation]:
    """Return the query for the invitations that the filter lets through."""
    return select(Invitation).where(*_conditions(keyring, wanted))


def with_responses(
    session: Session, keyring: Keyring, actor: Actor, clinicians_see: CliniciansSee, wanted: ListFilter, number: int
) -> ListPage:
    """Return a page of the appointments whose answers this actor may read, with the responses that were sent."""
    page = appointments(session, keyring, wanted, number, may_read_answers(actor, clinicians_see))
    return _add_responses(session, actor, clinicians_see, page)


def to_review(session: Session, keyring: Keyring, actor: Actor, clinicians_see: CliniciansSee, number: int) -> ListPage:
    """Return a page of what was sent and not yet reviewed, by appointment; found by the index of just those."""
    return _add_responses(
        session, actor, clinicians_see, _page(session, keyring, to_review_query(actor, clinicians_see), number)
    )


def to_review_query(actor: Actor, clinicians_see: CliniciansSee) -> Select[Invitation]:
    """Return the query for what was sent and not yet reviewed."""
    waiting = select(Response.invitation_id).where(_WAITS).distinct().subquery()
    return (
        select(Invitation)
        .join(waiting, waiting.c.invitation_id == Invitation.id)
        .where(may_read_answers(actor, clinicians_see))
    )


def _conditions(keyring: Keyring, wanted: ListFilter) -> list[ColumnElement[bool]]:
    conditions = [_IN_STATE[wanted.state] if wanted.state else Invitation.state != "cancelled"]
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


def _page(session: Session, keyring: Keyring, query: Select[Invitation], number: int) -> ListPage:
    number = max(1, number)
    found = session.scalars(
        query.order_by(Invitation.appointment_at, Invitation.id).offset((number - 1) * PAGE_SIZE).limit(PAGE_SIZE + 1)
    ).all()
    shown = found[:PAGE_SIZE]
    return ListPage(_rows(session, keyring, shown), number, len(found) > PAGE_SIZE)


def _rows(session: Session, keyring: Keyring, shown: Sequence[Invitation]) -> tuple[ListRow, ...]:
    ids = [invitation.id for invitation in shown]
    people = patients.read_many(session, keyring, (invitation.patient_id for invitation in shown))
    clinicians = staff.names(session, (invitation.clinician_id for invitation in shown))
    waiting = set(session.scalars(select(Response.invitation_id).where(Response.invitation_id.in_(ids), _WAITS)))
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
            state=state_of(invitation, has_unreviewed=invitation.id in waiting),
            sent_at=invitation.sent_at,
            is_locked=is_locked(invitation),
            forms=tuple(titles.get(form, form) for form in forms.get(invitation.id, ())),
        )
        for invitation in shown
    )


def state_of(invitation: Invitation, *, has_unreviewed: bool) -> ListState:
    """Tell what became of an invitation; ``has_unreviewed`` says whether a response of it is still to be read."""
    if invitation.state == "open":
        return ListState.BEGUN if invitation.begun_at else ListState.NOT_STARTED
    if invitation.state == "sent":
        return ListState.SENT if has_unreviewed else ListState.REVIEWED
    return ListState(invitation.state)


def has_unreviewed(session: Session, invitation_id: str) -> bool:
    """Tell whether a response of this invitation was sent and is still to be read."""
    return (
        session.scalar(select(Response.id).where(Response.invitation_id == invitation_id, _WAITS).limit(1)) is not None
    )


def responses_of(
    session: Session, actor: Actor, clinicians_see: CliniciansSee, invitation_ids: Sequence[str]
) -> dict[str, tuple[ListedResponse, ...]]:
    """Return what was sent for these invitations and this actor may read, in order, by invitation id."""
    titles = registry.titles(session)
    found: dict[str, tuple[ListedResponse, ...]] = {}
    query = (
        select(Response.invitation_id, Response.id, Response.questionnaire_id, Response.reviewed_at)
        .join(Invitation, Invitation.id == Response.invitation_id)
        .where(
            Response.invitation_id.in_(invitation_ids),
            Response.sent_at.is_not(None),
            may_read_answers(actor, clinicians_see),
        )
        .order_by(Response.position)
    )
    for invitation_id, response_id, questionnaire_id, reviewed_at in session.execute(query):
        title = titles.get(questionnaire_id, questionnaire_id)
        response = ListedResponse(response_id=response_id, title=title, reviewed_at=reviewed_at)
        found[invitation_id] = (*found.get(invitation_id, ()), response)
    return found


def _add_responses(session: Session, actor: Actor, clinicians_see: CliniciansSee, page: ListPage) -> ListPage:
    found = responses_of(session, actor, clinicians_see, [row.invitation_id for row in page.rows])
    rows = (replace(row, responses=found.get(row.invitation_id, ())) for row in page.rows)
    return replace(page, rows=tuple(rows))

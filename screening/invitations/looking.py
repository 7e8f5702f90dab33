"""What the front desk sees: one invitation, and the list of appointments; no answer, no id of a response."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, tzinfo

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from screening.store import audit, corrections, invitations, paper, patients, registry, staff, worklist
from screening.store.access import FRONT_DESK, require
from screening.store.audit import Actor
from screening.store.corrections import CorrectionState
from screening.store.crypto import Keyring
from screening.store.engine import Store
from screening.store.paper import PaperState
from screening.store.patients import Identity
from screening.store.tables import InvitationLink
from screening.store.worklist import ListFilter, ListPage, ListRow, ListState

__all__ = [
    "InvitationView",
    "ListFilter",
    "ListPage",
    "ListRow",
    "ListState",
    "appointments",
    "known_patient",
    "load",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class InvitationView:
    """An invitation as the front desk sees it.

    ``forms`` are the titles of what it asks for. ``links`` counts the links made; ``links_end_at`` is the end of the
    appointment's day. ``is_locked`` is True after too many wrong birth dates. ``link_state`` says whether a link can
    be used now. ``corrects`` and ``correction`` are as in `ListRow`.
    """

    invitation_id: str
    patient_id: str
    identity: Identity
    clinician_id: int
    clinician: str
    appointment_at: datetime
    language: str
    state: ListState
    link_state: invitations.LinkState
    forms: tuple[str, ...]
    created_at: datetime
    created_by: str
    begun_at: datetime | None
    declined_at: datetime | None
    sent_at: datetime | None
    cancelled_at: datetime | None
    links: int
    links_end_at: datetime
    is_locked: bool
    paper: PaperState | None
    corrects: bool = False
    correction: CorrectionState | None = None


def load(store: Store, actor: Actor, invitation_id: str, *, now: datetime, zone: tzinfo) -> InvitationView:
    """Return one invitation; NotFound if there is none. On record as a read of the patient's details."""
    require(actor, FRONT_DESK)
    with store.write() as session:
        record = f"invitation:{invitation_id}"
        view = invitation_view(session, store.keyring, invitation_id, now, zone)
        audit.record(session, store.keyring, actor=actor, action="read", record=record, at=now)
    return view


def invitation_view(
    session: Session, keyring: Keyring, invitation_id: str, now: datetime, zone: tzinfo
) -> InvitationView:
    """Return one invitation as the front desk sees it; NotFound if there is none."""
    invitation = invitations.get(session, invitation_id)
    names = staff.names(session, (invitation.clinician_id, invitation.created_by))
    titles = registry.titles(session)
    reviews = worklist.reviews_of(session, [invitation_id]).get(invitation_id, ())
    on_paper = paper.states(session, [invitation_id]).get(invitation_id)
    return InvitationView(
        invitation_id=invitation_id,
        patient_id=invitation.patient_id,
        identity=patients.read(session, keyring, invitation.patient_id),
        clinician_id=invitation.clinician_id,
        clinician=names[invitation.clinician_id],
        appointment_at=invitation.appointment_at,
        language=invitation.language,
        state=worklist.state_of(invitation, reviews, on_paper),
        link_state=invitations.link_state(invitation, now, zone),
        forms=tuple(titles.get(form, form) for form in invitations.questionnaire_ids(session, invitation_id)),
        created_at=invitation.created_at,
        created_by=names.get(invitation.created_by or 0, ""),
        begun_at=invitation.begun_at,
        declined_at=invitation.declined_at,
        sent_at=invitation.sent_at,
        cancelled_at=invitation.cancelled_at,
        links=session.scalar(
            select(func.count()).select_from(InvitationLink).where(InvitationLink.invitation_id == invitation_id)
        )
        or 0,
        paper=on_paper,
        correction=corrections.states(session, [invitation_id]).get(invitation_id),
        corrects=invitation_id in corrections.correcting(session, [invitation_id]),
        links_end_at=invitations.links_end_at(invitation.appointment_at, zone),
        is_locked=invitations.is_locked(invitation),
    )


def appointments(store: Store, actor: Actor, wanted: ListFilter, *, number: int | None = 1, now: datetime) -> ListPage:
    """Return page ``number`` (None: all) of the appointments; on record with the patients whose names it showed."""
    require(actor, FRONT_DESK)
    with store.write() as session:
        page = worklist.appointments(session, store.keyring, wanted, number, now)
        audit.record_list(session, store.keyring, actor, [row.patient_id for row in page.rows], now)
    return page


def known_patient(store: Store, actor: Actor, record_number: str, *, now: datetime) -> Identity | None:
    """Return who has this record number, None for nobody; on record as a read of the patient's details."""
    require(actor, FRONT_DESK)
    with store.write() as session:
        patient_id = patients.find_by_record_number(session, store.keyring, record_number)
        if patient_id is None:
            return None
        record = f"patient:{patient_id}"
        audit.record(session, store.keyring, actor=actor, action="read", record=record, at=now)
        return patients.read(session, store.keyring, patient_id)

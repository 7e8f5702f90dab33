"""Changing an invitation: its links, the patient's details, time, clinician; and calling it off."""

from __future__ import annotations

from datetime import datetime, tzinfo

from sqlalchemy import ColumnElement, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from screening.invitations import checks
from screening.store import audit, invitations, patients, report_tasks
from screening.store.access import FRONT_DESK, require, staff_id
from screening.store.audit import Actor
from screening.store.engine import Store
from screening.store.errors import Invalid, NotAllowed
from screening.store.invitations import LinkState
from screening.store.patients import Identity
from screening.store.tables import Invitation

WHY_NO_LINK = {
    LinkState.DECLINED: "The patient does not want to answer online. Offer the paper form.",
    LinkState.SENT: "The answers have been sent; the invitation has done its work.",
    LinkState.CANCELLED: "This invitation was cancelled. Invite the patient again.",
    LinkState.OVER: "The day of the appointment has passed. Move the appointment or invite the patient again.",
}

_TAKEN = "This record number belongs to another patient."
_TAKEN_TIME = "This patient has another invitation for that time."


def new_link(store: Store, actor: Actor, invitation_id: str, *, now: datetime, zone: tzinfo) -> str:
    """Make one more link and return its token; earlier links stay good. NotAllowed where none can be used any more."""
    require(actor, FRONT_DESK)
    with store.write() as session:
        invitation = invitations.get(session, invitation_id, for_update=True)
        state = invitations.link_state(invitation, now, zone)
        if state is not LinkState.OPEN:
            raise NotAllowed(WHY_NO_LINK[state])
        token = invitations.add_link(session, store.keyring, invitation_id, staff_id(actor), now)
        audit.record_invitation(session, store.keyring, actor, invitation_id, "new_link", now)
    return token


def correct_identity(
    store: Store, actor: Actor, invitation_id: str, identity: Identity, *, now: datetime, zone: tzinfo
) -> None:
    """Correct the details of the invitation's patient, in all that stands under this patient.

    A corrected birth date gives the patient fresh tries. Raises Invalid by field (those of `Identity`).
    """
    require(actor, FRONT_DESK)
    identity = checks.tidy(identity)
    with store.write() as session:
        patient_id = invitations.get(session, invitation_id).patient_id
        problems = checks.check_identity(identity, now.astimezone(zone).date())
        other = patients.find_by_record_number(session, store.keyring, identity.record_number)
        if "record_number" not in problems and other not in (None, patient_id):
            problems["record_number"] = _TAKEN
        if problems:
            raise Invalid(problems)
        known = patients.read(session, store.keyring, patient_id)
        fields = [field for field in Identity.__dataclass_fields__ if getattr(identity, field) != getattr(known, field)]
        if not fields:
            return
        try:
            patients.change(session, store.keyring, patient_id, identity)
        except IntegrityError:  # somebody took the number a moment ago
            raise Invalid({"record_number": _TAKEN}) from None
        if "birth_date" in fields:
            _reset_tries(session, Invitation.patient_id == patient_id)
        audit.record(
            session,
            store.keyring,
            actor=actor,
            action="change",
            record=f"patient:{patient_id}",
            at=now,
            detail={"fields": list(fields), "invitation": invitation_id},
        )
        report_tasks.post_for_patient(session, patient_id, now)


def move_appointment(
    store: Store,
    actor: Actor,
    invitation_id: str,
    appointment_at: datetime,
    *,
    clinician_id: int | None = None,
    now: datetime,
    zone: tzinfo,
) -> None:
    """Move the appointment, to another clinician if ``clinician_id`` says so; the links move with it.

    Raises Invalid for ``appointment_at``, and for ``clinician_id`` where links would open again for a clinician who is
    no longer there to read.
    """
    require(actor, FRONT_DESK)
    with store.write() as session:
        invitation = invitations.get(session, invitation_id, for_update=True)
        if invitation.state == "cancelled":
            raise NotAllowed(WHY_NO_LINK[LinkState.CANCELLED])
        to = invitation.clinician_id if clinician_id is None else clinician_id
        problems = checks.check_appointment(appointment_at, now, zone)
        other = invitations.open_for(session, invitation.patient_id, appointment_at)
        if invitation.state == "open" and other not in (None, invitation_id):
            problems["appointment_at"] = _TAKEN_TIME
        if invitation.state == "open" or to != invitation.clinician_id:
            problems |= checks.check_clinician(session, to)
        if problems:
            raise Invalid(problems)
        try:
            _set(session, invitation_id, appointment_at=appointment_at)
        except IntegrityError:
            raise Invalid({"appointment_at": _TAKEN_TIME}) from None
        audit.record_invitation(session, store.keyring, actor, invitation_id, "move", now)
        _give_to(session, store, actor, invitation, to, now)
        report_tasks.post_for_patient(session, invitation.patient_id, now)


def cancel(store: Store, actor: Actor, invitation_id: str, *, now: datetime) -> None:
    """Call the invitation off; all its links end. Doing it again changes nothing. NotAllowed once it was sent."""
    require(actor, FRONT_DESK)
    with store.write() as session:
        invitation = invitations.get(session, invitation_id, for_update=True)
        if invitation.state == "cancelled":
            return
        if invitation.state == "sent":
            raise NotAllowed(WHY_NO_LINK[LinkState.SENT])
        _set(session, invitation_id, state="cancelled", cancelled_at=now, declined_at=None)
        audit.record_invitation(session, store.keyring, actor, invitation_id, "cancel", now)


def reassign(store: Store, actor: Actor, invitation_id: str, clinician_id: int, *, now: datetime) -> None:
    """Give the invitation, and what was sent for it, to another clinician. Raises Invalid for ``clinician_id``."""
    require(actor, FRONT_DESK)
    with store.write() as session:
        invitation = invitations.get(session, invitation_id, for_update=True)
        problems = checks.check_clinician(session, clinician_id)
        if problems:
            raise Invalid(problems)
        _give_to(session, store, actor, invitation, clinician_id, now)


def unlock(store: Store, actor: Actor, invitation_id: str, *, now: datetime) -> None:
    """Give the patient fresh tries at the birth date."""
    require(actor, FRONT_DESK)
    with store.write() as session:
        invitations.get(session, invitation_id, for_update=True)
        _reset_tries(session, Invitation.id == invitation_id)
        audit.record_invitation(session, store.keyring, actor, invitation_id, "unlock", now)


def _give_to(
    session: Session, store: Store, actor: Actor, invitation: Invitation, clinician_id: int, now: datetime
) -> None:
    before = invitation.clinician_id
    if before != clinician_id:
        audit.record_invitation(
            session, store.keyring, actor, invitation.id, "reassign", now, {"from": before, "to": clinician_id}
        )
        _set(session, invitation.id, clinician_id=clinician_id)
        report_tasks.post_for_patient(session, invitation.patient_id, now)


def _set(session: Session, invitation_id: str, **values: object) -> None:
    session.execute(update(Invitation).where(Invitation.id == invitation_id).values(**values))


def _reset_tries(session: Session, which: ColumnElement[bool]) -> None:
    session.execute(update(Invitation).where(which, Invitation.state == "open").values(birth_date_failures=0))

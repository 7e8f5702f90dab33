"""Corrections: a new, empty form on a new link, tied to what was sent first."""

from __future__ import annotations

from datetime import datetime, tzinfo

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from screening.invitations import changing
from screening.invitations.looking import InvitationView, invitation_view
from screening.store import audit, corrections, invitations, paper, report_tasks
from screening.store.access import CLINICIAN, FRONT_DESK, CliniciansSee, may_read_answers, require, staff_id
from screening.store.audit import Actor
from screening.store.engine import Store
from screening.store.errors import NotAllowed, NotFound
from screening.store.tables import Invitation, InvitationQuestionnaire


def ask_for_correction(
    store: Store, actor: Actor, invitation_id: str, *, clinicians_see: CliniciansSee, now: datetime, zone: tzinfo
) -> tuple[InvitationView, str]:
    """Make the link on which a patient fills in anew what was sent; return its invitation and the token.

    The new form is empty and asks for the same questionnaires; what was sent first stays as it is. Asking again makes
    one more link of the same correction. Raises NotFound where a clinician may not read what was sent, NotAllowed where
    nothing was sent, what was typed in from paper was rejected, or the day of the appointment has passed,
    with which links end.
    """
    with store.write() as session:
        first = _of(session, actor, invitation_id, clinicians_see, now)
        if first.state != "sent":
            raise NotAllowed("Nothing has been sent yet, so there is nothing to correct.")
        if paper.to_retype(session, first.id):
            raise NotAllowed("A paper form of it is to be typed in again first.")
        if now >= invitations.links_end_at(first.appointment_at, zone):
            raise NotAllowed(changing.WHY_NO_LINK[invitations.LinkState.OVER])
        other = invitations.open_for(session, first.patient_id, first.appointment_at)
        if other is None:
            made = _invite(session, store, actor, first, now)
        elif corrections.correcting(session, [other]):
            made = other
        else:
            raise NotAllowed("This patient has another invitation for that time.")
        token = invitations.add_link(session, store.keyring, made, staff_id(actor), now)
        record = f"invitation:{made}"
        audit.record(session, store.keyring, actor=actor, action="new_link", record=record, at=now)
        return invitation_view(session, store.keyring, made, now, zone), token


def look_at_sent(
    store: Store, actor: Actor, invitation_id: str, *, clinicians_see: CliniciansSee, now: datetime, zone: tzinfo
) -> InvitationView:
    """Return the invitation whose answers are to be corrected, for whoever may ask for that; NotFound otherwise."""
    with store.write() as session:
        first = _of(session, actor, invitation_id, clinicians_see, now)
        record = f"invitation:{first.id}"
        audit.record(session, store.keyring, actor=actor, action="read", record=record, at=now)
        return invitation_view(session, store.keyring, first.id, now, zone)


def _of(session: Session, actor: Actor, invitation_id: str, clinicians_see: CliniciansSee, now: datetime) -> Invitation:
    require(actor, FRONT_DESK, CLINICIAN)
    first = invitations.get(session, invitation_id, for_update=True)
    if actor.kind == "staff" and FRONT_DESK not in actor.roles:
        readable = may_read_answers(session, actor, clinicians_see, now)
        if session.scalar(select(Invitation.id).where(Invitation.id == invitation_id, readable)) is None:
            raise NotFound("There is no such invitation.")
    return first


def _invite(session: Session, store: Store, actor: Actor, first: Invitation, now: datetime) -> str:
    made = invitations.create(
        session,
        patient_id=first.patient_id,
        clinician_id=first.clinician_id,
        appointment_at=first.appointment_at,
        language=first.language,
        created_by=staff_id(actor),
        now=now,
    )
    assert made is not None, "nobody else makes one while the first invitation is held"
    asked = invitations.questionnaire_ids(session, first.id)
    session.execute(
        insert(InvitationQuestionnaire),
        [
            {"invitation_id": made, "position": position, "questionnaire_id": questionnaire_id}
            for position, questionnaire_id in enumerate(asked, start=1)
        ],
    )
    corrections.add(session, made, first.id)
    report_tasks.post_for_corrected(session, made, now)
    audit.record(
        session,
        store.keyring,
        actor=actor,
        action="ask_for_correction",
        record=f"invitation:{made}",
        at=now,
        detail={"corrects": first.id, "patient": first.patient_id, "questionnaires": list(asked)},
    )
    return made

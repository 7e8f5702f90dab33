"""Saving a paper form that was typed in: it becomes responses, once, and nobody reads them here again."""

from __future__ import annotations

from datetime import datetime, tzinfo

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from screening.intake.consent import keep_text
from screening.intake.sending import Helper, end_sessions, pages_on_path
from screening.intake.sitting import Begun
from screening.paper.typing_in import open_typing, paper_consent, signed_at
from screening.store import audit, invitations, outbox, paper, report_tasks, responses
from screening.store.access import TRANSCRIBER, require, staff_id
from screening.store.audit import Actor
from screening.store.engine import Store
from screening.store.errors import NotAllowed
from screening.store.tables import (
    Invitation,
    PaperResponse,
    RejectedResponse,
    Response,
    Transcription,
    TranscriptionForm,
    new_id,
)


def save(store: Store, actor: Actor, invitation_id: str, *, helper: Helper | None, now: datetime, zone: tzinfo) -> None:
    """Save all that was typed in, in one transaction: from then on it is read by those who may read answers, alone.

    The invitation counts as sent, links and the patient's sessions end, and what the patient had begun online and not
    sent goes. Raises NotAllowed where nothing was typed yet or it is saved already, NotFound where it was not begun.
    """
    require(actor, TRANSCRIBER)
    with store.write() as session:
        invitation = invitations.get(session, invitation_id, for_update=True)
        typing, row = open_typing(session, store, actor, invitation)
        if typing.sitting.nothing_saved:
            raise NotAllowed("Nothing is typed in yet, so there is nothing to save.")
        _remove_unsent(session, store, actor, invitation, now)
        forms = paper.transcription_forms(session, row.id)
        for form, begun in zip(forms, typing.sitting.responses, strict=True):
            _add(session, store, actor, invitation, row, form, begun, now)
        report_tasks.post_for_corrected(session, invitation_id, now)
        _mark_sent(session, invitation, row, helper, now, zone)
        end_sessions(session, invitation_id, now)
        session.flush()
        session.execute(delete(Transcription).where(Transcription.invitation_id == invitation_id))
        record = f"invitation:{invitation_id}"
        audit.record(session, store.keyring, actor=actor, action="send_paper", record=record, at=now)


def _remove_unsent(session: Session, store: Store, actor: Actor, invitation: Invitation, now: datetime) -> None:
    """Remove what the patient had begun online: nobody at the clinic was ever to see it, and the paper stands now."""
    unsent = select(Response).where(Response.invitation_id == invitation.id, Response.sent_at.is_(None))
    found = session.scalars(unsent).all()
    if found:
        responses.remove(session, store.keyring, found, actor=actor, reason="answered_on_paper", at=now)
        session.refresh(invitation)


def _add(
    session: Session,
    store: Store,
    actor: Actor,
    invitation: Invitation,
    row: Transcription,
    form: TranscriptionForm,
    begun: Begun,
    now: datetime,
) -> None:
    """Make a form that was typed in a sent response, in the place of the one that was rejected if there was one."""
    response_id = new_id()
    record = f"response:{response_id}"
    event_id = audit.record(session, store.keyring, actor=actor, action="type_in", record=record, at=now)
    session.add(
        Response(
            id=response_id,
            invitation_id=invitation.id,
            patient_id=invitation.patient_id,
            questionnaire_id=form.questionnaire_id,
            version=form.version,
            content_hash=form.content_hash,
            position=invitations.questionnaire_ids(session, invitation.id).index(form.questionnaire_id),
            language=begun.language,
            switched_on=list(form.switched_on),
            started_at=row.started_at,
            sent_at=now,
            sent_sequence=event_id,
            document=store.keyring.seal({"pages": pages_on_path(begun)}, responses.bound_to(response_id)),
        )
    )
    session.flush()
    outbox.post(session, outbox.PREPARE_REPORT, response_id, now)
    session.add(PaperResponse(response_id=response_id, transcriber_id=staff_id(actor), signed_on=row.signed_on))
    session.execute(
        update(RejectedResponse)
        .where(
            RejectedResponse.invitation_id == invitation.id,
            RejectedResponse.questionnaire_id == form.questionnaire_id,
            RejectedResponse.replaced_by.is_(None),
        )
        .values(replaced_by=response_id)
    )


def _mark_sent(
    session: Session, invitation: Invitation, row: Transcription, helper: Helper | None, now: datetime, zone: tzinfo
) -> None:
    if invitation.consented_at is None:
        consent = paper_consent(invitation.language)
        keep_text(session, consent, now)
        invitation.consented_at = signed_at(row.signed_on, zone)
        invitation.consent_hash, invitation.consent_language = consent.content_hash, consent.language
    invitation.state, invitation.declined_at = "sent", None
    invitation.begun_at = invitation.begun_at or row.started_at
    invitation.sent_at = invitation.sent_at or now
    invitation.helped_by = helper

"""Before the first question: the privacy choice, what is asked, agreeing, or not wanting to answer online."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime, tzinfo

from sqlalchemy.orm import Session

from screening.definition.model import Questionnaire
from screening.intake.reading import open_invitation, require_open
from screening.path import offered
from screening.store import audit, invitations, overlays, registry, sittings
from screening.store.audit import Actor
from screening.store.engine import Store, insert_unless_there
from screening.store.errors import NotAllowed
from screening.store.registry import Offered
from screening.store.tables import ConsentText, Response, new_id


@dataclass(frozen=True, slots=True, kw_only=True)
class Consent:
    """The text that a patient agrees to, as it stood on the screen; ``version`` names our wording of it."""

    version: str
    language: str
    text: str

    @property
    def content_hash(self) -> str:
        """Return the SHA-256 of the text, in hexadecimal digits."""
        return hashlib.sha256(self.text.encode()).hexdigest()


def asked(store: Store, actor: Actor, *, language: str = "", now: datetime, zone: tzinfo) -> tuple[Questionnaire, ...]:
    """Return the questionnaires that a patient who begins now would get; NotAllowed if one of them can't be offered.

    They are in ``language`` (BCP 47) where they have it.
    """
    with store.read() as session:
        require_open(sittings.facts(session, actor.id), now, zone)
        return tuple(
            offered(registry.in_language(session, version, language), switched_on)
            for version, switched_on in _current(session, actor.id)
        )


def choose_privacy(store: Store, actor: Actor, *, always_hide: bool, now: datetime, zone: tzinfo) -> None:
    """Keep the patient's choice whether saved answers are hidden even in the sitting in which they were typed."""
    with store.write() as session:
        invitation = open_invitation(session, actor, now, zone)
        if invitation.always_hide == always_hide:
            return
        invitation.always_hide = always_hide
        audit.record(
            session,
            store.keyring,
            actor=actor,
            action="choose_privacy",
            record=f"invitation:{invitation.id}",
            at=now,
            detail={"always_hide": always_hide},
        )


def agree(store: Store, actor: Actor, consent: Consent, *, now: datetime, zone: tzinfo) -> None:
    """Record the consent and begin a response on the current version of each questionnaire; twice is once.

    Raises NotAllowed where a questionnaire has no version that may be offered.
    """
    with store.write() as session:
        invitation = open_invitation(session, actor, now, zone)
        if invitation.consented_at is not None and sittings.begun(session, invitation.id):
            return
        invitation.consented_at = invitation.begun_at = now
        invitation.consent_hash = consent.content_hash
        invitation.consent_language = consent.language
        keep_text(session, consent, now)
        for position, (version, switched_on) in enumerate(_current(session, invitation.id)):
            response_id = new_id()
            session.add(
                Response(
                    id=response_id,
                    invitation_id=invitation.id,
                    patient_id=invitation.patient_id,
                    questionnaire_id=version.questionnaire.id,
                    version=version.questionnaire.version,
                    content_hash=version.content_hash,
                    position=position,
                    language=consent.language,
                    switched_on=list(switched_on),
                    started_at=now,
                )
            )
            session.flush()
            overlays.freeze(session, response_id, version.translations)
        audit.record(
            session,
            store.keyring,
            actor=actor,
            action="agree",
            record=f"invitation:{invitation.id}",
            at=now,
            detail={
                "consent_version": consent.version,
                "consent_hash": consent.content_hash,
                "language": consent.language,
            },
        )


def decline_online(store: Store, actor: Actor, *, now: datetime, zone: tzinfo) -> None:
    """Record that the patient does not want to answer online: links and reminders end, the front desk offers paper."""
    with store.write() as session:
        invitation = open_invitation(session, actor, now, zone)
        invitation.state = "declined"
        invitation.declined_at = now
        audit.record(
            session,
            store.keyring,
            actor=actor,
            action="decline_online",
            record=f"invitation:{invitation.id}",
            at=now,
        )


def _current(session: Session, invitation_id: str) -> list[tuple[Offered, tuple[str, ...]]]:
    """Return each questionnaire's current version, and which of its optional parts are on."""
    found = []
    for questionnaire_id in invitations.questionnaire_ids(session, invitation_id):
        version = registry.current(session, questionnaire_id)
        if version is None:
            raise NotAllowed(f"No version of {questionnaire_id} may be offered to patients.")
        found.append((version, registry.switched_on(session, version.questionnaire)))
    return found


def keep_text(session: Session, consent: Consent, now: datetime) -> None:
    """Keep a text that was agreed to, once for all who agree to it."""
    values = {
        "content_hash": consent.content_hash,
        "version": consent.version,
        "language": consent.language,
        "text": consent.text,
        "first_agreed_at": now,
    }
    insert_unless_there(session, ConsentText, values, ConsentText.content_hash)

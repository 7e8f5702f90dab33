"""The languages of a sitting: which a patient can choose from, and what was chosen."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, tzinfo

from sqlalchemy.orm import Session

from screening.intake.reading import open_invitation
from screening.store import audit, invitations, overlays, registry, sittings
from screening.store.audit import Actor
from screening.store.engine import Store


def offered(store: Store, invitation_id: str, allowed: Collection[str]) -> tuple[str, ...]:
    """Return the languages (BCP 47) that all questionnaires of an invitation can be answered in.

    In the order of ``allowed``, which are the clinic's. Once the patient has begun, a translation that came later is
    not among them.
    """
    with store.read() as session:
        shared = _shared(session, invitation_id)
    return tuple(language for language in allowed if language in shared)


def choose(store: Store, actor: Actor, language: str, *, now: datetime, zone: tzinfo) -> None:
    """Keep the language that the patient chose for this invitation; the next sitting begins in it.

    ``language`` is one of `offered`. Raises `Closed` if the invitation takes nothing any more, NotFound if it is gone.
    """
    with store.write() as session:
        invitation = open_invitation(session, actor, now, zone)
        if invitation.language == language:
            return
        invitation.language = language
        audit.record(
            session,
            store.keyring,
            actor=actor,
            action="choose_language",
            record=f"invitation:{invitation.id}",
            at=now,
            detail={"language": language},
        )


def _shared(session: Session, invitation_id: str) -> frozenset[str]:
    begun = sittings.begun(session, invitation_id)
    if begun:
        each = [
            frozenset(
                {
                    registry.definition(session, row.questionnaire_id, row.version, row.content_hash).language,
                    *overlays.frozen(session, row.id),
                }
            )
            for row in begun
        ]
    else:
        current = (
            registry.current(session, questionnaire_id)
            for questionnaire_id in invitations.questionnaire_ids(session, invitation_id)
        )
        each = [offer.languages if offer else frozenset() for offer in current]
    return frozenset.intersection(*each) if each else frozenset()

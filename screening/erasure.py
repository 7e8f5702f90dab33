"""Deleting one response because its patient asks for it, as the consent says they may, or because it is a mistake.

What stays is a trace without content: that there was a response, who deleted it, when and why.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal, TypeAlias

from sqlalchemy import select
from sqlalchemy.orm import Session

from screening.store import invitations, responses
from screening.store.access import ADMINISTRATOR, require
from screening.store.audit import Actor
from screening.store.engine import Store
from screening.store.errors import NotFound
from screening.store.tables import RejectedResponse, Response

Reason: TypeAlias = Literal["request", "mistake"]
"""Why: the patient asked for it, or the answers should never have been there."""


@dataclass(frozen=True, slots=True)
class Receipt:
    """What was deleted; ``event_id`` is the place of the deletion in the audit trail. ``sent_at`` None: never sent."""

    response_id: str
    questionnaire_id: str
    version: str
    sent_at: datetime | None
    event_id: int


def erase_response(
    store: Store, actor: Actor, response_id: str, *, reason: Reason = "request", now: datetime
) -> Receipt:
    """Delete a response with its answers, note and saved pages; NotFound if there is none.

    Copies in backups are the operator's, and go when those do.
    """
    require(actor, ADMINISTRATOR)
    with store.write() as session:
        invitation_id = session.scalar(select(Response.invitation_id).where(Response.id == response_id))
        if invitation_id is None:
            return _erase_rejected(session, store, actor, response_id, reason, now)
        invitations.get(session, invitation_id, for_update=True)  # so that nothing is saved or sent meanwhile
        found = session.scalars(select(Response).where(Response.id == response_id).with_for_update()).one_or_none()
        if found is None:
            raise NotFound("There is no such response.")
        (event_id,) = responses.remove(session, store.keyring, [found], actor=actor, reason=reason, at=now)
        return Receipt(found.id, found.questionnaire_id, found.version, found.sent_at, event_id)


def _erase_rejected(
    session: Session, store: Store, actor: Actor, response_id: str, reason: Reason, now: datetime
) -> Receipt:
    """Delete what was typed in from paper and rejected: it is kept until then, under the response's id."""
    found = session.get(RejectedResponse, response_id, with_for_update=True)
    if found is None:
        raise NotFound("There is no such response.")
    (event_id,) = responses.remove_rejected(session, store.keyring, [found], actor=actor, reason=reason, at=now)
    return Receipt(found.id, found.questionnaire_id, found.version, found.sent_at, event_id)

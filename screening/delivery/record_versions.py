"""The other versions of a response: what corrects it or is corrected by it, and what was typed in and rejected."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, exists, select
from sqlalchemy.orm import Session

from screening import review
from screening.delivery.preparing import Press
from screening.delivery.record_files import note_file, version_files
from screening.paper import comparing
from screening.paper.comparing import RejectedView
from screening.review import ResponseView
from screening.store import corrections, paper, responses
from screening.store.access import CliniciansSee
from screening.store.audit import Actor
from screening.store.engine import Store
from screening.store.tables import Invitation, InvitationQuestionnaire, RejectedResponse, Response


@dataclass(frozen=True, slots=True)
class Versions:
    """The other versions, the earliest invitation first: those that this person may read, and of the rest how many.

    ``withheld`` is how many she may not read, ``deleted`` how many were sent and deleted since.
    """

    sent: tuple[ResponseView, ...] = ()
    rejected: tuple[RejectedView, ...] = ()
    withheld: int = 0
    deleted: int = 0

    def ids(self) -> list[str]:
        """Return the ids of those that may be read."""
        return [view.response_id for view in (*self.sent, *(each.response for each in self.rejected))]

    def files(self, session: Session, press: Press) -> dict[str, bytes]:
        """Return the answers and notes of each, in a folder of its own."""
        every = [(view, None) for view in self.sent] + [(each.response, each) for each in self.rejected]
        return {
            f"versions/{view.response_id}/{name}": content
            for view, rejected in every
            for name, content in (
                version_files(session, view, press.zone, rejected) | {"note.json": note_file(view)}
            ).items()
        }


def load(
    store: Store, actor: Actor, view: ResponseView, press: Press, *, clinicians_see: CliniciansSee, now: datetime
) -> Versions:
    """Return the other versions of a response, and put on record which of them went into its record."""
    with store.read() as session:
        chain = corrections.chain(session, view.invitation_id)
        sent, rejected = _ids(session, view, chain)
        deleted = _deleted(session, view.questionnaire.id, chain)
        may_sent = [one for one in sent if responses.find_sent(session, actor, one, clinicians_see, now=now)]
        may_rejected = [one for one in rejected if paper.find_rejected(session, actor, one, clinicians_see, now)]
    as_reader: dict[str, Any] = {
        "clinicians_see": clinicians_see,
        "now": now,
        "zone": press.zone,
        "action": "record",
        "language": press.language,
    }
    return Versions(
        sent=tuple(review.load_response(store, actor, one, **as_reader) for one in may_sent),
        rejected=tuple(comparing.load_rejected(store, actor, one, **as_reader) for one in may_rejected),
        withheld=len(sent) + len(rejected) - len(may_sent) - len(may_rejected),
        deleted=deleted,
    )


def _ids(session: Session, view: ResponseView, chain: list[str]) -> tuple[list[str], list[str]]:
    """Return the ids of what was sent, and of what was rejected, whoever may read them."""
    questionnaire_id = view.questionnaire.id
    sent = select(Response.id).where(
        Response.invitation_id.in_(chain),
        Response.questionnaire_id == questionnaire_id,
        Response.sent_at.is_not(None),
        Response.id != view.response_id,
    )
    rejected = select(RejectedResponse.id).where(
        RejectedResponse.invitation_id.in_(chain), RejectedResponse.questionnaire_id == questionnaire_id
    )
    return (
        list(session.scalars(sent.order_by(Response.sent_sequence))),
        list(session.scalars(rejected.order_by(RejectedResponse.sent_at, RejectedResponse.id))),
    )


def _deleted(session: Session, questionnaire_id: str, chain: list[str]) -> int:
    """Return for how many of these invitations the questionnaire was sent, and nothing of it is there any more."""
    asked = (
        select(Invitation.id)
        .join(InvitationQuestionnaire, InvitationQuestionnaire.invitation_id == Invitation.id)
        .where(
            Invitation.id.in_(chain),
            Invitation.state == "sent",
            InvitationQuestionnaire.questionnaire_id == questionnaire_id,
            ~_is_left(Response, questionnaire_id),
            ~_is_left(RejectedResponse, questionnaire_id),
        )
    )
    return len(session.scalars(asked).all())


def _is_left(table: type[Response] | type[RejectedResponse], questionnaire_id: str) -> ColumnElement[bool]:
    return exists().where(table.invitation_id == Invitation.id, table.questionnaire_id == questionnaire_id)

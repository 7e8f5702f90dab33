"""What each request of a patient reads first: a few columns, by statements that are made once."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from screening.store.errors import NotFound
from screening.store.tables import Invitation, Response, ResponseOverlay, Staff

# Columns of the tables rather than attributes of the classes: such a statement takes half the time, and these run with
# every page that a patient opens or saves.
_INVITATION = Invitation.__table__
_RESPONSE = Response.__table__
_OVERLAY = ResponseOverlay.__table__
_STAFF = Staff.__table__

_FACTS = (
    select(
        _INVITATION.c.id,
        _INVITATION.c.state,
        _INVITATION.c.appointment_at,
        _INVITATION.c.language,
        _INVITATION.c.always_hide,
        _INVITATION.c.helped_by,
        _INVITATION.c.consented_at,
        _STAFF.c.name.label("clinician"),
    )
    .join_from(_INVITATION, _STAFF, _STAFF.c.id == _INVITATION.c.clinician_id)
    .where(_INVITATION.c.id == bindparam("invitation_id"))
)
_LOCKED_FACTS = _FACTS.with_for_update(of=_INVITATION)
_BEGUN = (
    select(
        _RESPONSE.c.id,
        _RESPONSE.c.questionnaire_id,
        _RESPONSE.c.version,
        _RESPONSE.c.content_hash,
        _RESPONSE.c.switched_on,
        _RESPONSE.c.language,
        _OVERLAY.c.content_hash.label("overlay_hash"),
    )
    .join_from(
        _RESPONSE,
        _OVERLAY,
        (_OVERLAY.c.response_id == _RESPONSE.c.id) & (_OVERLAY.c.language == bindparam("language")),
        isouter=True,
    )
    .where(_RESPONSE.c.invitation_id == bindparam("invitation_id"))
    .order_by(_RESPONSE.c.position)
)


@dataclass(frozen=True, slots=True, kw_only=True)
class SittingFacts:
    """What a patient's pages need to know of the invitation. ``clinician`` is the name."""

    id: str
    state: str
    appointment_at: datetime
    language: str
    always_hide: bool | None
    helped_by: str | None
    consented_at: datetime | None
    clinician: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BegunResponse:
    """A response that was begun, and what was asked: ``content_hash`` is that of the version's text.

    ``language`` is the one it was begun in; ``overlay_hash`` is that of its translation into the language that was
    asked for, None where it has none.
    """

    id: str
    questionnaire_id: str
    version: str
    content_hash: str
    switched_on: tuple[str, ...]
    language: str
    overlay_hash: str | None


def facts(session: Session, invitation_id: str, *, for_update: bool = False) -> SittingFacts:
    """Return what a sitting rests on; NotFound if there is no such invitation.

    ``for_update`` locks the invitation until the transaction ends, so that saving and sending come one after the other.
    """
    statement = _LOCKED_FACTS if for_update else _FACTS
    row = session.connection().execute(statement, {"invitation_id": invitation_id}).one_or_none()
    if row is None:
        raise NotFound("There is no such invitation.")
    return SittingFacts(**row._mapping)


def begun(session: Session, invitation_id: str, language: str = "") -> list[BegunResponse]:
    """Return the invitation's responses, in order; none before the patient has agreed.

    ``language`` is the one that somebody wants to see them in.
    """
    rows = session.connection().execute(_BEGUN, {"invitation_id": invitation_id, "language": language})
    return [BegunResponse(**{**row._mapping, "switched_on": tuple(row.switched_on)}) for row in rows]

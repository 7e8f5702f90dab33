"""What each request of a patient reads: the invitation, its responses and what was saved of them, by two queries."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from screening.store.compiled import CompiledStatement, Transaction
from screening.store.engine import Store
from screening.store.errors import NotFound
from screening.store.tables import Invitation, Response, ResponseOverlay, ResponsePage, Staff

# Columns of the tables rather than attributes of the classes: such a statement takes half the time, and these run with
# every page that a patient opens or saves.
_INVITATION = Invitation.__table__
_RESPONSE = Response.__table__
_OVERLAY = ResponseOverlay.__table__
_PAGE = ResponsePage.__table__
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
_ONLY_FACTS = CompiledStatement(_FACTS)
_LOCKED_FACTS = CompiledStatement(_FACTS.with_for_update(of=_INVITATION))
_COUNT_OF_FACTS = len(_FACTS.selected_columns)
_OF_RESPONSE = (
    _RESPONSE.c.id,
    _RESPONSE.c.questionnaire_id,
    _RESPONSE.c.version,
    _RESPONSE.c.content_hash,
    _RESPONSE.c.switched_on,
    _RESPONSE.c.language,
    _OVERLAY.c.content_hash.label("overlay_hash"),
)
_IN_LANGUAGE = (_OVERLAY.c.response_id == _RESPONSE.c.id) & (_OVERLAY.c.language == bindparam("shown_in"))
_RESPONSES = (
    select(*_OF_RESPONSE)
    .join_from(_RESPONSE, _OVERLAY, _IN_LANGUAGE, isouter=True)
    .where(_RESPONSE.c.invitation_id == bindparam("invitation_id"))
    .order_by(_RESPONSE.c.position)
)
_PAGES = (
    select(_PAGE.c.response_id, _PAGE.c.page_id, _PAGE.c.revision, _PAGE.c.document)
    .join_from(_PAGE, _RESPONSE, _RESPONSE.c.id == _PAGE.c.response_id)
    .where(_RESPONSE.c.invitation_id == bindparam("invitation_id"))
)
# Every page that a patient opens or saves runs these two.
_FACTS_AND_RESPONSES = CompiledStatement(
    _FACTS.add_columns(*_OF_RESPONSE)
    .outerjoin(_RESPONSE, _RESPONSE.c.invitation_id == _INVITATION.c.id)
    .outerjoin(_OVERLAY, _IN_LANGUAGE)
    .order_by(_RESPONSE.c.position)
)
_SAVED = CompiledStatement(_PAGES)


@dataclass(frozen=True, slots=True)
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


@dataclass(frozen=True, slots=True)
class BegunResponse:
    """A response that was begun, and what was asked: ``content_hash`` is that of the version's text.

    ``language`` is the one it was begun in; ``overlay_hash`` is that of its translation into the language that was
    asked for, None where it has none. ``sealed_pages`` are those saved so far: page id -> revision, sealed document.
    """

    id: str
    questionnaire_id: str
    version: str
    content_hash: str
    switched_on: Sequence[str]
    language: str
    overlay_hash: str | None
    sealed_pages: Mapping[str, tuple[int, bytes]] = field(default_factory=dict)


def read(store: Store, invitation_id: str, language: str) -> tuple[SittingFacts, list[BegunResponse]]:
    """Return what a sitting rests on and its responses, in order; none of these before the patient has agreed.

    ``language`` is the one that somebody wants to see them in. NotFound if there is no such invitation.
    """
    # The pages first: if the patient sends in between, the invitation says so, and they are not taken for missing.
    pages = store.rows(_SAVED, invitation_id=invitation_id)
    rows = store.rows(_FACTS_AND_RESPONSES, invitation_id=invitation_id, shown_in=language)
    if not rows:
        raise NotFound("There is no such invitation.")
    return SittingFacts(*rows[0][:_COUNT_OF_FACTS]), _begun([row[_COUNT_OF_FACTS:] for row in rows], pages)


def begun(session: Session, invitation_id: str) -> list[BegunResponse]:
    """Return the invitation's responses, in order; none before the patient has agreed."""
    connection, parameters = session.connection(), {"invitation_id": invitation_id}
    rows = connection.execute(_RESPONSES, parameters | {"shown_in": ""}).all()
    return _begun(rows, connection.execute(_PAGES, parameters).all() if rows else ())


def _begun(rows: Iterable[Sequence[Any]], pages: Iterable[Sequence[Any]]) -> list[BegunResponse]:
    sealed: dict[str, dict[str, tuple[int, bytes]]] = {}
    for response_id, page_id, revision, document in pages:
        sealed.setdefault(response_id, {})[page_id] = (revision, document)
    return [BegunResponse(*(*row, sealed.get(row[0], {}))) for row in rows if row[0] is not None]


def facts(transaction: Transaction, invitation_id: str, *, for_update: bool = False) -> SittingFacts:
    """Return what a sitting rests on; NotFound if there is no such invitation.

    ``for_update`` locks the invitation until the transaction ends, so that saving and sending come one after the other.
    """
    statement = _LOCKED_FACTS if for_update else _ONLY_FACTS
    rows = statement.within(transaction, invitation_id=invitation_id)
    if not rows:
        raise NotFound("There is no such invitation.")
    return SittingFacts(*rows[0])

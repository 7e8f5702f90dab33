"""Reading a sitting: what an invitation's patient has begun, in the wording that it stands on.

Whatever a patient does begins here, and with it whether the invitation still takes anything.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, tzinfo
from functools import lru_cache

from sqlalchemy.orm import Session

from screening.definition.model import Questionnaire
from screening.intake.sitting import Begun, Sitting, sitting_of
from screening.path import Outline, offered, outline
from screening.store import drafts, invitations, overlays, registry, sittings
from screening.store.audit import Actor
from screening.store.crypto import Keyring
from screening.store.drafts import DraftPage
from screening.store.engine import Store
from screening.store.errors import NotAllowed
from screening.store.invitations import Dated, LinkState
from screening.store.sittings import BegunResponse
from screening.store.tables import Invitation


class Closed(NotAllowed):
    """The invitation takes nothing any more; ``state`` says why."""

    def __init__(self, state: LinkState) -> None:
        super().__init__(f"this invitation is {state}")
        self.state = state


def view(store: Store, actor: Actor, *, language: str = "", now: datetime, zone: tzinfo) -> Sitting:
    """Return the sitting of this patient; `Closed` if the invitation takes nothing any more, NotFound if it is gone.

    What was begun is shown in ``language`` (BCP 47), or in its own where it has no translation into that.
    """
    facts, rows = sittings.read(store, actor.id, language)
    require_open(facts, now, zone)
    return sitting_of(facts, _begun(store, rows))


def require_open(invitation: Dated, now: datetime, zone: tzinfo) -> None:
    """Raise `Closed` unless the invitation still takes answers."""
    state = invitations.link_state(invitation, now, zone)
    if state is not LinkState.OPEN:
        raise Closed(state)


def open_invitation(session: Session, actor: Actor, now: datetime, zone: tzinfo) -> Invitation:
    """Return the patient's invitation to be changed, locked; `Closed` or NotFound if it takes nothing any more."""
    invitation = invitations.get(session, actor.id, for_update=True)
    require_open(invitation, now, zone)
    return invitation


def begun(session: Session, keyring: Keyring, invitation_id: str) -> tuple[Begun, ...]:
    """Return the invitation's responses in order, each in its own language, with all that was saved of them."""
    rows = sittings.begun(session, invitation_id)
    return tuple(_begun_as(row, _questionnaire(session, row), keyring) for row in rows)


def _begun(store: Store, rows: Sequence[BegunResponse]) -> tuple[Begun, ...]:
    """Return the same for rows that were read; what this process knows already is not read again."""
    known = [_known(row) for row in rows]
    if None in known:
        with store.read() as session:
            known = [_questionnaire(session, row) for row in rows]
    return tuple(_begun_as(row, whole, store.keyring) for row, whole in zip(rows, known, strict=True) if whole)


def _known(row: BegunResponse) -> Questionnaire | None:
    if row.overlay_hash is not None:
        return overlays.known(row.content_hash, row.overlay_hash)
    return registry.known(row.content_hash)


def _questionnaire(session: Session, row: BegunResponse) -> Questionnaire:
    whole = registry.definition(session, row.questionnaire_id, row.version, row.content_hash)
    if row.overlay_hash is None:
        return whole
    return overlays.translate(session, whole, row.content_hash, row.overlay_hash).questionnaire


def _begun_as(row: BegunResponse, whole: Questionnaire, keyring: Keyring) -> Begun:
    saved = drafts.SavedPages(keyring, row.id, row.sealed_pages)
    hashes = (row.content_hash, row.overlay_hash)
    return begun_on(row.id, whole, hashes, tuple(row.switched_on), saved, row.language)


def begun_on(
    response_id: str,
    whole: Questionnaire,
    hashes: tuple[str, str | None],
    switched_on: tuple[str, ...],
    saved: Mapping[str, DraftPage],
    language: str,
) -> Begun:
    """Return a response that was begun on a version; ``whole`` has the parts that are off, ``saved`` is by page id.

    ``hashes`` are those of the version and of its translation into ``language``, None where it is the version's own.
    """
    cut = _cut(_ByHash(hashes, whole), switched_on)
    return Begun(
        response_id=response_id,
        language=language,
        questionnaire=cut.questionnaire,
        question_numbers=cut.question_numbers,
        outline=cut.outline,
        saved=saved,
    )


@dataclass(frozen=True, slots=True)
class _ByHash:
    """A questionnaire that is told from others by its hashes alone, so that looking it up is quick."""

    hashes: tuple[str, str | None]
    questionnaire: Questionnaire = field(compare=False)


@dataclass(frozen=True, slots=True)
class _Cut:
    """A questionnaire with what is switched on, its outline, and the question numbers of the whole."""

    questionnaire: Questionnaire
    question_numbers: Mapping[str, int]
    outline: Outline


@lru_cache(maxsize=200)
def _cut(whole: _ByHash, switched_on: tuple[str, ...]) -> _Cut:
    on = offered(whole.questionnaire, switched_on)
    return _Cut(on, whole.questionnaire.numbers(), outline(on))

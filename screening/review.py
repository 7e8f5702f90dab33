"""Use cases of the clinician: the worklist, reading a response, the note, signing off.

Which answers a clinician may read is decided in the query; what she may not read is not there for her. Every read is
on record, and so is every refused one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import Literal

from sqlalchemy.orm import Session

from screening.answer_values import clean_text
from screening.answers import Answers
from screening.definition.model import Questionnaire
from screening.store import audit, notes, outbox, patients, registry, responses, staff, worklist
from screening.store.access import CLINICIAN, CliniciansSee, require, staff_id
from screening.store.audit import Actor
from screening.store.crypto import Keyring
from screening.store.engine import Store
from screening.store.errors import Conflict, Invalid, NotAllowed, NotFound
from screening.store.notes import NoteView
from screening.store.tables import Invitation, Response
from screening.store.worklist import ListedResponse, ListFilter, ListPage, ListRow, ListState
from screening.summary import Approval, Entry, FilledIn, ResponseFacts, ReviewFacts

__all__ = [
    "ListFilter",
    "ListPage",
    "ListRow",
    "ListState",
    "NoteView",
    "ResponseView",
    "SignOff",
    "appointments",
    "download",
    "load_for_preparing",
    "load_response",
    "note_refused",
    "require_readable",
    "save_note",
    "sign_off",
    "to_review",
]

MAX_NOTE_LENGTH = 10_000
"""Characters in a note, at the most."""

_ALONE = "alone"


@dataclass(frozen=True, slots=True)
class SignOff:
    """Who said "I have read these answers", and when."""

    by: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ResponseView:
    """A sent response with all that a report of it says.

    ``questionnaire`` is the whole frozen version, parts that were off included. ``facts`` and ``review`` are ready for
    `screening.summary.summarise`, but for ``facts.helper``: ``helped_by`` is its code, and words are the reader's.
    ``sitting`` lists the responses that came with this one, itself included, in order.
    """

    response_id: str
    invitation_id: str
    patient_id: str
    content_hash: str
    questionnaire: Questionnaire
    answers: Answers
    facts: ResponseFacts
    review: ReviewFacts
    helped_by: str | None
    note: NoteView
    signed_off: SignOff | None
    sitting: tuple[ListedResponse, ...]


def to_review(store: Store, actor: Actor, *, clinicians_see: CliniciansSee, number: int = 1, now: datetime) -> ListPage:
    """Return page ``number`` of what was sent and not yet reviewed, by appointment. On record as a list shown."""
    require(actor, CLINICIAN)
    with store.write() as session:
        page = worklist.to_review(session, store.keyring, actor, clinicians_see, number)
        audit.record_list(session, store.keyring, actor, [row.patient_id for row in page.rows], now)
    return page


def appointments(
    store: Store,
    actor: Actor,
    wanted: ListFilter,
    *,
    clinicians_see: CliniciansSee,
    number: int = 1,
    now: datetime,
) -> ListPage:
    """Return page ``number`` of the appointments that this clinician sees, by time. On record as a list shown."""
    require(actor, CLINICIAN)
    with store.write() as session:
        page = worklist.with_responses(session, store.keyring, actor, clinicians_see, wanted, number)
        audit.record_list(session, store.keyring, actor, [row.patient_id for row in page.rows], now)
    return page


def load_response(
    store: Store,
    actor: Actor,
    response_id: str,
    *,
    clinicians_see: CliniciansSee,
    now: datetime,
    zone: tzinfo,
    action: Literal["read", "download", "record"] = "read",
) -> ResponseView:
    """Return a sent response, and put on record that it was read or downloaded; ``zone`` is the clinic's.

    Raises NotFound where there is none, or none that this actor may read: the two can't be told apart.
    """
    with _readable(store, actor, response_id, clinicians_see, now) as (session, response, invitation):
        view = _view(session, store.keyring, actor, response, invitation, clinicians_see, zone)
        _audit(session, store, actor, response_id, action, now)
    return view


def require_readable(
    store: Store, actor: Actor, response_id: str, *, clinicians_see: CliniciansSee, now: datetime
) -> None:
    """Raise NotFound, on record, unless there is such a response and the actor may read it; nothing of it is read."""
    with _readable(store, actor, response_id, clinicians_see, now):
        pass


def load_for_preparing(store: Store, response_id: str, *, zone: tzinfo) -> ResponseView | None:
    """Return a sent response for the program itself, which shows it to nobody: no read, so not on record."""
    with store.read() as session:
        found = responses.find_sent(session, audit.SYSTEM, response_id, "practice")
        return None if found is None else _view(session, store.keyring, audit.SYSTEM, *found, "practice", zone)


def download(
    store: Store,
    actor: Actor,
    response_id: str,
    find: Callable[[Session, ResponseView], bytes | None],
    *,
    clinicians_see: CliniciansSee,
    now: datetime,
    zone: tzinfo,
) -> tuple[ResponseView, bytes | None]:
    """Return a sent response with the file that ``find`` has for it; on record as a download where it has one.

    Raises NotFound as `load_response` does.
    """
    with _readable(store, actor, response_id, clinicians_see, now) as (session, response, invitation):
        view = _view(session, store.keyring, actor, response, invitation, clinicians_see, zone)
        file = find(session, view)
        if file is not None:
            _audit(session, store, actor, response_id, "download", now)
    return view, file


def save_note(
    store: Store,
    actor: Actor,
    response_id: str,
    text: str,
    revision: int,
    *,
    clinicians_see: CliniciansSee,
    now: datetime,
) -> NoteView:
    """Save the note on top of ``revision``, the one that the writer saw (0 for none), and return it as it stands.

    Raises Conflict, with the other `NoteView` as ``current``, if something else was saved in between; the caller
    shows both. The same text again changes nothing. NotAllowed after the sign-off, Invalid for a text too long.
    """
    text = clean_text(text)
    if len(text) > MAX_NOTE_LENGTH:
        raise Invalid({"text": f"The note has {len(text):,} characters; at most {MAX_NOTE_LENGTH:,} are kept."})
    with _readable(store, actor, response_id, clinicians_see, now, for_update=True) as (session, response, _):
        writer = staff_id(actor)
        if writer is None:
            raise NotAllowed("A note needs a member of staff who writes it.")
        current = notes.read(session, store.keyring, response_id)
        if text == current.text:
            return current
        if response.reviewed_at is not None:
            raise NotAllowed("This response is signed off, and its note with it.")
        if not notes.save(session, store.keyring, response_id, text, revision, writer, now):
            raise Conflict("Somebody else saved this note in the meantime.", current)
        _audit(session, store, actor, response_id, "save_note", now)
        outbox.post(session, outbox.PREPARE_REPORT, response_id, now)
        return notes.read(session, store.keyring, response_id)


def sign_off(store: Store, actor: Actor, response_id: str, *, clinicians_see: CliniciansSee, now: datetime) -> SignOff:
    """Note that the clinician has read the response, no more; from then on its note stands as it is.

    Doing it again changes nothing and returns the first sign-off, whoever gave it.
    """
    with _readable(store, actor, response_id, clinicians_see, now, for_update=True) as (session, response, _):
        reader = staff_id(actor)
        if reader is None:
            raise NotAllowed("Only the person who has read the answers can sign them off.")
        if response.reviewed_at is None:
            response.reviewed_at, response.reviewed_by = now, reader
            session.flush()
            _audit(session, store, actor, response_id, "sign_off", now)
            outbox.post(session, outbox.PREPARE_REPORT, response_id, now)
        found = _signed_off(session, response)
        assert found is not None
        return found


def note_refused(store: Store, actor: Actor, response_id: str, *, now: datetime) -> None:
    """Put on record that somebody asked for a response that their roles don't open; nothing, if there is none."""
    with store.write() as session:
        _note_refused(session, store, actor, response_id, now)


@contextmanager
def _readable(
    store: Store,
    actor: Actor,
    response_id: str,
    clinicians_see: CliniciansSee,
    now: datetime,
    *,
    for_update: bool = False,
) -> Iterator[tuple[Session, Response, Invitation]]:
    """Open a transaction on a response that this actor may read; NotFound, on record, if there is none."""
    with store.write() as session:
        found = responses.find_sent(session, actor, response_id, clinicians_see, for_update=for_update)
        if found is not None:
            yield session, *found
            return
        _note_refused(session, store, actor, response_id, now)
    raise NotFound("There is no such response.")


def _note_refused(session: Session, store: Store, actor: Actor, response_id: str, now: datetime) -> None:
    if responses.exists(session, response_id):
        _audit(session, store, actor, response_id, "refused", now)


def _view(
    session: Session,
    keyring: Keyring,
    actor: Actor,
    response: Response,
    invitation: Invitation,
    clinicians_see: CliniciansSee,
    zone: tzinfo,
) -> ResponseView:
    questionnaire = registry.definition(session, response.questionnaire_id, response.version, response.content_hash)
    note = notes.read(session, keyring, response.id)
    signed_off = _signed_off(session, response)
    return ResponseView(
        response_id=response.id,
        invitation_id=invitation.id,
        patient_id=response.patient_id,
        content_hash=response.content_hash,
        questionnaire=questionnaire,
        answers=responses.open_answers(keyring, response, questionnaire),
        facts=_facts(session, keyring, response, invitation, zone),
        review=ReviewFacts(
            sign_off=Entry(by=signed_off.by, at=signed_off.at) if signed_off else None,
            note=Entry(by=note.by, at=note.at, text=note.text) if note.text and note.at else None,
        ),
        helped_by=invitation.helped_by,
        note=note,
        signed_off=signed_off,
        sitting=worklist.responses_of(session, actor, clinicians_see, [invitation.id]).get(invitation.id, ()),
    )


def _facts(
    session: Session, keyring: Keyring, response: Response, invitation: Invitation, zone: tzinfo
) -> ResponseFacts:
    identity = patients.read(session, keyring, response.patient_id)
    version = registry.get(session, response.questionnaire_id, response.version)
    approval = None
    if version.approved_by is not None and version.approved_at is not None:
        approved_on = version.approved_at.astimezone(zone).date()
        approval = Approval(by=version.approved_by, on=approved_on, demo=version.approval_is_demo)
    return ResponseFacts(
        response_id=response.id,
        patient_name=identity.name,
        birth_date=identity.birth_date,
        record_number=identity.record_number,
        appointment=invitation.appointment_at,
        clinician=staff.names(session, [invitation.clinician_id])[invitation.clinician_id],
        approval=approval,
        started_at=response.started_at,
        sent_at=response.sent_at,
        language=response.language,
        filled_in=_filled_in(invitation.helped_by),
        switched_on=frozenset(response.switched_on),
    )


def _filled_in(helped_by: str | None) -> FilledIn | None:
    if helped_by is None:
        return None
    return "alone" if helped_by == _ALONE else "helped"


def _signed_off(session: Session, response: Response) -> SignOff | None:
    if response.reviewed_at is None or response.reviewed_by is None:
        return None
    return SignOff(staff.names(session, [response.reviewed_by])[response.reviewed_by], response.reviewed_at)


def _audit(session: Session, store: Store, actor: Actor, response_id: str, action: str, now: datetime) -> None:
    record = f"response:{response_id}"
    audit.record(session, store.keyring, actor=actor, action=action, record=record, at=now)

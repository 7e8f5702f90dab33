"""Use cases of the clinician: the worklist, reading a response, the note, signing off.

Which answers a clinician may read is decided in the query; what she may not read is not there for her. Every read is
on record, and so is every refused one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from typing import Literal

from sqlalchemy import Connection
from sqlalchemy.orm import Session

from screening.answer_values import clean_text
from screening.response_view import ResponseView, SignOff, signed_off_by, view_of
from screening.store import (
    audit,
    notes,
    outbox,
    paper,
    patients,
    registry,
    report_sources,
    responses,
    review_entries,
    signed_reports,
    waiting,
    worklist,
)
from screening.store.access import CLINICIAN, FRONT_DESK, CliniciansSee, may_read_answers, require, staff_id
from screening.store.audit import Actor
from screening.store.compiled import Transaction
from screening.store.engine import Store
from screening.store.errors import Conflict, Invalid, NotAllowed, NotFound
from screening.store.notes import NoteView
from screening.store.report_sources import Readable
from screening.store.tables import Invitation, Response
from screening.store.worklist import ListFilter, ListPage, ListRow, ListState

__all__ = [
    "ListFilter",
    "ListPage",
    "ListRow",
    "ListState",
    "Next",
    "NoteView",
    "ResponseView",
    "SignOff",
    "add_addendum",
    "appointments",
    "download",
    "load_for_preparing",
    "load_response",
    "next_to_review",
    "note_refused",
    "reopen",
    "require_readable",
    "save_note",
    "sign_off",
    "to_review",
    "unread_beyond",
]

MAX_NOTE_LENGTH = 10_000
"""Characters in a note, at the most."""

_SATURDAY = 5

MAX_REASON_LENGTH = 500
"""Characters in the reason for a reopening, at the most."""

EARLIER_VISITS = 4
"""Earlier responses beside one, at the most: with it they are five columns, which is what a page has room for."""


def to_review(store: Store, actor: Actor, *, clinicians_see: CliniciansSee, number: int = 1, now: datetime) -> ListPage:
    """Return page ``number`` of what was sent and not yet reviewed, by appointment. On record as a list shown."""
    require(actor, CLINICIAN)
    with store.write() as session:
        page = worklist.to_review(session, store.keyring, actor, clinicians_see, number, now)
        audit.record_list(session, store.keyring, actor, [row.patient_id for row in page.rows], now)
    return page


def unread_beyond(
    store: Store,
    actor: Actor,
    *,
    working_days: int,
    zone: tzinfo,
    clinicians_see: CliniciansSee,
    number: int = 1,
    now: datetime,
) -> ListPage:
    """Return page ``number`` of what was sent more than ``working_days`` ago and is not yet reviewed, by appointment.

    The front desk sees the whole practice's, and no way to an answer; a clinician those that she may read. On record as
    a list shown.
    """
    require(actor, CLINICIAN, FRONT_DESK)
    before = working_days_before(now, working_days, zone)
    with store.write() as session:
        may_read = may_read_answers(session, actor, clinicians_see, now)
        only = None if actor.kind == "system" or FRONT_DESK in actor.roles else may_read
        page = worklist.unread_since(session, store.keyring, before, number, now, may_read, only=only)
        audit.record_list(session, store.keyring, actor, [row.patient_id for row in page.rows], now)
    return page


def working_days_before(now: datetime, working_days: int, zone: tzinfo) -> datetime:
    """Return the time of day of ``now``, so many days from Monday to Friday before it, in the clinic's ``zone``."""
    day = now.astimezone(zone)
    left = working_days
    while left:
        day -= timedelta(days=1)
        left -= day.weekday() < _SATURDAY
    return day


def appointments(
    store: Store,
    actor: Actor,
    wanted: ListFilter,
    *,
    clinicians_see: CliniciansSee,
    number: int | None = 1,
    now: datetime,
) -> ListPage:
    """Return page ``number`` (None: all) of the appointments that this clinician sees. On record as a list shown."""
    require(actor, CLINICIAN)
    with store.write() as session:
        page = worklist.with_responses(session, store.keyring, actor, clinicians_see, wanted, number, now)
        audit.record_list(session, store.keyring, actor, [row.patient_id for row in page.rows], now)
    return page


@dataclass(frozen=True, slots=True)
class Next:
    """What comes after a response: ``response_id`` waits, None where nothing does.

    ``whose`` says which answers the response itself holds, "" where they no longer wait.
    """

    whose: str
    response_id: str | None


def next_to_review(
    store: Store, actor: Actor, response_id: str, *, clinicians_see: CliniciansSee, now: datetime
) -> Next:
    """Return what waits to be reviewed after a response: what the same patient sent with it, then by appointment.

    After the last comes the first. No list is shown, so none is on record. Raises NotFound as `load_response` does.
    """
    with readable(store, actor, response_id, clinicians_see, now) as (session, response, invitation):
        whose = ""
        if response.reviewed_at is None:
            name = patients.read(session, store.keyring, response.patient_id).name
            whose = f"{name}, {registry.titles(session).get(response.questionnaire_id, response.questionnaire_id)}"
        may_read = may_read_answers(session, actor, clinicians_see, now)
        found = waiting.next_of_invitation(session, may_read, invitation.id, but=response_id)
        if found is None:
            found = waiting.next_to_review(session, may_read, waiting.place_of(session, invitation.id))
        return Next(whose, None if found == response_id else found)


def load_response(
    store: Store,
    actor: Actor,
    response_id: str,
    *,
    clinicians_see: CliniciansSee,
    now: datetime,
    zone: tzinfo,
    action: Literal["read", "download", "record"] = "read",
    language: str = "",
) -> ResponseView:
    """Return a sent response, and put on record that it was read or downloaded; ``zone`` is the clinic's.

    The questions are in ``language`` (BCP 47): in the translation that was frozen with the response, or the newest
    where none was; without any they are in the language of the file.
    Raises NotFound where there is none, or none that this actor may read: the two can't be told apart.
    """
    with readable(store, actor, response_id, clinicians_see, now) as (session, response, invitation):
        view = _view(session, store, actor, response, invitation, clinicians_see, now, zone, language)
        note_with_earlier(session, store, actor, response_id, _beside(view), action, now)
    return view


def require_readable(
    store: Store, actor: Actor, response_id: str, *, clinicians_see: CliniciansSee, now: datetime
) -> None:
    """Raise NotFound, on record, unless there is such a response and the actor may read it; nothing of it is read."""
    with readable(store, actor, response_id, clinicians_see, now):
        pass


def load_for_preparing(
    store: Store,
    response_id: str,
    *,
    reader: Actor | None = None,
    clinicians_see: CliniciansSee = "practice",
    now: datetime,
    zone: tzinfo,
    language: str = "",
) -> ResponseView | None:
    """Return a sent response for the program itself, which shows it to nobody: no read, so not on record.

    It holds what its ``reader`` may read, and nothing where she may not; without one, what the appointment's clinician
    may read beside it.
    """
    with store.read() as session:
        found = responses.find_sent(
            session, reader or audit.SYSTEM, response_id, clinicians_see if reader else "practice", now=now
        )
        if found is None:
            return None
        if reader is None:
            reader = Actor(kind="staff", id=str(found[1].clinician_id), origin="", roles=frozenset({CLINICIAN}))
        return _view(session, store, reader, *found, clinicians_see, now, zone, language)


def download(
    store: Store,
    actor: Actor,
    response_id: str,
    find: Callable[[Session, ResponseView], bytes | None],
    *,
    clinicians_see: CliniciansSee,
    now: datetime,
    zone: tzinfo,
    language: str = "",
) -> tuple[ResponseView, bytes | None]:
    """Return a sent response with the file that ``find`` has for it; on record as a download where it has one.

    Raises NotFound as `load_response` does.
    """
    with readable(store, actor, response_id, clinicians_see, now) as (session, response, invitation):
        view = _view(session, store, actor, response, invitation, clinicians_see, now, zone, language)
        file = find(session, view)
        if file is not None:
            note_with_earlier(session, store, actor, response_id, _beside(view), "download", now)
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
    with readable(store, actor, response_id, clinicians_see, now, for_update=True) as (session, response, _):
        writer = staff_id(actor)
        if writer is None:
            raise NotAllowed("A note needs a member of staff who writes it.")
        current = notes.read(session, store.keyring, response_id)
        if text == current.text:
            return current
        if response.reviewed_at is not None or review_entries.was_signed(session, response_id):
            raise NotAllowed("This response is signed off, and its note with it.")
        if not notes.save(session, store.keyring, response_id, text, revision, writer, now):
            raise Conflict("Somebody else saved this note in the meantime.", current)
        note_on_record(session, store, actor, response_id, "save_note", now)
        outbox.post(session, outbox.PREPARE_REPORT, response_id, now)
        return notes.read(session, store.keyring, response_id)


def sign_off(store: Store, actor: Actor, response_id: str, *, clinicians_see: CliniciansSee, now: datetime) -> SignOff:
    """Note that the clinician has read the response, no more; from then on its note stands as it is.

    Doing it again changes nothing and returns the first sign-off, whoever gave it. NotAllowed for what was typed in
    from paper and not yet compared with it.
    """
    with readable(store, actor, response_id, clinicians_see, now, for_update=True) as (session, response, _):
        reader = staff_id(actor)
        if reader is None:
            raise NotAllowed("Only the person who has read the answers can sign them off.")
        if response.reviewed_at is None:
            if paper.awaits_confirmation(session, response_id):
                raise NotAllowed("This was typed in from paper. First compare it with the paper form.")
            response.reviewed_at, response.reviewed_by = now, reader
            session.flush()
            note_on_record(session, store, actor, response_id, "sign_off", now)
            outbox.post(session, outbox.PREPARE_REPORT, response_id, now)
        found = signed_off_by(session, response)
        assert found is not None
        return found


def reopen(
    store: Store, actor: Actor, response_id: str, reason: str, *, clinicians_see: CliniciansSee, now: datetime
) -> None:
    """Open a signed response again, so that it waits to be reviewed; the sign-off that this ends stays on record.

    The note stays as it was signed. Raises Invalid without a reason; doing it again changes nothing. NotAllowed while a
    worker makes the PDF of the sign-off: it could not be made any more, and none would be kept.
    """
    reason = _written("reason", reason, MAX_REASON_LENGTH, missing="Write why it is opened again.")
    with readable(store, actor, response_id, clinicians_see, now, for_update=True) as (session, response, _):
        writer = _writer(actor)
        if response.reviewed_at is None or response.reviewed_by is None:
            return
        if _is_being_made(session, response_id, response.reviewed_at, now):
            raise NotAllowed("The PDF of this sign-off is still being made. Try again in a moment.")
        ended_by, ended_at = response.reviewed_by, response.reviewed_at
        review_entries.add(session, store.keyring, response_id, "sign_off", by=ended_by, at=ended_at)
        review_entries.add(session, store.keyring, response_id, "reopening", by=writer, at=now, text=reason)
        response.reviewed_at = response.reviewed_by = None
        session.flush()
        note_on_record(session, store, actor, response_id, "reopen", now)
        outbox.post(session, outbox.PREPARE_REPORT, response_id, now)


def _is_being_made(session: Session, response_id: str, signed_at: datetime, now: datetime) -> bool:
    """Tell whether the PDF of a sign-off is still to be made and will be: a worker is there, and no try has failed."""
    if signed_reports.find(session, response_id, signed_at) is not None:
        return False
    this = (session, outbox.PREPARE_REPORT, [response_id])
    return bool(outbox.pending(*this) - outbox.failing(*this)) and outbox.is_worker_alive(session, now)


def add_addendum(
    store: Store, actor: Actor, response_id: str, text: str, *, clinicians_see: CliniciansSee, now: datetime
) -> None:
    """Add to what was signed off, with name and time; nothing that was written before changes.

    Raises Invalid for an empty or too long text, NotAllowed before the first sign-off: until then there is the note.
    """
    text = _written("addendum", text, MAX_NOTE_LENGTH)
    with readable(store, actor, response_id, clinicians_see, now, for_update=True) as (session, response, _):
        writer = _writer(actor)
        if response.reviewed_at is None and not review_entries.was_signed(session, response_id):
            raise NotAllowed("This response is not signed off yet: write into its note.")
        review_entries.add(session, store.keyring, response_id, "addendum", by=writer, at=now, text=text)
        note_on_record(session, store, actor, response_id, "add_addendum", now)
        outbox.post(session, outbox.PREPARE_REPORT, response_id, now)


def _written(field: str, text: str, most: int, *, missing: str = "Write something first.") -> str:
    text = clean_text(text)
    if not text.strip():
        raise Invalid({field: missing})
    if len(text) > most:
        raise Invalid({field: f"This has {len(text):,} characters; at most {most:,} are kept."})
    return text


def _writer(actor: Actor) -> int:
    writer = staff_id(actor)
    if writer is None:
        raise NotAllowed("This needs a member of staff who writes it.")
    return writer


def note_refused(store: Store, actor: Actor, response_id: str, *, now: datetime) -> None:
    """Put on record that somebody asked for a response that their roles don't open; nothing, if there is none."""
    with store.write() as session:
        _note_refused(session, store, actor, response_id, now)


@contextmanager
def readable(
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
        found = responses.find_sent(session, actor, response_id, clinicians_see, now=now, for_update=for_update)
        if found is not None:
            yield session, *found
            return
        _note_refused(session, store, actor, response_id, now)
    raise NotFound("There is no such response.")


@contextmanager
def readable_unopened(
    store: Store, actor: Actor, response_id: str, clinicians_see: CliniciansSee, now: datetime
) -> Iterator[tuple[Connection, Readable]]:
    """Do as `readable` does, but read no answers: for handing out a file that is made already."""
    with store.write_compiled() as connection:
        found = report_sources.find_readable(
            connection, actor, response_id, clinicians_see, now=now, most=EARLIER_VISITS
        )
        if found is not None:
            yield connection, found
            return
        _note_refused(connection, store, actor, response_id, now)
    raise NotFound("There is no such response.")


def _note_refused(transaction: Transaction, store: Store, actor: Actor, response_id: str, now: datetime) -> None:
    if responses.exists(transaction, response_id):
        note_on_record(transaction, store, actor, response_id, "refused", now)


def _view(
    session: Session,
    store: Store,
    actor: Actor,
    response: Response,
    invitation: Invitation,
    clinicians_see: CliniciansSee,
    now: datetime,
    zone: tzinfo,
    language: str,
) -> ResponseView:
    may_read = may_read_answers(session, actor, clinicians_see, now)
    earlier = responses.find_earlier(session, response, may_read, most=EARLIER_VISITS)
    return view_of(session, store.keyring, response, invitation, earlier, may_read, zone, language)


def _beside(view: ResponseView) -> list[str]:
    return [before.response_id for before in view.facts.earlier]


def note_with_earlier(
    transaction: Transaction,
    store: Store,
    actor: Actor,
    response_id: str,
    earlier: Sequence[str],
    action: str,
    now: datetime,
) -> None:
    """Put on record that a response was read or handed out, and those that were shown beside it."""
    details: dict[str, Mapping[str, str] | None] = {f"response:{response_id}": None}
    details |= {f"response:{before}": {"beside": response_id} for before in earlier}
    audit.record_each(transaction, store.keyring, actor=actor, action=action, details=details, at=now)


def note_on_record(
    transaction: Transaction,
    store: Store,
    actor: Actor,
    response_id: str,
    action: str,
    now: datetime,
    detail: Mapping[str, str] | None = None,
) -> None:
    """Put on record what somebody did with a response."""
    record = f"response:{response_id}"
    audit.record(transaction, store.keyring, actor=actor, action=action, record=record, at=now, detail=detail)

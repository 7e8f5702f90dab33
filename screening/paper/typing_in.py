"""Typing in a paper form: choosing the invitation, page by page, and saving it once and for all.

Unfinished typing belongs to whoever types: no query here gives it to anybody else, and saving ends it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, tzinfo
from typing import Any

from sqlalchemy import delete
from sqlalchemy.orm import Session

from screening.intake.consent import Consent
from screening.intake.reading import begun_on
from screening.intake.saving import Posted, merge
from screening.intake.sitting import Begun, Sitting, SittingPage, sitting_of
from screening.path import offered
from screening.store import audit, drafts, invitations, paper, patients, registry, sittings, worklist
from screening.store.access import TRANSCRIBER, require, staff_id
from screening.store.audit import Actor, DetailValue
from screening.store.drafts import DraftPage
from screening.store.engine import Store
from screening.store.errors import Conflict, Invalid, NotAllowed, NotFound
from screening.store.patients import Identity
from screening.store.tables import Invitation, Transcription, TranscriptionForm, new_id
from screening.store.worklist import ListFilter, ListPage

PAPER_CONSENT_VERSION = "paper 1"
"""Names the text that stands for a consent on paper; raised with every change to it."""
_PAPER_CONSENT = "The patient agreed on paper. The signed paper is with the clinic."

_VISIT = "paper"


@dataclass(frozen=True, slots=True, kw_only=True)
class PaperForm:
    """A questionnaire to be typed in. ``versions`` are those that were ever approved, the present one first."""

    questionnaire_id: str
    title: str
    versions: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """An invitation for which a paper form can be typed in, with what is needed to know whose it is.

    ``typing`` are the names of others who are typing it in, ``has_draft`` whether this member of staff is.
    ``begun_online``: the patient has begun online, and what was not sent goes when the paper form is saved.
    """

    invitation_id: str
    identity: Identity
    appointment_at: datetime
    clinician: str
    forms: tuple[PaperForm, ...]
    typing: tuple[str, ...]
    has_draft: bool
    begun_online: bool
    is_again: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Typing:
    """What somebody has typed in so far and not saved."""

    task: Task
    sitting: Sitting
    signed_on: date


def to_type(store: Store, actor: Actor, wanted: ListFilter, *, number: int = 1, now: datetime) -> ListPage:
    """Return page ``number`` of the appointments for which a paper form can be typed in; on record as a list shown."""
    require(actor, TRANSCRIBER)
    with store.write() as session:
        page = worklist.appointments(session, store.keyring, wanted, number, now, paper.TO_TYPE)
        audit.record_list(session, store.keyring, actor, [row.patient_id for row in page.rows], now)
    return page


def task(store: Store, actor: Actor, invitation_id: str, *, now: datetime) -> Task:
    """Return whose form it is and what it asks; on record as a read of the patient's details.

    Raises NotFound if there is no such invitation, NotAllowed if nothing can be typed in for it.
    """
    require(actor, TRANSCRIBER)
    with store.write() as session:
        found = _task(session, store, actor, invitations.get(session, invitation_id))
        audit.record_invitation(session, store.keyring, actor, invitation_id, "read", now)
    return found


def begin(
    store: Store,
    actor: Actor,
    invitation_id: str,
    *,
    signed_on: date | None,
    versions: Mapping[str, str],
    now: datetime,
    zone: tzinfo,
) -> None:
    """Begin to type in a form; twice is once. ``versions`` are those on the paper, by questionnaire id.

    Raises Invalid for ``signed_on`` (none, in the future) and for a ``version-…`` that was never approved.
    """
    require(actor, TRANSCRIBER)
    with store.write() as session:
        invitation = invitations.get(session, invitation_id, for_update=True)
        known = _task(session, store, actor, invitation)
        if known.has_draft:
            return
        problems = {
            f"version-{form.questionnaire_id}": "Choose the version that is printed on the paper form."
            for form in known.forms
            if versions.get(form.questionnaire_id) not in form.versions
        }
        if signed_on is None or signed_on > now.astimezone(zone).date():
            problems["signed_on"] = "Enter the day on which the patient signed; it can't be in the future."
        if problems:
            raise Invalid(problems)
        row = Transcription(
            id=new_id(),
            invitation_id=invitation_id,
            staff_id=staff_id(actor),
            signed_on=signed_on,
            started_at=now,
            saved_at=now,
            revision=0,
            document=b"",
        )
        row.document = store.keyring.seal({"forms": {}}, paper.bound_to_transcription(row.id))
        session.add(row)
        session.flush()
        for position, form in enumerate(known.forms, start=1):
            version = registry.get(session, form.questionnaire_id, versions[form.questionnaire_id])
            on = registry.switched_on(session, registry.parse(version))
            session.add(
                TranscriptionForm(
                    transcription_id=row.id,
                    position=position,
                    questionnaire_id=form.questionnaire_id,
                    version=version.version,
                    content_hash=version.content_hash,
                    switched_on=list(on),
                )
            )
        audit.record_invitation(session, store.keyring, actor, invitation_id, "begin_typing", now)


def view(store: Store, actor: Actor, invitation_id: str) -> Typing | None:
    """Return what this member of staff has typed in so far; None before it was begun. Raises as `task` does."""
    require(actor, TRANSCRIBER)
    with store.read() as session:
        invitation = invitations.get(session, invitation_id)
        known = _task(session, store, actor, invitation)
        row = paper.own_transcription(session, actor, invitation_id)
        return None if row is None else _typing(session, store, known, row)


def save_page(
    store: Store, actor: Actor, typing: Typing, page: SittingPage, posted: Posted, *, now: datetime
) -> DraftPage:
    """Keep a page as it was typed, and return what stands there now.

    Raises Conflict, with the other `DraftPage` as ``current``, if it was kept in another window since the screen was
    made; NotFound if there is nothing that is being typed in any more.
    """
    require(actor, TRANSCRIBER)
    draft = merge(page, posted, _VISIT)
    invitation_id = typing.task.invitation_id
    with store.write() as session:
        _task(session, store, actor, invitations.get(session, invitation_id, for_update=True))
        row = _own(session, actor, invitation_id)
        document = _open(store, row)
        stored = document["forms"].setdefault(page.response_id, {})
        there = stored.get(page.page.id)
        if (there["revision"] if there else 0) != posted.revision:
            current = drafts.from_document(page.response_id, page.page.id, there["revision"], there) if there else None
            if current is not None and (current.answers, current.skipped) == (draft.answers, draft.skipped):
                return current
            raise Conflict("This page was kept in another window in the meantime.", current)
        stored[page.page.id] = {**drafts.to_document(draft), "revision": draft.revision}
        row.document = store.keyring.seal(document, paper.bound_to_transcription(row.id))
        row.revision, row.saved_at = row.revision + 1, now
        detail: dict[str, DetailValue] = {"page": page.number, "revision": draft.revision}
        audit.record_invitation(session, store.keyring, actor, invitation_id, "type_page", now, detail)
    return draft


def discard(store: Store, actor: Actor, invitation_id: str, *, now: datetime) -> None:
    """Throw away what this member of staff typed and has not saved; doing it again changes nothing."""
    require(actor, TRANSCRIBER)
    with store.write() as session:
        row = paper.own_transcription(session, actor, invitation_id, for_update=True)
        if row is not None:
            session.execute(delete(Transcription).where(Transcription.id == row.id))
            audit.record_invitation(session, store.keyring, actor, invitation_id, "discard_typing", now)


def paper_consent(language: str) -> Consent:
    """Return what stands for a consent that was signed on paper."""
    return Consent(version=PAPER_CONSENT_VERSION, language=language, text=_PAPER_CONSENT)


def signed_at(signed_on: date, zone: tzinfo) -> datetime:
    """Return the time that stands for a day of signing: its noon in the clinic's zone."""
    return datetime.combine(signed_on, time(12), zone)


def open_typing(session: Session, store: Store, actor: Actor, invitation: Invitation) -> tuple[Typing, Transcription]:
    """Return what this member of staff is typing in, in a transaction that goes on; NotFound if there is nothing."""
    known = _task(session, store, actor, invitation)
    row = _own(session, actor, invitation.id)
    return _typing(session, store, known, row), row


def _own(session: Session, actor: Actor, invitation_id: str) -> Transcription:
    row = paper.own_transcription(session, actor, invitation_id, for_update=True)
    if row is None:
        raise NotFound("You are not typing in a form for this invitation.")
    return row


def _task(session: Session, store: Store, actor: Actor, invitation: Invitation) -> Task:
    retype = paper.to_retype(session, invitation.id)
    if invitation.state == "sent" and not retype:
        raise NotAllowed("The answers are saved already. They can't be read or changed here.")
    if invitation.state == "cancelled":
        raise NotAllowed("This invitation was cancelled.")
    facts = sittings.facts(session, invitation.id)
    own = paper.own_transcription(session, actor, invitation.id)
    return Task(
        invitation_id=invitation.id,
        identity=patients.read(session, store.keyring, invitation.patient_id),
        appointment_at=invitation.appointment_at,
        clinician=facts.clinician,
        forms=tuple(
            _form(session, questionnaire_id)
            for questionnaire_id in invitations.questionnaire_ids(session, invitation.id)
            if invitation.state != "sent" or questionnaire_id in retype
        ),
        typing=tuple(paper.others_typing(session, actor, invitation.id)),
        has_draft=own is not None,
        begun_online=invitation.state == "open" and bool(sittings.begun(session, invitation.id)),
        is_again=bool(retype),
    )


def _form(session: Session, questionnaire_id: str) -> PaperForm:
    current = registry.current(session, questionnaire_id)
    approved = [row.version for row in registry.versions(session, questionnaire_id) if row.approved_at is not None]
    first = [current.questionnaire.version] if current else []
    title = registry.titles(session).get(questionnaire_id, questionnaire_id)
    return PaperForm(questionnaire_id=questionnaire_id, title=title, versions=tuple(dict.fromkeys([*first, *approved])))


def _typing(session: Session, store: Store, known: Task, row: Transcription) -> Typing:
    stored: Mapping[str, Mapping[str, Any]] = _open(store, row)["forms"]
    responses = tuple(
        _begun(session, form, stored.get(form.questionnaire_id, {}))
        for form in paper.transcription_forms(session, row.id)
    )
    facts = sittings.facts(session, row.invitation_id)
    return Typing(task=known, sitting=sitting_of(facts, responses), signed_on=row.signed_on)


def _begun(session: Session, form: TranscriptionForm, stored: Mapping[str, Any]) -> Begun:
    """Return a form with what was typed so far; it goes by the questionnaire's id until it becomes a response.

    It is in the language of the version's file, which is the one that is printed.
    """
    whole = registry.definition(session, form.questionnaire_id, form.version, form.content_hash)
    known = {page.id for page in offered(whole, form.switched_on).pages}
    saved = {
        page_id: drafts.from_document(form.questionnaire_id, page_id, page["revision"], page)
        for page_id, page in stored.items()
        if page_id in known
    }
    return begun_on(
        form.questionnaire_id, whole, (form.content_hash, None), tuple(form.switched_on), saved, whole.language
    )


def _open(store: Store, row: Transcription) -> dict[str, Any]:
    return store.keyring.open(row.document, paper.bound_to_transcription(row.id))

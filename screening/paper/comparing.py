"""Comparing what was typed in with the paper: a clinician confirms it, or rejects it and keeps the rejected version."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, tzinfo
from typing import Any, Literal

from sqlalchemy import delete
from sqlalchemy.orm import Session

from screening.answer_values import clean_text
from screening.response_view import ResponseView, entries_by_kind, facts_of, in_language
from screening.review import note_on_record, readable
from screening.store import files, notes, outbox, paper, registry, report_tasks, responses, review_entries, staff
from screening.store.access import CliniciansSee, staff_id
from screening.store.audit import Actor
from screening.store.engine import Store
from screening.store.errors import Invalid, NotAllowed, NotFound
from screening.store.notes import NoteView
from screening.store.review_entries import EntryView
from screening.store.tables import Invitation, PaperResponse, RejectedResponse, Response
from screening.summary import Entry, PaperFacts, ReviewFacts

MAX_REASON_LENGTH = 1000
"""Characters in the reason for a rejection, at the most."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RejectedView:
    """A rejected response as it was, with who rejected it and why."""

    response: ResponseView
    rejected_by: str
    rejected_at: datetime
    reason: str
    replaced_by: str | None


def confirm(store: Store, actor: Actor, response_id: str, *, clinicians_see: CliniciansSee, now: datetime) -> None:
    """Note that a clinician compared a response with the paper form; doing it again changes nothing.

    Raises NotFound as `review.load_response` does, NotAllowed for a response that was not typed in from paper.
    """
    with readable(store, actor, response_id, clinicians_see, now, for_update=True) as (session, response, _):
        row = _typed_in(session, response_id)
        if row.confirmed_at is None:
            row.confirmed_at, row.confirmed_by = now, _clinician(actor)
            session.flush()
            note_on_record(session, store, actor, response_id, "confirm_paper", now)
            outbox.post(session, outbox.PREPARE_REPORT, response_id, now)
            report_tasks.post_for_corrected(session, response.invitation_id, now)


def reject(
    store: Store, actor: Actor, response_id: str, reason: str, *, clinicians_see: CliniciansSee, now: datetime
) -> None:
    """Take back a response that was mistyped, so that it can be typed in again; it is kept as it was, with its note.

    Raises NotFound, Invalid for ``reason``, and NotAllowed for what is signed off or was not typed in from paper.
    """
    reason = clean_text(reason).strip()
    if not 0 < len(reason) <= MAX_REASON_LENGTH:
        raise Invalid({"reason": f"Say what is mistyped, with at most {MAX_REASON_LENGTH:,} characters."})
    with readable(store, actor, response_id, clinicians_see, now, for_update=True) as (session, response, invitation):
        row = _typed_in(session, response_id)
        rejected_by = _clinician(actor)
        if response.reviewed_at is not None:
            raise NotAllowed("This response is signed off; it can't be rejected any more.")
        document = _kept(session, store, response, invitation, row, reason)
        session.add(
            RejectedResponse(
                id=response.id,
                invitation_id=response.invitation_id,
                patient_id=response.patient_id,
                questionnaire_id=response.questionnaire_id,
                version=response.version,
                content_hash=response.content_hash,
                transcriber_id=row.transcriber_id,
                signed_on=row.signed_on,
                sent_at=response.sent_at,
                rejected_at=now,
                rejected_by=rejected_by,
                replaced_by=None,
                document=store.keyring.seal(document, paper.bound_to_rejected(response.id)),
            )
        )
        session.flush()
        note_on_record(session, store, actor, response_id, "reject_paper", now)
        files.remove_with(session, [response_id])
        # With it go (ON DELETE CASCADE) the prepared report, and its note, the entries of its review and what tells of
        # the paper, which are all in the kept document.
        session.execute(delete(Response).where(Response.id == response_id))
        report_tasks.post_for_corrected(session, invitation.id, now)


def load_rejected(
    store: Store,
    actor: Actor,
    response_id: str,
    *,
    clinicians_see: CliniciansSee,
    now: datetime,
    zone: tzinfo,
    action: Literal["read", "record"] = "read",
    language: str = "",
) -> RejectedView:
    """Return a rejected response, and put on record that it was read; NotFound as `review.load_response` does.

    The questions are in ``language`` (BCP 47), where they have a translation into it.
    """
    with store.write() as session:
        found = paper.find_rejected(session, actor, response_id, clinicians_see, now)
        if found is not None:
            view = _view(session, store, *found, zone, language)
            note_on_record(session, store, actor, response_id, action, now)
            return view
    raise NotFound("There is no such response.")


def _typed_in(session: Session, response_id: str) -> PaperResponse:
    row = session.get(PaperResponse, response_id, populate_existing=True)
    if row is None:
        raise NotAllowed("This response was not typed in from paper.")
    return row


def _clinician(actor: Actor) -> int:
    found = staff_id(actor)
    if found is None:
        raise NotAllowed("Only a clinician can compare it with the paper form.")
    return found


def _kept(
    session: Session, store: Store, response: Response, invitation: Invitation, row: PaperResponse, reason: str
) -> dict[str, Any]:
    """Return all of a response that would go with it."""
    assert response.document is not None
    note = notes.read(session, store.keyring, response.id)
    return {
        "pages": store.keyring.open(response.document, responses.bound_to(response.id))["pages"],
        "language": response.language,
        "position": response.position,
        "switched_on": list(response.switched_on),
        "started_at": response.started_at.isoformat(),
        "helped_by": invitation.helped_by,
        "confirmed": {"at": row.confirmed_at.isoformat(), "by": row.confirmed_by} if row.confirmed_at else None,
        "note": {"text": note.text, "revision": note.revision, "by": note.by, "at": note.at.isoformat()}
        if note.at
        else None,
        "entries": [
            {"kind": entry.kind, "by": entry.by, "at": entry.at.isoformat(), "text": entry.text}
            for entry in review_entries.read(session, store.keyring, response.id)
        ],
        "reason": reason,
    }


def _view(
    session: Session, store: Store, row: RejectedResponse, invitation: Invitation, zone: tzinfo, language: str
) -> RejectedView:
    kept = store.keyring.open(row.document, paper.bound_to_rejected(row.id))
    names = staff.names(session, (row.transcriber_id, row.rejected_by))
    base = registry.definition(session, row.questionnaire_id, row.version, row.content_hash)
    # What it was: a response like any other, which is in no table any more.
    response = Response(
        id=row.id,
        invitation_id=row.invitation_id,
        patient_id=row.patient_id,
        questionnaire_id=row.questionnaire_id,
        version=row.version,
        content_hash=row.content_hash,
        language=kept["language"],
        position=kept["position"],
        switched_on=kept["switched_on"],
        started_at=datetime.fromisoformat(kept["started_at"]),
        sent_at=row.sent_at,
    )
    questionnaire = in_language(session, response, base, {}, language)
    note = _note(kept["note"])
    entries = entries_by_kind(
        [
            EntryView(entry["kind"], entry["by"], datetime.fromisoformat(entry["at"]), entry["text"])
            for entry in kept["entries"]
        ]
    )
    languages = {page_id: page.get("language") or kept["language"] for page_id, page in kept["pages"].items()}
    facts = facts_of(session, store.keyring, response, invitation, base, languages, {}, zone)
    on_paper = PaperFacts(
        typed_by=names[row.transcriber_id],
        signed_on=row.signed_on,
        rejected=Entry(by=names[row.rejected_by], at=row.rejected_at),
    )
    written = Entry(by=note.by, at=note.at, text=note.text) if note.text and note.at else None
    view = ResponseView(
        response_id=row.id,
        invitation_id=row.invitation_id,
        patient_id=row.patient_id,
        content_hash=row.content_hash,
        questionnaire=questionnaire,
        as_asked=in_language(session, response, base, {}, response.language),
        answers=responses.read_answers(questionnaire, kept["pages"]),
        facts=replace(facts, paper=on_paper),
        review=ReviewFacts(
            note=written,
            addenda=entries["addendum"],
            past_sign_offs=entries["sign_off"],
            reopenings=entries["reopening"],
        ),
        helped_by=kept["helped_by"],
        note=note,
        signed_off=None,
        corrects_id=None,
        corrected_by_id=None,
        sitting=(),
    )
    return RejectedView(
        response=view,
        rejected_by=names[row.rejected_by],
        rejected_at=row.rejected_at,
        reason=kept["reason"],
        replaced_by=row.replaced_by,
    )


def _note(kept: dict[str, Any] | None) -> NoteView:
    if kept is None:
        return NoteView()
    return NoteView(kept["text"], kept["revision"], kept["by"], datetime.fromisoformat(kept["at"]))

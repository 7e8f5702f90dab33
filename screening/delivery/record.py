"""The record of one response: all that is held of it, with what was seen, agreed to, read and by whom, and hashes.

For the clinician who may read the response, for instance when a patient or a court asks. Taking it is on record.
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from reports.process import Renderer
from screening import review
from screening.answer_formats import dump_answers
from screening.definition.fhir import questionnaire_to_fhir
from screening.delivery import signed
from screening.delivery.preparing import Press, prepare, ready
from screening.delivery.signed import SignedReportView
from screening.delivery.zipped import zip_of
from screening.reporting import fhir_of
from screening.review import ResponseView
from screening.store import overlays, registry, signed_reports, staff
from screening.store.access import CliniciansSee
from screening.store.audit import Actor
from screening.store.engine import Store
from screening.store.tables import AuditEvent, ConsentText, Invitation, Response
from screening.summary import Entry

NOT_KEPT = (
    "What the patient typed and changed before sending: each page is kept as it was last saved, until the sending.",
    "Answers to questions that were not asked any more when the patient sent them.",
    "Earlier texts of the note: the note is kept as it was last saved; that it was saved, by whom and when, is kept.",
    "The patient's own look at her or his pages, and the addresses of links: only their hashes are kept.",
    "The PDF of a sign-off that was ended before the PDF was made, or from before this program kept them.",
    "The PDF of a sign-off that shows answers of an earlier visit which were deleted since: its hash is kept.",
    "Lists of appointments that staff were shown: they stand in the audit trail of each member of staff.",
)
"""What a reader of the record might look for in vain."""

SIGNED = "report-as-signed-"
"""How the names of the PDFs begin that were kept at sign-offs; a number follows."""

_FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""How a cell begins that a spreadsheet would run."""


@dataclass(frozen=True, slots=True)
class Event:
    """One line of the audit trail, in words: ``who`` is a name where it is a member of staff."""

    at: datetime
    action: str
    who: str
    kind: str
    origin: str
    about: str
    detail: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Record:
    """The record: a view of the response, who did what with it, and the files with their SHA-256 in the manifest."""

    view: ResponseView
    events: tuple[Event, ...]
    consent: str
    files: Mapping[str, bytes]

    def hashes(self) -> dict[str, str]:
        """Return the SHA-256 of each file, in hexadecimal digits, by name."""
        return {name: hashlib.sha256(content).hexdigest() for name, content in sorted(self.files.items())}

    def zipped(self) -> bytes:
        """Return the files as a zip; the same files give the same bytes."""
        return zip_of(dict(sorted(self.files.items())))


def gather(
    store: Store,
    actor: Actor,
    response_id: str,
    press: Press,
    renderer: Renderer,
    *,
    clinicians_see: CliniciansSee,
    now: datetime,
) -> Record:
    """Return the record of a response, and put on record that it was taken.

    Raises NotFound where there is no such response, or none that this actor may read; RenderError where its PDF can't
    be made.
    """
    view = review.load_response(
        store,
        actor,
        response_id,
        clinicians_see=clinicians_see,
        now=now,
        zone=press.zone,
        action="record",
        language=press.language,
    )
    prepare(store, press, renderer, response_id, now)
    with store.read() as session:
        kept = signed.list_kept(session, view)
        response = session.get_one(Response, response_id)
        invitation = session.get_one(Invitation, response.invitation_id)
        version = registry.get(session, response.questionnaire_id, response.version)
        consent = session.get(ConsentText, invitation.consent_hash) if invitation.consent_hash else None
        events = _events(session, [f"response:{response_id}", f"invitation:{response.invitation_id}"])
        pdf = ready(session, store, press, view)
        as_signed = {
            f"{SIGNED}{each.number}.pdf": signed_reports.read(session, store.keyring, each.kept)
            for each in kept
            if each.may_open
        }
        translations = overlays.frozen(session, response_id)
        texts = overlays.texts(session, translations.values())
        files = {
            "response.json": _json(_response(view, response, invitation, translations)),
            "response.fhir.json": _json(fhir_of(view, press.zone)),
            "questionnaire.yaml": version.text.encode(),
            **{f"questionnaire.{code}.yaml": texts[found].encode() for code, found in translations.items()},
            "questionnaire.fhir.json": _json(questionnaire_to_fhir(view.as_asked)),
            "note.json": _json(_note(view, kept)),
            "events.csv": _events_csv(events, press),
            "not-kept.txt": "".join(f"- {line}\n" for line in NOT_KEPT).encode(),
            **{name: content for name, content in as_signed.items() if content is not None},
        }
    consent_text = consent.text if consent is not None else ""
    if consent_text:
        files["consent.txt"] = consent_text.encode()
    # Who may see other earlier visits beside it than its clinician gets a report of her own.
    files["report.pdf"] = pdf if pdf is not None else renderer.render(press.report(view), press.paper)
    record = Record(view, events, consent_text, files)
    manifest = {
        "response": response_id,
        "taken_at": now,
        "taken_by": actor.name or actor.id,
        "questionnaire_hash": response.content_hash,
        "consent_hash": invitation.consent_hash,
        "sha256": record.hashes(),
        "not_kept": NOT_KEPT,
    }
    return Record(view, events, consent_text, files | {"manifest.json": _json(manifest)})


def _paper(view: ResponseView) -> dict[str, Any] | None:
    """Return who typed it in and who compared it, None where the patient sent it."""
    if view.paper is None:
        return None
    return {
        "typed_in_by": view.paper.typed_by,
        "signed_on": view.paper.signed_on,
        "compared_at": view.paper.confirmed_at,
        "compared_by": view.paper.confirmed_by or None,
    }


def _response(
    view: ResponseView, response: Response, invitation: Invitation, translations: Mapping[str, str]
) -> dict[str, Any]:
    facts = view.facts
    return {
        "id": response.id,
        "patient": {"name": facts.patient_name, "birth_date": facts.birth_date, "record_number": facts.record_number},
        "appointment": facts.appointment,
        "clinician": facts.clinician,
        "questionnaire": {"id": response.questionnaire_id, "version": response.version, "hash": response.content_hash},
        "translations": dict(translations),
        "language": response.language,
        "page_languages": dict(view.facts.page_languages),
        "switched_on": sorted(response.switched_on),
        "invited_at": invitation.created_at,
        "consented_at": invitation.consented_at,
        "started_at": response.started_at,
        "sent_at": response.sent_at,
        "sent_sequence": response.sent_sequence,
        "reviewed_at": response.reviewed_at,
        "reviewed_by": view.signed_off.by if view.signed_off else None,
        "helped_by": view.helped_by,
        "paper": _paper(view),
        "answers": dump_answers(view.answers),
        "pages_reached": sorted(view.answers.reached),
        "pages_skipped": sorted(view.answers.skipped),
    }


def _note(view: ResponseView, kept: Sequence[SignedReportView]) -> dict[str, Any]:
    return {
        "text": view.note.text,
        "revision": view.note.revision,
        "saved_by": view.note.by,
        "saved_at": view.note.at,
        "signed_off_by": view.signed_off.by if view.signed_off else None,
        "signed_off_at": view.signed_off.at if view.signed_off else None,
        "reports_as_signed": [
            {
                "signed_off_by": each.signed_by,
                "signed_off_at": each.kept.signed_at,
                "sha256": each.kept.sha256,
                "made_at": each.kept.made_at,
                "language": each.kept.language,
            }
            for each in kept
        ],
        "past_sign_offs": _entries(view.review.past_sign_offs),
        "reopenings": _entries(view.review.reopenings),
        "addenda": _entries(view.review.addenda),
        "corrects": view.corrects_id,
        "corrected_by": view.corrected_by_id,
    }


def _entries(entries: Sequence[Entry]) -> list[dict[str, Any]]:
    return [{"by": entry.by, "at": entry.at, "text": entry.text} for entry in entries]


def _events(session: Session, records: Sequence[str]) -> tuple[Event, ...]:
    rows = session.scalars(select(AuditEvent).where(AuditEvent.record.in_(records)).order_by(AuditEvent.id)).all()
    members = {row.actor for row in rows if row.actor_kind == "staff" and row.actor.isdecimal()}
    names = staff.names(session, map(int, members))
    return tuple(
        Event(
            at=row.at,
            action=row.action,
            who=names.get(int(row.actor), row.actor) if row.actor in members else _other(row),
            kind=row.actor_kind,
            origin=row.origin,
            about=row.record,
            detail=row.detail,
        )
        for row in rows
    )


def _other(row: AuditEvent) -> str:
    return "patient" if row.actor_kind == "patient" else row.actor


def _events_csv(events: Sequence[Event], press: Press) -> bytes:
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(("time", "who", "kind", "did", "record", "from", "detail"))
    for event in events:
        at = event.at.astimezone(press.zone).isoformat(timespec="seconds")
        detail = json.dumps(event.detail, ensure_ascii=False, sort_keys=True) if event.detail else ""
        cells = (at, event.who, event.kind, event.action, event.about, event.origin, detail)
        writer.writerow([f"'{cell}" if cell.startswith(_FORMULA) else cell for cell in cells])
    return text.getvalue().encode("utf-8-sig")


def _json(content: object) -> bytes:
    return (json.dumps(content, ensure_ascii=False, indent=2, default=_plain) + "\n").encode()


def _plain(value: object) -> object:
    isoformat = getattr(value, "isoformat", None)
    if isoformat is None:
        raise TypeError(f"not for JSON: {type(value).__name__}")
    return isoformat()

"""The files of a record, as bytes: a version's answers and what they answer, its note, the audit trail's lines."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from screening.answer_formats import dump_answers
from screening.definition.fhir import questionnaire_to_fhir
from screening.delivery.signed import SignedReportView
from screening.paper.comparing import RejectedView
from screening.reporting import fhir_of
from screening.review import ResponseView
from screening.store import overlays, registry, staff
from screening.store.tables import AuditEvent, Invitation, Response
from screening.summary import Entry

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


def version_files(
    session: Session, view: ResponseView, zone: tzinfo, rejected: RejectedView | None = None
) -> dict[str, bytes]:
    """Return the answers of one version with the questionnaire as it was asked, by file name.

    ``rejected`` tells of one that was typed in from paper and rejected, of which there is no response any more.
    """
    response = session.get(Response, view.response_id)
    invitation = session.get_one(Invitation, view.invitation_id)
    form = registry.get(session, view.questionnaire.id, view.questionnaire.version)
    translations = overlays.frozen(session, view.response_id)
    texts = overlays.texts(session, translations.values())
    said = _response(view, response, invitation, translations)
    if rejected is not None:
        said["rejected"] = {
            "by": rejected.rejected_by,
            "at": rejected.rejected_at,
            "reason": rejected.reason,
            "replaced_by": rejected.replaced_by,
        }
    return {
        "response.json": as_json(said),
        "response.fhir.json": as_json(fhir_of(view, zone)),
        "questionnaire.yaml": form.text.encode(),
        **{f"questionnaire.{code}.yaml": texts[found].encode() for code, found in translations.items()},
        "questionnaire.fhir.json": as_json(questionnaire_to_fhir(view.as_asked)),
    }


def _paper(view: ResponseView) -> dict[str, Any] | None:
    """Return who typed it in and who compared it, None where the patient sent it."""
    paper = view.facts.paper
    if paper is None:
        return None
    return {
        "typed_in_by": paper.typed_by,
        "signed_on": paper.signed_on,
        "compared_at": paper.confirmed.at if paper.confirmed else None,
        "compared_by": paper.confirmed.by if paper.confirmed else None,
    }


def _response(
    view: ResponseView, response: Response | None, invitation: Invitation, translations: Mapping[str, str]
) -> dict[str, Any]:
    facts = view.facts
    asked = view.questionnaire
    return {
        "id": view.response_id,
        "patient": {"name": facts.patient_name, "birth_date": facts.birth_date, "record_number": facts.record_number},
        "appointment": facts.appointment,
        "clinician": facts.clinician,
        "questionnaire": {"id": asked.id, "version": asked.version, "hash": view.content_hash},
        "translations": dict(translations),
        "language": facts.language,
        "page_languages": dict(facts.page_languages),
        "switched_on": sorted(facts.switched_on),
        "invited_at": invitation.created_at,
        "consented_at": invitation.consented_at,
        "started_at": facts.started_at,
        "sent_at": facts.sent_at,
        "sent_sequence": response.sent_sequence if response else None,
        "reviewed_at": view.signed_off.at if view.signed_off else None,
        "reviewed_by": view.signed_off.by if view.signed_off else None,
        "helped_by": view.helped_by,
        "paper": _paper(view),
        "answers": dump_answers(view.answers),
        "pages_reached": sorted(view.answers.reached),
        "pages_skipped": sorted(view.answers.skipped),
    }


def note_file(view: ResponseView, kept: Sequence[SignedReportView] = ()) -> bytes:
    """Return the note with its sign-offs, the PDFs ``kept`` at them, and what corrects what."""
    said = {
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
    return as_json(said)


def _entries(entries: Sequence[Entry]) -> list[dict[str, Any]]:
    return [{"by": entry.by, "at": entry.at, "text": entry.text} for entry in entries]


def events_of(session: Session, records: Sequence[str]) -> tuple[Event, ...]:
    """Return the lines of the audit trail about these records, in the order in which they happened."""
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


def events_csv(events: Sequence[Event], zone: tzinfo) -> bytes:
    """Return the lines as CSV, times in ``zone``; an apostrophe marks a cell that a spreadsheet would run."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(("time", "who", "kind", "did", "record", "from", "detail"))
    for event in events:
        at = event.at.astimezone(zone).isoformat(timespec="seconds")
        detail = json.dumps(event.detail, ensure_ascii=False, sort_keys=True) if event.detail else ""
        cells = (at, event.who, event.kind, event.action, event.about, event.origin, detail)
        writer.writerow([f"'{cell}" if cell.startswith(_FORMULA) else cell for cell in cells])
    return text.getvalue().encode("utf-8-sig")


def as_json(content: object) -> bytes:
    """Return plain data as a JSON file; dates and times in ISO 8601."""
    return (json.dumps(content, ensure_ascii=False, indent=2, default=_plain) + "\n").encode()


def _plain(value: object) -> object:
    isoformat = getattr(value, "isoformat", None)
    if isoformat is None:
        raise TypeError(f"not for JSON: {type(value).__name__}")
    return isoformat()

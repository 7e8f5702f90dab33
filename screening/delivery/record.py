"""The record of one response: all that is held of it, with what was seen, agreed to, read and by whom, and hashes.

For the clinician who may read the response, for instance when a patient or a court asks. Taking it is on record.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from reports.process import Renderer
from screening import review
from screening.delivery import copies, record_versions, signed
from screening.delivery.preparing import Press, prepare, ready
from screening.delivery.record_files import Event, as_json, events_csv, events_of, note_file, version_files
from screening.delivery.record_versions import Versions
from screening.delivery.zipped import zip_of
from screening.review import ResponseView
from screening.store import outbox, signed_reports
from screening.store.access import CliniciansSee
from screening.store.audit import Actor
from screening.store.engine import Store
from screening.store.files import Asker
from screening.store.tables import ConsentText, Invitation

NOT_KEPT = (
    "What the patient typed and changed before sending: each page is kept as it was last saved, until the sending.",
    "Answers to questions that were not asked any more when the patient sent them.",
    "Earlier texts of the note: the note is kept as it was last saved; that it was saved, by whom and when, is kept.",
    "The patient's own look at her or his pages, and the addresses of links: only their hashes are kept.",
    "The PDF of a sign-off that was ended before the PDF was made, or from before this program kept them.",
    "The PDF of a sign-off that shows answers of an earlier visit which were deleted since: its hash is kept.",
    "Versions of the response that were deleted, also what was typed in from paper, rejected and deleted since.",
    "Lists of appointments that staff were shown: they stand in the audit trail of each member of staff.",
)
"""What a reader of the record might look for in vain."""

REPORT = "report.pdf"
SIGNED = "report-as-signed-"
"""How the names of the PDFs begin that were kept at sign-offs; a number follows."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """The report for a record is still to be made: as a file of this id, or "" for the one that is prepared."""

    file_id: str = ""


@dataclass(frozen=True, slots=True)
class Record:
    """The record: a view of the response, who did what with it, and the files with their SHA-256 in the manifest.

    ``versions`` are the other versions of the response, whose files and events are among these.
    """

    view: ResponseView
    events: tuple[Event, ...]
    consent: str
    files: Mapping[str, bytes]
    versions: Versions

    def hashes(self) -> dict[str, str]:
        """Return the SHA-256 of each file, in hexadecimal digits, by name."""
        return {name: hashlib.sha256(content).hexdigest() for name, content in sorted(self.files.items())}

    def zipped(self) -> bytes:
        """Return the files as a zip; the same files give the same bytes."""
        return zip_of(dict(sorted(self.files.items())))


def wait_for(
    store: Store, actor: Actor, response_id: str, press: Press, *, clinicians_see: CliniciansSee, now: datetime
) -> Waiting | None:
    """Have the report made that the record of a response is to hold; None where it is there.

    That the record was taken is not on record yet. Raises NotFound as `gather` does.
    """
    with review.readable_unopened(store, actor, response_id, clinicians_see, now) as (transaction, readable):
        is_usual = press.readable(transaction, response_id, now) == readable
        is_kept = readable.reviewed_at is None or signed_reports.find(transaction, response_id, readable.reviewed_at)
        key = press.content_key(transaction, response_id, readable.earlier)
    view = copies.read_by(store, actor, response_id, press, clinicians_see=clinicians_see, now=now)
    if is_kept and report_for(store, actor, view, press, now) is not None:
        return None
    if is_kept and not is_usual:
        return Waiting(copies.ask(store, actor, view, press, key, now))
    with store.write() as session:
        outbox.post(session, outbox.PREPARE_REPORT, response_id, now)
    return Waiting()


def report_for(store: Store, actor: Actor, view: ResponseView, press: Press, now: datetime) -> bytes | None:
    """Return the report of a response as it is now, for the record that this actor takes; None where none is made."""
    with store.read() as session:
        pdf = ready(session, store, press, view)
        if pdf is None and actor.kind == "staff":
            pdf = copies.made(session, store, Asker.of(actor), press, view.response_id, signed.beside(view), now)
    return pdf


def gather(
    store: Store,
    actor: Actor,
    response_id: str,
    press: Press,
    renderer: Renderer | None = None,
    *,
    clinicians_see: CliniciansSee,
    now: datetime,
) -> Record:
    """Return the record of a response, and put on record that it was taken.

    With a ``renderer`` a report that is not there is made, and RenderError raised where it can't be; without one the
    record lacks it: see `wait_for`. Raises NotFound where there is no such response, or none that this actor may read.
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
    versions = record_versions.load(store, actor, view, press, clinicians_see=clinicians_see, now=now)
    if renderer is not None:
        prepare(store, press, renderer, response_id, now)
    with store.read() as session:
        invitation = session.get_one(Invitation, view.invitation_id)
        consent = session.get(ConsentText, invitation.consent_hash) if invitation.consent_hash else None
        consent_text = consent.text if consent is not None else ""
        about = [response_id, *versions.ids()]
        events = events_of(session, [*(f"response:{one}" for one in about), f"invitation:{invitation.id}"])
        files = _held(session, store, view, press) | versions.files(session, press)
    files["events.csv"] = events_csv(events, press.zone)
    files["not-kept.txt"] = "".join(f"- {line}\n" for line in not_kept(versions)).encode()
    if consent_text:
        files["consent.txt"] = consent_text.encode()
    pdf = report_for(store, actor, view, press, now)
    if pdf is None and renderer is not None:
        # Who may see other earlier visits beside it than its clinician gets a report of her own.
        pdf = renderer.render(press.report(view), press.paper)
    if pdf is not None:
        files[REPORT] = pdf
    record = Record(view, events, consent_text, files, versions)
    return replace(record, files=files | {"manifest.json": _manifest(record, actor, invitation.consent_hash, now)})


def _held(session: Session, store: Store, view: ResponseView, press: Press) -> dict[str, bytes]:
    """Return what is held of the response itself: answers, questionnaire, note, and the PDFs kept at its sign-offs."""
    kept = signed.list_kept(session, view)
    as_signed = {
        f"{SIGNED}{each.number}.pdf": signed_reports.read(session, store.keyring, each.kept)
        for each in kept
        if each.may_open
    }
    return {
        **version_files(session, view, press.zone),
        "note.json": note_file(view, kept),
        **{name: content for name, content in as_signed.items() if content is not None},
    }


def not_kept(versions: Versions) -> tuple[str, ...]:
    """Return what a reader might look for in vain in a record with these other versions."""
    missing = []
    if versions.withheld:
        missing.append(f"Other versions of this response that you may not read: {versions.withheld}.")
    if versions.deleted:
        missing.append(f"Other versions of this response that were sent and deleted since: {versions.deleted}.")
    return (*missing, *NOT_KEPT)


def _manifest(record: Record, actor: Actor, consent_hash: str | None, now: datetime) -> bytes:
    manifest: dict[str, Any] = {
        "response": record.view.response_id,
        "taken_at": now,
        "taken_by": actor.name or actor.id,
        "questionnaire_hash": record.view.content_hash,
        "consent_hash": consent_hash,
        "other_versions": record.versions.ids(),
        "sha256": record.hashes(),
        "not_kept": not_kept(record.versions),
    }
    return as_json(manifest)

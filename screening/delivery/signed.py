"""The report as it was signed off: made once, kept, never made again; and telling whether a PDF is one of these."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, tzinfo

from sqlalchemy.orm import Session

from screening import review
from screening.response_view import ResponseView, signed_off_by
from screening.store import audit, registry, responses, review_entries, signed_reports
from screening.store.access import CliniciansSee
from screening.store.audit import Actor
from screening.store.engine import Store
from screening.store.errors import NotFound
from screening.store.signed_reports import KeptReport
from screening.store.tables import Response
from screening.summary import Entry

MAX_PDF_BYTES = 10_000_000
"""A larger file is none of ours, and is not looked at."""


@dataclass(frozen=True, slots=True)
class SignedReportView:
    """A kept PDF with what a reader is told of it: its place among the response's, and who signed.

    ``stands`` is False where the response was opened again since. ``may_open`` is False where the bytes were deleted,
    or the PDF shows an earlier visit that this reader may not read.
    """

    number: int
    kept: KeptReport
    signed_by: str
    stands: bool
    may_open: bool


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a kept PDF comes from, for who may read its response."""

    response_id: str
    questionnaire: str
    appointment: datetime
    signed_by: str
    signed_at: datetime
    made_at: datetime
    stands: bool


@dataclass(frozen=True, slots=True)
class Verdict:
    """What is to be said of a PDF: ``is_ours`` if it is, byte for byte, one that was kept at a sign-off.

    ``origin`` is None where it is not, or where its response is not this reader's to read.
    """

    sha256: str
    is_ours: bool
    origin: Origin | None = None


def as_signed(view: ResponseView) -> ResponseView:
    """Return a signed response as it stood at its sign-off: without the addenda and the correction that came later."""
    assert view.signed_off is not None
    at = view.signed_off.at
    addenda = tuple(entry for entry in view.review.addenda if entry.at <= at)
    corrected = view.facts.corrected
    is_later = corrected is not None and corrected > at
    return replace(
        view,
        review=replace(view.review, addenda=addenda),
        facts=replace(view.facts, corrected=None) if is_later else view.facts,
        corrected_by_id=None if is_later else view.corrected_by_id,
    )


def was_added_to(view: ResponseView) -> bool:
    """Tell whether something was added to a signed response after its sign-off."""
    return as_signed(view) != view


def beside(view: ResponseView) -> tuple[str, ...]:
    """Return the ids of the earlier responses that stand beside one."""
    return tuple(earlier.response_id for earlier in view.facts.earlier)


def may_open(kept: KeptReport, earlier: Collection[str]) -> bool:
    """Tell whether who may read these earlier responses may have this PDF, and it is there."""
    return kept.is_there and kept.earlier <= frozenset(earlier)


def of_view(session: Session, view: ResponseView) -> KeptReport | None:
    """Return what is kept of the sign-off that stands; None for an unsigned response, or if nothing is kept yet."""
    if view.signed_off is None:
        return None
    return signed_reports.find(session, view.response_id, view.signed_off.at)


def as_kept(store: Store, view: ResponseView, language: str) -> bytes | None:
    """Return the kept PDF of the sign-off that stands, if there is one in this language that this reader may open."""
    with store.read() as session:
        kept = of_view(session, view)
        if kept is None or kept.language != language or not may_open(kept, beside(view)):
            return None
        return signed_reports.read(session, store.keyring, kept)


def standing_for(session: Session, store: Store, view: ResponseView, language: str) -> bytes | None:
    """Return the kept PDF where it says in this language all that a report of ``view`` would say; else None."""
    kept = of_view(session, view)
    if kept is None or kept.language != language or not may_open(kept, beside(view)) or was_added_to(view):
        return None
    return signed_reports.read(session, store.keyring, kept)


def keep(store: Store, view: ResponseView, pdf: bytes, *, language: str, now: datetime) -> bool:
    """Keep the PDF of a sign-off, on record; nothing happens where one is kept, or the response was deleted."""
    assert view.signed_off is not None
    with store.write() as session:
        is_new = signed_reports.keep(
            session,
            store.keyring,
            view.response_id,
            view.signed_off.at,
            pdf,
            language=language,
            earlier=[earlier.response_id for earlier in view.facts.earlier],
            now=now,
        )
        if is_new:
            record = f"response:{view.response_id}"
            audit.record(session, store.keyring, actor=audit.SYSTEM, action="keep_signed_report", record=record, at=now)
    return is_new


def list_kept(session: Session, view: ResponseView) -> tuple[SignedReportView, ...]:
    """Return the kept PDFs of a response, the first sign-off first."""
    by = {entry.at: entry.by for entry in view.review.past_sign_offs}
    standing = None
    if view.signed_off is not None:
        standing = view.signed_off.at
        by[standing] = view.signed_off.by
    return tuple(
        SignedReportView(
            number, kept, by.get(kept.signed_at, ""), kept.signed_at == standing, may_open(kept, beside(view))
        )
        for number, kept in enumerate(signed_reports.of_response(session, view.response_id), 1)
    )


def without_pdf(view: ResponseView, kept: Sequence[SignedReportView]) -> tuple[Entry, ...]:
    """Return the sign-offs that were ended before their PDF was made, or before the program kept any."""
    have_one = {each.kept.signed_at for each in kept}
    return tuple(entry for entry in view.review.past_sign_offs if entry.at not in have_one)


def download_kept(
    store: Store,
    actor: Actor,
    response_id: str,
    number: int,
    *,
    clinicians_see: CliniciansSee,
    now: datetime,
    zone: tzinfo,
) -> tuple[ResponseView, bytes]:
    """Return a response with one PDF that was kept of it, byte for byte, and put the download on record.

    Raises NotFound where there is no such response or PDF, or none that this actor may open.
    """

    def find(session: Session, view: ResponseView) -> bytes | None:
        wanted = [each.kept for each in list_kept(session, view) if each.number == number and each.may_open]
        return signed_reports.read(session, store.keyring, wanted[0]) if wanted else None

    view, pdf = review.download(store, actor, response_id, find, clinicians_see=clinicians_see, now=now, zone=zone)
    if pdf is None:
        raise NotFound("There is no such PDF.")
    return view, pdf


def verify(store: Store, actor: Actor, pdf: bytes, *, clinicians_see: CliniciansSee, now: datetime) -> Verdict:
    """Tell whether a PDF is one that was kept at a sign-off, unchanged; on record. Nothing of the file is stored."""
    sha256 = signed_reports.sha256_of(pdf)
    with store.write() as session:
        found = signed_reports.with_sha256(session, store.keyring, sha256)
        record = f"response:{found[0]}" if found else f"{actor.kind}:{actor.id}"[:120]
        detail = {"is_ours": found is not None}
        audit.record(session, store.keyring, actor=actor, action="verify", record=record, at=now, detail=detail)
        if found is None:
            return Verdict(sha256, is_ours=False)
        row = responses.find_sent(session, actor, found[0], clinicians_see, now=now)
        if row is None:
            return Verdict(sha256, is_ours=True)
        kept = signed_reports.find(session, *found)
        assert kept is not None
        response, invitation = row
        asked = registry.definition(session, response.questionnaire_id, response.version, response.content_hash)
        origin = Origin(
            response_id=response.id,
            questionnaire=asked.title,
            appointment=invitation.appointment_at,
            signed_by=_signer(session, store, response, kept.signed_at),
            signed_at=kept.signed_at,
            made_at=kept.made_at,
            stands=response.reviewed_at == kept.signed_at,
        )
        return Verdict(sha256, is_ours=True, origin=origin)


def _signer(session: Session, store: Store, response: Response, signed_at: datetime) -> str:
    standing = signed_off_by(session, response)
    if standing is not None and standing.at == signed_at:
        return standing.by
    ended: Collection[review_entries.EntryView] = review_entries.read(session, store.keyring, response.id)
    return next((entry.by for entry in ended if entry.kind == "sign_off" and entry.at == signed_at), "")

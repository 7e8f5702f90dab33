"""Reports made before somebody asks, so that a download does not wait for layout.

A prepared PDF is known by its content key: a hash over the rows that its Report is made from, the paper, and the
programs that make it. Whatever changes gives another key, so an old PDF is never handed out; nobody has to remember to
throw it away. The key opens and reads no answer, so that a download costs little more than the file.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo
from functools import cache
from pathlib import Path

from sqlalchemy.orm import Session

from reports.document import Report
from reports.edition import edition
from reports.paper import Paper
from reports.process import Renderer
from screening import review
from screening.delivery import signed
from screening.reporting import file_name_of, reader_in, report_of
from screening.response_view import ResponseView
from screening.review import EARLIER_VISITS
from screening.store import outbox, prepared, report_sources, signed_reports
from screening.store.access import CLINICIAN, CliniciansSee
from screening.store.audit import SYSTEM, Actor
from screening.store.compiled import Transaction
from screening.store.engine import Store
from screening.store.report_sources import Readable
from screening.translations import FOLDER as TRANSLATIONS

_CODE = Path(review.__file__).parent


@dataclass(frozen=True, slots=True)
class Press:
    """How a clinic's reports are made: paper, time zone, the language (BCP 47) of its staff, whose answers they see."""

    paper: Paper
    zone: tzinfo
    language: str = "en"
    clinicians_see: CliniciansSee = "practice"

    def report(self, view: ResponseView) -> Report:
        """Return the report of a response."""
        return report_of(view, reader_in(self.language, self.zone))

    def load(self, store: Store, response_id: str, now: datetime) -> ResponseView | None:
        """Return what is prepared of a response, as its clinician sees it; None if it was deleted."""
        return review.load_for_preparing(
            store, response_id, clinicians_see=self.clinicians_see, now=now, zone=self.zone, language=self.language
        )

    def content_key(self, transaction: Transaction, response_id: str, earlier: Sequence[str]) -> str:
        """Return 64 hexadecimal digits that change with anything that the PDF of a response is made from.

        ``earlier`` are the ids of the responses that stand beside it.
        """
        made_with = [self.paper, str(self.zone), self.language, edition(), _program()]
        content = report_sources.digest(transaction, response_id, earlier)
        return hashlib.sha256(json.dumps([*made_with, content]).encode()).hexdigest()

    def readable(self, transaction: Transaction, response_id: str, now: datetime) -> Readable | None:
        """Return what the appointment's clinician reads, for whom reports are prepared; None if it was deleted."""
        found = report_sources.find_readable(transaction, SYSTEM, response_id, "practice", now=now, most=0)
        if found is None:
            return None
        clinician = Actor("staff", str(found.clinician_id), "", frozenset({CLINICIAN}))
        return report_sources.find_readable(
            transaction, clinician, response_id, self.clinicians_see, now=now, most=EARLIER_VISITS
        )


@cache
def _program() -> str:
    """Return a hash over what makes Reports of rows: our code and the texts in other languages."""
    digest = hashlib.sha256()
    for path in sorted([*_CODE.rglob("*.py"), *TRANSLATIONS.rglob("*.mo")]):
        digest.update(f"{path.name}\0".encode() + hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()


@dataclass(frozen=True, slots=True)
class Download:
    """A response for which the PDF was asked; ``pdf`` is None where it is still to be made, ``name`` is the file's.

    ``will_be_made`` is False where nobody prepares it: for a reader who may see other earlier visits beside it than the
    appointment's clinician, and where the one that was kept at the sign-off can't be handed out or is not wanted.
    `screening.delivery.copies` then has it made for that reader, as the file ``file_id``.
    """

    name: str
    pdf: bytes | None
    will_be_made: bool = True
    file_id: str = ""


def download(
    store: Store,
    actor: Actor,
    response_id: str,
    press: Press,
    *,
    clinicians_see: CliniciansSee,
    now: datetime,
    as_it_is_now: bool = False,
) -> Download:
    """Return the PDF of a response and put the download on record; without one, ask that it be made.

    Of a signed response it is the one that was kept at the sign-off, unless it is wanted ``as_it_is_now``.
    Raises NotFound where there is no such response, or none that this actor may read.
    """
    with review.readable_unopened(store, actor, response_id, clinicians_see, now) as (transaction, found):
        name = file_name_of(response_id, found.sent_at, press.zone)
        kept = signed_reports.find(transaction, response_id, found.reviewed_at) if found.reviewed_at else None
        if kept is None or as_it_is_now:
            pdf = prepared.find(transaction, store.keyring, response_id, _key(transaction, press, found))
        elif kept.language == press.language and signed.may_open(kept, found.earlier):
            pdf = signed_reports.read(transaction, store.keyring, kept)
        else:
            pdf = None
        if pdf is not None:
            review.note_with_earlier(transaction, store, actor, response_id, found.earlier, "download", now)
            return Download(name, pdf)
        if kept is not None or press.readable(transaction, response_id, now) != found:
            return Download(name, None, will_be_made=False)
    with store.write() as session:
        outbox.post(session, outbox.PREPARE_REPORT, response_id, now)
    return Download(name, None)


def _key(transaction: Transaction, press: Press, found: Readable) -> str:
    return press.content_key(transaction, found.response_id, found.earlier)


def ready(session: Session, store: Store, press: Press, view: ResponseView) -> bytes | None:
    """Return the PDF that says all that a report of ``view`` would say, as signed or as prepared; None without one."""
    pdf = signed.standing_for(session, store, view, press.language)
    if pdf is None:
        key = press.content_key(session, view.response_id, signed.beside(view))
        pdf = prepared.find(session, store.keyring, view.response_id, key)
    return pdf


def ready_now(store: Store, press: Press, response_id: str, now: datetime) -> bytes | None:
    """Return the PDF that says all that the appointment's clinician reads of a response; None without one."""
    with store.read() as session:
        found = press.readable(session, response_id, now)
        if found is None:
            return None
        if found.reviewed_at is None:  # nothing can have been kept of it, so there is no need to read its answers
            return prepared.find(session, store.keyring, response_id, _key(session, press, found))
    view = press.load(store, response_id, now)
    if view is None:
        return None
    with store.read() as session:
        return ready(session, store, press, view)


def prepare(store: Store, press: Press, renderer: Renderer, response_id: str, now: datetime) -> None:
    """Make a response's PDF unless it is there; nothing happens where the response was deleted.

    Of a signed response it is the one to keep, and another where that does not say all any more. Safe to repeat, and to
    stop at any moment. Raises RenderError where the PDF can't be made.
    """
    found = _load(store, press, response_id, now)
    if found is None:
        return
    view, key = found
    _keep_signed(store, press, renderer, view, now)
    with store.read() as session:
        if signed.standing_for(session, store, view, press.language) is not None:
            return
        if prepared.is_there(session, response_id, key):
            return
    pdf = renderer.render(press.report(view), press.paper)
    with store.write() as session:
        prepared.keep(session, store.keyring, response_id, key, pdf, now)


def _load(store: Store, press: Press, response_id: str, now: datetime) -> tuple[ResponseView, str] | None:
    """Return what is to be prepared of a response with its key; None where there is nothing to do.

    The key must be the same before the reading and after it: the rows are read one after the other.
    """
    with store.read() as session:
        found = press.readable(session, response_id, now)
        if found is None:
            return None
        before = _key(session, press, found)
        if found.reviewed_at is None and prepared.is_there(session, response_id, before):
            return None
    while True:
        view = press.load(store, response_id, now)
        if view is None:
            return None
        with store.read() as session:
            key = press.content_key(session, response_id, signed.beside(view))
        if key == before:
            return view, key
        before = key


def _keep_signed(store: Store, press: Press, renderer: Renderer, view: ResponseView, now: datetime) -> None:
    if view.signed_off is None:
        return
    with store.read() as session:
        if signed.of_view(session, view) is not None:
            return
    pdf = renderer.render(press.report(signed.as_signed(view)), press.paper)
    signed.keep(store, view, pdf, language=press.language, now=now)

"""Reports made before somebody asks, so that a download does not wait for layout.

A prepared PDF is known by its content key: a hash over all that its Report is made from, the paper, and the programs
that make it. Whatever changes gives another key, so an old PDF is never handed out; nobody has to remember to throw it
away.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, fields, is_dataclass
from datetime import date, datetime, time, tzinfo

from sqlalchemy.orm import Session

from reports.document import Report
from reports.edition import edition
from reports.paper import Paper
from reports.process import Renderer
from screening import review
from screening.definition.model import Questionnaire
from screening.delivery import signed
from screening.reporting import reader_in, report_of
from screening.review import ResponseView
from screening.store import outbox, prepared, signed_reports
from screening.store.access import CliniciansSee
from screening.store.audit import Actor
from screening.store.engine import Store

_MOST_KNOWN = 200


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

    def content_key(self, view: ResponseView) -> str:
        """Return 64 hexadecimal digits that change with anything that the response's PDF is made from."""
        made_with = (self.paper, str(self.zone), self.language, edition())
        content = [_plain(getattr(view, field.name)) for field in fields(view) if field.name != "sitting"]
        return hashlib.sha256(json.dumps([made_with, content], ensure_ascii=False).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Download:
    """A response for which the PDF was asked; ``pdf`` is None where it is still to be made.

    ``will_be_made`` is False where nobody prepares it: for a reader who may see other earlier visits beside it than the
    appointment's clinician, and where the one that was kept at the sign-off can't be handed out or is not wanted.
    """

    view: ResponseView
    pdf: bytes | None
    will_be_made: bool = True


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
    kept: signed_reports.KeptReport | None = None

    def find(session: Session, view: ResponseView) -> bytes | None:
        nonlocal kept
        kept = signed.of_view(session, view)
        if kept is None or as_it_is_now:
            return prepared.find(session, store.keyring, response_id, press.content_key(view))
        if kept.language != press.language or not signed.may_open(kept, view):
            return None
        return signed_reports.read(session, store.keyring, kept)

    view, pdf = review.download(
        store,
        actor,
        response_id,
        find,
        clinicians_see=clinicians_see,
        now=now,
        zone=press.zone,
        language=press.language,
    )
    if pdf is not None:
        return Download(view, pdf)
    if kept is not None:
        return Download(view, None, will_be_made=False)
    usual = press.load(store, response_id, now)
    if usual is None or press.content_key(usual) != press.content_key(view):
        return Download(view, None, will_be_made=False)
    with store.write() as session:
        outbox.post(session, outbox.PREPARE_REPORT, response_id, now)
    return Download(view, None)


def ready(session: Session, store: Store, press: Press, view: ResponseView) -> bytes | None:
    """Return the PDF that says all that a report of ``view`` would say, as signed or as prepared; None without one."""
    pdf = signed.standing_for(session, store, view, press.language)
    if pdf is None:
        pdf = prepared.find(session, store.keyring, view.response_id, press.content_key(view))
    return pdf


def prepare(store: Store, press: Press, renderer: Renderer, response_id: str, now: datetime) -> None:
    """Make a response's PDF unless it is there; nothing happens where the response was deleted.

    Of a signed response it is the one to keep, and another where that does not say all any more. Safe to repeat, and to
    stop at any moment. Raises RenderError where the PDF can't be made.
    """
    view = press.load(store, response_id, now)
    if view is None:
        return
    _keep_signed(store, press, renderer, view, now)
    key = press.content_key(view)
    with store.read() as session:
        if signed.standing_for(session, store, view, press.language) is not None:
            return
        if prepared.is_there(session, response_id, key):
            return
    pdf = renderer.render(press.report(view), press.paper)
    with store.write() as session:
        prepared.keep(session, store.keyring, response_id, key, pdf, now)


def _keep_signed(store: Store, press: Press, renderer: Renderer, view: ResponseView, now: datetime) -> None:
    if view.signed_off is None:
        return
    with store.read() as session:
        if signed.of_view(session, view) is not None:
            return
    pdf = renderer.render(press.report(signed.as_signed(view)), press.paper)
    signed.keep(store, view, pdf, language=press.language, now=now)


_questionnaires: dict[int, tuple[Questionnaire, str]] = {}
"""id() -> questionnaire, which is kept so that the id stays its own, and its hash; in this process."""


def _plain(value: object) -> object:
    """Return a value as JSON can hold it, alike in every process: sets sorted, a questionnaire by its hash."""
    if isinstance(value, Questionnaire):
        return _questionnaire_hash(value)
    if is_dataclass(value):
        return [type(value).__name__, *(_plain(getattr(value, field.name)) for field in fields(value))]
    if isinstance(value, Mapping):
        return [[str(key), _plain(value[key])] for key in sorted(value, key=str)]
    if isinstance(value, tuple | list):
        return [_plain(item) for item in value]
    if isinstance(value, frozenset | set):
        return sorted((_plain(item) for item in value), key=str)
    if isinstance(value, datetime | date | time):
        return value.isoformat()
    return value if isinstance(value, str | int | float | bool | None) else repr(value)


def _questionnaire_hash(questionnaire: Questionnaire) -> str:
    known = _questionnaires.get(id(questionnaire))
    if known is not None and known[0] is questionnaire:
        return known[1]
    content = [_plain(getattr(questionnaire, field.name)) for field in fields(questionnaire)]
    digest = hashlib.sha256(json.dumps(content, ensure_ascii=False).encode()).hexdigest()
    if len(_questionnaires) >= _MOST_KNOWN:
        _questionnaires.clear()
    _questionnaires[id(questionnaire)] = (questionnaire, digest)
    return digest

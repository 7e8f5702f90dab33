"""A clinic day: the reports of one day's appointments as one PDF with bookmarks, or as a zip of single PDFs.

Only what the person may read is in it, when it is begun and again when it is fetched; each report that is fetched is on
record as a download. In the browser it is a file that is asked for (`screening.delivery.files`).
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from queue import SimpleQueue
from typing import Literal, TypeAlias

from sqlalchemy.orm import Session

from reports.process import Renderer, RenderError
from screening.delivery.preparing import Press, prepare, ready_now
from screening.delivery.zipped import zip_of
from screening.reporting import file_name_of
from screening.response_view import Cover, cover_of
from screening.store import audit, files, outbox, responses
from screening.store import day as days_of
from screening.store.access import CLINICIAN, CliniciansSee, require
from screening.store.audit import SYSTEM, Actor
from screening.store.engine import Store
from screening.store.errors import Invalid, NotFound
from screening.store.files import Asker, File, Wanted

DayForm: TypeAlias = Literal["pdf", "zip"]

MOST_REPORTS = 200
"""Reports in one file, at the most; that many take about a minute to make on two cores."""


class NotYetError(Exception):
    """Reports are still being made; the file comes after them."""


@dataclass(frozen=True, slots=True)
class DayFile:
    """The file of a day; its name tells no name, number or topic."""

    name: str
    media_type: str
    content: bytes


def listed(
    store: Store,
    actor: Actor,
    day: date,
    press: Press,
    *,
    clinicians_see: CliniciansSee,
    clinician_id: int | None = None,
    now: datetime,
) -> list[str]:
    """Return the ids of the day's sent responses that the actor may read; Invalid for none, or too many for a file."""
    require(actor, CLINICIAN)
    since, until = (datetime.combine(one, time(), press.zone) for one in (day, day + timedelta(days=1)))
    with store.read() as session:
        found = days_of.responses_of_day(
            session, actor, clinicians_see, since=since, until=until, clinician_id=clinician_id, now=now
        )
    if not found:
        raise Invalid({"day": "No answers were sent for appointments on this day."})
    if len(found) > MOST_REPORTS:
        many = f"This day has {len(found)} reports; at most {MOST_REPORTS} go into one file."
        raise Invalid({"day": f"{many} Choose one clinician."})
    return found


def begin(store: Store, actor: Actor, day: date, form: DayForm, response_ids: Sequence[str], now: datetime) -> str:
    """Ask for a file of these reports, which are made in the background; return the file's id."""
    require(actor, CLINICIAN)
    wanted = Wanted(files.DAY, {"day": day.isoformat(), "form": form}, response_ids)
    with store.write() as session:
        for response_id in response_ids:
            outbox.post(session, outbox.PREPARE_REPORT, response_id, now)
        return files.ask(session, store.keyring, Asker.of(actor), wanted, now)


def fetch(store: Store, actor: Actor, file_id: str, *, clinicians_see: CliniciansSee, now: datetime) -> DayFile:
    """Return a day's file, and put the download of each report on record.

    NotFound if there is none of this actor's, if it is not made, or if it holds what she may not read any more.
    """
    require(actor, CLINICIAN)
    with store.write() as session:
        file = files.get(session, store.keyring, file_id, now)
        if file is not None and file.kind == files.DAY and file.asker == Asker.of(actor):
            content = files.content_of(session, store.keyring, file)
            readable = days_of.count_readable(session, actor, clinicians_see, file.response_ids, now)
            if content is not None and readable == len(file.response_ids):
                _note_downloads(session, store, actor, file.response_ids, now, {"file": file_id})
                return day_file(file.what["day"], file.what["form"], content)
            if content is not None:
                files.remove(session, file_id)
    raise NotFound("There is no such file.")


def day_file(day: str, form: DayForm, content: bytes) -> DayFile:
    """Return a day's file with its name."""
    return DayFile(f"answers-{day}.{form}", f"application/{form}", content)


def make(store: Store, press: Press, renderer: Renderer, file: File, now: datetime) -> tuple[bytes, int]:
    """Return a day's file, made of prepared reports, and how many are not in it because they can't be made.

    NotYetError while some are still being made.
    """
    with store.read() as session:
        waiting = outbox.pending(session, outbox.PREPARE_REPORT, file.response_ids)
        failing = outbox.failing(session, outbox.PREPARE_REPORT, file.response_ids)
    if waiting - failing:
        raise NotYetError
    day, form = file.what["day"], file.what["form"]
    content, lacking = compose(store, press, renderer, file.response_ids, day, form, now)
    if not content and set(lacking) <= failing:
        raise RenderError("none of the reports could be made")
    changed = [response_id for response_id in lacking if response_id not in failing]
    if not changed:
        return content, len(lacking)
    with store.write() as session:
        for response_id in changed:  # as where a note was saved in between
            outbox.post(session, outbox.PREPARE_REPORT, response_id, now)
    raise NotYetError


def prepare_all(
    store: Store,
    press: Press,
    response_ids: Sequence[str],
    renderers: Sequence[Renderer],
    *,
    now: datetime,
    each_done: Callable[[], object] = lambda: None,
) -> None:
    """Make the reports that are not there yet, in all renderers at once; what can't be made is left out."""
    free: SimpleQueue[Renderer] = SimpleQueue()
    for renderer in renderers:
        free.put(renderer)

    def make_one(response_id: str) -> None:
        renderer = free.get()
        try:
            with contextlib.suppress(RenderError):
                prepare(store, press, renderer, response_id, now)
        finally:
            free.put(renderer)

    with ThreadPoolExecutor(len(renderers)) as pool:
        for _ in pool.map(make_one, response_ids):
            each_done()


def note_downloads(store: Store, actor: Actor, response_ids: Sequence[str], now: datetime) -> None:
    """Put on record that these reports were handed out."""
    with store.write() as session:
        _note_downloads(session, store, actor, response_ids, now)


def _note_downloads(
    session: Session,
    store: Store,
    actor: Actor,
    response_ids: Sequence[str],
    now: datetime,
    detail: Mapping[str, str] | None = None,
) -> None:
    audit.record_each(
        session,
        store.keyring,
        actor=actor,
        action="download",
        details={f"response:{response_id}": detail for response_id in response_ids},
        at=now,
    )


def compose(
    store: Store,
    press: Press,
    renderer: Renderer,
    response_ids: Sequence[str],
    day: str,
    form: DayForm,
    now: datetime,
) -> tuple[bytes, list[str]]:
    """Return the file of these reports, and the ids of those whose PDF is not there and which are not in it."""
    found: list[tuple[Cover, bytes]] = []
    lacking: list[str] = []
    for response_id in response_ids:
        with store.read() as session:
            row = responses.find_sent(session, SYSTEM, response_id, "practice", now=now)
            if row is None:
                continue
            cover = cover_of(session, store.keyring, *row, press.language)
        pdf = ready_now(store, press, response_id, now)
        if pdf is None:
            lacking.append(response_id)
        else:
            found.append((cover, pdf))
    if not found:
        return b"", lacking
    if form == "zip":
        return _zipped(found, press), lacking
    parts = [(_person(cover, press), cover.title, pdf) for cover, pdf in found]
    return renderer.merge(parts, title=day, language=press.language), lacking


def _person(cover: Cover, press: Press) -> str:
    """Return a bookmark's words: the time of the appointment and the name."""
    return f"{cover.appointment.astimezone(press.zone):%H:%M} {cover.patient_name}"


def _zipped(found: Sequence[tuple[Cover, bytes]], press: Press) -> bytes:
    names = (
        f"{number:03}-{file_name_of(cover.response_id, cover.sent_at, press.zone)}"
        for number, (cover, _) in enumerate(found, 1)
    )
    # A PDF is compressed already.
    return zip_of({name: pdf for name, (_, pdf) in zip(names, found, strict=True)}, compressed=False)

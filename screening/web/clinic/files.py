"""The page that waits until a file is made, whatever file it is; it needs no script, and ends with the download."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from screening import review
from screening.delivery import copies, files
from screening.delivery.files import Progress
from screening.reporting import COMPLETE, Copy
from screening.store import files as stored
from screening.store import outbox
from screening.store.access import CLINICIAN
from screening.store.files import Asker
from screening.web import context, making
from screening.web.clinic.access import allowed
from screening.web.clinic.blueprint import blueprint
from screening.web.clinic.reading import RESPONSE_ID, as_reader

FILE_ID = "<string(length=32):file_id>"
FOR_RECORD = {"then": "record"}
"""The query of an address that waits for a report because a record is to hold it."""
_SECONDS_A_LOOK = 2.0
"""How long a look at the page of a day works on its reports itself where there is no worker."""
_LOOKS_EVERY = 2
"""Seconds until the page of a day looks again."""

State: TypeAlias = Literal["making", "made", "failed"]


@dataclass(frozen=True, slots=True)
class Place:
    """An address and the words of a link to it."""

    url: str
    words: str


def make_here(response_id: str, file_id: str) -> bool:
    """Make what a reader of a response asked for in this request, where no worker is there; see `making.make_here`.

    ``file_id`` is "" for the report that is prepared for whoever reads it.
    """
    return making.make_here(*((outbox.MAKE_FILE, file_id) if file_id else (outbox.PREPARE_REPORT, response_id)))


def wait(response_id: str, file_id: str, **query: Any) -> ResponseReturnValue:
    """Lead to the page that waits for this."""
    if file_id:
        return redirect(url_for("clinic.file_progress", file_id=file_id, **query))
    return redirect(url_for("clinic.report_progress", response_id=response_id, **query))


@blueprint.get(f"/files/{FILE_ID}")
@allowed(CLINICIAN, hidden=True)
def file_progress(file_id: str) -> ResponseReturnValue:
    """Show how far a file is."""
    progress = _progress(file_id)
    is_day = progress.file.kind == stored.DAY
    if is_day and not progress.is_made and not making.is_worker_alive():
        context.work().drain(seconds=_SECONDS_A_LOOK)
        progress = _progress(file_id)
    state: State = "failed" if progress.has_failed else "made" if progress.is_made else "making"
    if is_day:
        worklist = url_for("clinic.worklist", day=progress.file.what["day"])
        there = Place(url_for("clinic.day_file", file_id=file_id), _("Download the file"))
        back = Place(worklist, _("My worklist"))
        return _waiting_page(state, file_id, there=there, again=worklist, back=back, day=progress)
    response_id, copy, language = copies.asked_for(progress.file)
    there = _record_or(response_id, _address(response_id, copy, language))
    return _waiting_page(state, file_id, there=there, back=_answers(response_id))


@blueprint.get(f"/responses/{RESPONSE_ID}/report")
@allowed(CLINICIAN, hidden=True)
def report_progress(response_id: str) -> ResponseReturnValue:
    """Show how far the report is that is prepared for whoever reads it."""
    as_reader(review.require_readable, response_id)
    with context.store().read() as session:
        is_waiting = response_id in outbox.pending(session, outbox.PREPARE_REPORT, [response_id])
    has_failed = making.is_failing(outbox.PREPARE_REPORT, response_id)
    state: State = "failed" if has_failed else "making" if is_waiting else "made"
    there = _record_or(response_id, url_for("clinic.report_pdf", response_id=response_id))
    return _waiting_page(state, response_id, there=there, back=_answers(response_id))


def _waiting_page(
    state: State, number: str, *, there: Place, again: str = "", back: Place, day: Progress | None = None
) -> tuple[str, int, dict[str, str]]:
    """Return the page of a file that is made or not; it leads ``there``, where it is handed out.

    ``number`` is for an administrator to find it by. ``again`` is where it can be asked for once more, if not there.
    """
    page = render_template(
        "clinic/waiting.html", state=state, number=number[:8], there=there, again=again or there.url, back=back, day=day
    )
    if state == "failed":
        return page, 503, {"Retry-After": "30"}
    every = None if day is None else _LOOKS_EVERY
    return page, 200, {"Refresh": making.refresh(there.url, is_waiting=state == "making", makes_itself_every=every)}


def _answers(response_id: str) -> Place:
    """Return the place where the answers can be read meanwhile."""
    return Place(url_for("clinic.response", response_id=response_id), _("Read on screen"))


def _record_or(response_id: str, address: str) -> Place:
    """Return where a report is handed out; the record where it is waited for because that is to hold it."""
    if request.args.get("then") == FOR_RECORD["then"]:
        return Place(url_for("clinic.record_zip", response_id=response_id), _("Download the record as a zip"))
    return Place(address, _("Download as PDF"))


def _address(response_id: str, copy: Copy, language: str) -> str:
    """Return where a report that was asked for is handed out: where it was asked for."""
    query: dict[str, Any] = {"language": language}
    if copy == COMPLETE:
        query["as"] = "now"
    else:
        flags = {"withhold_sensitive": copy.withhold_sensitive, "attach": copy.attachments}
        query["copy"] = ["others", *(name for name, is_set in flags.items() if is_set)]
    return url_for("clinic.report_pdf", response_id=response_id, **query)


def _progress(file_id: str) -> Progress:
    return files.progress(context.store(), Asker.of(context.staff_actor()), file_id, context.now())

"""The pages that load themselves anew until a file is there, on a desktop and on the smallest phone without scripts."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Response

from screening.store import outbox
from screening.web import context
from tests.support.browser import DESKTOP, SMALL_PHONE_NO_SCRIPT, Way
from tests.support.journey import NOVAK, Member, Running, Somebody
from tests.support.rendered import OF_WAITING, rendered

WORKER = "w" * 32
PATIENT, FORM, DAY = "سمير منصور", "Before your follow-up visit", "2026-05-06"
"""Nobody else's answers are for that day, so that one report makes the day's file."""


@pytest.mark.parametrize("way", [DESKTOP, SMALL_PHONE_NO_SCRIPT], ids=lambda way: way.name)
def test_pages_that_wait_for_a_file(practice: Running, member: Callable[..., Member], way: Way) -> None:
    clinician = member(way)
    clinician.signs_in(NOVAK)
    let_pages_stand(practice)
    a_worker_is_seen(practice)
    with rendered(practice.app) as seen:
        clinician.reads_what_was_sent(PATIENT, FORM)
        clinician.follow("Download as PDF")
        clinician.sees("The PDF is being made")
        response_id = clinician.page.url.split("/")[-2]
        the_worker_does(practice, outbox.PREPARE_REPORT, response_id)
        clinician.follow("Look again now")
        clinician.sees("The PDF is ready")
        assert clinician.downloads()

        clinician.opens(f"/clinic/responses/{response_id}/copy")
        clinician.press("Download the copy")
        clinician.sees("The PDF is being made", "a copy is being made")
        the_worker_does(practice, outbox.MAKE_FILE, file_id_of(clinician))
        clinician.follow("Look again now")
        clinician.sees("The PDF is ready", "a copy is ready")
        assert clinician.downloads()

        clinician.opens(f"/clinic/?day={DAY}")
        clinician.press("As a zip of PDFs")
        clinician.sees("The reports are being made")
        clinician.reads("0 of 1 reports are ready.")
        the_worker_does(practice, outbox.PREPARE_REPORT, response_id)
        clinician.follow("Look again now")
        clinician.sees("The reports are being made", "the reports are put together")
        clinician.reads("They are now being put together into one file.")
        the_worker_does(practice, outbox.MAKE_DAY, file_id_of(clinician))
        clinician.follow("Look again now")
        clinician.sees("The reports are ready")
    assert seen >= OF_WAITING


def file_id_of(somebody: Somebody) -> str:
    """Return the id of the file that the page on the screen waits for."""
    return somebody.page.url.split("/")[-1].partition("?")[0]


def let_pages_stand(practice: Running) -> None:
    """Leave out the header by which a page loads itself anew, so that it can be looked at for as long as that takes."""

    def without_refresh(response: Response) -> Response:
        response.headers.pop("Refresh", None)
        return response

    practice.app.after_request_funcs.setdefault(None, []).append(without_refresh)


def a_worker_is_seen(practice: Running) -> None:
    """Let the pages know of a worker, so that they wait for it instead of working themselves."""
    with practice.store.write() as session:
        outbox.note_alive(session, WORKER, practice.clock.now)


def the_worker_does(practice: Running, kind: str, subject: str) -> None:
    """Do one piece of what waits in the background."""
    with practice.app.app_context():
        context.work().do_next(only=(kind, subject))

"""The patient's own copy, for an hour after sending: a page to read or print, and a PDF. Off by default.

The birth date is asked for each look and each file, and nothing is kept of it: whoever picks up the phone meets the
same question. The file is made in the background and waits some minutes for the browser that asked. See
docs/decisions/0094-patient-copy.md.
"""

from __future__ import annotations

from collections.abc import Collection

from flask import abort, make_response, render_template, request, url_for
from werkzeug.wrappers import Response

from reports.patient_copy import PatientCopy
from screening import patient_copy
from screening.delivery import files
from screening.delivery.files import Progress
from screening.intake import opening
from screening.intake.opening import Outcome
from screening.patient_copy import Practice
from screening.store import outbox
from screening.store.audit import Actor
from screening.store.errors import NotFound
from screening.store.files import Asker
from screening.web import context, language, making
from screening.web.intake import languages, link
from screening.web.intake.carried import Page
from screening.web.intake.visit import blueprint, go, look, tag, when

_FILE_ID = "<string(length=32):file_id>"


def shown_now() -> list[tuple[str, str]] | None:
    """Return the pages that a copy of what is about to be sent may show here; None where the clinic gives no copies."""
    return patient_copy.shown_pages(look(), tag()) if context.settings().patient_copy else None


@blueprint.get("/intake/copy")
def ask_for_copy() -> str:
    """Ask for the birth date, and warn of what a copy on a phone may mean."""
    return _ask({}) if _invitation_id() else _closed_page()


@blueprint.post("/intake/copy")
def show_copy() -> Response | Page | str:
    """Show the copy, or hand it out as a file, to whoever gives the right birth date."""
    languages.use_posted()
    invitation_id = _invitation_id()
    if invitation_id is None:
        return _closed_page()
    if languages.is_chosen():
        return _ask({})
    birth_date, problems = link.read_birth_date()
    if birth_date is None:
        return _ask(problems), 422
    opened = opening.reopen(context.store(), invitation_id, birth_date, origin=context.origin(), **when())
    if opened.outcome is Outcome.REFUSED:
        abort(429)
    if opened.outcome is Outcome.WRONG:
        return _ask(link.no_match(opened)), 422
    if opened.outcome is not Outcome.SENT:
        return link.closed_page(opened)
    copy = _make(invitation_id)
    if copy is None:
        return _closed_page()
    if request.form.get("then") == "pdf":
        assert opened.sent_at is not None
        sent_on = opened.sent_at.astimezone(context.settings().zone).date()
        file_id = patient_copy.ask_for_file(context.store(), _asker(), invitation_id, copy, sent_on, now=context.now())
        return go("copy_progress", file_id=file_id)
    return render_template("intake/copy.html", copy=copy)


@blueprint.get(f"/intake/copy/{_FILE_ID}")
def copy_progress(file_id: str) -> Response | Page | str:
    """Show how far the file is; the page loads itself anew by a header, and ends with the download."""
    if _invitation_id() is None:
        return _closed_page()
    try:
        progress = _progress(file_id)
        if not progress.is_made:
            making.make_here(outbox.MAKE_FILE, file_id)
            progress = _progress(file_id)
    except NotFound:  # its minutes are over; a new one can be asked for
        return go("ask_for_copy")
    language.use(progress.file.what["language"])
    if progress.has_failed:
        return _closed_page(has_failed=True), 503
    page = make_response(render_template("intake/copy_file.html", file_id=file_id, is_made=progress.is_made))
    there = url_for("intake.copy_file", file_id=file_id)
    page.headers["Refresh"] = making.refresh(there, is_waiting=not progress.is_made, makes_itself_every=1)
    return page


@blueprint.get(f"/intake/copy/{_FILE_ID}/file")
def copy_file(file_id: str) -> Response | str:
    """Hand the file out."""
    invitation_id = _invitation_id()
    if invitation_id is None:
        return _closed_page()
    actor = Actor(kind="patient", id=invitation_id, origin=context.origin())
    try:
        file = patient_copy.fetch_file(context.store(), _asker(), actor, file_id, now=context.now())
    except NotFound:
        return go("ask_for_copy")
    disposition = f'attachment; filename="{file.name}"'
    return Response(file.pdf, mimetype="application/pdf", headers={"Content-Disposition": disposition})


def _progress(file_id: str) -> Progress:
    return files.progress(context.store(), _asker(), file_id, context.now())


def _asker() -> Asker:
    """Return this browser as the one who asks: what ends its session, such as Exit, takes the file along."""
    return Asker(session_hash=context.browser().row)


def _invitation_id() -> str | None:
    """Return the invitation that was sent from this browser, and of which a copy can be opened still."""
    if not context.settings().patient_copy:
        abort(404)
    here = context.browser()
    if here.left_behind is None or here.expired_invitation_id is None:
        return None
    is_open = patient_copy.is_open(context.store(), here.expired_invitation_id, context.now())
    return here.expired_invitation_id if is_open else None


def _make(invitation_id: str) -> PatientCopy | None:
    settings = context.settings()
    left_behind: Collection[Collection[str]] = context.browser().left_behind
    return patient_copy.patient_copy(
        context.store(),
        invitation_id,
        Practice(
            name=settings.practice_name,
            phone=settings.practice_phone,
            help_number=settings.help_numbers[0].number if settings.help_numbers else "",
        ),
        shown=[(response_id, page_id) for response_id, page_id in left_behind],
        language=language.current(),
        zone=settings.zone,
        now=context.now(),
    )


def _ask(problems: dict[str, str]) -> str:
    return render_template(
        "intake/copy_ask.html",
        action="/intake/copy",
        carried=[],
        to="",
        problems=problems,
        typed=request.form,
        is_again=True,
        shown_in=languages.shown_in(),
    )


def _closed_page(*, has_failed: bool = False) -> str:
    return render_template("intake/copy_closed.html", has_failed=has_failed)

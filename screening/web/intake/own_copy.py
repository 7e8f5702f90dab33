"""The patient's own copy, for an hour after sending: a page to read or print, and a PDF. Off by default.

The birth date is asked for each look and each file, and nothing is kept of it: whoever picks up the phone meets the
same question. See docs/decisions/0094-patient-copy.md.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import date

from flask import abort, current_app, render_template, request
from werkzeug.wrappers import Response

from reports.patient_copy import PatientCopy
from reports.process import RenderError
from screening import patient_copy
from screening.intake import opening
from screening.intake.opening import Outcome
from screening.patient_copy import Practice
from screening.store.audit import Actor
from screening.web import context, language
from screening.web.intake import languages, link
from screening.web.intake.carried import Page
from screening.web.intake.visit import blueprint, look, tag, when


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
        return _file(copy, invitation_id, opened.sent_at.astimezone(context.settings().zone).date())
    return render_template("intake/copy.html", copy=copy)


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


def _file(copy: PatientCopy, invitation_id: str, sent_on: date) -> Response | Page:
    try:
        pdf = context.renderer().render_patient_copy(copy, context.settings().paper)
    except RenderError as error:
        current_app.logger.error("a patient's copy could not be rendered: %s", error)  # its message holds no answer
        return _closed_page(has_failed=True), 503
    actor = Actor(kind="patient", id=invitation_id, origin=context.origin())
    patient_copy.note_download(context.store(), actor, now=context.now())
    name = f"answers-{sent_on.isoformat()}.pdf"
    return Response(pdf, mimetype="application/pdf", headers={"Content-Disposition": f'attachment; filename="{name}"'})


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

"""Check your answers, send them, and the page that is the same for everyone."""

from __future__ import annotations

from datetime import timedelta

from flask import render_template, request
from flask_babel import gettext
from werkzeug.wrappers import Response

from screening.intake import sending
from screening.intake.sending import Helper
from screening.intake.sitting import Sitting
from screening.web import context
from screening.web.intake import languages, own_copy, words
from screening.web.intake.carried import Page
from screening.web.intake.visit import blueprint, current_sitting, go, tag, when


@blueprint.get("/intake/check")
def check() -> str | Response:
    """Show all answers by topic, closed where sensitive, hidden where they have to be."""
    here = current_sitting()
    return _check_page(here, here.facts.helped_by)


def _check_page(here: Sitting, helped_by: str | None) -> str:
    return render_template(
        "intake/check.html",
        sitting=here,
        topics=[(page, here.hides(page, tag()), words.blocks(page)) for page in here.pages],
        helpers=_helpers(),
        helped_by=helped_by,
        deleted_on=_deleted_on(),
        nothing_saved=here.nothing_saved,
    )


@blueprint.post("/intake/check")
def keep_helper() -> Response | str:
    """Keep who helped, and go on to sending."""
    if languages.is_chosen():
        return _check_page(current_sitting(), request.form.get("helped_by"))
    chosen = request.form.get("helped_by")
    helper = Helper(chosen) if chosen in set(Helper) else None
    sending.set_helper(context.store(), context.patient_actor(), helper, **when())
    if request.form.get("then") == "stop":
        context.browser().end()
        return languages.go_out("stopped")
    return go("confirm_sending")


@blueprint.get("/intake/send")
def confirm_sending() -> str | Response:
    """Say what sending means, before it."""
    here = current_sitting()
    if here.nothing_saved:
        return go("check")
    return render_template("intake/send.html", sitting=here, deleted_on=_deleted_on())


@blueprint.post("/intake/send")
def send() -> Response | Page:
    """Send everything; a second click finds it sent and says the same."""
    if languages.is_chosen():
        return go("confirm_sending")
    context.browser().touch = False  # the session ends with the sending; nothing may prolong it
    shown = own_copy.shown_now()
    was_sent = sending.submit(context.store(), context.patient_actor(), **when())
    if was_sent and shown is not None:
        context.browser().leave_behind(shown)
    return languages.go_out("thanks")


@blueprint.get("/intake/thanks")
def thanks() -> str:
    """Thank the patient: the same bytes for everyone, whatever was answered."""
    settings = context.settings()
    return render_template("intake/thanks.html", days=settings.read_within_days, has_copy=settings.patient_copy)


def _deleted_on() -> str:
    days = context.settings().retention_days
    return words.date(context.now() + timedelta(days=days)) if days else ""


def _helpers() -> list[tuple[str, str]]:
    return [
        (Helper.ALONE.value, gettext("No, I answered alone")),
        (Helper.FAMILY_OR_FRIEND.value, gettext("Someone in my family, or a friend")),
        (Helper.CLINIC_STAFF.value, gettext("Someone at the clinic")),
        (Helper.INTERPRETER.value, gettext("An interpreter")),
        (Helper.SOMEONE_ELSE.value, gettext("Someone else")),
    ]

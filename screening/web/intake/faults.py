"""When something can't be done: what the patient is told, and how what was typed comes back."""

from __future__ import annotations

from flask import current_app, redirect, render_template, request
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from werkzeug.wrappers import Response

from screening.intake.reading import Closed
from screening.store import errors
from screening.store.invitations import LinkState
from screening.web import context
from screening.web.intake import carried, languages
from screening.web.intake.visit import blueprint

DATABASE_FAULTS = (DBAPIError, PoolTimeoutError)


def log(error: Exception) -> None:
    """Log that the database failed: the kind of fault and the kind of page, never what was sent."""
    current_app.logger.error("database fault on %s: %s", request.endpoint, type(error).__name__)


@blueprint.errorhandler(DBAPIError)
@blueprint.errorhandler(PoolTimeoutError)
def database_fault(error: Exception) -> Response | carried.Page:
    """Never say "saved" when nothing is: give back what was typed, in a form that tries again."""
    log(error)
    if request.endpoint == "intake.leave":
        context.browser().end()
        return redirect(context.settings().exit_url, 303)
    page = render_template(
        "intake/not_saved.html",
        carried=list(carried.fields()),
        texts=list(carried.texts()),
        token=request.form.get("csrf_token", ""),  # as it came: a new one would have to be stored
        invitation_tag=request.form.get("invitation_tag", ""),
        is_fault=True,
    )
    return page, 503


@blueprint.errorhandler(Closed)
def closed(error: Closed) -> Response | carried.Page:
    """Say that the invitation takes nothing any more; typed text comes back for copying."""
    if error.state is LinkState.SENT and request.endpoint == "intake.send":
        return languages.go_out("thanks")
    context.browser().end()
    return carried.closed(error.state.value, status=200 if request.method == "GET" else 409)


@blueprint.errorhandler(errors.NotFound)
def gone(_error: errors.NotFound) -> carried.Page:
    """Say that the link has to be opened again: the invitation is gone, for instance after an erasure."""
    context.browser().end()
    return carried.session_gone()


@blueprint.errorhandler(errors.NotAllowed)
def not_offered(_error: errors.NotAllowed) -> carried.Page:
    """Say that this can't be done now: the clinic has not opened these questions, or there is nothing to send."""
    return carried.closed("not_offered", status=409)

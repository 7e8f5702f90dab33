"""Background work: is a worker there, what waits, and what was given up."""

from __future__ import annotations

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as lazy

from screening import background
from screening.store import outbox
from screening.store.access import ADMINISTRATOR
from screening.waking import queue_problem
from screening.web import context
from screening.web.admin.blueprint import blueprint
from screening.web.clinic.access import allowed

_FILE = lazy("File that somebody asked for")
KINDS = {outbox.PREPARE_REPORT: lazy("Report of a response"), outbox.MAKE_FILE: _FILE, outbox.MAKE_DAY: _FILE}


@blueprint.get("/background")
@allowed(ADMINISTRATOR)
def work() -> ResponseReturnValue:
    """Show how the background work stands."""
    found = background.look(context.store(), context.staff_actor(), now=context.now())
    settings = context.settings()
    return render_template(
        "admin/work.html",
        state=found.state,
        given_up=found.given_up,
        kinds=KINDS,
        has_redis=settings.queue_url is not None,
        queue_problem=queue_problem(settings),
    )


@blueprint.post("/background/<int:task_id>")
@allowed(ADMINISTRATOR)
def settle_task(task_id: int) -> ResponseReturnValue:
    """Have something that was given up tried again, or forget it."""
    action = request.form.get("action")
    if action not in ("revive", "discard"):
        abort(400)
    background.settle(
        context.store(),
        context.staff_actor(),
        task_id,
        "revive" if action == "revive" else "discard",
        now=context.now(),
    )
    flash(_("It will be tried again.") if action == "revive" else _("It is forgotten."))
    return redirect(url_for("admin.work"))

"""The reports of a day as one file: begun on the worklist, made in the background, fetched from a page of its own."""

from __future__ import annotations

from flask import Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from screening.delivery import days
from screening.store import outbox
from screening.store.access import CLINICIAN
from screening.store.batches import BatchForm
from screening.store.errors import Invalid
from screening.web import context
from screening.web.clinic.access import allowed
from screening.web.clinic.blueprint import blueprint
from screening.web.clinic.worklist import read_day
from screening.web.numbers import read_number

_ID = "<string(length=32):batch_id>"
_SECONDS_A_LOOK = 2.0
"""How long a look at the page works on the reports itself where there is no worker."""


@blueprint.post("/days")
@allowed(CLINICIAN)
def begin_day() -> ResponseReturnValue:
    """Begin a file of a day's reports."""
    day = read_day(request.form.get("day", ""))
    if day is None:
        flash(_("Choose a day for the reports."))
        return redirect(url_for("clinic.worklist"))
    store, actor = context.store(), context.staff_actor()
    try:
        found = days.listed(
            store,
            actor,
            day,
            context.press(),
            clinicians_see=context.settings().clinicians_see,
            clinician_id=read_number(request.form.get("clinician", "")),
            now=context.now(),
        )
    except Invalid:
        flash(_("On this day nothing was sent, or more than %(most)s forms were.", most=days.MOST_REPORTS))
        return redirect(url_for("clinic.worklist", day=day.isoformat()))
    form: BatchForm = "zip" if request.form.get("form") == "zip" else "pdf"
    batch_id = days.begin(store, actor, day, form, found, context.now())
    return redirect(url_for("clinic.day", batch_id=batch_id), 303)


@blueprint.get(f"/days/{_ID}")
@allowed(CLINICIAN, hidden=True)
def day(batch_id: str) -> ResponseReturnValue:
    """Show how far the file is; the page loads itself anew, and ends with the download."""
    store, actor = context.store(), context.staff_actor()
    progress = days.progress(store, actor, batch_id, context.now())
    with store.read() as session:
        has_worker = outbox.is_worker_alive(session, context.now())
    if not progress.is_made and not has_worker:
        context.work().drain(seconds=_SECONDS_A_LOOK)
        progress = days.progress(store, actor, batch_id, context.now())
    with store.read() as session:
        has_failed = bool(outbox.failing(session, outbox.MAKE_BATCH, [batch_id]))
    there = url_for("clinic.day_file", batch_id=batch_id)
    page = render_template(
        "clinic/day.html", progress=progress, has_failed=has_failed, batch_id=batch_id, most=days.MOST_REPORTS
    )
    if has_failed:
        return page, 503
    return page, 200, {"Refresh": f"0; url={there}" if progress.is_made else "2"}


@blueprint.get(f"/days/{_ID}/file")
@allowed(CLINICIAN, hidden=True)
def day_file(batch_id: str) -> ResponseReturnValue:
    """Send the file; its name tells only the day."""
    file = days.fetch(
        context.store(),
        context.staff_actor(),
        batch_id,
        clinicians_see=context.settings().clinicians_see,
        now=context.now(),
    )
    return Response(
        file.content,
        mimetype=file.media_type,
        headers={"Content-Disposition": f'attachment; filename="{file.name}"', "Cache-Control": "no-store"},
    )

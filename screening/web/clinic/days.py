"""The reports of a day as one file: begun on the worklist, made in the background, handed out here."""

from __future__ import annotations

from flask import Response, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from screening.delivery import days
from screening.delivery.days import DayForm
from screening.store.access import CLINICIAN
from screening.store.errors import Invalid
from screening.web import context
from screening.web.clinic.access import allowed
from screening.web.clinic.blueprint import blueprint
from screening.web.clinic.files import FILE_ID
from screening.web.clinic.worklist import read_day
from screening.web.numbers import read_number


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
    form: DayForm = "zip" if request.form.get("form") == "zip" else "pdf"
    file_id = days.begin(store, actor, day, form, found, context.now())
    return redirect(url_for("clinic.file_progress", file_id=file_id), 303)


@blueprint.get(f"/files/{FILE_ID}/day")
@allowed(CLINICIAN, hidden=True)
def day_file(file_id: str) -> ResponseReturnValue:
    """Send the file; its name tells only the day."""
    file = days.fetch(
        context.store(),
        context.staff_actor(),
        file_id,
        clinicians_see=context.settings().clinicians_see,
        now=context.now(),
    )
    return Response(
        file.content,
        mimetype=file.media_type,
        headers={"Content-Disposition": f'attachment; filename="{file.name}"', "Cache-Control": "no-store"},
    )

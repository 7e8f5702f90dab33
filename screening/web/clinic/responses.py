"""A response on screen and as a PDF, its note, and its sign-off."""

from __future__ import annotations

from flask import Response, current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict

from reports.document import Report
from reports.legible import legible_report
from reports.process import Renderer, RenderError
from screening import review
from screening.reporting import COMPLETE, HELPERS, LOCALE, ON_SCREEN, Copy, file_name, report_of
from screening.store.access import CLINICIAN
from screening.store.errors import Conflict, Invalid, NotAllowed
from screening.summary import Reader
from screening.web import context
from screening.web.clinic.access import allowed
from screening.web.clinic.blueprint import blueprint
from screening.web.staff_form import Form

_ID = "<string(length=32):response_id>"


@blueprint.get(f"/responses/{_ID}")
@allowed(CLINICIAN, hidden=True)
def response(response_id: str) -> ResponseReturnValue:
    """Show the report of a response, with the note and the sign-off beside it."""
    view = _load(response_id)
    form = Form.of({"text": view.note.text, "revision": str(view.note.revision)})
    return _page(view, form)


@blueprint.post(f"/responses/{_ID}")
@allowed(CLINICIAN, hidden=True)
def review_response(response_id: str) -> ResponseReturnValue:
    """Save the note; with "sign_off" or "next" sign off as well, and with "next" go on to what waits after it."""
    form = Form(request.form)
    action = form.text("action")
    try:
        _save_note(response_id, form)
    except Invalid as error:
        form.add_problems(error.problems)
        return _page(_load(response_id), form), 422
    except Conflict as conflict:
        return _other_note(response_id, form, conflict.current), 409
    except NotAllowed as refusal:
        return _other_note(response_id, form, _load(response_id).note, str(refusal)), 409
    if action not in ("sign_off", "next"):
        return redirect(url_for("clinic.response", response_id=response_id, _anchor="note"))
    there = _next_after(response_id) if action == "next" else url_for("clinic.response", response_id=response_id)
    review.sign_off(
        context.store(),
        context.staff_actor(),
        response_id,
        clinicians_see=context.settings().clinicians_see,
        now=context.now(),
    )
    return redirect(there)


@blueprint.get(f"/responses/{_ID}/report.pdf")
@allowed(CLINICIAN, hidden=True)
def report_pdf(response_id: str) -> ResponseReturnValue:
    """Send the report, or a copy, as a PDF. The file's name tells no name, record number or topic."""
    view = _load(response_id, download=True)
    renderer = current_app.extensions["renderer"]
    assert isinstance(renderer, Renderer)
    try:
        pdf = renderer.render(_report(view, _copy_asked_for()), context.settings().paper)
    except RenderError as error:
        current_app.logger.error("a report could not be rendered: %s", error)  # its message holds no answer
        return render_template("clinic/no_pdf.html", response_id=response_id), 503, {"Retry-After": "30"}
    name = file_name(view, context.settings().zone)
    return Response(
        pdf,
        mimetype="application/pdf",
        headers={"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"},
    )


@blueprint.get(f"/responses/{_ID}/copy")
@allowed(CLINICIAN, hidden=True)
def copy(response_id: str) -> ResponseReturnValue:
    """Ask what a copy of the report shall hold."""
    form = Form(MultiDict({"copy": ["withhold_sensitive"]}))
    return render_template("clinic/copy.html", view=_load(response_id), form=form)


def _copy_asked_for() -> Copy:
    """Return which copy the address asks for: all of it, unless its form was sent."""
    asked = request.args.getlist("copy")
    if not asked:
        return COMPLETE
    return Copy(withhold_sensitive="withhold_sensitive" in asked, attachments="attach" in asked)


def _report(view: review.ResponseView, copy: Copy) -> Report:
    reader = Reader(locale=LOCALE, time_zone=context.settings().zone)
    return report_of(view, reader, {code: _(words) for code, words in HELPERS.items()}, copy)


def _load(response_id: str, *, download: bool = False) -> review.ResponseView:
    return review.load_response(
        context.store(),
        context.staff_actor(),
        response_id,
        clinicians_see=context.settings().clinicians_see,
        now=context.now(),
        zone=context.settings().zone,
        action="download" if download else "read",
    )


def _page(view: review.ResponseView, form: Form) -> str:
    """Return the page of a response; ``form`` holds the note as typed."""
    others = [other for other in view.sitting if other.response_id != view.response_id]
    return render_template(
        "clinic/response.html",
        view=view,
        report=legible_report(_report(view, ON_SCREEN)),
        form=form,
        others=others,
        same_patient_waits=any(other.reviewed_at is None for other in others),
    )


def _save_note(response_id: str, form: Form) -> None:
    """Save what was typed as the note; a page without a field for it (signed off) leaves the note as it is."""
    if "text" not in request.form:
        return
    revision = form.text("revision")
    review.save_note(
        context.store(),
        context.staff_actor(),
        response_id,
        request.form["text"],
        int(revision) if revision.isascii() and revision.isdigit() and len(revision) < 10 else 0,
        clinicians_see=context.settings().clinicians_see,
        now=context.now(),
    )


def _other_note(response_id: str, form: Form, other: object, refusal: str = "") -> str:
    """Return the page with both notes: the saved one, and what was typed, in a field to save it over that one."""
    assert isinstance(other, review.NoteView)
    mine = Form.of({"text": form.value("text"), "revision": str(other.revision)})
    return render_template(
        "clinic/note_conflict.html", response_id=response_id, form=mine, other=other, refusal=refusal
    )


def _next_after(response_id: str) -> str:
    """Return the address of what waits after this: the same patient's other forms, then the next by appointment."""
    rows = review.to_review(
        context.store(), context.staff_actor(), clinicians_see=context.settings().clinicians_see, now=context.now()
    ).rows
    here = next((i for i, row in enumerate(rows) if response_id in {sent.response_id for sent in row.responses}), 0)
    waiting = [
        sent.response_id
        for row in (*rows[here:], *rows[:here])
        for sent in row.responses
        if sent.reviewed_at is None and sent.response_id != response_id
    ]
    if waiting:
        return url_for("clinic.response", response_id=waiting[0])
    flash(_("Nothing else waits to be reviewed."))
    return url_for("clinic.worklist")

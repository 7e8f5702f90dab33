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
from screening.definition.languages import name_of
from screening.delivery import Download, download, signed
from screening.reporting import COMPLETE, ON_SCREEN, Copy, file_name, reader_in, report_of
from screening.store import outbox
from screening.store.access import CLINICIAN
from screening.store.errors import Conflict, Invalid, NotAllowed
from screening.translations import LANGUAGES
from screening.web import context, language
from screening.web.clinic.access import allowed
from screening.web.clinic.blueprint import blueprint
from screening.web.staff_form import Form

_ID = "<string(length=32):response_id>"


@blueprint.get(f"/responses/{_ID}")
@allowed(CLINICIAN, hidden=True)
def response(response_id: str) -> ResponseReturnValue:
    """Show the report of a response, with the note and the sign-off beside it."""
    return response_page(load(response_id))


@blueprint.post(f"/responses/{_ID}")
@allowed(CLINICIAN, hidden=True)
def review_response(response_id: str) -> ResponseReturnValue:
    """Save what was written; with "sign_off" or "next" sign off as well, and with "next" go on to what waits after it.

    "addendum" adds to a signed response, "reopen" opens it again with a reason.
    """
    form = Form(request.form)
    action = form.text("action")
    try:
        _save_note(response_id, form)
        if form.text("addendum") or action == "addendum":
            _add(response_id, form)
        if action == "reopen":
            _reopen(response_id, form)
    except Invalid as error:
        form.add_problems(error.problems)
        return response_page(load(response_id), form), 422
    except Conflict as conflict:
        return _other_note(response_id, form, conflict.current), 409
    except NotAllowed as refusal:
        return _other_note(response_id, form, load(response_id).note, str(refusal)), 409
    if action == "reopen":
        flash(_("The response is open again and waits to be reviewed. What was signed stands as it was."))
        return redirect(url_for("clinic.response", response_id=response_id))
    if action not in ("sign_off", "next"):
        return redirect(url_for("clinic.response", response_id=response_id, _anchor="note"))
    there = _next_after(response_id) if action == "next" else url_for("clinic.response", response_id=response_id)
    try:
        review.sign_off(
            context.store(),
            context.staff_actor(),
            response_id,
            clinicians_see=context.settings().clinicians_see,
            now=context.now(),
        )
    except NotAllowed as refusal:
        flash(str(refusal))
        there = url_for("clinic.response", response_id=response_id)
    return redirect(there)


@blueprint.get(f"/responses/{_ID}/report.pdf")
@allowed(CLINICIAN, hidden=True)
def report_pdf(response_id: str) -> ResponseReturnValue:
    """Send the report, or a copy, as a PDF, or show that it is being made.

    A signed response's is the one that was kept; "as=now" asks for one that has what came after. The file's name tells
    no name, record number or topic.
    """
    wanted = _copy_asked_for()
    if wanted != COMPLETE or _shown_in() != context.press().language:  # what is prepared is whole, in one language
        return _made_now(response_id, wanted)
    as_it_is_now = request.args.get("as") == "now"
    found = _download(response_id, as_it_is_now=as_it_is_now)
    if not found.will_be_made:
        return _made_now(response_id, wanted)
    if found.pdf is None and not _is_worker_alive():
        context.work().do_next(only=(outbox.PREPARE_REPORT, response_id))
        if not _is_failing(response_id):
            found = _download(response_id, as_it_is_now=as_it_is_now)
    if found.pdf is None:
        return redirect(url_for("clinic.report_progress", response_id=response_id))
    return _pdf_file(found.name, found.pdf)


@blueprint.get(f"/responses/{_ID}/signed/<int:number>.pdf")
@allowed(CLINICIAN, hidden=True)
def signed_pdf(response_id: str, number: int) -> ResponseReturnValue:
    """Send a PDF that was kept at a sign-off, whatever the reader's language; the first sign-off's is number 1."""
    view, pdf = signed.download_kept(
        context.store(),
        context.staff_actor(),
        response_id,
        number,
        clinicians_see=context.settings().clinicians_see,
        now=context.now(),
        zone=context.settings().zone,
    )
    return _pdf_file(file_name(view, context.settings().zone), pdf)


def _made_now(response_id: str, wanted: Copy) -> ResponseReturnValue:
    view = load(response_id, download=True)
    renderer = current_app.extensions["renderer"]
    assert isinstance(renderer, Renderer)
    try:
        pdf = renderer.render(report(view, wanted), context.settings().paper)
    except RenderError as error:
        current_app.logger.error("a report could not be rendered: %s", error)  # its message holds no answer
        return render_template("clinic/no_pdf.html", response_id=response_id), 503, {"Retry-After": "30"}
    return _pdf_file(file_name(view, context.settings().zone), pdf)


def _pdf_file(name: str, pdf: bytes) -> Response:
    return Response(
        pdf,
        mimetype="application/pdf",
        headers={"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"},
    )


@blueprint.get(f"/responses/{_ID}/report")
@allowed(CLINICIAN, hidden=True)
def report_progress(response_id: str) -> ResponseReturnValue:
    """Show how far the PDF is; the page loads itself anew, and ends with the download or with what went wrong."""
    store, now = context.store(), context.now()
    review.require_readable(
        store, context.staff_actor(), response_id, clinicians_see=context.settings().clinicians_see, now=now
    )
    with store.read() as session:
        is_waiting = response_id in outbox.pending(session, outbox.PREPARE_REPORT, [response_id])
    if _is_failing(response_id):
        return render_template("clinic/no_pdf.html", response_id=response_id), 503, {"Retry-After": "30"}
    there = url_for("clinic.report_pdf", response_id=response_id)
    page = render_template("clinic/report_progress.html", response_id=response_id, is_waiting=is_waiting)
    return page, 200, {"Refresh": "1" if is_waiting else f"0; url={there}"}


def _download(response_id: str, *, as_it_is_now: bool = False) -> Download:
    return download(
        context.store(),
        context.staff_actor(),
        response_id,
        context.press(),
        clinicians_see=context.settings().clinicians_see,
        now=context.now(),
        as_it_is_now=as_it_is_now,
    )


def _is_failing(response_id: str) -> bool:
    with context.store().read() as session:
        return response_id in outbox.failing(session, outbox.PREPARE_REPORT, [response_id])


def _is_worker_alive() -> bool:
    with context.store().read() as session:
        return outbox.is_worker_alive(session, context.now())


def _shown_in() -> str:
    """Return the language that the address asks for the report to be in, else the reader's own."""
    asked = request.args.get("language", "")
    return asked if asked in (*LANGUAGES, *context.settings().languages) else language.current()


def _languages(view: review.ResponseView) -> list[tuple[str, str, bool]]:
    """Return the other languages that the report can be shown in: tag, name, and whether the patient read that one."""
    found = dict.fromkeys([*view.facts.languages, language.current()])
    return [
        (code, name_of(code, language.current()), code in view.facts.languages) for code in found if code != _shown_in()
    ]


@blueprint.get(f"/responses/{_ID}/copy")
@allowed(CLINICIAN, hidden=True)
def copy(response_id: str) -> ResponseReturnValue:
    """Ask what a copy of the report shall hold."""
    form = Form(MultiDict({"copy": ["withhold_sensitive"]}))
    shown_in = _shown_in() if _shown_in() != language.current() else None
    return render_template("clinic/copy.html", view=load(response_id), form=form, shown_in=shown_in)


def _copy_asked_for() -> Copy:
    """Return which copy the address asks for: all of it, unless its form was sent."""
    asked = request.args.getlist("copy")
    if not asked:
        return COMPLETE
    return Copy(withhold_sensitive="withhold_sensitive" in asked, attachments="attach" in asked)


def report(view: review.ResponseView, wanted: Copy) -> Report:
    """Return a copy of the report of a response, in the language that was asked for."""
    return report_of(view, reader_in(_shown_in(), context.settings().zone), wanted)


def load(response_id: str, *, download: bool = False) -> review.ResponseView:
    """Return a response that may be read, and put that on record; NotFound otherwise."""
    return review.load_response(
        context.store(),
        context.staff_actor(),
        response_id,
        clinicians_see=context.settings().clinicians_see,
        now=context.now(),
        zone=context.settings().zone,
        action="download" if download else "read",
        language=_shown_in(),
    )


def response_page(view: review.ResponseView, form: Form | None = None, *, paper_form: Form | None = None) -> str:
    """Return the page of a response; ``form`` holds the note as typed, None for the one that is saved.

    ``paper_form`` holds what was typed where a response from paper is confirmed or rejected.
    """
    if form is None:
        form = Form.of({"text": view.note.text, "revision": str(view.note.revision)})
    others = [other for other in view.sitting if other.response_id != view.response_id]
    with context.store().read() as session:
        kept = signed.list_kept(session, view)
    return render_template(
        "clinic/response.html",
        view=view,
        report=legible_report(report(view, ON_SCREEN)),
        form=form,
        paper_form=paper_form or Form(),
        others=others,
        languages=_languages(view),
        shown_in=_shown_in() if _shown_in() != language.current() else None,
        signed_reports=kept,
        signed_without_pdf=signed.without_pdf(view, kept),
        was_added_to=view.signed_off is not None and signed.was_added_to(view),
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


def _add(response_id: str, form: Form) -> None:
    review.add_addendum(
        context.store(),
        context.staff_actor(),
        response_id,
        form.value("addendum"),
        clinicians_see=context.settings().clinicians_see,
        now=context.now(),
    )


def _reopen(response_id: str, form: Form) -> None:
    review.reopen(
        context.store(),
        context.staff_actor(),
        response_id,
        form.value("reason"),
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

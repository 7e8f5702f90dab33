"""A response as a PDF: the whole report, the ones kept at sign-offs, copies for others, and how far one is."""

from __future__ import annotations

from flask import Response, current_app, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import MultiDict

from reports.process import RenderError
from screening import review
from screening.delivery import Download, download, signed
from screening.reporting import COMPLETE, Copy, file_name
from screening.store import outbox
from screening.store.access import CLINICIAN
from screening.web import context
from screening.web.clinic.access import allowed
from screening.web.clinic.blueprint import blueprint
from screening.web.clinic.reading import RESPONSE_ID, as_reader, load, report, shown_in, shown_in_another
from screening.web.staff_form import Form


@blueprint.get(f"/responses/{RESPONSE_ID}/report.pdf")
@allowed(CLINICIAN, hidden=True)
def report_pdf(response_id: str) -> ResponseReturnValue:
    """Send the report, or a copy, as a PDF, or show that it is being made.

    A signed response's is the one that was kept; "as=now" asks for one that has what came after. The file's name tells
    no name, record number or topic.
    """
    wanted = _copy_asked_for()
    if wanted != COMPLETE or shown_in() != context.press().language:  # what is prepared is whole, in one language
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


@blueprint.get(f"/responses/{RESPONSE_ID}/signed/<int:number>.pdf")
@allowed(CLINICIAN, hidden=True)
def signed_pdf(response_id: str, number: int) -> ResponseReturnValue:
    """Send a PDF that was kept at a sign-off, whatever the reader's language; the first sign-off's is number 1."""
    view, pdf = as_reader(signed.download_kept, response_id, number, zone=context.settings().zone)
    return _pdf_file(file_name(view, context.settings().zone), pdf)


def _made_now(response_id: str, wanted: Copy) -> ResponseReturnValue:
    view = load(response_id, download=True)
    try:
        pdf = context.renderer().render(report(view, wanted), context.settings().paper)
    except RenderError as error:
        return no_pdf(response_id, error)
    return _pdf_file(file_name(view, context.settings().zone), pdf)


def no_pdf(response_id: str, error: RenderError | None = None) -> ResponseReturnValue:
    """Say that there is no PDF just now; the answers can be read on screen. ``error`` is put into the log."""
    if error is not None:
        current_app.logger.error("a report could not be rendered: %s", error)  # its message holds no answer
    return render_template("clinic/no_pdf.html", response_id=response_id), 503, {"Retry-After": "30"}


def _pdf_file(name: str, pdf: bytes) -> Response:
    return Response(
        pdf,
        mimetype="application/pdf",
        headers={"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"},
    )


@blueprint.get(f"/responses/{RESPONSE_ID}/report")
@allowed(CLINICIAN, hidden=True)
def report_progress(response_id: str) -> ResponseReturnValue:
    """Show how far the PDF is; the page loads itself anew, and ends with the download or with what went wrong."""
    as_reader(review.require_readable, response_id)
    with context.store().read() as session:
        is_waiting = response_id in outbox.pending(session, outbox.PREPARE_REPORT, [response_id])
    if _is_failing(response_id):
        return no_pdf(response_id)
    page = render_template("clinic/report_progress.html", response_id=response_id, is_waiting=is_waiting)
    return page, 200, {"Refresh": _refresh(response_id, is_waiting=is_waiting)}


def _refresh(response_id: str, *, is_waiting: bool) -> str:
    """Return when the progress page loads what. Without a worker it is the download, which makes the PDF itself.

    It comes back here while the lease of a worker that died runs, hence the pause.
    """
    there = url_for("clinic.report_pdf", response_id=response_id)
    if not is_waiting:
        return f"0; url={there}"
    return "1" if _is_worker_alive() else f"2; url={there}"


def _download(response_id: str, *, as_it_is_now: bool = False) -> Download:
    return as_reader(download, response_id, context.press(), as_it_is_now=as_it_is_now)


def _is_failing(response_id: str) -> bool:
    with context.store().read() as session:
        return response_id in outbox.failing(session, outbox.PREPARE_REPORT, [response_id])


def _is_worker_alive() -> bool:
    with context.store().read() as session:
        return outbox.is_worker_alive(session, context.now())


@blueprint.get(f"/responses/{RESPONSE_ID}/copy")
@allowed(CLINICIAN, hidden=True)
def copy(response_id: str) -> ResponseReturnValue:
    """Ask what a copy of the report shall hold."""
    form = Form(MultiDict({"copy": ["withhold_sensitive"]}))
    return render_template("clinic/copy.html", view=load(response_id), form=form, shown_in=shown_in_another())


def _copy_asked_for() -> Copy:
    """Return which copy the address asks for: all of it, unless its form was sent."""
    asked = request.args.getlist("copy")
    if not asked:
        return COMPLETE
    return Copy(withhold_sensitive="withhold_sensitive" in asked, attachments="attach" in asked)

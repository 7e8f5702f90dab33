"""A response as a PDF: the whole report, the ones kept at sign-offs, copies for others."""

from __future__ import annotations

from flask import Response, render_template, request
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import MultiDict

from screening.delivery import Download, copies, signed
from screening.reporting import COMPLETE, Copy, file_name
from screening.store.access import CLINICIAN
from screening.web import context
from screening.web.clinic import files
from screening.web.clinic.access import allowed
from screening.web.clinic.blueprint import blueprint
from screening.web.clinic.reading import RESPONSE_ID, as_reader, load, shown_in, shown_in_another
from screening.web.staff_form import Form


@blueprint.get(f"/responses/{RESPONSE_ID}/report.pdf")
@allowed(CLINICIAN, hidden=True)
def report_pdf(response_id: str) -> ResponseReturnValue:
    """Send the report, or a copy, as a PDF, or show that it is being made.

    A signed response's is the one that was kept; "as=now" asks for one that has what came after. One that is ready is
    sent at once. The file's name tells no name, record number or topic.
    """
    found = _download(response_id)
    if found.pdf is None and files.make_here(response_id, found.file_id):
        found = _download(response_id)
    if found.pdf is not None:
        return _pdf_file(found.name, found.pdf)
    return files.wait(response_id, found.file_id)


def _download(response_id: str) -> Download:
    return as_reader(
        copies.download,
        response_id,
        context.press(),
        copy=_copy_asked_for(),
        language=shown_in(),
        as_it_is_now=request.args.get("as") == "now",
    )


@blueprint.get(f"/responses/{RESPONSE_ID}/signed/<int:number>.pdf")
@allowed(CLINICIAN, hidden=True)
def signed_pdf(response_id: str, number: int) -> ResponseReturnValue:
    """Send a PDF that was kept at a sign-off, whatever the reader's language; the first sign-off's is number 1."""
    view, pdf = as_reader(signed.download_kept, response_id, number, zone=context.settings().zone)
    return _pdf_file(file_name(view, context.settings().zone), pdf)


def _pdf_file(name: str, pdf: bytes) -> Response:
    return Response(
        pdf,
        mimetype="application/pdf",
        headers={"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"},
    )


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

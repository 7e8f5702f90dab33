"""What a clinician does with a response that was typed in from paper: confirm it, reject it, read what was rejected."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from reports.legible import legible_report
from screening.paper import comparing
from screening.reporting import ON_SCREEN
from screening.store.access import CLINICIAN
from screening.store.errors import Invalid, NotAllowed
from screening.web import context, language
from screening.web.clinic.access import allowed
from screening.web.clinic.blueprint import blueprint
from screening.web.clinic.reading import RESPONSE_ID, as_reader, load, report
from screening.web.clinic.responses import response_page
from screening.web.staff_form import Form


@blueprint.post(f"/responses/{RESPONSE_ID}/confirm-paper")
@allowed(CLINICIAN, hidden=True)
def confirm_paper(response_id: str) -> ResponseReturnValue:
    """Note that the clinician compared the response with the paper form."""
    if request.form.get("compared") != "yes":
        form = Form(request.form)
        form.problems["compared"] = _("Compare it with the paper form, and confirm that you did.")
        return response_page(load(response_id), paper_form=form), 422
    try:
        as_reader(comparing.confirm, response_id)
    except NotAllowed as refusal:
        flash(str(refusal))
    else:
        flash(_("Compared with the paper form. It can be signed off now."))
    return redirect(url_for("clinic.response", response_id=response_id))


@blueprint.post(f"/responses/{RESPONSE_ID}/reject-paper")
@allowed(CLINICIAN, hidden=True)
def reject_paper(response_id: str) -> ResponseReturnValue:
    """Take back a response that was mistyped."""
    form = Form(request.form)
    try:
        as_reader(comparing.reject, response_id, form.value("reason"))
    except Invalid as error:
        form.add_problems(error.problems)
        return response_page(load(response_id), paper_form=form), 422
    except NotAllowed as refusal:
        flash(str(refusal))
        return redirect(url_for("clinic.response", response_id=response_id))
    flash(_("Rejected. The paper form can be typed in again; this version is kept."))
    return redirect(url_for("clinic.rejected_response", response_id=response_id))


@blueprint.get(f"/rejected/{RESPONSE_ID}")
@allowed(CLINICIAN, hidden=True)
def rejected_response(response_id: str) -> ResponseReturnValue:
    """Show what was typed in and rejected, as it was, with the reason."""
    zone = context.settings().zone
    view = as_reader(comparing.load_rejected, response_id, zone=zone, language=language.current())
    return render_template("clinic/rejected.html", view=view, report=legible_report(report(view.response, ON_SCREEN)))

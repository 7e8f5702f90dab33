"""One patient: the invitations and what was sent, by date. Answers side by side come with the history."""

from __future__ import annotations

from flask import abort, render_template
from flask.typing import ResponseReturnValue

from screening import invitations, review
from screening.store.access import CLINICIAN, FRONT_DESK
from screening.store.worklist import ListFilter, ListPage
from screening.web import context
from screening.web.clinic.access import allowed
from screening.web.clinic.blueprint import blueprint


@blueprint.get("/patients/<string(length=32):patient_id>")
@allowed(CLINICIAN, FRONT_DESK)
def patient(patient_id: str) -> ResponseReturnValue:
    """Show a patient's appointments, each with what was sent for it to those who may read it."""
    page = _appointments(patient_id)
    if not page.rows:
        abort(404)
    return render_template("clinic/patient.html", page=page)


def _appointments(patient_id: str) -> ListPage:
    store, actor, now = context.store(), context.staff_actor(), context.now()
    wanted = ListFilter(patient_id=patient_id)
    if CLINICIAN in actor.roles:
        page = review.appointments(store, actor, wanted, clinicians_see=context.settings().clinicians_see, now=now)
        if page.rows or FRONT_DESK not in actor.roles:
            return page
    return invitations.appointments(store, actor, wanted, now=now)

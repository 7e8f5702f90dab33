"""One patient: the invitations and what was sent, by date, and the answers to one questionnaire side by side."""

from __future__ import annotations

from flask import abort, render_template
from flask.typing import ResponseReturnValue

from reports.legible import legible_sections
from screening import invitations, review
from screening.history import load_history
from screening.reporting import reader_in
from screening.store.access import CLINICIAN, FRONT_DESK
from screening.store.worklist import ListFilter, ListPage
from screening.summary import side_by_side
from screening.web import context, language
from screening.web.clinic.access import allowed
from screening.web.clinic.blueprint import blueprint
from screening.web.clinic.worklist import wanted_page


@blueprint.get("/patients/<string(length=32):patient_id>")
@allowed(CLINICIAN, FRONT_DESK)
def patient(patient_id: str) -> ResponseReturnValue:
    """Show a patient's appointments, each with what was sent for it to those who may read it."""
    page = _appointments(patient_id)
    if not page.rows:
        abort(404)
    return render_template("clinic/patient.html", page=page, histories=_histories(page))


@blueprint.get("/patients/<string(length=32):patient_id>/history/<string:questionnaire_id>")
@allowed(CLINICIAN, hidden=True)
def history(patient_id: str, questionnaire_id: str) -> ResponseReturnValue:
    """Show what the patient answered to one questionnaire over the visits: words as rows, visits as columns."""
    view = load_history(
        context.store(),
        context.staff_actor(),
        patient_id,
        questionnaire_id,
        clinicians_see=context.settings().clinicians_see,
        now=context.now(),
        language=language.current(),
    )
    reader = reader_in(language.current(), context.settings().zone)
    return render_template(
        "clinic/history.html",
        view=view,
        patient_id=patient_id,
        sections=legible_sections(side_by_side(view.visits, reader)),
        labels=reader.labels,
        language=reader.locale,
    )


def _histories(page: ListPage) -> list[tuple[str, str]]:
    """Return id and title of each questionnaire of which this page lists more than one response that counts."""
    found: dict[str, list[str]] = {}
    for row in page.rows:
        for sent in row.responses:
            if sent.counts:
                found.setdefault(sent.questionnaire_id, []).append(sent.title)
    return [(questionnaire_id, titles[0]) for questionnaire_id, titles in found.items() if len(titles) > 1]


def _appointments(patient_id: str) -> ListPage:
    store, actor, now = context.store(), context.staff_actor(), context.now()
    wanted, number, see = ListFilter(patient_id=patient_id), wanted_page(), context.settings().clinicians_see
    if CLINICIAN in actor.roles:
        page = review.appointments(store, actor, wanted, clinicians_see=see, number=number, now=now)
        if page.rows or FRONT_DESK not in actor.roles:
            return page
    return invitations.appointments(store, actor, wanted, number=number, now=now)

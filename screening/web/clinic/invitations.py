"""One invitation: what became of it, and what the front desk can do about it. No answer is in reach here."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from screening import invitations
from screening.invitations import InvitationView
from screening.store.access import FRONT_DESK
from screening.store.errors import Invalid, NotAllowed
from screening.store.patients import Identity
from screening.web import context
from screening.web.clinic.access import allowed
from screening.web.clinic.blueprint import blueprint
from screening.web.clinic.inviting import clinician_options, link_page, person_values
from screening.web.numbers import read_number
from screening.web.staff_form import Form, date_values, time_value

_ID = "<string(length=32):invitation_id>"


@blueprint.get(f"/invitations/{_ID}")
@allowed(FRONT_DESK)
def invitation(invitation_id: str) -> ResponseReturnValue:
    """Show an invitation: who, when, what became of it, and what can be done."""
    return render_template("clinic/invitation.html", view=_load(invitation_id))


@blueprint.post(f"/invitations/{_ID}/link")
@allowed(FRONT_DESK)
def new_link(invitation_id: str) -> ResponseReturnValue:
    """Make one more link and show it, this once."""
    try:
        token = invitations.new_link(
            context.store(), context.staff_actor(), invitation_id, now=context.now(), zone=context.settings().zone
        )
    except NotAllowed as refusal:
        return _back(invitation_id, str(refusal))
    return link_page(invitation_id, token, is_first=False)


@blueprint.post(f"/invitations/{_ID}/unlock")
@allowed(FRONT_DESK)
def unlock(invitation_id: str) -> ResponseReturnValue:
    """Give the patient fresh tries at the birth date."""
    invitations.unlock(context.store(), context.staff_actor(), invitation_id, now=context.now())
    return _back(invitation_id, _("The patient can try the date of birth again."))


@blueprint.get(f"/invitations/{_ID}/patient")
@allowed(FRONT_DESK)
def correct_patient(invitation_id: str) -> ResponseReturnValue:
    """Ask for the right details of the patient."""
    view = _load(invitation_id)
    return render_template("clinic/correct_patient.html", view=view, form=Form.of(person_values(view.identity)))


@blueprint.post(f"/invitations/{_ID}/patient")
@allowed(FRONT_DESK)
def save_patient(invitation_id: str) -> ResponseReturnValue:
    """Save the right details, for all that stands under this patient."""
    form = Form(request.form)
    birth_date = form.date("birth_date", _("Enter the date of birth."))
    if birth_date is not None:
        identity = Identity(
            form.text("record_number"), form.text("name"), birth_date, form.text("email"), form.text("mobile")
        )
        try:
            invitations.correct_identity(
                context.store(),
                context.staff_actor(),
                invitation_id,
                identity,
                now=context.now(),
                zone=context.settings().zone,
            )
        except Invalid as error:
            form.add_problems(error.problems)
        else:
            return _back(invitation_id, _("The patient’s details are corrected."))
    return render_template("clinic/correct_patient.html", view=_load(invitation_id), form=form), 422


@blueprint.get(f"/invitations/{_ID}/appointment")
@allowed(FRONT_DESK)
def move_appointment(invitation_id: str) -> ResponseReturnValue:
    """Ask for another time or clinician."""
    view = _load(invitation_id)
    local = view.appointment_at.astimezone(context.settings().zone)
    form = Form.of(
        {
            **date_values("appointment_at", local.date()),
            "appointment_time": time_value(local),
            "clinician_id": str(view.clinician_id),
        }
    )
    return _appointment_page(view, form)


@blueprint.post(f"/invitations/{_ID}/appointment")
@allowed(FRONT_DESK)
def save_appointment(invitation_id: str) -> ResponseReturnValue:
    """Move the appointment and reassign the clinician, whichever changed."""
    form = Form(request.form)
    try:
        _move_and_reassign(invitation_id, form)
    except Invalid as error:
        form.add_problems(error.problems)
    except NotAllowed as refusal:
        return _back(invitation_id, str(refusal))
    if form.problems:
        return _appointment_page(_load(invitation_id), form), 422
    return _back(invitation_id, _("The appointment is changed. Links that the patient has stay good."))


@blueprint.get(f"/invitations/{_ID}/cancel")
@allowed(FRONT_DESK)
def confirm_cancelling(invitation_id: str) -> ResponseReturnValue:
    """Ask whether the invitation is really to be cancelled."""
    return render_template("clinic/cancel.html", view=_load(invitation_id))


@blueprint.post(f"/invitations/{_ID}/cancel")
@allowed(FRONT_DESK)
def cancel(invitation_id: str) -> ResponseReturnValue:
    """Cancel the invitation; its links end."""
    try:
        invitations.cancel(context.store(), context.staff_actor(), invitation_id, now=context.now())
    except NotAllowed as refusal:
        return _back(invitation_id, str(refusal))
    return _back(invitation_id, _("The invitation is cancelled. Its links no longer open anything."))


def _move_and_reassign(invitation_id: str, form: Form) -> None:
    store, actor, now, zone = context.store(), context.staff_actor(), context.now(), context.settings().zone
    appointment_at = form.moment(
        "appointment_at",
        "appointment_time",
        zone,
        (_("Enter the day of the appointment."), _("Enter the time of the appointment.")),
    )
    if appointment_at is None:
        return
    view = _load(invitation_id)
    clinician_id = read_number(form.text("clinician_id")) or 0
    if appointment_at != view.appointment_at.replace(second=0, microsecond=0):
        invitations.move_appointment(
            store, actor, invitation_id, appointment_at, clinician_id=clinician_id, now=now, zone=zone
        )
    elif clinician_id != view.clinician_id:
        invitations.reassign(store, actor, invitation_id, clinician_id, now=now)


def _load(invitation_id: str) -> InvitationView:
    return invitations.load(
        context.store(), context.staff_actor(), invitation_id, now=context.now(), zone=context.settings().zone
    )


def _appointment_page(view: InvitationView, form: Form) -> str:
    clinicians = invitations.clinicians(context.store(), context.staff_actor())
    if view.clinician_id not in dict(clinicians):
        clinicians = [(view.clinician_id, view.clinician), *clinicians]
    return render_template(
        "clinic/move_appointment.html", view=view, form=form, clinicians=clinician_options(clinicians)
    )


def _back(invitation_id: str, notice: str) -> ResponseReturnValue:
    flash(notice)
    return redirect(url_for("clinic.invitation", invitation_id=invitation_id))

"""Asking a patient for a corrected version: a new, empty form on a link of its own."""

from __future__ import annotations

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from screening import invitations
from screening.store.access import CLINICIAN, FRONT_DESK
from screening.store.errors import NotAllowed
from screening.web import context
from screening.web.clinic.access import allowed
from screening.web.clinic.blueprint import blueprint
from screening.web.clinic.inviting import show_link

_ADDRESS = "/invitations/<string(length=32):invitation_id>/correction"


@blueprint.get(_ADDRESS)
@allowed(FRONT_DESK, CLINICIAN)
def confirm_correction(invitation_id: str) -> ResponseReturnValue:
    """Say what a corrected version is, and ask whether it is meant."""
    view = invitations.look_at_sent(
        context.store(),
        context.staff_actor(),
        invitation_id,
        clinicians_see=context.settings().clinicians_see,
        now=context.now(),
        zone=context.settings().zone,
    )
    return render_template("clinic/correction.html", view=view, is_desk=FRONT_DESK in context.staff_actor().roles)


@blueprint.post(_ADDRESS)
@allowed(FRONT_DESK, CLINICIAN)
def ask_for_correction(invitation_id: str) -> ResponseReturnValue:
    """Make the link and show it, this once."""
    try:
        view, token = invitations.ask_for_correction(
            context.store(),
            context.staff_actor(),
            invitation_id,
            clinicians_see=context.settings().clinicians_see,
            now=context.now(),
            zone=context.settings().zone,
        )
    except NotAllowed as refusal:
        flash(str(refusal))
        return redirect(url_for("clinic.confirm_correction", invitation_id=invitation_id))
    return show_link(view, token, is_first=True)

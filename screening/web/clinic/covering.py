"""Covers: who reads for a clinician who is away, and setting one."""

from __future__ import annotations

from datetime import datetime, time, timedelta

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from screening import covering
from screening.store import staff
from screening.store.access import ADMINISTRATOR, CLINICIAN, FRONT_DESK
from screening.store.errors import Invalid, NotAllowed, NotFound
from screening.web import context
from screening.web.clinic.access import allowed
from screening.web.clinic.blueprint import blueprint
from screening.web.clinic.inviting import clinician_options
from screening.web.numbers import read_number
from screening.web.staff_form import Form


@blueprint.get("/covers")
@allowed(FRONT_DESK, CLINICIAN, ADMINISTRATOR)
def covers() -> ResponseReturnValue:
    """List the covers that hold or will, with a form for one more."""
    actor = context.staff_actor()
    return _page(Form.of({"clinician_id": actor.id} if CLINICIAN in actor.roles else {}))


@blueprint.post("/covers")
@allowed(FRONT_DESK, CLINICIAN, ADMINISTRATOR)
def set_cover() -> ResponseReturnValue:
    """Set a cover, whole days from first to last."""
    form = Form(request.form)
    first = form.date("first_day", _("Enter the first day."))
    last = form.date("last_day", _("Enter the last day."))
    if first is not None and last is not None:
        zone = context.settings().zone
        try:
            covering.set_cover(
                context.store(),
                context.staff_actor(),
                clinician_id=_id(form, "clinician_id"),
                cover_id=_id(form, "cover_id"),
                starts_at=datetime.combine(first, time(), zone),
                ends_at=datetime.combine(last + timedelta(days=1), time(), zone),
                now=context.now(),
            )
        except Invalid as error:
            form.add_problems(error.problems)
        except NotAllowed as refusal:
            form.problems["clinician_id"] = str(refusal)
        else:
            flash(_("The cover is set."))
            return redirect(url_for("clinic.covers"))
    return _page(form), 422


@blueprint.post("/covers/<string(length=32):cover_id>/end")
@allowed(FRONT_DESK, CLINICIAN, ADMINISTRATOR)
def end_cover(cover_id: str) -> ResponseReturnValue:
    """End a cover now."""
    try:
        covering.end_cover(context.store(), context.staff_actor(), cover_id, now=context.now())
    except NotAllowed as refusal:
        flash(str(refusal))
    except NotFound:  # a second click
        flash(_("The cover has ended already."))
    else:
        flash(_("The cover has ended."))
    return redirect(url_for("clinic.covers"))


def _id(form: Form, name: str) -> int:
    return read_number(form.text(name)) or 0


def _page(form: Form) -> str:
    actor = context.staff_actor()
    with context.store().read() as session:
        clinicians = [(member.id, member.name) for member in staff.active_clinicians(session)]
    sets_for_all = not actor.roles.isdisjoint({FRONT_DESK, ADMINISTRATOR})
    return render_template(
        "clinic/covers.html",
        form=form,
        covers=covering.covers_to_come(context.store(), actor, now=context.now()),
        clinicians=clinician_options([one for one in clinicians if sets_for_all or str(one[0]) != actor.id]),
        away=clinician_options([one for one in clinicians if sets_for_all or str(one[0]) == actor.id]),
        own_id=None if sets_for_all else int(actor.id),
    )

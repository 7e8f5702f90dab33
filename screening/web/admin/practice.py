"""What the practice has set: the safeguard for answers about self-harm, and the settings that safety rests on."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from screening import approval
from screening.config import HELP_NUMBERS_MAX_AGE
from screening.store.access import ADMINISTRATOR
from screening.store.errors import Invalid
from screening.web import context, practice
from screening.web.admin.blueprint import blueprint
from screening.web.clinic.access import allowed
from screening.web.staff_form import Form


@blueprint.get("/settings")
@allowed(ADMINISTRATOR)
def settings() -> ResponseReturnValue:
    """Show the settings that matter to patients' safety; they are changed where the service runs."""
    found = context.settings()
    today = context.now().astimezone(found.zone).date()
    verified = found.help_numbers_verified
    age = (today - verified).days if verified else None
    return render_template(
        "admin/settings.html",
        settings=found,
        readers=practice.readers(),
        age=age,
        max_age=HELP_NUMBERS_MAX_AGE.days,
        is_old=age is None or age > HELP_NUMBERS_MAX_AGE.days,
        safeguard=approval.safeguard(context.store(), context.staff_actor()),
    )


@blueprint.get("/safeguard")
@allowed(ADMINISTRATOR)
def safeguard() -> ResponseReturnValue:
    """Ask who reads answers about self-harm, within what time, and what happens out of hours."""
    found = approval.safeguard(context.store(), context.staff_actor())
    values = {"reader": found.reader, "within": found.within, "out_of_hours": found.out_of_hours} if found else {}
    return render_template("admin/safeguard.html", form=Form.of(values), safeguard=found)


@blueprint.post("/safeguard")
@allowed(ADMINISTRATOR)
def save_safeguard() -> ResponseReturnValue:
    """Set or change the safeguard."""
    form = Form(request.form)
    store, actor = context.store(), context.staff_actor()
    try:
        approval.set_safeguard(
            store,
            actor,
            reader=form.value("reader"),
            within=form.value("within"),
            out_of_hours=form.value("out_of_hours"),
            now=context.now(),
        )
    except Invalid as error:
        form.add_problems(error.problems)
        found = approval.safeguard(store, actor)
        return render_template("admin/safeguard.html", form=form, safeguard=found), 422
    flash(_("The safeguard is set."))
    return redirect(url_for("clinic.questionnaires"))

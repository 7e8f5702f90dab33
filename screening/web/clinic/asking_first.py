"""Attention answers: one exact answer that somebody asks to see first, set and ended here."""

from __future__ import annotations

import contextlib

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from screening import asking_first
from screening.store.access import ADMINISTRATOR, CLINICIAN
from screening.store.errors import Invalid, NotAllowed, NotFound
from screening.web import context
from screening.web.clinic.access import allowed
from screening.web.clinic.blueprint import blueprint
from screening.web.staff_form import Form


@blueprint.get("/asked-first")
@allowed(CLINICIAN, ADMINISTRATOR)
def asked_first() -> ResponseReturnValue:
    """List what somebody asked to see first, with a form for one more."""
    actor = context.staff_actor()
    chosen = request.args.get("questionnaire", "")
    return _page(Form.of({"questionnaire": chosen, "asked_by": actor.name if CLINICIAN in actor.roles else ""}))


@blueprint.post("/asked-first")
@allowed(CLINICIAN, ADMINISTRATOR)
def ask_first() -> ResponseReturnValue:
    """Ask for one exact answer; the choice holds question and answer together."""
    form = Form(request.form)
    item_id, _space, answer = form.text("answer").partition(" ")
    if not item_id:
        form.problems["answer"] = _("Choose an answer.")
    else:
        try:
            asking_first.ask(
                context.store(),
                context.staff_actor(),
                form.text("questionnaire"),
                item_id,
                answer,
                asked_by=form.text("asked_by") if _may_name_others() else context.staff_actor().name,
                now=context.now(),
            )
        except Invalid as error:
            form.add_problems({"answer" if name == "item" else name: told for name, told in error.problems.items()})
        except NotAllowed as refusal:
            form.problems["asked_by"] = str(refusal)
        else:
            flash(_("Set. It stands at the top of each response that has this answer and is not signed off yet."))
            return redirect(url_for("clinic.asked_first"))
    return _page(form), 422


@blueprint.post("/asked-first/<string(length=32):attention_id>/end")
@allowed(CLINICIAN, ADMINISTRATOR)
def stop_asking_first(attention_id: str) -> ResponseReturnValue:
    """Ask for it no longer."""
    with contextlib.suppress(NotFound):  # a second click
        asking_first.stop(context.store(), context.staff_actor(), attention_id, now=context.now())
    flash(_("It is no longer shown first. What was signed off before stays as it was."))
    return redirect(url_for("clinic.asked_first"))


def _page(form: Form) -> str:
    forms = asking_first.forms(context.store(), context.staff_actor())
    chosen = next((one for one in forms if one.questionnaire_id == form.text("questionnaire")), None)
    return render_template(
        "clinic/asked_first.html",
        form=form,
        forms=forms,
        chosen=chosen,
        may_name_others=_may_name_others(),
        answer_words={asking_first.YES: _("Yes"), asking_first.NO: _("No")},
    )


def _may_name_others() -> bool:
    return ADMINISTRATOR in context.staff_actor().roles

"""A form from elsewhere, brought in by an administrator: choose files, look at what they become, keep it as a draft."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from werkzeug.datastructures import FileStorage

from screening import uploading
from screening.definition.languages import name_of
from screening.store.access import ADMINISTRATOR
from screening.store.errors import Invalid
from screening.uploading import MOST_BYTES, File, Uploaded
from screening.web import context, language
from screening.web.clinic.access import allowed
from screening.web.clinic.blueprint import blueprint
from screening.web.clinic.plain_reading import plain_pages
from screening.web.staff_form import Form

_ADDRESS = "/questionnaires/import"
_MOST_ATTESTED = 500


@blueprint.get(_ADDRESS)
@allowed(ADMINISTRATOR)
def choose_import() -> ResponseReturnValue:
    """Ask for the form's file, and for what it may lack."""
    return render_template("clinic/import.html", form=Form())


@blueprint.post(_ADDRESS)
@allowed(ADMINISTRATOR, most_bytes=MOST_BYTES)
def examine_import() -> ResponseReturnValue:
    """Show what the form becomes, and what was left out. Nothing is stored."""
    form = Form(request.form)
    file = request.files.get("form")
    if file is None or not file.filename:
        form.problems["form"] = _("Choose a file.")
    if len(form.text("attest")) > _MOST_ATTESTED:
        form.problems["attest"] = _("Write at most %(count)s characters.", count=_MOST_ATTESTED)
    if file is None or form.problems:
        return render_template("clinic/import.html", form=form), 422
    try:
        uploaded = uploading.examine(
            context.store(),
            context.staff_actor(),
            _file(file),
            value_sets=[_file(each) for each in request.files.getlist("value_sets") if each.filename],
            attest=" ".join(form.text("attest").split()),
            open_valuesets=form.text("open_valuesets") == "yes",
        )
    except Invalid as error:
        form.add_problems(error.problems)
        return render_template("clinic/import.html", form=form), 422
    return _look(uploaded)


@blueprint.post(f"{_ADDRESS}/keep")
@allowed(ADMINISTRATOR, most_bytes=MOST_BYTES)
def keep_import() -> ResponseReturnValue:
    """Register what was shown as a draft, and lead to where a clinician approves it."""
    carried = request.form.get("uploaded", "")
    try:
        kept = uploading.keep(context.store(), context.staff_actor(), carried, context.now()).questionnaire
    except Invalid as error:
        form = Form()
        form.add_problems(error.problems)
        return render_template("clinic/import.html", form=form), 422
    flash(_("Kept as a draft. Patients are offered it after a clinician has approved it."))
    return redirect(url_for("clinic.questionnaires", _anchor=kept.id))


def _look(uploaded: Uploaded) -> str:
    questionnaire = uploaded.loaded.questionnaire
    return render_template(
        "clinic/import_preview.html",
        questionnaire=questionnaire,
        pages=plain_pages(questionnaire),
        losses=uploaded.losses,
        translations=[
            (name_of(overlay.language, language.current()), len(overlay.missing)) for overlay in uploaded.translations
        ],
        language_of_form=name_of(questionnaire.language, language.current()),
        uploaded=uploading.carry(context.store(), context.staff_actor(), uploaded, context.now()),
    )


def _file(sent: FileStorage) -> File:
    return File((sent.filename or "").replace("\\", "/").rpartition("/")[2][:100], sent.read())

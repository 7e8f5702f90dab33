"""Whether a PDF is what was kept at a sign-off: uploaded, looked at, and not stored."""

from __future__ import annotations

from flask import render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from screening.delivery import signed
from screening.store.access import ADMINISTRATOR, CLINICIAN, FRONT_DESK
from screening.web import context
from screening.web.clinic.access import allowed
from screening.web.clinic.blueprint import blueprint
from screening.web.staff_form import Form

_AROUND_THE_FILE = 10_000
"""Bytes of a post besides its file, at the most."""


@blueprint.get("/verify")
@allowed(CLINICIAN, FRONT_DESK, ADMINISTRATOR)
def verify() -> ResponseReturnValue:
    """Ask for a PDF."""
    return render_template("clinic/verify.html", form=Form(), verdict=None)


@blueprint.post("/verify")
@allowed(CLINICIAN, FRONT_DESK, ADMINISTRATOR, most_bytes=signed.MAX_PDF_BYTES + _AROUND_THE_FILE)
def verify_file() -> ResponseReturnValue:
    """Tell whether the uploaded PDF is what was kept."""
    form = Form(request.form)
    file = request.files.get("file")
    content = file.read() if file is not None else b""
    if not content:
        form.add_problems({"file": _("Choose a PDF that is not empty.")})
    elif len(content) > signed.MAX_PDF_BYTES:
        form.add_problems({"file": _("Choose a PDF of at most 10 MB; those made here are smaller.")})
    if form.problems:
        return render_template("clinic/verify.html", form=form, verdict=None), 422
    verdict = signed.verify(
        context.store(),
        context.staff_actor(),
        content,
        clinicians_see=context.settings().clinicians_see,
        now=context.now(),
    )
    return render_template("clinic/verify.html", form=form, verdict=verdict)

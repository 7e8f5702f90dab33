"""A response on screen, its note, and its sign-off."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from reports.legible import legible_report
from screening import review
from screening.definition.languages import name_of
from screening.delivery import signed
from screening.reporting import ON_SCREEN
from screening.store.access import CLINICIAN
from screening.store.errors import Conflict, Invalid, NotAllowed
from screening.web import context, language
from screening.web.clinic.access import allowed
from screening.web.clinic.blueprint import blueprint
from screening.web.clinic.reading import RESPONSE_ID, as_reader, load, report, shown_in, shown_in_another, without_font
from screening.web.numbers import read_number
from screening.web.staff_form import Form


@blueprint.get(f"/responses/{RESPONSE_ID}")
@allowed(CLINICIAN, hidden=True)
def response(response_id: str) -> ResponseReturnValue:
    """Show the report of a response, with the note and the sign-off beside it."""
    return response_page(load(response_id))


@blueprint.post(f"/responses/{RESPONSE_ID}")
@allowed(CLINICIAN, hidden=True)
def review_response(response_id: str) -> ResponseReturnValue:
    """Save what was written; with "sign_off" or "next" sign off as well, and with "next" go on to what waits after it.

    "addendum" adds to a signed response, "reopen" opens it again with a reason.
    """
    form = Form(request.form)
    action = form.text("action")
    try:
        _save_note(response_id, form)
        if form.text("addendum") or action == "addendum":
            as_reader(review.add_addendum, response_id, form.value("addendum"))
        if action == "reopen":
            return _reopen(response_id, form)
    except Invalid as error:
        form.add_problems(error.problems)
        return response_page(load(response_id), form), 422
    except Conflict as conflict:
        return _other_note(response_id, form, conflict.current), 409
    except NotAllowed as refusal:
        return _other_note(response_id, form, load(response_id).note, str(refusal)), 409
    if action not in ("sign_off", "next"):
        return redirect(url_for("clinic.response", response_id=response_id, _anchor="note"))
    following = as_reader(review.next_to_review, response_id) if action == "next" else None
    try:
        as_reader(review.sign_off, response_id)
    except NotAllowed as refusal:
        flash(str(refusal))
        following = None
    return _go_on(following) if following else redirect(url_for("clinic.response", response_id=response_id))


def _reopen(response_id: str, form: Form) -> ResponseReturnValue:
    try:
        as_reader(review.reopen, response_id, form.value("reason"))
    except NotAllowed:
        form.add_problems({"reason": _("The PDF of this sign-off is still being made. Try again in a moment.")})
        return response_page(load(response_id), form), 409
    flash(_("The response is open again and waits to be reviewed. What was signed stands as it was."))
    return redirect(url_for("clinic.response", response_id=response_id))


def _go_on(following: review.Next) -> ResponseReturnValue:
    """Go on to what waits. What was done is said there, because the page that comes is another patient's."""
    if following.whose:
        flash(_("Signed off: %(what)s.", what=following.whose))
    if following.response_id is None:
        flash(_("Nothing else waits to be reviewed."))
        return redirect(url_for("clinic.worklist"))
    return redirect(url_for("clinic.response", response_id=following.response_id))


def response_page(view: review.ResponseView, form: Form | None = None, *, paper_form: Form | None = None) -> str:
    """Return the page of a response; ``form`` holds the note as typed, None for the one that is saved.

    ``paper_form`` holds what was typed where a response from paper is confirmed or rejected.
    """
    if form is None:
        form = Form.of({"text": view.note.text, "revision": str(view.note.revision)})
    others = [other for other in view.sitting if other.response_id != view.response_id]
    shown = report(view, ON_SCREEN)
    with context.store().read() as session:
        kept = signed.list_kept(session, view)
    return render_template(
        "clinic/response.html",
        view=view,
        report=legible_report(shown),
        without_font=without_font(shown),
        form=form,
        paper_form=paper_form or Form(),
        others=others,
        languages=_languages(view),
        shown_in=shown_in_another(),
        signed_reports=kept,
        signed_without_pdf=signed.without_pdf(view, kept),
        was_added_to=view.signed_off is not None and signed.was_added_to(view),
        same_patient_waits=any(other.reviewed_at is None for other in others),
    )


def _languages(view: review.ResponseView) -> list[tuple[str, str, bool]]:
    """Return the other languages that the report can be shown in: tag, name, and whether the patient read that one."""
    found = dict.fromkeys([*view.facts.languages, language.current()])
    return [
        (code, name_of(code, language.current()), code in view.facts.languages) for code in found if code != shown_in()
    ]


def _save_note(response_id: str, form: Form) -> None:
    """Save what was typed as the note; a page without a field for it (signed off) leaves the note as it is."""
    if "text" not in request.form:
        return
    seen = read_number(form.text("revision")) or 0
    as_reader(review.save_note, response_id, request.form["text"], seen)


def _other_note(response_id: str, form: Form, other: object, refusal: str = "") -> str:
    """Return the page with both notes: the saved one, and what was typed, in a field to save it over that one."""
    assert isinstance(other, review.NoteView)
    mine = Form.of({"text": form.value("text"), "revision": str(other.revision)})
    return render_template(
        "clinic/note_conflict.html", response_id=response_id, form=mine, other=other, refusal=refusal
    )

"""Typing in paper forms, for staff with the right: which invitation, page by page, then saving it for good."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from screening.definition.languages import direction
from screening.intake.saving import Posted
from screening.intake.sending import Helper
from screening.intake.sitting import SittingPage
from screening.paper import saving, typing_in
from screening.paper.typing_in import Task, Typing
from screening.store.access import TRANSCRIBER
from screening.store.drafts import DraftPage
from screening.store.errors import Conflict, Invalid
from screening.store.worklist import ListFilter
from screening.web import context
from screening.web.clinic.access import allowed
from screening.web.clinic.blueprint import blueprint
from screening.web.clinic.worklist import wanted_page
from screening.web.intake import forms, words
from screening.web.intake.pages import follow_up_notice
from screening.web.staff_form import Form

_LOOKS_BACK = timedelta(days=30)
"""Paper forms come in with the visit or soon after it; older appointments are found by name or number."""

_ADDRESS = "/paper/<string(length=32):invitation_id>"


@blueprint.get("/paper/")
@allowed(TRANSCRIBER)
def paper_forms() -> ResponseReturnValue:
    """List the appointments for which a paper form can be typed in."""
    search, number = request.args.get("q", "").strip()[:200], wanted_page()
    since = None if search else context.now() - _LOOKS_BACK
    wanted = ListFilter(since=since, words=search)
    page = typing_in.to_type(context.store(), context.staff_actor(), wanted, number=number, now=context.now())
    return render_template("clinic/paper_forms.html", page=page, form=Form(request.args.copy()), search=search)


@blueprint.get(_ADDRESS)
@allowed(TRANSCRIBER)
def paper_form(invitation_id: str) -> ResponseReturnValue:
    """Ask for what stands on the paper, or show how far the typing has come."""
    typing = _view(invitation_id)
    if typing is not None:
        return render_template("clinic/paper_typing.html", typing=typing)
    task = typing_in.task(context.store(), context.staff_actor(), invitation_id, now=context.now())
    versions = {f"version-{form.questionnaire_id}": form.versions[0] for form in task.forms if form.versions}
    return _start(task, Form.of(versions))


@blueprint.post(_ADDRESS)
@allowed(TRANSCRIBER)
def begin_paper_form(invitation_id: str) -> ResponseReturnValue:
    """Begin to type in."""
    task = typing_in.task(context.store(), context.staff_actor(), invitation_id, now=context.now())
    form = Form(request.form)
    signed_on = form.date("signed_on", _("Enter the day on which the patient signed the form."))
    if not form.text("is_theirs"):
        form.problems["is_theirs"] = _("Compare name and date of birth with the paper form, and confirm it.")
    if not form.problems:
        try:
            typing_in.begin(
                context.store(),
                context.staff_actor(),
                invitation_id,
                signed_on=signed_on,
                versions={each.questionnaire_id: form.text(f"version-{each.questionnaire_id}") for each in task.forms},
                now=context.now(),
                zone=context.settings().zone,
            )
        except Invalid as error:
            form.add_problems(error.problems)
    if form.problems:
        return _start(task, form), 422
    return redirect(url_for("clinic.paper_page", invitation_id=invitation_id, number=1))


@blueprint.get(f"{_ADDRESS}/pages/<int:number>")
@allowed(TRANSCRIBER)
def paper_page(invitation_id: str, number: int) -> ResponseReturnValue:
    """Show a page to be typed in, as it stands so far."""
    typing = _view(invitation_id)
    if typing is None:
        return _to_start(invitation_id)
    page = typing.sitting.page(number)
    if page is None:
        return _to_start(invitation_id)
    notice = follow_up_notice(page) if page.saved and page.count_of_new else ""
    return _questions(typing, page, None, revision=page.revision, notice=notice)


@blueprint.post(f"{_ADDRESS}/pages/<int:number>")
@allowed(TRANSCRIBER)
def type_paper_page(invitation_id: str, number: int) -> ResponseReturnValue:
    """Keep a page as it was typed, and go on."""
    typing = _view(invitation_id)
    if typing is None:
        return _to_start(invitation_id)
    page = typing.sitting.any_page(number) or abort(404)
    then = request.form.get("then", "next")
    if then == "skip":
        return _keep(typing, page, forms.skipped(), None, then)
    # What the patient left blank stays blank: there is nobody to ask once more.
    received = forms.receive(page, then, asks_again=False)
    if received.posted is not None:
        return _keep(typing, page, received.posted, received, then)
    revision = forms.posted_number("revision")
    return _questions(typing, page, received, revision=revision, notice=received.notice), received.status


@blueprint.get(f"{_ADDRESS}/check")
@allowed(TRANSCRIBER)
def check_paper_form(invitation_id: str) -> ResponseReturnValue:
    """Show all that was typed, once more before it is saved."""
    typing = _view(invitation_id)
    if typing is None:
        return _to_start(invitation_id)
    shown = [(page, words.blocks(page)) for page in typing.sitting.pages]
    return render_template("clinic/paper_check.html", typing=typing, topics=shown, helpers=_helpers(), form=Form())


@blueprint.post(f"{_ADDRESS}/save")
@allowed(TRANSCRIBER)
def save_paper_form(invitation_id: str) -> ResponseReturnValue:
    """Save the form for good: from here on it can't be read here."""
    chosen = request.form.get("helped_by")
    saving.save(
        context.store(),
        context.staff_actor(),
        invitation_id,
        helper=Helper(chosen) if chosen in set(Helper) else None,
        now=context.now(),
        zone=context.settings().zone,
    )
    flash(_("The paper form is saved. The clinician reads it and compares it with the paper; here it can’t be opened."))
    return redirect(url_for("clinic.paper_forms"))


@blueprint.post(f"{_ADDRESS}/discard")
@allowed(TRANSCRIBER)
def discard_paper_form(invitation_id: str) -> ResponseReturnValue:
    """Throw away what was typed and not saved."""
    typing_in.discard(context.store(), context.staff_actor(), invitation_id, now=context.now())
    flash(_("What was typed in is thrown away."))
    return redirect(url_for("clinic.paper_forms"))


def _helpers() -> list[tuple[str, str]]:
    """Return who may have helped the patient with the paper form, code and words."""
    return [
        (Helper.ALONE.value, _("Nobody: the patient answered alone")),
        (Helper.FAMILY_OR_FRIEND.value, _("Somebody in the family, or a friend")),
        (Helper.CLINIC_STAFF.value, _("Someone at the clinic")),
        (Helper.INTERPRETER.value, _("An interpreter")),
        (Helper.SOMEONE_ELSE.value, _("Someone else")),
    ]


def _view(invitation_id: str) -> Typing | None:
    return typing_in.view(context.store(), context.staff_actor(), invitation_id)


def _to_start(invitation_id: str) -> ResponseReturnValue:
    return redirect(url_for("clinic.paper_form", invitation_id=invitation_id))


def _start(task: Task, form: Form) -> str:
    return render_template("clinic/paper_start.html", task=task, form=form)


def _keep(
    typing: Typing, page: SittingPage, posted: Posted, received: forms.Received | None, then: str
) -> ResponseReturnValue:
    invitation_id = typing.task.invitation_id
    try:
        saved = typing_in.save_page(context.store(), context.staff_actor(), typing, page, posted, now=context.now())
    except Conflict as conflict:
        current = conflict.current
        revision = current.revision if isinstance(current, DraftPage) else 0
        notice = _("This page was kept in another window in the meantime. To keep it as it stands here, press again.")
        return _questions(typing, page, received, revision=revision, notice=notice), 409
    if then == "stop":
        return _to_start(invitation_id)
    sitting = typing.sitting.saving(page, saved)
    again = sitting.any_page(page.number)
    assert again is not None
    following = sitting.after(page)
    if again.count_of_new and not posted.skipped:
        anchor = forms.first_new(again)
        return redirect(_page_url(invitation_id, page.number, anchor))
    if following is None or "back" in request.form:
        return redirect(url_for("clinic.check_paper_form", invitation_id=invitation_id))
    return redirect(_page_url(invitation_id, following.number))


def _page_url(invitation_id: str, number: int, anchor: str | None = None) -> str:
    return url_for("clinic.paper_page", invitation_id=invitation_id, number=number, _anchor=anchor)


def _questions(
    typing: Typing, page: SittingPage, received: forms.Received | None, *, revision: int, notice: str
) -> str:
    form = received.form if received else forms.filled(page)
    for field in form.questions:
        field.shows_number = True
    variables: dict[str, Any] = {
        "typing": typing,
        "page": page,
        "form": form,
        "revision": revision,
        "notice": notice,
        "before": typing.sitting.before(page),
        "back": "back" in request.values,
        "form_direction": direction(page.questionnaire.language),
    }
    return render_template("clinic/paper_page.html", **variables)

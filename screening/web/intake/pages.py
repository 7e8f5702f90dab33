"""The topics and their pages: gate, questions, follow-ups, what was saved elsewhere in between."""

from __future__ import annotations

import re

from flask import abort, render_template, request, url_for
from flask_babel import gettext, ngettext
from werkzeug.wrappers import Response

from screening.forms.page import PageForm
from screening.intake import saving
from screening.intake.saving import PageConflict, Posted
from screening.intake.sitting import PageState, Sitting, SittingPage
from screening.web import context
from screening.web.intake import faults, forms, languages, question_page, words
from screening.web.intake.carried import Page
from screening.web.intake.visit import blueprint, current_sitting, go, tag, when

_NOT_REPEATED = frozenset({"csrf_token", "invitation_tag", "revision", "revision_seen", "then"})
_ANSWER = re.compile(r"q\d{1,4}(-\w+)*(?<!-saved)(?<!-entries)(?<!-changed)(?<!-others)(?<!-shown)")
"""The name of a field that a patient types into or chooses in."""


@blueprint.get("/intake/topics")
def topics() -> str:
    """List the pages with what became of each."""
    return render_template("intake/topics.html", sitting=current_sitting())


@blueprint.get("/intake/pages/<int:number>")
def show(number: int) -> str | Response:
    """Show a page of questions, or first its gate, or that its earlier answers stay hidden."""
    sitting = current_sitting()
    page = sitting.any_page(number) or abort(404)
    if not page.position:
        return go("topics")
    is_hidden, anew = sitting.hides(page, tag()), "anew" in request.args
    if is_hidden and not page.count_of_new and not anew:
        return _hidden(sitting, page)
    if page.page.sensitive and "ready" not in request.args and (page.saved is None or page.saved.skipped):
        return _gate(sitting, page)
    if is_hidden and anew:
        return question_page.with_form(sitting, page, forms.afresh(sitting.afresh(page)), revision=page.revision)
    brings_more = page.state is PageState.MORE and not anew
    notice = _notice(page, is_hidden) if brings_more else ""
    if is_hidden:
        return question_page.with_form(sitting, page, forms.only_new(page), revision=page.revision, notice=notice)
    return question_page.as_saved(sitting, page, notice)


@blueprint.post("/intake/pages/<int:number>")
def save_posted(number: int) -> Response | Page:
    """Save what was posted of a page."""
    return save(number)


def save(number: int) -> Response | Page:
    """Save the posted form as this page, and go on; or show what has to be mended, with all that was typed."""
    sitting = current_sitting()
    page = sitting.any_page(number) or abort(404)
    if languages.is_chosen():
        return _in_other_language(sitting, page)
    then = request.form.get("then", "next")
    if then == "skip":
        return _save(sitting, page, forms.skipped(), None, then)
    seen = _as_seen(sitting, page)
    # Who wants to stop is let go: nothing is asked for once more.
    received = forms.receive(seen, then, asks_again=then != "stop")
    if received.posted is not None:
        return _save(sitting, page, received.posted, received.form, then)
    revision, notice = forms.posted_number("revision"), received.notice
    shown = question_page.with_form(
        sitting, page, received.form, revision=revision, asked=received.asked, notice=notice
    )
    return shown, received.status


def _as_seen(sitting: Sitting, page: SittingPage) -> SittingPage:
    """Return the page as the posted form showed it: what stands hidden must not show by what a new entry asks."""
    return sitting.afresh(page) if "anew" in request.form or sitting.hides(page, tag()) else page


def _in_other_language(sitting: Sitting, page: SittingPage) -> Response | Page:
    """Show the page again, in the language that was just chosen, with what was typed on it; nothing is saved."""
    if not forms.posted_numbers("shown"):  # the gate before it, where nothing can be typed
        return go("show", number=page.number, **question_page.way_back())
    form = forms.posted_form(_as_seen(sitting, page), request.form)
    revision = forms.posted_number("revision_seen" if "revision_seen" in request.form else "revision")
    asked = frozenset(forms.posted_numbers("asked"))
    notice = gettext("This page is not saved yet. What you typed is still here.") if _is_typed() else ""
    return question_page.with_form(sitting, page, form, revision=revision, asked=asked, notice=notice), 200


def _is_typed() -> bool:
    """Tell whether a posted form holds an answer."""
    return any(_ANSWER.fullmatch(name) and value.strip() for name, value in request.form.items(multi=True))


def _save(sitting: Sitting, page: SittingPage, posted: Posted, form: PageForm | None, then: str) -> Response | Page:
    try:
        saved = saving.save_page(context.store(), context.patient_actor(), page, posted, visit=tag(), **when())
    except PageConflict as conflict:
        return _conflict(sitting, page, posted, conflict, then), 409
    except faults.DATABASE_FAULTS as fault:
        if form is None:
            raise
        faults.log(fault)
        return question_page.with_form(sitting, page, form, revision=posted.revision, not_saved=True), 503
    if then == "stop":
        context.browser().end()
        return languages.go_out("stopped")
    sitting = sitting.saving(page, saved)
    again = sitting.any_page(page.number)
    if again and again.count_of_new and not posted.skipped:
        return go("show", number=page.number, more="1", _anchor=forms.first_new(again), **question_page.way_back())
    if "back" in request.form:
        return go("check")
    following = sitting.after(page)
    if following:
        return go("show", number=following.number)
    return go("check" if sitting.all_done else "topics")


def _gate(sitting: Sitting, page: SittingPage) -> str:
    return render_template(
        "intake/gate.html",
        sitting=sitting,
        page=page,
        back_url=question_page.back_url(sitting, page),
        way_back=question_page.way_back(),
    )


def _hidden(sitting: Sitting, page: SittingPage) -> str:
    following = sitting.after(page)
    return render_template(
        "intake/hidden.html",
        sitting=sitting,
        page=page,
        back_url=question_page.back_url(sitting, page),
        keep_url=url_for("intake.check")
        if question_page.way_back() or following is None
        else url_for("intake.show", number=following.number),
        anew_url=url_for("intake.show", number=page.number, anew="1", ready="1", **question_page.way_back()),
    )


def _conflict(sitting: Sitting, page: SittingPage, posted: Posted, conflict: PageConflict, then: str) -> str:
    """Show what stands there beside what was typed; what this browser may not see is called hidden."""
    current = conflict.current
    is_hidden = current is not None and (bool(sitting.facts.always_hide) or current.visit != tag())
    return render_template(
        "intake/conflict.html",
        sitting=sitting,
        page=page,
        rows=words.compare(page, current, posted, is_hidden=is_hidden),
        is_hidden=is_hidden,
        was_skipped=current is not None and current.skipped,
        carried=[
            (name, value)
            for name, values in request.form.lists()
            if name not in _NOT_REPEATED and not _is_outdated(name)
            for value in values
        ],
        revision=current.revision if current else 0,
        then=then,
        revision_seen=posted.revision,
        keep_url=url_for("intake.topics"),
    )


def _is_outdated(name: str) -> bool:
    """Tell whether a posted field says which saved entry is which, by a save that is the last one no more."""
    question, _, part = name.partition("-")
    return part == "saved" and f"{question}-others" not in request.form


def _notice(page: SittingPage, is_hidden: bool) -> str:
    text = follow_up_notice(page)
    return f"{text} {gettext('Your earlier answers on this page stay hidden.')}" if is_hidden else text


def follow_up_notice(page: SittingPage) -> str:
    """Say how many more questions the saved answers bring up on the page."""
    text: str = ngettext(
        "Saved. Your answers bring up %(num)s more question on this page.",
        "Saved. Your answers bring up %(num)s more questions on this page.",
        page.count_of_new,
    )
    return text

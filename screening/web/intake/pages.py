"""The topics and their pages: gate, questions, follow-ups, what was saved elsewhere in between."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import abort, current_app, render_template, request, url_for
from flask_babel import get_locale, get_translations, gettext, ngettext
from markupsafe import Markup
from werkzeug.wrappers import Response

from screening.definition.model import Item
from screening.forms.item_field import ItemField
from screening.forms.page import PageForm, page_form
from screening.intake import saving
from screening.intake.saving import PageConflict, Posted
from screening.intake.sitting import PageState, Sitting, SittingPage
from screening.web import context
from screening.web.intake import faults, words
from screening.web.intake.carried import Page
from screening.web.intake.visit import blueprint, browser, current_sitting, go, tag, when


class _Translations:
    """Gives forms their texts in the page's language, with the places in them still to be filled in."""

    def gettext(self, string: str) -> str:
        """Return the translated text."""
        return str(get_translations().ugettext(string))

    def ngettext(self, singular: str, plural: str, n: int) -> str:
        """Return the translated text for this number."""
        return str(get_translations().ungettext(singular, plural, n))


@blueprint.app_template_global()
def draw(field: ItemField) -> Markup:
    """Return a question's HTML: the macro ``draw`` of its item type's template, templates/fields/<type>.html."""
    template = current_app.jinja_env.get_template(f"fields/{field.item.type}.html")
    drawn: Markup = template.module.draw(field)  # type: ignore[attr-defined]  # a module has the names of its macros
    return drawn


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
    if is_hidden and not page.not_yet_shown and not anew:
        return _hidden(sitting, page)
    if page.page.sensitive and "ready" not in request.args and (page.saved is None or page.saved.skipped):
        return _gate(sitting, page)
    items: tuple[Item, ...] = page.items
    if is_hidden:
        new = page.not_yet_shown
        items = sitting.afresh(page) if anew else tuple(item for item in items if not item.asks or item in new)
    data = {} if is_hidden or (page.saved and page.saved.skipped) else page.answers
    form = _form(page, items)(data=_by_field(page, data), meta=_meta())
    if anew or page.state is not PageState.MORE:
        return _questions(sitting, page, form, revision=page.revision)
    for field in form.fields:
        field.is_follow_up = field.item in page.not_yet_shown
    return _questions(sitting, page, form, revision=page.revision, notice=_notice(page, is_hidden))


@blueprint.post("/intake/pages/<int:number>")
def save_posted(number: int) -> Response | Page:
    """Save what was posted of a page."""
    return save(number)


def save(number: int) -> Response | Page:
    """Save the posted form as this page, and go on; or show what has to be mended, with all that was typed."""
    sitting = current_sitting()
    page = sitting.any_page(number) or abort(404)
    then = request.form.get("then", "next")
    if then == "skip":
        posted = Posted(answers={}, shown=frozenset(), revision=_posted_number("revision"), skipped=True)
        return _save(sitting, page, posted, None, then)
    items = _items_on_screen(page)
    form = _form(page, items)(request.form, meta=_meta())
    # Who wants to stop is let go: nothing is asked for once more.
    asked = _posted_numbers("asked") if then != "stop" else set(form.numbers)
    asking = form.check(asked)
    if form.wrong:
        text = _questions(sitting, page, form, revision=_posted_number("revision"), asked=asking)
        return text, 422
    posted = Posted(
        answers=form.answers(),
        shown=frozenset(item.id for item in items if item.asks),
        revision=_posted_number("revision"),
        anew="anew" in request.form,
    )
    return _save(sitting, page, posted, form, then)


def _save(sitting: Sitting, page: SittingPage, posted: Posted, form: PageForm | None, then: str) -> Response | Page:
    try:
        saved = saving.save_page(context.store(), context.patient_actor(), page, posted, visit=tag(), **when())
    except PageConflict as conflict:
        return _conflict(sitting, page, posted, conflict, then), 409
    except faults.DATABASE_FAULTS as fault:
        if form is None:
            raise
        faults.log(fault)
        return _questions(sitting, page, form, revision=posted.revision, not_saved=True), 503
    if then == "stop":
        browser().end()
        return go("stopped")
    sitting = sitting.saving(page, saved)
    follow_ups = next(again.not_yet_shown for again in sitting.every_page if again.number == page.number)
    if follow_ups and not posted.skipped:
        first = page.question_numbers[follow_ups[0].id]
        return go("show", number=page.number, more="1", _anchor=f"q{first}", **_way_back())
    if "back" in request.form:
        return go("check")
    following = sitting.after(page)
    if following:
        return go("show", number=following.number)
    return go("check" if sitting.all_done else "topics")


def _questions(
    sitting: Sitting,
    page: SittingPage,
    form: PageForm,
    *,
    revision: int,
    asked: frozenset[int] = frozenset(),
    notice: str = "",
    not_saved: bool = False,
) -> str:
    return render_template(
        "intake/page.html",
        sitting=sitting,
        page=page,
        form=form,
        revision=revision,
        asked=sorted(asked),
        notice=notice,
        not_saved=not_saved,
        anew="anew" in request.values,
        back="back" in request.values,
        back_url=_back_url(sitting, page),
        form_direction=words.direction(page.questionnaire.language),
    )


def _gate(sitting: Sitting, page: SittingPage) -> str:
    return render_template(
        "intake/gate.html", sitting=sitting, page=page, back_url=_back_url(sitting, page), way_back=_way_back()
    )


def _hidden(sitting: Sitting, page: SittingPage) -> str:
    following = sitting.after(page)
    return render_template(
        "intake/hidden.html",
        sitting=sitting,
        page=page,
        back_url=_back_url(sitting, page),
        keep_url=url_for("intake.check")
        if _way_back() or following is None
        else url_for("intake.show", number=following.number),
        anew_url=url_for("intake.show", number=page.number, anew="1", ready="1", **_way_back()),
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
            if name not in ("csrf_token", "invitation_tag", "revision", "then")
            for value in values
        ],
        revision=current.revision if current else 0,
        then=then,
        keep_url=url_for("intake.topics"),
    )


def _items_on_screen(page: SittingPage) -> tuple[Item, ...]:
    """Return the page's items that were on the screen, in form order; those asked now if the form does not say."""
    shown = _posted_numbers("shown")
    if not shown:
        return page.items
    return tuple(item for item in page.page.items if page.question_numbers.get(item.id) in shown)


def _form(page: SittingPage, items: tuple[Item, ...]) -> Callable[..., PageForm]:
    return page_form(page.page, items, page.question_numbers)


def _by_field(page: SittingPage, answers: Any) -> dict[str, Any]:
    return {f"q{page.question_numbers[item_id]}": plain for item_id, plain in answers.items()}


def _meta() -> dict[str, Any]:
    today = context.now().astimezone(context.settings().zone).date()
    return {"today": today, "locale": str(get_locale()).replace("_", "-"), "translations": _Translations()}


def _notice(page: SittingPage, is_hidden: bool) -> str:
    text: str = ngettext(
        "Saved. Your answers bring up %(num)s more question on this page.",
        "Saved. Your answers bring up %(num)s more questions on this page.",
        len(page.not_yet_shown),
    )
    return f"{text} {gettext('Your earlier answers on this page stay hidden.')}" if is_hidden else text


def _back_url(sitting: Sitting, page: SittingPage) -> str:
    if "back" in request.values:
        return url_for("intake.check")
    before = sitting.before(page)
    return url_for("intake.show", number=before.number) if before else url_for("intake.topics")


def _way_back() -> dict[str, Any]:
    return {"back": "check"} if "back" in request.values else {}


def _posted_numbers(name: str) -> set[int]:
    """Return a list of numbers that a hidden field holds; whatever else is in it is passed over."""
    return {int(part) for part in request.form.get(name, "").split()[:500] if part.isdecimal() and len(part) < 6}


def _posted_number(name: str) -> int:
    return next(iter(_posted_numbers(name)), 0)

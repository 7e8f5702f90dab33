"""Questionnaires: which versions there are, how one reads, its approval, and the parts that are off by default."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from screening import approval
from screening.approval import VersionView
from screening.definition.conditions import describe
from screening.definition.model import Choice, Date, Decimal, Integer, Item, Page, Questionnaire, Scale, String, Text
from screening.store import registry
from screening.store.access import ADMINISTRATOR, CLINICIAN
from screening.store.errors import Conflict, Invalid, NotAllowed, NotFound
from screening.web import context
from screening.web.clinic.access import allowed
from screening.web.clinic.blueprint import blueprint
from screening.web.staff_form import Form

_VERSION = "/questionnaires/<string:questionnaire_id>/<path:version>"


@dataclass(frozen=True, slots=True)
class PlainItem:
    """An item as it is read: its number, and how it is answered, in words."""

    item: Item
    number: int | None
    kind: str
    options: tuple[str, ...]
    when: str


@dataclass(frozen=True, slots=True)
class PlainPage:
    """A page as it is read, with when it is asked, in words."""

    page: Page
    when: str
    items: tuple[PlainItem, ...]


@blueprint.get("/questionnaires/")
@allowed(CLINICIAN, ADMINISTRATOR)
def questionnaires() -> ResponseReturnValue:
    """List the versions, with who approved each, and the parts that can be switched on."""
    store, actor = context.store(), context.staff_actor()
    versions = approval.versions(store, actor)
    names = dict.fromkeys(view.questionnaire_id for view in versions)
    parts = {name: approval.parts(store, actor, name) for name in names}
    return render_template(
        "clinic/questionnaires.html", versions=versions, parts=parts, safeguard=approval.safeguard(store, actor)
    )


@blueprint.get(_VERSION)
@allowed(CLINICIAN, ADMINISTRATOR)
def questionnaire(questionnaire_id: str, version: str) -> ResponseReturnValue:
    """Show the whole form in plain reading, with the approval below it."""
    return _page(questionnaire_id, version, Form.of({"approver_name": _own_name()}))


@blueprint.post(f"{_VERSION}/approve")
@allowed(CLINICIAN, ADMINISTRATOR)
def approve(questionnaire_id: str, version: str) -> ResponseReturnValue:
    """Approve the text that was shown, after one has said that one has read it."""
    form = Form(request.form)
    if not form.text("has_read"):
        form.problems["has_read"] = _("Confirm that the whole questionnaire was read.")
    approver = form.needed("approver_name", _("Enter the name of the clinician who approves it."))
    if not form.problems:
        try:
            approval.approve(
                context.store(),
                context.staff_actor(),
                questionnaire_id,
                version,
                approver_name=approver,
                content_hash=form.text("content_hash"),
                now=context.now(),
            )
        except Invalid as error:
            form.add_problems(error.problems)
        except (NotAllowed, Conflict) as refusal:
            form.problems["has_read"] = str(refusal)
        else:
            flash(_("Approved. Patients who begin from now on get this version."))
            return redirect(url_for("clinic.questionnaires"))
    return _page(questionnaire_id, version, form), 422


@blueprint.post(f"{_VERSION}/withdraw")
@allowed(CLINICIAN, ADMINISTRATOR)
def withdraw(questionnaire_id: str, version: str) -> ResponseReturnValue:
    """Offer this version to nobody new."""
    approval.withdraw(context.store(), context.staff_actor(), questionnaire_id, version, now=context.now())
    flash(_("Withdrawn. Who has begun on this version can finish it; nobody new gets it."))
    return redirect(url_for("clinic.questionnaires"))


@blueprint.post("/questionnaires/<string:questionnaire_id>/parts")
@allowed(ADMINISTRATOR)
def switch_part(questionnaire_id: str) -> ResponseReturnValue:
    """Switch a part on or off for whoever begins from now on."""
    form = Form(request.form)
    try:
        approval.switch(
            context.store(),
            context.staff_actor(),
            questionnaire_id,
            form.text("part"),
            on=form.text("on") == "yes",
            now=context.now(),
        )
    except NotAllowed as refusal:
        flash(str(refusal))
    return redirect(url_for("clinic.questionnaires", _anchor=questionnaire_id))


def _page(questionnaire_id: str, version: str, form: Form) -> str:
    view = _view(questionnaire_id, version)
    with context.store().read() as session:
        form_text = registry.definition(session, questionnaire_id, version, view.content_hash)
    return render_template(
        "clinic/questionnaire.html",
        view=view,
        questionnaire=form_text,
        pages=_pages(form_text),
        form=form,
        may_name_others=ADMINISTRATOR in context.staff_actor().roles,
        needs_safeguard=registry.asks_about_self_harm(form_text)
        and approval.safeguard(context.store(), context.staff_actor()) is None,
    )


def _view(questionnaire_id: str, version: str) -> VersionView:
    for view in approval.versions(context.store(), context.staff_actor(), questionnaire_id):
        if view.version == version:
            return view
    raise NotFound(_("There is no such version."))


def _own_name() -> str:
    actor = context.staff_actor()
    return actor.name if CLINICIAN in actor.roles else ""


def _pages(questionnaire: Questionnaire) -> Iterator[PlainPage]:
    numbers = questionnaire.numbers()
    for page in questionnaire.pages:
        items = tuple(
            PlainItem(
                item,
                numbers.get(item.id),
                _kind(item),
                _options(item),
                describe(item.enable_when, questionnaire) if item.enable_when else "",
            )
            for item in page.items
        )
        yield PlainPage(page, describe(page.enable_when, questionnaire) if page.enable_when else "", items)


def _options(item: Item) -> tuple[str, ...]:
    if not isinstance(item, Choice):
        return ()
    options = [
        _("%(option)s (alone)", option=option.text) if option.exclusive else option.text for option in item.options
    ]
    return (*options, *([_("%(option)s: own words", option=item.other)] if item.other else []))


def _kind(item: Item) -> str:
    """Say how an item is answered."""
    match item:
        case Choice():
            words = _("several answers") if item.repeats else _("one answer")
        case Text():
            words = _("own words, up to %(count)s characters", count=item.max_length)
        case String():
            words = _("a few words, up to %(count)s characters", count=item.max_length)
        case Integer() | Decimal():
            words = _number(item)
        case Date():
            words = {"day": _("a date"), "month": _("month and year"), "year": _("a year")}[item.precision]
        case Scale():
            words = _(
                "a number from %(low)s (%(low_label)s) to %(high)s (%(high_label)s)",
                low=item.min_value,
                low_label=item.min_label,
                high=item.max_value,
                high_label=item.max_label,
            )
        case _other:
            words = _("yes or no") if item.asks else ""
    return str(words)


def _number(item: Integer | Decimal) -> str:
    words = [_("a whole number") if isinstance(item, Integer) else _("a number")]
    if item.min_value is not None:
        words.append(_("from %(limit)s", limit=item.min_value))
    if item.max_value is not None:
        words.append(_("up to %(limit)s", limit=item.max_value))
    return " ".join([*words, *([f"({item.unit})"] if item.unit else [])])

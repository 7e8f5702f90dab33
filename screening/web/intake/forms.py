"""The form of a page: as it goes to the screen, and as it comes back."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from flask import request
from flask_babel import get_translations, gettext
from werkzeug.datastructures import MultiDict

from screening.definition.model import Grid, Group, Item, questions
from screening.forms import several
from screening.forms.entries import EntriesField
from screening.forms.item_field import initial_of
from screening.forms.page import PageForm, page_form
from screening.intake.entries import PostedEntries, PostedEntry
from screening.intake.saving import Posted
from screening.intake.sitting import SittingPage
from screening.web import context, language


class _Translations:
    """Gives forms their texts in the page's language, with the places in them still to be filled in."""

    def gettext(self, string: str) -> str:
        """Return the translated text."""
        return str(get_translations().ugettext(string))

    def ngettext(self, singular: str, plural: str, n: int) -> str:
        """Return the translated text for this number."""
        return str(get_translations().ungettext(singular, plural, n))


@dataclass(frozen=True, slots=True)
class Holds:
    """What the questions of a page hold: answers in plain form, and which questions are ``new``; both by item id."""

    answers: Mapping[str, Any]
    new: Collection[str] = ()


def as_saved(page: SittingPage) -> Holds:
    """Return what was saved; questions that were never on the screen hold what they hold at first."""
    unseen = page.not_yet_shown
    if page.saved is None or page.saved.skipped:
        return Holds(_initial(unseen))
    return Holds(_initial(unseen) | dict(page.answers), {item.id for item in unseen})


def filled(page: SittingPage, items: tuple[Item, ...] | None = None, holds: Holds | None = None) -> PageForm:
    """Return the form of a page, or of some of its items, with what its questions hold: what was saved."""
    holds = as_saved(page) if holds is None else holds
    make = _make(page, page.items if items is None else items)
    form = make(data=_by_field(page, holds.answers), meta=_meta())
    if page.saved is not None and not page.saved.skipped:
        _mark(form, page, holds.new)
    return form


def afresh(page: SittingPage) -> PageForm:
    """Return the form of a page (`Sitting.afresh`) as if it had never been saved."""
    return _make(page, page.items)(data=_by_field(page, _initial(questions(page.items))), meta=_meta())


def only_new(page: SittingPage) -> PageForm:
    """Return the form with new questions alone, for a page whose saved answers stay hidden."""
    unseen = page.not_yet_shown
    new = {item.id for item in unseen}
    in_entries = {group: entries for group, entries in page.new_in_entries.items() if group not in new}
    items = _only(page.items, new.union(in_entries))
    make = _make(page, items, follow_ups=in_entries)
    form = make(data=_by_field(page, _initial(unseen)), meta=_meta())
    _mark(form, page, new)
    return form


def posted_form(page: SittingPage, posted: MultiDict[str, str]) -> PageForm:
    """Return the form as it was posted, with the questions that were on the screen.

    These are the ones asked now if the form does not say.
    """
    shown = posted_numbers("shown")
    if not shown:
        return _make(page, page.items)(posted, meta=_meta())
    ids = {item_id for item_id, number in page.question_numbers.items() if number in shown}
    return _make(page, _only(page.page.items, ids, page.path.item_ids))(posted, meta=_meta())


@dataclass(frozen=True, slots=True)
class Received:
    """A page as it came back. ``posted`` is None if it can't be saved yet: something is to be mended, or was added.

    ``asked`` are the numbers that were asked for once more; ``notice`` says what an added or removed answer means.
    """

    form: PageForm
    posted: Posted | None
    asked: frozenset[int]
    notice: str = ""

    @property
    def status(self) -> int:
        """Return the HTTP status of the page that is shown again."""
        return 422 if self.form.wrong else 200


def receive(page: SittingPage, then: str, *, asks_again: bool = True) -> Received:
    """Read the posted form of a page, whose button ``then`` was pressed.

    ``asks_again``: what is ``required`` and was left blank is asked for once more.
    """
    changed = several.changed(request.form, then)
    form = posted_form(page, request.form if changed is None else changed)
    asked = frozenset(posted_numbers("asked"))
    if changed is not None:
        return Received(form, None, asked, gettext("This page is not saved yet. What you typed is still here."))
    asking = form.check(asked if asks_again else form.numbers)
    return Received(form, None if form.wrong else _read(form), asking)


def skipped() -> Posted:
    """Return what is posted by whoever skips a page."""
    return Posted(answers={}, shown=frozenset(), revision=posted_number("revision"), skipped=True)


def _read(form: PageForm) -> Posted:
    """Return what a form says that was checked."""
    entries = {}
    for field in form.questions:
        if isinstance(field, EntriesField):
            parts = [
                PostedEntry(entry.answers, frozenset(each.item.id for each in entry.fields), entry.saved_as)
                for entry in field.kept
            ]
            entries[field.item.id] = PostedEntries(parts, field.others_stay)
    return Posted(
        answers=form.answers(),
        shown=frozenset(field.item.id for field in form.questions),
        revision=posted_number("revision"),
        anew="anew" in request.form,
        entries=entries,
    )


def first_new(page: SittingPage) -> str:
    """Return the id of the first input of a page that is new on it."""
    for item in questions(page.items):
        name = f"q{page.question_numbers[item.id]}"
        if item in page.not_yet_shown:
            return name
        for key, new in enumerate(page.new_in_entries.get(item.id, ()), start=1):
            places = [place for place, part in enumerate(item.children, start=1) if part.id in new]
            if places:
                return f"{name}-{key}-{places[0]}"
    return ""


def posted_numbers(name: str) -> set[int]:
    """Return a list of numbers that a hidden field holds; whatever else is in it is passed over."""
    return {int(part) for part in request.form.get(name, "").split()[:500] if part.isdecimal() and len(part) < 6}


def posted_number(name: str) -> int:
    """Return a number that a hidden field holds, 0 for none."""
    return next(iter(posted_numbers(name)), 0)


def _only(items: Iterable[Item], ids: Collection[str], notes: Collection[str] | None = None) -> tuple[Item, ...]:
    """Return these questions, and the information texts that stand beside them (``notes``; None for all)."""

    def wanted(item: Item) -> bool:
        return item.id in ids if item.asks else (notes is None or item.id in notes)

    found: list[Item] = []
    for item in items:
        if isinstance(item, Group | Grid) and not item.repeats:
            parts = tuple(filter(wanted, item.children))
            if any(part.id in ids for part in parts):
                found.append(replace(item, items=parts))  # type: ignore[arg-type]  # some of the items that it had
        elif wanted(item):
            found.append(item)
    return tuple(found)


def _mark(form: PageForm, page: SittingPage, new: Collection[str]) -> None:
    """Mark the questions that an answer has just brought up; ``new`` are their ids."""
    new_in_entries = page.new_in_entries
    for field in form.questions:
        field.is_follow_up = field.item.id in new
        if isinstance(field, EntriesField) and field.item.id in new_in_entries:
            field.mark(new_in_entries[field.item.id])


def _make(page: SittingPage, items: tuple[Item, ...], **more: Any) -> Callable[..., PageForm]:
    return page_form(page.page, items, page.question_numbers, counting=page.path.counting, **more)


def _initial(items: Iterable[Item]) -> dict[str, Any]:
    return {item.id: initial_of(item) for item in items if item.initial}


def _by_field(page: SittingPage, answers: Mapping[str, Any]) -> dict[str, Any]:
    return {f"q{page.question_numbers[item_id]}": plain for item_id, plain in answers.items()}


def _meta() -> dict[str, Any]:
    today = context.now().astimezone(context.settings().zone).date()
    return {"today": today, "locale": language.current(), "translations": _Translations()}

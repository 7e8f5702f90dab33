"""A page of a questionnaire as a form: the questions that are asked now, in form order."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from functools import partial
from typing import Any, Protocol

from werkzeug.datastructures import MultiDict
from wtforms.form import BaseForm
from wtforms.meta import DefaultMeta

from screening.answer_values import Plain
from screening.answers import Value
from screening.definition.model import (
    Boolean,
    Choice,
    Decimal,
    Grid,
    Group,
    Integer,
    Item,
    Page,
    Quantity,
    Scale,
    walk_items,
)
from screening.forms.entries import EntriesField
from screening.forms.fields import FIELDS, GroupField
from screening.forms.item_field import ItemField
from screening.forms.several import RepeatedField
from screening.path import asked_in_entry

_LOOKS_BACK = (Boolean, Choice, Decimal, Grid, Integer, Quantity, Scale)
"""Items that a page's recall period goes for; free texts and dates name their own time."""


class Translations(Protocol):
    """What WTForms asks for translated texts."""

    def gettext(self, string: str) -> str:
        """Return the translated text."""
        ...

    def ngettext(self, singular: str, plural: str, n: int) -> str:
        """Return the translated text for this number."""
        ...


class PageMeta(DefaultMeta):
    """What the fields need to know: the day (for limits that say today), the language, and its translations."""

    def __init__(
        self,
        today: datetime.date | None = None,
        locale: str = "en",
        translations: Translations | None = None,
    ) -> None:
        self.today = today
        self.locale = locale
        self.translations = translations

    def get_translations(self, _form: object) -> Any:
        """Return the translations that came with the form; None leaves the texts in English."""
        return self.translations


class PageForm(BaseForm):
    """The questions of one page. Made by `page_form`.

    ``layout`` has the names of the fields as they stand on the page, each with those of the fields under it.
    ``formdata`` is what was posted, ``data`` the stored answers in plain form, by input name; ``meta`` are the
    arguments of `PageMeta`.
    """

    # WTForms makes forms from classes. A class for each request took longer than all the rest of the form.
    def __init__(
        self,
        fields: Mapping[str, Any],
        layout: Mapping[str, Sequence[str]],
        formdata: MultiDict[str, str] | None = None,
        *,
        data: Mapping[str, Any] | None = None,
        meta: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(fields, meta=PageMeta(**(meta or {})))
        self._layout = layout
        self.process(formdata, data=data)
        for name, names in layout.items():
            group = self._fields[name]
            if isinstance(group, GroupField):
                group.fields = [self._field(under) for under in names]
                for field in group.fields:
                    field.size = "s"

    @property
    def fields(self) -> tuple[ItemField, ...]:
        """Return the fields as they stand on the page, information texts included; groups hold theirs."""
        return tuple(self._field(name) for name in self._layout)

    @property
    def questions(self) -> tuple[ItemField, ...]:
        """Return the fields that take an answer of their own, in form order."""
        return tuple(field for field in self._item_fields() if field.item.asks)

    @property
    def numbers(self) -> tuple[int, ...]:
        """Return the numbers of the questions on the page."""
        return tuple(field.number for field in self.questions)

    @property
    def wrong(self) -> tuple[ItemField, ...]:
        """Return the fields that have something to mend, in form order."""
        return tuple(wrong for field in self._item_fields() for wrong in field.mistakes())

    def check(self, asked_again: Collection[int]) -> frozenset[int]:
        """Validate, and ask once more for what is ``required`` and blank; return the numbers asked for once more.

        ``asked_again`` holds the numbers that were asked for once more already: they may stay blank now. The page can
        be saved if nothing is wrong afterwards.
        """
        self.validate()
        asking = set(asked_again)
        for field in self._item_fields():
            for blank in field.left_blank() if field.number not in asked_again else ():
                blank.errors = [_left_blank(blank)]
                asking.add(field.number)
        return frozenset(asking)

    def answers(self) -> dict[str, Plain]:
        """Return what was answered or declined, by item id, in plain form. Blank questions are not in it."""
        return {field.item.id: field.answer for field in self._item_fields() if field.answer is not None}

    def _item_fields(self) -> Iterator[ItemField]:
        for name in self._fields:
            yield self._field(name)

    def _field(self, name: str) -> ItemField:
        field = self._fields[name]
        assert isinstance(field, ItemField)
        return field


def page_form(
    page: Page,
    items: Sequence[Item],
    numbers: Mapping[str, int],
    *,
    counting: Mapping[str, Value] | None = None,
    follow_ups: Mapping[str, Sequence[Collection[str]]] | None = None,
) -> Callable[..., PageForm]:
    """Return what makes the form for these items of a page, called with what is left of `PageForm`'s arguments.

    ``numbers`` are the questions' numbers in the whole questionnaire, by item id (`Questionnaire.numbers`); they name
    the inputs. ``counting`` are the answers that conditions in entries look at (`screening.path.Path`).
    ``follow_ups``: groups that repeat and are to show only what is new, as `EntriesField` has it.
    """

    def make(item: Item, number: int) -> Any:
        recall = recall_of(page, item)
        if isinstance(item, Group) and item.repeats:
            return EntriesField(
                item,
                number,
                recall,
                make=make,
                asked=lambda entry: asked_in_entry(item, entry, counting or {}),
                follow_ups=(follow_ups or {}).get(item.id),
            )
        if item.repeats and not isinstance(item, Choice):
            return RepeatedField(item, number, recall, make=make)
        return FIELDS[item.type](item, number, recall)

    fields: dict[str, Any] = {}

    def add(item: Item) -> str:
        name = f"q{numbers[item.id]}" if item.asks else f"note{_place(page, item)}"
        fields[name] = make(item, numbers[item.id] if item.asks else 0)
        return name

    layout = {add(item): [] if item.repeats else [add(part) for part in item.children] for item in items}
    return partial(PageForm, fields, layout)


def _place(page: Page, item: Item) -> int:
    """Return an item's place on its page, which is the same whatever part of the page a form is for."""
    return next(place for place, other in enumerate(walk_items(page.items)) if other.id == item.id)


def recall_of(page: Page, item: Item) -> str:
    """Return the time that a question looks back on: its own, else the page's if it is that kind of question."""
    if item.recall is not None:
        return item.recall
    return page.recall or "" if isinstance(item, _LOOKS_BACK) else ""


def _left_blank(field: ItemField) -> str:
    return field.gettext(
        "You left this blank. Please answer, or choose “Prefer not to say”. To leave it blank, save again."
    )

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
from screening.definition.model import Boolean, Choice, Decimal, Integer, Item, Page, Scale
from screening.forms.fields import FIELDS
from screening.forms.item_field import ItemField

_LOOKS_BACK = (Boolean, Choice, Decimal, Integer, Scale)
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
    """The questions of one page. Made by `page_form`; ``fields`` are in form order, information texts included.

    ``formdata`` is what was posted, ``data`` the stored answers in plain form, by input name; ``meta`` are the
    arguments of `PageMeta`.
    """

    # WTForms makes forms from classes. A class for each request took longer than all the rest of the form.
    def __init__(
        self,
        fields: Mapping[str, Any],
        formdata: MultiDict[str, str] | None = None,
        *,
        data: Mapping[str, Any] | None = None,
        meta: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(fields, meta=PageMeta(**(meta or {})))
        self.process(formdata, data=data)

    @property
    def fields(self) -> tuple[ItemField, ...]:
        """Return all fields, in form order."""
        return tuple(self._item_fields())

    @property
    def numbers(self) -> tuple[int, ...]:
        """Return the numbers of the questions on the page."""
        return tuple(field.number for field in self._item_fields() if field.item.asks)

    @property
    def wrong(self) -> tuple[ItemField, ...]:
        """Return the fields that have something to mend, in form order."""
        return tuple(field for field in self._item_fields() if field.errors)

    def check(self, asked_again: Collection[int]) -> frozenset[int]:
        """Validate, and ask once more for what is ``required`` and blank; return the numbers asked for once more.

        ``asked_again`` holds the numbers that were asked for once more already: they may stay blank now. The page can
        be saved if nothing is wrong afterwards.
        """
        self.validate()
        asking = set(asked_again)
        for field in self._item_fields():
            if field.item.required and not field.errors and field.is_blank and field.number not in asked_again:
                field.errors = [_left_blank(field)]
                asking.add(field.number)
        return frozenset(asking)

    def answers(self) -> dict[str, Plain]:
        """Return what was answered or declined, by item id, in plain form. Blank questions are not in it."""
        return {field.item.id: field.answer for field in self._item_fields() if field.answer is not None}

    def _item_fields(self) -> Iterator[ItemField]:
        for field in self._fields.values():
            assert isinstance(field, ItemField)
            yield field


def page_form(page: Page, items: Sequence[Item], numbers: Mapping[str, int]) -> Callable[..., PageForm]:
    """Return what makes the form for these items of a page, called with what is left of `PageForm`'s arguments.

    ``numbers`` are the questions' numbers in the whole questionnaire, by item id (`Questionnaire.numbers`); they name
    the inputs.
    """
    fields: dict[str, Any] = {}
    for place, item in enumerate(items):
        number = numbers.get(item.id, 0)
        name = f"q{number}" if item.asks else f"note{place}"
        fields[name] = FIELDS[item.type](item, number, recall_of(page, item))
    return partial(PageForm, fields)


def recall_of(page: Page, item: Item) -> str:
    """Return the time that a question looks back on: its own, else the page's if it is that kind of question."""
    if item.recall is not None:
        return item.recall
    return page.recall or "" if isinstance(item, _LOOKS_BACK) else ""


def _left_blank(field: ItemField) -> str:
    return field.gettext(
        "You left this blank. Please answer, or choose “Prefer not to say”. To leave it blank, save again."
    )

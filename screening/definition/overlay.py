"""A translation of a questionnaire: an overlay of texts by their places, each with a hash of what it translates.

An overlay holds texts and nothing else, so that ids, conditions and limits exist once, in the base file. It names no
version of it: a text is used wherever its hash says that the source text is the one that was translated. So a mended
translation needs no new version of the questionnaire, and a changed source text is never shown in its old meaning.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields, replace
from typing import Literal, TypeVar

from screening.definition.model import (
    Choice,
    Grid,
    Group,
    Item,
    Option,
    Page,
    Placed,
    Quantity,
    Questionnaire,
    SimpleItem,
)
from screening.definition.problems import START, Mark
from screening.definition.texts import Place

HASH_LENGTH = 6
"""Letters of a source text's hash, each one of 16: one change in 16 million goes unseen."""

HASH_LETTERS = "abcdefghijklmnop"
_LETTERS = str.maketrans("0123456789abcdef", HASH_LETTERS)

TEXT_KEYS = ("title", "description")
PAGE_TEXT_KEYS = ("title", "intro", "recall", "sensitive")
ITEM_TEXT_KEYS = ("text", "short", "help", "recall", "unit", "other", "min_label", "max_label", "item_label")
OPTION_KEYS = ("options", "units")
"""The keys of an item that hold texts by code, where they are written in place."""

ROW_TEXT_KEYS = ("text", "short")
"""The keys of a grid's row that hold texts of its own; all others are the grid's."""


@dataclass(frozen=True, slots=True)
class Translation:
    """A text, and the hash of the source text that it translates; None where nobody has said which that was."""

    text: str
    of: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Overlay:
    """The translation of one questionnaire into one language (BCP 47).

    ``texts`` are the translations that fit the base file as it was when the overlay was loaded; ``missing`` and
    ``stale`` are the places that have none, or one of an earlier source text. ``translations`` are all of them.
    ``content_hash`` is SHA-256 in hex over what the file says, ``text`` the file as it was, ``name`` its path.
    """

    questionnaire_id: str
    language: str
    texts: Mapping[Place, str]
    missing: tuple[Place, ...]
    stale: tuple[Place, ...]
    translations: Mapping[Place, Translation]
    content_hash: str
    text: str
    name: str
    marks: Mapping[Place, Mark]
    clinically_reviewed: str | Literal[False] = False

    @property
    def complete(self) -> bool:
        """Whether every text of the base file has a translation that fits it."""
        return not self.missing and not self.stale

    def mark(self, *place: str) -> Mark:
        """Return where a text stands in the overlay's file, or what it would stand in."""
        while place and place not in self.marks:
            place = place[:-1]
        return self.marks.get(place, START)


def source_hash(text: str) -> str:
    """Return the short hash of a source text: the first digits of its SHA-256, written as letters.

    As letters, because YAML takes some hexadecimal numbers for numbers of another kind.
    """
    return hashlib.sha256(text.encode()).hexdigest()[:HASH_LENGTH].translate(_LETTERS)


def source_texts(questionnaire: Questionnaire) -> dict[Place, str]:
    """Return every text that is translated, in form order: place -> text.

    Places are those of `screening.definition.texts`, but an option has one of its own: ``"option_set", name, code`` or
    ``"item", id, "options", code``.
    """
    return dict(_source_texts(questionnaire))


def _source_texts(questionnaire: Questionnaire) -> Iterator[tuple[Place, str]]:
    yield from _texts_of(questionnaire, ("questionnaire",), TEXT_KEYS)
    for name, options in questionnaire.option_sets.items():
        yield from _option_texts(options, ("option_set", name))
    for page in questionnaire.pages:
        yield from _texts_of(page, ("page", page.id), PAGE_TEXT_KEYS)
        for item in page.items:
            yield from _item_texts(Placed(page, None, item))
            if isinstance(item, Group | Grid):
                for child in item.items:
                    yield from _item_texts(Placed(page, item, child))


def _item_texts(placed: Placed) -> Iterator[tuple[Place, str]]:
    item, place = placed.item, ("item", placed.item.id)
    if isinstance(placed.parent, Grid):
        yield from _texts_of(item, place, ROW_TEXT_KEYS)
        return
    yield from _texts_of(item, place, ITEM_TEXT_KEYS)
    for key, options in own_options(item).items():
        yield from _option_texts(options, (*place, key))


def own_options(item: Item) -> dict[str, tuple[Option, ...]]:
    """Return the options or units that an item has in place: key -> options. Those of a shared set are the set's."""
    if isinstance(item, Choice | Grid) and item.option_set is None:
        return {"options": item.options}
    return {"units": item.units} if isinstance(item, Quantity) else {}


def _texts_of(part: object, place: Place, keys: tuple[str, ...]) -> Iterator[tuple[Place, str]]:
    for key in keys:
        text = getattr(part, key, None)
        if isinstance(text, str) and text:
            yield (*place, key), text


def _option_texts(options: tuple[Option, ...], place: Place) -> Iterator[tuple[Place, str]]:
    for option in options:
        yield (*place, option.code), option.text


def fitting(sources: Mapping[Place, str], translations: Mapping[Place, Translation]) -> dict[Place, str]:
    """Return the translations of exactly these source texts: place -> text."""
    return {
        place: translations[place].text
        for place, source in sources.items()
        if place in translations and translations[place].of == source_hash(source)
    }


def apply(questionnaire: Questionnaire, overlay: Overlay) -> Questionnaire:
    """Return the questionnaire in the overlay's language: the same in all but its texts.

    A text that has no translation, or one of another source text, stays as it is in the base file: a question in
    another language is seen to be untranslated, a question with another meaning is not. ValueError if the overlay is
    of another questionnaire.
    """
    if overlay.questionnaire_id != questionnaire.id:
        raise ValueError(f"an overlay of {overlay.questionnaire_id} can't be applied to {questionnaire.id}")
    texts = fitting(source_texts(questionnaire), overlay.translations)
    return _Translator(questionnaire, texts).questionnaire(overlay.language)


_Part = TypeVar("_Part", Questionnaire, Page, Item)
_AnItem = TypeVar("_AnItem", bound=Item)


class _Translator:
    """Puts texts into one questionnaire."""

    def __init__(self, questionnaire: Questionnaire, texts: Mapping[Place, str]) -> None:
        self._base = questionnaire
        self._texts = texts
        self._sets = {
            name: self._options(options, ("option_set", name)) for name, options in questionnaire.option_sets.items()
        }

    def questionnaire(self, language: str) -> Questionnaire:
        pages = tuple(self._page(page) for page in self._base.pages)
        values = self._values(self._base, ("questionnaire",), TEXT_KEYS)
        return replace(self._base, language=language, option_sets=self._sets, pages=pages, **values)

    def _page(self, page: Page) -> Page:
        items = tuple(self._item(item) for item in page.items)
        return replace(page, items=items, **self._values(page, ("page", page.id), PAGE_TEXT_KEYS))  # type: ignore[arg-type]  # texts only

    def _item(self, item: _AnItem) -> _AnItem:
        place = ("item", item.id)
        values: dict[str, object] = {**self._values(item, place, ITEM_TEXT_KEYS)}
        for key, options in own_options(item).items():
            values[key] = self._options(options, (*place, key))
        if isinstance(item, Choice | Grid) and item.option_set is not None:
            values["options"] = self._sets[item.option_set]
        if isinstance(item, Group):
            values["items"] = tuple(self._item(child) for child in item.items)
        elif isinstance(item, Grid):
            shared = {key: values.get(key, getattr(item, key)) for key in ("options", "recall")}
            values["items"] = tuple(self._row(row, shared) for row in item.items)
        return replace(item, **values)  # type: ignore[arg-type]  # keys of this item's own

    def _row(self, row: SimpleItem, shared: Mapping[str, object]) -> SimpleItem:
        return replace(row, **shared, **self._values(row, ("item", row.id), ROW_TEXT_KEYS))  # type: ignore[arg-type]  # texts only

    def _values(self, part: Questionnaire | Page | Item, place: Place, keys: tuple[str, ...]) -> dict[str, str]:
        known = {field.name for field in fields(part)}
        return {key: self._texts[*place, key] for key in keys if key in known and (*place, key) in self._texts}

    def _options(self, options: tuple[Option, ...], place: Place) -> tuple[Option, ...]:
        return tuple(replace(option, text=self._texts.get((*place, option.code), option.text)) for option in options)

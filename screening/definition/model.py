"""The questionnaire language as frozen dataclasses.

What a questionnaire *is*, free of where it came from (YAML, FHIR) and of what is done with it (a web page, a
report). Names are FHIR R4's where FHIR has one. There is no place for a score, a threshold or a colour, and
there must never be one: see docs/decisions/0001-no-interpretation.md.

Pages hold items; a group or grid among them holds items of its own, one level deep. Who needs the structure takes
``page.items`` and ``item.children``; who needs every item takes `walk_items`, who needs what is answered `questions`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from string import ascii_lowercase
from typing import Literal

from screening.definition.condition_model import All, Any, Comparison, Condition, Not, Operand, Operator
from screening.definition.item_model import (
    DEFAULT_OCCURS,
    ITEM_TYPES,
    MAX_TEXT_LENGTH,
    MAX_TEXT_LINES,
    SIMPLE_TYPES,
    Amount,
    Boolean,
    Choice,
    Date,
    DateTime,
    Decimal,
    Display,
    Grid,
    Group,
    Initial,
    Integer,
    Item,
    Option,
    Precision,
    Quantity,
    Question,
    Scale,
    SimpleItem,
    String,
    Text,
    Time,
)

__all__ = [
    "DEFAULT_OCCURS", "ITEM_TYPES", "MAX_TEXT_LENGTH", "MAX_TEXT_LINES", "SIMPLE_TYPES", "All", "Amount", "Any",
    "Boolean", "Choice", "Comparison", "Condition", "Date", "DateTime", "Decimal", "Display", "Grid", "Group",
    "Initial", "Integer", "Item", "Not", "Operand", "Operator", "Option", "Page", "Placed", "Precision", "Quantity",
    "Question", "Questionnaire", "Scale", "SimpleItem", "String", "Text", "Time", "questions", "walk_items",
]  # fmt: skip


def walk_items(items: Iterable[Item]) -> Iterator[Item]:
    """Yield every item in form order: each group or grid, then what stands in it."""
    for item in items:
        yield item
        yield from item.children


def questions(items: Iterable[Item]) -> Iterator[Item]:
    """Yield what is answered under an id of its own, in form order.

    These are questions, also those in a group that does not repeat and the rows of a grid, and groups that repeat. The
    questions in a group that repeats are not among them: their answers stand in the entries of the group.
    """
    for item in items:
        if isinstance(item, Group) and item.repeats:
            yield item
        else:
            yield from (part for part in walk_items([item]) if part.asks)


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """One screen of a questionnaire: items of one topic.

    ``link_id`` is FHIR's linkId where that differs from ``id``. ``sensitive`` is the text of the gate before the page;
    a page that has one can be skipped as a whole. ``recall`` is the time its "how often" questions look back on.
    ``reading_level_reason`` is a person's reason why the page may read harder than the house's limit.
    """

    id: str
    title: str
    items: tuple[Item, ...]
    link_id: str | None = None
    intro: str | None = None
    recall: str | None = None
    sensitive: str | None = None
    off_by_default: bool = False
    topic: str | None = None
    enable_when: Condition | None = None
    reading_level_reason: str | None = None

    @property
    def fhir_link_id(self) -> str:
        """Return the page's linkId in FHIR."""
        return self.link_id or self.id


@dataclass(frozen=True, slots=True)
class Placed:
    """An item with where it stands: its page, and the group or grid around it (None if it stands on the page)."""

    page: Page
    parent: Group | Grid | None
    item: Item

    @property
    def group(self) -> Group | None:
        """Return the group around the item if that repeats: then the item is answered once for each entry."""
        return self.parent if isinstance(self.parent, Group) and self.parent.repeats else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Questionnaire:
    """A questionnaire in one version and its base language (BCP 47).

    ``clinically_reviewed`` is False, or who reviewed it and when, in words. ``source`` says where an imported file
    came from and who says that the clinic may use it.
    """

    id: str
    version: str
    title: str
    language: str
    copyright: str
    pages: tuple[Page, ...]
    description: str | None = None
    license: str | None = None
    clinically_reviewed: str | Literal[False] = False
    source: str | None = None
    option_sets: Mapping[str, tuple[Option, ...]] = field(default_factory=dict)

    def items(self) -> Iterator[Item]:
        """Yield every item, in form order: groups and grids too, each before what stands in it."""
        for page in self.pages:
            yield from walk_items(page.items)

    def placed(self) -> Iterator[Placed]:
        """Yield every item with where it stands, in the order of `items`."""
        for page in self.pages:
            for item in page.items:
                yield Placed(page, None, item)
                if isinstance(item, Group | Grid):
                    yield from (Placed(page, item, child) for child in item.items)

    def questions(self) -> Iterator[Item]:
        """Yield what is answered under an id of its own, in form order; see `screening.definition.model.questions`."""
        for page in self.pages:
            yield from questions(page.items)

    def item(self, item_id: str) -> Item | None:
        """Return the item with this id, wherever it stands, or None."""
        return next((item for item in self.items() if item.id == item_id), None)

    def numbers(self) -> dict[str, int]:
        """Return the questions' numbers, from 1 in form order: item id -> number.

        Each of `questions` has one: so a group that repeats is one question, each row of a grid too; information text,
        headings and what stands in a group that repeats have none (see `labels`). Numbers are those of the whole file,
        parts that are switched off included, so that "question 12" means the same question in every report of one
        version.
        """
        return {item.id: number for number, item in enumerate(self.questions(), start=1)}

    def labels(self) -> dict[str, str]:
        """Return what people call the questions: item id -> "12", or "12a" in a group that repeats."""
        labels = {item_id: str(number) for item_id, number in self.numbers().items()}
        for group in [item for item in self.questions() if isinstance(item, Group)]:
            asking = (item for item in group.items if item.asks)
            labels |= {item.id: labels[group.id] + _letters(place) for place, item in enumerate(asking)}
        return labels


def _letters(place: int) -> str:
    """Return the letters of the first, second … thing: a to z, then aa, ab and so on."""
    rest, last = divmod(place, len(ascii_lowercase))
    return (_letters(rest - 1) if rest else "") + ascii_lowercase[last]

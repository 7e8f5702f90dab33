"""The questionnaire language as frozen dataclasses.

What a questionnaire *is*, free of where it came from (YAML, FHIR) and of what is done with it (a web page, a
report). Names are FHIR R4's where FHIR has one. There is no place for a score, a threshold or a colour, and
there must never be one: see docs/decisions/0001-no-interpretation.md.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal as Number
from enum import StrEnum
from typing import ClassVar, Literal, TypeAlias

MAX_TEXT_LENGTH = 2000
"""Characters in any one answer, at the most; the renderer's time limit rests on it."""

MAX_TEXT_LINES = 100
"""Line breaks in any one answer, at the most; for the same reason."""


class Operator(StrEnum):
    """How a condition compares an earlier answer with a given value."""

    EQUALS = "equals"
    NOT_EQUALS = "not_equals"
    ONE_OF = "one_of"
    ANSWERED = "answered"
    GREATER_THAN = "greater_than"
    AT_LEAST = "at_least"
    LESS_THAN = "less_than"
    AT_MOST = "at_most"


Operand: TypeAlias = str | bool | Number | tuple[str, ...]
"""An option code, yes/no, a number, a date in ISO 8601, or (for ``one_of``) several option codes."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """One earlier item's direct answer against one given value (rule R5: never arithmetic, never a count)."""

    item: str
    operator: Operator
    operand: Operand


@dataclass(frozen=True, slots=True)
class All:
    """Holds when every part holds."""

    conditions: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class Any:
    """Holds when at least one part holds."""

    conditions: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class Not:
    """Holds when its part does not."""

    condition: Condition


Condition: TypeAlias = Comparison | All | Any | Not


@dataclass(frozen=True, slots=True)
class Option:
    """One answer option. An ``exclusive`` option ("none of these") can't stand beside others."""

    code: str
    text: str
    exclusive: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemBase:
    """What every item has.

    ``id`` is FHIR's linkId. ``short`` is the label on the report's first page, ``glance`` repeats the answer there
    word for word. ``recall`` is the time the question looks back on; None means the page's. ``topic`` names a
    matter that has rules of its own (``self_harm``).
    """

    type: ClassVar[str]

    id: str
    text: str
    short: str | None = None
    help: str | None = None
    recall: str | None = None
    required: bool = False
    glance: bool = False
    off_by_default: bool = False
    topic: str | None = None
    enable_when: Condition | None = None

    @property
    def asks(self) -> bool:
        """Whether the item takes an answer (everything but information text does)."""
        return True


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice(ItemBase):
    """One of several options, or with ``repeats`` any number of them.

    ``other`` is the label of a last option that takes the patient's own words; None if there is none.
    ``option_set`` is the name of the shared set that ``options`` came from, if it came from one.
    """

    type: ClassVar[str] = "choice"

    options: tuple[Option, ...]
    option_set: str | None = None
    repeats: bool = False
    other: str | None = None

    def option(self, code: str) -> Option | None:
        """Return the option with this code, or None."""
        return next((option for option in self.options if option.code == code), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Boolean(ItemBase):
    """Yes or no."""

    type: ClassVar[str] = "boolean"


@dataclass(frozen=True, slots=True, kw_only=True)
class String(ItemBase):
    """A short text on one line; ``max_length`` in characters."""

    type: ClassVar[str] = "string"

    max_length: int = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Text(ItemBase):
    """A long text; ``max_length`` in characters."""

    type: ClassVar[str] = "text"

    max_length: int = MAX_TEXT_LENGTH


@dataclass(frozen=True, slots=True, kw_only=True)
class Integer(ItemBase):
    """A whole number, limits included, in ``unit`` (words, as the patient reads them)."""

    type: ClassVar[str] = "integer"

    min_value: int | None = None
    max_value: int | None = None
    unit: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Decimal(ItemBase):
    """A decimal number, limits included, with at most ``max_decimal_places`` digits after the point."""

    type: ClassVar[str] = "decimal"

    min_value: Number | None = None
    max_value: Number | None = None
    max_decimal_places: int = 2
    unit: str | None = None


Precision: TypeAlias = Literal["day", "month", "year"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Date(ItemBase):
    """A date, exact to the day, or to the month or year only.

    ``precision`` is the finest part asked for. ``min_value`` and ``max_value`` are ISO 8601 dates (year, year-month
    or full) or the word ``today``; limits are included.
    """

    type: ClassVar[str] = "date"

    precision: Precision = "day"
    min_value: str | None = None
    max_value: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Scale(ItemBase):
    """A row of whole numbers between two labelled ends. The number is a place between words, not a score."""

    type: ClassVar[str] = "scale"

    min_value: int = 0
    max_value: int = 10
    min_label: str = ""
    max_label: str = ""

    @property
    def points(self) -> range:
        """Return the whole numbers that can be chosen."""
        return range(self.min_value, self.max_value + 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Display(ItemBase):
    """A piece of information; it takes no answer."""

    type: ClassVar[str] = "display"

    @property
    def asks(self) -> bool:
        """Return False: there is nothing to answer."""
        return False


Item: TypeAlias = Choice | Boolean | String | Text | Integer | Decimal | Date | Scale | Display

ITEM_TYPES: Mapping[str, type[Item]] = {
    variant.type: variant for variant in (Choice, Boolean, String, Text, Integer, Decimal, Date, Scale, Display)
}
"""Item type, as an author writes it -> its variant."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """One screen of a questionnaire: items of one topic.

    ``sensitive`` is the text of the gate before the page; a page that has one can be skipped as a whole.
    ``recall`` is the time its "how often" questions look back on. ``reading_level_reason`` is a person's reason why
    the page may read harder than the house's limit.
    """

    id: str
    title: str
    items: tuple[Item, ...]
    intro: str | None = None
    recall: str | None = None
    sensitive: str | None = None
    off_by_default: bool = False
    topic: str | None = None
    enable_when: Condition | None = None
    reading_level_reason: str | None = None


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
        """Yield every item, in form order."""
        for page in self.pages:
            yield from page.items

    def item(self, item_id: str) -> Item | None:
        """Return the item with this id, or None."""
        return next((item for item in self.items() if item.id == item_id), None)

    def numbers(self) -> dict[str, int]:
        """Return item id -> number: questions count from 1 in form order; information text has none.

        Numbers are those of the whole file, parts that are switched off included, so that "question 12" means the
        same question in every report of one version.
        """
        asking = (item.id for item in self.items() if item.asks)
        return {item_id: number for number, item_id in enumerate(asking, start=1)}

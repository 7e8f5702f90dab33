"""Items as frozen dataclasses, one variant for each type. Part of the model; import from `screening.definition.model`.

A group or grid holds items of its own, one level deep. What stands in a group that repeats is answered once for each
entry; everything else is answered once.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal as Number
from typing import ClassVar, Literal, TypeAlias

from screening.definition.condition_model import Condition

MAX_TEXT_LENGTH = 2000
"""Characters in any one answer, at the most; the renderer's time limit rests on it."""

MAX_TEXT_LINES = 100
"""Line breaks in any one answer, at the most; for the same reason."""

DEFAULT_OCCURS = 5
"""How often something that repeats can be answered, if its author does not say."""


@dataclass(frozen=True, slots=True)
class Option:
    """One answer option. An ``exclusive`` option ("none of these") can't stand beside others.

    ``system`` is the address of the code system that an imported code came from; it goes out again with the code.
    """

    code: str
    text: str
    exclusive: bool = False
    system: str | None = None


@dataclass(frozen=True, slots=True)
class Amount:
    """A number with the code of its unit: what a quantity is answered with."""

    value: Number
    unit: str


Initial: TypeAlias = str | bool | Number | Amount
"""What a field holds at first: a text, an option's code or a date or time in ISO 8601; yes/no; a number; an amount."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemBase:
    """What every item has; what does not fit a type stays at its default.

    ``link_id`` is FHIR's linkId where that differs from ``id``, as in imported forms. ``short`` is the label on the
    report's first page, ``glance`` repeats the answer there word for word. ``recall`` is the time the question looks
    back on; None means the page's. ``topic`` names a matter that has rules of its own (``self_harm``). ``initial`` is
    what the field holds when it is first shown: no value, one, or where the item repeats several. ``repeats``: the
    answer is a list, of at most ``max_occurs`` values (several options of a choice: as many as there are).
    """

    type: ClassVar[str]

    id: str
    text: str
    link_id: str | None = None
    short: str | None = None
    help: str | None = None
    recall: str | None = None
    required: bool = False
    glance: bool = False
    off_by_default: bool = False
    topic: str | None = None
    enable_when: Condition | None = None
    initial: tuple[Initial, ...] = ()
    repeats: bool = False
    max_occurs: int = DEFAULT_OCCURS

    @property
    def asks(self) -> bool:
        """Whether the item takes an answer of its own: not information text, nor a heading over other questions."""
        return True

    @property
    def children(self) -> tuple[SimpleItem, ...]:
        """Return the items that stand in this one: those of a group, the rows of a grid, else none."""
        return ()

    @property
    def fhir_link_id(self) -> str:
        """Return the item's linkId in FHIR."""
        return self.link_id or self.id


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice(ItemBase):
    """One of several options, or with ``repeats`` any number of them.

    ``other`` is the label of a last option that takes the patient's own words; None if there is none.
    ``option_set`` is the name of the shared set that ``options`` came from, if it came from one.
    """

    type: ClassVar[str] = "choice"

    options: tuple[Option, ...]
    option_set: str | None = None
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Quantity(ItemBase):
    """A decimal number in a unit that the patient chooses; limits are included and hold for every unit.

    ``units`` are code and words, as with options.
    """

    type: ClassVar[str] = "quantity"

    units: tuple[Option, ...]
    min_value: Number | None = None
    max_value: Number | None = None
    max_decimal_places: int = 2

    def unit(self, code: str) -> Option | None:
        """Return the unit with this code, or None."""
        return next((unit for unit in self.units if unit.code == code), None)


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
class Time(ItemBase):
    """A time of day to the minute, ``HH:MM``; limits are included."""

    type: ClassVar[str] = "time"

    min_value: str | None = None
    max_value: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DateTime(ItemBase):
    """A date with the time of day to the minute, as the clock on the wall shows it.

    ``min_value`` and ``max_value`` are as for a date, or ``YYYY-MM-DDTHH:MM``.
    """

    type: ClassVar[str] = "dateTime"

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


Question: TypeAlias = Choice | Boolean | String | Text | Integer | Decimal | Quantity | Date | Time | DateTime | Scale
"""What takes one answer, or where it repeats a list of them."""

SimpleItem: TypeAlias = Question | Display
"""What may stand in a group."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Group(ItemBase):
    """Questions under a heading (``text``).

    The questions of a group that does not repeat are answered as if they stood on the page. With ``repeats`` the
    patient can add entry after entry: the group is one question, its answer a list of entries. ``item_label`` is what
    one entry is called ("Medicine").
    """

    type: ClassVar[str] = "group"

    items: tuple[SimpleItem, ...]
    item_label: str | None = None

    @property
    def asks(self) -> bool:
        """Whether the group is a question itself, which it is if it repeats."""
        return self.repeats

    @property
    def children(self) -> tuple[SimpleItem, ...]:
        """Return the group's items."""
        return self.items


@dataclass(frozen=True, slots=True, kw_only=True)
class Grid(ItemBase):
    """Choice questions with the same options under a heading (``text``), each a row and a question of its own.

    Each row carries the grid's ``options``, ``option_set`` and ``recall``, so that it is whole without the grid;
    ValueError if they differ.
    """

    type: ClassVar[str] = "grid"

    items: tuple[Choice, ...]
    options: tuple[Option, ...]
    option_set: str | None = None

    def __post_init__(self) -> None:
        shared = (self.options, self.option_set, self.recall)
        if any((row.options, row.option_set, row.recall) != shared for row in self.items):
            raise ValueError(f"the rows of {self.id} must have the grid's options, option set and recall period")

    @property
    def asks(self) -> bool:
        """Return False: the rows ask."""
        return False

    @property
    def children(self) -> tuple[SimpleItem, ...]:
        """Return the rows."""
        return self.items


Item: TypeAlias = SimpleItem | Group | Grid

_VARIANTS = (
    Choice, Boolean, String, Text, Integer, Decimal, Quantity, Date, Time, DateTime, Scale, Display, Group, Grid
)  # fmt: skip

ITEM_TYPES: Mapping[str, type[Item]] = {variant.type: variant for variant in _VARIANTS}
"""Item type, as an author writes it -> its variant."""

SIMPLE_TYPES = tuple(name for name, variant in ITEM_TYPES.items() if variant not in (Group, Grid))
"""The item types that may stand in a group."""

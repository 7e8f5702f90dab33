"""Which answers an item can have while some comparisons hold and others fail.

Comparisons look at one item against given values, so a few answers stand for all: those given values, and what lies
just beside them within the item's limits. Nothing else could tell two answers apart.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import ROUND_FLOOR
from decimal import Decimal as Number
from typing import TypeAlias

from screening.definition.conditions import holds
from screening.definition.model import (
    Boolean,
    Choice,
    Comparison,
    Date,
    DateTime,
    Decimal,
    Integer,
    Item,
    Operator,
    Scale,
    Time,
)
from screening.definition.moments import compare, parts_of

Demand: TypeAlias = tuple[Comparison, bool]
"""A comparison with the item, and whether it must hold or fail."""

_ANYTHING = object()
"""An answer that equals no given value: own words, a text, an amount, an entry."""

_MINUTE, _DAY = datetime.timedelta(minutes=1), datetime.timedelta(days=1)
_NOON = datetime.datetime(2000, 1, 1, 12)
_LENGTHS = {"year": (4,), "month": (4, 7), "day": (4, 7, 10)}


@dataclass(frozen=True, slots=True)
class _Moment:
    """A date or time as an answer; conditions read its text."""

    text: str

    def __str__(self) -> str:
        return self.text


@dataclass(frozen=True, slots=True)
class Possible:
    """What an item's answer can still be under some demands.

    ``values`` stand for all single answers that are left; of an item that repeats, for those that may stand among
    several. ``blank``: it can be left without an answer, as also where it is declined or hidden.
    """

    item: Item
    values: tuple[object, ...]
    blank: bool = True
    demands: tuple[Demand, ...] = ()

    @property
    def answered(self) -> bool:
        """Whether there can be an answer.

        How often an item that repeats may be answered is not counted, so of those this says yes a little too often.
        """
        if not self.item.repeats:
            return bool(self.values)
        exclusive = _exclusive(self.item)
        # It takes one of several answers to make a comparison hold, so the more there are the better.
        together = tuple(value for value in self.values if value not in exclusive)
        ways = [(value,) for value in self.values if value in exclusive] + ([together] if together else [])
        return any(all(self._meets(way, demand) for demand in self.demands) for way in ways)

    def under(self, demand: Demand) -> Possible:
        """Return what is possible under one demand more."""
        comparison, wanted = demand
        blank = self.blank and holds(comparison, {}) is wanted
        if not self.item.repeats:
            left = tuple(value for value in self.values if self._meets(value, demand))
            return replace(self, values=left, blank=blank)
        values = self.values
        if wanted is (comparison.operator is Operator.NOT_EQUALS):
            # Broken by one answer that is like the given value, whatever stands beside it.
            values = tuple(value for value in values if self._meets((value,), demand))
        return replace(self, values=values, blank=blank, demands=(*self.demands, demand))

    @property
    def cost(self) -> int:
        """Return about how many comparisons it takes to add a demand and look at the outcome."""
        return len(self.values) * (1 + len(self.demands))

    def _meets(self, answer: object, demand: Demand) -> bool:
        comparison, wanted = demand
        return holds(comparison, {self.item.id: answer}) is wanted


def possible_answers(item: Item, comparisons: Iterable[Comparison]) -> Possible:
    """Return all that an item's answer can be, as far as these comparisons with it can tell."""
    given = dict.fromkeys(
        comparison.operand for comparison in comparisons if comparison.operator is not Operator.ANSWERED
    )
    return Possible(item, tuple(dict.fromkeys(_values(item, list(given)))))


def _exclusive(item: Item) -> frozenset[object]:
    options = item.options if isinstance(item, Choice) else ()
    return frozenset(option.code for option in options if option.exclusive)


def _values(item: Item, given: Sequence[object]) -> Iterator[object]:
    """Yield one value for each kind of answer that comparisons with the given values could tell apart."""
    if isinstance(item, Choice):
        codes = {code for operand in given for code in (operand if isinstance(operand, tuple) else (operand,))}
        others: dict[bool, str] = {}
        for option in item.options:
            if option.code in codes:
                yield option.code
            else:
                others.setdefault(option.exclusive, option.code)
        yield from others.values()
        if item.other is not None:
            yield _ANYTHING
    elif isinstance(item, Boolean):
        yield from (True, False)
    elif isinstance(item, Integer | Scale | Decimal):
        yield from _numbers(item, [operand for operand in given if isinstance(operand, Number)])
    elif isinstance(item, Date | Time | DateTime):
        yield from _moments(item, [str(operand) for operand in given])
    else:
        yield _ANYTHING


def _numbers(item: Integer | Scale | Decimal, given: Sequence[Number]) -> Iterator[Number]:
    step = Number(1).scaleb(-item.max_decimal_places) if isinstance(item, Decimal) else Number(1)
    low, high = item.min_value, item.max_value
    limits = [Number(limit) for limit in (low, high) if limit is not None]
    for near in {*given, *limits} or {Number(0)}:
        base = (near / step).to_integral_value(ROUND_FLOOR) * step
        for number in (base - step, base, base + step, base + step + step):
            if (low is None or number >= low) and (high is None or number <= high):
                yield number


def _moments(item: Date | Time | DateTime, given: Sequence[str]) -> Iterator[_Moment]:
    limits = [limit for limit in (item.min_value, item.max_value) if limit not in (None, "today")]
    step = _DAY if isinstance(item, Date) else _MINUTE
    for near in [edge for text in (*given, *limits) for edge in _edges(str(text))] or [_NOON]:
        for moment in (near - step, near, near + step):
            for text in _texts(item, moment):
                if _is_within(item, text):
                    yield _Moment(text)


def _edges(text: str) -> tuple[datetime.datetime, datetime.datetime]:
    """Return the first and last minute of a date, of a date with its time, or of a time (on any day)."""
    parts = parts_of(text)
    if parts[0] < 0:
        moment = _NOON.replace(hour=parts[1], minute=parts[2])
        return moment, moment
    if len(parts) == 5:
        moment = datetime.datetime.fromisoformat(text)
        return moment, moment
    year, month, day = (*parts, 1, 1)[:3]
    first = datetime.datetime(year, month, day)
    if len(parts) == 3:
        after = first + _DAY
    else:
        after = first.replace(year=first.year + 1) if len(parts) == 1 else (first + 31 * _DAY).replace(day=1)
    return first, after - _MINUTE


def _texts(item: Date | Time | DateTime, moment: datetime.datetime) -> Iterator[str]:
    if isinstance(item, Time):
        yield f"{moment:%H:%M}"
    elif isinstance(item, DateTime):
        yield moment.isoformat(timespec="minutes")
    else:
        for length in _LENGTHS[item.precision]:
            yield moment.isoformat()[:length]


def _is_within(item: Date | Time | DateTime, text: str) -> bool:
    """Tell whether a moment keeps the item's limits; a limit of today is one for another day to say."""
    parts = parts_of(text)
    low, high = (parts_of(limit or "") for limit in (item.min_value, item.max_value))
    return compare(parts, low) != -1 and compare(parts, high) != 1

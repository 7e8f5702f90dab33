"""Answers and their states, free of any form, database or page.

The five states are: answered, declined ("prefer not to say"), left blank, not asked (a condition hid the question)
and not reached. `Answers` holds what the patient did; which questions were asked is not stored but worked out by
`screening.path`.
"""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from typing import TypeAlias

from screening.definition.model import Amount

__all__ = ["Amount", "Answers", "Entry", "Other", "PartialDate", "Single", "State", "Value"]


class State(StrEnum):
    """What became of a question."""

    ANSWERED = "answered"
    DECLINED = "declined"
    BLANK = "blank"
    NOT_ASKED = "not_asked"
    NOT_REACHED = "not_reached"


@dataclass(frozen=True, slots=True)
class Other:
    """The patient's own words in place of an option."""

    text: str


@dataclass(frozen=True, slots=True)
class PartialDate:
    """A date known to the year, to the month or to the day; compares by what it says, never by guessing."""

    year: int
    month: int | None = None
    day: int | None = None

    def __str__(self) -> str:
        """Return ISO 8601: ``2026``, ``2026-05`` or ``2026-05-12``."""
        parts = [f"{self.year:04d}"]
        parts += [f"{part:02d}" for part in (self.month, self.day) if part is not None]
        return "-".join(parts)


Single: TypeAlias = str | bool | int | Decimal | PartialDate | datetime.time | datetime.datetime | Amount | Other
"""An option's code or a text (str), yes/no, a number, a date, a time of day to the minute, a date with its time (to the
minute, without a zone: as the clock on the wall showed it), an amount, or own words in place of an option."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of a group that repeats: what was answered and declined in it, by the ids of the group's items.

    No entry is empty; ids in ``values`` and ``declined`` never overlap. ``unseen`` are the questions that were never on
    the screen, as in `Answers`; two entries that differ in nothing else say the same.
    """

    values: Mapping[str, Value] = field(default_factory=dict)
    declined: frozenset[str] = frozenset()
    unseen: frozenset[str] = field(default=frozenset(), compare=False)


Value: TypeAlias = Single | tuple[Single, ...] | tuple[Entry, ...]
"""One answer; several chosen options, and several answers of an item that repeats, are a tuple of them; a group that
repeats is answered by its entries. No tuple is empty."""


@dataclass(frozen=True, slots=True)
class Answers:
    """What the patient did with the questions of one questionnaire.

    ``values`` and ``declined`` are by item id and never overlap. The ids are those of
    `screening.definition.model.questions`, so what stands in a group that repeats is under the group's. ``reached``
    names the pages that were saved or skipped; ``skipped`` those of them that were skipped as a whole, whose every
    question counts as declined. ``unseen`` are the questions of reached pages that were never on the screen: an answer
    given later brought them up.
    """

    values: Mapping[str, Value] = field(default_factory=dict)
    declined: frozenset[str] = frozenset()
    reached: frozenset[str] = frozenset()
    skipped: frozenset[str] = frozenset()
    unseen: frozenset[str] = frozenset()

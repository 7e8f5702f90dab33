"""Answers and their states, free of any form, database or page.

The five states are: answered, declined ("prefer not to say"), left blank, not asked (a condition hid the question)
and not reached. `Answers` holds what the patient did; which questions were asked is not stored but worked out by
`screening.path`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from typing import TypeAlias


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


Single: TypeAlias = str | bool | int | Decimal | PartialDate | Other
Value: TypeAlias = Single | tuple[str | Other, ...]
"""An option's code or a text (str), yes/no, a number, a date; several chosen options are a tuple."""


@dataclass(frozen=True, slots=True)
class Answers:
    """What the patient did with the questions of one questionnaire.

    ``values`` and ``declined`` are by item id and never overlap. ``reached`` names the pages that were saved or
    skipped; ``skipped`` those of them that were skipped as a whole, whose every question counts as declined.
    """

    values: Mapping[str, Value] = field(default_factory=dict)
    declined: frozenset[str] = frozenset()
    reached: frozenset[str] = frozenset()
    skipped: frozenset[str] = frozenset()

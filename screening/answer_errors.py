"""What is wrong with an answer, told apart so that a page can word it in the patient's language."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias

from screening.definition.problems import shown

Plain: TypeAlias = object
"""What JSON holds: None, bool, int, float, `Decimal`, str, list, dict."""


class Fault(StrEnum):
    """What is wrong with an answer; a page words it in the patient's language."""

    TYPE = "type"
    """Not of the item's kind at all: a text where a number belongs, no date, no whole number."""
    NO_ANSWER_TAKEN = "no_answer_taken"
    EMPTY = "empty"
    OPTION = "option"
    """Not one of the options, or not one of the units."""
    NO_OTHER = "no_other"
    NO_UNIT = "no_unit"
    TWICE = "twice"
    EXCLUSIVE = "exclusive"
    TOO_LONG = "too_long"
    TOO_MANY_LINES = "too_many_lines"
    TOO_LOW = "too_low"
    TOO_HIGH = "too_high"
    TOO_PRECISE = "too_precise"
    TOO_MANY = "too_many"
    """More answers or entries than `max_occurs`."""
    PARTS = "parts"
    """Some of several answers, or of the answers in entries, are wrong: `AnswerError.parts` says which."""


class AnswerError(ValueError):
    """An answer that its item can't take. ``limit`` is what it was held against, where there is such a thing."""

    def __init__(self, fault: Fault, message: str, limit: object = None, *, parts: Sequence[WrongPart] = ()) -> None:
        super().__init__(message)
        self.fault = fault
        self.message = message
        self.limit = limit
        self.parts = tuple(parts)

    @property
    def messages(self) -> tuple[str, ...]:
        """Return one line for each thing that is wrong."""
        return tuple(map(str, self.parts)) or (self.message,)


@dataclass(frozen=True, slots=True)
class WrongPart:
    """One wrong answer of several: its place from 0, and in an entry the item's id ("" where the whole entry is wrong).

    ``noun`` is what messages call the part.
    """

    index: int
    item_id: str
    error: AnswerError
    noun: str

    def __str__(self) -> str:
        """Return a line such as ``entry 2, dose: …``."""
        return ", ".join(filter(None, (f"{self.noun} {self.index + 1}", self.item_id))) + f": {self.error.message}"


def parts_error(parts: Sequence[WrongPart]) -> AnswerError:
    """Return the error that several answers have together."""
    return AnswerError(Fault.PARTS, "; ".join(map(str, parts)), parts=parts)


def too_long(text: str, limit: int) -> AnswerError:
    """Return the error of a text that is too long."""
    return AnswerError(Fault.TOO_LONG, f"the text has {len(text)} characters; at most {limit} are allowed", limit)


def type_error(right: str, raw: Plain) -> AnswerError:
    """Return the error of an answer that is of another kind than ``right``."""
    if isinstance(raw, str):
        got = shown(raw)
    elif isinstance(raw, Mapping | list | tuple):
        got = "a map" if isinstance(raw, Mapping) else "a list"
    else:
        got = "nothing (null)" if raw is None else str(raw).lower()[:40]
    return AnswerError(Fault.TYPE, f"this must be {right}, not {got}")

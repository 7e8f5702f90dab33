"""How much a questionnaire asks of a patient: questions, and a rough time that the patient is told beforehand."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from screening.definition.model import Choice, Placed, Questionnaire

MANY_QUESTIONS = 40
"""Above this number, whoever invites is told: long forms are left unfinished."""

SECONDS: Mapping[str, float] = {
    "choice": 9,
    "boolean": 7,
    "string": 20,
    "text": 45,
    "integer": 12,
    "decimal": 12,
    "quantity": 18,
    "date": 15,
    "time": 12,
    "dateTime": 24,
    "scale": 9,
    "display": 6,
    "group": 4,
    "grid": 8,
}
"""Seconds to read and answer one item of each type; a plain assumption for a distressed reader on a phone.

A group or grid is its heading, what stands in it comes on top; of a group that repeats one entry is counted, and of an
item that repeats one answer.
"""

_SECONDS_FOR_SEVERAL = 16
_SECONDS_PER_PAGE = 8
_SHARE_OF_FOLLOW_UPS = 0.5
"""A question behind a condition is asked of some patients only."""


@dataclass(frozen=True, slots=True)
class Burden:
    """``questions`` counts all that can be asked; ``minutes`` is a rough time, at least one."""

    questions: int
    minutes: int

    @property
    def is_heavy(self) -> bool:
        """Whether these are more questions than most people finish."""
        return self.questions > MANY_QUESTIONS


def burden(questionnaires: Iterable[Questionnaire]) -> Burden:
    """Return what these questionnaires ask of a patient together.

    Parts that are switched off should be gone already. A group that repeats counts as one question.
    """
    count, seconds = 0, 0.0
    for questionnaire in questionnaires:
        count += len(questionnaire.numbers())
        seconds += _SECONDS_PER_PAGE * len(questionnaire.pages) + sum(map(_seconds, questionnaire.placed()))
    return Burden(count, max(1, math.ceil(seconds / 60)))


def _seconds(placed: Placed) -> float:
    item = placed.item
    is_several = isinstance(item, Choice) and item.repeats
    seconds = _SECONDS_FOR_SEVERAL if is_several else SECONDS[item.type]
    is_follow_up = any(part.enable_when for part in (placed.page, placed.parent, item) if part is not None)
    return seconds * (_SHARE_OF_FOLLOW_UPS if is_follow_up else 1)

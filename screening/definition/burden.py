"""How much a questionnaire asks of a patient: questions, and a rough time that the patient is told beforehand."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from screening.definition.model import Choice, Item, Page, Questionnaire

MANY_QUESTIONS = 40
"""Above this number, whoever invites is told: long forms are left unfinished."""

SECONDS: Mapping[str, float] = {
    "choice": 9,
    "boolean": 7,
    "string": 20,
    "text": 45,
    "integer": 12,
    "decimal": 12,
    "date": 15,
    "scale": 9,
    "display": 6,
}
"""Seconds to read and answer one item of each type; a plain assumption for a distressed reader on a phone."""

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
    """Return what these questionnaires ask together; parts that are switched off should be gone already."""
    questions, seconds = 0, 0.0
    for questionnaire in questionnaires:
        for page in questionnaire.pages:
            questions += sum(item.asks for item in page.items)
            seconds += _SECONDS_PER_PAGE + sum(_seconds(page, item) for item in page.items)
    return Burden(questions, max(1, math.ceil(seconds / 60)))


def _seconds(page: Page, item: Item) -> float:
    is_several = isinstance(item, Choice) and item.repeats
    seconds = _SECONDS_FOR_SEVERAL if is_several else SECONDS[item.type]
    return seconds * (_SHARE_OF_FOLLOW_UPS if page.enable_when or item.enable_when else 1)

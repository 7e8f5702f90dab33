"""Where to go on after an answer on paper: the next question that this answer does not rule out.

What depends on other answers too is never jumped over; it has its condition beside it.
"""

from __future__ import annotations

from collections.abc import Mapping

from screening.definition.conditions import holds
from screening.definition.model import Any, Comparison, Condition, Not, Page, Questionnaire, questions

END = 0
"""The number that stands for the end of the form."""


class Routes:
    """The questions of a form in order, each with the conditions on it; ``numbers`` are by item id."""

    def __init__(self, form: Questionnaire, numbers: Mapping[str, int]) -> None:
        self._numbers = numbers
        self._steps = [
            (item.id, page.id, [part.enable_when for part in (page, outer, item) if part.enable_when is not None])
            for page in form.pages
            for outer in page.items
            for item in questions([outer])
        ]
        self._places = {item_id: place for place, (item_id, _, _) in enumerate(self._steps)}

    def after_answer(self, item_id: str, value: str | bool) -> int | None:
        """Return the number of the question to go to, `END`, or None where it is simply the next one."""
        place = self._places.get(item_id)
        if place is None:  # within an entry
            return None
        following = place + 1
        while following < len(self._steps) and self._is_ruled_out(following, item_id, value):
            following += 1
        if following == place + 1:
            return None
        return self._number(following)

    def after_page(self, page: Page) -> int:
        """Return the number of the first question after a page, `END` if there is none."""
        last = max((place for place, (_, page_id, _) in enumerate(self._steps) if page_id == page.id), default=-1)
        return self._number(last + 1)

    def _number(self, place: int) -> int:
        return self._numbers[self._steps[place][0]] if place < len(self._steps) else END

    def _is_ruled_out(self, place: int, item_id: str, value: str | bool) -> bool:
        return any(_outcome(condition, item_id, value) is False for condition in self._steps[place][2])


def _outcome(condition: Condition, item_id: str, value: str | bool) -> bool | None:
    """Tell whether a condition holds if this is the answer to one question; None if that does not settle it."""
    if isinstance(condition, Comparison):
        return holds(condition, {item_id: value}) if condition.item == item_id else None
    if isinstance(condition, Not):
        outcome = _outcome(condition.condition, item_id, value)
        return None if outcome is None else not outcome
    outcomes = [_outcome(part, item_id, value) for part in condition.conditions]
    settling = isinstance(condition, Any)
    if settling in outcomes:
        return settling
    return None if None in outcomes else not settling

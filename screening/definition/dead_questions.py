"""Questions that can never be asked, because no answers make their conditions hold.

A search over what each condition demands of single items: it goes through the alternatives, and whatever must be
answered must be asked itself. It finds answers or proves that there are none; where it would take more than `MAX_STEPS`
steps for one question, or `MAX_ALL_STEPS` for a file, it says that nothing is proved.
"""

from __future__ import annotations

from collections.abc import Iterator
from enum import Enum, auto
from typing import TypeAlias

from screening.definition.conditions import references
from screening.definition.loader import Loaded
from screening.definition.model import All, Comparison, Condition, Item, Not, Page, Questionnaire
from screening.definition.possible_answers import Possible, possible_answers
from screening.definition.problems import Finding, listed

MAX_STEPS = 5_000
MAX_ALL_STEPS = 100_000
_MAX_KEPT = 250
"""Items in what is kept of a search for later ones, at the most; it bounds the memory."""

_COST_OF_A_STEP = 10
"""Single comparisons that count as much as a step."""

_Part: TypeAlias = Page | Item
_Goals: TypeAlias = "tuple[Condition, bool, _Goals] | None"
"""Conditions that must hold (or fail), as a chain, so that alternatives share what they have in common."""

_Ways: TypeAlias = tuple[tuple[Condition, ...], bool, _Goals]
"""Conditions of which one is enough, whether it must hold or fail, and what must beside it."""

_Found: TypeAlias = dict[str, tuple[Possible, bool]]
"""Item id -> what its answer can still be, and whether it is seen to that the item is asked."""


class Verdict(Enum):
    """What is known of a page or item: it can be asked, it never can, or that would take too long to tell."""

    ALIVE = auto()
    DEAD = auto()
    NOT_PROVED = auto()


def dead_questions(loaded: Loaded) -> Iterator[Finding]:
    """Every page and item can be asked of somebody."""
    search = _Search(loaded.questionnaire)
    for kind, part, around in _parts(loaded.questionnaire):
        if part.enable_when is None or Verdict.DEAD in map(search.verdict, around):
            continue
        verdict = search.verdict(part)
        mark = loaded.mark(kind, part.id, "enable_when")
        what = f"page {part.id}" if kind == "page" else part.id
        if verdict is Verdict.DEAD:
            looked_at = listed(dict.fromkeys(part.item for part in references(part.enable_when)), "and")
            message = f"{what} can never be asked: no answers that can be given to {looked_at} make its condition hold"
            yield Finding(mark, message, "error")
        elif verdict is Verdict.NOT_PROVED:
            more = ", nor that anything after it can" if search.is_spent else ""
            message = f"not proved that {what} can ever be asked{more}: there are too many ways to try them all"
            yield Finding(mark, message, "warning")
            if search.is_spent:
                return


def _parts(questionnaire: Questionnaire) -> Iterator[tuple[str, _Part, tuple[_Part, ...]]]:
    """Yield pages and items in form order: what kind each is, itself, and what stands around it."""
    page = None
    for placed in questionnaire.placed():
        if placed.page is not page:
            page = placed.page
            yield "page", page, ()
        yield "item", placed.item, (page, *([placed.parent] if placed.parent else []))


class _Search:
    """Looks for answers with which a page or item is asked."""

    def __init__(self, questionnaire: Questionnaire) -> None:
        self._around = {part.id: around for _, part, around in _parts(questionnaire)}
        items = list(questionnaire.items())
        self._items = {item.id: item for item in items}
        self._places = {item.id: place for place, item in enumerate(items)}
        self._comparisons: dict[str, list[Comparison]] = {}
        for part in (*questionnaire.pages, *items):
            for comparison in references(part.enable_when) if part.enable_when else ():
                self._comparisons.setdefault(comparison.item, []).append(comparison)
        self._possible: dict[str, Possible] = {}
        self._verdicts: dict[str, Verdict] = {}
        self._kept: dict[str, _Found] = {}
        self._steps_left = 0
        self._all_steps_left = MAX_ALL_STEPS

    @property
    def is_spent(self) -> bool:
        """Whether no steps are left for the file."""
        return self._all_steps_left <= 0

    def verdict(self, part: _Part) -> Verdict:
        """Tell whether a page or item can ever be asked."""
        if part.id not in self._verdicts:
            self._steps_left = MAX_STEPS
            try:
                found = self._look(part)
            except _TooLongError:
                self._verdicts[part.id] = Verdict.NOT_PROVED
            else:
                self._verdicts[part.id] = Verdict.DEAD if found is None else Verdict.ALIVE
                if found is not None and len(found) <= _MAX_KEPT:
                    self._kept[part.id] = found
        return self._verdicts[part.id]

    def _look(self, part: _Part) -> _Found | None:
        """Return answers with which the part is asked; None if there are none."""
        goals = self._asked(part, None)
        if goals is None:
            return {}
        if part.enable_when is not None:
            # Mostly what makes the last item it looks at be asked goes on: try that first.
            last = max((one.item for one in references(part.enable_when)), key=self._places.__getitem__)
            kept = self._kept.get(last)
            found = None if kept is None else self._search(goals, {**kept, last: (self._any_answer(last), True)})
            if found is not None:
                return found
        return self._search(goals, {})

    def _any_answer(self, item_id: str) -> Possible:
        if item_id not in self._possible:
            self._possible[item_id] = possible_answers(self._items[item_id], self._comparisons[item_id])
        return self._possible[item_id]

    def _asked(self, part: _Part, rest: _Goals) -> _Goals:
        """Return the goals with which a part is asked, before the rest."""
        for one in (part, *self._around[part.id]):
            if one.enable_when is not None:
                rest = (one.enable_when, True, rest)
        return rest

    def _search(self, goals: _Goals, found: _Found) -> _Found | None:
        """Go through all alternatives until one has answers."""
        # What is left to try: alternatives, the number of the next one, and what was found before them.
        left: list[tuple[_Ways, int, _Found]] = []
        while True:
            ways = self._go(goals, found)
            if ways is True:
                return found
            if ways is not False:
                left.append((ways, 0, found))
            if not left:
                return None
            ways, number, before = left.pop()
            alternatives, wanted, rest = ways
            if number + 1 < len(alternatives):
                left.append((ways, number + 1, before))
            goals, found = (alternatives[number], wanted, rest), dict(before)

    def _go(self, goals: _Goals, found: _Found) -> bool | _Ways:
        """Meet goals up to the next alternatives and return those; True if all are met, False if one can't be."""
        while goals is not None:
            condition, wanted, goals = goals
            self._count_steps(1)
            if isinstance(condition, Not):
                goals = (condition.condition, not wanted, goals)
            elif isinstance(condition, Comparison):
                if not self._demand(condition, found, wanted=wanted):
                    return False
                goals = self._see_to_it(condition.item, found, goals)
            elif isinstance(condition, All) is wanted:
                self._count_steps(len(condition.conditions) // _COST_OF_A_STEP)
                for part in condition.conditions:
                    goals = (part, wanted, goals)
            else:
                return condition.conditions, wanted, goals
        return True

    def _demand(self, comparison: Comparison, found: _Found, *, wanted: bool) -> bool:
        """Add a demand; False if no answer can meet it with those before."""
        possible, is_seen_to = found.get(comparison.item) or (self._any_answer(comparison.item), False)
        given = len(comparison.operand) if isinstance(comparison.operand, tuple) else 1
        self._count_steps(given * possible.cost // _COST_OF_A_STEP)
        left = possible.under((comparison, wanted))
        found[comparison.item] = (left, is_seen_to)
        return left.blank or left.answered

    def _see_to_it(self, item_id: str, found: _Found, goals: _Goals) -> _Goals:
        """Add the goals with which an item is asked, if it must be answered and they were not added before."""
        possible, is_seen_to = found[item_id]
        if is_seen_to or possible.blank:
            return goals
        found[item_id] = (possible, True)
        return self._asked(self._items[item_id], goals)

    def _count_steps(self, steps: int) -> None:
        self._steps_left -= steps
        self._all_steps_left -= steps
        if self._steps_left < 0 or self._all_steps_left < 0:
            raise _TooLongError


class _TooLongError(Exception):
    """A search that takes more steps than there are."""

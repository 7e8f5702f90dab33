"""Why a question was asked or not: the earlier answers that settled it, in words."""

from __future__ import annotations

from collections import ChainMap
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass

from screening.answers import Answers, Entry, State, Value
from screening.definition.conditions import holds
from screening.definition.model import Comparison, Condition, Group, Item, Not, Placed, Questionnaire
from screening.path import Path, state_in_entry, state_of
from screening.summary.values import Formats

LONGEST_REASON = 80
"""Characters of the earlier answers that made a question be asked or not; beyond that, their numbers are told."""


@dataclass(frozen=True, slots=True)
class InEntry:
    """One entry of a group that repeats, with the ids of what was asked or shown in it."""

    group: Group
    entry: Entry
    asked: frozenset[str]

    @property
    def counting(self) -> dict[str, Value]:
        """Return the entry's answers that count for conditions in it."""
        return {item_id: value for item_id, value in self.entry.values.items() if item_id in self.asked}

    def item(self, item_id: str) -> Item | None:
        """Return the group's item with this id, or None."""
        return next((item for item in self.group.items if item.id == item_id), None)


class Reasons:
    """Tells what settled the conditions of one response.

    ``form`` is the questionnaire as it was offered; ``numbers`` and ``labels`` are those of the whole file.
    """

    def __init__(
        self, form: Questionnaire, whole: Questionnaire, answers: Answers, path: Path, formats: Formats
    ) -> None:
        self._placed = {placed.item.id: placed for placed in form.placed()}
        self._numbers, self._labels = whole.numbers(), whole.labels()
        self._answers, self._path = answers, path
        self._formats, self._wording = formats, formats.wording

    def not_asked(self, conditions: Iterable[Condition], within: InEntry | None = None) -> str:
        """Tell that a question was not asked, and the answers that hid it.

        Of ``conditions``, the outermost first, only the first that fails is told: a page's before its questions'.
        """
        counting = self._counting(within)
        reason = self._told([condition for condition in conditions if not holds(condition, counting)][:1], within)
        return self._wording.not_asked_because.format(reason=reason) if reason else self._wording.not_asked

    def asked(self, condition: Condition | None) -> str:
        """Tell which earlier answers made a question be asked, "" if it is asked of everyone."""
        reason = self._told([condition], None) if condition else ""
        return self._wording.asked_because.format(reason=reason) if reason else ""

    def state_label(self, state: State, conditions: Iterable[Condition | None], within: InEntry | None = None) -> str:
        """Return a state in words, "" for an answered question; ``conditions`` are those that could hide it."""
        if state is State.NOT_ASKED:
            return self.not_asked([condition for condition in conditions if condition is not None], within)
        return {
            State.ANSWERED: "",
            State.DECLINED: self._wording.declined,
            State.BLANK: self._wording.blank,
            State.NOT_REACHED: self._wording.not_reached,
        }[state]

    def _counting(self, within: InEntry | None) -> Mapping[str, Value]:
        return ChainMap(within.counting, dict(self._path.counting)) if within else self._path.counting

    def _told(self, conditions: Collection[Condition], within: InEntry | None) -> str:
        counting = self._counting(within)
        deciding = (item for condition in conditions for item in _deciding(condition, counting))
        by_answer: dict[str, list[str]] = {}
        for item_id in dict.fromkeys(deciding):
            answer = self._brief_answer(item_id, within)
            if answer is not None:
                by_answer.setdefault(answer, []).append(item_id)
        told = "; ".join(
            self._wording.reason.format(number=self._numbered(items), answer=answer)
            for answer, items in by_answer.items()
        )
        if len(told) <= LONGEST_REASON:
            return told
        return self._numbered([item_id for items in by_answer.values() for item_id in items])

    def _numbered(self, item_ids: Iterable[str]) -> str:
        """Return numbers with runs joined, then those of questions in the same entry ("12a")."""
        item_ids = list(item_ids)
        numbers = sorted(self._numbers[item_id] for item_id in item_ids if item_id in self._numbers)
        siblings = [self._labels[item_id] for item_id in item_ids if item_id not in self._numbers]
        return ", ".join(([self._formats.numbers(numbers)] if numbers else []) + siblings)

    def _brief_answer(self, item_id: str, within: InEntry | None) -> str | None:
        """Return an answer, or what became of its question, in words that fit into brackets; None if not offered."""
        sibling = within.item(item_id) if within else None
        if within and sibling:
            state = state_in_entry(sibling, within.entry, within.asked)  # type: ignore[arg-type]  # of a group
            return self._brief(sibling, state, within.entry.values.get(item_id))
        placed: Placed | None = self._placed.get(item_id)
        if placed is None:
            return None
        state = state_of(placed.item, placed.page, self._answers, self._path)
        return self._brief(placed.item, state, self._answers.values.get(item_id))

    def _brief(self, item: Item, state: State, value: Value | None) -> str:
        if state is State.NOT_ASKED:
            return self._wording.not_asked
        if state is not State.ANSWERED or value is None:
            return self.state_label(state, ())
        if isinstance(item, Group):
            return self._wording.answered
        pieces = self._formats.answer(item, value)
        words = (self._wording.reason_own if piece.own else piece.text for piece in pieces)
        return ", ".join(dict.fromkeys(words))


def _deciding(condition: Condition, answers: Mapping[str, Value]) -> Iterator[str]:
    """Yield the items whose answers settle whether the condition holds: the parts that go the way the whole does."""
    if isinstance(condition, Comparison):
        yield condition.item
    elif isinstance(condition, Not):
        yield from _deciding(condition.condition, answers)
    else:
        outcome = holds(condition, answers)
        for part in condition.conditions:
            if holds(part, answers) is outcome:
                yield from _deciding(part, answers)

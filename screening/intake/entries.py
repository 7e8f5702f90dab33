"""The entries of a group that repeats, as they were posted, put together with those that were saved before.

What was not on the screen is kept: questions of an entry that a condition hid, and in a form that shows only what is
new all the rest.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

from screening.answer_values import Plain
from screening.intake.sitting import shown_key


@dataclass(frozen=True, slots=True)
class PostedEntry:
    """One entry as it was posted: answers by item id in plain form, and the ids of what was on the screen.

    ``saved_as`` is its place (from 1) among the entries that were saved when the screen was made, 0 for a new one.
    """

    answers: Mapping[str, Plain]
    shown: frozenset[str]
    saved_as: int = 0

    def over(self, stored: Mapping[str, Plain]) -> dict[str, Plain]:
        """Return the entry with what was saved of it and was not on the screen."""
        return {item_id: plain for item_id, plain in stored.items() if item_id not in self.shown} | dict(self.answers)


@dataclass(frozen=True, slots=True)
class PostedEntries:
    """The entries of one group. ``others_stay``: saved entries that were not on the screen are not taken away."""

    entries: Sequence[PostedEntry]
    others_stay: bool = False

    def merged(self, stored: Sequence[Mapping[str, Plain]]) -> list[dict[str, Plain]]:
        """Return the entries to be saved over these."""
        return [
            entry.over(stored[before - 1] if before else {}) if entry else dict(stored[before - 1])
            for before, entry in self._in_order(len(stored))
        ]

    def shown_keys(self, group_id: str, stored: int, earlier: Collection[str]) -> Iterator[str]:
        """Yield what counts as shown (`shown_key`) once the entries are saved over so many; ``earlier`` was before."""
        for number, (before, entry) in enumerate(self._in_order(stored), start=1):
            start = shown_key(group_id, before, "")
            was = {key.removeprefix(start) for key in earlier if before and key.startswith(start)}
            for item_id in was.union(entry.shown if entry else ()):
                yield shown_key(group_id, number, item_id)

    def stand_in(self, stored: Sequence[Mapping[str, Plain]]) -> bool:
        """Tell whether these entries are what is saved, as far as they were on the screen."""
        order = self._in_order(len(stored)) if self.others_stay else list(enumerate(self.entries, start=1))
        if len(order) != len(stored):
            return False
        return all(
            entry is None or {key: plain for key, plain in there.items() if key in entry.shown} == entry.answers
            for (_, entry), there in zip(order, stored, strict=True)
        )

    def _in_order(self, stored: int) -> list[tuple[int, PostedEntry | None]]:
        """Return, for each entry to be saved, its place among so many saved ones (0: new) and what was posted of it."""
        posted = [(entry.saved_as if entry.saved_as <= stored else 0, entry) for entry in self.entries]
        if not self.others_stay:
            return list(posted)
        by_place = {before: entry for before, entry in posted if before}
        kept = [(place, by_place.get(place)) for place in range(1, stored + 1)]
        return kept + [(0, entry) for before, entry in posted if not before and entry.answers]

"""A group that repeats: entry after entry, each with questions, conditions and follow-ups of its own."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from typing import Any

from werkzeug.datastructures import MultiDict
from wtforms.utils import unset_value

from screening.answer_values import Plain, parse_value
from screening.answers import Entry
from screening.definition.model import Group
from screening.forms.item_field import ItemField, initial_of
from screening.forms.several import EntryFields, MakeField, SeveralField, saved_count
from screening.path import entries_of


class EntriesField(SeveralField):
    """A group that repeats. ``asked`` tells which of its items an entry asks or shows.

    ``follow_ups``, if it is given, are the only questions to be shown: for each saved entry, those that are new in it.
    Then nothing of the entries is filled in, and entries on which nothing is new stay as they are (``others_stay``).
    """

    item: Group
    saved_count = 0
    others_stay = False

    def __init__(
        self,
        item: Group,
        number: int,
        recall: str = "",
        *,
        make: MakeField,
        asked: Callable[[Entry], Collection[str]],
        follow_ups: Sequence[Collection[str]] | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(item, number, recall, make=make, **kwargs)
        self._asked = asked
        self._follow_ups = follow_ups

    @property
    def template(self) -> str:
        """Return the name of the template that draws the field."""
        return "_entries"

    @property
    def can_add(self) -> bool:
        """Whether there is room for one more, and all entries are on the screen."""
        return super().can_add and not self.others_stay

    @property
    def can_remove(self) -> bool:
        """Whether an entry may be taken away."""
        return super().can_remove and not self.others_stay

    @property
    def kept(self) -> list[EntryFields]:
        """Return the entries that hold something; all that are on the screen, where they add to saved ones."""
        return [entry for entry in self.entries if self.others_stay or not entry.is_untouched]

    def process(self, formdata: Any, data: Any = unset_value, extra_filters: Any = None) -> None:
        """Take what was posted, or else what was stored, or show nothing but what is new."""
        if formdata is None and self._follow_ups is not None:
            self.others_stay, self.saved_count = True, len(self._follow_ups)
            self.entries = [
                self._with(key, key, new, saved_as=key) for key, new in enumerate(self._follow_ups, start=1) if new
            ]
        super().process(formdata, data, extra_filters)

    def read(self, posted: MultiDict[str, str]) -> None:
        """Take every entry and the checkbox."""
        self.others_stay = f"{self.name}-others" in posted
        self.saved_count = saved_count(posted, self.name)
        super().read(posted)

    def fill(self, answer: Any) -> None:
        """Take stored entries."""
        stored = entries_of(parse_value(self.item, answer))
        self.saved_count = len(stored)
        self.entries = [
            self._with(key, key, self._asked(entry), saved_as=key, stored=plain)
            for key, (entry, plain) in enumerate(zip(stored, answer, strict=True), start=1)
        ]

    def mark(self, new: Sequence[Collection[str]]) -> None:
        """Mark the questions that an answer has just brought up: for each saved entry, their ids."""
        for entry in self.entries:
            for each in entry.fields:
                each.is_follow_up = 0 < entry.saved_as <= len(new) and each.item.id in new[entry.saved_as - 1]
                if each.is_follow_up:
                    each.process(None, initial_of(each.item))

    def left_blank(self) -> Iterator[ItemField]:
        """Yield the group if it has no entry and is ``required``, and what is so in an entry that holds something."""
        if not self.others_stay:
            yield from super().left_blank()
        for entry in self.kept if not self.errors else ():
            for each in entry.fields:
                yield from each.left_blank()

    def answered(self) -> list[Plain]:
        """Return the entries that hold something, as maps."""
        return [entry.answers for entry in self.kept if entry.answers]

    def entry(self, key: int, place: int, posted: MultiDict[str, str] | None = None) -> EntryFields:
        """Return an entry as it was posted; one that was not on the screen yet holds what it holds at first."""
        shown = None if posted is None else posted.get(f"{self.name}-{key}-shown")
        if shown is None:
            return self._with(key, place, self._asked(Entry()))
        places = {int(part) for part in shown.split()[:500] if part.isdecimal() and len(part) < 4}
        ids = {item.id for place, item in enumerate(self.item.items, start=1) if place in places}
        saved_as = key if key <= self.saved_count else 0
        return self._with(key, place, ids, saved_as=saved_as, posted=posted)

    def _with(
        self,
        key: int,
        place: int,
        ids: Collection[str],
        *,
        saved_as: int = 0,
        stored: Mapping[str, Plain] | None = None,
        posted: MultiDict[str, str] | None = None,
    ) -> EntryFields:
        """Return an entry with these of the group's items."""
        label = self._label(key if self.others_stay else place)
        shown = [(place, item) for place, item in enumerate(self.item.items, start=1) if item.id in ids]
        fields = []
        for item_place, item in shown:
            part = self.bind(item, f"{self.name}-{key}-{item_place}")
            part.title = f"{label} – {item.text}"
            part.process(posted, initial_of(item) if stored is None else stored.get(item.id))
            fields.append(part)
        return EntryFields(key, label, fields, [item_place for item_place, _ in shown], saved_as)

    def _label(self, number: int) -> str:
        text = self.item.item_label
        if text:
            return f"{text} {self.count(number)}"
        return self.gettext("Entry %(number)s") % {"number": self.count(number)}

"""Questions that are answered several times: an item that repeats, and a group of questions that does.

Each answer on the screen, or each entry of a group, has a key: a number that is never given twice on one screen, so
that its inputs keep their names (``q12-3-text``, in a group ``q12-3-1-text``) while others come and go. "Add another"
and "Remove" are buttons of the page's form; what they do is done to the posted form (`changed`) before it is read.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeAlias

from werkzeug.datastructures import MultiDict
from wtforms import ValidationError
from wtforms.utils import unset_value

from screening.answer_values import AnswerError, Plain, dump_value, parse_value
from screening.definition.model import Item
from screening.forms import messages
from screening.forms.item_field import ItemField, initial_of

MakeField: TypeAlias = Callable[[Item, int], Any]
"""Makes the field of an item, with its number, for WTForms to bind."""

_BUTTON = re.compile(r"(add|remove)-(\d{1,5})(?:-(\d{1,4}))?", re.ASCII)


def changed(posted: MultiDict[str, str], button: str) -> MultiDict[str, str] | None:
    """Return a posted form after "Add another" or "Remove" was pressed; None if the button is another one."""
    pressed = _BUTTON.fullmatch(button)
    if pressed is None:
        return None
    name = f"q{pressed[2]}"
    keys = _keys(posted, name)
    form = posted.copy()
    if pressed[1] == "add":
        keys.append(max(*keys, saved_count(posted, name)) + 1)
        form[f"{name}-changed"] = str(keys[-1])
    else:
        keys = [key for key in keys if str(key) != pressed[3]] or keys
        form[f"{name}-changed"] = "0"
    form[f"{name}-entries"] = " ".join(map(str, keys))
    return form


@dataclass
class EntryFields:
    """One answer of several as it is on the screen, with its fields; ``shown`` are their places in the group, from 1.

    ``saved_as`` is the entry's place among those that were saved when the screen was made, 0 for a new one.
    ``has_focus``: it was just added.
    """

    key: int
    label: str
    fields: Sequence[ItemField]
    shown: Sequence[int] = ()
    saved_as: int = 0
    has_focus: bool = False

    @property
    def is_untouched(self) -> bool:
        """Whether the entry holds nothing, or nothing but what it held at first."""
        return all(each.answer in (None, initial_of(each.item)) for each in self.fields)

    @property
    def answers(self) -> dict[str, Plain]:
        """Return what was answered or declined, by item id, in plain form."""
        return {each.item.id: each.answer for each in self.fields if each.answer is not None}


class SeveralField(ItemField):
    """What both kinds have in common: ``entries`` are what is on the screen. ``data`` is a list in plain form."""

    entries: Sequence[EntryFields] = ()
    has_focus = False

    def __init__(self, item: Item, number: int, recall: str = "", *, make: MakeField, **kwargs: Any) -> None:
        super().__init__(item, number, recall, **kwargs)
        self._make = make

    @property
    def declined_name(self) -> str:
        """Return the name of the checkbox "prefer not to say"."""
        return f"{self.name}-declined"

    @property
    def anchor(self) -> str:
        """Return the id of the first input."""
        return next((each.anchor for entry in self.entries for each in entry.fields), str(self.id))

    @property
    def can_add(self) -> bool:
        """Whether there is room for one more."""
        return len(self.entries) < self.item.max_occurs

    @property
    def can_remove(self) -> bool:
        """Whether one may be taken away: not the only one, which can be emptied."""
        return len(self.entries) > 1

    @property
    def keys(self) -> str:
        """Return the keys of what is on the screen, as the form carries them."""
        return " ".join(str(entry.key) for entry in self.entries)

    @property
    def is_blank(self) -> bool:
        """Whether there is no answer at all."""
        return not self.declined and self.data is None

    def process(self, formdata: Any, data: Any = unset_value, extra_filters: Any = None) -> None:
        """Take what was posted, or else what was stored; there is always one entry to be filled in."""
        super().process(formdata, data, extra_filters)
        if not self.entries:
            self.entries = [self.entry(1, 1)]

    def read(self, posted: MultiDict[str, str]) -> None:
        """Take every entry and the checkbox."""
        self.declined = self.declined_name in posted
        keys = _keys(posted, self.name)[: self.item.max_occurs]
        self.entries = [self.entry(key, place, posted) for place, key in enumerate(keys, start=1)]
        focus = posted.get(f"{self.name}-changed")
        self.has_focus = focus == "0"
        for entry in self.entries:
            entry.has_focus = str(entry.key) == focus

    def entry(self, key: int, place: int, posted: MultiDict[str, str] | None = None) -> EntryFields:
        """Return one entry as it was posted, or one that is yet to be filled in."""
        raise NotImplementedError

    def answered(self) -> list[Plain]:
        """Return what was answered in each entry that holds something, once all fields are valid."""
        raise NotImplementedError

    def pre_validate(self, form: Any) -> None:
        """Hold every answer against its item; what is wrong stands with the field that it is wrong with."""
        self.data = None
        for each in self._parts():
            each.validate(form)
        if any(each.errors for each in self._parts()):
            return
        plain = self.answered()
        if self.declined and plain:
            raise ValidationError(self._declined_and_answered())
        if not plain:
            return
        try:
            self.data = dump_value(parse_value(self.item, plain, today=self.meta.today))
        except AnswerError as error:
            raise ValidationError(messages.tell(self, self.item, error, "", self.meta.locale)) from None

    def mistakes(self) -> Iterator[ItemField]:
        """Yield what has to be mended, in form order."""
        yield from super().mistakes()
        for each in self._parts():
            yield from each.mistakes()

    def bind(self, item: Item, name: str) -> ItemField:
        """Return a field for one answer."""
        translations = self._translations  # type: ignore[attr-defined]  # not in the stubs of WTForms
        bound = self._make(item, self.number).bind(form=None, name=name, _meta=self.meta, translations=translations)
        assert isinstance(bound, ItemField)
        bound.size = "s"
        return bound

    def count(self, number: int) -> str:
        """Return a number as the page's language writes it."""
        return messages.number_words(number, self.meta.locale)

    def _parts(self) -> Iterator[ItemField]:
        for entry in self.entries:
            yield from entry.fields


class RepeatedField(SeveralField):
    """One question with several answers."""

    @property
    def template(self) -> str:
        """Return the name of the template that draws the field."""
        return "_repeated"

    def fill(self, answer: Any) -> None:
        """Take a stored answer."""
        self.entries = [self.entry(place, place) for place in range(1, len(answer) + 1)]
        for entry, plain in zip(self.entries, answer, strict=True):
            entry.fields[0].fill(plain)

    def entry(self, key: int, place: int, posted: MultiDict[str, str] | None = None) -> EntryFields:
        """Return one answer."""
        label = self.gettext("Answer %(number)s") % {"number": self.count(place)}
        one = replace(self.item, text=label, repeats=False, help=None, recall=None, required=False, initial=())
        part = self.bind(one, f"{self.name}-{key}")
        part.title = f"{self.item.text} – {label}"
        part.can_decline = False
        if posted is not None:
            part.process(posted)
            part.declined = False
        return EntryFields(key, label, [part])

    def answered(self) -> list[Plain]:
        """Return the answers that are not blank."""
        return [each.data for each in self._parts() if each.data is not None]


def _keys(posted: MultiDict[str, str], name: str) -> list[int]:
    """Return the keys of the entries that were on the screen; one, if the form does not say."""
    parts = posted.get(f"{name}-entries", "").split()[:50]
    keys = dict.fromkeys(int(part) for part in parts if part.isdecimal() and len(part) < 4)
    return list(keys) or [1]


def saved_count(posted: MultiDict[str, str], name: str) -> int:
    """Return how many entries were saved when the screen was made."""
    count = posted.get(f"{name}-saved", "")
    return int(count) if count.isdecimal() and len(count) < 3 else 0

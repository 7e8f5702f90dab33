"""Questions that are answered by choosing: yes or no, a scale, one or several options."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, Final

from werkzeug.datastructures import MultiDict
from wtforms import ValidationError

from screening.answer_values import Plain, clean_text
from screening.definition.model import Choice, Scale
from screening.forms.item_field import ItemField

DECLINED_VALUE: Final = ":declined"
OTHER_VALUE: Final = ":other"
"""Values of the inputs that stand for no option. An option's code begins with a letter or digit."""


class OptionsField(ItemField):
    """What radios and scales have in common: at most one of several values; ``chosen`` holds what was posted."""

    chosen: tuple[str, ...] = ()

    def read(self, posted: MultiDict[str, str]) -> None:
        """Take the radio that was set."""
        values = tuple(value for value in dict.fromkeys(posted.getlist(self.name)) if value)
        self.declined = DECLINED_VALUE in values
        self.chosen = tuple(value for value in values if value != DECLINED_VALUE)

    def typed(self) -> Plain:
        """Return the value that was chosen."""
        if len(self.chosen) > 1:
            raise ValidationError(self.gettext("Choose one answer only."))
        return self.plain(self.chosen[0]) if self.chosen else None

    def plain(self, value: str) -> Plain:
        """Return the plain form of a radio's value."""
        return value


class BooleanField(OptionsField):
    """Yes or no."""

    _values: ClassVar[Mapping[str, bool]] = {"yes": True, "no": False}

    def fill(self, answer: Any) -> None:
        """Take a stored answer."""
        self.chosen = ("yes" if answer else "no",)

    def plain(self, value: str) -> Plain:
        """Return True or False; a value that was not offered stays as it is, to be refused."""
        return self._values.get(value, value)


class ScaleField(OptionsField):
    """A whole number between two ends."""

    item: Scale

    def descriptions(self) -> Sequence[str]:
        """Return what describes the question: what the ends mean, too."""
        return [*super().descriptions(), *(["ends"] if self.item.min_label or self.item.max_label else [])]

    def fill(self, answer: Any) -> None:
        """Take a stored answer."""
        self.chosen = (str(answer),)

    def plain(self, value: str) -> Plain:
        """Return the number; a value that was not offered stays as it is, to be refused."""
        return next((point for point in self.item.points if str(point) == value), value)


MAX_RADIOS: Final = 12
"""Options that are shown one below the other, at the most; a choice of one from more of them is a list to open."""


class ChoiceField(OptionsField):
    """One or several options, and the patient's own words beside them where the item has them (``other_text``)."""

    item: Choice
    other_text = ""

    @property
    def is_list(self) -> bool:
        """Whether there are so many options that they are chosen from a list that opens."""
        return not self.item.repeats and len(self.item.options) > MAX_RADIOS

    def descriptions(self) -> Sequence[str]:
        """Return what describes the question: a hint also where several answers may be chosen."""
        return ["hint"] if self.item.help or self.item.repeats else []

    @property
    def other_name(self) -> str:
        """Return the name of the input for the patient's own words."""
        return f"{self.name}-other"

    def read(self, posted: MultiDict[str, str]) -> None:
        """Take the boxes that were ticked and the words beside them."""
        super().read(posted)
        if self.item.other is not None:
            self.other_text = posted.get(self.other_name, "")

    def fill(self, answer: Any) -> None:
        """Take a stored answer."""
        parts = answer if isinstance(answer, list) else [answer]
        self.chosen = tuple(OTHER_VALUE if isinstance(part, dict) else part for part in parts)
        self.other_text = next((part["other"] for part in parts if isinstance(part, dict)), "")

    def typed_text(self) -> str:
        """Return the patient's own words."""
        return self.other_text

    def typed(self) -> Plain:
        """Return what was chosen. Words in the box count as "other" even where that was not ticked."""
        own = {"other": self.other_text}
        codes: list[Plain] = [code for code in self.chosen if code != OTHER_VALUE]
        wrote = bool(clean_text(self.other_text))
        picked_other = OTHER_VALUE in self.chosen
        if self.item.repeats:
            return [*codes, *([own] if wrote or picked_other else [])] or None
        if wrote and codes:
            raise ValidationError(
                self.gettext("You chose an answer and also wrote one. Please keep one of them. Nothing is lost.")
            )
        if len(codes) + picked_other > 1:
            raise ValidationError(self.gettext("Choose one answer only."))
        return own if wrote or picked_other else (codes[0] if codes else None)

"""Questions that are answered by typing: texts, numbers, dates. What was typed stays as it came."""

from __future__ import annotations

import calendar
import re
import unicodedata
from collections.abc import Sequence
from decimal import Decimal as Number
from typing import Any

from werkzeug.datastructures import MultiDict
from wtforms import ValidationError

from screening.answer_values import Plain, clean_text
from screening.definition.model import MAX_TEXT_LENGTH, Date, Decimal, Integer, Item, Text
from screening.forms import messages
from screening.forms.item_field import ItemField

_NUMBER = re.compile(r"[+-]?\d{1,40}(?:\.\d{1,40})?")
_SIGNS = str.maketrans({"−": "-", "–": "-", "٫": ".", " ": None, "\u00a0": None, "\u202f": None})
_DATE_PARTS = ("year", "month", "day")


class TypedField(ItemField):
    """What is typed into one input, kept as ``text`` exactly as it came."""

    text = ""

    @property
    def text_name(self) -> str:
        """Return the name of the input. It says that free text is in it; codes of options are never named so."""
        return f"{self.name}-text"

    @property
    def declined_name(self) -> str:
        """Return the name of the checkbox "prefer not to say"."""
        return f"{self.name}-declined"

    def read(self, posted: MultiDict[str, str]) -> None:
        """Take the text and the checkbox."""
        self.text = posted.get(self.text_name, "")
        self.declined = self.declined_name in posted

    def fill(self, answer: Any) -> None:
        """Take a stored answer."""
        self.text = str(answer)

    def typed_text(self) -> str:
        """Return the text as it was typed."""
        return self.text

    def typed(self) -> Plain:
        """Return the text; None if there is none but white space."""
        return self.text if clean_text(self.text) else None


class LongTextField(TypedField):
    """Free text on several lines."""

    item: Text

    @property
    def limit(self) -> str:
        """Return how many characters there is room for, as the page's language writes it."""
        return messages.number_words(min(self.item.max_length, MAX_TEXT_LENGTH), self.meta.locale)

    def descriptions(self) -> Sequence[str]:
        """Return what describes the question: there is always a hint, which tells the limit."""
        return ["hint"]


class NumberField(TypedField):
    """A number, typed as text: digits of any script, with the unit or without."""

    item: Integer | Decimal

    def descriptions(self) -> Sequence[str]:
        """Return what describes the question: the unit too."""
        return [*super().descriptions(), *(["unit"] if self.item.unit else [])]

    def typed(self) -> Plain:
        """Return the number; a text that is none stays as it is, to be refused."""
        text = clean_text(self.text)
        if not text:
            return None
        if self.item.unit:
            text = re.sub(rf"\s*{re.escape(self.item.unit)}$", "", text, flags=re.IGNORECASE)
        digits = "".join(str(unicodedata.digit(sign, sign)) for sign in text.translate(_SIGNS))
        return Number(digits) if _NUMBER.fullmatch(digits) else text


class DateField(TypedField):
    """A date in parts, ``parts`` as typed. The day, or the day and the month, may be left out."""

    item: Date

    def __init__(self, item: Item, number: int, recall: str = "", **kwargs: Any) -> None:
        super().__init__(item, number, recall, **kwargs)
        self.parts: dict[str, str] = dict.fromkeys(self.part_names, "")

    def descriptions(self) -> Sequence[str]:
        """Return what describes the question: there is always a hint, with an example."""
        return ["hint"]

    @property
    def part_names(self) -> Sequence[str]:
        """Return the parts that are asked for, in the order in which they are typed: day, month, year."""
        return _DATE_PARTS[: _DATE_PARTS.index(self.item.precision) + 1][::-1]

    def part_name(self, part: str) -> str:
        """Return the name of a part's input."""
        return f"{self.name}-{part}"

    def part_id(self, part: str) -> str:
        """Return the id of a part's input. The first one's is the question's own, which links lead to."""
        return self.id if part == self.part_names[0] else f"{self.id}-{part}"

    def read(self, posted: MultiDict[str, str]) -> None:
        """Take the parts and the checkbox."""
        self.parts = {part: posted.get(self.part_name(part), "") for part in self.part_names}
        self.declined = self.declined_name in posted

    def fill(self, answer: Any) -> None:
        """Take a stored answer, in ISO 8601."""
        given = dict(zip(_DATE_PARTS, str(answer).split("-"), strict=False))
        self.parts = {part: given[part].lstrip("0") if part in given else "" for part in self.part_names}

    def typed_text(self) -> str:
        """Return the parts as they were typed."""
        return " ".join(filter(None, self.parts.values()))

    def typed(self) -> Plain:
        """Return the date in ISO 8601; ValidationError says which part is wrong."""
        if not clean_text(self.typed_text()):
            return None
        try:
            day, month, year = (self._number(part) for part in ("day", "month", "year"))
        except ValueError:
            raise ValidationError(self._in_digits()) from None
        if year is None or (day is not None and month is None):
            raise ValidationError(self._incomplete())
        if not 1000 <= year <= 9999:
            raise ValidationError(self.gettext("Write the year with four digits, such as 1998."))
        if month is not None and not 1 <= month <= 12:
            raise ValidationError(self.gettext("Write the month as a number from 1 to 12."))
        if month is not None and day is not None:
            days = calendar.monthrange(year, month)[1]
            if not 1 <= day <= days:
                text = self.gettext("That month has %(days)s days. Please check the day.")
                raise ValidationError(text % {"days": messages.number_words(days, self.meta.locale)})
        known = [f"{year:04d}", *(f"{part:02d}" for part in (month, day) if part is not None)]
        return "-".join(known)

    def _number(self, part: str) -> int | None:
        text = clean_text(self.parts.get(part, ""))
        if len(text) > 10:
            raise ValueError(text)
        return int(text) if text else None

    def _in_digits(self) -> str:
        if self.item.precision == "year":
            return self.gettext("Write the year in digits, such as 1998.")
        if self.item.precision == "month":
            return self.gettext("Write the date in digits, such as 5 1998.")
        return self.gettext("Write the date in digits, such as 12 5 1998.")

    def _incomplete(self) -> str:
        if self.item.precision == "month":
            return self.gettext("Write the month and the year, or the year alone.")
        return self.gettext("Write day, month and year, or month and year, or the year alone.")

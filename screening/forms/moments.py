"""Questions that are answered by a date, a time of day, or both. What was typed stays as it came."""

from __future__ import annotations

import calendar
import re
import unicodedata
from collections.abc import Sequence
from typing import Any

from werkzeug.datastructures import MultiDict
from wtforms import ValidationError

from screening.answer_values import Plain, clean_text
from screening.definition.model import Date, DateTime, Item, Precision, Time
from screening.forms import messages
from screening.forms.typed import TypedField

_DATE_PARTS = ("year", "month", "day")
_TIME = re.compile(r"(\d{1,2})(?:[:.h]\s*(\d{2}))?\s*(?:([ap])\.?\s?m\.?)?", re.IGNORECASE | re.ASCII)


class DateField(TypedField):
    """A date in parts, ``parts`` as typed. The day, or the day and the month, may be left out."""

    item: Date | DateTime

    def __init__(self, item: Item, number: int, recall: str = "", **kwargs: Any) -> None:
        super().__init__(item, number, recall, **kwargs)
        self.parts: dict[str, str] = dict.fromkeys(self.part_names, "")

    def descriptions(self) -> Sequence[str]:
        """Return what describes the question: there is always a hint, with an example."""
        return ["hint"]

    @property
    def part_names(self) -> Sequence[str]:
        """Return the parts that are asked for, in the order in which they are typed: day, month, year."""
        return _DATE_PARTS[: _DATE_PARTS.index(self.precision) + 1][::-1]

    @property
    def precision(self) -> Precision:
        """Return the finest part that is asked for."""
        return self.item.precision if isinstance(self.item, Date) else "day"

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
        return self._date()

    def _date(self) -> str | None:
        if not clean_text(" ".join(self.parts.values())):
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
        if self.precision == "year":
            return self.gettext("Write the year in digits, such as 1998.")
        if self.precision == "month":
            return self.gettext("Write the date in digits, such as 5 1998.")
        return self.gettext("Write the date in digits, such as 12 5 1998.")

    def _incomplete(self) -> str:
        if self.precision == "month":
            return self.gettext("Write the month and the year, or the year alone.")
        return self.gettext("Write day, month and year, or month and year, or the year alone.")


class TimeField(TypedField):
    """A time of day, typed as text: "7:30", "07.30", "7:30 pm"."""

    item: Time

    def descriptions(self) -> Sequence[str]:
        """Return what describes the question: there is always a hint, with an example."""
        return ["hint"]

    def typed(self) -> Plain:
        """Return the time as ``HH:MM``; a text that is none stays as it is, to be refused."""
        return _time(self.text)


class DateTimeField(DateField):
    """A date in parts and the time of day, ``text`` as typed."""

    item: DateTime

    @property
    def text_name(self) -> str:
        """Return the name of the input for the time of day."""
        return f"{self.name}-time"

    def read(self, posted: MultiDict[str, str]) -> None:
        """Take the date's parts, the time and the checkbox."""
        super().read(posted)
        self.text = posted.get(self.text_name, "")

    def fill(self, answer: Any) -> None:
        """Take a stored answer, in ISO 8601."""
        date, _, self.text = str(answer).partition("T")
        super().fill(date)

    def typed_text(self) -> str:
        """Return the date's parts and the time as they were typed."""
        return " ".join(filter(None, (*self.parts.values(), self.text)))

    def typed(self) -> Plain:
        """Return both in ISO 8601; ValidationError says which part is wrong or missing."""
        date, time = self._date(), _time(self.text)
        if date is None and time is None:
            return None
        if date is None or len(date) < len("2026-05-12"):
            raise ValidationError(self.gettext("Write the whole date too: day, month and year."))
        if time is None or not _is_time(time):
            raise ValidationError(messages.time_in_digits(self))
        return f"{date}T{time}"

    def _incomplete(self) -> str:
        return self.gettext("Write the whole date too: day, month and year.")


def _time(typed: str) -> str | None:
    """Return a time of day as ``HH:MM``, the text if it is none, None if there is nothing."""
    text = clean_text(typed)
    if not text:
        return None
    digits = "".join(str(unicodedata.digit(sign, sign)) for sign in text)
    found = _TIME.fullmatch(digits)
    if found is None or not (found[2] or found[3]):
        return text
    hour = int(found[1])
    if found[3]:
        if not 1 <= hour <= 12:
            return text
        hour = hour % 12 + (12 if found[3] in "pP" else 0)
    return f"{hour:02d}:{found[2] or '00'}"


def _is_time(text: str) -> bool:
    return re.fullmatch(r"([01]\d|2[0-3]):[0-5]\d", text, re.ASCII) is not None

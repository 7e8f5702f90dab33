"""What staff type into a form: kept as typed, read as dates and times, with what is wrong by field.

The templates' side is templates/clinic/_form.html. A problem is noted under the field's name; the error summary links
to the element of that id, which is the field's first control.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict

_TIME = re.compile(r"(\d{1,2})(?:\s*[:.h]?\s*(\d{2}))?\s*([ap])?\.?\s*(?:m\.?)?", re.IGNORECASE)
_LAST_YEAR = 9000
"""A day later than this could not be told in every time zone."""
_DATE_PARTS = ("day", "month", "year")


class Form:
    """One form as it was sent, or as it is first shown."""

    def __init__(self, data: MultiDict[str, str] | None = None) -> None:
        self._data = data if data is not None else MultiDict()
        self.problems: dict[str, str] = {}

    @classmethod
    def of(cls, values: Mapping[str, str | list[str]]) -> Form:
        """Return a form that shows these values."""
        return cls(MultiDict(values))

    def filled_in(self, values: Mapping[str, str]) -> Form:
        """Return the same form with these values in place of what was typed there."""
        data = self._data.copy()
        for name, value in values.items():
            data[name] = value
        return Form(data)

    def value(self, name: str) -> str:
        """Return what was typed into a field, as typed; "" if nothing was."""
        return self._data.get(name, "")

    def text(self, name: str) -> str:
        """Return what was typed into a field, without blanks at its ends."""
        return self.value(name).strip()

    def values(self, name: str) -> list[str]:
        """Return what was chosen in a field that takes several answers."""
        return self._data.getlist(name)

    def items(self) -> list[tuple[str, str]]:
        """Return every field and value, as sent, but for the token that guards the form."""
        return [(name, value) for name, value in self._data.items(multi=True) if name != "csrf_token"]

    def problem(self, name: str) -> str:
        """Return what is wrong with a field; "" if nothing is."""
        return self.problems.get(name, "")

    def add_problems(self, problems: Mapping[str, str]) -> None:
        """Note what a use case found wrong; what was found here first stays."""
        for name, message in problems.items():
            self.problems.setdefault(name, message)

    def needed(self, name: str, missing: str) -> str:
        """Return a field's text; note ``missing`` if there is none."""
        text = self.text(name)
        if not text:
            self.problems.setdefault(name, missing)
        return text

    def date(self, name: str, missing: str) -> date | None:
        """Read the fields NAME-day, NAME-month and NAME-year; note what is wrong and return None if it is no date."""
        parts = [self.text(f"{name}-{part}") for part in _DATE_PARTS]
        if not any(parts):
            self.problems.setdefault(name, missing)
            return None
        try:
            day, month, year = (int(part) if part.isascii() and part.isdigit() else 0 for part in parts)
            if year < 1000:
                self.problems.setdefault(name, _("Enter day, month and a year of four digits, such as 27 3 1985."))
                return None
            if year > _LAST_YEAR:
                raise ValueError("no such year in any calendar of ours")
            return date(year, month, day)
        except ValueError:
            self.problems.setdefault(name, _("There is no such date. Check day, month and year."))
            return None

    def time(self, name: str, missing: str) -> time | None:
        """Read a time of day such as 9:05, 14.30 or 2:30 pm; note what is wrong and return None if it is none."""
        text = self.text(name)
        if not text:
            self.problems.setdefault(name, missing)
            return None
        found = _read_time(text)
        if found is None:
            self.problems.setdefault(name, _("Write the time as hours and minutes, such as 9:30 or 14:30."))
        return found

    def moment(self, date_name: str, time_name: str, zone: ZoneInfo, missing: tuple[str, str]) -> datetime | None:
        """Read a date and a time in the clinic's zone; return them in UTC, or note what is wrong."""
        day, clock = self.date(date_name, missing[0]), self.time(time_name, missing[1])
        if day is None or clock is None:
            return None
        found = datetime.combine(day, clock, zone).astimezone(UTC)
        if found.astimezone(zone).replace(tzinfo=None) != datetime.combine(day, clock):
            self.problems.setdefault(time_name, _("There is no such time on that day: the clocks go forward then."))
            return None
        return found


def date_values(name: str, day: date) -> dict[str, str]:
    """Return the values of a date's three fields."""
    return {f"{name}-{part}": str(getattr(day, part)) for part in _DATE_PARTS}


def time_value(moment: datetime) -> str:
    """Return the time of day as it stands in a field."""
    return f"{moment.hour}:{moment.minute:02d}"


def _read_time(text: str) -> time | None:
    match = _TIME.fullmatch(text)
    if match is None:
        return None
    hour, minute, half = int(match[1]), int(match[2] or 0), (match[3] or "").lower()
    if not match[2] and not half:
        return None  # "10" alone may be a slip
    if half:
        if not 1 <= hour <= 12:
            return None
        hour = hour % 12 + (12 if half == "p" else 0)
    return time(hour, minute) if hour < 24 and minute < 60 else None

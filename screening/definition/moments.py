"""Dates, times of day, and dates with a time, in ISO 8601 to the minute, known more or less exactly.

Two of them compare at the coarser precision of both: of "2026" and "2026-05-12" only the years count.
"""

from __future__ import annotations

import datetime
import re
from typing import TypeAlias

_DATE = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?", re.ASCII)
_DATE_TIME = re.compile(r"(\d{4})-(\d{2})-(\d{2})T(\d{2}):(\d{2})", re.ASCII)
_TIME = re.compile(r"(\d{2}):(\d{2})", re.ASCII)

YEARS = range(1800, 2201)
"""The years that an author may name."""

Parts: TypeAlias = tuple[int, ...]
"""Year, month, day, hour, minute, as far as known; of a time of day -1, hour, minute, so that it meets no date."""


def parts_of(text: str) -> Parts:
    """Return the parts of a date, a date with time or a time of day; none if the text is not one."""
    if match := _TIME.fullmatch(text):
        return (-1, *map(int, match.groups()))
    match = _DATE.fullmatch(text) or _DATE_TIME.fullmatch(text)
    return tuple(int(part) for part in match.groups() if part is not None) if match else ()


def compare(first: Parts, second: Parts) -> int | None:
    """Return -1, 0 or 1 for earlier, the same or later, at the coarser precision of both; None if they are unlike."""
    shared = min(len(first), len(second))
    if not shared or (first[0] < 0) != (second[0] < 0):
        return None
    one, other = first[:shared], second[:shared]
    return (one > other) - (one < other)


def is_date(text: str) -> bool:
    """Tell whether the text is a real date in ISO 8601, possibly without day or month, within `YEARS`."""
    return bool(_DATE.fullmatch(text)) and _is_real(parts_of(text))


def is_date_time(text: str) -> bool:
    """Tell whether the text is a real date with a time of day, ``YYYY-MM-DDTHH:MM``, within `YEARS`."""
    return bool(_DATE_TIME.fullmatch(text)) and _is_real(parts_of(text))


def is_time(text: str) -> bool:
    """Tell whether the text is a time of day, ``HH:MM``."""
    parts = parts_of(text)
    return len(parts) == 3 and parts[0] == -1 and parts[1] < 24 and parts[2] < 60


def _is_real(parts: Parts) -> bool:
    if not parts or parts[0] not in YEARS:
        return False
    try:
        datetime.datetime(*(*parts, 1, 1)[: max(3, len(parts))])  # type: ignore[arg-type]  # three to five parts
    except ValueError:
        return False
    return True

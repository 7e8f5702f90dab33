"""Dates, times and dates with times: from their plain form, held against their item's limits."""

from __future__ import annotations

import datetime
import re

from screening.answer_errors import AnswerError, Fault, Plain, type_error
from screening.answers import PartialDate
from screening.definition.model import Date, DateTime, Time
from screening.definition.moments import compare, parts_of
from screening.definition.problems import shown

_SECONDS = re.compile(r":\d{2}(\.\d+)?$", re.ASCII)
_ZONE = re.compile(r"(Z|[+-]\d{2}:\d{2})$", re.ASCII)
_PARTS = {"year": 1, "month": 2, "day": 3}


def parse_date(item: Date, raw: Plain, today: datetime.date | None) -> PartialDate:
    """Return a date, cut to the item's precision; AnswerError if it is none or breaks a limit."""
    parts = parts_of(raw) if isinstance(raw, str) else ()
    if not 0 < len(parts) <= 3 or parts[0] < 0:
        raise type_error("a date like 2026, 2026-05 or 2026-05-12", raw)
    try:
        datetime.date(*parts, *([1] * (3 - len(parts))))
    except ValueError:
        raise AnswerError(Fault.TYPE, f"{shown(str(raw))} is no date in the calendar") from None
    date = PartialDate(*parts[: _PARTS[item.precision]])
    _hold(item, str(date), "date", today)
    return date


def parse_time(item: Time, raw: Plain) -> datetime.time:
    """Return a time of day, cut to the minute; AnswerError if it is none or breaks a limit."""
    text = raw if isinstance(raw, str) else ""
    parts = parts_of(text) or parts_of(_SECONDS.sub("", text))
    if len(parts) != 3 or parts[0] >= 0 or parts[1] > 23 or parts[2] > 59:
        raise type_error("a time of day like 09:30 or 14:00", raw)
    time = datetime.time(parts[1], parts[2])
    _hold(item, f"{time:%H:%M}", "time", None)
    return time


def parse_date_time(item: DateTime, raw: Plain, today: datetime.date | None) -> datetime.datetime:
    """Return a date with its time, cut to the minute, as the clock on the wall showed it: a zone is left off.

    Raises AnswerError if it is none or breaks a limit.
    """
    text = _ZONE.sub("", raw) if isinstance(raw, str) else ""
    parts = parts_of(text) or parts_of(_SECONDS.sub("", text))
    if len(parts) != 5:
        raise type_error("a date with its time, like 2026-05-12T14:30", raw)
    try:
        moment = datetime.datetime(*parts)
    except ValueError:
        raise AnswerError(Fault.TYPE, f"{shown(str(raw))} is no date and time in the calendar") from None
    _hold(item, moment.isoformat(timespec="minutes"), "date", today)
    return moment


def _hold(item: Date | Time | DateTime, text: str, noun: str, today: datetime.date | None) -> None:
    """Hold a moment against its item's limits, at the coarser precision of both; AnswerError if it breaks one."""
    low, high = _limit(item.min_value, today), _limit(item.max_value, today)
    if low is not None and compare(parts_of(text), parts_of(low)) == -1:
        raise AnswerError(Fault.TOO_LOW, f"{text} is before the earliest {noun}, {low}", _value(low))
    if high is not None and compare(parts_of(text), parts_of(high)) == 1:
        raise AnswerError(Fault.TOO_HIGH, f"{text} is after the latest {noun}, {high}", _value(high))


def _limit(limit: str | None, today: datetime.date | None) -> str | None:
    if limit == "today":
        return today.isoformat() if today else None
    return limit


def _value(limit: str) -> PartialDate | datetime.time | datetime.datetime:
    parts = parts_of(limit)
    if parts[0] < 0:
        return datetime.time(parts[1], parts[2])
    return datetime.datetime(*parts) if len(parts) == 5 else PartialDate(*parts)

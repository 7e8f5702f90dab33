"""One answer: its limits, and its plain form in JSON. The one place where an answer is held against its item.

The plain form is that of ANSWERS.json: a choice is its option's code, several choices a list, the patient's own words
in place of an option ``{"other": "text"}``, a text a string, numbers, true/false, a date a string in ISO 8601.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Mapping
from decimal import Decimal as Number
from decimal import InvalidOperation
from enum import StrEnum
from typing import TypeAlias

from screening.answers import Other, PartialDate, Value
from screening.definition.model import (
    MAX_TEXT_LENGTH,
    MAX_TEXT_LINES,
    Boolean,
    Choice,
    Date,
    Decimal,
    Display,
    Integer,
    Item,
    Scale,
    String,
    Text,
)
from screening.definition.problems import listed, nearest, shown
from screening.definition.reader import MAX_DIGITS, MAX_INTEGER

Plain: TypeAlias = object
"""What JSON holds: None, bool, int, float, `Decimal`, str, list, dict."""

MAX_OTHER_LENGTH = 200
"""Characters in the patient's own words in place of an option, at the most."""

_NEW_LINE = re.compile("\r\n|[\r\x0b\x0c\x85\u2028\u2029]")
_CONTROL = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f]")
_SURROGATE = re.compile("[\ud800-\udfff]")
_ISO_DATE = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?")
_PARTS = {"year": 1, "month": 2, "day": 3}


class Fault(StrEnum):
    """What is wrong with an answer; a page words it in the patient's language."""

    TYPE = "type"
    """Not of the item's kind at all: a text where a number belongs, no date, no whole number."""
    NO_ANSWER_TAKEN = "no_answer_taken"
    EMPTY = "empty"
    OPTION = "option"
    NO_OTHER = "no_other"
    TWICE = "twice"
    EXCLUSIVE = "exclusive"
    TOO_LONG = "too_long"
    TOO_MANY_LINES = "too_many_lines"
    TOO_LOW = "too_low"
    TOO_HIGH = "too_high"
    TOO_PRECISE = "too_precise"


class AnswerError(ValueError):
    """An answer that its item can't take. ``limit`` is what it was held against, where there is such a thing."""

    def __init__(self, fault: Fault, message: str, limit: object = None) -> None:
        super().__init__(message)
        self.fault = fault
        self.message = message
        self.limit = limit


def clean_text(text: str) -> str:
    r"""Return a text as it is kept: line breaks as ``\n``, no control characters, no white space around it.

    Control characters come from pasting, show nowhere and break storage and print; everything visible stays as typed.
    """
    text = _CONTROL.sub("", _NEW_LINE.sub("\n", text))
    return _SURROGATE.sub("\ufffd", text).strip()


def parse_value(item: Item, raw: Plain, *, today: datetime.date | None = None) -> Value:
    """Return the answer that ``raw`` (in its plain form) gives to the item.

    Raises AnswerError. ``today`` is held against limits that say ``today``; without it they don't count.
    """
    if isinstance(item, Choice):
        return _choices(item, raw) if item.repeats else _choice(item, raw)
    if isinstance(item, Boolean):
        if isinstance(raw, bool):
            return raw
        raise _type_error("true or false", raw)
    if isinstance(item, String | Text):
        return _text(item, raw)
    if isinstance(item, Integer | Scale):
        number = int(_within(item, _number(raw, 0)))
        if abs(number) > MAX_INTEGER:
            raise AnswerError(Fault.TOO_HIGH, f"{number} is above the highest value, {MAX_INTEGER}", MAX_INTEGER)
        return number
    if isinstance(item, Decimal):
        return _within(item, _number(raw, item.max_decimal_places))
    if isinstance(item, Date):
        return _date(item, raw, today)
    assert isinstance(item, Display)
    raise AnswerError(Fault.NO_ANSWER_TAKEN, "this is information text; it takes no answer")


def dump_value(value: Value) -> Plain:
    """Return the plain form of an answer; `parse_value` reads it back."""
    if isinstance(value, tuple):
        return [dump_value(part) for part in value]
    if isinstance(value, Other):
        return {"other": value.text}
    if isinstance(value, PartialDate):
        return str(value)
    if isinstance(value, Number):
        # At most 15 digits, which a JSON number (a double) carries exactly.
        return int(value) if value == value.to_integral_value() else float(value)
    return value


def _choice(item: Choice, raw: Plain) -> str | Other:
    if isinstance(raw, Mapping) and set(raw) == {"other"} and isinstance(raw["other"], str):
        return _other(item, raw["other"])
    if not isinstance(raw, str):
        raise _type_error("an option's code" + (' or {"other": "text"}' if item.other else ""), raw)
    if item.option(raw):
        return raw
    codes = [option.code for option in item.options]
    message = f"there is no option {shown(raw)}; its codes are {listed(codes, 'and')}.{nearest(raw, codes)}"
    raise AnswerError(Fault.OPTION, message)


def _other(item: Choice, raw: str) -> Other:
    text = clean_text(raw)
    if item.other is None:
        raise AnswerError(Fault.NO_OTHER, "this item takes its options only, not the patient's own words")
    if not text:
        raise AnswerError(Fault.EMPTY, "the words for the other answer are missing")
    if len(text) > MAX_OTHER_LENGTH:
        raise _too_long(text, MAX_OTHER_LENGTH)
    return Other(" ".join(text.split("\n")))


def _choices(item: Choice, raw: Plain) -> tuple[str | Other, ...]:
    if not isinstance(raw, list | tuple):
        raise _type_error("a list of option codes", raw)
    if not raw:
        raise AnswerError(Fault.EMPTY, "the list is empty; leave the item out if it was left blank")
    chosen = [_choice(item, part) for part in raw]
    codes = [part for part in chosen if isinstance(part, str)]
    others = [part for part in chosen if isinstance(part, Other)]
    if len(set(codes)) < len(codes) or len(others) > 1:
        raise AnswerError(Fault.TWICE, "an option is chosen twice")
    for option in item.options:
        if option.exclusive and option.code in codes and len(chosen) > 1:
            message = f"{option.code} ({shown(option.text)}) can't be chosen together with others"
            raise AnswerError(Fault.EXCLUSIVE, message, option.text)
    # In the order in which they are offered, so that the same answer is always the same.
    return tuple(option.code for option in item.options if option.code in codes) + tuple(others)


def _text(item: String | Text, raw: Plain) -> str:
    if not isinstance(raw, str):
        raise _type_error("a text", raw)
    text = clean_text(raw)
    if not text:
        raise AnswerError(Fault.EMPTY, "the text is empty; leave the item out if it was left blank")
    if isinstance(item, String) and "\n" in text:
        raise AnswerError(Fault.TOO_MANY_LINES, "the text must stand on one line", 1)
    if text.count("\n") > MAX_TEXT_LINES:
        message = f"the text has {text.count(chr(10))} line breaks; at most {MAX_TEXT_LINES} are allowed"
        raise AnswerError(Fault.TOO_MANY_LINES, message, MAX_TEXT_LINES)
    limit = min(item.max_length, MAX_TEXT_LENGTH)
    if len(text) > limit:
        raise _too_long(text, limit)
    return text


def _number(raw: Plain, places: int) -> Number:
    if isinstance(raw, bool) or not isinstance(raw, int | float | Number):
        raise _type_error("a number" if places else "a whole number", raw)
    try:
        number = Number(repr(raw)) if isinstance(raw, float) else Number(raw)
        plain = number.normalize()
    except InvalidOperation:
        raise _type_error("a number", raw) from None
    exponent = plain.as_tuple().exponent
    if not isinstance(exponent, int):
        raise _type_error("a number", raw)
    if len(plain.as_tuple().digits) > MAX_DIGITS or plain.adjusted() >= MAX_DIGITS or plain != number:
        raise AnswerError(Fault.TOO_PRECISE, f"the number has more than {MAX_DIGITS} digits", MAX_DIGITS)
    if -exponent > places:
        if not places:
            raise _type_error("a whole number", raw)
        message = f"{plain} has too many decimal places; at most {places} can be given"
        raise AnswerError(Fault.TOO_PRECISE, message, places)
    return plain.quantize(Number(1)) if exponent > 0 else plain


def _within(item: Integer | Decimal | Scale, number: Number) -> Number:
    if item.min_value is not None and number < item.min_value:
        raise AnswerError(Fault.TOO_LOW, f"{number} is below the lowest value, {item.min_value}", item.min_value)
    if item.max_value is not None and number > item.max_value:
        raise AnswerError(Fault.TOO_HIGH, f"{number} is above the highest value, {item.max_value}", item.max_value)
    return number


def _date(item: Date, raw: Plain, today: datetime.date | None) -> PartialDate:
    found = _ISO_DATE.fullmatch(raw) if isinstance(raw, str) else None
    if not found:
        raise _type_error("a date like 2026, 2026-05 or 2026-05-12", raw)
    parts = [int(part) for part in found.groups() if part is not None]
    try:
        datetime.date(*parts, *([1] * (3 - len(parts))))
    except ValueError:
        raise AnswerError(Fault.TYPE, f"{shown(str(raw))} is no date in the calendar") from None
    date = PartialDate(*parts[: _PARTS[item.precision]])
    low, high = _limit(item.min_value, today), _limit(item.max_value, today)
    if low is not None and _is_before(date, low):
        raise AnswerError(Fault.TOO_LOW, f"{date} is before the earliest date, {low}", low)
    if high is not None and _is_before(high, date):
        raise AnswerError(Fault.TOO_HIGH, f"{date} is after the latest date, {high}", high)
    return date


def _limit(limit: str | None, today: datetime.date | None) -> PartialDate | None:
    if limit == "today":
        return PartialDate(today.year, today.month, today.day) if today else None
    return PartialDate(*map(int, limit.split("-"))) if limit else None


def _is_before(first: PartialDate, second: PartialDate) -> bool:
    """Tell whether a date is certainly before another: compared at the coarser precision of both."""
    ones, others = str(first).split("-"), str(second).split("-")
    shared = min(len(ones), len(others))
    return ones[:shared] < others[:shared]


def _too_long(text: str, limit: int) -> AnswerError:
    return AnswerError(Fault.TOO_LONG, f"the text has {len(text)} characters; at most {limit} are allowed", limit)


def _type_error(right: str, raw: Plain) -> AnswerError:
    if isinstance(raw, str):
        got = shown(raw)
    elif isinstance(raw, Mapping | list | tuple):
        got = "a map" if isinstance(raw, Mapping) else "a list"
    else:
        got = "nothing (null)" if raw is None else str(raw).lower()[:40]
    return AnswerError(Fault.TYPE, f"this must be {right}, not {got}")

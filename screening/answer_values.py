"""One answer: its limits, and its plain form in JSON. The one place where an answer is held against its item.

The plain form is that of ANSWERS.json: a choice is its option's code, several choices a list, the patient's own words
in place of an option ``{"other": "text"}``, a text a string, numbers, true/false, a date, a time or both a string in
ISO 8601, an amount ``{"value": 70.5, "unit": "kg"}``. Several answers of an item that repeats are a list; the entries
of a group that repeats a list of maps, item id -> answer, in which ``{"declined": true}`` may stand for an answer.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Callable, Mapping
from decimal import Decimal as Number
from decimal import InvalidOperation
from typing import TypeVar

from screening.answer_errors import AnswerError, Fault, Plain, WrongPart, parts_error, too_long, type_error
from screening.answer_moments import parse_date, parse_date_time, parse_time
from screening.answers import Amount, Entry, Other, PartialDate, Single, Value
from screening.definition.model import (
    MAX_TEXT_LENGTH,
    MAX_TEXT_LINES,
    Boolean,
    Choice,
    Date,
    DateTime,
    Decimal,
    Display,
    Grid,
    Group,
    Integer,
    Item,
    Quantity,
    Question,
    Scale,
    String,
    Text,
    Time,
)
from screening.definition.problems import listed, nearest, shown
from screening.definition.reader import MAX_DIGITS, MAX_INTEGER

__all__ = [
    "DECLINED", "MAX_OTHER_LENGTH", "AnswerError", "Fault", "Plain", "clean_text", "dump_entry", "dump_value",
    "is_declined", "parse_value",
]  # fmt: skip

DECLINED: Mapping[str, Plain] = {"declined": True}
"""The plain form of "prefer not to say"."""

MAX_OTHER_LENGTH = 200
"""Characters in the patient's own words in place of an option, at the most."""

_NEW_LINE = re.compile("\r\n|[\r\x0b\x0c\x85\u2028\u2029]")
_CONTROL = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f]")
_SURROGATE = re.compile("[\ud800-\udfff]")


def clean_text(text: str) -> str:
    r"""Return a text as it is kept: line breaks as ``\n``, no control characters, no white space around it.

    Control characters come from pasting, show nowhere and break storage and print; everything visible stays as typed.
    """
    text = _CONTROL.sub("", _NEW_LINE.sub("\n", text))
    return _SURROGATE.sub("\ufffd", text).strip()


def is_declined(plain: Plain) -> bool:
    """Tell whether an answer in its plain form is "prefer not to say"."""
    return plain == DECLINED


def parse_value(item: Item, raw: Plain, *, today: datetime.date | None = None) -> Value:
    """Return the answer that ``raw`` (in its plain form) gives to the item.

    Raises AnswerError. ``today`` is held against limits that say ``today``; without it they don't count.
    """
    if isinstance(item, Display):
        raise AnswerError(Fault.NO_ANSWER_TAKEN, "this is information text; it takes no answer")
    if isinstance(item, Group) and item.repeats:
        return _entries(item, raw, today)
    if isinstance(item, Group | Grid):
        raise AnswerError(Fault.NO_ANSWER_TAKEN, "this is a heading; answer the questions under it by their own ids")
    if isinstance(item, Choice) and item.repeats:
        return _choices(item, raw)
    if item.repeats:
        return _several(item, raw, lambda part: _single(item, part, today))
    return _single(item, raw, today)


def _single(item: Question, raw: Plain, today: datetime.date | None) -> Single:
    if isinstance(item, Choice):
        return _choice(item, raw)
    if isinstance(item, Boolean):
        if isinstance(raw, bool):
            return raw
        raise type_error("true or false", raw)
    if isinstance(item, String | Text):
        return _text(item, raw)
    if isinstance(item, Integer | Scale):
        number = int(_within(item, _number(raw, 0)))
        if abs(number) > MAX_INTEGER:
            raise AnswerError(Fault.TOO_HIGH, f"{number} is above the highest value, {MAX_INTEGER}", MAX_INTEGER)
        return number
    if isinstance(item, Decimal):
        return _within(item, _number(raw, item.max_decimal_places))
    if isinstance(item, Quantity):
        return _amount(item, raw)
    if isinstance(item, Date):
        return parse_date(item, raw, today)
    if isinstance(item, Time):
        return parse_time(item, raw)
    assert isinstance(item, DateTime)
    return parse_date_time(item, raw, today)


_Part = TypeVar("_Part")


def _several(item: Item, raw: Plain, parse: Callable[[Plain], _Part]) -> tuple[_Part, ...]:
    """Return each of several answers; AnswerError names all that are wrong."""
    noun = "entry" if isinstance(item, Group) else "answer"
    if not isinstance(raw, list | tuple):
        raise type_error("a list of entries" if noun == "entry" else "a list of answers", raw)
    if not raw:
        raise AnswerError(Fault.EMPTY, "the list is empty; leave the item out if it was left blank")
    if len(raw) > item.max_occurs:
        nouns = "entries" if noun == "entry" else "answers"
        message = f"there are {len(raw)} {nouns}; at most {item.max_occurs} can be given"
        raise AnswerError(Fault.TOO_MANY, message, item.max_occurs)
    parsed: list[_Part] = []
    wrong: list[WrongPart] = []
    for index, part in enumerate(raw):
        try:
            parsed.append(parse(part))
        except AnswerError as error:
            wrong += (
                [WrongPart(index, inner.item_id, inner.error, noun) for inner in error.parts]
                if error.parts and noun == "entry"
                else [WrongPart(index, "", error, noun)]
            )
    if wrong:
        raise parts_error(wrong)
    return tuple(parsed)


def _entries(group: Group, raw: Plain, today: datetime.date | None) -> tuple[Entry, ...]:
    return _several(group, raw, lambda part: _entry(group, part, today))


def _entry(group: Group, raw: Plain, today: datetime.date | None) -> Entry:
    if not isinstance(raw, Mapping):
        raise type_error('a map like {"item": "answer"}', raw)
    if not raw:
        raise AnswerError(Fault.EMPTY, "the entry is empty; leave it out")
    items = {item.id: item for item in group.items}
    values: dict[str, Value] = {}
    declined: set[str] = set()
    wrong: list[WrongPart] = []
    for item_id, plain in raw.items():
        item = items.get(item_id)
        try:
            if item is None:
                message = f"there is no such item in {group.id}.{nearest(str(item_id), items)}"
                raise AnswerError(Fault.TYPE, message)  # gathered with the others below
            if item.asks and is_declined(plain):
                declined.add(item_id)
            else:
                values[item_id] = parse_value(item, plain, today=today)
        except AnswerError as error:
            wrong.append(WrongPart(0, shown(item_id) if item is None else item_id, error, "entry"))
    if wrong:
        raise parts_error(wrong)
    return Entry(values, frozenset(declined))


def dump_value(value: Value) -> Plain:
    """Return the plain form of an answer; `parse_value` reads it back."""
    if isinstance(value, tuple):
        return [dump_entry(part) if isinstance(part, Entry) else dump_value(part) for part in value]
    if isinstance(value, Other):
        return {"other": value.text}
    if isinstance(value, PartialDate):
        return str(value)
    if isinstance(value, datetime.time | datetime.datetime):
        return value.isoformat(timespec="minutes")
    if isinstance(value, Amount):
        return {"value": dump_value(value.value), "unit": value.unit}
    if isinstance(value, Number):
        # At most 15 digits, which a JSON number (a double) carries exactly.
        return int(value) if value == value.to_integral_value() else float(value)
    return value


def dump_entry(entry: Entry) -> dict[str, Plain]:
    """Return the plain form of one entry of a group that repeats."""
    plain = {item_id: dump_value(value) for item_id, value in entry.values.items()}
    return plain | {item_id: dict(DECLINED) for item_id in sorted(entry.declined)}


def _choice(item: Choice, raw: Plain) -> str | Other:
    if isinstance(raw, Mapping) and set(raw) == {"other"} and isinstance(raw["other"], str):
        return _other(item, raw["other"])
    if not isinstance(raw, str):
        raise type_error("an option's code" + (' or {"other": "text"}' if item.other else ""), raw)
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
        raise too_long(text, MAX_OTHER_LENGTH)
    return Other(" ".join(text.split("\n")))


def _choices(item: Choice, raw: Plain) -> tuple[str | Other, ...]:
    if not isinstance(raw, list | tuple):
        raise type_error("a list of option codes", raw)
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
        raise type_error("a text", raw)
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
        raise too_long(text, limit)
    return text


def _number(raw: Plain, places: int) -> Number:
    if isinstance(raw, bool) or not isinstance(raw, int | float | Number):
        raise type_error("a number" if places else "a whole number", raw)
    try:
        number = Number(repr(raw)) if isinstance(raw, float) else Number(raw)
        plain = number.normalize()
    except InvalidOperation:
        raise type_error("a number", raw) from None
    exponent = plain.as_tuple().exponent
    if not isinstance(exponent, int):
        raise type_error("a number", raw)
    if len(plain.as_tuple().digits) > MAX_DIGITS or plain.adjusted() >= MAX_DIGITS or plain != number:
        raise AnswerError(Fault.TOO_PRECISE, f"the number has more than {MAX_DIGITS} digits", MAX_DIGITS)
    if -exponent > places:
        if not places:
            raise type_error("a whole number", raw)
        message = f"{plain} has too many decimal places; at most {places} can be given"
        raise AnswerError(Fault.TOO_PRECISE, message, places)
    return plain.quantize(Number(1)) if exponent > 0 else plain


def _within(item: Integer | Decimal | Quantity | Scale, number: Number) -> Number:
    if item.min_value is not None and number < item.min_value:
        raise AnswerError(Fault.TOO_LOW, f"{number} is below the lowest value, {item.min_value}", item.min_value)
    if item.max_value is not None and number > item.max_value:
        raise AnswerError(Fault.TOO_HIGH, f"{number} is above the highest value, {item.max_value}", item.max_value)
    return number


def _amount(item: Quantity, raw: Plain) -> Amount:
    codes = [unit.code for unit in item.units]
    right = f'an amount like {{"value": 7, "unit": "{codes[0]}"}}'
    if not isinstance(raw, Mapping) or "value" not in raw or raw.keys() - {"value", "unit"}:
        raise type_error(right, raw)
    number = _within(item, _number(raw["value"], item.max_decimal_places))
    unit = raw.get("unit")
    if unit is None:
        raise AnswerError(Fault.NO_UNIT, f"the unit is missing; it is {listed(codes)}")
    if not isinstance(unit, str) or item.unit(unit) is None:
        message = f"there is no unit {shown(str(unit))}; it is {listed(codes)}.{nearest(str(unit), codes)}"
        raise AnswerError(Fault.OPTION, message)
    return Amount(number, unit)

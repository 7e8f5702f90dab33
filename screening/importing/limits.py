"""Limits and first values from FHIR, as far as our language can hold them."""

from __future__ import annotations

import re
from dataclasses import replace
from decimal import Decimal as Number
from typing import TypeVar

from screening.definition import fhir_terms as terms
from screening.definition.item_keys import MAX_DECIMAL_PLACES
from screening.definition.item_limits import decimal_places
from screening.definition.model import (
    Amount,
    Boolean,
    Choice,
    Date,
    DateTime,
    Decimal,
    Initial,
    Integer,
    Item,
    Quantity,
    Scale,
    String,
    Text,
    Time,
)
from screening.definition.moments import compare, is_date, is_date_time, is_time, parts_of
from screening.definition.reader import MAX_INTEGER
from screening.importing import plain_text
from screening.importing.fhir_elements import answer_of, map_of, maps_of, number_of, text_of
from screening.importing.fhir_tree import Part
from screening.importing.options import Given, OptionList, given_of
from screening.importing.result import Losses

_TODAY = re.compile(r"\s*today\(\)\s*")
_MAX_LINES = 100


def number_limits(part: Part, losses: Losses, *, whole: bool) -> tuple[Number | None, Number | None]:
    """Return the least and the greatest number allowed; a limit that can't be kept is a loss."""
    found = []
    for url in (terms.MIN_VALUE, terms.MAX_VALUE):
        value = part.extensions.value(url)
        number = number_of(map_of({"": value}, "").get("value") if isinstance(value, dict) else value)
        if number is not None and whole and (number % 1 or abs(number) > MAX_INTEGER):
            number = None
        if number is None and url in part.extensions:
            losses.add(f"its limit {url.rsplit('/', 1)[-1]} can't be kept", part.link_id, part.text)
        found.append(number)
    low, high = found
    if low is not None and high is not None and low > high:
        losses.add(f"its limits contradict each other ({low} to {high}) and are left out", part.link_id, part.text)
        return None, None
    return low, high


def moment_limits(part: Part, losses: Losses, kind: type[Item]) -> tuple[str | None, str | None]:
    """Return the first and the last date or time allowed, "today" where that is what an expression says."""
    found: list[str | None] = []
    for url, today in ((terms.MIN_VALUE, terms.MIN_TODAY), (terms.MAX_VALUE, terms.MAX_TODAY)):
        value = part.extensions.value(url)
        limit: str | None = terms.moment_from_fhir(value) if isinstance(value, str) else None
        if limit is not None and not is_moment(limit, kind):
            limit = None
        if kind is not Time and (part.extensions.flag(today) or _is_today(part, url)):
            limit = "today"
        if limit is None and url in part.extensions:
            losses.add(f"its limit {url.rsplit('/', 1)[-1]} can't be kept", part.link_id, part.text)
        found.append(limit)
    low, high = found
    # Of "today" there are no parts, so that it compares with nothing.
    if low and high and (compare(parts_of(low), parts_of(high)) == 1 or (low == high == "today" and kind is Date)):
        losses.add(f"its limits contradict each other ({low} to {high}) and are left out", part.link_id, part.text)
        return None, None
    return low, high


def is_moment(text: str, kind: type[Item]) -> bool:
    """Tell whether a text is a date or time of the kind that such an item is answered with."""
    if kind is Time:
        return is_time(text)
    return is_date(text) or (kind is DateTime and is_date_time(text))


def _is_today(part: Part, url: str) -> bool:
    for entry in part.extensions.all(url):
        for key, shadow in entry.items():
            inner = maps_of(shadow, "extension") if key.startswith("_value") and isinstance(shadow, dict) else []
            expressions = [text_of(map_of(found, "valueExpression"), "expression") for found in inner]
            if any(_TODAY.fullmatch(expression) for expression in expressions):
                return True
    return False


def places(part: Part, *limits: Number | None) -> int:
    """Return how many decimal places answers may have: as the form says, and as its limits need."""
    said = number_of(part.extensions.value(terms.MAX_DECIMAL_PLACES))
    said = number_of(part.extensions.value("quantity-precision")) if said is None else said
    wanted = int(said) if said is not None and 0 <= said <= MAX_DECIMAL_PLACES[-1] else 2
    least = max([MAX_DECIMAL_PLACES[0], *(decimal_places(limit) for limit in limits if limit is not None)])
    return min(max(wanted, least), MAX_DECIMAL_PLACES[-1])


AnItem = TypeVar("AnItem", bound=Item)


def with_initial(item: AnItem, part: Part, offered: OptionList | None, losses: Losses) -> AnItem:
    """Return the item with what its field holds at first; a value that does not fit is a loss."""
    values: list[Initial] = [*offered.initial] if offered else []
    for entry in maps_of(part.element, "initial"):
        kind, raw = answer_of(entry, "value")
        value = _initial(item, offered, kind, raw)
        if value is None:
            losses.add("a first value that does not fit the question is left out", part.link_id, part.text)
        elif value not in values or not isinstance(item, Choice):
            values.append(value)
    limit = None if isinstance(item, Choice) else item.max_occurs
    kept = values[: limit if item.repeats else 1]
    if isinstance(item, Choice):
        kept = [option.code for option in item.options if option.code in kept]
        if any(option.exclusive and option.code in kept for option in item.options):
            kept = kept[:1]
    if len(kept) < len(values):
        losses.add("only a part of its first values is kept", part.link_id, part.text)
    return replace(item, initial=tuple(kept)) if kept else item


def _initial(item: Item, offered: OptionList | None, kind: str, raw: object) -> Initial | None:
    if isinstance(item, Quantity):
        return _amount(item, raw) if kind == "Quantity" and isinstance(raw, dict) else None
    given = given_of(kind, raw)
    if given is None:
        return None
    value = given.value
    if isinstance(item, Choice):
        codes = offered.codes_of(given) if offered else []
        return codes[0] if len(codes) == 1 else None
    if isinstance(item, Boolean):
        return value if isinstance(value, bool) else None
    if isinstance(item, Integer | Decimal | Scale):
        return value if isinstance(value, Number) and _is_within(item, value) else None
    if isinstance(item, Date | Time | DateTime):
        return _moment(item, given)
    return _words(item, given) if isinstance(item, String | Text) else None


def _amount(item: Quantity, raw: terms.Json) -> Amount | None:
    number = number_of(raw.get("value"))
    names = {text_of(raw, "code"), text_of(raw, "unit")}
    unit = next((unit for unit in item.units if unit.code in names or unit.text in names), None)
    return Amount(number, unit.code) if number is not None and unit and _is_within(item, number) else None


def _is_within(item: Integer | Decimal | Scale | Quantity, number: Number) -> bool:
    allowed = item.max_decimal_places if isinstance(item, Decimal | Quantity) else 0
    low, high = item.min_value, item.max_value
    return decimal_places(number) <= allowed and (low is None or number >= low) and (high is None or number <= high)


def _moment(item: Date | Time | DateTime, given: Given) -> str | None:
    text = str(given.value)
    if isinstance(item, Date):
        text = text[: {"day": 10, "month": 7, "year": 4}[item.precision]]
    fits = is_date_time(text) if isinstance(item, DateTime) else is_moment(text, type(item))
    if not fits:
        return None
    parts = parts_of(text)
    too_early = item.min_value is not None and compare(parts, parts_of(item.min_value)) == -1
    too_late = item.max_value is not None and compare(parts, parts_of(item.max_value)) == 1
    return None if too_early or too_late else text


def _words(item: String | Text, given: Given) -> str | None:
    text = plain_text.paragraphs(str(given.value)) if isinstance(item, Text) else plain_text.line(str(given.value))
    return text if 0 < len(text) <= item.max_length and text.count("\n") <= _MAX_LINES else None

"""What a page says about an answer that can't be taken: what is wrong, and what would be right.

Every text goes through the form's translations (WTForms' ``gettext`` and ``ngettext``), so that the words follow the
page's language. Limits come from `screening.answer_values`; nothing is checked here.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Protocol, TypeAlias

from babel import Locale
from babel.dates import format_date, format_skeleton, format_time
from babel.numbers import format_decimal

from screening.answer_values import AnswerError, Fault, clean_text
from screening.answers import PartialDate
from screening.definition.model import Choice, Date, DateTime, Decimal, Integer, Item, Quantity, Scale, Time


class Speaks(Protocol):
    """Whoever translates: a WTForms field, for instance."""

    def gettext(self, string: str) -> str:
        """Return the translated text."""
        ...

    def ngettext(self, singular: str, plural: str, n: int) -> str:
        """Return the translated text for this number."""
        ...


Telling: TypeAlias = Callable[[Speaks, Item, AnswerError, str, str], str]


def tell(field: Speaks, item: Item, error: AnswerError, typed: str, locale: str) -> str:
    """Say what is wrong with an answer and what would be right.

    ``typed`` is the text as it was typed, for counting; ``locale`` (BCP 47) is that of the page, for numbers and dates.
    """
    return _TELLINGS.get(error.fault, _not_offered)(field, item, error, typed, locale)


def number_words(value: object, locale: str) -> str:
    """Return a number as this language writes it: ``2,000``."""
    return _written(str(value), locale)


def date_words(value: PartialDate, locale: str) -> str:
    """Return a date as exact as it is: ``12 May 1988``, ``May 1988`` or ``1988``."""
    if value.month is None:
        return str(value.year)
    day = datetime.date(value.year, value.month, value.day or 1)
    if value.day is None:
        return str(format_skeleton("yMMMM", day, locale=_locale(locale)))
    return str(format_date(day, "long", locale=_locale(locale)))


def time_words(value: datetime.time, locale: str) -> str:
    """Return a time of day as the page's language writes it, hours up to 24: ``14:30``."""
    return str(format_time(value, "HH:mm", locale=_locale(locale)))


def time_in_digits(field: Speaks) -> str:
    """Say how a time of day is written."""
    return field.gettext("Write the time with hours and minutes, such as 07:30 or 14:15.")


@lru_cache(maxsize=500)  # pages tell the same few limits again and again
def _written(number: str, locale: str) -> str:
    return str(format_decimal(number, locale=_locale(locale)))


def _locale(tag: str) -> Locale:
    # Plain English is that of the world outside the US: the day before the month.
    return Locale("en", "GB") if tag == "en" else Locale.parse(tag, sep="-")


def _wrong_kind(field: Speaks, item: Item, _error: AnswerError, _typed: str, _locale: str) -> str:
    if isinstance(item, Integer):
        return field.gettext("Write a whole number in digits, such as 7.")
    if isinstance(item, Decimal | Quantity):
        return field.gettext("Write a number in digits. Use a point for parts of a whole, such as 7.5.")
    if isinstance(item, Time):
        return time_in_digits(field)
    if isinstance(item, Date | DateTime):
        return field.gettext("There is no such date in the calendar. Check the day, the month and the year.")
    return _not_offered(field, item, _error, _typed, _locale)


def _not_offered(field: Speaks, item: Item, _error: AnswerError, _typed: str, _locale: str) -> str:
    if isinstance(item, Choice) and item.repeats:
        return field.gettext("Choose from the answers shown here.")
    return field.gettext("Choose one of the answers shown here.")


def _too_long(field: Speaks, _item: Item, error: AnswerError, typed: str, locale: str) -> str:
    assert isinstance(error.limit, int)
    over = len(clean_text(typed)) - error.limit
    text = field.ngettext(
        "This is %(over)s character too long. There is room for %(limit)s. Please shorten it; nothing is lost.",
        "This is %(over)s characters too long. There is room for %(limit)s. Please shorten it; nothing is lost.",
        over,
    )
    return text % {"over": number_words(over, locale), "limit": number_words(error.limit, locale)}


def _too_many_lines(field: Speaks, _item: Item, error: AnswerError, _typed: str, locale: str) -> str:
    if error.limit == 1:
        return field.gettext("Please write this on one line.")
    text = field.gettext("This has too many line breaks. There is room for %(limit)s. Nothing is lost.")
    return text % {"limit": number_words(error.limit, locale)}


def _out_of_range(field: Speaks, item: Item, error: AnswerError, _typed: str, locale: str) -> str:
    if isinstance(item, Date | DateTime | Time):
        limit = _moment_words(error.limit, locale)
        text = {
            (Fault.TOO_LOW, False): field.gettext("The date must be %(limit)s or later."),
            (Fault.TOO_HIGH, False): field.gettext("The date must be %(limit)s or earlier."),
            (Fault.TOO_LOW, True): field.gettext("The time must be %(limit)s or later."),
            (Fault.TOO_HIGH, True): field.gettext("The time must be %(limit)s or earlier."),
        }[error.fault, isinstance(item, Time)]
        return text % {"limit": limit}
    assert isinstance(item, Integer | Decimal | Quantity | Scale)
    lowest, highest = item.min_value, item.max_value
    if lowest is not None and highest is not None:
        text = field.gettext("Write a number from %(lowest)s to %(highest)s.")
        return text % {"lowest": number_words(lowest, locale), "highest": number_words(highest, locale)}
    text = (
        field.gettext("Write a number that is %(limit)s or more.")
        if error.fault is Fault.TOO_LOW
        else field.gettext("Write a number that is %(limit)s or less.")
    )
    return text % {"limit": number_words(error.limit, locale)}


def _moment_words(limit: object, locale: str) -> str:
    if isinstance(limit, datetime.time):
        return time_words(limit, locale)
    if isinstance(limit, datetime.datetime):
        date = PartialDate(limit.year, limit.month, limit.day)
        return f"{date_words(date, locale)}, {time_words(limit.time(), locale)}"
    assert isinstance(limit, PartialDate)
    return date_words(limit, locale)


def _too_precise(field: Speaks, item: Item, error: AnswerError, _typed: str, locale: str) -> str:
    places = item.max_decimal_places if isinstance(item, Decimal | Quantity) else 0
    if error.limit != places or not places:
        return field.gettext("This number is too long. Please check it.")
    text = field.ngettext(
        "Write at most %(places)s digit after the point.", "Write at most %(places)s digits after the point.", places
    )
    return text % {"places": number_words(places, locale)}


def _words_missing(field: Speaks, _item: Item, _error: AnswerError, _typed: str, _locale: str) -> str:
    return field.gettext("Write your own answer in the box, or choose another one.")


def _unit_missing(field: Speaks, _item: Item, _error: AnswerError, _typed: str, _locale: str) -> str:
    return field.gettext("Choose the unit too.")


def _too_many(field: Speaks, _item: Item, error: AnswerError, _typed: str, locale: str) -> str:
    text = field.gettext("There is room for %(limit)s. Please remove some.")
    return text % {"limit": number_words(error.limit, locale)}


def _excluded(field: Speaks, _item: Item, error: AnswerError, _typed: str, _locale: str) -> str:
    text = field.gettext("You ticked “%(option)s” and something else as well. Please untick one of them.")
    return text % {"option": error.limit}


_TELLINGS: Mapping[Fault, Telling] = {
    Fault.TYPE: _wrong_kind,
    Fault.EMPTY: _words_missing,
    Fault.EXCLUSIVE: _excluded,
    Fault.NO_UNIT: _unit_missing,
    Fault.TOO_MANY: _too_many,
    Fault.TOO_LONG: _too_long,
    Fault.TOO_MANY_LINES: _too_many_lines,
    Fault.TOO_LOW: _out_of_range,
    Fault.TOO_HIGH: _out_of_range,
    Fault.TOO_PRECISE: _too_precise,
}

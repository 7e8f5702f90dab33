"""Answers, dates and times in words.

The words of an answer are those that the patient saw: an option's text, never its code; a number with its unit; a
scale with its ends.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from datetime import time as TimeOfDay  # noqa: N812  # `Formats.time` is another
from decimal import Decimal as Number

from babel import Locale, UnknownLocaleError
from babel.dates import format_date, format_skeleton, format_time
from babel.lists import format_list
from babel.numbers import format_decimal

from reports.document import Direction, Words
from screening.answers import Amount, Entry, Other, PartialDate, Single, Value
from screening.definition.model import Choice, Decimal, Initial, Integer, Item, Quantity, Scale, String, Text
from screening.definition.moments import parts_of
from screening.summary.facts import Reader

_REQUEST = re.compile(r"\s*(?:[(（][^()（）]*[)）])?\s*[:：]?\s*$")
"""What an option's label asks for at its end, in brackets."""


def direction_of(text: str) -> Direction:
    """Return the direction of the first strong character; left to right if there is none (UAX 9, rule P2)."""
    return _direction_of_letters(text) or "ltr"


def _direction_of_letters(text: str) -> Direction | None:
    for character in text:
        strong = unicodedata.bidirectional(character)
        if strong in {"L", "R", "AL"}:
            return "ltr" if strong == "L" else "rtl"
    return None


def own_words(text: str, label: str = "", language: str = "") -> Words:
    """Return what the patient typed; its direction is that of its first letter.

    ``language`` (BCP 47) is that of the page on which it was typed, "" where that is not known. Words in letters that
    run the other way are in another language, and nobody knows which.
    """
    letters = _direction_of_letters(text)
    if language and letters is not None and letters != direction_of_language(language):
        language = ""
    return Words(text=text, language=language, direction=direction_of(text), own=True, label=label)


class Formats:
    """Puts answers, dates and numbers into words for one reader and one form.

    ``form_language`` (BCP 47) is the language of the form's own texts, ``own_languages`` that in which each question
    was answered, by item id.
    """

    def __init__(self, reader: Reader, form_language: str, own_languages: Mapping[str, str] | None = None) -> None:
        self.reader = reader
        self.wording = reader.wording
        self._own_languages = own_languages or {}
        self.locale = _locale(reader.locale)
        self.form_language = form_language if self.language(form_language) != self.language(reader.locale) else ""
        self.form_direction = direction_of_language(form_language)

    def form_words(self, text: str) -> Words:
        """Return a text of the form, marked with its language where that is not the reader's."""
        return Words(text=text, language=self.form_language, direction=self.form_direction)

    def answer(self, item: Item, value: Value) -> tuple[Words, ...]:
        """Return the answer in words: one piece for each value, options in the order in which they were offered.

        An answer by entries has none; see `screening.summary.entries`.
        """
        if isinstance(value, tuple):
            places = _places(item)
            singles = [single for single in value if not isinstance(single, Entry)]
            in_order = sorted(singles, key=lambda v: places.get(v, len(places)) if isinstance(v, str) else len(places))
            return tuple(self._single(item, single) for single in in_order)
        return (self._single(item, value),)

    def _single(self, item: Item, value: Single) -> Words:
        if isinstance(value, Other):
            label = _before_own_words(item.other) if isinstance(item, Choice) and item.other else ""
            return own_words(value.text, label, self._own_languages.get(item.id, ""))
        if isinstance(item, String | Text):
            return own_words(str(value), "", self._own_languages.get(item.id, ""))
        if isinstance(item, Choice):
            option = item.option(str(value))
            return self.form_words(option.text if option else str(value))
        return self._plain(item, value)

    def initial(self, item: Item) -> str:
        """Return what a field holds when it is first shown, in words, "" for nothing."""
        return "; ".join(self._initial(item, value) for value in item.initial)

    def _initial(self, item: Item, value: Initial) -> str:
        if isinstance(value, str) and item.type in ("date", "time", "dateTime"):
            return self._moment(value)
        return self._single(item, value).text

    def _moment(self, text: str) -> str:
        """Return a date, time of day, or both (ISO 8601), in words."""
        day, _, clock = text.rpartition("T") if "T" in text else ("", "", text) if ":" in text else (text, "", "")
        date_words = self.date(PartialDate(*parts_of(day))) if day else ""
        clock_words = self.clock(TimeOfDay.fromisoformat(clock)) if clock else ""
        if date_words and clock_words:
            return self.wording.time.format(date=date_words, time=clock_words)
        return date_words or clock_words

    def _plain(self, item: Item, value: Single) -> Words:
        if isinstance(value, bool):
            return Words(text=self.wording.yes if value else self.wording.no)
        if isinstance(value, PartialDate):
            return Words(text=self.date(value))
        if isinstance(value, TimeOfDay | datetime):
            return Words(text=self._moment(value.isoformat(timespec="minutes")))
        if isinstance(value, Amount):
            return self._amount(item, value)
        if isinstance(item, Scale):
            return self.form_words(self._scale(item, value))
        number = self.number(value) if isinstance(value, int | Number) else str(value)
        unit = item.unit if isinstance(item, Integer | Decimal) else None
        if unit is None:
            return Words(text=number)
        return self.form_words(self.wording.with_unit.format(number=number, unit=unit))

    def _amount(self, item: Item, amount: Amount) -> Words:
        unit = item.unit(amount.unit) if isinstance(item, Quantity) else None
        number, words = self.number(amount.value), unit.text if unit else amount.unit
        return self.form_words(self.wording.with_unit.format(number=number, unit=words))

    def _scale(self, item: Scale, value: Single) -> str:
        pattern = self.wording.scale if item.min_label and item.max_label else self.wording.scale_without_labels
        return pattern.format(
            value=value,
            min=item.min_value,
            max=item.max_value,
            min_label=item.min_label,
            max_label=item.max_label,
        )

    def number(self, value: int | Number) -> str:
        """Return a number with the reader's decimal sign and no grouping, with the digits that were typed."""
        places = max(0, -int(Number(value).as_tuple().exponent))
        return format_decimal(value, format="0" + ("." + "0" * places if places else ""), locale=self.locale)

    def date(self, value: date | PartialDate) -> str:
        """Return a date as exact as it is: "12 May 1988", "May 1988" or "1988"."""
        if isinstance(value, PartialDate):
            if value.month is None:
                return str(value.year)
            if value.day is None:
                return format_skeleton("yMMMM", date(value.year, value.month, 1), locale=self.locale)
            value = date(value.year, value.month, value.day)
        return format_date(value, "long", locale=self.locale)

    def time(self, value: datetime) -> str:
        """Return an aware time to the minute in the reader's zone: "3 June 2026, 10:30"."""
        local = value.astimezone(self.reader.time_zone)
        return self.wording.time.format(date=self.date(local.date()), time=self.clock(local.time()))

    def clock(self, value: TimeOfDay) -> str:
        """Return a time of day to the minute, as a clock of 24 hours shows it."""
        return format_time(value, "HH:mm", locale=self.locale)

    def language(self, tag: str) -> str:
        """Return a language's name in the reader's language; the tag itself if it is not known."""
        try:
            return _locale(tag).get_language_name(self.locale) or tag
        except ValueError:
            return tag

    def languages(self, tags: Sequence[str]) -> str:
        """Return the languages' names as a list in the reader's language."""
        return format_list([self.language(tag) for tag in tags], locale=self.locale)

    def numbers(self, numbers: list[int]) -> str:
        """Return question numbers with runs joined: "3, 14–16"."""
        runs: list[list[int]] = []
        for number in numbers:
            if runs and number == runs[-1][-1] + 1:
                runs[-1].append(number)
            else:
                runs.append([number])
        return ", ".join(f"{run[0]}–{run[-1]}" if len(run) > 1 else str(run[0]) for run in runs)


def _before_own_words(label: str) -> str:
    """Return an option's label as it stands before what was typed there: without the request to type it.

    "Something else (please say)" gives "Something else:".
    """
    return f"{_REQUEST.sub('', label) or label.removesuffix(':')}:"


def direction_of_language(tag: str) -> Direction:
    """Return the direction in which a language (BCP 47) is written; left to right if it is not known."""
    try:
        return "rtl" if _locale(tag).text_direction == "rtl" else "ltr"
    except ValueError:
        return "ltr"


def _places(item: Item) -> dict[str, int]:
    options = item.options if isinstance(item, Choice) else ()
    return {option.code: place for place, option in enumerate(options)}


def _locale(tag: str) -> Locale:
    """Return Babel's locale for a tag, ValueError if there is none; plain English puts the day before the month."""
    if tag == "en":
        return Locale("en", "GB")
    try:
        return Locale.parse(tag, sep="-")
    except UnknownLocaleError as error:
        raise ValueError(f"Unknown language {tag!r}.") from error

"""Questions that are answered by typing: texts, numbers, amounts. What was typed stays as it came."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from decimal import Decimal as Number
from typing import Any

from werkzeug.datastructures import MultiDict
from wtforms import ValidationError

from screening.answer_values import Plain, clean_text
from screening.definition.model import MAX_TEXT_LENGTH, Decimal, Integer, Option, Quantity, Text
from screening.forms import messages
from screening.forms.item_field import ItemField

_NUMBER = re.compile(r"[+-]?\d{1,40}(?:\.\d{1,40})?")
_SIGNS = str.maketrans({"−": "-", "–": "-", "٫": ".", " ": None, "\u00a0": None, "\u202f": None})


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
        return _number(self.text, self.item.unit)


class QuantityField(TypedField):
    """A number, typed as text, and the unit that was chosen for it, ``unit``; "" for none."""

    item: Quantity
    unit = ""

    @property
    def unit_name(self) -> str:
        """Return the name of the input for the unit."""
        return f"{self.name}-unit"

    @property
    def only_unit(self) -> Option | None:
        """Return the unit that goes without saying, where there is only one."""
        return self.item.units[0] if len(self.item.units) == 1 else None

    def descriptions(self) -> Sequence[str]:
        """Return what describes the question: the unit too, if there is nothing to choose."""
        return [*super().descriptions(), *(["unit"] if self.only_unit else [])]

    def read(self, posted: MultiDict[str, str]) -> None:
        """Take the number, the unit and the checkbox."""
        super().read(posted)
        self.unit = posted.get(self.unit_name, "")

    def fill(self, answer: Any) -> None:
        """Take a stored answer."""
        self.text, self.unit = str(answer["value"]), answer["unit"]

    def typed(self) -> Plain:
        """Return the amount, without a unit if none was chosen; ValidationError if there is a unit alone."""
        number = _number(self.text, self.only_unit.text if self.only_unit else None)
        unit = self.only_unit.code if self.only_unit else self.unit
        if number is None:
            if self.unit:
                raise ValidationError(self.gettext("Write the number too, or leave the unit out."))
            return None
        return {"value": number, "unit": unit} if unit else {"value": number}


def _number(typed: str, unit: str | None) -> Number | str | None:
    """Return the number that was typed, with its unit or without; the text if it is no number, None for nothing."""
    text = clean_text(typed)
    if not text:
        return None
    if unit:
        text = re.sub(rf"\s*{re.escape(unit)}$", "", text, flags=re.IGNORECASE)
    digits = "".join(str(unicodedata.digit(sign, sign)) for sign in text.translate(_SIGNS))
    return Number(digits) if _NUMBER.fullmatch(digits) else text

"""Which field an item type has. A new item type needs an entry here and a template of its name."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from werkzeug.datastructures import MultiDict

from screening.answer_values import Plain
from screening.definition.model import ITEM_TYPES
from screening.forms.item_field import ItemField
from screening.forms.options import BooleanField, ChoiceField, ScaleField
from screening.forms.typed import DateField, LongTextField, NumberField, TypedField


class DisplayField(ItemField):
    """Information text; takes nothing."""

    def read(self, posted: MultiDict[str, str]) -> None:
        """Take nothing, whatever was posted."""

    def fill(self, answer: Any) -> None:
        """Take nothing."""

    def typed(self) -> Plain:
        """Return None: there is nothing to answer."""
        return None


FIELDS: Final[Mapping[str, type[ItemField]]] = {
    "choice": ChoiceField,
    "boolean": BooleanField,
    "string": TypedField,
    "text": LongTextField,
    "integer": NumberField,
    "decimal": NumberField,
    "date": DateField,
    "scale": ScaleField,
    "display": DisplayField,
}
"""Item type -> its field."""

assert FIELDS.keys() == ITEM_TYPES.keys()

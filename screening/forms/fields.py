"""Which field an item type has. A new item type needs an entry here and a template of its name."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from werkzeug.datastructures import MultiDict

from screening.answer_values import Plain
from screening.definition.model import ITEM_TYPES, Grid
from screening.forms.item_field import ItemField
from screening.forms.moments import DateField, DateTimeField, TimeField
from screening.forms.options import BooleanField, ChoiceField, ScaleField
from screening.forms.typed import LongTextField, NumberField, QuantityField, TypedField

MAX_COLUMNS: Final = 5
"""Options of a grid that have room side by side, at the most."""


class DisplayField(ItemField):
    """Information text; takes nothing."""

    def read(self, posted: MultiDict[str, str]) -> None:
        """Take nothing, whatever was posted."""

    def fill(self, answer: Any) -> None:
        """Take nothing."""

    def typed(self) -> Plain:
        """Return None: there is nothing to answer."""
        return None


class GroupField(DisplayField):
    """A heading; ``fields`` are those of the questions under it, which are fields of the page."""

    fields: Sequence[ItemField] = ()


class GridField(GroupField):
    """A heading over questions with the same options."""

    item: Grid

    @property
    def is_table(self) -> bool:
        """Whether the options have room side by side; if not, the questions stand one below the other everywhere."""
        return len(self.item.options) <= MAX_COLUMNS


FIELDS: Final[Mapping[str, type[ItemField]]] = {
    "choice": ChoiceField,
    "boolean": BooleanField,
    "string": TypedField,
    "text": LongTextField,
    "integer": NumberField,
    "decimal": NumberField,
    "quantity": QuantityField,
    "date": DateField,
    "time": TimeField,
    "dateTime": DateTimeField,
    "scale": ScaleField,
    "display": DisplayField,
    "group": GroupField,
    "grid": GridField,
}
"""Item type -> its field; what is answered several times is held by the fields of `screening.forms.several`."""

assert FIELDS.keys() == ITEM_TYPES.keys()

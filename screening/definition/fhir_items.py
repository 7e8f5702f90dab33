"""What an item of each type has in a FHIR Questionnaire: its type, limits, options, units and first values."""

from __future__ import annotations

from decimal import Decimal as Number

from screening.definition import fhir_terms as terms
from screening.definition.fhir_conditions import option_to_coding
from screening.definition.fhir_terms import Json, extension, item_control, moment_to_fhir, plain_number
from screening.definition.model import (
    Amount,
    Boolean,
    Choice,
    Date,
    DateTime,
    Decimal,
    Display,
    Grid,
    Group,
    Initial,
    Integer,
    Item,
    Option,
    Quantity,
    Scale,
    String,
    Text,
    Time,
)

_FIXED_TYPES = {
    Boolean: "boolean",
    String: "string",
    Text: "text",
    Integer: "integer",
    Decimal: "decimal",
    Quantity: "quantity",
    Date: "date",
    Time: "time",
    DateTime: "dateTime",
    Scale: "integer",
    Display: "display",
    Group: "group",
    Grid: "group",
}
_VALUE_KINDS = {
    Boolean: "Boolean",
    Integer: "Integer",
    Scale: "Integer",
    Decimal: "Decimal",
    Quantity: "Quantity",
    Date: "Date",
    Time: "Time",
    DateTime: "DateTime",
}
"""Item type -> what FHIR calls the type of its values; texts are the rest."""


def answer_keys(item: Item) -> tuple[list[Json], Json]:
    """Return the extensions and the keys that an item has because of its type."""
    keys: Json = {"type": _type(item)}
    if item.required:
        keys["required"] = True
    if item.repeats:
        keys["repeats"] = True
    extensions = _type_extensions(item)
    if item.repeats and not isinstance(item, Choice):
        extensions.append(extension(terms.MAX_OCCURS, "Integer", item.max_occurs))
    if isinstance(item, Choice):
        # With answer options, FHIR keeps what is chosen at first at the options.
        keys["answerOption"] = [
            _option_keys(option) | ({"initialSelected": True} if option.code in item.initial else {})
            for option in item.options
        ]
    elif item.initial:
        kind = _VALUE_KINDS.get(type(item), "String")
        keys["initial"] = [{f"value{kind}": _initial(item, value)} for value in item.initial]
    if isinstance(item, String | Text):
        keys["maxLength"] = item.max_length
    return extensions, keys


def amount_to_fhir(item: Quantity, amount: Amount) -> Json:
    """Return an amount as a FHIR Quantity; the unit's code goes with its system, never alone."""
    unit = item.unit(amount.unit)
    quantity: Json = {"value": plain_number(amount.value), "unit": unit.text if unit else amount.unit}
    if unit and unit.system:
        quantity |= {"system": unit.system, "code": unit.code}
    return quantity


def extensions_of(*entries: tuple[str, str, object]) -> list[Json]:
    """Return an extension for each address, type of value and value; none for the value None."""
    return [extension(url, kind, value) for url, kind, value in entries if value is not None]


def _type(item: Item) -> str:
    if isinstance(item, Choice):
        return "choice" if item.other is None else "open-choice"
    return _FIXED_TYPES[type(item)]


def _type_extensions(item: Item) -> list[Json]:
    if isinstance(item, Choice):
        return [
            item_control("check-box" if item.repeats else "radio-button"),
            *extensions_of((terms.OPEN_LABEL, "String", item.other), (terms.OPTION_SET, "String", item.option_set)),
        ]
    if isinstance(item, Integer | Decimal | Quantity):
        return _number_extensions(item)
    if isinstance(item, Date | Time | DateTime):
        return _moment_extensions(item)
    if isinstance(item, Scale):
        return [
            item_control("slider"),
            extension(terms.SLIDER_STEP, "Integer", 1),
            extension(terms.MIN_VALUE, "Integer", item.min_value),
            extension(terms.MAX_VALUE, "Integer", item.max_value),
        ]
    if isinstance(item, Grid):
        # LHC-Forms never ends where a table holds anything but its rows.
        has_words = item.recall is not None or item.help is not None
        return [extension(terms.GRID, "Boolean", True) if has_words else item_control("table")]
    return extensions_of((terms.ITEM_LABEL, "String", item.item_label)) if isinstance(item, Group) else []


def _option_keys(option: Option) -> Json:
    exclusive = extensions_of((terms.OPTION_EXCLUSIVE, "Boolean", option.exclusive or None))
    return ({"extension": exclusive} if exclusive else {}) | {"valueCoding": option_to_coding(option)}


def _number_extensions(item: Integer | Decimal | Quantity) -> list[Json]:
    kind = "Integer" if isinstance(item, Integer) else "Decimal"

    def plain(value: int | Number | None) -> int | float | None:
        return plain_number(value) if isinstance(value, Number) else value

    limits = extensions_of(
        (terms.MIN_VALUE, kind, plain(item.min_value)),
        (terms.MAX_VALUE, kind, plain(item.max_value)),
        (terms.MAX_DECIMAL_PLACES, "Integer", None if isinstance(item, Integer) else item.max_decimal_places),
    )
    if isinstance(item, Quantity):
        return [*limits, *(extension(terms.UNIT_OPTION, "Coding", option_to_coding(unit)) for unit in item.units)]
    return [*limits, *extensions_of((terms.UNIT, "Coding", {"display": item.unit} if item.unit else None))]


def _moment_extensions(item: Date | Time | DateTime) -> list[Json]:
    kind, today = _VALUE_KINDS[type(item)], "today"
    low, high = item.min_value, item.max_value
    return extensions_of(
        (terms.MIN_VALUE, kind, moment_to_fhir(low) if low not in (None, today) else None),
        (terms.MAX_VALUE, kind, moment_to_fhir(high) if high not in (None, today) else None),
        (terms.MIN_TODAY, "Boolean", (low == today) or None),
        (terms.MAX_TODAY, "Boolean", (high == today) or None),
        (terms.PRECISION, "Code", item.precision if isinstance(item, Date) and item.precision != "day" else None),
    )


def _initial(item: Item, value: Initial) -> object:
    if isinstance(value, Amount):
        assert isinstance(item, Quantity)
        return amount_to_fhir(item, value)
    if isinstance(value, Number):
        return plain_number(value)
    return moment_to_fhir(value) if isinstance(item, Time | DateTime) and isinstance(value, str) else value

"""What must fit together within one item: its limits among each other, and what its field holds at first."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal as Number
from typing import TypeAlias

from screening.definition.model import (
    MAX_TEXT_LINES,
    Amount,
    Boolean,
    Choice,
    Date,
    DateTime,
    Decimal,
    Grid,
    Group,
    Initial,
    Integer,
    Item,
    Quantity,
    Scale,
    String,
    Text,
    Time,
)
from screening.definition.moments import compare, parts_of
from screening.definition.nodes import Map, Node, Sequence
from screening.definition.problems import listed, nearest, shown
from screening.definition.reader import Reader

SCALE_POINTS = range(2, 22)
_PARTS = {"year": 1, "month": 2, "day": 3}
_ONLY_WITH_REPEATS = ("short", "required", "glance", "item_label")

NoteError: TypeAlias = Callable[[str, str], None]
"""Notes a mistake at a key: key, message."""


def check_limits(reader: Reader, entry: Map, item: Item) -> None:
    """Note limits that contradict each other or the item's type."""

    def error(key: str, message: str) -> None:
        found = entry.entries.get(key)
        reader.error(found[1].mark if found else entry.mark, message, "limit")

    if "max_occurs" in entry.entries and not item.repeats:
        error("max_occurs", "max_occurs says how often at most; it goes with `repeats: yes`")
    if isinstance(item, Choice | Grid):
        exclusive = [option.code for option in item.options if option.exclusive]
        if exclusive and not item.repeats:
            error(
                "options",
                f"option {exclusive[0]} is exclusive, but only one can be chosen; set `repeats: yes` or drop it",
            )
    elif isinstance(item, Scale):
        if len(item.points) not in SCALE_POINTS:
            limits = f"{SCALE_POINTS[0]} to {SCALE_POINTS[-1]}"
            error("max_value", f"a scale has {limits} points; this one has {len(item.points)}")
    elif isinstance(item, Integer | Decimal | Quantity):
        _check_numbers(item, error)
    elif isinstance(item, Date | Time | DateTime):
        _check_moments(item, error)
    elif isinstance(item, Group):
        _check_group(entry, item, error)


def _check_numbers(item: Integer | Decimal | Quantity, error: NoteError) -> None:
    if item.min_value is not None and item.max_value is not None and item.min_value > item.max_value:
        error("max_value", f"max_value {item.max_value} is below min_value {item.min_value}")
    if isinstance(item, Integer):
        return
    for key, limit in (("min_value", item.min_value), ("max_value", item.max_value)):
        if limit is not None and decimal_places(limit) > item.max_decimal_places:
            error(key, f"{key} {limit} has more decimal places than max_decimal_places ({item.max_decimal_places})")


def _check_moments(item: Date | Time | DateTime, error: NoteError) -> None:
    low, high = item.min_value, item.max_value
    if isinstance(item, Date):
        for key, limit in (("min_value", low), ("max_value", high)):
            if limit not in (None, "today") and len(parts_of(str(limit))) > _PARTS[item.precision]:
                error(key, f"{key} {limit} is finer than the item's precision ({item.precision})")
    if low == high == "today" and isinstance(item, Date):
        error("max_value", "min_value and max_value are both today; there is nothing to ask")
    # Of "today" there are no parts, so that it compares with nothing.
    if low is not None and high is not None and compare(parts_of(low), parts_of(high)) == 1:
        error("max_value", f"max_value {high} is before min_value {low}")


def _check_group(entry: Map, item: Group, error: NoteError) -> None:
    if not item.repeats:
        for key in _ONLY_WITH_REPEATS:
            if key in entry.entries:
                error(key, f"`{key}` goes with `repeats: yes`; a group that does not repeat is a heading only")
        return
    if not any(part.asks for part in item.items):
        error("items", "a group that repeats holds at least one question")
    for part in item.items:
        if part.glance:
            error("items", f"{part.id} stands in a group that repeats; set `glance` on the group, not on its parts")


def read_initial(reader: Reader, node: Node, item: Item) -> tuple[Initial, ...] | None:
    """Read what the item's field holds at first: one value, or a list where the item repeats."""
    if not item.repeats:
        value = _initial(reader, node, item)
        return None if value is None else (value,)
    if not isinstance(node, Sequence) or not node.nodes:
        reader.error(node.mark, "`initial` is a list here, like [a, b], since the item repeats", "shape")
        return None
    values = [_initial(reader, part, item) for part in node.nodes]
    whole = tuple(value for value in values if value is not None)
    if len(whole) < len(values):
        return None
    problem = _initial_list_problem(item, whole)
    if problem:
        reader.error(node.mark, f"`initial`: {problem}", "initial")
        return None
    if isinstance(item, Choice):  # in the order in which the options are shown, which alone means something
        return tuple(option.code for option in item.options if option.code in whole)
    return whole


def _initial_list_problem(item: Item, values: tuple[Initial, ...]) -> str:
    if not isinstance(item, Choice):
        return f"{len(values)} values; max_occurs is {item.max_occurs}" if len(values) > item.max_occurs else ""
    if len(set(values)) < len(values):
        return "it names an option twice"
    if len(values) > 1 and any(option.exclusive and option.code in values for option in item.options):
        return "an exclusive option can't be chosen together with others"
    return ""


def _initial(reader: Reader, node: Node, item: Item) -> Initial | None:
    what = "`initial`"
    before = len(reader.problems)
    value: Initial | None = None
    if isinstance(item, Choice):
        value = reader.one_of(node, what, [option.code for option in item.options])
    elif isinstance(item, Boolean):
        value = reader.flag(node, what)
    elif isinstance(item, Text | String):
        value = reader.text(node, what, limit=item.max_length, lines=isinstance(item, Text))
    elif isinstance(item, Date):
        value = reader.date(node, what)
    elif isinstance(item, Time):
        value = reader.time(node, what)
    elif isinstance(item, DateTime):
        value = reader.date_time(node, what)
    elif isinstance(item, Quantity):
        value = _amount(reader, node, item)
    else:
        value = reader.number(node, what)
    problem = _out_of_limits(item, value) if value is not None and len(reader.problems) == before else ""
    if problem:
        reader.error(node.mark, f"`initial`: {problem}", "initial")
        return None
    return value


def _amount(reader: Reader, node: Node, item: Quantity) -> Amount | None:
    entry = reader.map(node, "`initial`")
    if entry is None:
        return None
    reader.keys(entry, ("value", "unit"), ("value", "unit"), "an amount")
    value_node, unit_node = entry.get("value"), entry.get("unit")
    if value_node is None or unit_node is None:
        return None
    value, code = reader.number(value_node, "`value`"), reader.text(unit_node, "`unit`")
    if value is None or code is None:
        return None
    if item.unit(code) is None:
        codes = [unit.code for unit in item.units]
        reader.error(unit_node.mark, f"{shown(code)} is no unit of {item.id}; its codes are {listed(codes, 'and')}."
                     f"{nearest(code, codes)}", "initial")  # fmt: skip
        return None
    return Amount(value, code)


def _out_of_limits(item: Item, value: Initial) -> str:
    """Tell how a value breaks the item's limits, "" if it does not. A limit of today is left to the day."""
    low, high = getattr(item, "min_value", None), getattr(item, "max_value", None)
    number = value.value if isinstance(value, Amount) else value
    if isinstance(number, Number):
        places = item.max_decimal_places if isinstance(item, Decimal | Quantity) else 0
        if decimal_places(number) > places:
            return f"{number} has too many decimal places" if places else f"{number} is no whole number"
        is_low, is_high = low is not None and number < low, high is not None and number > high
    elif isinstance(item, Date | Time | DateTime):
        parts = parts_of(str(value))
        if isinstance(item, Date) and len(parts) > _PARTS[item.precision]:
            return f"{value} is finer than the item's precision ({item.precision})"
        is_low = low is not None and compare(parts, parts_of(low)) == -1
        is_high = high is not None and compare(parts, parts_of(high)) == 1
    else:
        lines = value.count("\n") if isinstance(value, str) else 0
        return f"{lines} line breaks; at most {MAX_TEXT_LINES} are allowed" if lines > MAX_TEXT_LINES else ""
    if is_low:
        return f"{number} is below min_value {low}"
    return f"{number} is above max_value {high}" if is_high else ""


def decimal_places(number: Number) -> int:
    """Return how many digits stand after the point, zeros at the end not counted."""
    exponent = number.normalize().as_tuple().exponent
    return max(0, -exponent) if isinstance(exponent, int) else 0

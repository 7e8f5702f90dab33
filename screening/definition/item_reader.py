"""Reading one item by the keys of its type, and what stands in it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TypeVar

from screening.definition.condition_reader import COMBINATORS, Earlier, read_condition
from screening.definition.item_keys import (
    ID,
    KEYS,
    REQUIRED_KEYS,
    ROW_KEYS,
    Read,
    item_keys,
    key_homes,
    row_keys,
)
from screening.definition.item_limits import check_limits, read_initial
from screening.definition.model import ITEM_TYPES, SIMPLE_TYPES, Choice, Grid, Group, Item, SimpleItem
from screening.definition.nodes import Map, Node, Scalar
from screening.definition.option_reader import OptionSets, item_options, read_units
from screening.definition.problems import listed, shown
from screening.definition.reader import Reader

_NOT_IN_GROUPS = {
    "group": "a group can't stand in a group; put it on the page, or its questions into this group",
    "grid": "a grid can't stand in a group; put it on the page",
}


@dataclass(slots=True)
class Scope:
    """What reading an item needs to know of the file, and adds to: ids taken (id -> line), items read."""

    reader: Reader
    sets: OptionSets
    earlier: Earlier
    taken: dict[str, int] = field(default_factory=dict)
    items: int = 0


def read_id(reader: Reader, node: Map, what: str, taken: Mapping[str, int]) -> str | None:
    """Read the id of an item or page, which no other item or page may have. ``taken``: id -> line."""
    id_node = node.get("id")
    if id_node is None:
        return None
    right = "use small letters, digits and _, starting with a letter"
    found = reader.pattern(id_node, f"the id of {what}", ID, right)
    if found in COMBINATORS:
        reader.error(id_node.mark, f"an id can't be {shown(found)}: the word has a meaning in conditions", "form")
        return None
    if found is not None and found in taken:
        reader.error(id_node.mark, f"the id {found} is taken: it stands in line {taken[found]} already", "duplicate-id")
        return None
    return found


def read_item(scope: Scope, node: Node, *, in_group: bool = False) -> Item | None:
    """Read one item; None after noting what is wrong with it."""
    reader, earlier = scope.reader, scope.earlier
    entry = reader.map(node, "an item")
    if entry is None:
        return None
    scope.items += 1
    before = len(reader.problems)
    item_type = _type(reader, entry, in_group=in_group)
    item_id = read_id(reader, entry, "an item", scope.taken)
    _note(scope, entry, item_id)
    item = None
    if item_type is not None:
        item = _read_typed(scope, entry, item_type, item_id)
    if item is None or len(reader.problems) > before:
        _remember_unreadable(entry, earlier)
        return None
    earlier.items[item.id] = item
    if isinstance(item, Group) and item.repeats:
        earlier.close(item)
    return item


def _type(reader: Reader, entry: Map, *, in_group: bool) -> str | None:
    node = entry.get("type")
    known = SIMPLE_TYPES if in_group else tuple(ITEM_TYPES)
    if node is None:
        reader.error(entry.mark, f"an item lacks `type:`; it is {listed(known, limit=20)}", "missing-key")
        return None
    if in_group and isinstance(node, Scalar) and node.value in _NOT_IN_GROUPS:
        reader.error(node.mark, _NOT_IN_GROUPS[node.value], "nesting")
        return None
    return reader.one_of(node, "an item's type", known)


def _read_typed(scope: Scope, entry: Map, item_type: str, item_id: str | None) -> Item | None:
    reader, own = scope.reader, item_keys(item_type)
    required = REQUIRED_KEYS.get(item_type, ())
    reader.keys(entry, own, ("id", "text", *required), f"a {item_type} item", elsewhere=key_homes(own))
    values = _values(reader, entry, KEYS[item_type])
    # Before the items of a group: its condition can't look at what stands in it.
    condition_node = entry.get("enable_when")
    if condition_node is not None:
        values["enable_when"] = read_condition(reader, condition_node, scope.earlier)
    _read_special(scope, entry, item_type, values)
    if item_id is None or "text" not in values or not all(values.get(key) for key in required):
        return None
    item = ITEM_TYPES[item_type](id=item_id, **values)  # type: ignore[arg-type]  # the tables fit the variants
    check_limits(reader, entry, item)
    return _with_initial(reader, entry, item)


def _read_special(scope: Scope, entry: Map, item_type: str, values: dict[str, object]) -> None:
    """Read the keys that are no plain values: options, units, and the items of a group or grid."""
    reader = scope.reader
    options_node, units_node, items_node = entry.get("options"), entry.get("units"), entry.get("items")
    if item_type in ("choice", "grid") and options_node is not None:
        values["options"], values["option_set"] = item_options(reader, options_node, scope.sets)
    if item_type == "quantity" and units_node is not None:
        values["units"] = read_units(reader, units_node)
    if item_type in ("group", "grid") and items_node is not None:
        nodes = reader.sequence(items_node, "`items`")
        read = _row if item_type == "grid" else _child
        parts = [read(scope, node, values) for node in nodes.nodes] if nodes else []
        values["items"] = None if None in parts else tuple(parts)


def _child(scope: Scope, node: Node, _group: Mapping[str, object]) -> SimpleItem | None:
    item = read_item(scope, node, in_group=True)
    assert not isinstance(item, Group | Grid)
    return item


def _row(scope: Scope, node: Node, grid: Mapping[str, object]) -> Choice | None:
    """Read a row of a grid: a choice with the grid's options and recall period."""
    reader = scope.reader
    entry = reader.map(node, "a row")
    if entry is None:
        return None
    scope.items += 1
    before = len(reader.problems)
    homes = {"type": "items outside a grid, as every row is a choice", "enable_when": "the grid as a whole"}
    homes |= dict.fromkeys(("options", "help", "recall"), "the grid as a whole")
    reader.keys(entry, row_keys(), ("id", "text"), "a row of a grid", elsewhere=key_homes(row_keys()) | homes)
    item_id = read_id(reader, entry, "a row", scope.taken)
    _note(scope, entry, item_id)
    values = _values(reader, entry, ROW_KEYS)
    options, option_set, recall = (grid.get(key) for key in ("options", "option_set", "recall"))
    row = None
    if item_id is not None and "text" in values and options:
        shared = {"options": options, "option_set": option_set, "recall": recall}
        row = _with_initial(reader, entry, Choice(id=item_id, **values, **shared))  # type: ignore[arg-type]  # each value was read for its key
    if row is None or len(reader.problems) > before:
        _remember_unreadable(entry, scope.earlier)
        return None
    scope.earlier.items[row.id] = row
    return row


_AnItem = TypeVar("_AnItem", bound=Item)


def _with_initial(reader: Reader, entry: Map, item: _AnItem) -> _AnItem:
    node = entry.get("initial")
    if node is None or not item.asks or isinstance(item, Group):
        return item
    initial = read_initial(reader, node, item)
    return item if initial is None else replace(item, initial=initial)


def _values(reader: Reader, entry: Map, keys: Mapping[str, Read]) -> dict[str, object]:
    values: dict[str, object] = {}
    for key, read in keys.items():
        value_node = entry.get(key)
        if value_node is not None:
            value = read(reader, value_node, f"`{key}`")
            if value is not None:
                values[key] = value
    return values


def _note(scope: Scope, entry: Map, item_id: str | None) -> None:
    """Remember where an item and its keys stand, and that its id is taken."""
    if item_id is not None:
        scope.taken[item_id] = entry.mark.line
        marks = scope.reader.marks
        marks["item", item_id] = entry.mark
        for key, (_, value) in entry.entries.items():
            marks["item", item_id, key] = value.mark


def _remember_unreadable(entry: Map, earlier: Earlier) -> None:
    id_node = entry.get("id")
    if isinstance(id_node, Scalar) and id_node.value not in earlier.items:
        earlier.unreadable.add(id_node.value)

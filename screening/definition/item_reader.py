"""Reading one item: the keys of its type, its options and its limits."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from decimal import Decimal as Number
from typing import TypeAlias

from screening.definition.condition_reader import COMBINATORS, Earlier, read_condition
from screening.definition.model import (
    ITEM_TYPES,
    MAX_TEXT_LENGTH,
    Choice,
    Date,
    Decimal,
    Integer,
    Item,
    Option,
    Scale,
)
from screening.definition.nodes import Map, Node, Scalar
from screening.definition.problems import listed, nearest, shown
from screening.definition.reader import Reader

ID = re.compile(r"[a-z][a-z0-9_]*")
CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.:/+-]*")
TOPICS = ("self_harm", "sex", "hard_events", "growing_up")
"""Matters that have rules of their own: each must stand on a sensitive page; self-harm more (see docs)."""

MAX_SHORT = 40
MAX_OPTIONS = 200
MIN_POINTS, MAX_POINTS = 2, 21

Read: TypeAlias = Callable[[Reader, Node, str], object]


def _short(reader: Reader, node: Node, what: str) -> str | None:
    return reader.text(node, what, limit=MAX_SHORT)


def _length(reader: Reader, node: Node, what: str) -> int | None:
    length = reader.integer(node, what)
    if length is None or 1 <= length <= MAX_TEXT_LENGTH:
        return length
    reader.error(node.mark, f"{what} is from 1 to {MAX_TEXT_LENGTH}; this is {length}", "limit")
    return None


def _places(reader: Reader, node: Node, what: str) -> int | None:
    places = reader.integer(node, what)
    if places is None or 1 <= places <= 6:
        return places
    reader.error(node.mark, f"{what} is from 1 to 6; for whole numbers use type integer", "limit")
    return None


def _date_limit(reader: Reader, node: Node, what: str) -> str | None:
    if isinstance(node, Scalar) and node.value == "today":
        return "today"
    return reader.date(node, what)


def _precision(reader: Reader, node: Node, what: str) -> str | None:
    return reader.one_of(node, what, ("day", "month", "year"))


def read_topic(reader: Reader, node: Node, what: str) -> str | None:
    """Read the marker of a matter that has rules of its own."""
    return reader.one_of(node, what, TOPICS)


_SHOWN: Mapping[str, Read] = {
    "text": Reader.paragraphs,
    "off_by_default": Reader.flag,
    "topic": read_topic,
}
_ASKED: Mapping[str, Read] = {
    **_SHOWN,
    "text": Reader.text,
    "short": _short,
    "help": Reader.paragraphs,
    "recall": Reader.text,
    "required": Reader.flag,
    "glance": Reader.flag,
}
_KEYS: Mapping[str, Mapping[str, Read]] = {
    "choice": {**_ASKED, "repeats": Reader.flag, "other": Reader.text},
    "boolean": _ASKED,
    "string": {**_ASKED, "max_length": _length},
    "text": {**_ASKED, "max_length": _length},
    "integer": {**_ASKED, "min_value": Reader.integer, "max_value": Reader.integer, "unit": _short},
    "decimal": {
        **_ASKED,
        "min_value": Reader.number,
        "max_value": Reader.number,
        "max_decimal_places": _places,
        "unit": _short,
    },
    "date": {**_ASKED, "precision": _precision, "min_value": _date_limit, "max_value": _date_limit},
    "scale": {
        **_ASKED,
        "min_value": Reader.integer,
        "max_value": Reader.integer,
        "min_label": Reader.text,
        "max_label": Reader.text,
    },
    "display": _SHOWN,
}
"""Item type -> the keys that are read on their own; id, type, options and enable_when are read beside them."""

_REQUIRED: Mapping[str, tuple[str, ...]] = {"choice": ("options",), "scale": ("min_label", "max_label")}


def item_keys(item_type: str) -> tuple[str, ...]:
    """Return every key that an item of this type may have."""
    extra = ("options",) if item_type == "choice" else ()
    return ("id", "type", *_KEYS[item_type], *extra, "enable_when")


def _key_homes(item_type: str) -> dict[str, str]:
    """Return the keys of other types -> words for the types that have them."""
    homes: dict[str, list[str]] = {}
    for other in _KEYS:
        for key in item_keys(other):
            homes.setdefault(key, []).append(other)
    own = item_keys(item_type)
    return {key: f"items of type {listed(types)}" for key, types in homes.items() if key not in own}


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


OptionSets: TypeAlias = Mapping[str, tuple[Option, ...] | None]
"""Name -> options; None for a set with a mistake of its own."""


def read_item(reader: Reader, node: Node, earlier: Earlier, sets: OptionSets, taken: dict[str, int]) -> Item | None:
    """Read one item; None after noting what is wrong with it."""
    entry = reader.map(node, "an item")
    if entry is None:
        return None
    before = len(reader.problems)
    type_node = entry.get("type")
    item_type = reader.one_of(type_node, "an item's type", ITEM_TYPES) if type_node else None
    item_id = read_id(reader, entry, "an item", taken)
    if item_type is None:
        if type_node is None:
            reader.error(entry.mark, f"an item lacks `type:`; it is {listed(ITEM_TYPES)}", "missing-key")
        item = None
    else:
        _note_marks(reader, entry, item_id)
        item = _read_typed(reader, entry, item_type, item_id, earlier, sets)
    if item_id is not None:
        taken[item_id] = entry.mark.line
    if item is None or len(reader.problems) > before:
        _remember_unreadable(entry, earlier)
        return None
    earlier.items[item.id] = item
    return item


def _read_typed(
    reader: Reader, entry: Map, item_type: str, item_id: str | None, earlier: Earlier, sets: OptionSets
) -> Item | None:
    what = f"a {item_type} item"
    required = ("id", "text", *_REQUIRED.get(item_type, ()))
    reader.keys(entry, item_keys(item_type), required, what, elsewhere=_key_homes(item_type))
    values: dict[str, object] = {}
    for key, read in _KEYS[item_type].items():
        value_node = entry.get(key)
        if value_node is not None:
            value = read(reader, value_node, f"`{key}`")
            if value is not None:
                values[key] = value
    condition_node = entry.get("enable_when")
    if condition_node is not None:
        values["enable_when"] = read_condition(reader, condition_node, earlier)
    options_node = entry.get("options")
    if item_type == "choice" and options_node is not None:
        values["options"], values["option_set"] = _item_options(reader, options_node, sets)
    if item_id is None or "text" not in values or not all(values.get(key) for key in _REQUIRED.get(item_type, ())):
        return None
    item = ITEM_TYPES[item_type](id=item_id, **values)  # type: ignore[arg-type]  # the tables above fit the variants
    _check_limits(reader, entry, item)
    return item


def _note_marks(reader: Reader, entry: Map, item_id: str | None) -> None:
    if item_id is not None:
        reader.marks["item", item_id] = entry.mark
        for key, (_, value) in entry.entries.items():
            reader.marks["item", item_id, key] = value.mark


def _remember_unreadable(entry: Map, earlier: Earlier) -> None:
    id_node = entry.get("id")
    if isinstance(id_node, Scalar) and id_node.value not in earlier.items:
        earlier.unreadable.add(id_node.value)


def _item_options(reader: Reader, node: Node, sets: OptionSets) -> tuple[tuple[Option, ...] | None, str | None]:
    if not isinstance(node, Scalar):
        return read_options(reader, node, "options"), None
    name = node.value
    if name in sets:
        return sets[name], name
    if sets:
        message = f"there is no option set {shown(name)}; there are {listed(sets, 'and')}.{nearest(name, sets)}"
    else:
        message = f"there is no option set {shown(name)}; write the options here, as `code: text`"
    reader.error(node.mark, message, "reference")
    return None, None


def read_options(reader: Reader, node: Node, what: str) -> tuple[Option, ...] | None:
    """Read a map code -> text (or -> a map with ``text`` and ``exclusive``)."""
    if not isinstance(node, Map) or not node.entries:
        reader.error(node.mark, f"{what}: write a map, one `code: text` for each option", "shape")
        return None
    if len(node.entries) > MAX_OPTIONS:
        reader.error(node.mark, f"{what}: {len(node.entries)} options; at most {MAX_OPTIONS} are allowed", "limit")
        return None
    options = []
    for code, (scalar, value) in node.entries.items():
        right = "use letters, digits and _ . : / + -, starting with a letter or digit"
        known = reader.pattern(scalar, "an option's code", CODE, right)
        option = _option(reader, code, value)
        if known is not None and option is not None:
            options.append(option)
    return tuple(options) if len(options) == len(node.entries) else None


def _option(reader: Reader, code: str, node: Node) -> Option | None:
    if not isinstance(node, Map):
        text = reader.text(node, f"the text of option {shown(code)}")
        return None if text is None else Option(code, text)
    reader.keys(node, ("text", "exclusive"), ("text",), f"option {shown(code)}")
    text_node, flag_node = node.get("text"), node.get("exclusive")
    text = reader.text(text_node, f"the text of option {shown(code)}") if text_node else None
    exclusive = reader.flag(flag_node, "`exclusive`") if flag_node else False
    return None if text is None or exclusive is None else Option(code, text, exclusive)


def _check_limits(reader: Reader, entry: Map, item: Item) -> None:
    """Note limits that contradict each other or the item's type."""

    def error(key: str, message: str) -> None:
        found = entry.entries.get(key)
        reader.error(found[1].mark if found else entry.mark, message, "limit")

    if isinstance(item, Choice):
        exclusive = [option.code for option in item.options if option.exclusive]
        if exclusive and not item.repeats:
            error(
                "options",
                f"option {exclusive[0]} is exclusive, but only one can be chosen; set `repeats: yes` or drop it",
            )
    elif isinstance(item, Scale):
        if not MIN_POINTS <= len(item.points) <= MAX_POINTS:
            error("max_value", f"a scale has {MIN_POINTS} to {MAX_POINTS} points; this one has {len(item.points)}")
    elif isinstance(item, Integer | Decimal):
        if item.min_value is not None and item.max_value is not None and item.min_value > item.max_value:
            error("max_value", f"max_value {item.max_value} is below min_value {item.min_value}")
        if isinstance(item, Decimal):
            for key, limit in (("min_value", item.min_value), ("max_value", item.max_value)):
                if limit is not None and _decimal_places(limit) > item.max_decimal_places:
                    error(
                        key,
                        f"{key} {limit} has more decimal places than max_decimal_places ({item.max_decimal_places})",
                    )
    elif isinstance(item, Date):
        _check_dates(item, error)


def _check_dates(item: Date, error: Callable[[str, str], None]) -> None:
    parts = {"year": 1, "month": 2, "day": 3}[item.precision]
    for key, limit in (("min_value", item.min_value), ("max_value", item.max_value)):
        if limit not in (None, "today") and len(str(limit).split("-")) > parts:
            error(key, f"{key} {limit} is finer than the item's precision ({item.precision})")
    low, high = item.min_value, item.max_value
    if low is not None and high is not None and "today" not in (low, high):
        shorter = min(len(low), len(high))
        if low[:shorter] > high[:shorter]:
            error("max_value", f"max_value {high} is before min_value {low}")
    if low == high == "today":
        error("max_value", "min_value and max_value are both today; there is nothing to ask")


def _decimal_places(number: Number) -> int:
    exponent = number.normalize().as_tuple().exponent
    return max(0, -exponent) if isinstance(exponent, int) else 0

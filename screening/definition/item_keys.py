"""The keys of items: which an item of each type may have, which it must, and how each is read.

The one list of them: `screening.definition.item_reader` reads by it, `screening.definition.schema` describes it to
editors, and `screening.definition.writer` writes in its order.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import TypeAlias

from screening.definition.model import ITEM_TYPES, MAX_TEXT_LENGTH
from screening.definition.nodes import Node, Scalar
from screening.definition.problems import listed
from screening.definition.reader import Reader

Read: TypeAlias = Callable[[Reader, Node, str], object]
"""Reads one key's value: the reader, the node, and how messages call it."""

ID = re.compile(r"[a-z][a-z0-9_]*")
TOPICS = ("self_harm", "sex", "hard_events", "growing_up")
"""Matters that have rules of their own: each must stand on a sensitive page; self-harm more (see docs)."""

PRECISIONS = ("day", "month", "year")
MAX_SHORT = 40
MAX_LINK_ID = 255
MAX_OCCURS = range(2, 21)
MAX_DECIMAL_PLACES = range(1, 7)
MAX_LENGTH = range(1, MAX_TEXT_LENGTH + 1)


def read_topic(reader: Reader, node: Node, what: str) -> str | None:
    """Read the marker of a matter that has rules of its own."""
    return reader.one_of(node, what, TOPICS)


def read_link_id(reader: Reader, node: Node, what: str) -> str | None:
    """Read FHIR's linkId, any text on one line."""
    return reader.text(node, what, limit=MAX_LINK_ID)


def read_short(reader: Reader, node: Node, what: str) -> str | None:
    """Read a label."""
    return reader.text(node, what, limit=MAX_SHORT)


def read_length(reader: Reader, node: Node, what: str) -> int | None:
    """Read a number of characters."""
    length = reader.integer(node, what)
    if length is None or length in MAX_LENGTH:
        return length
    reader.error(node.mark, f"{what} is from 1 to {MAX_TEXT_LENGTH}; this is {length}", "limit")
    return None


def read_occurs(reader: Reader, node: Node, what: str) -> int | None:
    """Read how often something can be answered."""
    occurs = reader.integer(node, what)
    if occurs is None or occurs in MAX_OCCURS:
        return occurs
    reader.error(node.mark, f"{what} is from {MAX_OCCURS[0]} to {MAX_OCCURS[-1]}; this is {occurs}", "limit")
    return None


def read_places(reader: Reader, node: Node, what: str) -> int | None:
    """Read a number of decimal places."""
    places = reader.integer(node, what)
    if places is None or places in MAX_DECIMAL_PLACES:
        return places
    reader.error(node.mark, f"{what} is from 1 to 6; for whole numbers use type integer", "limit")
    return None


def read_date_limit(reader: Reader, node: Node, what: str) -> str | None:
    """Read a date, or the word ``today``."""
    return "today" if isinstance(node, Scalar) and node.value == "today" else reader.date(node, what)


def read_moment_limit(reader: Reader, node: Node, what: str) -> str | None:
    """Read a date, with or without a time of day, or the word ``today``."""
    is_moment = isinstance(node, Scalar) and "T" in node.value
    return reader.date_time(node, what) if is_moment else read_date_limit(reader, node, what)


def read_precision(reader: Reader, node: Node, what: str) -> str | None:
    """Read how exact a date is."""
    return reader.one_of(node, what, PRECISIONS)


_SHOWN: Mapping[str, Read] = {
    "link_id": read_link_id,
    "text": Reader.paragraphs,
    "off_by_default": Reader.flag,
    "topic": read_topic,
}
_ASKED: Mapping[str, Read] = {
    "link_id": read_link_id,
    "text": Reader.text,
    "short": read_short,
    "help": Reader.paragraphs,
    "recall": Reader.text,
    "required": Reader.flag,
    "glance": Reader.flag,
    "off_by_default": Reader.flag,
    "topic": read_topic,
}
_REPEATS: Mapping[str, Read] = {"repeats": Reader.flag, "max_occurs": read_occurs}
_NUMBER: Mapping[str, Read] = {
    "min_value": Reader.number,
    "max_value": Reader.number,
    "max_decimal_places": read_places,
}
_WHOLE: Mapping[str, Read] = {"min_value": Reader.integer, "max_value": Reader.integer}

KEYS: Mapping[str, Mapping[str, Read]] = {
    "choice": {**_ASKED, "repeats": Reader.flag, "other": Reader.text},
    "boolean": _ASKED,
    "string": {**_ASKED, "max_length": read_length, **_REPEATS},
    "text": {**_ASKED, "max_length": read_length, **_REPEATS},
    "integer": {**_ASKED, **_WHOLE, "unit": read_short, **_REPEATS},
    "decimal": {**_ASKED, **_NUMBER, "unit": read_short, **_REPEATS},
    "quantity": {**_ASKED, **_NUMBER, **_REPEATS},
    "date": {
        **_ASKED,
        "precision": read_precision,
        "min_value": read_date_limit,
        "max_value": read_date_limit,
        **_REPEATS,
    },
    "time": {**_ASKED, "min_value": Reader.time, "max_value": Reader.time, **_REPEATS},
    "dateTime": {**_ASKED, "min_value": read_moment_limit, "max_value": read_moment_limit, **_REPEATS},
    "scale": {**_ASKED, **_WHOLE, "min_label": Reader.text, "max_label": Reader.text},
    "display": _SHOWN,
    "group": {
        "link_id": read_link_id,
        "text": Reader.text,
        "short": read_short,
        "help": Reader.paragraphs,
        "required": Reader.flag,
        "glance": Reader.flag,
        "off_by_default": Reader.flag,
        "topic": read_topic,
        **_REPEATS,
        "item_label": read_short,
    },
    "grid": {
        "link_id": read_link_id,
        "text": Reader.text,
        "help": Reader.paragraphs,
        "recall": Reader.text,
        "off_by_default": Reader.flag,
        "topic": read_topic,
    },
}
"""Item type -> the keys that are read on their own; those of `SPECIAL_KEYS` are read beside them."""

SPECIAL_KEYS: Mapping[str, tuple[str, ...]] = {
    "choice": ("options", "initial"),
    "quantity": ("units", "initial"),
    "display": (),
    "group": ("items",),
    "grid": ("options", "items"),
}
"""Item type -> the keys that are read together with others; other types have `initial` alone."""

REQUIRED_KEYS: Mapping[str, tuple[str, ...]] = {
    "choice": ("options",),
    "quantity": ("units",),
    "scale": ("min_label", "max_label"),
    "group": ("items",),
    "grid": ("options", "items"),
}
"""Item type -> the keys that it must have, beside `id`, `type` and `text`."""

ROW_KEYS: Mapping[str, Read] = {
    "link_id": read_link_id,
    "text": Reader.text,
    "short": read_short,
    "required": Reader.flag,
    "glance": Reader.flag,
    "topic": read_topic,
}
"""The keys of a grid's row that are read on their own; a row has `id` and `initial` too, and no `type`."""

assert KEYS.keys() == ITEM_TYPES.keys()


def item_keys(item_type: str) -> tuple[str, ...]:
    """Return every key that an item of this type may have."""
    return ("id", "type", *KEYS[item_type], *SPECIAL_KEYS.get(item_type, ("initial",)), "enable_when")


def row_keys() -> tuple[str, ...]:
    """Return every key that a row of a grid may have."""
    return ("id", *ROW_KEYS, "initial")


def key_homes(own: tuple[str, ...]) -> dict[str, str]:
    """Return the keys that are not among a type's own -> words for the types that have them."""
    homes: dict[str, list[str]] = {}
    for item_type in KEYS:
        for key in item_keys(item_type):
            homes.setdefault(key, []).append(item_type)
    return {key: f"items of type {listed(types)}" for key, types in homes.items() if key not in own}

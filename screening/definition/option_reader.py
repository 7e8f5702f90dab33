"""Reading options: a map code -> text, in place or by the name of a shared set."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TypeAlias

from screening.definition.model import Option
from screening.definition.nodes import Map, Node, Scalar
from screening.definition.problems import listed, nearest, shown
from screening.definition.reader import Reader

CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.:/+-]*")
UNIT_CODE = re.compile(r"[A-Za-z0-9%\[{][A-Za-z0-9_.:/+%*^'()\[\]{}-]*")
"""Wider than an option's code, so that the codes of UCUM fit."""

SYSTEM = re.compile(r'[a-z][a-z0-9+.-]*:[^\s<>"]+')
MAX_OPTIONS = 500
MAX_UNITS = 30

OptionSets: TypeAlias = Mapping[str, tuple[Option, ...] | None]
"""Name -> options; None for a set with a mistake of its own."""

OPTION_KEYS = ("text", "exclusive", "system")
"""The keys of an option that is written as a map."""


def item_options(reader: Reader, node: Node, sets: OptionSets) -> tuple[tuple[Option, ...] | None, str | None]:
    """Read the options of an item, and the name of their set if it names one."""
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
    """Read a map code -> text (or -> a map with `OPTION_KEYS`)."""
    right = "use letters, digits and _ . : / + -, starting with a letter or digit"
    return _read(reader, node, what, "option", CODE, right, MAX_OPTIONS)


def read_units(reader: Reader, node: Node) -> tuple[Option, ...] | None:
    """Read the units of a quantity, a map as for options; each reads differently."""
    right = "use letters, digits and signs without spaces, like kg, mmol/L or [lb_av]"
    units = _read(reader, node, "units", "unit", UNIT_CODE, right, MAX_UNITS)
    if units is None:
        return None
    texts = [unit.text.casefold() for unit in units]
    twice = next((unit for unit in units if texts.count(unit.text.casefold()) > 1 or unit.exclusive), None)
    if twice is not None:
        why = "a unit can't be exclusive" if twice.exclusive else f"two units read {shown(twice.text)}"
        reader.error(node.mark, f"units: {why}", "units")
        return None
    return units


def _read(
    reader: Reader, node: Node, what: str, noun: str, code: re.Pattern[str], right: str, limit: int
) -> tuple[Option, ...] | None:
    if not isinstance(node, Map) or not node.entries:
        reader.error(node.mark, f"{what}: write a map, one `code: text` for each {noun}", "shape")
        return None
    if len(node.entries) > limit:
        reader.error(node.mark, f"{what}: {len(node.entries)} {noun}s; at most {limit} are allowed", "limit")
        return None
    options = []
    for name, (scalar, value) in node.entries.items():
        known = reader.pattern(scalar, f"{'an' if noun == 'option' else 'a'} {noun}'s code", code, right)
        option = _option(reader, f"{noun} {shown(name)}", name, value)
        if known is not None and option is not None:
            options.append(option)
    return tuple(options) if len(options) == len(node.entries) else None


def _option(reader: Reader, what: str, code: str, node: Node) -> Option | None:
    if not isinstance(node, Map):
        text = reader.text(node, f"the text of {what}")
        return None if text is None else Option(code, text)
    before = len(reader.problems)
    reader.keys(node, OPTION_KEYS, ("text",), what)
    text_node, flag_node, system_node = (node.get(key) for key in OPTION_KEYS)
    text = reader.text(text_node, f"the text of {what}") if text_node else None
    exclusive = reader.flag(flag_node, "`exclusive`") if flag_node else False
    system = None
    if system_node:
        right = "write the address of a code system, like http://loinc.org"
        system = reader.pattern(system_node, "`system`", SYSTEM, right, limit=200)
    if text is None or len(reader.problems) > before:
        return None
    return Option(code, text, bool(exclusive), system)

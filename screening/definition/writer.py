"""A questionnaire -> YAML as a person would write it: only what is not left at its default, in the usual order.

The loader reads an equal questionnaire back. Comments and layout of a file that it came from are gone.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import MISSING, fields
from decimal import Decimal as Number
from typing import Any as Anything
from typing import TypeAlias

import yaml

from screening.definition.file_keys import KEYS, PAGE_KEYS
from screening.definition.item_keys import item_keys, row_keys
from screening.definition.model import (
    Amount,
    Any,
    Choice,
    Comparison,
    Condition,
    Grid,
    Group,
    Initial,
    Item,
    Not,
    Option,
    Page,
    Quantity,
    Questionnaire,
)

Plain: TypeAlias = "str | bool | int | Number | list[Plain] | dict[str, Plain]"
_WIDTH = 110
_MAX_ON_ONE_LINE = 80
"""Characters of a map that stands on one line, about."""


def to_yaml(questionnaire: Questionnaire) -> str:
    """Return the questionnaire as the text of a YAML file."""
    return str(yaml.dump(to_plain(questionnaire), Dumper=Dumper, sort_keys=False, allow_unicode=True, width=_WIDTH))


def to_plain(questionnaire: Questionnaire) -> dict[str, Plain]:
    """Return the questionnaire as the maps, lists and values of its YAML file."""
    plain = _written(questionnaire, KEYS)
    plain["clinically_reviewed"] = questionnaire.clinically_reviewed
    if questionnaire.option_sets:
        plain["option_sets"] = {name: _options(options) for name, options in questionnaire.option_sets.items()}
    plain["pages"] = [_page(page) for page in questionnaire.pages]
    return plain


def _page(page: Page) -> dict[str, Plain]:
    plain = _written(page, ("id", *PAGE_KEYS, "enable_when"))
    plain["items"] = [_item(item) for item in page.items]
    return plain


def _item(item: Item) -> dict[str, Plain]:
    plain: dict[str, Plain] = {"id": item.id, "type": item.type}
    plain |= _written(item, [key for key in item_keys(item.type) if key not in ("id", "type", "items")])
    if isinstance(item, Group):
        plain["items"] = [_item(child) for child in item.items]
    elif isinstance(item, Grid):
        plain["items"] = [_written(row, row_keys()) for row in item.items]
    return plain


def _written(part: Questionnaire | Page | Item, keys: Iterable[str]) -> dict[str, Plain]:
    """Return what a part has under these keys, where that is not the default."""
    defaults = {field.name: field.default for field in fields(part)}
    plain: dict[str, Plain] = {}
    for key in keys:
        value = getattr(part, key)
        if defaults[key] is MISSING or value != defaults[key]:
            plain[key] = _value(part, key, value)
    return plain


def _value(part: Questionnaire | Page | Item, key: str, value: Anything) -> Plain:
    if key == "enable_when":
        return condition_to_plain(value)
    if key == "options":
        assert isinstance(part, Choice | Grid)
        return part.option_set or _options(value)
    if key == "units":
        assert isinstance(part, Quantity)
        return _options(value)
    if key == "initial":
        assert not isinstance(part, Questionnaire | Page)
        values = [_initial(initial) for initial in value]
        return values if part.repeats else values[0]
    plain: Plain = value
    return plain


def _options(options: Iterable[Option]) -> dict[str, Plain]:
    return {option.code: _option(option) for option in options}


def _option(option: Option) -> Plain:
    more: dict[str, Plain] = {}
    if option.exclusive:
        more["exclusive"] = True
    if option.system:
        more["system"] = option.system
    return {"text": option.text, **more} if more else option.text


def _initial(value: Initial) -> Plain:
    return {"value": value.value, "unit": value.unit} if isinstance(value, Amount) else value


def condition_to_plain(condition: Condition) -> dict[str, Plain]:
    """Return a condition as maps and lists: parts that must all hold in one map, where their keys differ."""
    if isinstance(condition, Any):
        return {"any": [condition_to_plain(part) for part in condition.conditions]}
    if isinstance(condition, Not):
        return {"not": condition_to_plain(condition.condition)}
    if isinstance(condition, Comparison):
        operand = condition.operand
        return {condition.item: {condition.operator.value: list(operand) if isinstance(operand, tuple) else operand}}
    parts = [condition_to_plain(part) for part in condition.conditions]
    return _merged(parts) or {"all": list(parts)}


def _merged(parts: Iterable[dict[str, Plain]]) -> dict[str, Plain] | None:
    """Return one map that says the same in the same order; None if there is none."""
    merged: dict[str, Plain] = {}
    last = ""
    for part in parts:
        ((key, value),) = part.items()
        before = merged.get(key)
        if before is None:
            merged[key] = dict(value) if isinstance(value, dict) else value
        elif key == last and key != "not" and isinstance(before, dict) and isinstance(value, dict):
            if before.keys() & value.keys():
                return None
            before |= value
        else:
            return None
        last = key
    return merged


class Dumper(yaml.SafeDumper):
    """Writes yes and no, numbers as they are, long texts in lines, and short maps on one line."""

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:
        """Indent the entries of a list too."""
        super().increase_indent(flow, False)

    def ignore_aliases(self, data: object) -> bool:
        """Write everything out; the language has no aliases."""
        return True


# Those of YAML 1.1 would put yes, no and dates in quotes.
Dumper.yaml_implicit_resolvers = {}


def _add_resolver(tag: str, pattern: str, first: str) -> None:
    """Have texts that YAML 1.2, and so an editor, takes for something else put in quotes."""
    Dumper.add_implicit_resolver(f"tag:yaml.org,2002:{tag}", re.compile(pattern), list(first))


_add_resolver("bool", r"(true|True|TRUE|false|False|FALSE)$", "tTfF")
_add_resolver("null", r"(~|null|Null|NULL)$", "~nN")
_add_resolver("int", r"([-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+)$", "-+0123456789")
_add_resolver(
    "float", r"([-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?|[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN))$",
    "-+.0123456789",
)  # fmt: skip


def _represent_text(dumper: yaml.representer.SafeRepresenter, text: str) -> yaml.Node:
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style="|" if "\n" in text else None)


def _represent_flag(dumper: yaml.representer.SafeRepresenter, flag: bool) -> yaml.Node:
    # As a text, since it is one to the loader: so it stands there without quotes or tag.
    return dumper.represent_scalar("tag:yaml.org,2002:str", "yes" if flag else "no")


def _represent_number(dumper: yaml.representer.SafeRepresenter, number: Number) -> yaml.Node:
    text = f"{number:f}"
    return dumper.represent_scalar(f"tag:yaml.org,2002:{'float' if '.' in text else 'int'}", text)


def _represent_map(dumper: yaml.representer.SafeRepresenter, plain: dict[str, Plain]) -> yaml.Node:
    node = dumper.represent_mapping("tag:yaml.org,2002:map", plain, flow_style=False)
    if "id" not in plain and len(str(plain)) <= _MAX_ON_ONE_LINE and "\n" not in repr(plain):
        node.flow_style = True
    return node


def _represent_list(dumper: yaml.representer.SafeRepresenter, plain: list[Plain]) -> yaml.Node:
    is_short = not any(isinstance(part, dict | list) for part in plain)
    return dumper.represent_sequence("tag:yaml.org,2002:seq", plain, flow_style=is_short)


Dumper.add_representer(str, _represent_text)
Dumper.add_representer(bool, _represent_flag)
Dumper.add_representer(Number, _represent_number)
Dumper.add_representer(dict, _represent_map)
Dumper.add_representer(list, _represent_list)

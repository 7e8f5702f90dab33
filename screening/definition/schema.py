"""The questionnaire language as a JSON Schema (draft 7), so that editors complete keys and mark mistakes.

Made from the tables that the reader uses. It says what can be said of one place at a time; what two places have to do
with each other (references, limits against each other) only ``screening questionnaire check`` tells. An editor reads
YAML 1.2, where ``yes`` is a text and 2026 a number; the loader takes both as what belongs there, and the schema too.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterable, Mapping
from typing import TypeAlias

from screening.definition import file_keys, item_keys, option_reader
from screening.definition.item_keys import KEYS, REQUIRED_KEYS, ROW_KEYS, Read
from screening.definition.model import ITEM_TYPES, SIMPLE_TYPES, Operator
from screening.definition.moments import YEARS
from screening.definition.reader import FLAGS, MAX_INTEGER, MAX_LINE, MAX_PARAGRAPHS, Reader
from screening.definition.schema_words import WORDS

Json: TypeAlias = dict[str, object]

_DATE = r"^[0-9]{4}(-[0-9]{2}(-[0-9]{2})?)?$"
_DATE_TIME = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}$"
_TIME = r"^[0-9]{2}:[0-9]{2}$"


def schema() -> Json:
    """Return the JSON Schema of a questionnaire file."""
    keys = _keys(file_keys.KEYS)
    keys["option_sets"] = {"type": "object", "minProperties": 1, "additionalProperties": _ref("options")}
    keys["pages"] = _list(_ref("page"))
    return {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": "Questionnaire",
        "description": "A questionnaire asked before a visit. README.md beside this file teaches the language.",
        **_map(keys, file_keys.REQUIRED_KEYS),
        "definitions": _definitions(),
    }


def schema_text() -> str:
    """Return the schema as it stands in questionnaires/schema.json."""
    return json.dumps(schema(), ensure_ascii=False, indent=2) + "\n"


def _definitions() -> Json:
    page = {"id": _pattern(item_keys.ID)} | _keys(file_keys.PAGE_KEYS)
    page |= {"enable_when": _ref("condition"), "items": _list(_ref("item"))}
    row = {"id": _pattern(item_keys.ID)} | _keys(ROW_KEYS) | {"initial": _SCALAR}
    return {
        "page": _map(page, file_keys.REQUIRED_PAGE_KEYS),
        "item": _any_item(ITEM_TYPES),
        "item_in_group": _any_item(SIMPLE_TYPES),
        **{f"{item_type}_item": _item(item_type) for item_type in ITEM_TYPES},
        "row": _map(row, ("id", "text")),
        "options": _options(option_reader.CODE, option_reader.MAX_OPTIONS),
        "units": _options(option_reader.UNIT_CODE, option_reader.MAX_UNITS),
        "option": _map(
            {"text": _text(MAX_LINE), "exclusive": _FLAG, "system": _pattern(option_reader.SYSTEM)}, ["text"]
        ),
        "amount": _map({"value": {"type": "number"}, "unit": _SCALAR}, ("value", "unit")),
        "condition": _condition(),
        "comparison": {**_map({operator.value: _operand(operator) for operator in Operator}, ()), "minProperties": 1},
    }


def _any_item(types: Iterable[str]) -> Json:
    """Return what an item is, whose type decides which keys it has."""
    types = list(types)
    return {
        "type": "object",
        "required": ["id", "type", "text"],
        "properties": {"type": {"enum": types, "description": WORDS["type"]}},
        "allOf": [
            {
                "if": {"properties": {"type": {"const": item_type}}, "required": ["type"]},
                "then": _ref(f"{item_type}_item"),
            }
            for item_type in types
        ],
    }


def _item(item_type: str) -> Json:
    keys: Json = {"id": _pattern(item_keys.ID), "type": {"const": item_type}} | _keys(KEYS[item_type])
    special: Json = {
        "options": {"anyOf": [_SCALAR, _ref("options")]},
        "units": _ref("units"),
        "items": _list(_ref("row" if item_type == "grid" else "item_in_group")),
        "initial": _initial(item_type),
        "enable_when": _ref("condition"),
    }
    keys |= {key: special[key] for key in item_keys.item_keys(item_type) if key not in keys}
    return _map(keys, ("id", "type", "text", *REQUIRED_KEYS.get(item_type, ())))


def _initial(item_type: str) -> Json:
    single = {
        "boolean": _FLAG,
        "integer": _INTEGER,
        "scale": _INTEGER,
        "decimal": _NUMBER,
        "quantity": _ref("amount"),
        "date": _date(),
        "time": _moment(_TIME),
        "dateTime": _moment(_DATE_TIME),
    }.get(item_type, _SCALAR)
    can_repeat = "repeats" in KEYS[item_type]
    return {"anyOf": [single, _list(single)]} if can_repeat else single


def _options(code: re.Pattern[str], limit: int) -> Json:
    return {
        "type": "object",
        "minProperties": 1,
        "maxProperties": limit,
        "propertyNames": {"pattern": _whole(code)},
        "additionalProperties": {"anyOf": [_text(MAX_LINE), _ref("option")]},
    }


def _condition() -> Json:
    several = _list(_ref("condition"))
    joined = {"all": several, "any": several, "not": _ref("condition")}
    return {
        "type": "object",
        "minProperties": 1,
        "properties": {key: {"description": WORDS[key], **value} for key, value in joined.items()},
        "patternProperties": {f"^(?!(all|any|not)$){item_keys.ID.pattern}$": _ref("comparison")},
        "additionalProperties": False,
    }


def _operand(operator: Operator) -> Json:
    if operator is Operator.ANSWERED:
        return _FLAG
    return _list(_SCALAR) if operator is Operator.ONE_OF else _SCALAR


def _map(properties: Mapping[str, object], required: Iterable[str]) -> Json:
    described = {
        key: {"description": WORDS[key], **value} if isinstance(value, dict) else value
        for key, value in properties.items()
    }
    whole: Json = {"type": "object", "properties": described, "additionalProperties": False}
    return {**whole, "required": list(required)} if required else whole


def _keys(reads: Mapping[str, Read]) -> Json:
    return {key: _OF_READ[read] for key, read in reads.items()}


def _list(entry: Json) -> Json:
    return {"type": "array", "minItems": 1, "items": entry}


def _ref(name: str) -> Json:
    return {"$ref": f"#/definitions/{name}"}


def _text(limit: int) -> Json:
    return {"type": ["string", "number", "boolean"], "minLength": 1, "maxLength": limit}


def _pattern(pattern: re.Pattern[str]) -> Json:
    return {"type": "string", "pattern": _whole(pattern)}


def _whole(pattern: re.Pattern[str]) -> str:
    return f"^({pattern.pattern})$"


def _range(numbers: range) -> Json:
    return {"type": "integer", "minimum": numbers[0], "maximum": numbers[-1]}


def _moment(pattern: str) -> Json:
    return {"type": "string", "pattern": pattern}


def _date(*also: Json) -> Json:
    return {"anyOf": [_range(YEARS), _moment(_DATE), *also]}


_SCALAR: Json = {"type": ["string", "number", "boolean"]}
_FLAG: Json = {"enum": [*FLAGS, True, False]}
_INTEGER: Json = _range(range(-MAX_INTEGER, MAX_INTEGER + 1))
_NUMBER: Json = {"type": "number"}
_TODAY: Json = {"const": "today"}
_NOT_REVIEWED: Json = {"enum": ["no", "false", False]}
_REVIEWED: Json = {**_text(MAX_LINE), "not": {"enum": ["yes", "true", True]}}

_OF_READ: Mapping[Read, Json] = {
    Reader.text: _text(MAX_LINE),
    Reader.paragraphs: _text(MAX_PARAGRAPHS),
    Reader.flag: _FLAG,
    Reader.integer: _INTEGER,
    Reader.number: _NUMBER,
    Reader.time: _moment(_TIME),
    item_keys.read_topic: {"enum": list(item_keys.TOPICS)},
    item_keys.read_link_id: _text(item_keys.MAX_LINK_ID),
    item_keys.read_short: _text(item_keys.MAX_SHORT),
    item_keys.read_length: _range(item_keys.MAX_LENGTH),
    item_keys.read_occurs: _range(item_keys.MAX_OCCURS),
    item_keys.read_places: _range(item_keys.MAX_DECIMAL_PLACES),
    item_keys.read_date_limit: _date(_TODAY),
    item_keys.read_moment_limit: _date(_moment(_DATE_TIME), _TODAY),
    item_keys.read_precision: {"enum": list(item_keys.PRECISIONS)},
    file_keys.read_version: _text(file_keys.MAX_VERSION),
    file_keys.read_language: _pattern(file_keys.LANGUAGE),
    file_keys.read_license: _pattern(file_keys.LICENSE),
    file_keys.read_identifier: _pattern(file_keys.QUESTIONNAIRE_ID),
    file_keys.read_reviewed: {"anyOf": [_NOT_REVIEWED, _REVIEWED]},
}
"""How a key is read -> what may stand there."""


if __name__ == "__main__":
    sys.stdout.write(schema_text())

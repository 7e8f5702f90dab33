"""The bytes of a file -> one FHIR R4 Questionnaire as plain JSON, or a line that says what else the file is.

Nothing of what the file says is trusted: size, depth and doubled keys are looked at here, before anything is read.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from decimal import Decimal as Number
from typing import NoReturn

from screening.definition.fhir_terms import Json
from screening.definition.problems import shown
from screening.importing.result import ImportRefused

MAX_BYTES = 5_000_000
MAX_JSON_DEPTH = 64
"""Objects and lists within each other, at the most; an item in an item takes two of them."""

_R5_KEYS = ("versionAlgorithmString", "versionAlgorithmCoding", "copyrightLabel")
_OTHERS = {
    "Bundle": "; take the Questionnaire out of it and import that",
    "QuestionnaireResponse": ": these are answers; import the form that they were given to",
}


def read_questionnaire(data: bytes) -> Json:
    """Return the Questionnaire in a file's bytes; ImportRefused if there is none, or one of another FHIR version."""
    resource = read_resource(data)
    kind = resource.get("resourceType")
    if not isinstance(kind, str) or not kind.strip():
        raise ImportRefused("this JSON is no FHIR resource: it has no resourceType; a form is a Questionnaire")
    if kind != "Questionnaire":
        raise ImportRefused(f"this is a FHIR {shown(kind)[1:-1]}, not a Questionnaire{_OTHERS.get(kind, '')}")
    newer = next((key for key in _R5_KEYS if key in resource), None)
    if newer:
        raise ImportRefused(f"this is a FHIR R5 Questionnaire (it has `{newer}`); export it as R4")
    if "group" in resource:
        raise ImportRefused("this is a FHIR DSTU2 Questionnaire (it has `group`); export it as R4")
    if resource.get("implicitRules"):
        raise ImportRefused(
            "the form was made under rules of its own (`implicitRules`), which could change its meaning"
        )
    return resource


def read_resource(data: bytes, limit: int = MAX_BYTES) -> Json:
    """Return the JSON object in a file's bytes: numbers exact, at most `MAX_JSON_DEPTH` levels; else ImportRefused."""
    if len(data) > limit:
        raise ImportRefused(f"the file is larger than {limit:,} bytes; no form needs that")
    text = _text(data)
    try:
        found = json.loads(text, parse_float=Number, parse_constant=_no_number, object_pairs_hook=_object)
    except RecursionError:
        _too_deep()
    except json.JSONDecodeError as error:
        if error.pos >= len(text.rstrip()) or "Unterminated" in error.msg:
            raise ImportRefused("the file ends in the middle; it was cut off on its way here") from None
        raise ImportRefused(f"this is not JSON: line {error.lineno}, column {error.colno}: {error.msg}") from None
    except ValueError:  # Python reads no number of thousands of digits
        raise ImportRefused("a number in the file has thousands of digits") from None
    if not isinstance(found, dict):
        raise ImportRefused("this JSON is no FHIR resource: it does not start with an object")
    _check_depth(found)
    return found


def _text(data: bytes) -> str:
    start = data[:100].lstrip(b"\xef\xbb\xbf \t\r\n")
    if not data.strip():
        raise ImportRefused("the file is empty")
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        raise ImportRefused("the file is in UTF-16; save it as UTF-8")
    if data[:2] == b"PK":
        raise ImportRefused("this is a spreadsheet or a zip file, not a FHIR Questionnaire in JSON")
    if data[:4] == b"\xd0\xcf\x11\xe0":
        raise ImportRefused("this is an old Excel file (.xls) or one with a password; save it as .xlsx without one")
    if start[:1] == b"<":
        raise ImportRefused("this is XML; save the FHIR Questionnaire as JSON")
    if b"\x00" in data[:1000]:
        raise ImportRefused("this is a binary file, not a FHIR Questionnaire in JSON")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise ImportRefused("the file is not text in UTF-8; save it as UTF-8") from None


def _object(pairs: list[tuple[str, object]]) -> Json:
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise ImportRefused(f"the key {shown(twice)} stands twice in one object, so the file has two meanings")
    return found


def _no_number(word: str) -> NoReturn:
    raise ImportRefused(f"this is not JSON: {word} is no number")


def _too_deep() -> NoReturn:
    raise ImportRefused(f"the JSON is nested more than {MAX_JSON_DEPTH} levels deep")


def _check_depth(root: Mapping[str, object]) -> None:
    level: list[object] = [root]
    for _ in range(MAX_JSON_DEPTH):
        level = [
            part
            for node in level
            for part in (node.values() if isinstance(node, dict) else node if isinstance(node, list) else ())
            if isinstance(part, dict | list)
        ]
        if not level:
            return
    _too_deep()

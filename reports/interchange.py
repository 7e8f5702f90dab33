"""A Report, PaperForm or PatientCopy as JSON and back, for another process and for whoever reads it with a program.

The JSON has the fields of `reports.document`, `reports.paper_form` and `reports.patient_copy` under their own names;
tuples are lists, sets are sorted lists.
"""

from __future__ import annotations

import json
import types
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from functools import cache
from typing import Literal, Union, get_args, get_origin, get_type_hints

from reports.document import Report
from reports.paper_form import PaperForm
from reports.patient_copy import PatientCopy


class ReportFormatError(ValueError):
    """A JSON text that is no Report; the message names the place."""


def report_to_json(report: Report, *, indent: int | None = None) -> str:
    """Return the report as JSON; `report_from_json` gives an equal one back."""
    return json.dumps(_plain(report), ensure_ascii=False, indent=indent)


def report_from_json(text: str | bytes) -> Report:
    """Return the report that a JSON text holds; ReportFormatError says where it is none."""
    report = _build(Report, _parsed(text), "report")
    assert isinstance(report, Report)
    return report


def paper_form_to_json(form: PaperForm) -> str:
    """Return a paper form as JSON; `paper_form_from_json` gives an equal one back."""
    return json.dumps(_plain(form), ensure_ascii=False)


def paper_form_from_json(text: str | bytes) -> PaperForm:
    """Return the paper form that a JSON text holds; ReportFormatError says where it is none."""
    form = _build(PaperForm, _parsed(text), "form")
    assert isinstance(form, PaperForm)
    return form


def patient_copy_to_json(copy: PatientCopy) -> str:
    """Return a patient's copy as JSON; `patient_copy_from_json` gives an equal one back."""
    return json.dumps(_plain(copy), ensure_ascii=False)


def patient_copy_from_json(text: str | bytes) -> PatientCopy:
    """Return the patient's copy that a JSON text holds; ReportFormatError says where it is none."""
    copy = _build(PatientCopy, _parsed(text), "copy")
    assert isinstance(copy, PatientCopy)
    return copy


def _parsed(text: str | bytes) -> object:
    try:
        return json.loads(text)
    except ValueError as error:
        raise ReportFormatError(f"Not JSON: {error}") from error


def _plain(value: object) -> object:
    if is_dataclass(value):
        return {field.name: _plain(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    if isinstance(value, frozenset):
        return sorted(value)
    return value


@cache
def _types(dataclass: type) -> Mapping[str, object]:
    return get_type_hints(dataclass)


def _build(kind: object, plain: object, place: str) -> object:
    """Build a value of a type from plain JSON; ``place`` names it in messages."""
    origin, arguments = get_origin(kind), get_args(kind)
    if isinstance(kind, type) and is_dataclass(kind):
        return _build_dataclass(kind, plain, place)
    if origin in (tuple, frozenset):
        if not isinstance(plain, list):
            raise ReportFormatError(f"{place}: a list was expected.")
        many = arguments[:1] if origin is frozenset or arguments[-1] is Ellipsis else arguments
        if len(many) > 1 and len(many) != len(plain):
            raise ReportFormatError(f"{place}: {len(many)} values were expected.")
        kinds = many if len(many) > 1 else many * len(plain)
        items = (_build(one, item, f"{place}[{i}]") for i, (one, item) in enumerate(zip(kinds, plain, strict=True)))
        return tuple(items) if origin is tuple else frozenset(items)
    if origin is Literal:
        if plain not in arguments:
            raise ReportFormatError(f"{place}: one of {', '.join(map(str, arguments))} was expected.")
        return plain
    allowed = arguments if origin in (Union, types.UnionType) else (kind,)
    if type(plain) not in allowed:
        expected = " or ".join(getattr(one, "__name__", str(one)) for one in allowed)
        raise ReportFormatError(f"{place}: {expected} was expected.")
    return plain


def _build_dataclass(kind: type, plain: object, place: str) -> object:
    if not isinstance(plain, dict):
        raise ReportFormatError(f"{place}: an object was expected.")
    known = _types(kind)
    unknown = sorted(plain.keys() - known.keys())
    if unknown:
        raise ReportFormatError(f"{place}: unknown field {unknown[0]!r}.")
    values = {name: _build(known[name], value, f"{place}.{name}") for name, value in plain.items()}
    try:
        return kind(**values)
    except TypeError as error:
        raise ReportFormatError(f"{place}: {error}") from error

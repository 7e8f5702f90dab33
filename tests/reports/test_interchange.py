"""A report goes through JSON and comes back the same; what is no report is refused by place."""

from __future__ import annotations

import json
from typing import Any

import pytest

from reports.interchange import ReportFormatError, report_from_json, report_to_json
from tests.support.reports import FORMS, PATIENTS, asked, own, patient_report, report_of


@pytest.mark.parametrize("patient", PATIENTS)
@pytest.mark.parametrize("form", FORMS)
def test_a_report_comes_back_equal(form: str, patient: str) -> None:
    report = patient_report(form, patient)
    assert report_from_json(report_to_json(report)) == report


def test_odd_characters_come_back_too() -> None:
    report = report_of(asked(1, own("\ud800 \x00 \u202e 😢"), chosen=frozenset({2, 0})))
    assert report_from_json(report_to_json(report)) == report


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"colour": "red"}, "report: unknown field 'colour'"),
        ({"direction": "up"}, "report.direction: one of ltr, rtl"),
        ({"lines": {}}, "report.lines: a list"),
        ({"facts": [{"label": 1, "value": ""}]}, r"report.facts\[0\].label: str"),
        ({"title": None}, "report.title: str"),
    ],
)
def test_what_is_no_report_is_refused_by_its_place(change: dict[str, Any], message: str) -> None:
    plain = json.loads(report_to_json(report_of(asked(1)))) | change
    with pytest.raises(ReportFormatError, match=message):
        report_from_json(json.dumps(plain))


def test_a_missing_field_and_broken_json_are_refused() -> None:
    with pytest.raises(ReportFormatError, match=r"report: .*response_id"):
        report_from_json("{}")
    with pytest.raises(ReportFormatError, match="Not JSON"):
        report_from_json("{")

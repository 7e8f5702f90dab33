"""A whole form with most of what forms use, as a clinic would import it."""

from __future__ import annotations

from pathlib import Path

import pytest

from screening.definition.writer import to_yaml
from screening.importing.fhir import import_fhir

FORM = Path(__file__).resolve().parents[1] / "fixtures" / "fhir" / "visit-diary.json"


@pytest.fixture(scope="module")
def result():
    return import_fhir(FORM.read_bytes(), name=FORM.name)


def test_it_reads_as_if_a_person_had_written_it(result):
    assert to_yaml(result.questionnaire) == FORM.with_suffix(".yaml").read_text()


def test_each_loss_is_told_by_item(result):
    assert [str(loss) for loss in result.losses] == [
        "of the form as a whole, variables, which calculations use, are left out",
        'item "1.1" ("Name"): it is not filled in from a record (initialExpression)',
        'item "1.1" ("Name"): it is required there; here it is asked once more if left blank, and can be declined',
        'item "1.4" ("Photo"): it is left out: questions of the type attachment can\'t be asked here',
        'item "3.1" ("I ate well"): the scores of 3 of its options are left out: answers are not scored',
        'item "3.2" ("I went out"): the scores of 3 of its options are left out: answers are not scored',
        'item "3.3" ("I saw friends"): the scores of 3 of its options are left out: answers are not scored',
        'item "4.2" ("Which?"): it can be answered any number of times there, here up to 20 times',
        'item "5" ("Sum"): it is left out: software calculates it (calculatedExpression)',
        'item "6" ("Known here"): it is left out: it is hidden',
    ]

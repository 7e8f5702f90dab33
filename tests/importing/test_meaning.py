"""A form means the same after the import: the same answers bring up the same questions.

Our own exports serve as forms from elsewhere: with another address, and without our own form of the conditions, so that
enableWhen and the expressions beside it are all there is to read.
"""

from __future__ import annotations

import json
from dataclasses import replace

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from screening.definition import fhir_terms as terms
from screening.definition.fhir import questionnaire_to_fhir
from screening.importing.fhir import import_fhir
from screening.importing.result import ImportRefused
from screening.path import walk
from tests.support.definitions import answers_to, fixture, questionnaires


def as_foreign(questionnaire):
    resource = questionnaire_to_fhir(questionnaire) | {"url": "http://example.org/Questionnaire/form"}
    left = [resource]
    while left:
        element = left.pop()
        extensions = [entry for entry in element.get("extension", []) if entry["url"] != terms.CONDITION]
        if extensions:
            element["extension"] = extensions
        else:
            element.pop("extension", None)
        left += element.get("item", [])
    return json.dumps(resource).encode()


def asked(questionnaire, answers):
    """Return the ids of the questions that are asked, for each entry of groups that repeat too."""
    asking = {item.id for item in questionnaire.items() if item.asks}
    path = walk(questionnaire, answers)
    entries = {group: [ids & asking for ids in entries] for group, entries in path.entries.items()}
    return path.item_ids & asking, entries


@settings(max_examples=120, deadline=None, suppress_health_check=list(HealthCheck))
@given(questionnaires(), st.data())
def test_the_same_answers_bring_up_the_same_questions(questionnaire, data):
    try:
        imported = import_fhir(as_foreign(questionnaire)).questionnaire
    except ImportRefused:
        return  # a condition that FHIR's plain means can't say
    assert [item.id for item in imported.questions()] == [item.id for item in questionnaire.questions()]
    for _ in range(3):
        answers = replace(data.draw(answers_to(questionnaire)), skipped=frozenset())
        assert asked(imported, answers) == asked(questionnaire, answers)


def test_most_kinds_of_condition_come_through():
    conditions = fixture("conditions")
    imported = import_fhir(as_foreign(conditions)).questionnaire
    assert [item.enable_when is None for item in imported.questions()] == [
        item.enable_when is None for item in conditions.questions()
    ]

"""Our own exports come back as they were."""

from __future__ import annotations

import json

import pytest
from hypothesis import HealthCheck, given, settings

from screening.definition import fhir_terms as terms
from screening.definition.checks import examine_text
from screening.definition.fhir import questionnaire_to_fhir
from screening.definition.loader import load
from screening.definition.writer import to_yaml
from screening.importing.fhir import import_fhir
from tests.support.definitions import ALL_FILES, fixture, questionnaires


def come_back(questionnaire, **options):
    return import_fhir(json.dumps(questionnaire_to_fhir(questionnaire)).encode(), **options)


@pytest.mark.parametrize("path", ALL_FILES, ids=lambda path: path.stem)
def test_every_file_comes_back_as_it_was(path):
    questionnaire = load(path).questionnaire
    found = come_back(questionnaire)
    assert found.questionnaire == questionnaire
    assert found.losses == ()


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(questionnaires())
def test_any_definition_comes_back_as_it_was(questionnaire):
    found = come_back(questionnaire)
    assert found.questionnaire == questionnaire
    assert found.losses == ()


def test_an_attestation_is_added_to_the_source():
    assert come_back(fixture("choice"), attest="Dr A").questionnaire.source == "Use attested: Dr A"


def changed(name, change):
    resource = questionnaire_to_fhir(fixture(name))
    change(resource)
    return import_fhir(json.dumps(resource).encode())


def test_an_export_that_was_extended_elsewhere_is_laid_out_anew():
    def add(resource):
        resource["item"].append({"linkId": "more", "type": "boolean", "text": "More?"})

    found = changed("sensitive", add).questionnaire
    gates = [page.sensitive for page in fixture("sensitive").pages]
    assert [page.sensitive for page in found.pages] == [*gates, None]
    assert found.item("more").text == "More?"


def test_scores_that_were_added_elsewhere_are_told():
    def score(resource):
        option = resource["item"][0]["item"][0]["answerOption"][0]
        option["extension"] = [terms.extension("http://hl7.org/fhir/StructureDefinition/ordinalValue", "Decimal", 1)]

    assert "scores" in str(changed("choice", score).losses[0])


@pytest.mark.parametrize("path", ALL_FILES, ids=lambda path: path.stem)
def test_what_is_imported_passes_the_check(path):
    resource = questionnaire_to_fhir(load(path).questionnaire) | {"url": "http://example.org/form"}
    found = import_fhir(json.dumps(resource).encode()).questionnaire
    loaded, problems = examine_text(to_yaml(found), "imported.yaml")
    assert loaded is not None
    assert [problem for problem in problems if problem.severity == "error"] == []

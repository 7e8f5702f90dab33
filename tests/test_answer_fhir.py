"""The FHIR R4 QuestionnaireResponse: valid, five states apart, and read back as answers."""

from __future__ import annotations

import datetime
import json

import pytest
from fhir.resources.R4B.questionnaireresponse import QuestionnaireResponse

from screening.answer_fhir import response_to_fhir
from screening.answer_formats import AnswersError, parse_answers, parse_json
from screening.answers import Answers
from screening.definition.loader import load
from screening.path import offered
from tests.support.definitions import FIXTURES, SHIPPED, fixture

SENSITIVE = fixture("sensitive")
ABSENT = "http://hl7.org/fhir/StructureDefinition/data-absent-reason"


def items_of(response):
    return {item["linkId"]: item for group in response.get("item", []) for item in group["item"]}


def absent_reason(item):
    return next((entry["valueCode"] for entry in item.get("extension", []) if entry["url"] == ABSENT), None)


def test_the_five_states_are_told_apart():
    answers = Answers({"why": "To sleep"}, declined=frozenset({"interest"}), reached=frozenset({"before", "closeness"}))
    items = items_of(response_to_fhir(SENSITIVE, answers, status="in-progress"))
    assert items["why"]["answer"] == [{"valueString": "To sleep"}]
    assert absent_reason(items["interest"]) == "asked-declined"
    assert "interest_how" not in items
    assert absent_reason(items["helps"]) == "not-asked"
    blank = items_of(response_to_fhir(SENSITIVE, Answers(reached=frozenset({"before"}))))
    assert absent_reason(blank["why"]) == "asked-unknown"


def test_a_skipped_page_is_declined_question_by_question():
    answers = Answers({"interest": True}, reached=frozenset({"closeness"}), skipped=frozenset({"closeness"}))
    assert absent_reason(items_of(response_to_fhir(SENSITIVE, answers))["interest"]) == "asked-declined"


def test_what_is_off_by_default_is_not_in_the_response():
    questionnaire = offered(fixture("off_by_default"))
    assert set(items_of(response_to_fhir(questionnaire, Answers()))) == {"asked"}


def test_the_response_names_the_questionnaire_in_its_version_and_the_time():
    authored = datetime.datetime(2026, 5, 12, 8, 30, tzinfo=datetime.UTC)
    response = response_to_fhir(SENSITIVE, Answers(), response_id="r1", authored=authored)
    assert response["questionnaire"] == "urn:before-a-visit:questionnaire:sensitive|1"
    assert response["authored"] == "2026-05-12T08:30:00+00:00"
    assert response["id"] == "r1"


ANSWERED = {
    "choice": {"colour": "no"},
    "choice_other": {"pet": {"other": "Snake"}},
    "choice_repeats": {"tried": ["walk", {"other": "Tea"}]},
    "boolean": {"talk": False},
    "string": {"name": "Sam"},
    "text": {"story": "One\ntwo"},
    "integer": {"hours": 7},
    "decimal": {"weight": 72.5},
    "date": {"seen": "2026-05-12"},
    "date_month": {"began": "2026-05"},
    "date_year": {"moved": "2020"},
    "scale": {"close": 0},
    "display": {"ready": {"declined": True}},
    "sensitive": {"why": "x", "interest": True, "interest_how": {"declined": True}},
}


@pytest.mark.parametrize("name", ANSWERED)
def test_answers_of_every_type_are_valid_fhir_and_read_back_the_same(name):
    questionnaire = fixture(name)
    answers, _ = parse_answers(questionnaire, ANSWERED[name])
    text = json.dumps(response_to_fhir(questionnaire, answers))
    QuestionnaireResponse.model_validate_json(text)
    again, notes = parse_answers(questionnaire, parse_json(text.encode()))
    assert again == answers
    assert notes == []


PATIENTS = sorted((FIXTURES / "patients").glob("*.json"))


@pytest.mark.parametrize("path", PATIENTS, ids=lambda path: path.stem)
def test_whole_responses_to_the_shipped_questionnaires_survive_fhir(path):
    questionnaire = load(SHIPPED / f"{path.name.split('.')[0]}.yaml").questionnaire
    answers, _ = parse_answers(questionnaire, parse_json(path.read_bytes()))
    text = json.dumps(response_to_fhir(questionnaire, answers))
    QuestionnaireResponse.model_validate_json(text)
    again, _ = parse_answers(questionnaire, parse_json(text.encode()))
    assert (again.values, again.declined) == (answers.values, answers.declined)


def response(*items):
    return {"resourceType": "QuestionnaireResponse", "status": "completed", "item": list(items)}


def test_a_response_of_another_system_is_read_however_it_is_nested():
    raw = response(
        {
            "linkId": "interest",
            "answer": [
                {"valueBoolean": True, "item": [{"linkId": "interest_how", "answer": [{"valueString": "Less"}]}]}
            ],
        },
        {
            "linkId": "g",
            "item": [{"linkId": "why", "answer": [{"extension": [{"url": ABSENT, "valueCode": "asked-declined"}]}]}],
        },
        {"linkId": "helps", "answer": []},
    )
    answers, _ = parse_answers(SENSITIVE, raw)
    assert answers.values == {"interest": True, "interest_how": "Less"}
    assert answers.declined == {"why"}


def nested(depth):
    entry = {"linkId": "why"}
    for _ in range(depth):
        entry = {"linkId": "g", "item": [entry]}
    return entry


@pytest.mark.parametrize(
    ("raw", "message"),
    [
        ({"resourceType": "Patient"}, 'type "Patient" holds no answers'),
        (response({"linkId": "nope", "answer": [{"valueString": "x"}]}), '"nope": there is no such item'),
        (response({"answer": [{"valueString": "x"}]}), "lacks its linkId"),
        (response({"linkId": "why", "answer": [{"valueString": "x"}, {"valueString": "y"}]}), "it takes one answer"),
        (response(*[{"linkId": "why", "answer": [{"valueString": "x"}]}] * 2), "answers it twice"),
        (
            response({"linkId": "why", "answer": [{"valueQuantity": {"value": 1}}]}),
            "why: this must be a text, not a map",
        ),
        (response({"linkId": "why", "answer": [{"valueCoding": {"display": "x"}}]}), "valueCoding has no code"),
        (response("x"), "`item` of a QuestionnaireResponse is a list of objects"),
        (response({"linkId": "why", "answer": {"valueString": "x"}}), "is a list of objects"),
        (response(nested(20)), "nested more than 16 levels deep"),
    ],
)
def test_a_response_that_does_not_fit_is_refused_by_name(raw, message):
    with pytest.raises(AnswersError, match=message):
        parse_answers(SENSITIVE, raw)

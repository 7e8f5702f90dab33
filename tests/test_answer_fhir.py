"""The FHIR R4 QuestionnaireResponse: valid, five states apart, and read back as answers."""

from __future__ import annotations

import datetime
import json
from dataclasses import replace
from decimal import Decimal as Number
from zoneinfo import ZoneInfo

import pytest
from fhir.resources.R4B.questionnaireresponse import QuestionnaireResponse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from screening.answer_fhir import response_to_fhir
from screening.answer_formats import AnswersError, parse_answers, parse_json
from screening.answers import Amount, Answers, Entry
from screening.definition.loader import load
from screening.path import offered, on_path
from tests.support.definitions import FIXTURES, SHIPPED, answers_to, fixture, questionnaires

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
    "time": {"wake": "07:30"},
    "dateTime": {"arrived": "2026-05-12T14:30"},
    "quantity": {"weight": {"value": 70.5, "unit": "[lb_av]"}},
    "string_repeats": {"names": ["Kim", "Sam"], "days": ["2024", "2025-05-12"]},
    "group": {"works": True, "job_what": {"declined": True}, "job_days": 7, "job_all": True},
    "group_repeats": {
        "any_medicine": True,
        "medicines": [
            {"medicine": "A", "dose": 2.5, "taken": ["morning", "night"], "changed": True, "changed_when": "2024"},
            {"medicine": {"declined": True}},
        ],
        "medicine_help": False,
    },
    "grid": {"slept_well": "some", "ate_well": {"declined": True}},
    "link_id": {"sleep": True, "sleep_help": "Tea"},
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


def groups_of(response):
    """Return the items on the first page, in order."""
    return response["item"][0]["item"]


def test_each_entry_is_a_group_of_its_own_with_its_states():
    entry, other = Entry({"medicine": "A", "changed": False}, frozenset({"dose"})), Entry({"medicine": "B"})
    answers = Answers({"any_medicine": True, "medicines": (entry, other)}, reached=frozenset({"page"}))
    first, second = groups_of(response_to_fhir(fixture("group_repeats"), answers))[1:3]
    assert (first["linkId"], second["linkId"]) == ("medicines", "medicines")
    items = {item["linkId"]: item for item in first["item"]}
    assert items["medicine"]["answer"] == [{"valueString": "A"}]
    assert absent_reason(items["dose"]) == "asked-declined"
    assert absent_reason(items["taken"]) == "asked-unknown"
    assert "changed_when" not in items


def test_a_group_without_entries_says_why():
    questionnaire = fixture("group_repeats")
    declined = Answers({"any_medicine": True}, declined=frozenset({"medicines"}), reached=frozenset({"page"}))
    blank = Answers({"any_medicine": True}, reached=frozenset({"page"}))
    assert absent_reason(groups_of(response_to_fhir(questionnaire, declined))[1]) == "asked-declined"
    assert absent_reason(groups_of(response_to_fhir(questionnaire, blank))[1]) == "asked-unknown"
    hidden = groups_of(response_to_fhir(questionnaire, Answers({"any_medicine": False})))
    assert [item["linkId"] for item in hidden] == ["any_medicine"]


def test_a_plain_group_and_a_grid_hold_what_is_asked_of_them():
    job = groups_of(response_to_fhir(fixture("group"), Answers({"works": True, "job_days": 3})))[1]
    assert [item["linkId"] for item in job["item"]] == ["job_what", "job_days"]
    lately = groups_of(response_to_fhir(fixture("grid"), Answers({"slept_well": "some"})))[0]
    assert [item["linkId"] for item in lately["item"]] == ["slept_well", "ate_well", "went_out"]


def test_a_date_with_its_time_has_the_zone_of_the_clinic_and_is_read_as_the_clock_showed_it():
    questionnaire = fixture("dateTime")
    answers, _ = parse_answers(questionnaire, ANSWERED["dateTime"])
    response = response_to_fhir(questionnaire, answers, zone=ZoneInfo("Europe/Paris"))
    assert groups_of(response)[0]["answer"] == [{"valueDateTime": "2026-05-12T14:30:00+02:00"}]
    assert parse_answers(questionnaire, response)[0] == answers


def test_an_amount_has_its_units_words_and_the_code_with_its_system():
    questionnaire = fixture("quantity")
    amounts = {}
    for unit in ("kg", "stone"):
        answers, _ = parse_answers(questionnaire, {"weight": {"value": 11, "unit": unit}})
        amounts[unit] = groups_of(response_to_fhir(questionnaire, answers))[0]["answer"][0]["valueQuantity"]
    assert amounts == {
        "kg": {"value": 11, "unit": "kilograms", "system": "http://unitsofmeasure.org", "code": "kg"},
        "stone": {"value": 11, "unit": "stone"},
    }


@pytest.mark.parametrize("quantity", [{"code": "kg"}, {"unit": "kilograms"}, {"code": "kg", "unit": "Kilo"}])
def test_an_amount_of_another_system_is_known_by_its_units_code_or_words(quantity):
    raw = response({"linkId": "weight", "answer": [{"valueQuantity": {"value": 70, **quantity}}]})
    answers, _ = parse_answers(fixture("quantity"), raw)
    assert answers.values["weight"] == Amount(Number(70), "kg")


def test_imported_link_ids_are_those_of_the_response():
    questionnaire = fixture("link_id")
    answers, _ = parse_answers(questionnaire, ANSWERED["link_id"])
    response = response_to_fhir(questionnaire, answers)
    assert response["item"][0]["linkId"] == "1"
    assert [item["linkId"] for item in groups_of(response)] == ["1.1", "1.1-help"]


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(questionnaires().flatmap(lambda questionnaire: st.tuples(st.just(questionnaire), answers_to(questionnaire))))
def test_any_answers_make_a_valid_response_and_come_back(case):
    questionnaire, drawn = case
    reached = frozenset(page.id for page in questionnaire.pages)
    answers = replace(on_path(questionnaire, drawn), reached=reached, skipped=frozenset())
    written = response_to_fhir(questionnaire, answers)
    QuestionnaireResponse.model_validate_json(json.dumps(written))
    everything = {part.id for part in (*questionnaire.pages, *questionnaire.items())}
    again, _ = parse_answers(questionnaire, json.loads(json.dumps(written), parse_float=Number), switched_on=everything)
    assert again == answers


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


DECLINED = {"extension": [{"url": ABSENT, "valueCode": "asked-declined"}]}


@pytest.mark.parametrize(
    ("raw", "message"),
    [
        (
            response({"linkId": "dose", "answer": [{"valueDecimal": 1}]}),
            "dose: this is answered in the entries of medicines",
        ),
        (
            response({"linkId": "medicines", "item": [{"linkId": "dose", "answer": [{"valueString": "x"}]}]}),
            "medicines: entry 1, dose: this must be a number",
        ),
        (
            response(
                {"linkId": "medicines", "item": [{"linkId": "medicine", "answer": [{"valueString": "A"}]}]},
                {"linkId": "medicines", **DECLINED},
            ),
            "medicines: the QuestionnaireResponse answers it twice",
        ),
        (
            response(
                {"linkId": "medicines", **DECLINED},
                {"linkId": "medicines", "item": [{"linkId": "medicine", "answer": [{"valueString": "A"}]}]},
            ),
            "medicines: the QuestionnaireResponse answers it twice",
        ),
        (
            response({"linkId": "medicines", "item": [{"linkId": "medicine", "answer": [{"valueString": "A"}]}] * 2}),
            "medicine: the QuestionnaireResponse answers it twice",
        ),
    ],
)
def test_a_response_whose_entries_do_not_fit_is_refused_by_name(raw, message):
    with pytest.raises(AnswersError, match=message):
        parse_answers(fixture("group_repeats"), raw)


def test_an_entry_without_answers_is_none():
    raw = response({"linkId": "any_medicine", "answer": [{"valueBoolean": True}]}, {"linkId": "medicines"})
    assert parse_answers(fixture("group_repeats"), raw)[0].values == {"any_medicine": True}

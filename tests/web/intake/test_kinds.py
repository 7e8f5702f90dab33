"""Kinds of questions that take more than one input: each filled in, mistaken, saved, come back to and sent."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from screening.answer_formats import dump_answers
from screening.store.crypto import Keyring
from screening.store.responses import open_answers
from screening.store.tables import Response
from tests.support.clinic import Clinic
from tests.support.clock import Clock
from tests.support.definitions import FIXTURES, fixture
from tests.support.intake import BIRTH_DATE, Patient

Begin = Callable[[str], Patient]


@pytest.fixture
def begin(clinic: Clinic, patient: Patient) -> Begin:
    """Let a patient have the page of a fixture open."""

    def begun(name: str) -> Patient:
        clinic.register((FIXTURES / f"{name}.yaml").read_text())
        questionnaire_id = fixture(name).id
        clinic.approve(questionnaire_id)
        patient.begin(clinic.invite(questionnaires=(questionnaire_id,)).token)
        patient.get("/intake/pages/1")
        return patient

    return begun


def sent(practice: Clinic, patient: Patient, name: str) -> dict[str, Any]:
    """Send what was saved, and return what the clinic got, as in ANSWERS.json."""
    patient.get("/intake/send")
    patient.submit()
    assert patient.path == "/intake/thanks"
    keyring: Keyring = practice.store.keyring
    with practice.store.read() as session:
        (response,) = session.query(Response).all()
        return dump_answers(open_answers(keyring, response, fixture(name)))


ENTRY: dict[str, Any] = {"q2_1_1_text": "Aspirin", "q2_1_2_text": "2.5", "q2_1_3": ["morning"], "q2_1_4": "no"}


def with_medicine(patient: Patient) -> None:
    """Say that there are medicines, so that the group is asked."""
    patient.press(q1="yes")
    assert patient.path == "/intake/pages/1?more=1"


@pytest.mark.parametrize(
    ("name", "wrong", "message", "right", "words", "answers"),
    [
        (
            "time",
            {"q1_text": "late"},
            "Write the time with hours and minutes, such as 07:30 or 14:15.",
            {"q1_text": "7.30"},
            "07:30",
            {"wake": "07:30"},
        ),
        (
            "time",
            {"q1_text": "12:01"},
            "The time must be 12:00 or earlier.",
            {"q1_text": "4:00 am"},
            "04:00",
            {"wake": "04:00"},
        ),
        (
            "dateTime",
            {"q1_day": "1", "q1_month": "5", "q1_year": "2026"},
            "Write the time with hours and minutes",
            {"q1_time": "14:30"},
            "1 May 2026, 14:30",
            {"arrived": "2026-05-01T14:30"},
        ),
        (
            "dateTime",
            {"q1_month": "5", "q1_year": "2026", "q1_time": "9:15"},
            "Write the whole date too: day, month and year.",
            {"q1_day": "2"},
            "2 May 2026, 09:15",
            {"arrived": "2026-05-02T09:15"},
        ),
        (
            "dateTime",
            {"q1_day": "1", "q1_month": "6", "q1_year": "2020", "q1_time": "07:59"},
            "The date must be 1 June 2020, 08:00 or later.",
            {"q1_time": "08:00"},
            "1 June 2020, 08:00",
            {"arrived": "2020-06-01T08:00"},
        ),
        (
            "quantity",
            {"q1_text": "70,5", "q1_unit": "kg"},
            "Write a number in digits.",
            {"q1_text": "70.5"},
            "70.5 kilograms",
            {"weight": {"value": 70.5, "unit": "kg"}},
        ),
        (
            "quantity",
            {"q1_text": "70"},
            "Choose the unit too.",
            {"q1_unit": "[lb_av]"},
            "70 pounds",
            {"weight": {"value": 70, "unit": "[lb_av]"}},
        ),
        (
            "quantity",
            {"q1_unit": "kg"},
            "Write the number too, or leave the unit out.",
            {"q1_text": "1"},
            "1 kilograms",
            {"weight": {"value": 1, "unit": "kg"}},
        ),
    ],
)
def test_a_mistake_is_told_then_mended_kept_and_sent(
    clinic: Clinic,
    begin: Begin,
    name: str,
    wrong: dict[str, Any],
    message: str,
    right: dict[str, Any],
    words: str,
    answers: dict[str, Any],
) -> None:
    patient = begin(name)
    patient.press(**wrong)
    assert patient.page.status_code == 422
    assert '<a href="#q1">' in patient.text
    assert message in patient.text
    for field, value in wrong.items():
        assert patient.fields()[field.replace("_", "-")] == [value]
    patient.press(**right)
    assert patient.path == "/intake/check"
    assert words in patient.text
    patient.get("/intake/pages/1")
    patient.press()
    assert patient.path == "/intake/check"
    assert words in patient.text
    assert sent(clinic, patient, name) == answers


@pytest.mark.parametrize("name", ["time", "dateTime", "quantity"])
def test_prefer_not_to_say_stands_with_each(clinic: Clinic, begin: Begin, name: str) -> None:
    patient = begin(name)
    patient.press(q1_declined="yes")
    assert "Prefer not to say" in patient.text
    assert list(sent(clinic, patient, name).values()) == [{"declined": True}]


def test_a_group_has_its_questions_under_a_heading_and_its_follow_ups(clinic: Clinic, begin: Begin) -> None:
    patient = begin("group")
    patient.press(q1="yes", q5_text="I sleep.")
    assert 'aria-labelledby="note' in patient.text
    assert "Think of the last month." in patient.text
    assert "The next one is about your days." in patient.text
    patient.press(q2_text="Gardener", q3_text="eight")
    assert "Write a whole number in digits" in patient.text
    assert "The next one is about your days." in patient.text, "information texts stay"
    patient.press(q3_text="6")
    assert patient.path == "/intake/pages/1?more=1"
    assert "Follow-up question" in patient.text
    patient.press(q4=":declined")
    assert patient.path == "/intake/check"
    assert '<h3 class="govuk-heading-s" lang="en">Your work</h3>' in patient.text
    assert sent(clinic, patient, "group") == {
        "works": True,
        "job_what": "Gardener",
        "job_days": 6,
        "job_all": {"declined": True},
        "rest": "I sleep.",
    }


def test_each_row_of_a_grid_is_a_question_of_its_own(clinic: Clinic, begin: Begin) -> None:
    patient = begin("grid")
    assert patient.text.count("<fieldset") == 3
    assert patient.text.count('value=":declined"') == 3
    assert patient.fields()["q3"] == ["never"]
    patient.press(q1="some", q3=":declined")
    assert '<a href="#q2">I ate well – You left this blank.' in patient.text
    patient.press(q2="most")
    assert patient.path == "/intake/pages/1?more=1"
    patient.press(q4_text="Soup")
    assert '<h3 class="govuk-heading-s" lang="en">How often did this happen?</h3>' in patient.text
    assert sent(clinic, patient, "grid") == {
        "slept_well": "some",
        "ate_well": "most",
        "went_out": {"declined": True},
        "ate_what": "Soup",
    }


def test_an_answer_can_be_added_and_removed(clinic: Clinic, begin: Begin) -> None:
    patient = begin("string_repeats")
    assert "remove-1" not in patient.text
    patient.press("add-1", q1_1_text="Kim")
    assert patient.page.status_code == 200
    assert "This page is not saved yet." in patient.text
    patient.press("add-1", q1_2_text="Alex")
    assert ("then", "add-1") not in patient.form("then").buttons, "three is the most"
    patient.press("remove-1-1", q1_3_text="Jo & Sam")
    assert "q1-1-text" not in patient.fields()
    assert patient.fields()["q1-3-text"] == ["Jo & Sam"]
    patient.press("add-1")
    patient.press("remove-1-2")
    patient.press("add-2", q2_1_year="2019")
    patient.press(q2_2_month="5", q2_2_year="")
    assert patient.page.status_code == 422
    assert '<a href="#q2-2">On which days were you here? – Answer 2 – Write day, month and year' in patient.text
    patient.press(q2_2_year="2021")
    patient.press(q3="yes")
    assert patient.path == "/intake/check"
    patient.get("/intake/pages/1")
    assert patient.fields()["q2-1-year"] == ["2019"]
    assert patient.fields()["q1-1-text"] == ["Jo & Sam"]
    assert sent(clinic, patient, "string_repeats") == {"names": ["Jo & Sam"], "days": ["2019", "2021-05"], "seen": True}


def test_nothing_is_saved_by_adding(begin: Begin) -> None:
    patient = begin("string_repeats")
    patient.press("add-1", q1_1_text="Kim")
    patient.get("/intake/pages/1")
    assert patient.fields()["q1-1-text"] == [""]


def test_several_answers_and_prefer_not_to_say_are_not_both_taken(clinic: Clinic, begin: Begin) -> None:
    patient = begin("string_repeats")
    patient.press(q1_1_text="Kim", q1_declined="yes")
    assert "keep one of them" in patient.text
    patient.press(q1_1_text="")
    assert sent(clinic, patient, "string_repeats") == {"names": {"declined": True}}


def test_entries_are_filled_in_mended_added_and_removed(clinic: Clinic, begin: Begin) -> None:
    patient = begin("group_repeats")
    with_medicine(patient)
    assert "<legend" in patient.text
    assert "Medicine 1" in patient.text
    assert "Follow-up question" in patient.text
    patient.press("add-2", **ENTRY)
    assert "Medicine 2" in patient.text
    patient.press(q2_2_2_text="two")
    assert '<a href="#q2-2-2">Medicine 2 – How much do you take? – Write a number in digits.' in patient.text
    assert patient.fields()["q2-1-1-text"] == ["Aspirin"]
    patient.press(q2_2_2_text="2")
    assert "Medicine 2 – What is it called? – You left this blank." in patient.text
    patient.press(q2_2_1_text="Iron")
    assert "q2-1-7-text" not in patient.fields(), "a condition hides it in the first entry"
    patient.press(q2_2_7_text="One", q3="yes")
    assert patient.path == "/intake/check"
    for words in (">Medicine 1</h4>", ">Medicine 2</h4>", "Aspirin", "2.5 mg", "In the morning", "Iron", "One"):
        assert words in patient.text
    patient.get("/intake/pages/1")
    patient.press("remove-2-1")
    assert "Aspirin" not in patient.text
    assert "Medicine 1" in patient.text
    patient.press()
    assert sent(clinic, patient, "group_repeats") == {
        "any_medicine": True,
        "medicines": [{"medicine": "Iron", "dose": 2, "need_often": "One"}],
        "medicine_help": True,
    }


def test_an_answer_in_an_entry_brings_up_questions_in_that_entry(clinic: Clinic, begin: Begin) -> None:
    patient = begin("group_repeats")
    with_medicine(patient)
    patient.press("add-2", **ENTRY)
    response = patient.post(
        "/intake/pages/1", patient.fields(q2_2_1_text="Iron", q2_2_3=["night"], q2_2_4="yes"), follow=False
    )
    assert response.location == "/intake/pages/1?more=1#q2-2-6"
    patient.get("/intake/pages/1?more=1")
    assert "Say what changed." in patient.text
    assert "Saved. Your answers bring up 2 more questions on this page." in patient.text
    assert "q2-1-6-year" not in patient.fields()
    patient.press(q2_2_6_year="2024", q3=":declined")
    patient.get("/intake/pages/1")
    patient.press(q2_2_4="no")
    patient.get("/intake/check")
    assert "2024" not in patient.text
    patient.get("/intake/pages/1")
    patient.press("remove-2-1")
    patient.press(q2_2_4="yes")
    patient.get("/intake/pages/1")
    assert patient.fields()["q2-1-6-year"] == ["2024"], "an answer that a condition hid is kept with its entry"
    assert sent(clinic, patient, "group_repeats")["medicines"] == [
        {"medicine": "Iron", "taken": ["night"], "changed": True, "changed_when": "2024"}
    ]


def test_an_answer_off_the_path_of_an_entry_is_not_sent(clinic: Clinic, begin: Begin) -> None:
    patient = begin("group_repeats")
    with_medicine(patient)
    patient.press(**ENTRY | {"q2_1_4": "yes"})
    patient.press(q2_1_6_year="2024")
    patient.get("/intake/pages/1")
    patient.press(q2_1_4="no")
    assert sent(clinic, patient, "group_repeats")["medicines"] == [
        {"medicine": "Aspirin", "dose": 2.5, "taken": ["morning"], "changed": False}
    ]


def test_a_group_can_be_declined_as_a_whole_and_in_part(clinic: Clinic, begin: Begin) -> None:
    patient = begin("group_repeats")
    with_medicine(patient)
    patient.press(q2_declined="yes", q2_1_2_text="2")
    assert "keep one of them" in patient.text
    patient.press(q2_1_2_text="")
    assert patient.path == "/intake/check"
    assert "Prefer not to say" in patient.text
    patient.get("/intake/pages/1")
    patient.press(q2_declined=None, q2_1_1_declined="yes", q2_1_3="night")
    patient.press(q3="no")
    assert sent(clinic, patient, "group_repeats")["medicines"] == [{"medicine": {"declined": True}, "taken": ["night"]}]


def test_an_entry_that_was_emptied_is_gone(clinic: Clinic, begin: Begin) -> None:
    patient = begin("group_repeats")
    with_medicine(patient)
    patient.press("add-2", **ENTRY)
    patient.press(q2_2_1_text="Iron", q2_2_3="night")
    patient.press(q3="no")
    patient.get("/intake/pages/1")
    patient.press(q2_1_1_text="", q2_1_2_text="", q2_1_3=None, q2_1_4=None)
    assert sent(clinic, patient, "group_repeats")["medicines"] == [{"medicine": "Iron", "taken": ["night"]}]


def test_fields_hold_what_the_author_put_there_until_the_page_is_saved(clinic: Clinic, begin: Begin) -> None:
    patient = begin("initial")
    fields = patient.fields()
    assert (fields["q1"], fields["q2"], fields["q3"]) == (["green"], ["walk", "music"], ["no"])
    assert (fields["q5-1-text"], fields["q5-2-text"]) == (["Kim"], ["Alex"])
    patient.press(q1=None, q4_text="", q3="yes")
    assert patient.fields()["q6-text"] == ["First line\nSecond line"], "a follow-up is shown for the first time"
    patient.press()
    patient.get("/intake/pages/1")
    assert "q1" not in patient.fields(), "what was taken away stays away"
    assert patient.fields()["q4-text"] == [""]
    answers = sent(clinic, patient, "initial")
    assert answers["weight"] == {"value": 70.5, "unit": "kg"}
    assert (answers["wake"], answers["seen"], answers["since"]) == ("07:30", "2026-05-12T14:30", "2024-05")
    assert (answers["hours"], answers["litres"], answers["close"]) == (7, 1.5, 5)


def test_a_long_list_of_options_opens(clinic: Clinic, patient: Patient) -> None:
    options = ", ".join(f"o{number}: Option {number}" for number in range(1, 14))
    item = f"{{id: which, type: choice, text: Which?, options: {{{options}}}, other: Another}}"
    clinic.register(
        'id: long\nversion: "1"\ntitle: Long\nlanguage: en\ncopyright: CC0-1.0. For a test.\npages:\n'
        f"  - id: page\n    title: Page\n    items:\n      - {item}\n"
    )
    clinic.approve("long")
    patient.begin(clinic.invite(questionnaires=("long",)).token)
    patient.get("/intake/pages/1")
    assert '<select class="govuk-select" id="q1" name="q1">' in patient.text
    assert '<option value=""></option>' in patient.text
    patient.press(q1="")
    assert "Left blank" in patient.text
    for value, words in (("o13", "Option 13"), (":declined", "Prefer not to say")):
        patient.get("/intake/pages/1")
        patient.press(q1=value)
        assert words in patient.text
    patient.get("/intake/pages/1")
    patient.press(q1=":other", q1_other="My own")
    assert "My own" in patient.text


# --- Nothing typed is lost


def test_entries_survive_a_session_that_runs_out(begin: Begin, clock: Clock) -> None:
    patient = begin("group_repeats")
    with_medicine(patient)
    patient.press("add-2", **ENTRY)
    fields = patient.fields(q2_2_1_text="Iron", q2_2_3=["night"])
    clock.advance(minutes=61)
    patient.post("/intake/pages/1", fields)
    assert patient.heading == "You were away for a while"
    patient.submit(**BIRTH_DATE)
    patient.get("/intake/check")
    assert "Answered, hidden." not in patient.text
    assert "Iron" in patient.text
    assert "Aspirin" in patient.text


def test_add_another_goes_on_after_a_session_that_ran_out(begin: Begin, clock: Clock) -> None:
    patient = begin("string_repeats")
    fields = patient.fields("add-1", q1_1_text="Kim")
    clock.advance(minutes=61)
    patient.post("/intake/pages/1", fields)
    patient.submit(**BIRTH_DATE)
    assert patient.fields()["q1-1-text"] == ["Kim"]
    assert patient.fields()["q1-2-text"] == [""]


def test_entries_of_two_tabs_stand_side_by_side(begin: Begin) -> None:
    patient = begin("group_repeats")
    with_medicine(patient)
    first = patient.fields(**ENTRY)
    second = patient.fields(**ENTRY | {"q2_1_1_text": "Iron", "q2_1_2_declined": "yes", "q2_1_2_text": ""})
    patient.post("/intake/pages/1", first)
    patient.post("/intake/pages/1", second)
    assert patient.page.status_code == 409
    assert "Medicine 1 – What is it called? Aspirin" in " ".join(patient.text.split())
    assert "Medicine 1 – What is it called? Iron" in " ".join(patient.text.split())
    patient.press("next")
    patient.get("/intake/pages/1")
    assert patient.fields()["q2-1-1-text"] == ["Iron"]


def test_the_same_entries_twice_are_no_conflict(begin: Begin) -> None:
    patient = begin("group_repeats")
    with_medicine(patient)
    fields = patient.fields(**ENTRY)
    for _ in range(2):
        patient.post("/intake/pages/1", fields)
        assert patient.page.status_code == 200


def test_hidden_entries_take_their_follow_ups_unseen(clinic: Clinic, patient: Patient) -> None:
    clinic.register((FIXTURES / "group_repeats.yaml").read_text())
    clinic.approve("group-repeats")
    patient.begin(clinic.invite(questionnaires=("group-repeats",)).token, always_hide=True)
    patient.get("/intake/pages/1")
    with_medicine(patient)
    patient.press("add-2", **ENTRY)
    patient.press(q2_2_1_text="Secret", q2_2_3="night", q2_2_4="yes")
    assert "Your earlier answers on this page stay hidden." in patient.text
    assert "Secret" not in patient.text
    assert "Aspirin" not in patient.text
    assert "Medicine 2" in patient.text
    assert "Medicine 1" not in patient.text
    assert "add-2" not in patient.text
    patient.press(q2_2_6_year="x")
    assert patient.page.status_code == 422
    assert "Secret" not in patient.text
    patient.press(q2_2_6_year="2024", q3="yes")
    assert "Answered, hidden." in patient.text
    assert sent(clinic, patient, "group_repeats")["medicines"] == [
        {"medicine": "Aspirin", "dose": 2.5, "taken": ["morning"], "changed": False},
        {"medicine": "Secret", "taken": ["night"], "changed": True, "changed_when": "2024"},
    ]


def test_answering_hidden_entries_anew_shows_none_of_them(clinic: Clinic, patient: Patient) -> None:
    clinic.register((FIXTURES / "string_repeats.yaml").read_text())
    clinic.approve("string-repeats")
    token = clinic.invite(questionnaires=("string-repeats",)).token
    patient.begin(token)
    patient.get("/intake/pages/1")
    patient.press("add-1", q1_1_text="Secret")
    patient.press("stop", q1_2_text="Secret too")
    patient.open(token)
    patient.get("/intake/pages/1")
    assert "Answered, hidden." in patient.text
    patient.get("/intake/pages/1?anew=1")
    assert "Secret" not in patient.text
    assert patient.fields()["q1-entries"] == ["1"]
    patient.press("add-1", q1_1_text="New")
    assert "Secret" not in patient.text
    patient.press(q1_2_text="Newer")
    assert sent(clinic, patient, "string_repeats") == {"names": ["New", "Newer"]}


@pytest.mark.parametrize(
    "posted",
    [
        {"shown": "2", "q2-entries": "1 2 3 4 5 6 7 8 9 9999 x -1"},
        {"shown": "2", "q2-entries": "1", "q2-saved": "99", "q2-1-shown": "1 99 x", "q2-others": "1"},
        {"shown": "2", "then": "add-2", "q2-entries": "999"},
        {"shown": "2", "then": "remove-2-99"},
        {"shown": "2", "then": "add-99999"},
        {"shown": "2", "q2-entries": "7", "q2-saved": "9", "q2-7-shown": "1 2", "q2-7-1-text": "A"},
    ],
)
def test_a_made_up_post_of_entries_breaks_nothing(begin: Begin, posted: dict[str, str]) -> None:
    patient = begin("group_repeats")
    fields = patient.fields() | {"revision": "0"} | posted
    response = patient.post("/intake/pages/1", fields, follow=False)
    assert response.status_code in (200, 303, 422)
    assert patient.get("/intake/check").status_code == 200

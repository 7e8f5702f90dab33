"""Earlier answers stay hidden on coming back: keep them, or answer anew; never a way round."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.support.intake import Patient

SECRET = "A hedgehog under the elder."


@pytest.fixture
def back(patient: Patient, token: str) -> Patient:
    """A patient who answered all, stopped, and has come back."""
    patient.begin(token)
    answer_all(patient)
    patient.get("/intake/pages/3?ready=1")
    patient.press("stop")
    patient.open(token)
    return patient


def answer_all(patient: Patient) -> None:
    patient.get("/intake/pages/1")
    patient.press(q1_text=SECRET, q2=["rose", ":other"], q2_other="Secret figs")
    patient.get("/intake/pages/2")
    patient.press(q3="some")
    patient.press(q4_text="Secret dandelion")
    patient.get("/intake/pages/3?ready=1")
    patient.press(q6="yes")


def test_coming_back_says_that_earlier_answers_are_hidden(back: Patient) -> None:
    assert back.heading == "Welcome back"
    assert "Your earlier answers are saved, and hidden." in back.text


@pytest.mark.parametrize(
    "path",
    [
        "/intake/",
        "/intake/topics",
        "/intake/pages/1",
        "/intake/pages/1?ready=1",
        "/intake/pages/1?more=1",
        "/intake/pages/1?anew=1",
        "/intake/pages/2?anew=1",
        "/intake/pages/3?ready=1&anew=1",
        "/intake/check",
        "/intake/send",
    ],
)
def test_no_page_shows_an_earlier_answer(back: Patient, path: str) -> None:
    back.get(path)
    assert back.page.status_code == 200
    main = back.text.split("<main")[1]
    assert "ecret" not in main
    assert "hedgehog" not in main
    if "pages" in path:
        assert " checked" not in main


def test_keeping_them_leads_on_and_changes_nothing(back: Patient, token: str) -> None:
    back.get("/intake/pages/1")
    assert "Answered, hidden." in back.text
    assert '<a href="/intake/pages/2" role="button" draggable="false" class="govuk-button">Keep my answers' in back.text


def test_answering_anew_takes_the_place_of_the_earlier_answers(back: Patient) -> None:
    back.get("/intake/pages/1?anew=1")
    back.press(q2="herb")
    back.get("/intake/check")
    assert "Herbs" in back.text
    assert "hedgehog" not in back.text
    back.get("/intake/pages/1")
    assert back.fields()["q1-text"] == [""]
    assert back.fields()["q2"] == ["herb"]


def test_what_is_answered_anew_is_shown_in_this_sitting(back: Patient) -> None:
    back.get("/intake/pages/2?anew=1")
    assert back.fields()["shown"] == ["3"], "what is asked must not tell what was answered"
    back.press(q3="some")
    assert back.path.startswith("/intake/pages/2")
    assert back.fields()["q4-text"] == [""], "the earlier follow-up went with the earlier answers"
    back.press(q4_text="Nettle")
    back.get("/intake/pages/2")
    assert back.fields()["q4-text"] == ["Nettle"]


def test_a_gate_stands_before_answering_anew(back: Patient) -> None:
    back.get("/intake/pages/3")
    assert "Answered, hidden." in back.text
    assert "The next page is about the neighbours." in back.text
    assert "Was there a quarrel?" not in back.text


def test_new_questions_on_a_hidden_page_are_asked_without_showing_it(back: Patient, token: str) -> None:
    back.get("/intake/pages/2?anew=1")
    back.press("stop", q3="most")
    back.open(token)
    back.get("/intake/pages/2")
    assert back.fields()["shown"] == ["4 5"]
    assert "stay hidden" in back.text
    assert "How often did you weed?" not in back.text
    back.press(q4_text="Nettle", q5_text="2")
    back.get("/intake/check")
    assert "Most days" in back.text


def test_a_crafted_save_brings_no_hidden_answer_to_light(
    back: Patient, another: Callable[[], Patient], token: str
) -> None:
    back.get("/intake/pages/1?anew=1")
    guards = {name: back.fields()[name] for name in ("csrf_token", "invitation_tag")}
    for guess in (SECRET, "x"):
        posted = {**guards, "revision": "0", "shown": "1", "q1-text": guess, "then": "next"}
        back.post("/intake/pages/1", posted)
        assert back.page.status_code == 409, "a right guess must look like a wrong one"
        assert back.text.count("hedgehog") == guess.count("hedgehog") * 2


def test_always_hide_shows_nothing_even_in_the_same_sitting(patient: Patient, token: str) -> None:
    patient.begin(token, always_hide=True)
    answer_all(patient)
    for path in ("/intake/pages/1", "/intake/pages/2", "/intake/check"):
        patient.get(path)
        assert "Answered, hidden." in patient.text
        assert "ecret" not in patient.text
        assert "hedgehog" not in patient.text


def test_always_hide_still_asks_follow_ups_and_keeps_what_they_follow(patient: Patient, token: str) -> None:
    patient.begin(token, always_hide=True)
    patient.get("/intake/pages/2")
    patient.press(q3="most")
    assert patient.fields()["shown"] == ["4 5"]
    patient.press(q4_text="Nettle")
    assert patient.path == "/intake/pages/3"
    patient.get("/intake/pages/4")
    assert patient.heading == "Tools", "the answer that brings up this page is still there"


def test_a_mistake_shows_what_was_just_typed_even_with_always_hide(patient: Patient, token: str) -> None:
    patient.begin(token, always_hide=True)
    patient.get("/intake/pages/1")
    patient.press(q1_text="R" * 2001, q2="rose")
    assert patient.fields()["q1-text"] == ["R" * 2001]


def test_in_the_same_sitting_answers_are_shown(patient: Patient, token: str) -> None:
    patient.begin(token)
    answer_all(patient)
    patient.get("/intake/check")
    assert SECRET in patient.text
    assert "Secret dandelion" in patient.text


def test_a_skipped_page_is_no_secret(patient: Patient, token: str) -> None:
    patient.begin(token)
    patient.get("/intake/pages/3")
    patient.press("skip")
    patient.open(token)
    patient.get("/intake/pages/3")
    assert patient.heading == "Before the next page"

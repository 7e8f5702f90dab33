"""Pages of questions: gates, follow-ups, mistakes, going back, skipping."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.support.clinic import Clinic
from tests.support.intake import ORIGIN, Patient


@pytest.fixture
def begun(patient: Patient, token: str) -> Patient:
    """A patient at the topics."""
    patient.begin(token)
    return patient


def statuses(patient: Patient) -> list[str]:
    """Return what the topics say of each page, in order."""
    patient.get("/intake/topics")
    return [part.split("<")[0] for part in patient.text.split('class="govuk-tag">')[1:]]


def test_topics_can_be_begun_anywhere(begun: Patient) -> None:
    assert statuses(begun) == ["Not started", "Not started", "Not started"]
    begun.get("/intake/pages/2")
    assert (begun.title, begun.heading) == ("Page 2 of 3, before your visit", "Weeds")
    begun.press(q3="never")
    assert begun.path == "/intake/pages/3"
    assert statuses(begun) == ["Not started", "Saved", "Not started"]


def test_a_saved_page_shows_what_was_answered(begun: Patient) -> None:
    begun.get("/intake/pages/1")
    begun.press(q1_text="Rain.\r\nAnd sun.", q2=["rose", ":other"], q2_other="Figs & <b>dill</b>")
    begun.get("/intake/pages/1")
    assert begun.fields() | {"csrf_token": [], "invitation_tag": []} == {
        "csrf_token": [],
        "invitation_tag": [],
        "revision": ["1"],
        "shown": ["1 2"],
        "q1-text": ["Rain.\nAnd sun."],
        "q2": ["rose", ":other"],
        "q2-other": ["Figs & <b>dill</b>"],
        "then": ["next"],
    }
    assert "<b>dill" not in begun.text


def test_addresses_are_those_of_who_asks_whatever_another_browser_said(
    begun: Patient, practice: Clinic, another: Callable[[], Patient]
) -> None:
    page = "/intake/pages/1"
    begun.client.get(page, base_url=ORIGIN, environ_overrides={"SCRIPT_NAME": "//elsewhere.example"})
    other = another()
    other.begin(practice.invite(questionnaires=("garden",), record_number="B-7").token)
    other.get(page)
    assert "elsewhere" not in other.text
    assert f'action="{page}"' in other.text


def test_follow_ups_appear_on_the_same_page_and_take_the_focus(begun: Patient) -> None:
    begun.get("/intake/pages/2")
    response = begun.post("/intake/pages/2", begun.fields(q3="most"), follow=False)
    assert response.location == "/intake/pages/2?more=1#q4"
    begun.get("/intake/pages/2?more=1")
    assert "Saved. Your answers bring up 2 more questions on this page." in begun.text
    assert begun.text.count("Follow-up question") == 2
    assert begun.fields()["shown"] == ["3 4 5"]
    begun.press(q4_text="Dandelion", q5_text="1.5")
    assert begun.path == "/intake/pages/3"
    begun.get("/intake/pages/2")
    assert "Follow-up question" not in begun.text


def test_no_follow_up_no_detour(begun: Patient) -> None:
    begun.get("/intake/pages/2")
    begun.press(q3="never")
    assert begun.path == "/intake/pages/3"


def test_an_answer_brings_up_a_page(begun: Patient) -> None:
    begun.get("/intake/pages/4")
    assert begun.path == "/intake/topics"
    begun.get("/intake/pages/2")
    begun.press(q3="most")
    assert begun.title == "Page 2 of 4, before your visit"
    begun.get("/intake/pages/4")
    assert begun.heading == "Tools"


def test_a_sensitive_page_has_a_gate(begun: Patient) -> None:
    begun.get("/intake/pages/3")
    assert begun.heading == "Before the next page"
    assert "The next page is about the neighbours." in begun.text
    assert "quarrel" not in begun.text
    begun.get("/intake/pages/3?ready=1")
    assert begun.heading == "Behind the fence"
    begun.press(q6=":declined")
    begun.get("/intake/pages/3")
    assert begun.heading == "Behind the fence", "who has answered has passed the gate"


def test_a_sensitive_page_can_be_skipped_as_a_whole_and_taken_up_again(begun: Patient) -> None:
    begun.get("/intake/pages/3")
    begun.press("skip")
    assert statuses(begun)[2] == "Skipped"
    begun.get("/intake/pages/3")
    assert begun.heading == "Before the next page"
    begun.get("/intake/pages/3?ready=1")
    begun.press(q6="no")
    assert statuses(begun)[2] == "Saved"


def test_mistakes_stand_in_a_summary_and_beside_the_field(begun: Patient) -> None:
    begun.get("/intake/pages/2")
    begun.press(q3="most")
    begun.press(q4_text="D" * 300, q5_text="7,5")
    assert begun.page.status_code == 422
    assert begun.title == "Error: Page 2 of 4, before your visit"
    assert "This page is not saved yet." in begun.text
    assert '<a href="#q4">Which weed was it? – This is 100 characters too long.' in begun.text
    assert '<a href="#q5">How long did it take? – Write a number in digits.' in begun.text
    assert 'id="q5-error"' in begun.text
    assert 'aria-describedby="q5-unit q5-error"' in begun.text
    assert begun.fields()["q5-text"] == ["7,5"]
    assert begun.fields()["q4-text"] == ["D" * 300]
    begun.press(q4_text="Dandelion", q5_text="7.5")
    assert begun.path == "/intake/pages/3"


def test_a_required_question_asks_once_more_only(begun: Patient) -> None:
    begun.get("/intake/pages/1")
    begun.press(q1_text="Rain.")
    assert "You left this blank." in begun.text
    assert '<a href="#q2">' in begun.text
    begun.press()
    assert begun.path == "/intake/pages/2"


def test_asked_once_more_together_with_a_mistake_is_not_asked_a_third_time(begun: Patient) -> None:
    begun.get("/intake/pages/1")
    begun.press(q1_text="R" * 2001)
    assert begun.text.count("govuk-error-message") == 2
    begun.press(q1_text="Rain.")
    assert begun.path == "/intake/pages/2"


def test_save_and_stop_saves_what_there_is(begun: Patient, token: str) -> None:
    begun.get("/intake/pages/1")
    begun.press("stop", q1_text="Rain.")
    assert begun.path == "/intake/stopped"
    begun.get("/intake/topics")
    assert begun.heading == "Please open your link again"
    begun.open(token)
    assert statuses(begun)[0] == "Saved"


def test_save_and_stop_with_a_mistake_says_so_first(begun: Patient) -> None:
    begun.get("/intake/pages/2")
    begun.press(q3="most")
    begun.press("stop", q5_text="seven")
    assert begun.page.status_code == 422
    assert begun.fields("stop")["q5-text"] == ["seven"]


def test_going_back_leads_to_the_page_before(begun: Patient) -> None:
    begun.get("/intake/pages/2")
    assert '<a href="/intake/pages/1" class="govuk-back-link">' in begun.text
    begun.get("/intake/pages/1")
    assert '<a href="/intake/topics" class="govuk-back-link">' in begun.text


def test_the_last_page_leads_to_checking_once_all_is_done(begun: Patient) -> None:
    begun.get("/intake/pages/3?ready=1")
    begun.press(q6="no")
    assert begun.path == "/intake/topics"
    begun.get("/intake/pages/1")
    begun.press(q1_text="Rain.", q2="none")
    begun.press(q3="never")
    begun.press(q6="no") if begun.heading == "Behind the fence" else begun.press("skip")
    assert begun.path == "/intake/check"


def test_changing_from_the_check_leads_back_to_it(begun: Patient) -> None:
    begun.get("/intake/pages/1")
    begun.press(q1_text="Rain.", q2="none")
    begun.get("/intake/check")
    assert 'href="/intake/pages/1?back=check"' in begun.text
    begun.get("/intake/pages/1?back=check")
    begun.press(q1_text="Sun.")
    assert begun.path == "/intake/check"
    assert "Sun." in begun.text


def test_an_answer_that_was_taken_away_is_gone(begun: Patient) -> None:
    begun.get("/intake/pages/1")
    begun.press(q1_text="Rain.", q2="rose")
    begun.get("/intake/pages/1")
    begun.press(q1_text="", q2=":declined")
    begun.get("/intake/check")
    assert "Rain." not in begun.text
    assert "Prefer not to say" in begun.text


def test_a_follow_up_that_vanished_keeps_its_answer_while_working(begun: Patient) -> None:
    begun.get("/intake/pages/2")
    begun.press(q3="most")
    begun.press(q4_text="Dandelion")
    begun.get("/intake/pages/2")
    begun.press(q3="never", q4_text="Dandelion")
    begun.get("/intake/check")
    assert "Dandelion" not in begun.text
    begun.get("/intake/pages/2")
    begun.press(q3="some")
    begun.get("/intake/pages/2")
    assert begun.fields()["q4-text"] == ["Dandelion"]


@pytest.mark.parametrize("number", ["0", "99", "99999999999999999999"])
def test_a_page_that_does_not_exist_is_not_found(begun: Patient, number: str) -> None:
    assert begun.get(f"/intake/pages/{number}").status_code == 404
    fields = {**guards(begun), "then": "next"}
    assert begun.post(f"/intake/pages/{number}", fields, follow=False).status_code == 404


def guards(patient: Patient) -> dict[str, str]:
    """Return what every form carries: the token of the session and the tag of the invitation."""
    patient.get("/intake/topics")
    return dict(patient.form("csrf_token").fields)


@pytest.mark.parametrize(
    "posted",
    [
        {},
        {"shown": "1 2 3 4 5 6 7 8 99999 -1 x " + "1 " * 5000, "revision": "-1", "then": "elsewhere"},
        {"shown": "1", "revision": "1" * 4000, "q1-text": "Rain.", "asked": "<script>"},
        {"shown": "1 2", "revision": "0", "q2": ["none", "rose", "none"], "q1-text": ["a", "b"], "unknown": "x"},
        {"shown": "8", "revision": "0", "q8": "5", "back": "https://elsewhere.example/"},
    ],
)
def test_a_made_up_post_breaks_nothing(begun: Patient, posted: dict[str, object]) -> None:
    response = begun.post("/intake/pages/1", {**guards(begun), **posted}, follow=False)
    assert response.status_code in (303, 422)
    assert not response.headers.get("Location", "/").startswith("https://elsewhere")


def test_an_option_that_was_not_offered_is_refused(begun: Patient) -> None:
    fields = {**guards(begun), "shown": "3", "revision": "0", "q3": "every"}
    begun.post("/intake/pages/2", fields)
    assert begun.page.status_code == 422
    assert "Choose one of the answers shown here." in begun.text


def test_a_post_of_two_megabytes_is_told_calmly(begun: Patient) -> None:
    begun.get("/intake/pages/1")
    response = begun.post("/intake/pages/1", begun.fields(q1_text="x" * 2_000_000), follow=False)
    assert response.status_code == 413
    assert "Exit this page" in response.text
    assert "112" in response.text


def test_pages_of_two_questionnaires_are_one_way(practice: Clinic, patient: Patient) -> None:
    patient.begin(practice.invite(questionnaires=("coping", "garden")).token)
    assert "What helps you" in patient.text
    assert "Garden questions" in patient.text
    patient.get("/intake/pages/1")
    assert patient.title == "Page 1 of 4, before your visit"
    patient.press(q1_text="Walking.")
    assert patient.path == "/intake/pages/2"
    assert patient.heading == "Your hopes"

"""Nothing typed is lost, and nothing is called saved that is not: sessions that end, tabs, devices, databases away."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

import pytest
from sqlalchemy import delete, select, update
from sqlalchemy.exc import DBAPIError, OperationalError

from screening import invitations
from screening.store.engine import Store
from screening.store.tables import Invitation, Response, WebSession
from tests.support.clinic import NOW, Clinic
from tests.support.clock import Clock
from tests.support.intake import BIRTH_DATE, ORIGIN, Patient

TYPED = "A hedgehog lives\r\nunder the <elder>."


@pytest.fixture
def begun(patient: Patient, token: str) -> Patient:
    """A patient with the first page open."""
    patient.begin(token)
    patient.get("/intake/pages/1")
    return patient


def saved_text(patient: Patient, token: str) -> list[str]:
    """Return what stands saved in the first field of the first page, in whichever session saved it."""
    patient.get("/intake/pages/1")
    return patient.fields()["q1-text"]


def gone(*_args: Any, **_kwargs: Any) -> AbstractContextManager[Any]:
    """Stand in for a transaction while the database does not answer."""
    raise OperationalError("a statement", {}, Exception("the server closed the connection"))


def break_reading(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the database answer nothing any more."""
    monkeypatch.setattr(Store, "read", gone)
    monkeypatch.setattr(Store, "rows", gone)


def break_writing(monkeypatch: pytest.MonkeyPatch, fault: Callable[..., AbstractContextManager[Any]] = gone) -> None:
    """Let the database take nothing any more."""
    monkeypatch.setattr(Store, "write", fault)
    monkeypatch.setattr(Store, "write_compiled", fault)


# --- The session ends


def test_a_session_that_runs_out_in_the_middle_of_a_page_costs_nothing(
    begun: Patient, token: str, clock: Clock
) -> None:
    fields = begun.fields(q1_text=TYPED, q2=["rose", ":other"], q2_other="Figs")
    clock.advance(minutes=61)
    begun.post("/intake/pages/1", fields)
    assert begun.heading == "You were away for a while"
    assert "What you typed is still here." in begun.text
    begun.submit(**BIRTH_DATE)
    assert begun.path == "/intake/pages/2"
    assert saved_text(begun, token) == [TYPED.replace("\r\n", "\n")]
    assert begun.fields()["q2-other"] == ["Figs"]


def test_a_wrong_birth_date_then_still_carries_what_was_typed(begun: Patient, token: str, clock: Clock) -> None:
    fields = begun.fields(q1_text=TYPED, q2="rose")
    clock.advance(minutes=61)
    begun.post("/intake/pages/1", fields)
    begun.submit(**BIRTH_DATE | {"birth-year": "1989"})
    assert begun.page.status_code == 422
    assert "You can try 4 more times." in begun.text
    begun.submit(**BIRTH_DATE | {"birth-day": "x"})
    begun.submit(**BIRTH_DATE)
    assert saved_text(begun, token) == [TYPED.replace("\r\n", "\n")]


def test_a_mistake_in_what_was_carried_is_shown_with_it(begun: Patient, clock: Clock) -> None:
    fields = begun.fields(q1_text="R" * 2001, q2="rose")
    clock.advance(minutes=61)
    begun.post("/intake/pages/1", fields)
    begun.submit(**BIRTH_DATE)
    assert begun.page.status_code == 422
    assert begun.form("then").action == "/intake/pages/1"
    begun.press(q1_text="Rain.")
    assert begun.path == "/intake/pages/2"


def test_coming_back_to_an_address_asks_for_the_birth_date_and_leads_there(begun: Patient, clock: Clock) -> None:
    clock.advance(minutes=61)
    begun.get("/intake/check")
    assert begun.heading == "You were away for a while"
    begun.submit(**BIRTH_DATE)
    assert begun.path == "/intake/check"


@pytest.mark.parametrize("to", ["https://elsewhere.example/", "//elsewhere.example", "/clinic/", "/intake/../clinic/"])
def test_the_way_on_is_never_another_site(begun: Patient, clock: Clock, to: str) -> None:
    tag = begun.fields()["invitation_tag"]
    clock.advance(minutes=61)
    response = begun.post("/intake/again", {**BIRTH_DATE, "to": to, "invitation_tag": tag}, follow=False)
    assert (response.status_code, response.location) == (303, "/intake/")


def test_a_session_that_nobody_knows_gives_the_text_back(begun: Patient, practice: Clinic) -> None:
    fields = begun.fields(q1_text=TYPED, q2="rose", q2_other="Figs")
    with practice.store.write() as session:
        session.execute(delete(WebSession))
    begun.post("/intake/pages/1", fields)
    assert begun.page.status_code == 409
    assert begun.heading == "Please open your link again"
    assert "under the &lt;elder&gt;." in begun.text
    assert "Figs" in begun.text
    assert "was not saved" in begun.text


def test_a_page_from_before_the_link_was_opened_again_asks_to_save_once_more(begun: Patient, token: str) -> None:
    fields = begun.fields(q1_text=TYPED, q2="rose")
    begun.open(token)
    begun.post("/intake/pages/1", fields)
    assert begun.heading == "Not saved yet. Press “Save again”."
    assert "under the &lt;elder&gt;." in begun.text
    begun.submit()
    assert begun.path == "/intake/pages/2"
    assert saved_text(begun, token) == [TYPED.replace("\r\n", "\n")]


def test_a_post_from_another_site_does_nothing(begun: Patient, practice: Clinic) -> None:
    fields = begun.fields(q1_text=TYPED)
    response = begun.client.post(
        "/intake/pages/1", data=fields, base_url=ORIGIN, headers={"Sec-Fetch-Site": "cross-site"}
    )
    assert response.status_code == 400
    begun.get("/intake/check")
    assert "hedgehog" not in begun.text


def test_what_is_typed_into_an_invitation_that_has_ended_comes_back(begun: Patient, practice: Clinic) -> None:
    fields = begun.fields(q1_text=TYPED)
    with practice.store.read() as session:
        invitation_id = session.scalars(select(Invitation.id)).one()
    invitations.cancel(practice.store, practice.desk, invitation_id, now=NOW)
    begun.post("/intake/pages/1", fields)
    assert begun.page.status_code == 409
    assert begun.heading == "This link is no longer in use"
    assert "under the &lt;elder&gt;." in begun.text


def test_an_invitation_that_was_erased_gives_the_text_back(begun: Patient, practice: Clinic) -> None:
    fields = begun.fields(q1_text=TYPED)
    with practice.store.write() as session:
        session.execute(update(WebSession).values(invitation_id=None))
        session.execute(delete(Response))
        session.execute(delete(Invitation))
    begun.post("/intake/pages/1", fields)
    assert begun.heading == "Please open your link again"
    assert "hedgehog" in begun.text


# --- Two invitations, one browser


@pytest.fixture
def other_token(practice: Clinic) -> str:
    """Another patient's link, for the same browser; with the same birth date, so that nothing else tells them apart."""
    return practice.invite(record_number="B-2", name="Petr Svoboda", questionnaires=("garden",)).token


def assert_refused(patient: Patient) -> None:
    assert (patient.page.status_code, patient.heading) == (409, "This page belongs to another form")
    assert "hedgehog" not in patient.text
    assert "Save again" not in patient.text


@pytest.mark.parametrize("minutes", [0, 61])
def test_a_page_of_one_patient_saves_nothing_for_another(
    begun: Patient, other_token: str, clock: Clock, minutes: int
) -> None:
    fields = begun.fields(q1_text=TYPED, q2="rose")
    begun.begin(other_token)
    clock.advance(minutes=minutes)
    begun.post("/intake/pages/1", fields)
    assert_refused(begun)
    if not minutes:
        assert saved_text(begun, other_token) == [""]


def test_a_birth_date_page_of_one_patient_saves_nothing_for_another(
    begun: Patient, other_token: str, clock: Clock
) -> None:
    fields = begun.fields(q1_text=TYPED, q2="rose")
    clock.advance(minutes=61)
    begun.post("/intake/pages/1", fields)
    form = begun.form()
    again = begun.fields(None, form) | {name: [value] for name, value in BIRTH_DATE.items()}
    begun.begin(other_token)
    begun.post(form.action, again)
    assert_refused(begun)
    clock.advance(minutes=61)
    begun.post(form.action, again)
    assert_refused(begun)


def test_save_again_of_one_patient_saves_nothing_for_another(begun: Patient, token: str, other_token: str) -> None:
    fields = begun.fields(q1_text=TYPED, q2="rose")
    begun.open(token)
    begun.post("/intake/pages/1", fields)
    again = begun.fields(None)
    begun.begin(other_token)
    begun.post("/intake/pages/1", again)
    assert_refused(begun)


def test_a_conflict_of_one_patient_saves_nothing_for_another(begun: Patient, other_token: str) -> None:
    first = begun.fields(q1_text="Moles.", q2="rose")
    second = begun.fields(q1_text=TYPED, q2="rose")
    begun.post("/intake/pages/1", first)
    begun.post("/intake/pages/1", second)
    again = begun.fields()
    begun.begin(other_token)
    begun.post("/intake/pages/1", again)
    assert_refused(begun)


def test_save_again_after_a_fault_saves_nothing_for_another(
    begun: Patient, other_token: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    break_reading(monkeypatch)
    break_writing(monkeypatch)
    begun.press(q1_text=TYPED, q2="rose")
    again = begun.fields(None)
    monkeypatch.undo()
    begun.begin(other_token)
    begun.post("/intake/pages/1", again)
    assert_refused(begun)


@pytest.mark.parametrize("path", ["/intake/privacy", "/intake/agree", "/intake/check", "/intake/send", "/intake/stop"])
def test_no_step_of_one_patient_is_taken_for_another(begun: Patient, other_token: str, path: str) -> None:
    begun.get("/intake/topics")
    fields = begun.fields(None, begun.form("csrf_token"))
    begun.begin(other_token)
    begun.post(path, fields)
    assert_refused(begun)
    assert begun.get("/intake/topics").status_code == 200, "the other one goes on"


# --- Two tabs, two devices


def test_two_tabs_are_told_of_each_other(begun: Patient, token: str) -> None:
    first = begun.fields(q1_text="From the first tab.", q2="rose")
    second = begun.fields(q1_text="From the second tab.", q2="rose")
    begun.post("/intake/pages/1", first)
    begun.post("/intake/pages/1", second)
    assert begun.page.status_code == 409
    assert begun.heading == "This page was saved in another place too"
    assert "From the first tab." in begun.text
    assert "From the second tab." in begun.text
    assert "What grows there?" not in begun.text, "what is the same need not be compared"
    begun.press("next")
    assert saved_text(begun, token) == ["From the second tab."]


def test_keeping_what_is_saved_changes_nothing(begun: Patient, token: str) -> None:
    first = begun.fields(q1_text="From the first tab.", q2="rose")
    second = begun.fields(q1_text="From the second tab.", q2="rose")
    begun.post("/intake/pages/1", first)
    begun.post("/intake/pages/1", second)
    assert '<a href="/intake/topics"' in begun.text
    assert saved_text(begun, token) == ["From the first tab."]


def test_two_devices_are_told_of_each_other_and_see_nothing_hidden(
    begun: Patient, another: Callable[[], Patient], token: str
) -> None:
    phone = another()
    phone.open(token)
    phone.get("/intake/pages/1")
    begun.press(q1_text="From the computer.", q2="rose")
    phone.press(q1_text="From the phone.", q2="rose")
    assert phone.page.status_code == 409
    assert "From the computer." not in phone.text
    assert "Saved, hidden" in phone.text
    assert "From the phone." in phone.text
    begun.get("/intake/pages/1")
    assert begun.fields()["q1-text"] == ["From the computer."]
    phone.press("next")
    begun.get("/intake/pages/1")
    assert begun.heading == "Your hopes"
    assert "Answered, hidden." in begun.text


def test_a_conflict_is_told_to_who_wanted_to_stop_and_then_stops(begun: Patient, token: str) -> None:
    first = begun.fields(q1_text="From the first tab.", q2="rose")
    second = begun.fields("stop", q1_text="From the second tab.", q2="rose")
    begun.post("/intake/pages/1", first)
    begun.post("/intake/pages/1", second)
    begun.press("stop")
    assert begun.path == "/intake/stopped"


def test_skipping_what_was_answered_elsewhere_is_told(begun: Patient) -> None:
    begun.get("/intake/pages/3")
    skip = begun.fields("skip")
    begun.get("/intake/pages/3?ready=1")
    begun.press(q6="yes")
    begun.post("/intake/pages/3", skip)
    assert begun.page.status_code == 409
    begun.get("/intake/pages/3")
    assert begun.fields()["q6"] == ["yes"]


def test_a_page_that_an_answer_elsewhere_took_away_is_saved_all_the_same(begun: Patient) -> None:
    begun.get("/intake/pages/2")
    begun.press(q3="most")
    begun.get("/intake/pages/4")
    fields = begun.fields(q7_year="2020")
    begun.get("/intake/pages/2")
    begun.press(q3="never")
    begun.post("/intake/pages/4", fields)
    assert begun.page.status_code == 200
    begun.get("/intake/pages/2")
    begun.press(q3="most")
    begun.get("/intake/pages/4")
    assert begun.fields()["q7-year"] == ["2020"]


def test_the_same_post_twice_is_no_conflict(begun: Patient) -> None:
    fields = begun.fields(q1_text=TYPED, q2="rose")
    for _ in range(2):
        begun.post("/intake/pages/1", fields)
        assert begun.path == "/intake/pages/2"


# --- The database does not answer


def test_a_save_that_fails_is_not_called_saved_and_gives_the_page_back(
    begun: Patient, token: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    break_writing(monkeypatch)
    begun.press(q1_text=TYPED, q2="rose")
    assert begun.page.status_code == 503
    assert begun.title == "Not saved: Page 1 of 3, before your visit"
    assert begun.fields()["q1-text"] == [TYPED]
    assert begun.fields()["q2"] == ["rose"]
    monkeypatch.undo()
    begun.press()
    assert begun.path == "/intake/pages/2"
    assert saved_text(begun, token) == [TYPED.replace("\r\n", "\n")]


def test_a_database_that_is_away_altogether_gives_the_text_back_to_save_again(
    begun: Patient, token: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    break_reading(monkeypatch)
    break_writing(monkeypatch)
    begun.press(q1_text=TYPED, q2="rose")
    assert begun.page.status_code == 503
    assert begun.heading == "Not saved yet. Press “Save again”."
    assert "under the &lt;elder&gt;." in begun.text
    begun.submit()
    assert begun.page.status_code == 503
    monkeypatch.undo()
    begun.submit()
    assert begun.path == "/intake/pages/2"
    assert saved_text(begun, token) == [TYPED.replace("\r\n", "\n")]


@pytest.mark.parametrize("path", ["/intake/", "/intake/topics", "/intake/pages/1", "/intake/check"])
def test_a_page_that_can_not_be_made_says_so_calmly(begun: Patient, monkeypatch: pytest.MonkeyPatch, path: str) -> None:
    break_reading(monkeypatch)
    begun.get(path)
    assert begun.page.status_code == 503
    assert begun.heading == "This can’t be reached just now"
    assert "112" in begun.text


def test_a_birth_date_can_be_given_again_once_the_database_is_back(
    patient: Patient, token: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    break_writing(monkeypatch)
    patient.open(token)
    assert patient.page.status_code == 503
    assert "saved" not in patient.heading
    monkeypatch.undo()
    patient.open(token)
    assert patient.path == "/intake/"


def test_exit_leaves_even_while_the_database_is_away(begun: Patient, monkeypatch: pytest.MonkeyPatch) -> None:
    break_writing(monkeypatch)
    response = begun.client.get("/exit", base_url=ORIGIN)
    assert (response.status_code, response.location) == (303, "https://www.wikipedia.org/")
    assert begun.client.get_cookie("__Host-visit", "forms.clinic.example") is None


def test_exit_leaves_even_while_the_session_can_not_be_read(begun: Patient, monkeypatch: pytest.MonkeyPatch) -> None:
    break_reading(monkeypatch)
    break_writing(monkeypatch)
    assert begun.client.get("/exit", base_url=ORIGIN).status_code == 303


def test_a_fault_is_logged_without_what_was_typed(
    begun: Patient, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    break_writing(monkeypatch)
    begun.press(q1_text=TYPED, q2="rose")
    assert "OperationalError" in caplog.text
    assert "hedgehog" not in caplog.text


def test_a_full_disk_is_told_like_a_database_that_is_away(begun: Patient, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_args: Any, **_kwargs: Any) -> AbstractContextManager[Any]:
        raise DBAPIError("a statement", {}, Exception("database or disk is full"))

    break_writing(monkeypatch, full)
    begun.press(q1_text=TYPED, q2="rose")
    assert begun.page.status_code == 503
    assert begun.fields()["q1-text"] == [TYPED]

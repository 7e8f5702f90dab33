"""What comes before the first question."""

from __future__ import annotations

import re

from sqlalchemy import select

from screening import approval
from screening.store.tables import ConsentText, Invitation
from tests.support.clinic import NOW, Clinic
from tests.support.intake import Patient


def test_the_way_to_the_first_question(patient: Patient, token: str) -> None:
    patient.open(token)
    assert patient.heading == "Questions before your visit"
    assert re.search(r"About \d minutes?\. You can stop at any time\.", patient.text)
    assert 'href="/intake/privacy"' in patient.text
    patient.get("/intake/privacy")
    assert patient.form("hide").fields[-1] == ("hide", "later"), "hiding is preset"
    patient.press()
    assert patient.path == "/intake/before"
    assert "These questions are about your garden." in patient.text
    assert "112" in patient.text
    patient.get("/intake/agree")
    assert "This form does not give a diagnosis." in patient.text
    assert "What you send is deleted 2 years after you send it." in patient.text
    assert "What you do not send is deleted 7 days after your visit." in patient.text
    patient.press("agree")
    assert patient.path == "/intake/topics"
    assert "Saved is not sent. Your clinic can’t see it yet." in patient.text


def test_no_page_of_questions_opens_before_agreeing(patient: Patient, token: str) -> None:
    patient.open(token)
    for path in ("/intake/topics", "/intake/pages/1", "/intake/check", "/intake/send"):
        patient.get(path)
        assert patient.path == "/intake/", path


def test_the_text_that_was_agreed_to_is_kept(practice: Clinic, patient: Patient, token: str) -> None:
    patient.begin(token)
    with practice.store.read() as session:
        row = session.scalars(select(Invitation)).one()
        text = session.get_one(ConsentText, row.consent_hash).text
    assert row.consent_language == "en"
    assert "Once you send them: your clinician, or the colleague who takes over your appointment." in text
    assert "call 555 0100 if you want your answers deleted" in text


def test_who_does_not_want_to_answer_online_is_let_go(practice: Clinic, patient: Patient, token: str) -> None:
    patient.open(token)
    patient.get("/intake/agree")
    patient.press("decline")
    assert patient.heading == "You chose not to answer online"
    assert "Your care stays the same" in patient.text
    with practice.store.read() as session:
        row = session.scalars(select(Invitation)).one()
    assert (row.state, row.begun_at) == ("declined", None)
    patient.open(token)
    assert patient.heading == "You chose not to answer online"
    assert "555 0100" in patient.text


def test_coming_back_leads_on_without_asking_again(patient: Patient, token: str) -> None:
    patient.begin(token)
    patient.open(token)
    assert patient.heading == "Welcome back"
    assert "You have done 0 of 3 pages." in patient.text
    assert 'href="/intake/topics"' in patient.text
    patient.get("/intake/agree")
    assert patient.path == "/intake/topics"


def test_save_and_stop_is_on_every_screen_from_the_third_on(patient: Patient, token: str) -> None:
    patient.open(token)
    before = ("/intake/privacy", "/intake/before", "/intake/agree")
    for path in before:
        patient.get(path)
        assert "Save and stop" in patient.text, path
    patient.begin(token)
    patient.get("/intake/pages/1")
    patient.press(q1_text="Rain.", q2="rose")
    for path in ("/intake/topics", "/intake/pages/2", "/intake/pages/3", "/intake/check", "/intake/send"):
        patient.get(path)
        assert "Save and stop" in patient.text, path


def test_stopping_ends_the_session_and_keeps_the_choice(practice: Clinic, patient: Patient, token: str) -> None:
    patient.open(token)
    patient.get("/intake/privacy")
    patient.press("stop", hide="always")
    assert patient.path == "/intake/stopped"
    with practice.store.read() as session:
        assert session.scalars(select(Invitation.always_hide)).one() is True
    patient.get("/intake/privacy")
    assert patient.heading == "Please open your link again"


def test_a_form_that_was_withdrawn_is_not_begun(practice: Clinic, patient: Patient, token: str) -> None:
    patient.open(token)
    approval.withdraw(practice.store, practice.novak, "garden", "1", now=NOW)
    patient.get("/intake/")
    assert patient.page.status_code == 409
    assert patient.heading == "This can’t be done here now"
    assert "555 0100" in patient.text

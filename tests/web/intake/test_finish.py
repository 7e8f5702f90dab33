"""Checking, sending, and the page that is the same for everyone."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select

from screening.store.tables import AuditEvent, Invitation, Response, WebSession
from tests.support.clinic import NOW, Clinic
from tests.support.clock import Clock
from tests.support.intake import BIRTH_DATE, ORIGIN, Patient


@pytest.fixture
def begun(patient: Patient, token: str) -> Patient:
    """A patient who answered the first page and skipped the third."""
    patient.begin(token)
    patient.get("/intake/pages/1")
    patient.press(q1_text="Rain.\nAnd sun.", q2=["rose", ":other"], q2_other="Figs")
    patient.get("/intake/pages/3")
    patient.press("skip")
    return patient


def rows(patient: Patient) -> list[tuple[str, str]]:
    """Return questions and answers of the check page, without markup."""
    found = []
    for part in patient.text.split('<dt class="govuk-summary-list__key">')[1:]:
        question, _, rest = part.partition("</dt>")
        answer = rest.split('<dd class="govuk-summary-list__value">')[1].split("</dd>")[0]
        found.append((question, " ".join(re.sub(r"<[^>]*>", " ", answer).split())))
    return found


def test_the_check_shows_answers_by_topic_in_words(begun: Patient) -> None:
    begun.get("/intake/check")
    assert begun.heading == "Check your answers"
    assert rows(begun) == [
        ("What do you hope for?", "Rain. And sun."),
        ("What grows there?", "Roses Something else: Figs"),
    ]
    assert "Not answered yet." in begun.text
    assert "Skipped. Your clinic sees “Prefer not to say”." in begun.text
    assert "Exactly this is sent, to Dr A. Novak at Riverside Practice, and deleted on 3 May 2028." in begun.text


def test_answers_to_a_sensitive_page_are_closed_until_opened(begun: Patient) -> None:
    begun.get("/intake/pages/3?ready=1")
    begun.press(q6="yes")
    begun.get("/intake/check")
    details = begun.text.split("<details")[1].split("</details>")[0]
    assert "Was there a quarrel?" in details
    assert " open" not in details.split(">")[0]


def test_a_change_is_one_press_away_from_the_check(begun: Patient) -> None:
    begun.get("/intake/check")
    for number in (1, 2, 3):
        assert f'href="/intake/pages/{number}?back=check"' in begun.text


@pytest.mark.parametrize(("chosen", "kept"), [("interpreter", "interpreter"), (None, None), ("a wizard", None)])
def test_who_helped_may_be_said(begun: Patient, practice: Clinic, chosen: str | None, kept: str | None) -> None:
    begun.get("/intake/check")
    begun.press(helped_by=chosen)
    assert begun.path == "/intake/send"
    with practice.store.read() as session:
        assert session.scalars(select(Invitation.helped_by)).one() == kept


def test_what_there_is_can_be_sent(begun: Patient, practice: Clinic) -> None:
    begun.get("/intake/topics")
    assert "Send what I have" in begun.text
    begun.get("/intake/check")
    begun.press()
    assert "After sending you can’t change it here. To add something, call" in begun.text
    assert "Some pages are not answered." in begun.text
    begun.submit()
    assert begun.path == "/intake/thanks"
    with practice.store.read() as session:
        assert session.scalars(select(Invitation.state)).one() == "sent"
        assert session.scalars(select(Response.sent_at)).one() == NOW


def test_nothing_saved_is_nothing_to_send(patient: Patient, token: str) -> None:
    patient.begin(token)
    assert "Send what I have" not in patient.text
    patient.get("/intake/send")
    assert patient.path == "/intake/check"
    assert "Nothing is saved yet" in patient.text


def test_after_sending_there_is_nothing_left_to_see(begun: Patient, token: str) -> None:
    begun.get("/intake/send")
    begun.submit()
    for path in ("/intake/", "/intake/topics", "/intake/pages/1", "/intake/check"):
        begun.get(path)
        assert begun.heading == "Your answers were sent"
        assert "Rain" not in begun.text
    begun.open(token)
    assert begun.heading == "Sent on 4 May 2026"


def test_sending_ends_the_sessions_of_other_devices(begun: Patient, another: Callable[[], Patient], token: str) -> None:
    phone = another()
    phone.open(token)
    phone.get("/intake/pages/2")
    fields = phone.fields(q3="never")
    begun.get("/intake/send")
    begun.submit()
    phone.post("/intake/pages/2", fields)
    assert phone.heading == "Your answers were sent"


def test_a_page_typed_on_another_device_after_sending_is_given_back(
    begun: Patient, another: Callable[[], Patient], token: str
) -> None:
    phone = another()
    phone.open(token)
    phone.get("/intake/pages/1?anew=1")
    fields = phone.fields(q1_text="One more thing.")
    begun.get("/intake/send")
    begun.submit()
    phone.post("/intake/pages/1", fields)
    assert "One more thing." in phone.text
    assert "was not saved" in phone.text


def test_a_second_click_is_thanked_too(begun: Patient) -> None:
    begun.get("/intake/send")
    fields = begun.fields(None, begun.form())
    for _ in range(3):
        begun.post("/intake/send", fields)
        assert begun.heading == "Thank you"


def test_clicks_at_once_send_once_and_all_are_thanked(begun: Patient, practice: Clinic, client: FlaskClient) -> None:
    begun.get("/intake/send")
    fields = begun.fields(None, begun.form())
    cookie = client.get_cookie("__Host-visit", "forms.clinic.example")
    assert cookie is not None
    start = threading.Barrier(4)
    places: list[str] = []

    def click() -> None:
        browser = client.application.test_client()
        browser.set_cookie("__Host-visit", cookie.value, domain="forms.clinic.example", secure=True)
        start.wait()
        places.append(browser.post("/intake/send", data=fields, base_url=ORIGIN).location)

    threads = [threading.Thread(target=click) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert places == ["/intake/thanks"] * 4
    with practice.store.read() as session:
        sent = session.scalars(select(AuditEvent.record).where(AuditEvent.action == "send")).all()
        assert len(sent) == len(set(sent)) == 2
        assert session.scalar(select(func.count()).select_from(Response)) == 1


def test_the_session_stays_ended_after_sending(begun: Patient, practice: Clinic, clock: Clock) -> None:
    clock.advance(minutes=30)  # long enough for a request to prolong the session
    begun.get("/intake/send")
    clock.advance(minutes=30)
    begun.submit()
    with practice.store.read() as session:
        assert session.scalars(select(WebSession.expires_at)).all() == [clock.now]


def test_thank_you_is_the_same_for_everyone(practice: Clinic, another: Callable[[], Patient], clock: Clock) -> None:
    pages = []
    for number, (questionnaires, answer) in enumerate(
        [(("garden",), "I can not go on."), (("garden", "coping"), "All is well.")]
    ):
        someone = another()
        someone.begin(practice.invite(questionnaires=questionnaires, record_number=f"R-{number}").token)
        someone.get("/intake/pages/1")
        someone.press(q1_text=answer, q2="rose" if number else "none")
        someone.get("/intake/pages/3?ready=1")
        someone.press(q6="yes" if number else "no")
        clock.advance(minutes=1)
        someone.get("/intake/send")
        someone.submit()
        pages.append((someone.page.data, sorted(someone.page.headers)))
    pages.append((another().get("/intake/thanks").data, pages[0][1]))
    assert pages[0] == pages[1] == pages[2]
    assert b"Your clinic has your answers." in pages[0][0]
    assert b"It opens forms within 3 working days." in pages[0][0]


def test_an_expired_session_does_not_send(begun: Patient, practice: Clinic, clock: Clock) -> None:
    begun.get("/intake/send")
    fields = begun.fields(None, begun.form())
    clock.advance(minutes=61)
    begun.post("/intake/send", fields)
    begun.submit(**BIRTH_DATE)
    assert begun.path == "/intake/send"
    with practice.store.read() as session:
        assert session.scalars(select(Invitation.state)).one() == "open"

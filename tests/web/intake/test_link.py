"""The way in and out: the birth date for every link alike, a clean address after it, nothing left after exit."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select

from screening import invitations
from screening.store.tables import WebSession
from tests.support.clinic import NOW, Clinic
from tests.support.clock import Clock
from tests.support.intake import BIRTH_DATE, ORIGIN, Patient

STRANGE_TOKENS = ("no-such-token", "a", "x" * 3000, "%00", "<script>", "../../etc", "ünïcode")


@pytest.mark.parametrize("strange", STRANGE_TOKENS)
def test_every_link_shows_the_same_bytes(client: FlaskClient, token: str, strange: str) -> None:
    known = client.get(f"/i/{token}", base_url=ORIGIN)
    unknown = client.get(f"/i/{strange}", base_url=ORIGIN)
    if "/" in strange:
        assert unknown.status_code == 404
    else:
        assert known.status_code == unknown.status_code == 200
        assert known.data == unknown.data
        assert list(known.headers) == list(unknown.headers)


def test_opening_a_link_uses_up_nothing(practice: Clinic, client: FlaskClient, token: str) -> None:
    for _ in range(20):
        response = client.get(f"/i/{token}", base_url=ORIGIN)
        assert "Set-Cookie" not in response.headers
    with practice.store.read() as session:
        assert session.scalar(select(func.count()).select_from(WebSession)) == 0
    patient = Patient(client)
    patient.open(token)
    assert patient.path == "/intake/"


def test_the_birth_date_page_is_neutral(client: FlaskClient, token: str) -> None:
    page = client.get(f"/i/{token}", base_url=ORIGIN).text
    assert "This checks that the link reached the right person." in page
    assert not re.search(r"mental|mood|feel|\bnumb\b|garden|question|Nowak|A-17", page, re.IGNORECASE)


def test_the_right_birth_date_leads_to_a_clean_address(patient: Patient, token: str) -> None:
    patient.get(f"/i/{token}")
    response = patient.post(patient.path, BIRTH_DATE, follow=False)
    assert (response.status_code, response.location) == (303, "/intake/")
    cookie = response.headers["Set-Cookie"]
    assert cookie.startswith("__Host-")
    assert {"Secure", "HttpOnly", "SameSite=Strict"} <= set(cookie.split("; "))
    assert token not in cookie


def test_wrong_birth_dates_read_alike_on_links_known_and_unknown(token: str, another: Callable[[], Patient]) -> None:
    told = []
    for link in (token, "no-such-token"):
        browser = another()
        pages = []
        for _ in range(6):
            browser.open(link, **{"birth-day": "13"})
            pages.append((browser.page.status_code, browser.text))
        told.append(pages)
    assert told[0] == told[1]
    assert "You can try 4 more times." in told[0][0][1]
    assert "You can try one more time." in told[0][3][1]
    assert "This link is locked" in told[0][4][1]
    assert "555 0100" in told[0][5][1]


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ({"birth-day": ""}, "Write your date of birth in digits"),
        ({"birth-month": "May"}, "Write your date of birth in digits"),
        ({"birth-day": "31", "birth-month": "2"}, "That month does not have this day"),
        ({"birth-month": "13"}, "as a number from 1 to 12"),
        ({"birth-year": "88"}, "with four digits"),
        ({"birth-day": "9" * 5000}, "Write your date of birth in digits"),
        ({"birth-day": "²"}, "Write your date of birth in digits"),
    ],
)
def test_a_date_that_is_none_is_no_try(patient: Patient, token: str, typed: dict[str, str], expected: str) -> None:
    for _ in range(6):
        patient.open(token, **typed)
        assert patient.page.status_code == 422
        assert patient.title.startswith("Error: ")
        assert expected in patient.text
    patient.open(token)
    assert patient.path == "/intake/"


def test_what_was_typed_of_the_date_stays(patient: Patient, token: str) -> None:
    patient.open(token, **{"birth-month": "13"})
    assert dict(patient.form().fields) == BIRTH_DATE | {"birth-month": "13"}


def test_a_link_used_after_sending_tells_only_that_and_when(practice: Clinic, patient: Patient) -> None:
    invited = practice.invite()
    practice.send(invited.invitation_id)
    patient.open(invited.token)
    assert patient.heading == "Sent on 4 May 2026"
    assert "Answers can’t be seen here." in patient.text
    assert "Mornings" not in patient.text
    patient.get("/intake/topics")
    assert patient.heading == "Please open your link again"


def test_a_cancelled_link_says_so_calmly(practice: Clinic, patient: Patient) -> None:
    invited = practice.invite()
    invitations.cancel(practice.store, practice.desk, invited.invitation_id, now=NOW)
    patient.open(invited.token)
    assert patient.heading == "This link is no longer in use"
    assert "555 0100" in patient.text


def test_a_link_of_a_visit_that_is_past_says_so_calmly(patient: Patient, token: str, clock: Clock) -> None:
    clock.advance(days=2)
    patient.open(token)
    assert patient.heading == "The time for this form is over"


def test_exit_leaves_at_once_and_ends_the_session_on_the_server(
    patient: Patient, token: str, another: Callable[[], Patient]
) -> None:
    patient.begin(token)
    stolen = patient.client.get_cookie("__Host-visit", "forms.clinic.example")
    assert stolen is not None
    response = patient.client.get("/exit", base_url=ORIGIN)
    assert (response.status_code, response.location) == (303, "https://www.wikipedia.org/")
    assert patient.client.get_cookie("__Host-visit", "forms.clinic.example") is None
    thief = another()
    thief.client.set_cookie("__Host-visit", stolen.value, domain="forms.clinic.example", secure=True)
    thief.get("/intake/topics")
    assert thief.heading == "Please open your link again"


def test_exit_works_with_no_session_too(client: FlaskClient) -> None:
    assert client.get("/exit", base_url=ORIGIN).status_code == 303


def test_opening_the_link_again_ends_the_session_before(
    patient: Patient, token: str, another: Callable[[], Patient]
) -> None:
    patient.begin(token)
    old = patient.client.get_cookie("__Host-visit", "forms.clinic.example")
    assert old is not None
    patient.open(token)
    other = another()
    other.client.set_cookie("__Host-visit", old.value, domain="forms.clinic.example", secure=True)
    other.get("/intake/topics")
    assert other.heading == "Please open your link again"


@pytest.mark.parametrize("headers", [{"Sec-Fetch-Site": "cross-site"}, {"Origin": "https://elsewhere.example"}])
def test_another_sites_page_can_not_give_the_birth_date(
    client: FlaskClient, token: str, headers: dict[str, str]
) -> None:
    assert client.post(f"/i/{token}", data=BIRTH_DATE, base_url=ORIGIN, headers=headers).status_code == 400


@pytest.mark.parametrize("headers", [{}, {"Origin": "null"}, {"Sec-Fetch-Site": "same-origin", "Origin": "null"}])
def test_old_phones_get_in(client: FlaskClient, token: str, headers: dict[str, str]) -> None:
    """Under our Referrer-Policy a browser sends "null" as Origin; older ones have no Sec-Fetch-Site."""
    assert client.post(f"/i/{token}", data=BIRTH_DATE, base_url=ORIGIN, headers=headers).status_code == 303

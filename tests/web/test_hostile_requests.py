"""What strangers send: too many fields, made-up hosts, overlong passwords; and locks that are held for long."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.exc import DBAPIError

from screening.store.engine import Store, connect
from screening.web.posted import MAX_FIELDS, MAX_GIVEN_BACK
from tests.support.clinic import Clinic
from tests.support.clock import Clock
from tests.support.intake import BIRTH_DATE, GARDEN, ORIGIN, Patient
from tests.support.staff import Member, email_of

A_WAIT = 9.0
"""Seconds, nearly the ten that anything else waits for a lock: a slow machine is not taken for one that waits."""


@pytest.fixture
def database_backend() -> str:
    return "sqlite"


@pytest.fixture
def patient(client: FlaskClient) -> Patient:
    return Patient(client)


@pytest.fixture
def token(clinic: Clinic) -> str:
    clinic.register(GARDEN.format(version="1"))
    clinic.approve("garden")
    return clinic.invite(questionnaires=("garden",)).token


@contextmanager
def locked(app: Flask) -> Iterator[None]:
    """Hold the write lock from another connection, as a long report or a backup might."""
    path = app.extensions["settings"].database_url.removeprefix("sqlite:///")
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        yield
        other.execute("ROLLBACK")


# --- Locks


@pytest.mark.parametrize("path", ["/exit", "/intake/stop"])
def test_leaving_never_waits_for_a_lock(app: Flask, patient: Patient, token: str, path: str) -> None:
    patient.begin(token)
    fields = patient.fields(None, patient.form("csrf_token"))
    with locked(app):
        began = time.monotonic()
        response = patient.client.open(path, method="GET" if path == "/exit" else "POST", data=fields, base_url=ORIGIN)
        assert time.monotonic() - began < A_WAIT
    assert response.status_code == 303
    assert patient.client.get_cookie("__Host-visit", "forms.clinic.example") is None


def test_other_transactions_wait_as_long_as_ever_afterwards(app: Flask, store: Store, token: str) -> None:
    with locked(app), pytest.raises(DBAPIError), store.write(wait_ms=20):
        pass
    with store.engine.connect() as connection:
        assert connection.exec_driver_sql("PRAGMA busy_timeout").scalar() == 10_000


def test_a_session_that_can_not_be_written_is_tried_once_and_told_calmly(
    app: Flask, patient: Patient, token: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    app.config.update(TESTING=False, PROPAGATE_EXCEPTIONS=False)
    tries = []

    def fail(*_args: object) -> None:
        tries.append(1)
        raise DBAPIError("INSERT", {}, Exception("database is locked"))

    monkeypatch.setattr("screening.web.sessions.DatabaseSessionInterface._write", fail)
    patient.post(f"/i/{token}", BIRTH_DATE)
    assert (patient.page.status_code, patient.heading) == (503, "The form can’t be reached just now")
    assert tries == [1]


@pytest.mark.parametrize("url", ["sqlite://", "postgresql+psycopg://nobody@localhost/none"])
def test_no_error_of_the_database_names_what_a_statement_was_given(url: str) -> None:
    assert connect(url).hide_parameters


# --- Posts


@pytest.mark.parametrize("path", ["/clinic/responses/" + "0" * 32, "/intake/pages/1", "/i/x", "/clinic/sign-in"])
def test_a_form_of_countless_fields_is_refused_before_it_is_taken_apart(client: FlaskClient, path: str) -> None:
    body = "a=&" * 300_000
    response = client.post(path, data=body, content_type="application/x-www-form-urlencoded", base_url=ORIGIN)
    assert response.status_code == 413
    assert len(response.data) < 10_000


def test_a_large_form_of_ours_is_taken(patient: Patient, token: str) -> None:
    patient.begin(token)
    patient.get("/intake/pages/1")
    fields = patient.fields(q1_text="Rain.", q2="rose")
    fields |= {f"x{number}": [""] for number in range(MAX_FIELDS - len(fields))}
    patient.post("/intake/pages/1", fields)
    assert patient.path == "/intake/pages/2"


def test_nobody_is_given_back_more_than_our_forms_could_hold(client: FlaskClient) -> None:
    texts = {f"q{number}-text": "x" * 2000 for number in range(1, 400)}
    response = client.post("/intake/pages/1", data=texts, base_url=ORIGIN)
    assert response.status_code == 409
    assert MAX_GIVEN_BACK < len(response.data) < MAX_GIVEN_BACK * 1.2
    made_up = client.post("/intake/pages/1", data={"a-text": "made up"}, base_url=ORIGIN)
    assert "made up" not in made_up.text


def test_whoever_never_signed_in_is_given_nothing_back(client: FlaskClient) -> None:
    response = client.post("/clinic/responses/" + "0" * 32, data={"text": "made up"}, base_url=ORIGIN)
    assert response.status_code == 401
    assert "made up" not in response.text
    assert "Please sign in again" in response.text


# --- Sign-in and links


@pytest.mark.parametrize("length", [201, 4097, 500_000])
@pytest.mark.parametrize("is_known", [True, False])
def test_an_overlong_password_is_a_wrong_one(app: Flask, clinic: Clinic, length: int, is_known: bool) -> None:
    member = Member(app)
    email = email_of(clinic.novak) if is_known else "nobody@clinic.example"
    member.post("/clinic/sign-in", {"email": email, "password": "x" * length})
    assert member.page.status_code == 200
    assert member.problems == ["The e-mail address or the password is wrong, or the account is closed."]


def test_too_many_wrong_links_from_one_address_are_told_calmly(client: FlaskClient, clock: Clock) -> None:
    for number in range(60):
        assert client.post(f"/i/guess-{number}", data=BIRTH_DATE, base_url=ORIGIN).status_code == 422
    refused = client.post("/i/guess", data=BIRTH_DATE, base_url=ORIGIN)
    assert refused.status_code == 429
    assert "Too many tries in a short time" in refused.text
    assert "Exit this page" in refused.text
    clock.advance(minutes=61)
    assert client.post("/i/guess", data=BIRTH_DATE, base_url=ORIGIN).status_code == 422


# --- Addresses


@pytest.mark.parametrize("path", ["/intake", "/admin/staff", "/clinic"])
def test_no_redirect_names_the_host_that_a_request_made_up(client: FlaskClient, path: str) -> None:
    response = client.get(path, base_url="https://elsewhere.example")
    assert response.status_code in (302, 303, 308)
    assert response.location.startswith("/")
    assert not response.location.startswith("//")
    assert "elsewhere" not in response.text


@pytest.mark.parametrize("path", ["/", "/i", "/I/x", "/foo", "/clinics", "/intake/nowhere", "/static/nowhere"])
def test_a_mistyped_address_shows_the_patients_page(client: FlaskClient, path: str) -> None:
    response = client.get(path, base_url=ORIGIN)
    assert response.status_code == 404
    assert "Exit this page" in response.text
    assert "112" in response.text
    assert "/clinic" not in response.text


@pytest.mark.parametrize("path", ["/clinic/nowhere", "/admin/nowhere"])
def test_a_mistyped_address_of_the_clinic_shows_staff_their_page(client: FlaskClient, path: str) -> None:
    response = client.get(path, base_url=ORIGIN)
    assert response.status_code == 404
    assert 'href="/clinic/"' in response.text


def test_the_last_resort_needs_nothing_that_could_fail(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken() -> dict[str, str]:
        raise RuntimeError("settings")

    app.template_context_processors[None].append(broken)
    response = app.test_client().get("/nowhere", base_url=ORIGIN)
    assert response.status_code == 404
    assert "All that was saved before is safe." in response.text
    assert "{" not in response.text

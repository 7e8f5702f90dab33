"""Sessions end on the server, run out by the clock, and keep patients and staff apart."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from flask import Flask, session
from flask.testing import FlaskClient
from sqlalchemy import func, select, update

from screening.config import Settings
from screening.store.crypto import Keyring
from screening.store.engine import Store
from screening.store.tables import WebSession
from screening.web.sessions import DatabaseSessionInterface
from tests.support.app import Clock


@pytest.fixture
def store(migrated_database_url: str) -> Iterator[Store]:
    store = Store(migrated_database_url, Keyring.generate())
    yield store
    store.close()


@pytest.fixture
def app(store: Store, make_settings: Callable[..., Settings], clock: Clock) -> Flask:
    """An application that does nothing but keep a session."""
    app = Flask(__name__, static_folder=None)
    app.session_interface = DatabaseSessionInterface(store, make_settings(), clock)

    @app.route("/intake/put/<value>", endpoint="patient_put")
    @app.route("/clinic/put/<value>", endpoint="staff_put")
    def put(value: str) -> str:
        session["value"] = value
        return ""

    @app.route("/intake/show", endpoint="patient_show")
    @app.route("/clinic/show", endpoint="staff_show")
    def show() -> str:
        return str(session.get("value"))

    @app.route("/intake/end")
    def end() -> str:
        session.end()
        return ""

    @app.route("/clinic/renew")
    def renew() -> str:
        session.renew()
        return ""

    return app


@pytest.fixture
def browser(app: Flask) -> FlaskClient:
    return app.test_client()


def get(browser: FlaskClient, path: str) -> str:
    return browser.get(path, base_url="https://forms.clinic.example").text


def rows(store: Store) -> int:
    with store.read() as db:
        return db.scalar(select(func.count()).select_from(WebSession)) or 0


def test_what_is_put_into_a_session_stays_there(browser: FlaskClient) -> None:
    get(browser, "/intake/put/kept")
    assert get(browser, "/intake/show") == "kept"


def test_looking_at_a_page_makes_no_session(browser: FlaskClient, store: Store) -> None:
    get(browser, "/intake/show")
    assert rows(store) == 0


def test_patients_and_staff_have_sessions_of_their_own(browser: FlaskClient) -> None:
    get(browser, "/clinic/put/staff")
    assert get(browser, "/intake/show") == "None"
    get(browser, "/intake/put/patient")
    assert get(browser, "/clinic/show") == "staff"


def test_a_patients_cookie_is_no_staff_cookie(browser: FlaskClient, app: Flask) -> None:
    get(browser, "/intake/put/patient")
    cookie = browser.get_cookie("__Host-visit", "forms.clinic.example")
    assert cookie is not None
    other = app.test_client()
    other.set_cookie("__Host-staff", cookie.value, domain="forms.clinic.example", secure=True)
    assert get(other, "/clinic/show") == "None"


def test_an_ended_session_is_gone_on_the_server(browser: FlaskClient, store: Store) -> None:
    get(browser, "/intake/put/secret")
    cookie = browser.get_cookie("__Host-visit", "forms.clinic.example")
    assert cookie is not None
    get(browser, "/intake/end")
    assert rows(store) == 0
    browser.set_cookie("__Host-visit", cookie.value, domain="forms.clinic.example", secure=True)
    assert get(browser, "/intake/show") == "None"


def test_a_session_runs_out_without_a_sign_of_life(browser: FlaskClient, clock: Clock) -> None:
    get(browser, "/intake/put/kept")
    clock.advance(minutes=59)
    assert get(browser, "/intake/show") == "kept"
    clock.advance(minutes=59)
    assert get(browser, "/intake/show") == "kept"
    clock.advance(minutes=61)
    assert get(browser, "/intake/show") == "None"


def test_renewing_changes_the_cookie_and_ends_the_old_one(browser: FlaskClient, app: Flask) -> None:
    get(browser, "/clinic/put/kept")
    before = browser.get_cookie("__Host-staff", "forms.clinic.example")
    get(browser, "/clinic/renew")
    after = browser.get_cookie("__Host-staff", "forms.clinic.example")
    assert before is not None
    assert after is not None
    assert before.value != after.value
    assert get(browser, "/clinic/show") == "kept"
    thief = app.test_client()
    thief.set_cookie("__Host-staff", before.value, domain="forms.clinic.example", secure=True)
    assert get(thief, "/clinic/show") == "None"


def test_the_cookie_is_bound_to_the_host_and_hidden_from_scripts(app: Flask) -> None:
    response = app.test_client().get("/intake/put/x", base_url="https://forms.clinic.example")
    cookie = response.headers["Set-Cookie"]
    assert cookie.startswith("__Host-visit=")
    for attribute in ("Secure", "HttpOnly", "Path=/", "SameSite=Strict"):
        assert attribute in cookie


def test_the_content_of_a_session_is_sealed(browser: FlaskClient, store: Store) -> None:
    get(browser, "/intake/put/legible")
    with store.read() as db:
        data = db.scalars(select(WebSession.data)).one()
    assert b"legible" not in data


def test_a_session_that_does_not_open_is_nobodys(browser: FlaskClient, store: Store) -> None:
    get(browser, "/intake/put/kept")
    with store.write() as db:
        db.execute(update(WebSession).values(data=b"not what was sealed"))
    assert get(browser, "/intake/show") == "None"

"""What journeys use: the application behind a port, and people with browsers."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page, sync_playwright

from screening import staff
from screening.config import PROJECT, Settings
from screening.demo.practice import PASSWORD, fill
from screening.store.audit import Actor
from screening.store.crypto import Keyring
from screening.store.engine import Store
from tests.support.app import close_app, make_app, make_settings
from tests.support.browser import DESKTOP, WAYS, Watch, Way, launch, person
from tests.support.clock import Clock
from tests.support.database import upgrade
from tests.support.journey import HORAK, Member, Patient, Running
from tests.support.pages import SCREENSHOTS
from tests.support.server import serving

TIME_ZONE = ZoneInfo("Europe/Prague")
_FAILED = pytest.StashKey[bool]()


@dataclass(frozen=True, slots=True)
class LiveServer:
    """The application as it runs: where it is reached, and what it was made from."""

    origin: str
    app: Flask
    settings: Settings


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Iterator[None]:
    """Remember a failure, so that the pages can be pictured before they are closed."""
    report = yield
    item.stash[_FAILED] = item.stash.get(_FAILED, False) or report.failed
    return report


@pytest.fixture
def database_backend() -> str:
    """Journeys run on SQLite; one that is to run on PostgreSQL says so by parametrising this."""
    return "sqlite"


@pytest.fixture
def serve(make_settings: Callable[..., Settings], clock: Clock) -> Iterator[Callable[..., LiveServer]]:
    """Start the application with these settings in place of the usual ones; it stops after the test."""
    with ExitStack() as stack:

        def start(**overrides: object) -> LiveServer:
            def build(origin: str) -> Flask:
                return make_app(make_settings(**{"public_origin": origin, "environment": "demo"} | overrides), clock)

            origin, app = stack.enter_context(serving(build))
            stack.callback(close_app, app)
            return LiveServer(origin, app, app.extensions["settings"])

        yield start


@pytest.fixture
def live_server(serve: Callable[..., LiveServer]) -> LiveServer:
    """The application with the usual settings."""
    return serve()


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Chromium, one for each test process."""
    with sync_playwright() as playwright:
        browser = launch(playwright)
        yield browser
        browser.close()


@pytest.fixture
def watch() -> Iterator[Watch]:
    """Fails the test if a page asked a third party, had a script error, or broke the content security policy."""
    watch = Watch()
    yield watch
    assert not watch.problems


@pytest.fixture
def new_page(browser: Browser, watch: Watch, request: pytest.FixtureRequest) -> Iterator[Callable[..., Page]]:
    """Open a page as one more person, with cookies of their own: ``new_page()`` or ``new_page(PHONE)``."""
    pages: list[Page] = []
    with ExitStack() as stack:

        def open_page(way: Way = DESKTOP) -> Page:
            pages.append(stack.enter_context(person(browser, way, watch)))
            return pages[-1]

        yield open_page
        if request.node.stash.get(_FAILED, False):
            name = re.sub(r"\W+", "-", request.node.name)
            for number, page in enumerate(pages, start=1):
                page.screenshot(path=SCREENSHOTS / "failed" / f"{name}-{number}.png", full_page=True, scale="css")


@pytest.fixture(params=WAYS, ids=lambda way: way.name)
def way(request: pytest.FixtureRequest) -> Way:
    """Each way of looking at a page: desktop and phone, with and without scripts."""
    chosen: Way = request.param
    return chosen


@pytest.fixture(scope="session")
def demonstration(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with keys and database of the demonstration's practice and one more clinician, to copy."""
    folder = tmp_path_factory.mktemp("demonstration")
    keyring, now = Keyring.generate(), Clock().now
    keyring.write(folder / "keys.toml")
    url = f"sqlite:///{folder / 'answers.db'}"
    upgrade(url)
    store = Store(url, keyring)
    fill(store, (PROJECT / "questionnaires",), now, TIME_ZONE)
    system = Actor(kind="system", id="test", origin="", roles=frozenset())
    horak = {
        "email": HORAK,
        "name": "Dr B. Horak",
        "roles": {"clinician"},
        "password": PASSWORD,
        "is_own_password": True,
    }
    staff.create_staff(store, system, **horak, now=now)
    store.close()
    return folder


@pytest.fixture
def practice(demonstration: Path, tmp_path: Path, clock: Clock) -> Iterator[Running]:
    """The demonstration's practice, served; its clinicians read each other's patients."""
    folder = tmp_path / "practice"
    shutil.copytree(demonstration, folder)
    url = f"sqlite:///{folder / 'answers.db'}"

    def build(origin: str) -> Flask:
        settings = make_settings(folder, url, public_origin=origin, environment="demo", clinicians_see="practice")
        return make_app(settings, clock)

    with serving(build) as (origin, app):
        yield Running(origin, app, clock)
    close_app(app)


@pytest.fixture
def patient(new_page: Callable[..., Page], practice: Running, way: Way) -> Patient:
    """A patient, in each way of looking at a page."""
    return Patient(new_page(way), practice, way)


@pytest.fixture
def member(new_page: Callable[..., Page], practice: Running) -> Callable[..., Member]:
    """Open a browser as one more member of staff: ``member()`` or ``member(SMALL_PHONE_NO_SCRIPT)``."""
    return lambda way=DESKTOP: Member(new_page(way), practice, way)

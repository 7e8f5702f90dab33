"""A practice to measure: the application as it is in production, on a durable SQLite database of its own."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from flask import Flask

from benchmarks.browser import Browser
from screening import approval, invitations
from screening.app import create_app
from screening.config import PROJECT, Settings
from screening.invitations import InviteRequest
from screening.staff import create_staff
from screening.store import schema
from screening.store.audit import Actor
from screening.store.crypto import Keyring
from screening.store.engine import Store
from tests.support.app import make_settings

BIRTH_DATE = date(1988, 5, 12)
PASSWORD = "a made-up password for measuring"
SYSTEM = Actor(kind="system", id="benchmark", origin="", roles=frozenset())

_HEAD = """\
id: {id}
version: "1"
title: Before your visit
language: en
copyright: CC0-1.0. For a measurement.
clinically_reviewed: no
source: Made up for a measurement.
option_sets:
  frequency: {{never: Never, once: Once or twice, some: Some days, most: Most days, every: Every day, unsure: Not sure}}
pages:
"""
_PAGE = """\
  - id: page{page}
    title: How you have been feeling, part {page}
    recall: In the last 2 weeks
    items:
"""
_CHOICE = """\
      - id: q{page}_{item}
        type: choice
        text: How often did you feel as if you were watching yourself from outside, at hour {item}?
        short: Watching yourself, hour {item}
        options: frequency
"""
_TEXT = """\
      - id: q{page}_{item}
        type: text
        text: When do you notice it most, and what helps you then?
        short: When, and what helps
"""


def questionnaire(questionnaire_id: str, pages: int, questions: int) -> str:
    """Return the YAML of a questionnaire; each page asks for choices among six options, and last for free text."""
    parts = [_HEAD.format(id=questionnaire_id)]
    for page in range(1, pages + 1):
        parts.append(_PAGE.format(page=page))
        parts += (
            (_TEXT if item == questions else _CHOICE).format(page=page, item=item) for item in range(1, questions + 1)
        )
    return "".join(parts)


@dataclass(frozen=True, slots=True)
class Practice:
    """The application with its settings; ``clinician_id`` is that of its only member of staff."""

    app: Flask
    settings: Settings
    store: Store
    clinician_id: int

    def invite(self, questionnaires: Sequence[str]) -> str:
        """Invite a patient for tomorrow and return the link's token."""
        now = datetime.now(UTC)
        request = InviteRequest(
            record_number=f"R{now.timestamp():.6f}",
            name="Maren Holt",
            birth_date=BIRTH_DATE,
            clinician_id=self.clinician_id,
            appointment_at=now + timedelta(days=1),
            questionnaires=tuple(questionnaires),
        )
        return invitations.invite(self.store, SYSTEM, request, now=now, zone=self.settings.zone).token

    def patient(self, questionnaires: Sequence[str]) -> Browser:
        """Return the browser of a newly invited patient, who has come as far as the topics."""
        browser = Browser(self.app)
        begin(browser, self.invite(questionnaires))
        return browser


@contextmanager
def practice(*texts: str, database_url: str = "") -> Iterator[Practice]:
    """Make a practice with the shipped questionnaires and these, all approved; its files go at the end.

    They stand beside the demonstration's: on a disk, where a durable commit has to wait for it. ``database_url`` names
    another database than a new SQLite file; it must be empty.
    """
    folder_of_all = PROJECT / "var"
    folder_of_all.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="benchmark-", dir=folder_of_all) as name:
        folder = Path(name)
        questionnaires = folder / "questionnaires"
        questionnaires.mkdir()
        for number, text in enumerate(texts):
            (questionnaires / f"made-up-{number}.yaml").write_text(text, encoding="utf-8")
        settings = make_settings(
            folder, database_url or f"sqlite:///{folder / 'answers.db'}", questionnaires_folder=questionnaires
        )
        store = Store(settings.database_url, Keyring.read(settings.key_file))
        schema.upgrade(store.engine)
        store.close()
        app = create_app(settings)
        store = app.extensions["store"]
        assert isinstance(store, Store)
        yield Practice(app, settings, store, _staff_and_approvals(store))
        app.extensions["renderer"].close()
        store.close()


def _staff_and_approvals(store: Store) -> int:
    now = datetime.now(UTC)
    clinician_id = create_staff(
        store,
        SYSTEM,
        email="clinician@clinic.example",
        name="Dr A. Novak",
        roles=frozenset({"clinician"}),
        password=PASSWORD,
        is_own_password=True,
        now=now,
    )
    for version in approval.versions(store, SYSTEM):
        approval.approve(
            store, SYSTEM, version.questionnaire_id, version.version, approver_name="Dr A. Novak", now=now, demo=True
        )
    return clinician_id


def begin(browser: Browser, token: str) -> None:
    """Go from the link to the topics: birth date, landing, privacy, content note, agreeing."""
    browser.get(f"/i/{token}")
    birth = {"birth-day": BIRTH_DATE.day, "birth-month": BIRTH_DATE.month, "birth-year": BIRTH_DATE.year}
    browser.submit(**{name: str(value) for name, value in birth.items()})
    browser.get("/intake/privacy")
    browser.submit("next", hide="later")
    browser.get("/intake/agree")
    browser.submit("agree")
    assert browser.path == "/intake/topics", browser.path

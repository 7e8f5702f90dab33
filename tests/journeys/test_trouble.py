"""What a patient sees when something is wrong on our side, or with the page: calm words, and nothing typed is lost."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

import pytest
from playwright.sync_api import Page
from sqlalchemy.exc import OperationalError

from tests.support.browser import DESKTOP, SMALL_PHONE_NO_SCRIPT, Way
from tests.support.journey import Patient, Running

TOPIC = "What would you most like to talk about this time?"
WORDS = "Nobody at home knows that I am here."


@pytest.fixture(params=[DESKTOP, SMALL_PHONE_NO_SCRIPT], ids=lambda way: way.name)
def patient(request: pytest.FixtureRequest, new_page: Callable[..., Page], practice: Running) -> Patient:
    """A patient with words typed on the first page, on a desktop and on the smallest phone."""
    way: Way = request.param
    patient = Patient(new_page(way), practice, way)
    patient.opens(practice.invite("detachment-checkin"))
    patient.gives_birth_date()
    patient.agrees()
    patient.press("Start with the first topic")
    patient.writes(TOPIC, WORDS)
    return patient


def away(*_args: Any, **_kwargs: Any) -> AbstractContextManager[Any]:
    raise OperationalError("a statement", {}, Exception("the server closed the connection"))


def test_a_database_that_is_away_for_a_moment(patient: Patient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(patient.practice.store, "write", away)
    monkeypatch.setattr(patient.practice.store, "write_compiled", away)
    patient.press("Save and continue")
    patient.sees("Since your last visit", "not saved")
    patient.reads("Not saved. Press “Save and continue” again.")
    monkeypatch.setattr(patient.practice.store, "read", away)
    monkeypatch.setattr(patient.practice.store, "rows", away)
    patient.press("Save and continue")
    patient.sees("Not saved yet. Press “Save again”.")
    patient.reads(WORDS)
    other = Patient(patient.page.context.new_page(), patient.practice, patient.way)
    other.opens("/intake/topics")
    other.sees("This can’t be reached just now")
    monkeypatch.undo()
    patient.press("Save again")
    patient.sees("How you have been")


def test_a_page_of_an_earlier_visit(patient: Patient) -> None:
    """The link was opened once more in another tab, which began a new session."""
    other = Patient(patient.page.context.new_page(), patient.practice, patient.way)
    other.opens(patient.practice.another_link())
    other.gives_birth_date()
    patient.press("Save and continue")
    patient.sees("Not saved yet. Press “Save again”.")
    patient.reads(WORDS)
    patient.press("Save again")
    patient.sees("How you have been")


def test_an_address_that_leads_nowhere(patient: Patient) -> None:
    patient.opens("/intake/pages/99")
    patient.sees("This page can’t be found")
    patient.reads("All that was saved before is safe.")

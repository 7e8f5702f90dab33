"""What the response page says of sign-offs and their PDFs."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask

from reports.process import Renderer
from screening import review
from screening.delivery import Press, prepare
from tests.delivery.test_preparing import Printer
from tests.support.clinic import NOW, ZONE, Clinic
from tests.support.staff import Member

NONE = "It was opened again before its PDF was made, so there is none."


@pytest.fixture
def database_backend() -> str:
    """What is kept has tests of its own on both."""
    return "sqlite"


def sign(clinic: Clinic, response_id: str, hours: int) -> None:
    now = NOW + timedelta(hours=hours)
    review.sign_off(clinic.store, clinic.novak, response_id, clinicians_see="own", now=now)


def reopen(clinic: Clinic, response_id: str, hours: int) -> None:
    now = NOW + timedelta(hours=hours)
    review.reopen(clinic.store, clinic.novak, response_id, "Too early.", clinicians_see="own", now=now)


def test_a_sign_off_that_was_ended_before_its_pdf_was_made_is_said_to_have_none(app: Flask) -> None:
    clinic = Clinic(app.extensions["store"])
    (response_id,) = clinic.send(clinic.invite().invitation_id)
    novak = Member(app)
    novak.sign_in(clinic.novak)

    def page() -> str:
        novak.get(f"/clinic/responses/{response_id}")
        return novak.text

    sign(clinic, response_id, 1)
    assert NONE not in page()
    reopen(clinic, response_id, 2)
    assert page().count(NONE) == 1
    assert "is being made" not in page()
    sign(clinic, response_id, 3)
    assert "is being made" in page()
    printer: Renderer
    with Printer() as printer:
        prepare(clinic.store, Press("A4", ZONE), printer, response_id, NOW + timedelta(hours=4))
    reopen(clinic, response_id, 5)
    assert page().count(NONE) == 1, "the second has one"

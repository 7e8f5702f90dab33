"""A practice behind the application, and patients at their browsers. SQLite only: the use cases run on both."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from types import SimpleNamespace

import pytest
from flask import Flask, render_template
from flask.testing import FlaskClient
from markupsafe import Markup

from screening.intake.sitting import Sitting, SittingPage
from screening.web.intake import drawing, forms, question_page
from tests.support.clinic import Clinic
from tests.support.intake import GARDEN, Patient


@pytest.fixture
def database_backend() -> str:
    return "sqlite"


@pytest.fixture(autouse=True)
def drawn_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hold every page that is shown against the same page drawn by its template from nothing that is remembered."""
    questions, around = drawing.saved_questions, question_page.around

    def saved_questions(page: SittingPage) -> list[Markup]:
        shown = list(questions(page))
        assert shown == [drawing.draw(field) for field in forms.filled(page).fields]
        return shown

    def drawn_around(
        sitting: Sitting, page: SittingPage, drawn: Iterable[Markup], numbers: Iterable[int], revision: int, notice: str
    ) -> Markup:
        fields, asked = list(drawn), list(numbers)
        shown = around(sitting, page, fields, asked, revision, notice)
        assert shown == render_template(
            "intake/page.html",
            form=SimpleNamespace(wrong=(), numbers=asked, fields=fields),
            draw=lambda html: html,
            revision=revision,
            asked=(),
            notice=notice,
            not_saved=False,
            **question_page.variables(sitting, page),
        )
        return shown

    monkeypatch.setattr(drawing, "saved_questions", saved_questions)
    monkeypatch.setattr(question_page, "around", drawn_around)


@pytest.fixture
def practice(clinic: Clinic) -> Clinic:
    """The practice, with the garden questionnaire approved."""
    clinic.register(GARDEN.format(version="1"))
    clinic.approve("garden")
    return clinic


@pytest.fixture
def token(practice: Clinic) -> str:
    """A link to the garden questionnaire."""
    return practice.invite(questionnaires=("garden",)).token


@pytest.fixture
def patient(client: FlaskClient) -> Patient:
    """Somebody at a browser."""
    return Patient(client)


@pytest.fixture
def another(app: Flask) -> Callable[[], Patient]:
    """Make somebody at another browser."""
    return lambda: Patient(app.test_client())

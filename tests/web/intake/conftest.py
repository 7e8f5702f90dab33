"""A practice behind the application, and patients at their browsers. SQLite only: the use cases run on both."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient

from screening.store.engine import Store
from tests.support.clinic import Clinic
from tests.support.intake import GARDEN, Patient


@pytest.fixture
def database_backend() -> str:
    return "sqlite"


@pytest.fixture
def store(app: Flask) -> Store:
    """The application's store."""
    store = app.extensions["store"]
    assert isinstance(store, Store)
    return store


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

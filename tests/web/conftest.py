"""A practice behind the application, and the clinician at her browser."""

from __future__ import annotations

import pytest
from flask import Flask

from screening.store.engine import Store
from tests.support.clinic import Clinic
from tests.support.staff import Member


@pytest.fixture
def store(app: Flask) -> Store:
    """The application's store, and with it that of ``clinic``."""
    store = app.extensions["store"]
    assert isinstance(store, Store)
    return store


@pytest.fixture
def novak(app: Flask, clinic: Clinic) -> Member:
    """Dr Novak, signed in."""
    member = Member(app)
    member.sign_in(clinic.novak)
    return member

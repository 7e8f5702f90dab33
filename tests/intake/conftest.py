"""A practice that offers the garden questionnaire."""

from __future__ import annotations

import pytest

from tests.support.clinic import Clinic
from tests.support.intake import GARDEN


@pytest.fixture
def practice(clinic: Clinic) -> Clinic:
    """The practice, with the garden questionnaire approved."""
    clinic.register(GARDEN.format(version="1"))
    clinic.approve("garden")
    return clinic

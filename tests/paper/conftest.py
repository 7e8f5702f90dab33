"""A practice with somebody who may type in paper forms."""

from __future__ import annotations

import pytest

from screening.store.access import TRANSCRIBER
from screening.store.audit import Actor
from tests.support.clinic import Clinic
from tests.support.paper import Typist


@pytest.fixture
def tina(clinic: Clinic) -> Actor:
    """Somebody with the right and no role."""
    return clinic.member("Tina Typist", {TRANSCRIBER})


@pytest.fixture
def typist(clinic: Clinic, tina: Actor) -> Typist:
    """Tina, at the form of Anna Nowak's invitation to two questionnaires."""
    return Typist(clinic.store, clinic.invite(questionnaires=("mood", "coping")).invitation_id, tina)

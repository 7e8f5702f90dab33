"""What the fault tests use: a practice on a database that a server process serves, and patients with links to it."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from screening import invitations
from screening.store.crypto import Keyring
from screening.store.engine import Store
from tests.support.clinic import ZONE, Clinic

_SHORT_SAVES, _LONG_SAVES = 200, 10_000
_SHORT_MINUTES = 10.0


@dataclass(frozen=True, slots=True)
class Length:
    """How long a test goes on: until so many saves were acknowledged, which may take so many minutes at most."""

    saves: int
    minutes: float


@pytest.fixture
def length() -> Length:
    """Short by default; long where SOAK_MINUTES says how long it may take."""
    minutes = os.environ.get("SOAK_MINUTES")
    return Length(_LONG_SAVES, float(minutes)) if minutes else Length(_SHORT_SAVES, _SHORT_MINUTES)


class ServedPractice:
    """A practice whose database and keys a server process uses too; each ``invite`` is a patient of its own."""

    def __init__(self, folder: Path, database_url: str) -> None:
        self.folder = folder
        self.database_url = database_url
        self.key_file = folder / "keys.toml"
        keyring = Keyring.generate()
        keyring.write(self.key_file)
        self.store = Store(database_url, keyring)
        self.clinic = Clinic(self.store)
        self._invited = 0

    def invite(self) -> tuple[str, str]:
        """Invite one more patient, born on 12 May 1988, to a form of one question; return invitation id and token."""
        self._invited += 1
        now = datetime.now(UTC)  # the server's own time, which nobody can set
        request = self.clinic.request(
            record_number=f"F-{self._invited}", appointment_at=now + timedelta(days=2), questionnaires=("coping",)
        )
        invited = invitations.invite(self.store, self.clinic.desk, request, now=now, zone=ZONE)
        return invited.invitation_id, invited.token


@pytest.fixture
def make_practice(tmp_path: Path) -> Iterator[Callable[[str], ServedPractice]]:
    """Make a practice on a database at the present schema."""
    made: list[ServedPractice] = []

    def make(database_url: str) -> ServedPractice:
        made.append(ServedPractice(tmp_path, database_url))
        return made[-1]

    yield make
    for practice in made:
        practice.store.close()


@pytest.fixture
def practice(make_practice: Callable[[str], ServedPractice], migrated_database_url: str) -> ServedPractice:
    """A practice on a database of each kind."""
    return make_practice(migrated_database_url)

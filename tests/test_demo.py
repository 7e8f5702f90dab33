"""The demonstration is a practice with something to look at in every state."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from screening import review
from screening.config import PROJECT
from screening.demo.practice import fill, open_invitation, staff_addresses
from screening.review import ListFilter
from screening.staff import find_staff
from screening.store import invitations
from screening.store.audit import Actor
from screening.store.engine import Store

NOW = datetime(2026, 11, 23, 16, 30, tzinfo=UTC)
ZONE = ZoneInfo("Europe/Prague")
SYSTEM = Actor(kind="system", id="test", origin="", roles=frozenset())


@pytest.fixture
def demo_store(store: Store) -> Store:
    fill(store, (PROJECT / "questionnaires",), NOW, ZONE)
    return store


def test_every_state_is_there(demo_store: Store) -> None:
    clinician = find_staff(demo_store, SYSTEM, staff_addresses(demo_store)["clinician"])
    actor = Actor(kind="staff", id=str(clinician.id), origin="", roles=clinician.roles, name=clinician.name)
    rows = review.appointments(demo_store, actor, ListFilter(), clinicians_see="own", now=NOW).rows
    assert {row.state for row in rows} == {"sent", "reviewed", "begun", "declined"}


def test_each_start_gives_a_link_that_works(demo_store: Store) -> None:
    first = open_invitation(demo_store, NOW, ZONE)
    second = open_invitation(demo_store, NOW, ZONE)
    a_week_later = open_invitation(demo_store, NOW + timedelta(days=7), ZONE)
    with demo_store.read() as session:
        found = [
            invitations.find_by_token(session, demo_store.keyring, opened.token)
            for opened in (first, second, a_week_later)
        ]
    assert all(found)
    assert found[0] is not None
    assert found[1] is not None
    assert found[2] is not None
    assert found[0].id == found[1].id
    assert found[2].id != found[0].id

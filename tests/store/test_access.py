"""The condition under which answers are given out: one rule, whether its values are bound or parameters."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from screening.store.access import (
    CLINICIAN,
    CliniciansSee,
    may_read_answers,
    may_read_answers_built_once,
    staff_id,
)
from screening.store.audit import SYSTEM, Actor
from screening.store.tables import Cover, Invitation
from tests.support.clinic import NOW, Clinic

STARTS, ENDS = NOW + timedelta(hours=1), NOW + timedelta(hours=2)


@pytest.fixture
def hers_and_his(clinic: Clinic) -> tuple[str, str]:
    """An invitation to each of two clinicians; he covers her from STARTS until ENDS."""
    hers = clinic.invite().invitation_id
    to_him = {"clinician_id": int(clinic.horak.id), "appointment_at": NOW + timedelta(days=2)}
    his = clinic.invite(**to_him).invitation_id
    with clinic.store.write() as session:
        session.add(
            Cover(
                clinician_id=int(clinic.novak.id),
                cover_id=int(clinic.horak.id),
                starts_at=STARTS,
                ends_at=ENDS,
                set_by=int(clinic.desk.id),
                set_at=NOW,
            )
        )
    return hers, his


def readable(clinic: Clinic, actor: Actor, see: CliniciansSee, now: datetime) -> set[str]:
    """Return the invitations whose answers both forms of the condition give out."""
    with clinic.store.read() as session:
        bound = set(session.scalars(select(Invitation.id).where(may_read_answers(session, actor, see, now))))
        built_once = select(Invitation.id).where(may_read_answers_built_once(actor, see))
        assert set(session.scalars(built_once, {"reader": staff_id(actor), "now": now})) == bound
    return bound


@pytest.mark.parametrize(
    ("now", "is_covered"),
    [
        (STARTS - timedelta(microseconds=1), False),
        (STARTS, True),
        (ENDS - timedelta(microseconds=1), True),
        (ENDS, False),
    ],
)
def test_a_clinician_reads_her_own_and_what_she_covers_at_that_time(
    clinic: Clinic, hers_and_his: tuple[str, str], now: datetime, is_covered: bool
) -> None:
    hers, his = hers_and_his
    assert readable(clinic, clinic.horak, "own", now) == ({hers, his} if is_covered else {his})
    assert readable(clinic, clinic.novak, "own", now) == {hers}
    assert readable(clinic, clinic.novak, "practice", now) == {hers, his}


def test_without_the_role_nobody_reads_and_the_program_reads_all(clinic: Clinic, hers_and_his: tuple[str, str]) -> None:
    patient = Actor("patient", hers_and_his[0], "198.51.100.4", frozenset({CLINICIAN}))
    for see in ("own", "practice"):
        assert readable(clinic, SYSTEM, see, STARTS) == set(hers_and_his)
        for actor in (clinic.desk, clinic.admin, patient):
            assert readable(clinic, actor, see, STARTS) == set()

"""A cover reads for a clinician who is away, from the first day to the last, and no longer."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from screening import covering, invitations, review
from screening.review import working_days_before
from screening.store.audit import Actor
from screening.store.errors import Invalid, NotAllowed, NotFound
from tests.support.clinic import NOW, ZONE, Clinic

DAY = timedelta(days=1)


def cover(clinic: Clinic, actor: Actor | None = None, **changes: object) -> str:
    values = {
        "clinician_id": int(clinic.novak.id),
        "cover_id": int(clinic.horak.id),
        "starts_at": NOW + DAY,
        "ends_at": NOW + 3 * DAY,
        "now": NOW,
    }
    return covering.set_cover(clinic.store, actor or clinic.desk, **{**values, **changes})  # type: ignore[arg-type]


def reads(clinic: Clinic, response_id: str, when: datetime) -> bool:
    try:
        review.load_response(clinic.store, clinic.horak, response_id, clinicians_see="own", now=when, zone=ZONE)
    except NotFound:
        return False
    return True


def waiting(clinic: Clinic, when: datetime) -> int:
    return len(review.to_review(clinic.store, clinic.horak, clinicians_see="own", now=when).rows)


def test_a_cover_reads_while_it_holds_and_not_before_or_after(clinic: Clinic) -> None:
    (response_id,) = clinic.send(clinic.invite().invitation_id)
    cover(clinic)
    times = (NOW, NOW + DAY, NOW + 3 * DAY - timedelta(seconds=1), NOW + 3 * DAY)
    assert [reads(clinic, response_id, when) for when in times] == [False, True, True, False]
    assert [waiting(clinic, when) for when in times] == [0, 1, 1, 0]


def test_a_cover_that_was_ended_opens_nothing(clinic: Clinic) -> None:
    (response_id,) = clinic.send(clinic.invite().invitation_id)
    cover_id = cover(clinic)
    covering.end_cover(clinic.store, clinic.novak, cover_id, now=NOW + DAY)
    assert not reads(clinic, response_id, NOW + DAY)
    assert clinic.actions(f"cover:{cover_id}") == [("set", clinic.desk.id), ("end", clinic.novak.id)]
    with pytest.raises(NotFound):
        covering.end_cover(clinic.store, clinic.novak, cover_id, now=NOW + DAY)


def test_lists_name_who_covers(clinic: Clinic) -> None:
    clinic.invite()
    cover(clinic)
    (row,) = invitations.appointments(clinic.store, clinic.desk, invitations.ListFilter(), now=NOW + DAY).rows
    assert (row.clinician, row.covered_by) == ("Dr A. Novak", "Dr B. Horak")


def test_a_clinician_lets_nobody_but_another_into_her_own(clinic: Clinic) -> None:
    cover(clinic, clinic.novak)
    with pytest.raises(NotAllowed):
        cover(clinic, clinic.horak)
    made = cover(clinic)
    with pytest.raises(NotAllowed):
        covering.end_cover(clinic.store, clinic.horak, made, now=NOW)


@pytest.mark.parametrize(
    ("field", "changes"),
    [
        ("clinician_id", {"clinician_id": 0}),
        ("cover_id", {"cover_id": 0}),
        ("last_day", {"ends_at": NOW + DAY}),
        ("last_day", {"starts_at": NOW - 9 * DAY, "ends_at": NOW - DAY}),
        ("last_day", {"ends_at": NOW + 800 * DAY}),
    ],
)
def test_a_cover_that_can_not_be_is_refused_by_field(clinic: Clinic, field: str, changes: dict[str, object]) -> None:
    with pytest.raises(Invalid) as refusal:
        cover(clinic, **changes)
    assert field in refusal.value.problems


def test_nobody_covers_for_himself(clinic: Clinic) -> None:
    with pytest.raises(Invalid):
        cover(clinic, cover_id=int(clinic.novak.id))


@pytest.mark.parametrize(
    ("now", "days", "expected"),
    [
        ("2026-05-08T12:00", 3, "2026-05-05T12:00"),  # Friday
        ("2026-05-04T12:00", 3, "2026-04-29T12:00"),  # Monday: Friday, Thursday, Wednesday
        ("2026-05-10T12:00", 1, "2026-05-08T12:00"),  # Sunday
        ("2026-03-30T12:00", 1, "2026-03-27T12:00"),  # over the change of clocks
    ],
)
def test_working_days_leave_out_the_weekend(now: str, days: int, expected: str) -> None:
    found = working_days_before(datetime.fromisoformat(now).replace(tzinfo=ZONE), days, ZONE)
    assert found.replace(tzinfo=None) == datetime.fromisoformat(expected)


def test_what_waits_too_long_is_listed_alike_for_all(clinic: Clinic) -> None:
    old, new = clinic.invite(), clinic.invite(record_number="B-2", name="Petr Svoboda")
    clinic.send(old.invitation_id, now=NOW)
    clinic.send(new.invitation_id, now=NOW + DAY)

    def listed(actor: Actor, when: datetime) -> list[tuple[str, int]]:
        page = review.unread_beyond(clinic.store, actor, working_days=3, zone=ZONE, clinicians_see="own", now=when)
        return [(row.patient_name, len(row.responses)) for row in page.rows]

    when = NOW + 3 * DAY + timedelta(hours=1)
    assert listed(clinic.desk, when) == [("Anna Nowak", 0)]
    assert listed(clinic.novak, when) == [("Anna Nowak", 1)]
    assert listed(clinic.horak, when) == []
    assert listed(clinic.desk, NOW + 2 * DAY) == []
    with pytest.raises(NotAllowed):
        listed(clinic.admin, when)

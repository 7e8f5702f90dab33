"""What patients were told is deleted is deleted, and nothing else."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select

from screening import invitations, retention, review
from screening.intake.consent import Consent, agree
from screening.intake.reading import view
from screening.retention import Deleted
from screening.store.audit import SYSTEM, Actor
from screening.store.errors import NotAllowed, NotFound
from screening.store.tables import Invitation, Note, Response
from screening.store.worklist import ListFilter, ListState
from tests.support.clinic import NOW, ZONE, Clinic

VISIT = NOW + timedelta(days=1, hours=1)


def run(clinic: Clinic, after_days: float, *, retention_days: int | None = 30) -> Deleted:
    now = NOW + timedelta(days=after_days)
    return retention.run(clinic.store, SYSTEM, retention_days=retention_days, draft_days=7, now=now)


def responses(clinic: Clinic) -> int:
    with clinic.store.read() as session:
        return session.scalar(select(func.count()).select_from(Response)) or 0


def test_sent_answers_stay_until_their_time_is_over(clinic: Clinic) -> None:
    clinic.send(clinic.invite().invitation_id)
    assert run(clinic, 30) == Deleted(sent=0, unsent=0)
    assert run(clinic, 30.1) == Deleted(sent=1, unsent=0)
    assert responses(clinic) == 0


def test_a_note_goes_with_its_answers(clinic: Clinic) -> None:
    (response_id,) = clinic.send(clinic.invite().invitation_id)
    review.save_note(clinic.store, clinic.novak, response_id, "Call back.", 0, clinicians_see="own", now=NOW)
    run(clinic, 31)
    with clinic.store.read() as session:
        assert session.scalars(select(Note)).all() == []
    with pytest.raises(NotFound):
        review.load_response(clinic.store, clinic.novak, response_id, clinicians_see="own", now=NOW, zone=ZONE)


def test_unsent_answers_go_some_days_after_the_visit(clinic: Clinic) -> None:
    clinic.begin(clinic.invite().invitation_id)
    visit_in_days = (VISIT - NOW) / timedelta(days=1)
    assert run(clinic, visit_in_days + 7) == Deleted(sent=0, unsent=0)
    assert run(clinic, visit_in_days + 7.1) == Deleted(sent=0, unsent=1)


def test_without_a_retention_time_sent_answers_stay(clinic: Clinic) -> None:
    clinic.send(clinic.invite().invitation_id)
    assert run(clinic, 10_000, retention_days=None) == Deleted(sent=0, unsent=0)


def test_a_trace_without_content_stays(clinic: Clinic) -> None:
    invitation_id = clinic.invite().invitation_id
    (response_id,) = clinic.send(invitation_id)
    run(clinic, 31)
    assert clinic.actions(f"response:{response_id}")[-1] == ("delete", "screening")
    assert clinic.actions(f"invitation:{invitation_id}")[0][0] == "invite"


@pytest.mark.parametrize("is_reviewed", [False, True])
def test_deleted_answers_are_listed_as_deleted_and_not_as_reviewed(clinic: Clinic, is_reviewed: bool) -> None:
    invitation_id = clinic.invite().invitation_id
    (response_id,) = clinic.send(invitation_id)
    if is_reviewed:
        review.sign_off(clinic.store, clinic.novak, response_id, clinicians_see="own", now=NOW)
    run(clinic, 31)
    assert states(clinic) == [ListState.DELETED]
    assert states(clinic, ListState.DELETED) == [ListState.DELETED]
    assert states(clinic, ListState.REVIEWED) == states(clinic, ListState.SENT) == []
    found = invitations.load(clinic.store, clinic.desk, invitation_id, now=NOW, zone=ZONE)
    assert found.state is ListState.DELETED


def test_a_patient_whose_visit_is_moved_after_the_deletion_begins_anew(clinic: Clinic) -> None:
    invitation_id = clinic.invite(questionnaires=("mood", "coping")).invitation_id
    clinic.begin(invitation_id)
    later = NOW + timedelta(days=30)
    assert run(clinic, 30, retention_days=None) == Deleted(sent=0, unsent=2)
    assert states(clinic) == [ListState.NOT_STARTED]
    begins_anew(clinic, invitation_id, later)


def test_an_invitation_that_lost_its_questions_before_recovers(clinic: Clinic) -> None:
    """Deleting once forgot to take the consent back; such an invitation must not be a dead end."""
    invitation_id = clinic.invite().invitation_id
    with clinic.store.write() as session:
        row = session.get_one(Invitation, invitation_id)
        row.begun_at = row.consented_at = NOW
        row.consent_hash, row.consent_language = "0" * 64, "en"
    begins_anew(clinic, invitation_id, NOW)


def begins_anew(clinic: Clinic, invitation_id: str, now: datetime) -> None:
    there = {"now": now, "zone": ZONE}
    visit = now + timedelta(days=2)
    invitations.move_appointment(clinic.store, clinic.desk, invitation_id, visit, now=now, zone=ZONE)
    patient = Actor("patient", invitation_id, "198.51.100.4")
    assert not view(clinic.store, patient, **there).has_agreed
    agree(clinic.store, patient, Consent(version="1", language="en", text="Yes."), **there)
    sitting = view(clinic.store, patient, **there)
    assert sitting.has_agreed
    assert sitting.pages


def states(clinic: Clinic, state: ListState | None = None) -> list[ListState]:
    wanted = ListFilter(state=state)
    desk = invitations.appointments(clinic.store, clinic.desk, wanted, now=NOW).rows
    own = review.appointments(clinic.store, clinic.novak, wanted, clinicians_see="own", now=NOW).rows
    assert [row.state for row in desk] == [row.state for row in own]
    return [row.state for row in desk]


def test_doing_it_again_changes_nothing(clinic: Clinic) -> None:
    clinic.send(clinic.invite().invitation_id)
    run(clinic, 31)
    assert run(clinic, 31) == Deleted(sent=0, unsent=0)


def test_the_front_desk_deletes_nothing(clinic: Clinic) -> None:
    with pytest.raises(NotAllowed):
        retention.run(clinic.store, clinic.desk, retention_days=1, draft_days=1, now=NOW)


def test_deleted_answers_are_gone_from_the_file(clinic: Clinic, tmp_path: Path, database_backend: str) -> None:
    """Sealed as they are, their bytes do not lie about in the database file either."""
    (response_id,) = clinic.send(clinic.invite().invitation_id)
    with clinic.store.read() as session:
        document = session.get_one(Response, response_id).document
    assert document is not None
    run(clinic, 31)
    clinic.store.close()
    if database_backend == "sqlite":
        assert document not in b"".join(path.read_bytes() for path in tmp_path.glob("answers.db"))

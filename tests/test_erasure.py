"""A patient who asks for it has a response deleted, and a trace without content stays."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import func, select

from screening import erasure, review
from screening.intake.reading import view
from screening.store.audit import SYSTEM, Actor, AuditEvent
from screening.store.errors import NotAllowed, NotFound
from screening.store.tables import Note, Response, ResponsePage
from screening.store.worklist import ListFilter, ListState
from tests.support.clinic import NOW, ZONE, Clinic


def count(clinic: Clinic) -> int:
    with clinic.store.read() as session:
        return sum(
            session.scalar(select(func.count()).select_from(table)) or 0 for table in (Response, ResponsePage, Note)
        )


def states(clinic: Clinic) -> list[ListState]:
    rows = review.appointments(clinic.store, clinic.novak, ListFilter(), clinicians_see="own", now=NOW).rows
    return [row.state for row in rows]


def test_answers_and_note_go_and_the_list_says_so(clinic: Clinic) -> None:
    (response_id,) = clinic.send(clinic.invite().invitation_id)
    review.save_note(clinic.store, clinic.novak, response_id, "Call back.", 0, clinicians_see="own", now=NOW)
    receipt = erasure.erase_response(clinic.store, clinic.admin, response_id, now=NOW)
    assert (receipt.response_id, receipt.questionnaire_id, receipt.version) == (response_id, "mood", "1")
    assert receipt.sent_at == NOW
    assert count(clinic) == 0
    assert states(clinic) == [ListState.DELETED]
    with pytest.raises(NotFound):
        review.load_response(clinic.store, clinic.novak, response_id, clinicians_see="own", now=NOW, zone=ZONE)


def test_the_trace_says_who_why_and_which_form_and_no_more(clinic: Clinic) -> None:
    (response_id,) = clinic.send(clinic.invite().invitation_id)
    receipt = erasure.erase_response(clinic.store, SYSTEM, response_id, reason="mistake", now=NOW)
    with clinic.store.read() as session:
        event = session.get_one(AuditEvent, receipt.event_id)
    assert (event.action, event.record, event.actor) == ("delete", f"response:{response_id}", "screening")
    assert event.detail == {"reason": "mistake", "questionnaire": "mood", "version": "1"}


def test_the_other_response_of_the_sitting_stays(clinic: Clinic) -> None:
    mood, coping = clinic.send(clinic.invite(questionnaires=("mood", "coping")).invitation_id)
    erasure.erase_response(clinic.store, clinic.admin, mood, now=NOW)
    assert states(clinic) == [ListState.SENT]
    left = review.load_response(clinic.store, clinic.novak, coping, clinicians_see="own", now=NOW, zone=ZONE)
    assert [listed.response_id for listed in left.sitting] == [coping]


def test_what_was_not_sent_goes_too_and_the_patient_can_begin_anew(clinic: Clinic) -> None:
    invitation_id = clinic.invite().invitation_id
    clinic.begin(invitation_id)
    with clinic.store.read() as session:
        response_id = session.scalars(select(Response.id)).one()
    assert erasure.erase_response(clinic.store, clinic.admin, response_id, now=NOW).sent_at is None
    assert states(clinic) == [ListState.NOT_STARTED]
    assert not view(clinic.store, Actor("patient", invitation_id, ""), now=NOW, zone=ZONE).has_agreed


@pytest.mark.parametrize("who", ["desk", "novak"])
def test_only_an_administrator_deletes(clinic: Clinic, who: str) -> None:
    (response_id,) = clinic.send(clinic.invite().invitation_id)
    with pytest.raises(NotAllowed):
        erasure.erase_response(clinic.store, getattr(clinic, who), response_id, now=NOW)
    assert count(clinic) == 1


def test_what_there_is_not_is_not_found(clinic: Clinic) -> None:
    with pytest.raises(NotFound, match="no such response"):
        erasure.erase_response(clinic.store, clinic.admin, "0" * 32, now=NOW)


def test_the_bytes_are_gone_from_the_file(clinic: Clinic, tmp_path: Path, database_backend: str) -> None:
    (response_id,) = clinic.send(clinic.invite().invitation_id)
    with clinic.store.read() as session:
        document = session.get_one(Response, response_id).document
    assert document is not None
    erasure.erase_response(clinic.store, clinic.admin, response_id, now=NOW)
    clinic.store.close()
    if database_backend == "sqlite":
        assert document not in (tmp_path / "answers.db").read_bytes()

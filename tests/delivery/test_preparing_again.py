"""What changes in an unsigned report has its PDF made again before somebody asks; what is signed off is left alone."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import delete, select

from screening import approval, asking_first, invitations, review
from screening.intake import consent
from screening.paper import comparing
from screening.store import outbox, patients
from screening.store.access import TRANSCRIBER
from screening.store.tables import Invitation, Response
from screening.store.work_tables import OutboxTask
from tests.support.clinic import NOW, ZONE, Clinic
from tests.support.paper import Typist
from tests.support.visitor import TEXT, Visitor

LATER = NOW + timedelta(hours=1)


def asked_for(clinic: Clinic) -> set[str]:
    """Return the responses whose reports are asked for, and forget that they were."""
    with clinic.store.write() as session:
        found = session.execute(select(OutboxTask.kind, OutboxTask.subject)).all()
        session.execute(delete(OutboxTask))
    assert {kind for kind, _ in found} <= {outbox.PREPARE_REPORT}
    return {subject for _, subject in found}


@pytest.fixture
def invitation_id(clinic: Clinic) -> str:
    return clinic.invite().invitation_id


@pytest.fixture
def unsigned(clinic: Clinic, invitation_id: str) -> str:
    """An unsigned response, beside one of the same patient that is signed off, and nothing asked for."""
    before = clinic.invite(appointment_at=NOW + timedelta(hours=2)).invitation_id
    (signed,) = clinic.send(before)
    review.sign_off(clinic.store, clinic.novak, signed, clinicians_see="own", now=NOW)
    (found,) = clinic.send(invitation_id)
    asked_for(clinic)
    return found


def correct(clinic: Clinic, invitation_id: str) -> None:
    with clinic.store.read() as session:
        patient_id = session.get_one(Invitation, invitation_id).patient_id
        known = patients.read(session, clinic.store.keyring, patient_id)
    changed = replace(known, name="Anna Kis")
    invitations.correct_identity(clinic.store, clinic.desk, invitation_id, changed, now=LATER, zone=ZONE)


def move(clinic: Clinic, invitation_id: str) -> None:
    to = NOW + timedelta(days=2)
    invitations.move_appointment(clinic.store, clinic.desk, invitation_id, to, now=LATER, zone=ZONE)


def reassign(clinic: Clinic, invitation_id: str) -> None:
    invitations.reassign(clinic.store, clinic.desk, invitation_id, int(clinic.horak.id), now=LATER)


def ask_first(clinic: Clinic, _: str) -> None:
    asking_first.ask(clinic.store, clinic.novak, "mood", "numb", "yes", asked_by="Dr A. Novak", now=LATER)


def withdraw(clinic: Clinic, _: str) -> None:
    approval.withdraw(clinic.store, clinic.admin, "mood", "1", now=LATER)


@pytest.mark.parametrize("change", [correct, move, reassign, ask_first, withdraw])
def test_it_is_made_again(
    clinic: Clinic, invitation_id: str, unsigned: str, change: Callable[[Clinic, str], None]
) -> None:
    change(clinic, invitation_id)
    assert asked_for(clinic) == {unsigned}


def test_it_is_made_again_when_an_attention_answer_ends_and_when_a_version_is_approved_again(
    clinic: Clinic, invitation_id: str, unsigned: str
) -> None:
    ask_first(clinic, invitation_id)
    withdraw(clinic, invitation_id)
    asked_for(clinic)
    (form,) = [form for form in asking_first.forms(clinic.store, clinic.admin) if form.questionnaire_id == "mood"]
    asking_first.stop(clinic.store, clinic.novak, form.in_force[0].attention_id, now=LATER)
    assert asked_for(clinic) == {unsigned}
    clinic.approve("mood")
    assert asked_for(clinic) == {unsigned}


def test_another_questionnaire_another_version_and_what_is_not_sent_are_left_alone(
    clinic: Clinic, unsigned: str
) -> None:
    clinic.begin(clinic.invite(appointment_at=NOW + timedelta(days=3)).invitation_id)
    clinic.approve("coping")
    asking_first.ask(clinic.store, clinic.novak, "mood", "interest", "no", asked_by="Dr A. Novak", now=LATER)
    assert asked_for(clinic) == {unsigned}


def test_one_that_waits_already_waits_once_and_is_made_after_the_change(
    clinic: Clinic, invitation_id: str, unsigned: str
) -> None:
    ask_first(clinic, invitation_id)
    with clinic.store.write() as session:
        task = outbox.lease(session, LATER)
    assert task is not None
    move(clinic, invitation_id)
    with clinic.store.write() as session:
        outbox.finish(session, task, LATER)
    assert asked_for(clinic) == {unsigned}


def correction_of(clinic: Clinic, invitation_id: str) -> str:
    view, _ = invitations.ask_for_correction(
        clinic.store, clinic.desk, invitation_id, clinicians_see="own", now=LATER, zone=ZONE
    )
    return view.invitation_id


def test_what_a_correction_corrects_is_made_again(clinic: Clinic, invitation_id: str, unsigned: str) -> None:
    made = correction_of(clinic, invitation_id)
    assert asked_for(clinic) == {unsigned}
    visitor = Visitor(clinic.store, made)
    consent.agree(clinic.store, visitor.actor, TEXT, now=NOW, zone=ZONE)
    visitor.save(1, numb=False)
    visitor.send()
    with clinic.store.read() as session:
        (sent,) = session.scalars(select(Response.id).where(Response.invitation_id == made))
    assert asked_for(clinic) == {unsigned, sent}


def test_and_when_the_correction_came_on_paper(clinic: Clinic, invitation_id: str, unsigned: str) -> None:
    tina = clinic.member("Tina Typist", {TRANSCRIBER})
    made = correction_of(clinic, invitation_id)
    asked_for(clinic)
    Typist(clinic.store, made, tina).does_it_all({1: {"numb": False}})
    typed = asked_for(clinic) - {unsigned}
    (response_id,) = typed
    comparing.confirm(clinic.store, clinic.novak, response_id, clinicians_see="own", now=LATER)
    assert asked_for(clinic) == {unsigned, response_id}
    comparing.reject(clinic.store, clinic.novak, response_id, "Page 1.", clinicians_see="own", now=LATER)
    assert asked_for(clinic) == {unsigned}

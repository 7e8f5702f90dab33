"""What was typed in from paper counts beside other visits once it was compared with the paper, and not if rejected."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from screening import invitations, review
from screening.history import load_history
from screening.paper import comparing
from screening.reporting import report_of
from screening.store.audit import Actor
from screening.store.errors import NotAllowed, NotFound
from screening.store.tables import Response
from screening.summary import Reader
from tests.support.clinic import ANSWERED, NOW, ZONE, Clinic
from tests.support.paper import Typist

NEXT_VISIT = NOW + timedelta(days=9)


def type_in(clinic: Clinic, invitation_id: str, tina: Actor) -> str:
    Typist(clinic.store, invitation_id, tina).does_it_all({1: {"numb": True}})
    with clinic.store.read() as session:
        return session.scalars(select(Response.id).where(Response.invitation_id == invitation_id)).one()


def confirm(clinic: Clinic, response_id: str) -> None:
    comparing.confirm(clinic.store, clinic.novak, response_id, clinicians_see="own", now=NOW)


def reject(clinic: Clinic, response_id: str) -> None:
    comparing.reject(clinic.store, clinic.novak, response_id, "It is Petr’s.", clinicians_see="own", now=NOW)


def load(clinic: Clinic, response_id: str) -> review.ResponseView:
    return review.load_response(clinic.store, clinic.novak, response_id, clinicians_see="own", now=NOW, zone=ZONE)


def history(clinic: Clinic, patient_id: str) -> list[str]:
    view = load_history(clinic.store, clinic.novak, patient_id, "mood", clinicians_see="own", now=NOW)
    return [visit.response_id for visit in view.visits]


@pytest.fixture
def typed(clinic: Clinic, tina: Actor) -> str:
    """Anna's first visit, typed in and not yet compared with the paper."""
    return type_in(clinic, clinic.invite().invitation_id, tina)


@pytest.fixture
def sent(clinic: Clinic, typed: str) -> str:
    """Anna's next visit, sent by herself."""
    (response_id,) = clinic.send(clinic.invite(appointment_at=NEXT_VISIT).invitation_id)
    return response_id


def test_it_is_an_earlier_visit_once_it_was_compared(clinic: Clinic, typed: str, sent: str) -> None:
    patient_id = load(clinic, sent).patient_id
    assert load(clinic, sent).facts.earlier == ()
    assert history(clinic, patient_id) == [sent]
    confirm(clinic, typed)
    assert [before.response_id for before in load(clinic, sent).facts.earlier] == [typed]
    assert history(clinic, patient_id) == [typed, sent]


def test_what_was_rejected_is_no_visit_until_it_is_typed_in_again(
    clinic: Clinic, tina: Actor, typed: str, sent: str
) -> None:
    patient_id, invitation_id = load(clinic, sent).patient_id, load(clinic, typed).invitation_id
    confirm(clinic, typed)
    reject(clinic, typed)
    assert history(clinic, patient_id) == [sent]
    again = type_in(clinic, invitation_id, tina)
    assert history(clinic, patient_id) == [sent]
    confirm(clinic, again)
    assert set(history(clinic, patient_id)) == {sent, again}


def test_there_is_no_history_of_nothing_but_what_waits_to_be_compared(clinic: Clinic, typed: str) -> None:
    with pytest.raises(NotFound):
        history(clinic, load(clinic, typed).patient_id)


def test_a_corrected_version_on_paper_takes_the_place_once_it_was_compared(clinic: Clinic, tina: Actor) -> None:
    first = clinic.invite().invitation_id
    (answered,) = clinic.send(first)
    made, _ = invitations.ask_for_correction(clinic.store, clinic.desk, first, clinicians_see="own", now=NOW, zone=ZONE)

    def said() -> str | None:
        page = invitations.appointments(clinic.store, clinic.desk, invitations.ListFilter(), now=NOW)
        return {row.invitation_id: row.correction for row in page.rows}[first]

    corrected = type_in(clinic, made.invitation_id, tina)
    (later,) = clinic.send(clinic.invite(appointment_at=NEXT_VISIT).invitation_id, ANSWERED)
    assert (said(), load(clinic, answered).corrected_by_id) == ("asked", None)
    assert [before.response_id for before in load(clinic, later).facts.earlier] == [answered]
    confirm(clinic, corrected)
    assert (said(), load(clinic, answered).corrected_by_id) == ("sent", corrected)
    assert [before.response_id for before in load(clinic, later).facts.earlier] == [corrected]
    reject(clinic, corrected)
    assert (said(), load(clinic, answered).corrected_by_id) == ("asked", None)
    assert [before.response_id for before in load(clinic, later).facts.earlier] == [answered]


def test_what_was_rejected_can_not_be_corrected(clinic: Clinic, typed: str) -> None:
    invitation_id = load(clinic, typed).invitation_id
    reject(clinic, typed)
    with pytest.raises(NotAllowed, match="typed in again"):
        invitations.ask_for_correction(
            clinic.store, clinic.desk, invitation_id, clinicians_see="own", now=NOW, zone=ZONE
        )


def test_what_was_signed_and_opened_again_keeps_its_review_when_it_is_rejected(clinic: Clinic, typed: str) -> None:
    confirm(clinic, typed)
    review.sign_off(clinic.store, clinic.novak, typed, clinicians_see="own", now=NOW)
    review.add_addendum(clinic.store, clinic.novak, typed, "Called back.", clinicians_see="own", now=NOW)
    review.reopen(clinic.store, clinic.novak, typed, "Page 2 is Petr’s.", clinicians_see="own", now=NOW)
    before = load(clinic, typed).review
    reject(clinic, typed)
    view = comparing.load_rejected(clinic.store, clinic.novak, typed, clinicians_see="own", now=NOW, zone=ZONE)
    assert view.response.review == before
    assert [entry.text for entry in before.addenda] == ["Called back."]
    assert len(before.past_sign_offs) == len(before.reopenings) == 1


def test_the_form_is_typed_in_and_recorded_in_the_language_that_is_printed(clinic: Clinic, tina: Actor) -> None:
    clinic.translate("mood", "es")
    typed = type_in(clinic, clinic.invite(language="es").invitation_id, tina)
    view = load(clinic, typed)
    assert view.facts.languages == ("en",)
    assert "in Spanish" not in " ".join(report_of(view, Reader(time_zone=ZONE)).provenance)

"""Corrections: a new, empty form tied to what was sent first; both can be read, and each says which it is."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select, true

from screening import invitations, review
from screening.intake.opening import open_link
from screening.reporting import report_of
from screening.store import responses
from screening.store.audit import Actor
from screening.store.errors import NotAllowed, NotFound
from screening.store.tables import Invitation, Response
from screening.summary import Reader
from tests.support.clinic import ANSWERED, NOW, ZONE, Clinic

LATER = NOW + timedelta(hours=1)


def ask(clinic: Clinic, invitation_id: str, actor: Actor | None = None, now: object = LATER) -> tuple[str, str]:
    view, token = invitations.ask_for_correction(
        clinic.store,
        actor or clinic.desk,
        invitation_id,
        clinicians_see="own",
        now=now,
        zone=ZONE,  # type: ignore[arg-type]
    )
    return view.invitation_id, token


def provenance(clinic: Clinic, response_id: str) -> str:
    view = review.load_response(clinic.store, clinic.novak, response_id, clinicians_see="own", now=LATER, zone=ZONE)
    return " · ".join(report_of(view, Reader(time_zone=ZONE)).provenance)


@pytest.fixture
def first(clinic: Clinic) -> tuple[str, str]:
    """The invitation and the response that were sent first."""
    invited = clinic.invite()
    (response_id,) = clinic.send(invited.invitation_id)
    return invited.invitation_id, response_id


def test_the_new_form_is_empty_and_the_old_answers_stay(clinic: Clinic, first: tuple[str, str]) -> None:
    made, _ = ask(clinic, first[0])
    clinic.begin(made)
    with clinic.store.read() as session:
        rows = session.scalars(select(Response).where(Response.invitation_id == made)).all()
        assert [(row.questionnaire_id, row.document) for row in rows] == [("mood", None)]
        assert session.get_one(Response, first[1]).document is not None


def test_the_link_opens_for_the_patient(clinic: Clinic, first: tuple[str, str]) -> None:
    made, token = ask(clinic, first[0])
    opened = open_link(clinic.store, token, clinic.request().birth_date, origin="198.51.100.4", now=LATER, zone=ZONE)
    assert opened.invitation_id == made


def test_both_say_which_they_are_and_lead_to_each_other(clinic: Clinic, first: tuple[str, str]) -> None:
    made, _ = ask(clinic, first[0])
    (second,) = clinic.send(made, ANSWERED, LATER)
    assert "corrected version; replaces the one sent 4 May 2026, 11:00" in provenance(clinic, second)
    assert "replaced by the corrected version sent 4 May 2026, 12:00" in provenance(clinic, first[1])
    old, new = (
        review.load_response(clinic.store, clinic.novak, one, clinicians_see="own", now=LATER, zone=ZONE)
        for one in (first[1], second)
    )
    assert (old.corrected_by_id, old.corrects_id) == (second, None)
    assert (new.corrected_by_id, new.corrects_id) == (None, first[1])


def test_what_was_corrected_is_no_visit_of_its_own(clinic: Clinic, first: tuple[str, str]) -> None:
    made, _ = ask(clinic, first[0])
    (second,) = clinic.send(made, ANSWERED, LATER)
    later = clinic.invite(appointment_at=NOW + timedelta(days=9)).invitation_id
    (third,) = clinic.send(later, ANSWERED, LATER)

    def earlier(response_id: str) -> list[str]:
        view = review.load_response(clinic.store, clinic.novak, response_id, clinicians_see="own", now=LATER, zone=ZONE)
        return [before.response_id for before in view.facts.earlier]

    assert earlier(second) == []
    assert earlier(third) == [second]


def test_what_was_corrected_stays_one_visit_when_its_appointment_alone_is_moved(
    clinic: Clinic, first: tuple[str, str]
) -> None:
    made, _ = ask(clinic, first[0])
    (second,) = clinic.send(made, ANSWERED, LATER)
    with clinic.store.write() as session:
        session.get_one(Invitation, first[0]).appointment_at += timedelta(days=9)
    view = review.load_response(clinic.store, clinic.novak, first[1], clinicians_see="own", now=LATER, zone=ZONE)
    assert view.facts.earlier == ()
    with clinic.store.read() as session:
        found = responses.find_newest(session, view.patient_id, "mood", true())
        assert found is not None
        assert found[0].id == second


def test_the_lists_say_so_in_words_not_in_place(clinic: Clinic, first: tuple[str, str]) -> None:
    def rows() -> dict[str, tuple[bool, str | None]]:
        page = invitations.appointments(clinic.store, clinic.desk, invitations.ListFilter(), now=LATER)
        return {row.invitation_id: (row.corrects, row.correction) for row in page.rows}

    assert rows() == {first[0]: (False, None)}
    made, _ = ask(clinic, first[0])
    assert rows() == {first[0]: (False, "asked"), made: (True, None)}
    clinic.send(made, ANSWERED, LATER)
    assert rows()[first[0]] == (False, "sent")


def test_asking_again_makes_one_more_link_of_the_same_correction(clinic: Clinic, first: tuple[str, str]) -> None:
    (made, token), (again, other) = ask(clinic, first[0]), ask(clinic, first[0])
    assert made == again
    assert token != other


def test_a_correction_can_be_corrected_again(clinic: Clinic, first: tuple[str, str]) -> None:
    second, _ = ask(clinic, first[0])
    clinic.send(second, ANSWERED, LATER)
    third, _ = ask(clinic, second)
    assert third != second


def test_the_clinician_who_reads_can_ask_and_no_other(clinic: Clinic, first: tuple[str, str]) -> None:
    with pytest.raises(NotFound):
        ask(clinic, first[0], clinic.horak)
    with pytest.raises(NotAllowed):
        ask(clinic, first[0], clinic.admin)
    made, _ = ask(clinic, first[0], clinic.novak)
    assert ("ask_for_correction", clinic.novak.id) in clinic.actions(f"invitation:{made}")


def test_there_is_nothing_to_correct_before_sending_or_after_the_day(clinic: Clinic, first: tuple[str, str]) -> None:
    unsent = clinic.invite(record_number="B-2", name="Petr Svoboda").invitation_id
    with pytest.raises(NotAllowed, match="Nothing has been sent"):
        ask(clinic, unsent)
    with pytest.raises(NotAllowed, match="day of the appointment has passed"):
        ask(clinic, first[0], now=NOW + timedelta(days=3))

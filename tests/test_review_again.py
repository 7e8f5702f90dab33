"""After the sign-off: what was signed stands, addenda and reopenings are on record with name and time."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from screening import review
from screening.erasure import erase_response
from screening.history import load_history
from screening.store.errors import Invalid, NotAllowed, NotFound
from screening.store.tables import ReviewEntry
from tests.support.clinic import ANSWERED, MOOD, NOW, ZONE, Clinic

LATER = NOW + timedelta(hours=1)
LATEST = NOW + timedelta(hours=2)


@pytest.fixture
def response_id(clinic: Clinic) -> str:
    (found,) = clinic.send(clinic.invite().invitation_id)
    return found


def load(clinic: Clinic, response_id: str) -> review.ResponseView:
    return review.load_response(clinic.store, clinic.novak, response_id, clinicians_see="own", now=LATEST, zone=ZONE)


def sign(clinic: Clinic, response_id: str, note: str = "") -> None:
    if note:
        review.save_note(clinic.store, clinic.novak, response_id, note, 0, clinicians_see="own", now=LATER)
    review.sign_off(clinic.store, clinic.novak, response_id, clinicians_see="own", now=LATER)


def add(clinic: Clinic, response_id: str, text: str) -> None:
    review.add_addendum(clinic.store, clinic.novak, response_id, text, clinicians_see="own", now=LATEST)


def reopen(clinic: Clinic, response_id: str, reason: str = "Signed the wrong one.") -> None:
    review.reopen(clinic.store, clinic.novak, response_id, reason, clinicians_see="own", now=LATEST)


def waiting(clinic: Clinic) -> list[str]:
    page = review.to_review(clinic.store, clinic.novak, clinicians_see="own", now=LATEST)
    return [sent.response_id for row in page.rows for sent in row.responses]


def test_an_addendum_leaves_what_was_signed_as_it_was(clinic: Clinic, response_id: str) -> None:
    sign(clinic, response_id, "Seen.")
    add(clinic, response_id, "Called back.")
    view = load(clinic, response_id)
    assert view.note.text == "Seen."
    assert [(entry.by, entry.at, entry.text) for entry in view.review.addenda] == [
        ("Dr A. Novak", LATEST, "Called back.")
    ]
    assert view.signed_off is not None
    assert ("add_addendum", clinic.novak.id) in clinic.actions(f"response:{response_id}")


def test_before_the_sign_off_there_is_the_note(clinic: Clinic, response_id: str) -> None:
    with pytest.raises(NotAllowed, match="not signed off"):
        add(clinic, response_id, "Too early.")


@pytest.mark.parametrize("text", ["", "  \n ", "x" * 10_001])
def test_an_addendum_has_a_text_of_some_length(clinic: Clinic, response_id: str, text: str) -> None:
    sign(clinic, response_id)
    with pytest.raises(Invalid) as refusal:
        add(clinic, response_id, text)
    assert list(refusal.value.problems) == ["addendum"]


def test_a_reopened_response_waits_again_and_the_first_sign_off_stays_on_record(
    clinic: Clinic, response_id: str
) -> None:
    sign(clinic, response_id, "Seen.")
    assert waiting(clinic) == []
    reopen(clinic, response_id)
    assert waiting(clinic) == [response_id]
    view = load(clinic, response_id)
    assert view.signed_off is None
    assert [(entry.by, entry.at) for entry in view.review.past_sign_offs] == [("Dr A. Novak", LATER)]
    assert [(entry.by, entry.at, entry.text) for entry in view.review.reopenings] == [
        ("Dr A. Novak", LATEST, "Signed the wrong one.")
    ]
    assert view.note_is_fixed


def test_a_signed_note_never_changes_even_where_the_response_is_open_again(clinic: Clinic, response_id: str) -> None:
    sign(clinic, response_id, "Seen.")
    reopen(clinic, response_id)
    with pytest.raises(NotAllowed):
        review.save_note(clinic.store, clinic.novak, response_id, "Other.", 1, clinicians_see="own", now=LATEST)
    add(clinic, response_id, "Read again.")
    review.sign_off(clinic.store, clinic.novak, response_id, clinicians_see="own", now=LATEST)
    view = load(clinic, response_id)
    assert (view.note.text, view.review.addenda[0].text) == ("Seen.", "Read again.")
    assert view.signed_off is not None


def test_a_reopening_needs_a_reason_and_does_nothing_twice(clinic: Clinic, response_id: str) -> None:
    sign(clinic, response_id)
    with pytest.raises(Invalid) as refusal:
        reopen(clinic, response_id, " ")
    assert list(refusal.value.problems) == ["reason"]
    reopen(clinic, response_id)
    reopen(clinic, response_id, "Once more.")
    assert len(load(clinic, response_id).review.reopenings) == 1


def test_nobody_reopens_or_adds_to_what_she_may_not_read(clinic: Clinic, response_id: str) -> None:
    sign(clinic, response_id)
    for act in (review.reopen, review.add_addendum):
        with pytest.raises(NotFound):
            act(clinic.store, clinic.horak, response_id, "x", clinicians_see="own", now=LATEST)


def documents(clinic: Clinic) -> list[bytes | None]:
    with clinic.store.read() as session:
        return list(session.scalars(select(ReviewEntry.document)))


def test_what_is_written_later_is_sealed_and_goes_with_its_response(clinic: Clinic, response_id: str) -> None:
    sign(clinic, response_id)
    add(clinic, response_id, "A word that is nowhere else: quagga.")
    (document,) = documents(clinic)
    assert document is not None
    assert b"quagga" not in document
    erase_response(clinic.store, clinic.admin, response_id, now=LATEST)
    assert documents(clinic) == []


def send(clinic: Clinic, days: int, numb: bool = True, clinician: str = "novak") -> str:
    """Let Anna send a response for an appointment so many days from now."""
    invited = clinic.invite(
        appointment_at=NOW + timedelta(days=days, hours=1), clinician_id=int(getattr(clinic, clinician).id)
    )
    pages = {"mood": {**ANSWERED["mood"], "feelings": {"answers": {"numb": numb}, "skipped": False}}}
    (found,) = clinic.send(invited.invitation_id, pages, now=NOW + timedelta(minutes=days))
    return found


def test_earlier_responses_stand_beside_and_are_read_on_record(clinic: Clinic) -> None:
    first, second = send(clinic, 1), send(clinic, 2, numb=False)
    view = load(clinic, second)
    assert [before.response_id for before in view.facts.earlier] == [first]
    assert view.facts.earlier[0].answers.values["numb"] is True
    assert clinic.actions(f"response:{first}")[-1] == ("read", clinic.novak.id)
    assert load(clinic, first).facts.earlier == ()


def test_nothing_stands_beside_that_this_clinician_may_not_read(clinic: Clinic) -> None:
    others, own = send(clinic, 1, clinician="horak"), send(clinic, 2)
    assert load(clinic, own).facts.earlier == ()
    assert ("read", clinic.novak.id) not in clinic.actions(f"response:{others}")
    patient_id = load(clinic, own).patient_id
    view = load_history(clinic.store, clinic.novak, patient_id, "mood", clinicians_see="own", now=LATEST)
    assert [visit.response_id for visit in view.visits] == [own]
    with pytest.raises(NotFound):
        load_history(clinic.store, clinic.novak, patient_id, "coping", clinicians_see="own", now=LATEST)
    with pytest.raises(NotAllowed):
        load_history(clinic.store, clinic.desk, patient_id, "mood", clinicians_see="practice", now=LATEST)


def test_drafts_are_never_history(clinic: Clinic) -> None:
    draft = clinic.invite(appointment_at=NOW + timedelta(days=3)).invitation_id
    clinic.begin(draft)
    sent = send(clinic, 4)
    assert load(clinic, sent).facts.earlier == ()


def test_at_most_four_earlier_visits_stand_beside_the_newest(clinic: Clinic) -> None:
    sent = [send(clinic, days) for days in range(1, 8)]
    assert [before.response_id for before in load(clinic, sent[-1]).facts.earlier] == sent[2:6]


def test_an_earlier_visit_is_shown_in_its_own_version(clinic: Clinic) -> None:
    send(clinic, 1)
    clinic.register(MOOD.format(version="2").replace("Do you feel numb?", "Do you feel flat?"), LATER)
    clinic.approve("mood", "2")
    view = load(clinic, send(clinic, 2))
    assert next(view.questionnaire.items()).text == "Do you feel flat?"
    assert next(view.facts.earlier[0].questionnaire.items()).text == "Do you feel numb?"

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import select, text, update

from screening import approval, invitations, review
from screening.answers import Answers
from screening.review import NoteView, ResponseView, SignOff
from screening.store.access import CliniciansSee
from screening.store.audit import Actor
from screening.store.crypto import SealError
from screening.store.errors import Conflict, Invalid, NotAllowed, NotFound
from screening.store.tables import Note, Response
from screening.summary import summarise
from tests.support.clinic import MOOD, NOW, ZONE, Clinic

LATER = NOW + timedelta(hours=1)
SYSTEM = Actor("system", "report", "command line")


@pytest.fixture
def response_id(clinic: Clinic) -> str:
    (found,) = clinic.send(clinic.invite().invitation_id)
    return found


def load(
    clinic: Clinic, response_id: str, actor: Actor | None = None, clinicians_see: CliniciansSee = "own", **more: Any
) -> ResponseView:
    return review.load_response(
        clinic.store, actor or clinic.novak, response_id, clinicians_see=clinicians_see, now=LATER, zone=ZONE, **more
    )


def save(clinic: Clinic, response_id: str, text: str, revision: int, actor: Actor | None = None) -> NoteView:
    return review.save_note(
        clinic.store, actor or clinic.novak, response_id, text, revision, clinicians_see="practice", now=LATER
    )


def sign(clinic: Clinic, response_id: str, actor: Actor | None = None) -> SignOff:
    return review.sign_off(clinic.store, actor or clinic.novak, response_id, clinicians_see="practice", now=LATER)


def test_a_response_is_read_with_all_that_a_report_says(clinic: Clinic, response_id: str) -> None:
    view = load(clinic, response_id)
    assert view.answers == Answers(
        values={"numb": True, "numb_when": "Mornings, mostly."},
        reached=frozenset({"feelings", "closeness"}),
        skipped=frozenset({"closeness"}),
    )
    facts = view.facts
    assert (facts.patient_name, facts.birth_date, facts.record_number) == ("Anna Nowak", date(1988, 5, 12), "A-17")
    assert (facts.clinician, facts.started_at, facts.sent_at) == ("Dr A. Novak", NOW, NOW)
    assert (facts.language, facts.filled_in, facts.switched_on) == ("en", "alone", frozenset())
    assert facts.approval is not None
    assert (facts.approval.by, facts.approval.on, facts.approval.demo) == ("Dr A. Novak", date(2026, 5, 4), False)
    assert (view.note, view.signed_off, view.review.note) == (NoteView(), None, None)
    report = summarise(view.questionnaire, view.answers, response=view.facts, review=view.review)
    assert "Mornings, mostly." in repr(report)


def test_declined_answers_come_back_as_declined(clinic: Clinic) -> None:
    coping, mood = clinic.send(clinic.invite(questionnaires=("coping", "mood")).invitation_id)
    view = load(clinic, coping)
    assert view.answers == Answers(declined=frozenset({"helps"}), reached=frozenset({"page"}))
    assert [other.response_id for other in view.sitting] == [coping, mood]


def test_a_page_that_was_never_saved_is_not_reached(clinic: Clinic) -> None:
    pages = {"mood": {"feelings": {"answers": {}, "skipped": False}}}
    (response_id,) = clinic.send(clinic.invite().invitation_id, pages)
    assert load(clinic, response_id).answers == Answers(reached=frozenset({"feelings"}))


def test_a_response_stays_on_the_version_that_was_answered(clinic: Clinic, response_id: str) -> None:
    clinic.register(MOOD.format(version="2").replace("Do you feel numb?", "Do you feel flat?"), LATER)
    clinic.approve("mood", "2")
    approval.withdraw(clinic.store, clinic.admin, "mood", "1", now=LATER)
    view = load(clinic, response_id)
    assert next(view.questionnaire.items()).text == "Do you feel numb?"
    assert view.facts.approval is not None


READERS: dict[str, tuple[Callable[[Clinic], Actor], CliniciansSee, bool]] = {
    "her own patient's": (lambda clinic: clinic.novak, "own", True),
    "another's, own setting": (lambda clinic: clinic.horak, "own", False),
    "another's, practice setting": (lambda clinic: clinic.horak, "practice", True),
    "front desk": (lambda clinic: clinic.desk, "practice", False),
    "administrator": (lambda clinic: clinic.admin, "practice", False),
    "patient": (lambda clinic: Actor("patient", "a" * 32, "198.51.100.4"), "practice", False),
    "somebody without a role": (lambda clinic: replace(clinic.novak, roles=frozenset()), "practice", False),
    "the command line": (lambda clinic: SYSTEM, "own", True),
}


@pytest.mark.parametrize("who", READERS)
def test_only_who_was_let_in_reads_and_every_try_is_on_record(clinic: Clinic, response_id: str, who: str) -> None:
    make, clinicians_see, may = READERS[who]
    actor = make(clinic)
    if may:
        assert load(clinic, response_id, actor, clinicians_see).answers.values
    else:
        with pytest.raises(NotFound):
            load(clinic, response_id, actor, clinicians_see)
    assert clinic.actions(f"response:{response_id}")[-1] == ("read" if may else "refused", actor.id)


@pytest.mark.parametrize("who", [who for who, (_, _, may) in READERS.items() if not may])
def test_nobody_else_can_write_a_note_or_sign(clinic: Clinic, response_id: str, who: str) -> None:
    make, clinicians_see, _ = READERS[who]
    with pytest.raises(NotFound):
        review.save_note(clinic.store, make(clinic), response_id, "x", 0, clinicians_see=clinicians_see, now=LATER)
    with pytest.raises(NotFound):
        review.sign_off(clinic.store, make(clinic), response_id, clinicians_see=clinicians_see, now=LATER)
    view = load(clinic, response_id)
    assert (view.note, view.signed_off) == (NoteView(), None)


@pytest.mark.parametrize("who", ["front desk", "administrator", "patient", "somebody without a role"])
def test_the_clinicians_lists_are_for_clinicians(clinic: Clinic, response_id: str, who: str) -> None:
    actor = READERS[who][0](clinic)
    with pytest.raises(NotAllowed):
        review.to_review(clinic.store, actor, clinicians_see="practice", now=LATER)
    with pytest.raises(NotAllowed):
        review.appointments(clinic.store, actor, review.ListFilter(), clinicians_see="practice", now=LATER)


def test_what_is_not_sent_is_not_there(clinic: Clinic) -> None:
    clinic.begin(clinic.invite().invitation_id)
    with clinic.store.read() as session:
        begun = session.scalars(select(Response.id)).one()
    for missing in (begun, "0" * 32, "' OR 1=1"):
        with pytest.raises(NotFound, match="no such response"):
            load(clinic, missing, clinicians_see="practice")


def test_a_reassigned_response_changes_hands(clinic: Clinic, response_id: str) -> None:
    invitation_id = load(clinic, response_id).invitation_id
    invitations.reassign(clinic.store, clinic.desk, invitation_id, int(clinic.horak.id), now=LATER)
    assert load(clinic, response_id, clinic.horak).facts.clinician == "Dr B. Horak"
    with pytest.raises(NotFound):
        load(clinic, response_id, clinic.novak)


def test_a_download_is_on_record_as_one(clinic: Clinic, response_id: str) -> None:
    load(clinic, response_id, action="download")
    assert clinic.actions(f"response:{response_id}") == [
        ("send", load(clinic, response_id).invitation_id),
        ("download", clinic.novak.id),
    ]


def test_answers_moved_to_another_patients_response_do_not_open(clinic: Clinic, response_id: str) -> None:
    (other,) = clinic.send(clinic.invite(record_number="B-2", name="Béla Kis").invitation_id)
    with clinic.store.write() as session:
        sealed = session.scalar(select(Response.document).where(Response.id == response_id))
        session.execute(update(Response).where(Response.id == other).values(document=sealed))
    with pytest.raises(SealError):
        load(clinic, other)


def test_the_database_shows_no_answer_and_no_note(clinic: Clinic, response_id: str) -> None:
    save(clinic, response_id, "Ask about mornings.", 0)
    with clinic.store.read() as session:
        everything = "".join(
            repr(session.execute(text(f"SELECT * FROM {table}")).all())
            for table in ("response", "note", "audit_event", "invitation")
        )
    for secret in ("Mornings", "mornings", "numb_when", "Ask about"):
        assert secret not in everything


def test_a_note_is_kept_and_edited(clinic: Clinic, response_id: str) -> None:
    first = save(clinic, response_id, "Ask about mornings.\r\nŽluťoučký kůň", 0)
    assert first == NoteView("Ask about mornings.\nŽluťoučký kůň", 1, "Dr A. Novak", LATER)
    second = save(clinic, response_id, "Asked.", first.revision, clinic.horak)
    assert (second.text, second.revision, second.by) == ("Asked.", 2, "Dr B. Horak")
    view = load(clinic, response_id)
    assert view.note == second
    assert view.review.note is not None
    assert view.review.note.text == "Asked."


@pytest.mark.parametrize("revision", [0, 1, 7, -1])
def test_two_people_editing_one_note_get_told_and_no_text_is_lost(
    clinic: Clinic, response_id: str, revision: int
) -> None:
    save(clinic, response_id, "First.", 0)
    current = save(clinic, response_id, "Second.", 1)
    with pytest.raises(Conflict) as caught:
        save(clinic, response_id, "Mine.", revision, clinic.horak)
    assert caught.value.current == current
    assert load(clinic, response_id).note == current
    assert save(clinic, response_id, "Second. Mine.", current.revision, clinic.horak).revision == 3


def test_saving_the_same_note_twice_is_no_conflict(clinic: Clinic, response_id: str) -> None:
    once = save(clinic, response_id, "First.", 0)
    assert save(clinic, response_id, "First.", 0) == once
    assert [action for action, _ in clinic.actions(f"response:{response_id}")].count("save_note") == 1


def test_many_first_notes_at_once_leave_one_and_tell_the_others(clinic: Clinic, response_id: str) -> None:
    def go(number: int) -> NoteView | Conflict:
        try:
            return save(clinic, response_id, f"Note {number}", 0)
        except Conflict as conflict:
            return conflict

    with ThreadPoolExecutor(6) as pool:
        results = list(pool.map(go, range(6)))
    (saved,) = [result for result in results if isinstance(result, NoteView)]
    assert all(result.current == saved for result in results if isinstance(result, Conflict))
    assert load(clinic, response_id).note == saved


def test_a_note_has_a_limit_that_is_told(clinic: Clinic, response_id: str) -> None:
    with pytest.raises(Invalid, match="10,000"):
        save(clinic, response_id, "x" * 10_001, 0)
    save(clinic, response_id, "x" * 10_000, 0)


def test_signing_off_says_who_and_when_and_the_first_one_stands(clinic: Clinic, response_id: str) -> None:
    first = sign(clinic, response_id)
    assert first == SignOff("Dr A. Novak", LATER)
    assert sign(clinic, response_id, clinic.horak) == first
    view = load(clinic, response_id)
    assert view.signed_off == first
    assert view.review.sign_off is not None
    assert view.review.sign_off.by == "Dr A. Novak"
    assert [action for action, _ in clinic.actions(f"response:{response_id}")].count("sign_off") == 1


def test_many_sign_offs_at_once_are_one(clinic: Clinic, response_id: str) -> None:
    actors = [clinic.novak, clinic.horak] * 3
    with ThreadPoolExecutor(6) as pool:
        results = set(pool.map(lambda actor: sign(clinic, response_id, actor), actors))
    assert len(results) == 1


def test_after_the_sign_off_the_note_stands(clinic: Clinic, response_id: str) -> None:
    note = save(clinic, response_id, "Read together.", 0)
    sign(clinic, response_id)
    with pytest.raises(NotAllowed, match="signed off"):
        save(clinic, response_id, "Something else.", note.revision)
    assert save(clinic, response_id, "Read together.", 0) == note
    assert load(clinic, response_id).note == note


def test_a_program_signs_nothing(clinic: Clinic, response_id: str) -> None:
    for go in (lambda: sign(clinic, response_id, SYSTEM), lambda: save(clinic, response_id, "x", 0, SYSTEM)):
        with pytest.raises(NotAllowed):
            go()
    with clinic.store.read() as session:
        assert session.scalars(select(Note)).all() == []

"""Attention answers: one exact answer repeated at the top of its response, and nothing else changes."""

from __future__ import annotations

from datetime import timedelta

import pytest

from screening import asking_first, review
from screening.reporting import report_of
from screening.store.audit import Actor
from screening.store.errors import Invalid, NotAllowed, NotFound
from screening.summary import Reader
from tests.support.clinic import ANSWERED, NOW, ZONE, Clinic

HOUR = timedelta(hours=1)


def ask(clinic: Clinic, item: str = "numb", answer: str = "yes", actor: Actor | None = None, **changes: str) -> None:
    asked_by = changes.get("asked_by", "Dr A. Novak")
    asking_first.ask(clinic.store, actor or clinic.novak, "mood", item, answer, asked_by=asked_by, now=NOW)


def in_force(clinic: Clinic) -> list[asking_first.AttentionView]:
    forms = asking_first.forms(clinic.store, clinic.admin)
    return [one for form in forms for one in form.in_force]


def attention(clinic: Clinic, response_id: str, hours: int = 2) -> list[tuple[str, int, str]]:
    view = review.load_response(
        clinic.store, clinic.novak, response_id, clinicians_see="own", now=NOW + hours * HOUR, zone=ZONE
    )
    made = report_of(view, Reader(time_zone=ZONE))
    return [(one.heading, one.number, one.answer.text) for one in made.attention]


def send(clinic: Clinic, number: int, numb: bool) -> str:
    pages = {"mood": {**ANSWERED["mood"], "feelings": {"answers": {"numb": numb}, "skipped": False}}}
    invited = clinic.invite(record_number=f"S-{number}", name="Same Name")
    return clinic.send(invited.invitation_id, pages)[0]


def test_the_exact_answer_is_repeated_and_its_absence_leaves_nothing(clinic: Clinic) -> None:
    given, other = send(clinic, 1, True), send(clinic, 2, False)
    ask(clinic)
    assert attention(clinic, given) == [("Dr A. Novak asked to see this first (set 4 May 2026)", 1, "Yes")]
    assert attention(clinic, other) == []


def test_no_list_changes_by_it(clinic: Clinic) -> None:
    """R3: who is first in a list does not hang on an answer, asked for or not."""
    send(clinic, 1, False), send(clinic, 2, True)

    def rows() -> object:
        return review.to_review(clinic.store, clinic.novak, clinicians_see="own", now=NOW).rows

    before = rows()
    ask(clinic)
    assert rows() == before


def test_a_signed_report_keeps_what_was_in_force_when_it_was_signed(clinic: Clinic) -> None:
    early, late = send(clinic, 1, True), send(clinic, 2, True)
    review.sign_off(clinic.store, clinic.novak, early, clinicians_see="own", now=NOW - HOUR)
    ask(clinic)
    review.sign_off(clinic.store, clinic.novak, late, clinicians_see="own", now=NOW + HOUR)
    asking_first.stop(clinic.store, clinic.admin, in_force(clinic)[0].attention_id, now=NOW + 2 * HOUR)
    assert attention(clinic, early, 3) == []
    assert len(attention(clinic, late, 3)) == 1
    assert in_force(clinic) == []


def test_who_set_it_and_when_is_on_record(clinic: Clinic) -> None:
    ask(clinic, actor=clinic.admin, asked_by="Dr B. Horak")
    (one,) = in_force(clinic)
    assert (one.asked_by, one.set_by, one.set_at, one.number, one.answer) == (
        "Dr B. Horak",
        "Ada Admin",
        NOW,
        1,
        "yes",
    )
    assert clinic.actions("questionnaire:mood")[-1] == ("ask_first", clinic.admin.id)


@pytest.mark.parametrize(
    ("item", "answer", "field"),
    [
        ("numb_when", "Mornings", "item"),
        ("nowhere", "yes", "item"),
        ("numb", "maybe", "answer"),
        ("numb", "", "answer"),
    ],
)
def test_only_a_fixed_answer_that_is_on_offer_can_be_asked_for(
    clinic: Clinic, item: str, answer: str, field: str
) -> None:
    with pytest.raises(Invalid) as refusal:
        ask(clinic, item, answer)
    assert list(refusal.value.problems) == [field]


def test_the_same_is_not_asked_for_twice_and_can_be_again_after_its_end(clinic: Clinic) -> None:
    ask(clinic)
    with pytest.raises(Invalid, match="already"):
        ask(clinic)
    asking_first.stop(clinic.store, clinic.novak, in_force(clinic)[0].attention_id, now=NOW)
    ask(clinic)
    assert len(in_force(clinic)) == 1


def test_a_clinician_asks_in_her_own_name_only_and_the_front_desk_not_at_all(clinic: Clinic) -> None:
    with pytest.raises(NotAllowed):
        ask(clinic, actor=clinic.novak, asked_by="Dr B. Horak")
    with pytest.raises(NotAllowed):
        ask(clinic, actor=clinic.desk)
    with pytest.raises(NotFound):
        asking_first.stop(clinic.store, clinic.admin, "0" * 32, now=NOW)

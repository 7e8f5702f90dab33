"""The patient's own copy as a use case: what is in it, in which words, and for how long. On both databases."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from reports.patient_copy import CopyAnswer, PatientCopy
from screening.patient_copy import Practice, is_open, patient_copy
from tests.support.clinic import NOW, ZONE, Clinic
from tests.support.definitions import FIXTURES

PRACTICE = Practice(name="Riverside Practice", phone="555 0100", help_number="112")


def copy_of(clinic: Clinic, invitation_id: str, *shown: tuple[str, str], **more: Any) -> PatientCopy | None:
    options = {"language": "en", "now": NOW + timedelta(minutes=5)} | more
    return patient_copy(clinic.store, invitation_id, PRACTICE, shown=shown, zone=ZONE, **options)


def of_fixture(clinic: Clinic, name: str, answers: dict[str, Any]) -> tuple[CopyAnswer, ...]:
    """Return the copy of answers to a one-page fixture."""
    clinic.register((FIXTURES / f"{name.replace('-', '_')}.yaml").read_text())
    clinic.approve(name)
    invited = clinic.invite(questionnaires=(name,))
    pages = {name: {"page": {"answers": answers, "skipped": False}}}
    (response_id,) = clinic.send(invited.invitation_id, pages)
    copy = copy_of(clinic, invited.invitation_id, (response_id, "page"))
    assert copy is not None
    return copy.forms[0].topics[0].answers


def test_a_copy_of_several_forms_in_their_order(clinic: Clinic) -> None:
    invited = clinic.invite(questionnaires=("coping", "mood"))
    sent = clinic.send(invited.invitation_id)
    copy = copy_of(clinic, invited.invitation_id, (sent[0], "page"), (sent[1], "feelings"), (sent[1], "closeness"))
    assert copy is not None
    assert [form.title.text for form in copy.forms] == ["What helps you", "How you have been"]
    assert copy.forms[0].topics[0].answers[0].state == "You preferred not to say."
    feelings, closeness = copy.forms[1].topics
    assert [answer.answer[0].text for answer in feelings.answers] == ["Yes", "Mornings, mostly."]
    assert (closeness.note, closeness.sensitive, closeness.answers) == ("You skipped this topic.", True, ())
    assert copy.sent == "Sent on 4 May 2026, 11:00."
    assert copy.remarks == (
        "These are your answers as you gave them. No software scored or interpreted them.",
        "To add or change something, call Riverside Practice: 555 0100.",
        "If you are in danger now, call 112.",
    )


def test_what_this_browser_may_not_show_is_not_in_it(clinic: Clinic) -> None:
    invited = clinic.invite()
    (response_id,) = clinic.send(invited.invitation_id)
    copy = copy_of(clinic, invited.invitation_id, (response_id, "closeness"))
    assert copy is not None
    feelings = copy.forms[0].topics[0]
    assert feelings.answers == ()
    assert feelings.note.startswith("You answered this topic.")
    assert "Mornings" not in str(copy)


@pytest.mark.parametrize(("minutes", "is_there"), [(0, True), (59, True), (60, False), (3000, False)])
def test_it_is_open_for_an_hour(clinic: Clinic, minutes: int, is_there: bool) -> None:
    invited = clinic.invite()
    clinic.send(invited.invitation_id)
    now = NOW + timedelta(minutes=minutes)
    assert is_open(clinic.store, invited.invitation_id, now) is is_there
    assert (copy_of(clinic, invited.invitation_id, now=now) is not None) is is_there


def test_nothing_that_was_not_sent_can_be_copied(clinic: Clinic) -> None:
    invited = clinic.invite()
    clinic.begin(invited.invitation_id)
    for invitation_id in (invited.invitation_id, "0" * 32):
        assert not is_open(clinic.store, invitation_id, NOW)
        assert copy_of(clinic, invitation_id) is None


def test_groups_have_their_heading_and_texts_that_ask_nothing_are_left_out(clinic: Clinic) -> None:
    found = of_fixture(clinic, "group", {"works": True, "job_what": "Baker", "job_days": 5})
    assert [(answer.question.text, answer.heading) for answer in found] == [
        ("Do you work?", False),
        ("Your work", True),
        ("What do you do?", False),
        ("How many days a week?", False),
        ("Is that too much?", False),
        ("How do you rest?", False),
    ]
    assert [answer.state for answer in found][-2:] == ["You were not asked this.", "You left this blank."]


def test_entries_have_the_questions_in_full(clinic: Clinic) -> None:
    medicines = [{"medicine": "Sertraline", "dose": 50, "taken": ["morning"]}, {"medicine": {"declined": True}}]
    found = of_fixture(clinic, "group-repeats", {"any_medicine": True, "medicines": medicines})
    first, second = found[1].entries
    assert (first.label, second.label) == ("Medicine 1", "Medicine 2")
    assert [(part.question.text, [piece.text for piece in part.answer]) for part in first.answers[:3]] == [
        ("What is it called?", ["Sertraline"]),
        ("How much do you take?", ["50 mg"]),
        ("When do you take it?", ["In the morning"]),
    ]
    assert second.answers[0].state == "You preferred not to say."


def test_each_page_is_in_the_wording_that_was_seen_and_the_rest_in_the_patients_language(clinic: Clinic) -> None:
    overlay = clinic.translate("mood", "es")
    invited = clinic.invite()
    pages = {
        "mood": {
            "feelings": {"answers": {"numb": False}, "skipped": False, "language": "es"},
            "closeness": {"answers": {"interest": True}, "skipped": False, "language": "en"},
        }
    }
    (response_id,) = clinic.send(invited.invitation_id, pages)
    assert overlay
    shown = [(response_id, "feelings"), (response_id, "closeness")]
    copy = copy_of(clinic, invited.invitation_id, *shown, language="ar")
    assert copy is not None
    assert (copy.title, copy.direction) == ("نسخة من إجاباتك", "rtl")
    feelings, closeness = copy.forms[0].topics
    assert (feelings.title.text, feelings.title.language) == ("(es) Feelings", "es")
    assert (feelings.answers[0].question.text, feelings.answers[0].question.direction) == (
        "(es) Do you feel numb?",
        "ltr",
    )
    assert (closeness.title.text, closeness.title.language) == ("Closeness", "en")
    assert feelings.answers[0].answer[0].text == "لا"

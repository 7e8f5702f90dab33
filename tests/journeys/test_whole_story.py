"""The whole story, once in each way of looking at the patient's pages: invited, answered, sent, read, signed off."""

from __future__ import annotations

from collections.abc import Callable

from tests.support import pdf
from tests.support.journey import DESK, NOVAK, Member, Patient

WHY = "I feel nothing <b>at all</b> & that scares me."
HOPE = "To sleep through one night, and to laugh again — “really” laugh."


def test_a_patient_is_invited_answers_and_is_read(patient: Patient, member: Callable[..., Member]) -> None:
    link = the_front_desk_invites(member())
    the_patient_comes_in(patient, link)
    the_patient_begins_the_long_form(patient)
    the_patient_answers_the_short_form(patient)
    the_patient_checks_and_sends(patient)
    the_link_tells_only_that_it_was_sent(patient, link)
    the_clinician_reads_and_signs_off(member())


def the_front_desk_invites(desk: Member) -> str:
    desk.signs_in(DESK)
    desk.sees("Appointments from today on")
    desk.follow("Invite a patient")
    desk.sees("Invite a patient")
    desk.invites("Before your first visit", "Before your follow-up visit")
    desk.sees("That is a lot to ask. Invite anyway?")
    desk.reads("Together these questionnaires ask up to 50 questions")
    desk.press("Invite anyway")
    desk.sees("Mira Lindqvist is invited")
    assert desk.page.get_by_role("img", name="QR code of the link").is_visible()
    link = desk.page.get_by_label("Link for the patient").input_value()
    assert link.startswith(f"{desk.practice.origin}/i/")
    return link


def the_patient_comes_in(patient: Patient, link: str) -> None:
    patient.opens(link)
    patient.sees("What is your date of birth?")
    patient.gives_birth_date(year=1989)
    patient.sees("What is your date of birth?", "wrong birth date")
    patient.reads("This does not match what the clinic has. You can try 4 more times.")
    patient.gives_birth_date()
    patient.sees("Questions before your visit")
    patient.press("Start")
    patient.sees("Can someone else open your phone or mail?")
    patient.press("Continue")
    patient.sees("Before you start")
    patient.press("Continue")
    patient.sees("Do you agree?")
    patient.reads("This form does not give a diagnosis.")
    patient.press("I agree, start")
    patient.sees("Your topics")
    patient.reads("Saved is not sent. Your clinic can’t see it yet.")
    patient.press("Start with the first topic")


def the_patient_begins_the_long_form(patient: Patient) -> None:
    patient.sees("Why you come")
    patient.writes("What brings you to this visit now?", WHY)
    patient.press("Save and continue")
    patient.sees("Your feelings")
    patient.follow("All topics")
    patient.follow("Closeness and sex")
    patient.sees("Before the next page", "a gate")
    patient.press("Skip this page")
    patient.follow("All topics")
    patient.follow("Hard events")
    patient.press("Continue")
    patient.sees("Hard events")
    patient.chooses("Has something very hard or frightening ever happened to you?", "Yes, but I am not sure when")
    patient.press("Save and continue")
    patient.sees("Hard events", "a follow-up on a sensitive page")
    patient.press("Save and continue")
    patient.follow("All topics")


def the_patient_answers_the_short_form(patient: Patient) -> None:
    patient.follow("Since your last visit")
    patient.sees("Since your last visit")
    patient.writes("What would you most like to talk about this time?", HOPE)
    patient.declines("What has changed for you since your last visit?")
    patient.press("Save and continue")

    patient.sees("How you have been")
    patient.chooses("How often did you feel numb inside?", "Most days")
    patient.chooses("How close did you feel to the people around you?", "3")
    patient.chooses("How often did you have moments that felt unreal?", "Prefer not to say")
    patient.press("Save and continue")

    patient.sees("Your days and medicines")
    patient.chooses("Did the way you feel make any of these harder?", "Work or study", "None of these")
    patient.press("Save and continue")
    patient.sees("Your days and medicines", "an error")
    assert patient.page.title().startswith("Error: ")
    summary = patient.page.get_by_role("alert")
    assert summary.get_by_role("link").count() == 2
    summary.get_by_role("link").first.click()
    first = patient.question("Did the way you feel make any of these harder?").locator("input").first
    assert first.evaluate("field => field === document.activeElement")
    patient.reads_without_scrolling("Did the way you feel make any of these harder?", "You ticked “None of these”")
    patient.question("Did the way you feel").get_by_label("None of these").uncheck()
    patient.chooses("Has anything changed with your medicines?", "I stopped one")
    patient.press("Save and continue")
    patient.reads_without_scrolling("What should we know about this?")
    patient.sees("Your days and medicines", "a follow-up")
    patient.reads("Saved. Your answers bring up 1 more question on this page.")
    patient.writes("What should we know about this?", "The blue ones, in April.")
    patient.press("Save and continue")

    patient.sees("What helps")
    patient.follow("Back")
    patient.sees("Your days and medicines", "gone back")
    assert patient.question("Has anything changed").get_by_label("I stopped one").is_checked()
    patient.press("Save and continue")
    patient.writes("What has helped you, even a little?", "My dog, and writing at night.")
    patient.press("Save and continue")
    patient.sees("Your topics", "topics, begun")
    patient.press("Send what I have")


def the_patient_checks_and_sends(patient: Patient) -> None:
    patient.sees("Check your answers")
    patient.reads(HOPE, WHY, "Skipped. Your clinic sees “Prefer not to say”.")
    assert not patient.page.get_by_text("Yes, but I am not sure when").is_visible(), "a sensitive topic is closed"
    patient.page.get_by_text("Show my answers").click()
    assert patient.page.get_by_text("Yes, but I am not sure when").is_visible()
    patient.follow("Change Since your last visit")
    patient.writes("What would you most like to talk about this time?", HOPE + " And work.")
    patient.press("Save and continue")
    patient.sees("Check your answers")
    patient.reads(HOPE + " And work.")
    patient.chooses_helper("Someone in my family, or a friend")
    patient.reads("Exactly this is sent, to Dr A. Novak at Riverside Practice, and deleted on 3 May 2028.")
    patient.press("Continue to send")
    patient.sees("Send your answers")
    patient.reads("After sending you can’t change it here. To add something, call 555 0100.")
    patient.press("Send")
    patient.sees("Thank you")
    patient.reads("It opens forms within 3 working days.")


def the_link_tells_only_that_it_was_sent(patient: Patient, link: str) -> None:
    patient.opens(link)
    patient.gives_birth_date()
    patient.sees("Sent on 4 May 2026")
    patient.does_not_read("Mira", "to sleep", "numb inside")


def the_clinician_reads_and_signs_off(clinician: Member) -> None:
    clinician.signs_in(NOVAK)
    clinician.sees("My worklist")
    clinician.reads_what_was_sent("Mira Lindqvist", "Before your follow-up visit")
    clinician.look_over("a response")
    clinician.reads(HOPE, "My dog, and writing at night.", "Not yet reviewed")
    clinician.type("Note", "She would like to begin with sleep.")
    clinician.press("Save note")
    clinician.reads("Last saved by Dr A. Novak")
    text = pdf.text(clinician.downloads())
    assert HOPE in text
    assert "Mira Lindqvist" in text
    clinician.press("Sign off and next form")
    clinician.look_over("the next form")
    clinician.reads(WHY)
    clinician.press("Sign off")
    clinician.look_over("a response that was signed off")
    clinician.reads("Reviewed by Dr A. Novak")
    clinician.opens("/clinic/")
    assert clinician.waiting("Mira Lindqvist").count() == 0

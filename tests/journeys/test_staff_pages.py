"""Every page that staff can come to, on a desktop and on the smallest phone without scripts; two who write one note."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from flask import Flask, template_rendered

from reports.process import RenderError
from screening.config import PROJECT
from tests.support.browser import DESKTOP, SMALL_PHONE_NO_SCRIPT, Way
from tests.support.journey import ADMIN, DESK, HORAK, NOVAK, Member, Running

_FOLDERS = ("clinic", "admin", "security")


@pytest.mark.parametrize("way", [DESKTOP, SMALL_PHONE_NO_SCRIPT], ids=lambda way: way.name)
def test_every_page_of_the_staff(
    practice: Running, member: Callable[..., Member], way: Way, monkeypatch: pytest.MonkeyPatch
) -> None:
    with rendered(practice.app) as seen:
        the_front_desk_looks_after_an_invitation(member(way))
        the_clinician_looks_around(member(way), practice, monkeypatch)
        two_clinicians_write_one_note(member(way), member(way))
        the_administrator_looks_after_staff_and_questionnaires(member(way), member(way))
    assert pages() - seen == set()


def the_front_desk_looks_after_an_invitation(desk: Member) -> None:
    desk.signs_in("nobody@demo.example")
    desk.reads("the account is closed")
    desk.sees("Sign in", "wrong password")
    desk.signs_in(DESK)
    desk.sees("Appointments from today on")
    desk.type("Record number or whole words of the name", "Nobody")
    desk.press("Show")
    desk.sees("Appointments found")
    desk.reads("No appointment fits.")
    desk.opens("/clinic/invitations/new")
    desk.press("Invite")
    desk.sees("Invite a patient", "invite, all missing")
    desk.reads("Enter the record number.", "Choose at least one questionnaire.")
    desk.invites("Before your first visit", "Before your follow-up visit")
    desk.sees("That is a lot to ask. Invite anyway?")
    desk.press("Choose fewer")
    desk.sees("Invite a patient", "invite, choose fewer")
    desk.invites("Before your follow-up visit")
    desk.sees("Mira Lindqvist is invited")
    desk.opens("/clinic/invitations/new")
    desk.invites("Moments that feel unreal")
    desk.sees("This patient is invited for this appointment already")
    desk.press("Open that invitation")
    desk.sees("Mira Lindqvist")
    desk.press("Make a new link")
    desk.sees("One more link for Mira Lindqvist")
    desk.follow("This invitation")
    desk.follow("Change record number or name")
    desk.sees("Patient’s details")
    desk.type("Name", "Mira Lindquist")
    desk.press("Save")
    desk.sees("Mira Lindquist")
    desk.reads("The patient’s details are corrected.")
    desk.follow("Change appointment")
    desk.sees("Appointment of Mira Lindquist")
    desk.type("Time of the appointment", "half past two")
    desk.press("Save")
    desk.sees("Appointment of Mira Lindquist", "a time that can't be read")
    desk.type("Time of the appointment", "2:30 pm")
    desk.press("Save")
    desk.sees("Mira Lindquist", "moved")
    desk.reads("Tomorrow, 14:30")
    desk.follow("All appointments of this patient")
    desk.sees("Mira Lindquist", "all appointments")
    desk.page.go_back()
    desk.follow("Cancel this invitation")
    desk.sees("Cancel the invitation of Mira Lindquist?")
    desk.press("Cancel the invitation")
    desk.sees("Mira Lindquist", "cancelled")
    desk.reads("Its links no longer open anything.")
    desk.opens("/clinic/overdue")
    desk.sees("Waiting too long")
    desk.opens("/clinic/covers")
    desk.press("Set the cover")
    desk.sees("Covers", "a cover, all missing")
    desk.opens("/clinic/today")
    desk.look_over("today’s list")
    desk.opens("/clinic/responses/" + "0" * 32)
    desk.sees("There is nothing at this address that you can open")
    desk.opens("/admin/staff/")
    desk.sees("Your role does not reach this page")


def the_clinician_looks_around(clinician: Member, practice: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    clinician.signs_in(NOVAK)
    clinician.sees("My worklist")
    clinician.opens("/clinic/unread")
    clinician.look_over("unread")
    clinician.opens("/clinic/")
    clinician.page.get_by_role("link", name="Irina Sokolova").first.click()
    clinician.sees("Irina Sokolova")
    clinician.follow("Before your follow-up visit")
    clinician.sees("Irina Sokolova", "five visits side by side")
    clinician.page.get_by_role("link", name="Answers for the visit").first.click()
    clinician.type("Add to it", "Heard from her sister since.")
    clinician.press("Add")
    clinician.reads("Heard from her sister since.")
    clinician.page.get_by_text("Open again for review").click()
    clinician.press("Open again")
    clinician.look_over("reopening without a reason")
    clinician.type("Reason", "Signed before it was read to the end.")
    clinician.press("Open again")
    clinician.reads("Signed before it was read to the end.", "Not yet reviewed")
    clinician.press("Sign off")
    clinician.follow("Ask for a corrected version")
    clinician.sees("Ask Irina Sokolova for a corrected version")
    clinician.opens("/clinic/asked-first?questionnaire=detachment-checkin")
    clinician.sees("Asked to see first")
    clinician.press("Show it first")
    clinician.look_over("asked first, nothing chosen")
    clinician.opens("/clinic/")
    clinician.reads_what_was_sent("Leila Haddad", "Moments that feel unreal")
    clinician.look_over("a response in arabic")
    monkeypatch.setattr(practice.app.extensions["renderer"], "render", no_renderer)
    clinician.follow("Download as PDF")
    clinician.look_over("no pdf just now")
    monkeypatch.undo()
    clinician.opens("/clinic/verify")
    clinician.sees("Check a PDF")
    clinician.press("Check")
    clinician.sees("Check a PDF", "no pdf chosen")
    clinician.page.set_input_files("#file", {"name": "any.pdf", "mimeType": "application/pdf", "buffer": b"%PDF"})
    clinician.press("Check")
    clinician.reads("Not known")
    clinician.look_over("a pdf that is not known")
    clinician.opens("/clinic/questionnaires/")
    clinician.sees("Questionnaires")
    clinician.opens("/clinic/questionnaire-changes/detachment-intake")
    clinician.look_over("what changed between versions")
    clinician.opens("/clinic/questionnaires/")
    clinician.follow("2026.1 Before your first visit")
    clinician.sees("Before your first visit")
    clinician.press("Approve")
    clinician.sees("Before your first visit", "not read")
    clinician.page.get_by_label("The whole questionnaire above was read").check()
    clinician.press("Approve")
    clinician.look_over("approved")
    clinician.opens("/clinic/password")
    clinician.sees("Change my password")
    clinician.opens("/clinic/")
    clinician.reads_what_was_sent("Irina Sokolova", "Before your follow-up visit")
    clinician.type("Note", "Written before the session ended, in a sentence long enough to be kept in a field.")
    practice.clock.advance(minutes=31)
    clinician.press("Save note")
    clinician.sees("Not saved yet: please send it again")


def two_clinicians_write_one_note(novak: Member, horak: Member) -> None:
    for clinician, email in ((novak, NOVAK), (horak, HORAK)):
        clinician.signs_in(email)
        clinician.reads_what_was_sent("Grace Okafor", "People in your life, and what helps")
    novak.type("Note", "She would like a slow start.")
    novak.press("Save note")
    horak.type("Note", "Ask about the dog.")
    horak.press("Save note")
    horak.sees("Somebody else saved this note while you were writing")
    horak.reads("She would like a slow start.", "By Dr A. Novak")
    assert horak.typed("What you wrote") == "Ask about the dog."
    horak.type("What you wrote", "She would like a slow start. Ask about the dog.")
    horak.press("Save this as the note")
    horak.reads("Last saved by Dr B. Horak")
    novak.page.reload()
    assert novak.typed("Note") == "She would like a slow start. Ask about the dog."


def the_administrator_looks_after_staff_and_questionnaires(admin: Member, newcomer: Member) -> None:
    admin.signs_in(ADMIN)
    admin.sees("Staff")
    admin.press("Add somebody")
    admin.sees("Add somebody")
    admin.press("Make the account")
    admin.sees("Add somebody", "a new account, all missing")
    admin.type("Name", "Dr C. Marek")
    admin.type("E-mail address", "marek@demo.example")
    admin.page.get_by_label("Clinician").check()
    admin.press("Make the account")
    admin.sees("Dr C. Marek has an account")
    newcomer.signs_in("marek@demo.example", admin.typed("Password"))
    newcomer.sees("Change my password", "the first password")
    newcomer.reads("Choose one that only you know, and then go on.")
    admin.follow("Back to staff")
    admin.follow("Dr C. Marek")
    admin.sees("Dr C. Marek")
    admin.press("Close the account")
    admin.reads("The account is closed and signed out everywhere.")
    admin.look_over("a closed account")
    admin.opens("/clinic/questionnaires/")
    admin.sees("Questionnaires")
    admin.opens("/admin/safeguard")
    admin.sees("Safeguard for questions about self-harm")
    admin.press("Save")
    admin.sees("Safeguard for questions about self-harm", "safeguard, all missing")
    admin.opens("/admin/settings")
    admin.sees("Settings")


def no_renderer(*_args: object) -> bytes:
    raise RenderError("it ran out of time")


def pages() -> set[str]:
    """Return the templates of all pages of the staff; parts of pages begin with _."""
    templates = PROJECT / "templates"
    found = (path for folder in _FOLDERS for path in (templates / folder).glob("[!_]*.html"))
    return {path.relative_to(templates).as_posix() for path in found if path != Path(templates / "clinic/layout.html")}


@contextmanager
def rendered(app: Flask) -> Iterator[set[str]]:
    """Collect the names of the templates that are rendered."""
    names: set[str] = set()

    def note(_app: Flask, template: Any, **_rest: Any) -> None:
        names.add(template.name)

    with template_rendered.connected_to(note, app):
        yield names

"""The front desk's work: invite, hand over the link, correct, move, cancel, unlock."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import parse_qs

import pytest
from flask import Flask
from sqlalchemy import select, update

from screening import staff
from screening.store.tables import AuditEvent, Invitation, InvitationLink
from tests.support.clinic import NOW, Clinic
from tests.support.clock import Clock
from tests.support.intake import Patient
from tests.support.staff import Member

OPENED = "/intake/"
LINK = re.compile(r"https://forms\.clinic\.example/i/([\w-]{43})")

TYPED: dict[str, Any] = {
    "record_number": "K-7",
    "name": "Karel Novotný",
    "birth_date__day": "27",
    "birth_date__month": "3",
    "birth_date__year": "1985",
    "email": "karel@example.org",
    "mobile": "",
    "appointment_at__day": "5",
    "appointment_at__month": "5",
    "appointment_at__year": "2026",
    "appointment_time": "10:30",
    "questionnaires": ["mood"],
}

LONG = """\
id: long
version: "1"
title: A long form
language: en
copyright: CC0-1.0. For a test.
pages:
  - id: page
    title: Page
    items:
""" + "".join(f"      - {{id: q{number}, type: boolean, text: Is this {number}?}}\n" for number in range(39))


@pytest.fixture
def database_backend() -> str:
    """What these pages do is done by use cases that are tested on both databases."""
    return "sqlite"


@pytest.fixture
def desk(app: Flask, clinic: Clinic) -> Member:
    member = Member(app)
    member.sign_in(clinic.desk)
    member.get("/clinic/invitations/new")
    return member


def fill_in(desk: Member, clinic: Clinic, button: str = "", **changes: Any) -> None:
    """Fill in the form as for Karel, but for what is named, and send it."""
    desk.press(button, **{"clinician_id": clinic.novak.id, **TYPED, **changes})


def count(clinic: Clinic, table: type = Invitation) -> int:
    with clinic.store.read() as session:
        return len(session.scalars(select(table)).all())


def token(member: Member) -> str:
    found = {match[1] for match in LINK.finditer(member.text)}
    assert len(found) == 1, member.text
    return found.pop()


def test_an_invitation_gives_a_link_that_the_patient_can_open(app: Flask, clinic: Clinic, desk: Member) -> None:
    fill_in(desk, clinic)
    assert desk.heading == "Karel Novotný is invited"
    assert "Tomorrow, 10:30, Dr A. Novak. How you have been: 3 questions, about 1 minute." in " ".join(
        desk.text.split()
    )
    patient = Patient(app.test_client())
    patient.open(token(desk), **{"birth-day": "27", "birth-month": "3", "birth-year": "1985"})
    assert patient.path == OPENED, patient.text


def test_the_link_page_has_a_field_to_copy_a_qr_code_and_a_neutral_slip(clinic: Clinic, desk: Member) -> None:
    fill_in(desk, clinic)
    assert re.search(r'<input[^>]*value="https://forms.clinic.example/i/[^"]*" readonly', desk.page.text)
    slip = desk.text.partition('class="slip"')[2].partition("</section>")[0]
    assert "<path" in slip
    assert "You’ll be asked for your date of birth." in slip
    assert "Call 555 0100." in slip
    for told in ("Karel", "Novotný", "K-7", "How you have been", "Dr A. Novak", "1985"):
        assert told not in slip
    assert desk.page.headers["Cache-Control"] == "no-store"


def test_the_link_can_go_into_a_mail_that_tells_no_more_than_the_slip(clinic: Clinic, desk: Member) -> None:
    fill_in(desk, clinic)
    found = re.search(r'href="mailto:karel@example\.org\?([^"]*)">Write to karel@example\.org', desk.text)
    assert found
    mail = {name: value for name, (value,) in parse_qs(found[1]).items()}
    assert mail["subject"] == "Your visit on 5 May 2026, 10:30"
    assert f"\r\n\r\nhttps://forms.clinic.example/i/{token(desk)}\r\n\r\n" in mail["body"]
    for told in ("Karel", "Novotný", "K-7", "How you have been", "Dr A. Novak", "1985"):
        assert told not in mail["body"]
    desk.get("/clinic/invitations/new")
    fill_in(desk, clinic, record_number="K-8", email="")
    assert "mailto:" not in desk.text


def test_a_known_patient_is_filled_in_by_the_record_number(clinic: Clinic, desk: Member) -> None:
    fill_in(desk, clinic)
    desk.get("/clinic/invitations/new")
    desk.press(record_number=" k-7 ")
    assert "This patient is known." in desk.text
    assert not desk.problems
    values = dict(desk.form().fields)
    assert (values["name"], values["birth_date-year"], values["email"]) == (
        "Karel Novotný",
        "1985",
        "karel@example.org",
    )
    assert count(clinic) == 1, "nobody is invited before the details were looked at"
    with clinic.store.read() as session:
        assert session.scalars(
            select(AuditEvent.record).where(AuditEvent.action == "read", AuditEvent.record.startswith("patient:"))
        ).all()
    desk.get("/clinic/invitations/new")
    desk.press(record_number="K-9")
    assert "Enter the patient’s name." in desk.problems


def test_invite_another_keeps_what_stays_the_same_and_nothing_of_the_patient(clinic: Clinic, desk: Member) -> None:
    fill_in(desk, clinic, questionnaires=["coping", "mood"])
    address = re.search(r'href="([^"]*)">Invite another', desk.text)
    assert address
    assert not re.search("Karel|Novotn|K-7|1985|karel", address[1])
    desk.get(address[1])
    fields = desk.form().fields
    assert ("appointment_at-day", "5") in fields
    assert [value for name, value in fields if name == "questionnaires"] == ["mood", "coping"]
    assert f'<option value="{clinic.novak.id}" selected>' in desk.text
    assert ("name", "") in fields
    assert ("appointment_time", "") in fields


def test_questionnaires_keep_the_order_of_the_list(clinic: Clinic, desk: Member) -> None:
    fill_in(desk, clinic, questionnaires=["mood", "coping"])
    assert "How you have been, What helps you" in desk.text


def test_an_empty_form_is_told_field_by_field(clinic: Clinic, desk: Member) -> None:
    desk.press()
    assert desk.page.status_code == 422
    assert desk.problems == [
        "Enter the record number.",
        "Enter the patient’s name.",
        "Enter the date of birth.",
        "Choose the clinician.",
        "Enter the day of the appointment.",
        "Enter the time of the appointment.",
        "Choose at least one questionnaire.",
    ]
    targets = re.findall(r'<a href="#([\w-]+)">', desk.text.partition("error-summary")[2].partition("</ul>")[0])
    for target in targets:
        assert len(re.findall(rf'<(?:input|select)[^>]* id="{target}"', desk.text)) == 1, target
    assert count(clinic) == 0


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"birth_date__year": "1885"}, "Enter a date of birth in the last 120 years."),
        ({"birth_date__day": "31", "birth_date__month": "2"}, "There is no such date. Check day, month and year."),
        ({"appointment_at__day": "3"}, "This day has passed. Enter an appointment from today on."),
        ({"appointment_at__year": "2036"}, "This is more than two years ahead. Check the year."),
        ({"appointment_time": "noon"}, "Write the time as hours and minutes, such as 9:30 or 14:30."),
        ({"email": "karel@"}, "Enter an e-mail address like name@example.org, or leave it empty."),
        ({"mobile": "12"}, "Enter a phone number of 6 to 15 digits, like +44 7700 900123, or leave it empty."),
        ({"clinician_id": "999"}, "Choose a clinician of this practice."),
        ({"clinician_id": "x"}, "Choose a clinician of this practice."),
        ({"questionnaires": ["nothing"]}, "nothing: there is no such form."),
    ],
)
def test_what_is_wrong_is_told_and_nothing_typed_is_lost(
    clinic: Clinic, desk: Member, changes: dict[str, Any], problem: str
) -> None:
    fill_in(desk, clinic, **changes)
    assert (desk.page.status_code, desk.problems) == (422, [problem])
    shown = dict(desk.form().fields)
    for field in ("record_number", "name", "birth_date__day", "email", "appointment_at__day", "appointment_time"):
        name = field.replace("__", "-")
        assert shown[name] == changes.get(field, TYPED[field])
    assert count(clinic) == 0


def test_a_known_record_number_with_another_birth_date_is_refused(clinic: Clinic, desk: Member) -> None:
    clinic.invite(record_number="K-7", name="Karel Novotný", appointment_at=NOW.replace(day=20))
    fill_in(desk, clinic)
    assert len(desk.problems) == 1
    assert desk.problems[0].startswith("This record number belongs to a patient with another date of birth.")
    assert "1988" not in desk.text


def test_many_questions_are_asked_about_first(clinic: Clinic, desk: Member) -> None:
    clinic.register(LONG)
    clinic.approve("long")
    fill_in(desk, clinic, questionnaires=["long", "mood"])
    assert desk.heading == "That is a lot to ask. Invite anyway?"
    assert "up to 42 questions" in desk.text
    assert count(clinic) == 0
    desk.press("change=yes")
    assert desk.heading == "Invite a patient"
    assert dict(desk.form().fields)["name"] == "Karel Novotný"
    desk.press(questionnaires=["long", "mood"], clinician_id=clinic.novak.id)
    desk.press("anyway=yes")
    assert desk.heading == "Karel Novotný is invited"
    assert count(clinic) == 1


def test_forty_questions_are_not(clinic: Clinic, desk: Member) -> None:
    clinic.register(LONG)
    clinic.approve("long")
    fill_in(desk, clinic, questionnaires=["long", "coping"])
    assert desk.heading == "Karel Novotný is invited"


def test_each_questionnaire_tells_what_it_asks(desk: Member) -> None:
    assert re.findall(r"\d+ questions?, about \d+ minutes?", desk.text) == [
        "3 questions, about 1 minute",
        "1 question, about 1 minute",
    ]


def test_only_approved_questionnaires_are_offered(clinic: Clinic, desk: Member) -> None:
    clinic.register(LONG)
    desk.get("/clinic/invitations/new")
    assert "A long form" not in desk.text
    fill_in(desk, clinic, questionnaires=["long"])
    assert desk.problems == ["long: no version of it is approved yet."]


def test_a_double_click_or_reload_makes_one_invitation_with_one_more_link(
    app: Flask, clinic: Clinic, desk: Member
) -> None:
    fill_in(desk, clinic)
    first = token(desk)
    desk.get("/clinic/invitations/new")
    fill_in(desk, clinic)
    assert desk.heading == "One more link for Karel Novotný"
    assert "no second invitation was made" in desk.text
    second = token(desk)
    assert first != second
    assert (count(clinic), count(clinic, InvitationLink)) == (1, 2)
    for link in (first, second):
        patient = Patient(app.test_client())
        patient.open(link, **{"birth-day": "27", "birth-month": "3", "birth-year": "1985"})
        assert patient.path == OPENED


def test_another_wish_for_the_same_appointment_is_told_and_can_be_changed(clinic: Clinic, desk: Member) -> None:
    fill_in(desk, clinic)
    desk.get("/clinic/invitations/new")
    fill_in(desk, clinic, questionnaires=["coping"])
    assert desk.page.status_code == 409
    assert desk.heading == "This patient is invited for this appointment already"
    desk.press("change=yes")
    assert dict(desk.form().fields)["questionnaires"] == "coping"
    desk.press(appointment_time="11:30", clinician_id=clinic.novak.id)
    assert desk.heading == "Karel Novotný is invited"
    assert count(clinic) == 2


def test_the_language_is_asked_for_only_where_there_is_a_choice(clinic: Clinic, desk: Member) -> None:
    assert 'name="language"' not in desk.text


def test_where_nothing_can_be_chosen_it_says_what_to_do(app: Flask, clinic: Clinic, desk: Member) -> None:
    staff.disable_staff(clinic.store, clinic.admin, int(clinic.horak.id), now=NOW)
    desk.get("/clinic/invitations/new")
    assert '<option value="">' not in desk.text  # with one clinician there is nothing to choose
    staff.disable_staff(clinic.store, clinic.admin, int(clinic.novak.id), now=NOW)
    desk.get("/clinic/invitations/new")
    assert "No clinician has an account yet." in desk.text


@pytest.fixture
def invited(clinic: Clinic) -> str:
    return f"/clinic/invitations/{clinic.invite().invitation_id}"


def test_the_invitation_tells_what_became_of_it(clinic: Clinic, desk: Member, invited: str) -> None:
    desk.get(invited)
    assert desk.heading == "Anna Nowak"
    for shown in (
        "A-17",
        "12 May 1988",
        "anna@example.org",
        "Tomorrow, 12:00",
        "Dr A. Novak",
        "Not started",
        "Dora Desk",
    ):
        assert shown in desk.text
    clinic.send(invited.rpartition("/")[2])
    desk.get(invited)
    assert "Sent, not yet reviewed" in desk.text
    for gone in ("Make a new link", "Cancel this invitation"):
        assert gone not in desk.text


def test_a_new_link_is_shown_once(clinic: Clinic, desk: Member, invited: str) -> None:
    desk.get(invited)
    desk.press(action="/link")
    made = token(desk)
    desk.get(invited)
    assert made not in desk.text
    assert "Links made" in desk.text


def test_a_new_link_for_what_was_sent_is_refused_with_the_reason(clinic: Clinic, desk: Member, invited: str) -> None:
    desk.get(invited)
    clinic.send(invited.rpartition("/")[2])
    desk.press(action="/link")
    assert "The answers have been sent" in desk.text
    assert desk.path == invited


def test_details_are_corrected_for_good(app: Flask, clinic: Clinic, desk: Member) -> None:
    made = clinic.invite()
    desk.get(f"/clinic/invitations/{made.invitation_id}/patient")
    desk.press(name="Anna Nováková", birth_date__day="13", mobile="+420 777 123 456")
    assert desk.heading == "Anna Nováková"
    assert "The patient’s details are corrected." in desk.text
    assert "13 May 1988" in desk.text
    patient = Patient(app.test_client())
    patient.open(made.token, **{"birth-day": "13"})
    assert patient.path == OPENED


def test_wrong_corrections_come_back_as_typed(clinic: Clinic, desk: Member, invited: str) -> None:
    clinic.invite(record_number="B-2", name="Petr Svoboda")
    desk.get(f"{invited}/patient")
    desk.press(record_number="B-2", name="", email="nowhere")
    assert desk.page.status_code == 422
    assert len(desk.problems) == 3
    assert "This record number belongs to another patient." in desk.problems
    shown = dict(desk.form().fields)
    assert (shown["record_number"], shown["name"], shown["email"]) == ("B-2", "", "nowhere")


def test_after_too_many_wrong_birth_dates_the_desk_unlocks(app: Flask, clinic: Clinic, desk: Member) -> None:
    made = clinic.invite()
    with clinic.store.write() as session:
        session.execute(update(Invitation).values(birth_date_failures=5))
    desk.get("/clinic/appointments")
    assert "Locked: wrong date of birth too often" in desk.text
    desk.get(f"/clinic/invitations/{made.invitation_id}")
    desk.press(action="/unlock")
    assert "The patient can try the date of birth again." in desk.text
    assert "Unlock the date of birth" not in desk.text
    patient = Patient(app.test_client())
    patient.open(made.token)
    assert patient.path == OPENED


def test_an_appointment_is_moved_and_given_to_a_colleague(clinic: Clinic, desk: Member, invited: str) -> None:
    desk.get(f"{invited}/appointment")
    shown = dict(desk.form().fields)
    assert (shown["appointment_at-day"], shown["appointment_time"]) == ("5", "12:00")
    desk.press(appointment_at__day="7", appointment_time="8:15", clinician_id=clinic.horak.id)
    assert "Thu 7 May 2026, 08:15" in desk.text
    assert "Dr B. Horak" in desk.text
    record = f"invitation:{invited.rpartition('/')[2]}"
    assert [action for action, _ in clinic.actions(record) if action in ("move", "reassign")] == ["move", "reassign"]


def test_a_move_to_yesterday_changes_nothing(clinic: Clinic, desk: Member, invited: str) -> None:
    desk.get(f"{invited}/appointment")
    desk.press(appointment_at__day="3", clinician_id=clinic.horak.id)
    assert desk.problems == ["This day has passed. Enter an appointment from today on."]
    desk.get(invited)
    assert "Dr A. Novak" in desk.text


def test_past_appointments_can_still_be_reassigned(clinic: Clinic, desk: Member, invited: str, clock: Clock) -> None:
    clock.advance(days=3)
    desk.sign_in(clinic.desk)
    desk.get(f"{invited}/appointment")
    desk.press(clinician_id=clinic.horak.id)
    assert "Dr B. Horak" in desk.text
    assert "The day of the appointment has passed, so links no longer open." in desk.text


def test_a_clinician_who_has_left_stands_in_the_form_until_another_is_chosen(
    clinic: Clinic, desk: Member, invited: str, clock: Clock
) -> None:
    clock.advance(days=3)  # before, the account could not be closed
    staff.disable_staff(clinic.store, clinic.admin, int(clinic.novak.id), now=clock())
    desk.sign_in(clinic.desk)
    desk.get(f"{invited}/appointment")
    assert f'<option value="{clinic.novak.id}" selected>Dr A. Novak' in desk.text
    desk.press(appointment_at__day="12", appointment_time="8:15")
    assert desk.problems == ["Choose a clinician of this practice."]
    desk.press(clinician_id=clinic.horak.id)
    assert "Tue 12 May 2026, 08:15" in desk.text
    assert "Dr B. Horak" in desk.text


def test_cancelling_asks_first_and_ends_the_links(app: Flask, clinic: Clinic, desk: Member) -> None:
    made = clinic.invite()
    desk.get(f"/clinic/invitations/{made.invitation_id}/cancel")
    assert desk.heading == "Cancel the invitation of Anna Nowak?"
    with clinic.store.read() as session:
        assert session.scalar(select(Invitation.state)) == "open"
    desk.press()
    assert "The invitation is cancelled. Its links no longer open anything." in desk.text
    assert "Make a new link" not in desk.text
    patient = Patient(app.test_client())
    patient.open(made.token)
    assert patient.path != OPENED


def test_a_patient_is_invited_again_without_typing_the_details(clinic: Clinic, desk: Member, invited: str) -> None:
    desk.get(f"/clinic/invitations/new?again={invited.rpartition('/')[2]}")
    shown = dict(desk.form().fields)
    assert (shown["record_number"], shown["name"], shown["birth_date-year"]) == ("A-17", "Anna Nowak", "1988")
    assert shown["appointment_at-day"] == ""
    desk.press(
        appointment_at__day="20",
        appointment_at__month="5",
        appointment_at__year="2026",
        appointment_time="9:00",
        clinician_id=clinic.novak.id,
        questionnaires=["coping"],
    )
    assert desk.heading == "Anna Nowak is invited"


def test_what_was_typed_survives_the_end_of_the_session(app: Flask, clinic: Clinic, desk: Member, clock: Clock) -> None:
    clock.advance(minutes=45)
    fill_in(desk, clinic)
    assert desk.page.status_code == 401
    assert desk.heading == "Not saved yet: please send it again"
    assert count(clinic) == 0
    kept = dict(desk.form().fields)
    assert kept["name"] == "Karel Novotný"
    new_tab = Member(app)
    new_tab.client = desk.client
    new_tab.sign_in(clinic.desk)
    desk.post("/clinic/invitations/new", kept)
    assert desk.page.status_code == 400
    desk.press()
    assert desk.heading == "Karel Novotný is invited"
    assert count(clinic) == 1

"""The administrator's pages: accounts and what the practice has set."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date

import pytest
from flask import Flask

from screening.config import Settings
from tests.support.app import close_app, make_app
from tests.support.clinic import PASSWORD, Clinic
from tests.support.clock import Clock
from tests.support.staff import Member


@pytest.fixture
def database_backend() -> str:
    """What these pages do is done by use cases that are tested on both databases."""
    return "sqlite"


@pytest.fixture
def admin(app: Flask, clinic: Clinic) -> Member:
    member = Member(app)
    member.sign_in(clinic.admin)
    return member


def can_sign_in(app: Flask, email: str, password: str) -> bool:
    member = Member(app)
    member.post("/clinic/sign-in", {"email": email, "password": password})
    return member.path != "/clinic/sign-in"


def shown_password(member: Member) -> str:
    found = re.search(r'id="password" type="text" value="([^"]+)"', member.text)
    assert found, member.text
    return found[1]


def test_the_list_shows_who_may_do_what(admin: Member) -> None:
    assert admin.heading == "Staff"
    rows = re.findall(r"<tr.*?</tr>", admin.text, re.DOTALL)[1:]
    words = [" ".join(re.sub(r"<[^>]+>", " ", row).split()) for row in rows]
    assert words == [
        "Ada Admin ada.admin@clinic.example Administrator open",
        "Dora Desk dora.desk@clinic.example Front desk open",
        "Dr A. Novak dr.a.novak@clinic.example Clinician open",
        "Dr B. Horak dr.b.horak@clinic.example Clinician open",
    ]


def test_a_new_account_gets_a_password_that_is_shown_once(app: Flask, admin: Member) -> None:
    admin.get("/admin/staff/new")
    admin.press(name="Dr C. Dvorak", email="C.Dvorak@clinic.example", roles=["clinician", "front_desk"])
    assert admin.heading == "Dr C. Dvorak has an account"
    password = shown_password(admin)
    assert re.fullmatch(r"(?:[a-z2-9]{4}-){4}[a-z2-9]{4}", password)
    assert admin.page.headers["Cache-Control"] == "no-store"
    assert can_sign_in(app, "c.dvorak@clinic.example", password)
    admin.get("/admin/staff/")
    assert password not in admin.text
    assert "Front desk, Clinician" in " ".join(admin.text.split())


def test_a_password_that_was_typed_is_not_shown(app: Flask, admin: Member) -> None:
    admin.get("/admin/staff/new")
    typed = "four quiet green kettles"
    admin.press(name="Eva Else", email="eva@clinic.example", roles=["front_desk"], password=typed)
    assert typed not in admin.text
    assert can_sign_in(app, "eva@clinic.example", typed)


def test_what_is_wrong_with_a_new_account_is_told_and_stays(admin: Member) -> None:
    admin.get("/admin/staff/new")
    admin.press(name="", email="nowhere", password="short")
    assert admin.page.status_code == 422
    assert sorted(problem.split()[0] for problem in admin.problems) == ["Choose", "Choose", "Enter", "Enter"]
    assert dict(admin.form().fields)["email"] == "nowhere"
    admin.press(name="Dora Two", email="dora.desk@clinic.example", roles=["front_desk"], password="")
    assert admin.problems == ["There is an account with this e-mail address already."]
    assert 'value="short"' not in admin.text


def test_roles_are_changed(app: Flask, clinic: Clinic, admin: Member) -> None:
    admin.get(f"/admin/staff/{clinic.desk.id}")
    assert dict(admin.form("/roles").fields)["roles"] == "front_desk"
    admin.press(action="/roles", roles=["clinician"])
    assert "Roles and rights are changed" in admin.text
    desk = Member(app)
    desk.sign_in(clinic.desk)
    assert desk.path == "/clinic/"


def test_an_account_needs_a_role(clinic: Clinic, admin: Member) -> None:
    admin.get(f"/admin/staff/{clinic.desk.id}")
    admin.press(action="/roles", roles=[])
    assert admin.problems == ["Choose at least one role or right."]


def test_an_account_is_closed_and_opened(app: Flask, clinic: Clinic, admin: Member) -> None:
    email = "dora.desk@clinic.example"
    admin.get(f"/admin/staff/{clinic.desk.id}")
    admin.press(action="/disable")
    assert "The account is closed and signed out everywhere." in admin.text
    assert not can_sign_in(app, email, PASSWORD)
    admin.press(action="/enable")
    assert "The account is open again." in admin.text
    assert can_sign_in(app, email, PASSWORD)


def test_the_last_administrator_stays_one(clinic: Clinic, admin: Member) -> None:
    admin.get(f"/admin/staff/{clinic.admin.id}")
    admin.press(action="/disable")
    assert "This is the last administrator." in admin.text
    admin.press(action="/roles", roles=["clinician"])
    assert admin.problems == ["This is the last administrator. Make somebody else an administrator first."]
    admin.get("/admin/staff/")
    assert admin.page.status_code == 200


def test_a_forgotten_password_is_replaced(app: Flask, clinic: Clinic, admin: Member) -> None:
    desk = Member(app)
    desk.sign_in(clinic.desk)
    admin.get(f"/admin/staff/{clinic.desk.id}")
    admin.press(action="/password")
    assert admin.heading == "Dora Desk has a new password"
    desk.get("/clinic/appointments")
    assert desk.heading == "Sign in"
    assert not can_sign_in(app, "dora.desk@clinic.example", PASSWORD)
    assert can_sign_in(app, "dora.desk@clinic.example", shown_password(admin))


def test_a_password_from_somebody_else_opens_only_the_way_to_another(app: Flask, admin: Member) -> None:
    admin.get("/admin/staff/new")
    admin.press(name="Eva Else", email="eva@clinic.example", roles=["front_desk"])
    given, own = shown_password(admin), "four quiet green kettles"
    eva = Member(app)
    eva.post("/clinic/sign-in", {"email": "eva@clinic.example", "password": given})
    assert eva.path == "/clinic/password"
    assert "Somebody else gave you your present password." in eva.text
    eva.get("/clinic/appointments")
    assert eva.path == "/clinic/password"
    eva.press(action="/password", present=given, password=given, again=given)
    assert eva.problems == ["This is your present password. Choose another one."]
    eva.press(action="/password", present=given, password=own, again=own)
    assert eva.path == "/clinic/appointments"
    again = Member(app)
    again.post("/clinic/sign-in", {"email": "eva@clinic.example", "password": own})
    assert again.path == "/clinic/appointments"


def test_the_practices_name_makes_no_password(admin: Member) -> None:
    admin.get("/admin/staff/new")
    admin.press(name="Eva Else", email="eva@clinic.example", roles=["front_desk"], password="riversidepractice2026")
    assert admin.problems == [
        "This password would be among the first that somebody tries. Choose several unrelated words."
    ]


def test_a_clinician_with_answers_to_come_is_not_closed(clinic: Clinic, admin: Member) -> None:
    clinic.invite()
    admin.get(f"/admin/staff/{clinic.novak.id}")
    admin.press(action="/disable")
    assert "Dr A. Novak has 1 appointment with answers that are still to come" in admin.text
    admin.press(action="/roles", roles=["front_desk"])
    assert len(admin.problems) == 1
    assert "to another clinician first" in admin.problems[0]


def test_an_account_that_there_is_not_is_not_found(admin: Member) -> None:
    assert admin.get("/admin/staff/9999").status_code == 404
    assert admin.get("/admin/staff/99999999999999999999").status_code == 404


def test_the_settings_that_safety_rests_on_can_be_read(admin: Member) -> None:
    admin.get("/admin/settings")
    text = " ".join(re.sub(r"<[^>]+>", " ", admin.text).split())
    for shown in (
        "112 Emergency services",
        "Last verified 1 May 2026",
        "Sent forms are read within 3 working days",
        "If nobody did, read by Dr B. Horak",
        "Answers are deleted 730 days after sending",
        "Unsent answers are deleted 7 days after the appointment",
        "Clinicians read their own patients’ answers",
        "Safeguard for questions about self-harm not set",
    ):
        assert shown in text, shown
    assert "Ring them again" not in text
    for secret in ("keys.toml", "answers.db", "sqlite"):
        assert secret not in text


@pytest.mark.parametrize(
    ("verified", "warning"),
    [
        (date(2026, 2, 3), ""),
        (date(2026, 2, 2), "These numbers were last verified 91 days ago."),
        (None, "Nobody has said when these numbers were last verified."),
    ],
)
def test_old_help_numbers_are_warned_of(
    make_settings: Callable[..., Settings], clock: Clock, verified: date | None, warning: str
) -> None:
    app = make_app(make_settings(help_numbers_verified=verified), clock)
    admin = Member(app)
    admin.sign_in(Clinic(app.extensions["store"]).admin)
    admin.get("/admin/settings")
    assert ("govuk-warning-text" in admin.text) is bool(warning)
    assert warning in admin.text
    close_app(app)

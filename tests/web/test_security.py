"""Signing in and out: who gets in, what ends a session, what guessing comes to, and what is put on record."""

from __future__ import annotations

import re
from urllib.parse import urljoin

import pytest
from flask import Flask
from sqlalchemy import select
from werkzeug.test import create_environ

from screening import staff
from screening.staff import signing_in
from screening.staff.signing_in import Try
from screening.store.audit import AuditEvent
from screening.store.engine import Store
from screening.store.tables import WebSession
from screening.web.headers import CONTENT_SECURITY_POLICY, ProtectedResponse
from screening.web.security import AccountStore
from tests.support.clinic import NOW, PASSWORD, Clinic
from tests.support.clock import Clock
from tests.support.intake import ORIGIN
from tests.support.staff import Member, email_of

TOO_MANY = "Too many wrong tries. Wait 15 minutes, then try again."


@pytest.fixture
def database_backend() -> str:
    """Pages are the same on both databases; what is counted in them is tested on both in test_signing_in.py."""
    return "sqlite"


@pytest.fixture
def novak(app: Flask, clinic: Clinic) -> Member:
    member = Member(app)
    member.sign_in(clinic.novak)
    assert member.heading == "My worklist"
    return member


def sessions(store: Store) -> int:
    with store.read() as session:
        return len(session.scalars(select(WebSession)).all())


def guess(member: Member, email: str, times: int = 1) -> None:
    for _ in range(times):
        member.post("/clinic/sign-in", {"email": email, "password": "something quite else"})


def have_guessed(clinic: Clinic, email: str, address: str = "192.0.2.7", times: int = signing_in.TRIES) -> None:
    """Let somebody have guessed so often, in a browser that nobody knows."""
    for _ in range(times):
        signing_in.note_failure(clinic.store, Try(email, address), now=NOW)


def is_in(member: Member) -> bool:
    member.get("/clinic/password")
    return member.heading == "Change my password"


@pytest.mark.parametrize(
    ("who", "leads_to"), [("novak", "/clinic/"), ("desk", "/clinic/appointments"), ("admin", "/admin/staff/")]
)
def test_each_role_begins_where_its_work_is(app: Flask, clinic: Clinic, who: str, leads_to: str) -> None:
    member = Member(app)
    member.sign_in(getattr(clinic, who))
    assert member.path == leads_to
    assert getattr(clinic, who).name in member.text


def test_the_page_that_was_asked_for_comes_after_signing_in(app: Flask, clinic: Clinic) -> None:
    member = Member(app)
    member.get("/clinic/unread?page=2")
    assert member.heading == "Sign in"
    member.press(email=email_of(clinic.novak), password=PASSWORD)
    assert member.path == "/clinic/unread?page=2"


@pytest.mark.parametrize(
    "there",
    [
        "https://evil.example/",
        "//evil.example/",
        "\\\\evil.example",
        "/\\evil.example",
        "javascript:alert(1)",
        " //evil.example",
    ],
)
def test_signing_in_leads_to_no_other_site(app: Flask, clinic: Clinic, there: str) -> None:
    credentials = {"email": email_of(clinic.novak), "password": PASSWORD}
    response = app.test_client().post("/clinic/sign-in", data={**credentials, "next": there}, base_url=ORIGIN)
    assert response.status_code == 302
    leads_to = urljoin(f"{ORIGIN}/clinic/sign-in", response.location)
    assert leads_to.startswith(f"{ORIGIN}/")
    assert "\\" not in response.location


def test_an_address_is_taken_in_any_case(app: Flask, clinic: Clinic) -> None:
    member = Member(app)
    member.post("/clinic/sign-in", {"email": f" {email_of(clinic.novak).upper()} ", "password": PASSWORD})
    assert member.heading == "My worklist"


def test_whether_an_account_exists_can_not_be_told(app: Flask, clinic: Clinic) -> None:
    staff.disable_staff(clinic.store, clinic.admin, int(clinic.horak.id), now=NOW)
    pages = []
    for email, password in (
        (email_of(clinic.novak), "something quite else"),
        ("nobody@clinic.example", "something quite else"),
        (email_of(clinic.horak), PASSWORD),
    ):
        member = Member(app)
        member.post("/clinic/sign-in", {"email": email, "password": password})
        assert not is_in(Member(app))
        pages.append((member.page.status_code, member.page.text.replace(email, "EMAIL")))
    assert pages[0] == pages[1] == pages[2]
    assert "wrong" in pages[0][1]


def test_empty_fields_are_told_and_count_for_nothing(app: Flask, clinic: Clinic) -> None:
    member = Member(app)
    for _ in range(signing_in.TRIES + 1):
        member.post("/clinic/sign-in", {"email": email_of(clinic.novak), "password": ""})
    assert member.problems == ["Enter your password."]
    member.post("/clinic/sign-in", {})
    assert member.problems == ["Enter your e-mail address.", "Enter your password."]
    member.sign_in(clinic.novak)
    assert is_in(member)


@pytest.mark.parametrize("email", ["dr.a.novak@clinic.example", "nobody@clinic.example"])
def test_after_ten_wrong_passwords_none_is_looked_at_for_a_while(
    app: Flask, clinic: Clinic, clock: Clock, email: str
) -> None:
    email = email_of(clinic.novak) if email.startswith("dr") else email
    member = Member(app)
    guess(member, email, signing_in.TRIES)
    assert "wrong, or the account is closed" in member.problems[0]
    member.post("/clinic/sign-in", {"email": email, "password": PASSWORD})
    assert (member.page.status_code, member.problems) == (
        429,
        ["Too many wrong tries. Wait 15 minutes, then try again."],
    )
    clock.advance(minutes=15, seconds=1)
    member.post("/clinic/sign-in", {"email": email, "password": PASSWORD})
    assert is_in(member) is (email == email_of(clinic.novak))


def test_guessing_at_one_account_keeps_nobody_else_out(app: Flask, clinic: Clinic) -> None:
    have_guessed(clinic, email_of(clinic.novak))
    member = Member(app)
    member.sign_in(clinic.horak)
    assert is_in(member)


def test_guessing_from_elsewhere_keeps_nobody_out(app: Flask, clinic: Clinic) -> None:
    have_guessed(clinic, email_of(clinic.novak), "203.0.113.9")
    member = Member(app)
    member.sign_in(clinic.novak)
    assert is_in(member)


def test_guessing_in_the_waiting_room_does_not_lock_out_the_clinics_own_browsers(
    app: Flask, clinic: Clinic, novak: Member
) -> None:
    novak.post("/clinic/sign-out", {"csrf_token": novak.token()})
    for address in range(10):
        have_guessed(clinic, email_of(clinic.novak), f"203.0.113.{address}")
    have_guessed(clinic, email_of(clinic.novak))
    stranger = Member(app, "198.51.100.20")
    stranger.sign_in(clinic.novak)
    assert stranger.page.status_code == 429
    novak.sign_in(clinic.novak)
    assert novak.heading == "My worklist"


def test_a_browser_of_ones_own_has_a_limit_too(app: Flask, clinic: Clinic, novak: Member) -> None:
    novak.post("/clinic/sign-out", {"csrf_token": novak.token()})
    guess(novak, email_of(clinic.novak), signing_in.TRIES)
    novak.sign_in(clinic.novak)
    assert novak.page.status_code == 429


def test_a_browser_is_known_for_the_accounts_that_were_used_in_it_only(
    app: Flask, clinic: Clinic, novak: Member
) -> None:
    novak.post("/clinic/sign-out", {"csrf_token": novak.token()})
    have_guessed(clinic, email_of(clinic.horak))
    novak.sign_in(clinic.horak)
    assert novak.page.status_code == 429


def test_a_made_up_browser_cookie_is_worth_nothing(app: Flask, clinic: Clinic) -> None:
    member = Member(app)
    have_guessed(clinic, email_of(clinic.novak))
    member.client.set_cookie("__Host-browser", "eyJuYW1lIjoiYSJ9.c2lnbmVk", domain="forms.clinic.example", secure=True)
    member.sign_in(clinic.novak)
    assert member.page.status_code == 429


def test_looking_at_the_sign_in_page_leaves_no_session_behind(app: Flask, clinic: Clinic) -> None:
    member = Member(app)
    member.get("/clinic/sign-in")
    guess(member, email_of(clinic.novak))
    assert "Set-Cookie" not in member.page.headers
    assert sessions(clinic.store) == 0


def test_signing_in_gives_a_new_session(app: Flask, clinic: Clinic, novak: Member) -> None:
    before = novak.client.get_cookie("__Host-staff", domain="forms.clinic.example")
    novak.post("/clinic/sign-out", {"csrf_token": novak.token()})
    novak.client.set_cookie("__Host-staff", "planted", domain="forms.clinic.example")
    novak.sign_in(clinic.novak)
    after = novak.client.get_cookie("__Host-staff", domain="forms.clinic.example")
    assert before is not None
    assert after is not None
    assert after.value not in (before.value, "planted")
    assert sessions(clinic.store) == 1


def test_the_session_cookie_is_out_of_reach_of_scripts_and_other_hosts(app: Flask, clinic: Clinic) -> None:
    response = app.test_client().post(
        "/clinic/sign-in", data={"email": email_of(clinic.novak), "password": PASSWORD}, base_url=ORIGIN
    )
    cookies = response.headers.getlist("Set-Cookie")
    assert {cookie.partition("=")[0] for cookie in cookies} == {"__Host-staff", "__Host-browser"}
    for cookie in cookies:
        assert {"Secure", "HttpOnly", "Path=/"} <= {part.strip() for part in cookie.split(";")}
        assert "Domain" not in cookie
        assert "novak" not in cookie.lower()


def test_signing_out_ends_the_session_on_the_server(app: Flask, clinic: Clinic, novak: Member) -> None:
    cookie = novak.client.get_cookie("__Host-staff", domain="forms.clinic.example")
    assert cookie is not None
    token = novak.token()
    novak.post("/clinic/sign-out", {"csrf_token": token})
    assert novak.heading == "Sign in"
    novak.client.set_cookie("__Host-staff", cookie.value, domain="forms.clinic.example", secure=True)
    assert not is_in(novak)
    assert sessions(clinic.store) == 0


def test_signing_out_is_a_post_with_a_token(novak: Member) -> None:
    assert novak.get("/clinic/sign-out").status_code == 405
    assert novak.post("/clinic/sign-out", {}).status_code == 400
    assert is_in(novak)


def test_half_an_hour_without_a_sign_of_life_signs_out(novak: Member, clock: Clock) -> None:
    clock.advance(minutes=29)
    assert is_in(novak)
    clock.advance(minutes=31)
    assert not is_in(novak)


def test_after_twelve_hours_one_signs_in_again_however_busy(novak: Member, clock: Clock) -> None:
    for _ in range(36):
        clock.advance(minutes=20)
        assert is_in(novak)
    clock.advance(minutes=1)
    assert not is_in(novak)


def test_closing_an_account_signs_it_out_at_once(clinic: Clinic, novak: Member) -> None:
    staff.disable_staff(clinic.store, clinic.admin, int(clinic.novak.id), now=NOW)
    assert not is_in(novak)


def test_another_role_needs_another_sign_in(clinic: Clinic, novak: Member) -> None:
    staff.set_roles(clinic.store, clinic.admin, int(clinic.novak.id), ["front_desk"], now=NOW)
    assert not is_in(novak)
    novak.sign_in(clinic.novak)
    assert novak.path == "/clinic/appointments"


def test_another_password_ends_all_sessions_but_this_one(app: Flask, clinic: Clinic, novak: Member) -> None:
    elsewhere = Member(app)
    elsewhere.sign_in(clinic.novak)
    novak.get("/clinic/password")
    novak.press(present=PASSWORD, password="four quiet green kettles", again="four quiet green kettles")
    assert "Your password has changed." in novak.text
    assert is_in(novak)
    assert not is_in(elsewhere)
    elsewhere.sign_in(clinic.novak)
    assert not is_in(elsewhere)
    elsewhere.sign_in(clinic.novak, "four quiet green kettles")
    assert is_in(elsewhere)


@pytest.mark.parametrize(
    ("present", "password", "again", "problem"),
    [
        ("", "four quiet green kettles", "four quiet green kettles", "Enter your present password."),
        ("wrong", "four quiet green kettles", "four quiet green kettles", "This is not your present password."),
        (PASSWORD, "", "", "Enter a new password."),
        (PASSWORD, "four quiet green kettles", "four quiet green kettle", "This is not the same as the new password"),
        (PASSWORD, "short", "short", "Choose a password of at least 15 characters."),
    ],
)
def test_a_password_is_not_changed_by_mistake(
    novak: Member, clinic: Clinic, app: Flask, present: str, password: str, again: str, problem: str
) -> None:
    novak.get("/clinic/password")
    novak.press(present=present, password=password, again=again)
    assert novak.page.status_code == 422
    assert novak.problems[0].startswith(problem)
    for typed in {present, password, again} - {""}:
        assert f'value="{typed}"' not in novak.text
    other = Member(app)
    other.sign_in(clinic.novak)
    assert is_in(other)


def test_the_present_password_can_not_be_guessed_at_an_unlocked_screen(novak: Member) -> None:
    for _ in range(signing_in.TRIES):
        novak.get("/clinic/password")
        novak.press(present="wrong", password="four quiet green kettles", again="four quiet green kettles")
    novak.get("/clinic/password")
    novak.press(present=PASSWORD, password="four quiet green kettles", again="four quiet green kettles")
    assert novak.problems == [TOO_MANY]


def test_only_a_form_of_our_own_signs_in(app: Flask, clinic: Clinic) -> None:
    credentials = {"email": email_of(clinic.novak), "password": PASSWORD}
    member = Member(app)
    assert member._send("POST", "/clinic/sign-in", json=credentials).status_code == 415
    for headers in ({"Sec-Fetch-Site": "cross-site"}, {"Origin": "https://evil.example"}):
        assert member._send("POST", "/clinic/sign-in", data=credentials, headers=headers).status_code == 400
    assert sessions(clinic.store) == 0


def test_no_token_in_an_address_or_header_stands_for_a_session(app: Flask, clinic: Clinic) -> None:
    with app.test_request_context(base_url=ORIGIN):
        account = AccountStore().find_user(email=email_of(clinic.novak))
        assert account is not None
        token = account.get_auth_token()
    member = Member(app)
    member.get(f"/clinic/password?auth_token={token}")
    assert member.heading == "Sign in"
    member.get("/clinic/password", headers={"Authentication-Token": token})
    assert member.heading == "Sign in"


def test_whoever_is_signed_in_goes_on_from_the_sign_in_page(novak: Member, clinic: Clinic) -> None:
    novak.get("/clinic/sign-in")
    assert novak.heading == "My worklist"
    novak.post("/clinic/sign-in", {"email": email_of(clinic.desk), "password": PASSWORD})
    assert novak.heading == "My worklist"


def test_of_the_library_only_the_sign_in_page_is_reachable(app: Flask) -> None:
    rules = {(rule.endpoint, rule.rule) for rule in app.url_map.iter_rules() if rule.endpoint.startswith("security.")}
    assert rules == {("security.login", "/clinic/sign-in")}
    assert not {"users", "roles"} & set(app.cli.commands)


def test_signing_in_and_out_is_on_record_without_what_was_typed(app: Flask, clinic: Clinic) -> None:
    member = Member(app)
    guess(member, email_of(clinic.novak))
    guess(member, "my password by mistake")
    member.sign_in(clinic.novak)
    member.post("/clinic/sign-out", {"csrf_token": member.token()})
    actions = [action for action, _ in clinic.actions(f"staff:{clinic.novak.id}")]
    assert actions[-3:] == ["sign_in_failed", "sign_in", "sign_out"]
    assert [action for action, _ in clinic.actions("staff:0")] == ["sign_in_failed"]
    with clinic.store.read() as session:
        for event in session.scalars(select(AuditEvent)):
            assert not re.search("mistake|something quite", f"{event.record} {event.actor} {event.detail}")


def test_an_answer_that_no_hook_has_seen_is_protected_too() -> None:
    _, _, headers = ProtectedResponse("").get_wsgi_response(create_environ())
    assert ("Content-Security-Policy", CONTENT_SECURITY_POLICY) in headers
    assert ("Cache-Control", "no-store") in headers

"""Typing in a paper form and comparing it, in the browser."""

from __future__ import annotations

import pytest
from flask import Flask

from screening.store.access import TRANSCRIBER
from screening.store.audit import Actor
from tests.support.clinic import Clinic
from tests.support.intake import GARDEN
from tests.support.staff import Member

SIGNED = {"signed_on__day": "3", "signed_on__month": "5", "signed_on__year": "2026"}


@pytest.fixture
def database_backend() -> str:
    return "sqlite"


@pytest.fixture
def practice(app: Flask) -> Clinic:
    clinic = Clinic(app.extensions["store"])
    clinic.register(GARDEN.format(version="1"))
    clinic.approve("garden")
    return clinic


@pytest.fixture
def address(practice: Clinic) -> str:
    """Where Anna Nowak's paper form about her garden is typed in."""
    return f"/clinic/paper/{practice.invite(questionnaires=('garden',)).invitation_id}"


@pytest.fixture
def tina(practice: Clinic) -> Actor:
    return practice.member("Tina Typist", {TRANSCRIBER})


@pytest.fixture
def typist(app: Flask, practice: Clinic, tina: Actor) -> Member:
    """Tina, signed in."""
    somebody = Member(app)
    somebody.sign_in(tina)
    return somebody


@pytest.fixture
def clinician(app: Flask, practice: Clinic) -> Member:
    somebody = Member(app)
    somebody.sign_in(practice.novak)
    return somebody


def begin(typist: Member, address: str) -> None:
    typist.get(address)
    typist.press(is_theirs="yes", **SIGNED)


def type_all(typist: Member, address: str) -> None:
    begin(typist, address)
    typist.press("then=next", q1__text="Rain & <b>sun</b>")
    typist.press("then=next", q3="most")
    typist.press("then=next", q4__text="Dandelion", q5__text="7.5")
    typist.press("then=skip")
    typist.press("then=next", q8="3")
    assert typist.heading == "Look over the paper form of Anna Nowak"


def typed(typist: Member, clinician: Member, address: str) -> str:
    """Type it all in and save it; return where the clinician reads it."""
    type_all(typist, address)
    typist.press(action="save", helped_by="interpreter")
    clinician.get("/clinic/")
    return clinician.text.partition('href="/clinic/responses/')[2].partition('"')[0]


def test_a_paper_form_is_typed_in_page_by_page(typist: Member, address: str) -> None:
    typist.get("/clinic/")
    assert typist.heading == "Paper forms to type in"
    assert f'href="{address}"' in typist.text
    typist.get(address)
    assert "12 May 1988" in typist.text
    typist.press()
    assert typist.page.status_code == 422
    assert typist.problems == [
        "Enter the day on which the patient signed the form.",
        "Compare name and date of birth with the paper form, and confirm it.",
    ]
    typist.press(is_theirs="yes", **SIGNED | {"signed_on__year": "2027"})
    assert typist.problems == ["Enter the day on which the patient signed; it can't be in the future."]
    typist.press(is_theirs="yes", **SIGNED)
    assert (typist.path, typist.heading) == (f"{address}/pages/1", "Your hopes")
    assert "1. What do you hope for?" in typist.text, "as it stands on the paper"
    typist.press("then=next", q1__text="Rain")
    assert typist.heading == "Weeds", "what is blank on paper is not asked for once more"
    typist.press("then=next", q3="most")
    assert "Your answers bring up 2 more questions on this page." in typist.text
    typist.press("then=next", q4__text="Dandelion", q5__text="seven")
    assert typist.page.status_code == 422
    assert "This page is not kept yet. What you typed is still here." in typist.text
    assert dict(typist.form().fields)["q5-text"] == "seven"
    typist.press("then=stop", q5__text="7")
    assert "More to type in" not in typist.text
    assert typist.text.count("Typed in") == 2


def test_a_sensitive_page_needs_no_gate_and_can_be_marked_as_skipped(typist: Member, address: str) -> None:
    begin(typist, address)
    typist.get(f"{address}/pages/3")
    assert typist.heading == "Behind the fence"
    typist.press("then=skip")
    typist.get(address)
    assert "Skipped by the patient" in typist.text


def test_all_is_looked_over_and_saved_for_good(typist: Member, address: str) -> None:
    type_all(typist, address)
    for text in ("Rain &amp; &lt;b&gt;sun&lt;/b&gt;", "Dandelion", "Skipped by the patient"):
        assert text in typist.page.text
    typist.press(action="save", helped_by="interpreter")
    assert typist.path == "/clinic/paper/"
    assert "The paper form is saved." in typist.text
    assert address not in typist.text
    for path in ("", "/pages/1", "/check"):
        assert typist.get(address + path).status_code == 403
        assert "The answers are saved already." in typist.text


def test_a_page_kept_in_another_window_is_not_overwritten_unasked(typist: Member, address: str) -> None:
    begin(typist, address)
    stale = dict(typist.form().fields)
    typist.press("then=next", q1__text="Rain")
    typist.post(f"{address}/pages/1", {**stale, "q1-text": "Sun", "then": "next"})
    assert typist.page.status_code == 409
    assert "kept in another window" in typist.text
    assert dict(typist.form().fields)["q1-text"] == "Sun"
    typist.press("then=next")
    typist.get(f"{address}/pages/1")
    assert dict(typist.form().fields)["q1-text"] == "Sun"


def test_typing_is_thrown_away(typist: Member, address: str) -> None:
    begin(typist, address)
    typist.press("then=stop", q1__text="Rain")
    typist.press(action="discard")
    assert "What was typed in is thrown away." in typist.text
    typist.get(f"{address}/pages/1")
    assert typist.path == address
    assert "Start typing" in typist.text


def test_somebody_elses_typing_is_named_and_not_shown(
    app: Flask, practice: Clinic, typist: Member, address: str
) -> None:
    begin(typist, address)
    typist.press("then=next", q1__text="Rain")
    other = Member(app)
    other.sign_in(practice.member("Tom Typist", {TRANSCRIBER}))
    other.get(address)
    assert "Tina Typist is typing in this form, too." in other.text
    for path in ("/pages/1", "/check"):
        assert other.get(address + path).status_code == 200
        assert other.path == address
        assert "Rain" not in other.text


def test_it_is_found_by_name(practice: Clinic, typist: Member, address: str) -> None:
    for search, is_found in (("Nowak", True), ("Svoboda", False)):
        typist.get(f"/clinic/paper/?q={search}")
        assert (address in typist.text) is is_found


def test_a_clinician_confirms_it_before_signing_off(typist: Member, clinician: Member, address: str) -> None:
    path = f"/clinic/responses/{typed(typist, clinician, address)}"
    assert "Typed in from paper, not yet compared with it" in clinician.text
    clinician.get(path)
    assert "on paper, typed in by Tina Typist on 4 May 2026" in clinician.text
    assert "filled in with help (an interpreter)" in clinician.text
    assert "not yet confirmed against the paper" in clinician.text
    assert 'value="sign_off"' not in clinician.text
    clinician.press("action=sign_off", action=path)
    assert "First compare it with the paper form." in clinician.text
    clinician.press(action="confirm-paper")
    assert clinician.problems == ["Compare it with the paper form, and confirm that you did."]
    clinician.press(action="confirm-paper", compared="yes")
    assert "It can be signed off now." in clinician.text
    assert "compared with the paper form by Dr A. Novak on 4 May 2026" in clinician.text
    clinician.press("action=sign_off", action=path)
    assert "Reviewed by Dr A. Novak" in clinician.text
    assert "reject-paper" not in clinician.text


def test_a_clinician_rejects_it_and_it_is_typed_in_again(
    app: Flask, practice: Clinic, typist: Member, clinician: Member, address: str
) -> None:
    path = f"/clinic/responses/{typed(typist, clinician, address)}"
    clinician.get(path)
    clinician.press(action="reject-paper", reason=" ")
    assert clinician.page.status_code == 422
    assert clinician.problems == ["Say what is mistyped, with at most 1,000 characters."]
    clinician.press(action="reject-paper", reason="Question 5 says 1.5 <b>hours</b>.")
    rejected = clinician.path
    assert rejected == path.replace("responses", "rejected")
    assert "Reason: Question 5 says 1.5 &lt;b&gt;hours&lt;/b&gt;." in clinician.page.text
    assert "rejected as mistyped by Dr A. Novak" in clinician.text
    clinician.get("/clinic/")
    assert f'href="{rejected}"' in clinician.text
    assert "Paper form to be typed in again" in clinician.text

    desk = Member(app)
    desk.sign_in(practice.desk)
    desk.get("/clinic/appointments")
    assert "Paper form to be typed in again" in desk.text
    assert "rejected" not in desk.text

    typist.get(address)
    assert "What was typed in before was rejected by the clinician." in typist.text
    again = f"/clinic/responses/{typed(typist, clinician, address)}"
    assert again != path
    clinician.get(again)
    assert f'href="{rejected}"' in clinician.text
    clinician.get(rejected)
    assert f'href="{again}"' in clinician.text


def test_an_administrator_gives_the_right_and_takes_it_away(app: Flask, practice: Clinic) -> None:
    admin, desk = Member(app), Member(app)
    admin.sign_in(practice.admin)
    desk.sign_in(practice.desk)
    assert desk.get("/clinic/paper/").status_code == 403
    for rights, status in (([TRANSCRIBER], 200), ([], 403)):
        admin.get(f"/admin/staff/{practice.desk.id}")
        admin.press(action="roles", rights=rights)
        assert "Roles and rights are changed" in admin.text
        desk.sign_in(practice.desk)
        assert desk.get("/clinic/appointments").status_code == 200
        assert desk.get("/clinic/paper/").status_code == status
    admin.get("/admin/staff/")
    assert "Transcriber" not in admin.text

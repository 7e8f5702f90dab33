"""The preview in the browser: every kind of screen, mistakes and follow-ups, and not one row that changes."""

from __future__ import annotations

import re
from html import unescape
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from screening.store.tables import Base
from tests.support.clinic import Clinic
from tests.support.intake import GARDEN, ORIGIN, Patient, forms
from tests.support.staff import Member

ADDRESS = "/clinic/questionnaire-preview/garden"
PAGES = f"{ADDRESS}/pages?version=1"
MARK = "Preview: nothing is stored."


@pytest.fixture
def database_backend() -> str:
    return "sqlite"


@pytest.fixture
def practice(app: Flask) -> Clinic:
    """The practice, with a garden questionnaire that nobody has approved yet."""
    clinic = Clinic(app.extensions["store"])
    clinic.register(GARDEN.format(version="1"))
    return clinic


class Walker(Patient):
    """Somebody in the preview's frame, who presses the buttons that lead from screen to screen, too."""

    def go(self, to: str) -> None:
        fields = next(dict(form.fields) for form in forms(self.text) if "answers" in form.controls)
        self.post(PAGES, {**fields, "go": to})


@pytest.fixture
def walker(app: Flask, practice: Clinic) -> Walker:
    """An administrator at the first screen."""
    admin = Member(app)
    admin.sign_in(practice.admin)
    walker = Walker(admin.client)
    walker.get(PAGES)
    return walker


def rows(practice: Clinic) -> dict[str, Any]:
    with practice.store.read() as session:
        return {table.name: session.execute(select(table)).all() for table in Base.metadata.sorted_tables}


def test_all_screens_of_a_draft_are_walked_and_nothing_is_stored(practice: Clinic, walker: Walker) -> None:
    before = rows(practice)
    assert (walker.heading, MARK in walker.text) == ("Before you start", True)
    assert "These questions are about your garden." in walker.text
    walker.go("topics")
    assert (walker.heading, MARK in walker.text) == ("Your topics", True)
    walker.go("1")
    assert (walker.heading, walker.title) == ("Your hopes", "Preview: Page 1 of 3, before your visit")
    walker.press(q1_text="Rain & <b>sun</b>", q2=["rose"])
    assert walker.heading == "Weeds"
    walker.press(q3="most")
    assert "Your answers bring up 2 more questions on this page." in walker.text
    walker.press(q4_text="D" * 300, q5_text="7,5")
    assert (walker.page.status_code, MARK in walker.text) == (422, True)
    assert '<a href="#q5">How long did it take? – Write a number in digits.' in walker.text
    assert walker.fields()["q5-text"] == ["7,5"]
    walker.press(q4_text="Dandelion", q5_text="7.5")
    assert (walker.heading, MARK in walker.text) == ("Before the next page", True)
    walker.press("skip")
    assert walker.heading == "Tools"
    walker.press(q8="3")
    assert (walker.heading, MARK in walker.text) == ("Check your answers", True)
    assert "Rain &amp; &lt;b&gt;sun&lt;/b&gt;" in walker.text
    assert "Skipped." in walker.text
    walker.go("1")
    assert walker.fields()["q1-text"] == ["Rain & <b>sun</b>"]
    walker.go("end")
    assert (walker.heading, MARK in walker.text) == ("The preview ends here", True)
    assert rows(practice) == before


def test_a_required_question_asks_once_more(walker: Walker) -> None:
    walker.go("1")
    walker.press(q1_text="Rain")
    assert walker.page.status_code == 422
    walker.press()
    assert walker.heading == "Weeds"


def test_a_gate_that_was_passed_stays_open(walker: Walker) -> None:
    walker.go("3")
    assert walker.heading == "Before the next page"
    walker.go("3!")
    assert walker.heading == "Behind the fence"
    walker.press("stop")
    assert walker.heading == "The preview ends here"


def test_nothing_on_a_screen_leads_to_the_patients_pages(walker: Walker) -> None:
    for screen in ("topics", "1", "3", "3!", "check", "end"):
        walker.go(screen)
        addresses = re.findall(r'(?:href|action|formaction)="([^"#]+)"', walker.text)
        assert [address for address in addresses if address.startswith(("/intake", "/exit", "/i/"))] == []
        assert unescape(PAGES) in map(unescape, addresses)


def test_answers_that_can_not_be_taken_up_begin_the_preview_anew(walker: Walker) -> None:
    fields = next(dict(form.fields) for form in forms(walker.text) if "answers" in form.controls)
    walker.post(PAGES, {**fields, "answers": "made up", "go": "check"})
    assert walker.heading == "Your topics"
    assert "The preview begins anew." in walker.text


def test_there_is_no_such_screen(walker: Walker) -> None:
    walker.go("99")
    assert walker.heading == "Your topics"
    fields = next(dict(form.fields) for form in forms(walker.text) if "answers" in form.controls)
    walker.post(PAGES, {**fields, "number": "99", "then": "next"})
    assert walker.page.status_code == 404


def test_the_frame_shows_both_widths_and_only_these_pages_can_be_framed(
    client: FlaskClient, app: Flask, practice: Clinic
) -> None:
    clinician = Member(app)
    clinician.sign_in(practice.novak)
    clinician.get("/clinic/questionnaires/garden/1")
    assert 'href="/clinic/questionnaire-preview/garden?version=1"' in clinician.text
    clinician.get(f"{ADDRESS}?version=1")
    assert clinician.heading == "Preview of Garden questions"
    assert re.findall(r'<iframe [^>]*src="([^"]*)"', clinician.text) == [PAGES, PAGES]
    policy = clinician.page.headers["Content-Security-Policy"]
    assert policy.endswith("frame-src 'self'")
    assert "frame-ancestors 'none'" in policy
    clinician.get(PAGES)
    policy = clinician.page.headers["Content-Security-Policy"]
    assert "frame-ancestors 'self'" in policy
    assert "frame-src" not in policy
    assert clinician.page.headers["X-Frame-Options"] == "SAMEORIGIN"
    elsewhere = client.get("/i/any", base_url=ORIGIN).headers
    assert "frame-ancestors 'none'" in elsewhere["Content-Security-Policy"]
    assert elsewhere["X-Frame-Options"] == "DENY"


def test_parts_that_are_off_can_be_looked_at(app: Flask, practice: Clinic) -> None:
    practice.register(GARDEN.format(version="2").replace("{id: quarrel,", "{id: quarrel, off_by_default: yes,"))
    admin = Member(app)
    admin.sign_in(practice.admin)
    admin.get(f"{ADDRESS}?version=2")
    assert "Parts that are off are left out." in admin.text
    admin.get(f"{ADDRESS}?version=2&parts=all")
    assert "Parts that are off are shown too." in admin.text
    assert f"{ADDRESS}/pages?version=2&parts=all" in admin.text


def test_a_version_that_there_is_not(app: Flask, practice: Clinic) -> None:
    admin = Member(app)
    admin.sign_in(practice.admin)
    for path in (f"{ADDRESS}?version=99", ADDRESS, f"{ADDRESS}/pages?version=99"):
        assert admin.get(path).status_code == 404

"""Looking at a questionnaire as a patient does, at two widths, with the keyboard and on a phone without scripts."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from screening.config import PROJECT
from tests.support.browser import DESKTOP, SMALL_PHONE_NO_SCRIPT, Way
from tests.support.journey import ADMIN, Member, Running
from tests.support.rendered import OF_PREVIEW, rendered

FORM = "detachment-checkin"


@pytest.mark.parametrize("way", [DESKTOP, SMALL_PHONE_NO_SCRIPT], ids=lambda way: way.name)
def test_a_questionnaire_is_looked_at_as_a_patient_sees_it(
    practice: Running, member: Callable[..., Member], way: Way
) -> None:
    with rendered(practice.app) as seen:
        look_around(member(way))
    assert OF_PREVIEW - seen == set()
    assert {path.name for path in (PROJECT / "templates" / "preview").glob("[!_]*.html")} - {
        name.removeprefix("preview/") for name in seen
    } == {"gate.html"}, "this form has no sensitive page; tests/web/test_preview.py has one"


def look_around(admin: Member) -> None:
    admin.signs_in(ADMIN)
    admin.opens(f"/clinic/questionnaires/{FORM}/2026.1")
    admin.follow("Preview: see it as a patient does")
    admin.sees("Preview of Before your follow-up visit")
    phone = admin.page.frame_locator("iframe[title='The pages on a phone']")
    expect(phone.get_by_role("heading", level=1)).to_have_text("Before you start")
    phone.get_by_role("button", name="Continue").press("Enter")
    expect(phone.get_by_role("heading", level=1)).to_have_text("Your topics")
    admin.look_over("preview, topics on the phone")
    phone.get_by_role("link", name="Exit this page").press("Enter")
    expect(phone.get_by_role("heading", level=1)).to_have_text("Before you start")

    admin.follow("Open the pages alone, as wide as this window")
    admin.sees("Before you start")
    admin.reads("Preview: nothing is stored.")
    admin.press("Continue")
    admin.sees("Your topics")
    admin.press("Start with the first topic")
    admin.look_over("preview, first page")
    admin.reads("Preview: nothing is stored.", "Page 1 of")
    admin.page.get_by_role("button", name="Save and continue").last.click()
    admin.look_over("preview, after the first page")
    admin.press("All topics")
    admin.press("Send what I have")
    admin.sees("Check your answers")
    admin.press("Continue to send")
    admin.sees("The preview ends here")
    admin.press("Begin again")
    admin.sees("Before you start", "preview, begun again")

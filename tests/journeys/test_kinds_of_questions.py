"""Groups, grids, entries and amounts in a real browser: on a desktop and on a small phone without scripts."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.conftest import LiveServer
from tests.support.browser import DESKTOP, SMALL_PHONE_NO_SCRIPT, Way
from tests.support.clinic import Clinic
from tests.support.definitions import FIXTURES, fixture
from tests.support.pages import assert_accessible, assert_fits, screenshot

BOTH = pytest.mark.parametrize("way", [DESKTOP, SMALL_PHONE_NO_SCRIPT], ids=lambda way: way.name)


@pytest.fixture
def open_form(live_server: LiveServer, new_page: Callable[[Way], Page]) -> Callable[[Way, str], Page]:
    """Let a patient agree and open the only page of a fixture."""

    def opened(way: Way, name: str) -> Page:
        clinic = Clinic(live_server.app.extensions["store"])
        clinic.register((FIXTURES / f"{name}.yaml").read_text())
        questionnaire_id = fixture(name).id
        clinic.approve(questionnaire_id)
        page = new_page(way)
        page.goto(f"{live_server.origin}/i/{clinic.invite(questionnaires=(questionnaire_id,)).token}")
        for part, value in (("day", "12"), ("month", "5"), ("year", "1988")):
            page.locator(f"[name=birth-{part}]").fill(value)
        page.locator("main form button").first.click()
        page.goto(f"{live_server.origin}/intake/privacy")
        page.locator("[name=hide][value=later]").check()
        page.locator("button[name=then][value=next]").first.click()
        page.goto(f"{live_server.origin}/intake/agree")
        page.locator("button[name=then][value=agree]").click()
        page.goto(f"{live_server.origin}/intake/pages/1")
        return page

    return opened


def look(page: Page, name: str, way: Way) -> None:
    """Hold the screen against what every screen is held to, and picture it."""
    screenshot(page, f"kinds-{name}-{way.name}")
    assert_accessible(page)
    assert_fits(page)


@BOTH
@pytest.mark.parametrize("name", ["time", "dateTime", "quantity", "grid", "string_repeats", "initial"])
def test_every_kind_of_question_can_be_seen_and_reached(
    open_form: Callable[[Way, str], Page], way: Way, name: str
) -> None:
    page = open_form(way, name)
    look(page, name, way)
    page.get_by_role("button", name="Save and continue").click()
    look(page, f"{name}-saved", way)


@BOTH
def test_a_grid_is_a_table_where_there_is_room_and_single_questions_on_a_phone(
    open_form: Callable[[Way, str], Page], way: Way
) -> None:
    page = open_form(way, "grid")
    first = page.get_by_role("group", name="I slept well")
    never, most = first.get_by_label("Never"), first.get_by_label("Most days")
    above, below = never.bounding_box(), most.bounding_box()
    assert above is not None
    assert below is not None
    assert (above["y"] == below["y"]) == (way is DESKTOP)
    most.check()
    first.get_by_label("Prefer not to say").check()
    expect(most).not_to_be_checked()


@BOTH
def test_entries_are_added_and_removed(open_form: Callable[[Way, str], Page], way: Way) -> None:
    page = open_form(way, "group_repeats")
    page.get_by_role("group", name="Do you take a medicine?").get_by_label("Yes").check()
    page.get_by_role("button", name="Save and continue").click()
    page.get_by_role("group", name="Medicine 1").get_by_label("What is it called?").fill("Aspirin")
    page.get_by_role("button", name="Add another").click()
    second = page.get_by_role("group", name="Medicine 2")
    expect(second).to_be_focused()
    look(page, "group_repeats", way)
    second.get_by_label("What is it called?").fill("Iron")
    second.get_by_role("button", name="Remove").click()
    expect(second).to_have_count(0)
    expect(page.get_by_role("group", name="Medicine 1").get_by_label("What is it called?")).to_have_value("Aspirin")
    page.get_by_role("group", name="Medicine 1").get_by_label("What is it called?").press("Enter")
    expect(page.get_by_role("group", name="Do they help?")).to_be_visible()
    page.get_by_role("button", name="Save and continue").click()
    look(page, "group_repeats-check", way)


@BOTH
def test_a_group_has_a_heading(open_form: Callable[[Way, str], Page], way: Way) -> None:
    page = open_form(way, "group")
    page.get_by_role("group", name="Do you work?").get_by_label("Yes").check()
    page.get_by_role("button", name="Save and continue").click()
    expect(page.get_by_role("heading", name="Your work")).to_be_visible()
    look(page, "group", way)

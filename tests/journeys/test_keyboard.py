"""One of the patient's pages by keyboard alone: every stop can be seen, and nothing hides it."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page

from tests.support.browser import DESKTOP, PHONE, Way
from tests.support.journey import Patient, Running
from tests.support.keyboard import Keyboard


@pytest.mark.parametrize("way", [DESKTOP, PHONE], ids=lambda way: way.name)
def test_a_page_is_answered_by_keyboard_alone(new_page: Callable[..., Page], practice: Running, way: Way) -> None:
    patient = Patient(new_page(way), practice, way)
    patient.opens(practice.invite("detachment-checkin"))
    patient.gives_birth_date()
    patient.agrees()
    patient.opens("/intake/pages/2")

    keyboard = Keyboard(patient.page)
    keyboard.tabs_to("Skip to the main content")
    keyboard.presses("Enter")
    keyboard.tabs_to("Never")
    keyboard.presses("ArrowDown", "ArrowDown", "ArrowDown")
    assert keyboard.name() == "Most days"
    keyboard.tabs_to("0")
    keyboard.presses("ArrowRight", "ArrowRight")
    keyboard.tabs_to("Never")
    keyboard.presses("Space")
    keyboard.tabs_to("Never")
    keyboard.presses("ArrowUp")
    assert keyboard.name() == "Prefer not to say"
    keyboard.tabs_to("Save and continue")
    keyboard.presses("Enter")
    patient.sees("Your days and medicines")

    keyboard.tabs_to("Work or study")
    keyboard.presses("Space")
    keyboard.tabs_to("I stopped one")
    keyboard.presses("Space")
    keyboard.tabs_to("Save and continue")
    keyboard.presses("Enter")
    patient.sees("Your days and medicines", "a follow-up")
    assert keyboard.name() == "Follow-up question What should we know about this?"
    keyboard.presses("C", "a", "l", "m")
    keyboard.tabs_to("Save and continue")
    keyboard.presses("Enter")
    patient.sees("What helps")

    patient.opens("/intake/check")
    patient.reads("Most days", "2 (0 = Very far away, 10 = Very close)", "I stopped one", "Calm", "Prefer not to say")

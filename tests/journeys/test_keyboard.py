"""One of the patient's pages by keyboard alone: every stop can be seen, and nothing hides it."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page

from tests.support.browser import DESKTOP, PHONE, Way
from tests.support.journey import Patient, Running

_IS_COVERED = """focused => {
    const box = focused.getBoundingClientRect();
    const top = document.elementFromPoint(box.x + box.width / 2, box.y + Math.min(box.height, 40) / 2);
    return !(top && (focused.contains(top) || top.contains(focused)));
}"""
_MOST_STOPS = 40


class Keyboard:
    """Somebody who uses no mouse and looks where the focus is."""

    def __init__(self, page: Page) -> None:
        self.page = page

    def tabs_to(self, name: str) -> None:
        """Press Tab until the focus is on the link, button or field of this name; each stop on the way can be seen."""
        for _ in range(_MOST_STOPS):
            self.page.keyboard.press("Tab")
            here = self.name()
            self.assert_seen(here)
            if here == name:
                return
        raise AssertionError(f"{name} can't be reached")

    def presses(self, *keys: str) -> None:
        """Press keys, one after the other."""
        for key in keys:
            self.page.keyboard.press(key)

    def name(self) -> str:
        """Return what the focused element is called."""
        name: str = self.page.evaluate(
            "(({labels, innerText}) => labels?.length ? labels[0].innerText : innerText)(document.activeElement)"
        )
        return " ".join(name.split())

    def assert_seen(self, name: str) -> None:
        """Assert that the page looks different from one without focus, and that nothing lies over the place."""
        focused = self.page.evaluate_handle("document.activeElement")
        with_focus = self.page.screenshot()
        assert not focused.evaluate(_IS_COVERED), f"{name} is hidden behind something"
        focused.evaluate("focused => focused.blur()")
        assert self.page.screenshot() != with_focus, f"the focus on {name} can't be seen"
        focused.evaluate("focused => focused.focus({preventScroll: true})")


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

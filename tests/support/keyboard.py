"""Somebody who uses no mouse: every stop of the Tab key can be seen, and nothing hides it."""

from __future__ import annotations

from playwright.sync_api import Page, expect

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

    def tabs_to(self, name: str, key: str = "Tab") -> None:
        """Press Tab until the focus is on the link, button or field of this name; each stop on the way can be seen."""
        for _ in range(_MOST_STOPS):
            self.page.keyboard.press(key)
            here = self.name()
            self.assert_seen(here)
            if here == name:
                return
        raise AssertionError(f"{name} can't be reached")

    def tabs_back_to(self, name: str) -> None:
        """Press Shift+Tab as `tabs_to` presses Tab."""
        self.tabs_to(name, "Shift+Tab")

    def leaves(self, name: str) -> None:
        """Press Tab until the focus is on something else: a date has a stop for day, month, year and its calendar."""
        for _ in range(_MOST_STOPS):
            self.page.keyboard.press("Tab")
            here = self.name()
            if here != name:
                self.assert_seen(here)
                return
        raise AssertionError(f"{name} can't be left")

    def skips_to(self, place: str) -> None:
        """Take the link past the header that leads to this place of the page."""
        self.tabs_to(f"Skip to {place}")
        self.presses("Enter")

    def is_told(self, problem: str, field: str) -> None:
        """Assert that the focus is on what is wrong, and that its link leads to the field; the focus is there then."""
        expect(self.page.locator(".govuk-error-summary")).to_be_focused()
        self.assert_seen("There is a problem")
        assert self.name() == f"There is a problem {problem}"
        self.tabs_to(problem)
        self.presses("Enter")
        assert self.name() == field
        self.assert_seen(field)

    def presses(self, *keys: str) -> None:
        """Press keys, one after the other."""
        for key in keys:
            self.page.keyboard.press(key)

    def types(self, text: str) -> None:
        """Type a text, letter by letter."""
        self.page.keyboard.type(text)

    def downloads(self) -> bytes:
        """Press Enter on a link that leads to a file; return the file."""
        with self.page.expect_download() as waiting:
            self.presses("Enter")
        return waiting.value.path().read_bytes()

    def name(self) -> str:
        """Return what the focused element is called."""
        name: str = self.page.evaluate(
            "(({labels, textContent}) => labels?.length ? labels[0].innerText : textContent)(document.activeElement)"
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

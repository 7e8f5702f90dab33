"""What a journey asserts of any page, and the pictures that it takes."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any
from weakref import WeakKeyDictionary

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, Route

SCREENSHOTS = Path(__file__).resolve().parent.parent.parent / "var" / "screenshots"

_AXE_OPTIONS = {"resultTypes": ["violations"], "rules": {"target-size": {"enabled": True}}}

_WITH_SCRIPTS: WeakKeyDictionary[Browser, Page] = WeakKeyDictionary()


def assert_accessible(page: Page) -> None:
    """Assert that axe-core finds no violation on the page as it stands, best practices included.

    A page without scripts can't run axe-core; its HTML is looked at as it is, in a page with scripts.
    """
    violations = _look_at_copy(page) if page.evaluate("matchMedia('(scripting: none)').matches") else _run_axe(page)
    assert not violations, f"{page.url}\n" + "\n".join(_describe(violation) for violation in violations)


def assert_fits(page: Page) -> None:
    """Assert that nothing sticks out of the viewport to the side, so that nobody must scroll to read a line."""
    page.wait_for_load_state()
    width, room = page.evaluate("[document.documentElement.scrollWidth, document.documentElement.clientWidth]")
    assert width <= room, f"{page.url} is {width} px wide in a viewport of {room} px"


def screenshot(page: Page, name: str) -> None:
    """Take a picture of the whole page as ``var/screenshots/NAME.png``, if SCREENSHOTS is set."""
    if os.environ.get("SCREENSHOTS"):
        page.screenshot(path=SCREENSHOTS / f"{name}.png", full_page=True, scale="css")


def _look_at_copy(page: Page) -> list[dict[str, Any]]:
    html, url = page.content(), page.url
    copy = _page_with_scripts(page)

    def answer(route: Route) -> None:
        if route.request.url == url:
            route.fulfill(body=html, content_type="text/html; charset=utf-8")
        elif route.request.resource_type == "script":
            route.abort()
        else:
            route.continue_()

    copy.goto("about:blank")  # so that the next step loads a page even if only the part after "#" is new
    copy.route("**/*", answer)
    copy.goto(url)
    violations = _run_axe(copy)
    copy.unroute("**/*")
    return violations


def _page_with_scripts(page: Page) -> Page:
    """Return a page with scripts and this page's viewport; one for each browser, because opening it takes long."""
    browser, viewport = page.context.browser, page.viewport_size
    assert browser is not None
    assert viewport is not None
    copy = _WITH_SCRIPTS.get(browser)
    if copy is None:
        copy = _WITH_SCRIPTS[browser] = browser.new_context().new_page()
    copy.set_viewport_size(viewport)
    return copy


def _run_axe(page: Page) -> list[dict[str, Any]]:
    violations: list[dict[str, Any]] = Axe().run(page, options=_AXE_OPTIONS).response["violations"]
    return violations


def _describe(violation: dict[str, Any]) -> str:
    places = "\n".join(f"    {node['html']}" for node in violation["nodes"])
    return f"  {violation['id']} ({violation['impact']}): {violation['help']}\n{places}"

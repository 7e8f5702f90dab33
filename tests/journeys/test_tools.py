"""The journeys' own tools, tried on a page that has faults."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page

from tests.support.browser import DESKTOP, PHONE, SMALL_PHONE_NO_SCRIPT, Watch, Way, person
from tests.support.pages import assert_accessible, assert_fits
from tests.support.server import serving

GOOD = "<main><h1>Before your visit</h1><label>Name <input autocomplete='off'></label></main>"
UNLABELLED = "<main><h1>Before your visit</h1><input autocomplete='off'></main>"
STRANGER = GOOD + "<img src='http://tracker.example/pixel.png' alt=''>"
INLINE_SCRIPT = GOOD + "<script>document.title = 'changed'</script>"
WIDE = "<main><h1>Before your visit</h1><table><tr><td><pre>" + "wide " * 100 + "</pre></table></main>"


@pytest.fixture(scope="module")
def origin() -> Iterator[str]:
    """Where a small application serves the pages above, with a strict content security policy."""
    app = Flask(__name__)
    pages = {"good": GOOD, "unlabelled": UNLABELLED, "stranger": STRANGER, "script": INLINE_SCRIPT, "wide": WIDE}

    @app.get("/<name>")
    def show(name: str) -> tuple[str, dict[str, str]]:
        html = (
            "<!doctype html><html lang='en'><title>Visit</title>"
            f"<meta name='viewport' content='width=device-width'>{pages[name]}"
        )
        return html, {"Content-Security-Policy": "default-src 'none'"}

    with serving(lambda _origin: app) as (origin, _):
        yield origin


@pytest.mark.parametrize("way", [DESKTOP, SMALL_PHONE_NO_SCRIPT], ids=lambda way: way.name)
def test_an_unlabelled_field_is_found_with_and_without_scripts(
    origin: str, way: Way, new_page: Callable[..., Page]
) -> None:
    page = new_page(way)
    page.goto(f"{origin}/good")
    assert_accessible(page)
    page.goto(f"{origin}/unlabelled")
    with pytest.raises(AssertionError, match="label \\(critical\\)"):
        assert_accessible(page)


def test_looking_at_a_page_leaves_it_as_it_was(origin: str, new_page: Callable[..., Page]) -> None:
    page = new_page(SMALL_PHONE_NO_SCRIPT)
    page.goto(f"{origin}/good")
    page.get_by_label("Name").fill("Nela")
    assert_accessible(page)
    assert page.get_by_label("Name").input_value() == "Nela"


@pytest.mark.parametrize(("name", "problem"), [("stranger", "third party"), ("script", "Content Security Policy")])
def test_strangers_and_inline_scripts_are_noticed(origin: str, name: str, problem: str, browser: Browser) -> None:
    watch = Watch()
    with person(browser, PHONE, watch) as page:
        page.goto(f"{origin}/{name}")
    assert problem in " ".join(watch.problems)


@pytest.mark.parametrize("way", [PHONE, SMALL_PHONE_NO_SCRIPT], ids=lambda way: way.name)
def test_a_page_wider_than_the_phone_is_noticed(origin: str, way: Way, new_page: Callable[..., Page]) -> None:
    page = new_page(way)
    page.goto(f"{origin}/good")
    assert_fits(page)
    page.goto(f"{origin}/wide")
    with pytest.raises(AssertionError, match="px wide"):
        assert_fits(page)

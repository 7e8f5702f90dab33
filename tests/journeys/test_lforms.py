"""Other software shows what we export: every form that we ship and every feature of the language, in LHC-Forms."""

from __future__ import annotations

import copy
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from screening.definition.fhir import questionnaire_to_fhir
from screening.definition.loader import load
from screening.definition.model import Questionnaire
from tests.support.browser import DESKTOP, Watch, person
from tests.support.definitions import ALL_FILES, fixture
from tests.support.lforms import make_renderer
from tests.support.server import serving

_RENDER = """
resource => Promise.race([
  LForms.Util.addFormToPage(resource, document.getElementById("form"), {fhirVersion: "R4"}),
  new Promise((_, fail) => setTimeout(() => fail(new Error("LHC-Forms never ends")), 10000)),
])
"""
_READY = "() => window.LForms?.Util?.addFormToPage && window.LForms.FHIR?.R4 && customElements.get('wc-lhc-form')"
_CONDITIONS = ("enableWhen", "enableBehavior")


@pytest.fixture(scope="module")
def lforms(browser: Browser) -> Iterator[tuple[Page, list[str]]]:
    """A page with LHC-Forms, and what it complains of."""
    watch, complaints = Watch(), list[str]()
    with serving(make_renderer) as (origin, _), person(browser, DESKTOP, watch) as page:
        page.on("console", lambda said: complaints.append(said.text) if said.type in ("error", "warning") else None)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.goto(origin)
        page.wait_for_function(_READY)
        assert complaints == []
        yield page, complaints
    assert watch.problems == []


def rendered(lforms: tuple[Page, list[str]], resource: dict[str, Any]) -> Page:
    """Show a Questionnaire; fails if LHC-Forms complains of it."""
    page, complaints = lforms
    complaints.clear()
    page.evaluate(_RENDER, resource)
    expect(page.locator("#form .lhc-form-title")).to_contain_text(resource["title"])
    assert complaints == []
    assert page.locator("#form .lhc-form-error, #form .ant-alert-error").all_text_contents() == []
    return page


def always_asked(questionnaire: Questionnaire) -> list[str]:
    """Return the texts of the questions that no condition hides."""
    found = []
    for page in questionnaire.pages:
        for item in page.items if page.enable_when is None else ():
            inner = getattr(item, "items", ())
            found += [one.text for one in (item, *inner) if item.enable_when is None and one.enable_when is None]
    return found


def without_conditions(element: Any) -> Any:
    """Return a part of a Questionnaire in which everything is asked."""
    if isinstance(element, list):
        return [without_conditions(part) for part in element]
    if not isinstance(element, dict):
        return element
    kept = {key: without_conditions(part) for key, part in element.items() if key not in _CONDITIONS}
    if "extension" in kept:
        kept["extension"] = [one for one in kept["extension"] if not one["url"].endswith("enableWhenExpression")]
    return kept


def unseen(page: Page, texts: list[str]) -> list[str]:
    """Return those of the texts that can be read on the page less often than they are listed."""
    shown = " ".join(page.locator("#form").inner_text().split())
    wanted = Counter(" ".join(text.split()) for text in texts)
    return [text for text, count in wanted.items() if shown.count(text) < count]


@pytest.mark.parametrize("path", ALL_FILES, ids=lambda path: path.stem)
def test_what_we_export_is_shown_whole(lforms: tuple[Page, list[str]], path: Path) -> None:
    questionnaire = load(path).questionnaire
    resource: dict[str, Any] = questionnaire_to_fhir(questionnaire)
    assert unseen(rendered(lforms, copy.deepcopy(resource)), always_asked(questionnaire)) == []

    texts = [item.text for item in questionnaire.items()]
    assert texts
    assert unseen(rendered(lforms, without_conditions(resource)), texts) == []


def test_what_lhc_forms_complains_of_is_noticed(lforms: tuple[Page, list[str]]) -> None:
    page, complaints = lforms
    page.evaluate("console.error('no such thing')")
    assert complaints == ["no such thing"]
    complaints.clear()
    rendered(lforms, questionnaire_to_fhir(fixture("boolean")))
    assert unseen(page, ["What never stood there?"])

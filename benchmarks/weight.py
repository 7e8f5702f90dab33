"""What a patient's phone has to load: bytes of transfer, headers included, compressed as the phone asks for it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from benchmarks.browser import Browser
from benchmarks.measure import Figure
from benchmarks.practice import begin, practice
from screening.config import PROJECT

FIRST_PAGE, LATER_PAGE = 30_000, 8_000
TOPIC = re.compile(r'href="(/intake/pages/\d+)"')
FILES = re.compile(r'<(?:link|script|img)[^>]*(?:href|src)="([^"]+)"')


def run() -> Iterator[Figure]:
    """Weigh every page of the shipped questionnaires as a patient fills them in, whatever is asked answered."""
    found = Path(PROJECT / "questionnaires").glob("*.yaml")
    forms = sorted(path.stem for path in found if "." not in path.stem)  # the others are translations of these
    first, later = 0, 0
    with practice() as here:
        for form in forms:
            browser = Browser(here.app)
            link = f"/i/{here.invite([form])}"
            files = set(FILES.findall(browser.get(link).text))
            weights = [browser.seen[link].weight, *(browser.get(file).weight for file in sorted(files))]
            first = max(first, sum(weights))
            known = files | {link}
            begin(browser, here.invite([form]))
            fill_in(browser)
            for address, page in browser.seen.items():
                if address not in known and not address.startswith("/i/"):
                    assert set(FILES.findall(page.text)) <= files, address
                    later = max(later, page.weight)
    yield Figure("first page with all its files, a patient's phone", first / 1000, "kB", target=FIRST_PAGE / 1000)
    yield Figure("heaviest later page of the shipped questionnaires", later / 1000, "kB", target=LATER_PAGE / 1000)


def fill_in(browser: Browser) -> None:
    """Answer all pages and the follow-up questions that come up, look at the answers, and send them."""
    done: set[str] = set()
    while left := [page for page in TOPIC.findall(browser.get("/intake/topics").text) if page not in done]:
        browser.get(left[0])  # of a sensitive page, its gate
        browser.get(f"{left[0]}?ready=1")
        browser.submit("next")
        while browser.path.startswith(f"{left[0]}?more="):
            browser.submit("next")
        done.add(left[0])
    browser.get("/intake/check")
    browser.submit("next")
    browser.submit()

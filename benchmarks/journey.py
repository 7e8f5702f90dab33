"""A patient's whole way, from the link to "thank you": eight pages of five questions, all of them answered.

CPU time of the application alone, user and system, summed over the requests that a browser makes: every guarantee is on
(autoescape, encryption, audit, durable commits on SQLite), and answers go out compressed, as a phone asks for them.
"""

from __future__ import annotations

from collections.abc import Iterator
from statistics import median

from benchmarks.browser import Browser
from benchmarks.measure import Figure
from benchmarks.practice import Practice, begin, practice, questionnaire

FIRST_AIM, TARGET = 0.08, 0.04
PAGES, QUESTIONS = 8, 5
NAME = "eight-pages"
ROUNDS = 15
WARM_UP = 2


def run() -> Iterator[Figure]:
    """Measure whole journeys, each of a patient of its own."""
    with practice(questionnaire(NAME, PAGES, QUESTIONS)) as here:
        journeys = [travel(here) for _ in range(WARM_UP + ROUNDS)][WARM_UP:]
        cpu = median(browser.cpu for browser in journeys)
        yield Figure("patient's journey, 8 pages of 5 questions: CPU", cpu, "s", target=FIRST_AIM)
        yield Figure(
            f"  of that a request, {journeys[0].requests} requests; final target {TARGET} s",
            cpu / journeys[0].requests * 1000,
            "ms",
        )


def travel(here: Practice) -> Browser:
    """Go the whole way as a new patient and return the browser."""
    browser = Browser(here.app)
    begin(browser, here.invite([NAME]))
    browser.get("/intake/pages/1")
    for number in range(1, PAGES + 1):
        assert browser.path == f"/intake/pages/{number}", browser.path
        browser.submit("next")
    assert browser.path == "/intake/check", browser.path
    browser.submit("next")
    browser.submit()
    assert browser.path == "/intake/thanks", browser.path
    return browser

"""A form of ten questions on an old phone: a slowed-down browser and a slow network, with nothing in its cache.

Chromium's own brakes: a processor four times slower, 1.6 Mbit/s down, 150 ms to every answer. The patient is signed in;
what is timed is the page with the questions. There is no script on it, so it answers as soon as it is loaded.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from statistics import median
from typing import Any

from flask import Flask
from playwright.sync_api import BrowserContext, CDPSession, Page, sync_playwright
from werkzeug.serving import WSGIRequestHandler, make_server

from benchmarks.browser import Browser
from benchmarks.measure import Figure
from benchmarks.practice import practice, questionnaire
from tests.support.browser import launch

TEN = "ten-at-once"
ROUNDS = 7
SHOWN_BY, ANSWERS_BY = 0.8, 0.9
"""Seconds."""
_NETWORK = {"offline": False, "latency": 150, "downloadThroughput": 200_000, "uploadThroughput": 94_000}
_TIMES = """() => [
    performance.getEntriesByName("first-contentful-paint")[0].startTime,
    performance.getEntriesByType("navigation")[0].loadEventEnd,
]"""


def run() -> Iterator[Figure]:
    """Open the page again and again, each time as if for the first time; the median counts."""
    with practice(questionnaire(TEN, 1, 10)) as here, _served(here.app) as origin, sync_playwright() as playwright:
        chromium = launch(playwright)
        context = chromium.new_context(viewport={"width": 360, "height": 640}, has_touch=True, is_mobile=True)
        _sign_in(context, here.patient([TEN]), origin)
        page = context.new_page()
        brakes = _put_on_brakes(context, page)
        times = [_open(page, brakes, f"{origin}/intake/pages/1") for _ in range(ROUNDS)]
        chromium.close()
    shown, answers = (median(each) for each in zip(*times, strict=True))
    what = "form of 10 questions on a phone 4 times slower, 1.6 Mbit/s and 150 ms, nothing in its cache"
    yield Figure(f"{what}: shown", shown, "s", target=SHOWN_BY)
    yield Figure("  loaded, so that it answers", answers, "s", target=ANSWERS_BY)


class _Silent(WSGIRequestHandler):
    def log(self, *_: object) -> None:
        pass


@contextmanager
def _served(app: Flask) -> Iterator[str]:
    server = make_server("127.0.0.1", 0, app, threaded=True, request_handler=_Silent)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://localhost:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def _sign_in(context: BrowserContext, patient: Browser, origin: str) -> None:
    """Give the phone the session of a patient who has come as far as the topics."""
    context.add_cookies(
        [
            {"name": name, "value": value, "url": origin.replace("http:", "https:"), "secure": True}
            for name, value in patient.cookies.items()
        ]
    )


def _put_on_brakes(context: BrowserContext, page: Page) -> CDPSession:
    brakes = context.new_cdp_session(page)
    brakes.send("Network.enable")
    brakes.send("Network.emulateNetworkConditions", _NETWORK)
    brakes.send("Emulation.setCPUThrottlingRate", {"rate": 4})
    return brakes


def _open(page: Page, brakes: CDPSession, address: str) -> tuple[float, float]:
    """Return after how many seconds the page was painted, and loaded."""
    page.goto("about:blank")
    brakes.send("Network.clearBrowserCache")
    page.goto(address, wait_until="load")
    assert page.locator("input[type=radio]").count() > 10 * 5, page.title()
    page.wait_for_function("performance.getEntriesByName('first-contentful-paint').length > 0")
    painted, loaded = _evaluated(page)
    return painted / 1000, loaded / 1000


def _evaluated(page: Page) -> tuple[float, float]:
    times: Any = page.evaluate(_TIMES)
    return times[0], times[1]

"""A real browser for the journeys: Chromium through Playwright, kept off every network but this machine."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import Browser, BrowserContext, Page, Playwright, Request

_ARGUMENTS = (
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-gpu",
    "--disable-quic",
    "--disable-sync",
    "--no-first-run",
    # No name but localhost is ever looked up: a page that reaches for a third party fails the same way everywhere.
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE 127.0.0.1",
)
_TIMEOUT_MS = 15_000


@dataclass(frozen=True, slots=True)
class Way:
    """How somebody looks at the pages: viewport in CSS pixels, by touch or not, with scripts or not."""

    name: str
    width: int
    height: int
    is_phone: bool = False
    javascript: bool = True

    @property
    def context_options(self) -> dict[str, Any]:
        """Return what Playwright's ``new_context`` takes."""
        return {
            "viewport": {"width": self.width, "height": self.height},
            "is_mobile": self.is_phone,
            "has_touch": self.is_phone,
            "device_scale_factor": 2 if self.is_phone else 1,
            "java_script_enabled": self.javascript,
            "locale": "en-GB",
            "timezone_id": "Europe/Prague",
        }


DESKTOP = Way("desktop", 1280, 800)
DESKTOP_NO_SCRIPT = Way("desktop-no-script", 1280, 800, javascript=False)
PHONE = Way("phone", 390, 844, is_phone=True)
SMALL_PHONE_NO_SCRIPT = Way("small-phone-no-script", 320, 640, is_phone=True, javascript=False)
WAYS = (DESKTOP, DESKTOP_NO_SCRIPT, PHONE, SMALL_PHONE_NO_SCRIPT)


@dataclass  # without slots: Playwright notes its own attributes on the object whose methods it calls
class Watch:
    """What must not happen while somebody looks at pages: strangers asked, scripts failing, the CSP broken."""

    allowed_hosts: set[str] = field(default_factory=lambda: {"localhost"})
    problems: list[str] = field(default_factory=list)

    def attach(self, context: BrowserContext) -> None:
        """Watch everything that happens in a browser context."""
        context.on("request", self._on_request)
        context.on("weberror", lambda error: self.problems.append(f"script error: {error.error}"))
        context.on("console", lambda message: self._on_console(message.text))

    def _on_request(self, request: Request) -> None:
        parts = urlsplit(request.url)
        if parts.scheme in ("http", "https", "ws", "wss") and parts.hostname not in self.allowed_hosts:
            self.problems.append(f"a third party was asked: {request.url}")

    def _on_console(self, text: str) -> None:
        if "Content Security Policy" in text:
            self.problems.append(text)


def chromium_path(playwright: Playwright) -> str:
    """Find Chromium: CHROMIUM names it, or the system has it, or Playwright brought its own.

    Raises:
        RuntimeError: there is none.
    """
    own = playwright.chromium.executable_path
    candidates = [os.environ.get("CHROMIUM"), shutil.which("chromium"), shutil.which("google-chrome")]
    for candidate in [*candidates, own if os.path.exists(own) else None]:  # noqa: PTH110
        if candidate:
            return candidate
    raise RuntimeError("no Chromium is installed; scripts/install dev installs one")


def launch(playwright: Playwright) -> Browser:
    """Start the browser, without a window."""
    return playwright.chromium.launch(executable_path=chromium_path(playwright), args=list(_ARGUMENTS))


@contextmanager
def person(browser: Browser, way: Way, watch: Watch) -> Iterator[Page]:
    """Open a page with cookies of its own, as one person would have it; gives the page."""
    context = browser.new_context(**way.context_options)
    context.set_default_timeout(_TIMEOUT_MS)
    watch.attach(context)
    try:
        yield context.new_page()
    finally:
        context.close()

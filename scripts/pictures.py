"""Take the README's pictures anew: a patient's page on a phone, and the first page of a report.

    .venv/bin/python -m scripts.pictures

Run it in the project's folder. It needs what the tests need, and pdftoppm (of poppler-utils).
"""

from __future__ import annotations

import io
import subprocess
import tempfile
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from flask import Flask
from PIL import Image
from playwright.sync_api import sync_playwright

from reports.process import Renderer
from screening import review
from screening.app import create_app
from screening.cli.demo import demo_settings
from screening.config import PROJECT, Settings
from screening.demo.practice import fill, open_invitation
from screening.reporting import reader_in, report_of
from screening.store import schema
from screening.store.audit import Actor
from screening.store.crypto import Keyring
from screening.store.engine import Store
from screening.store.worklist import ListFilter
from tests.support.browser import PHONE, Watch, launch, person
from tests.support.server import serving

IMAGES = PROJECT / "docs" / "images"
NOW = datetime(2026, 5, 5, 9, 0, tzinfo=UTC)
PATIENT = "Dvorak"
"""A patient of the demonstration; the first page of this report is pictured."""
DPI = 80
COLOURS = 32
_SYSTEM = Actor(kind="system", id="pictures", origin="", roles=frozenset())


def main() -> None:
    """Take both pictures, of a demonstration made for them."""
    with tempfile.TemporaryDirectory() as folder:
        settings = demo_settings(Path(folder), 0)
        keyring = Keyring.generate()
        keyring.write(settings.key_file)
        store = Store(settings.database_url, keyring)
        schema.upgrade(store.engine)
        fill(store, settings.questionnaire_folders, NOW, settings.zone)
        save("report-page-one.png", report_page(store, settings))
        opened = open_invitation(store, NOW, settings.zone)
        save("patient-page.png", patient_page(settings, f"/i/{opened.token}", opened.birth_date.timetuple()[:3]))
        store.close()


def patient_page(settings: Settings, link: str, birth_date: tuple[int, ...]) -> Image.Image:
    """Return what a phone shows of a page of questions, two of them answered; pixels are half of a CSS pixel."""

    def build(origin: str) -> Flask:
        # As patients see it, without the line that says that this is a demonstration.
        return create_app(replace(settings, environment="production", public_origin=origin), clock=lambda: NOW)

    with serving(build) as (origin, app), sync_playwright() as playwright:
        browser = launch(playwright)
        with person(browser, PHONE, Watch()) as page:
            page.goto(f"{origin}{link}")
            for part, value in zip(("Year", "Month", "Day"), birth_date, strict=True):
                page.get_by_label(part).fill(str(value))
            for button in ("Continue", "Start", "Continue", "Continue", "I agree, start"):
                page.get_by_role("button", name=button).click()
            page.goto(f"{origin}/intake/pages/2")
            page.get_by_label("Some days").first.check()
            page.locator("h1").click()
            picture = page.screenshot()
        browser.close()
        app.extensions["store"].close()
    return Image.open(io.BytesIO(picture))


def report_page(store: Store, settings: Settings) -> Image.Image:
    """Return the first page of a patient's report as its PDF shows it."""
    found = review.appointments(store, _SYSTEM, ListFilter(words=PATIENT), clinicians_see="practice", now=NOW)
    view = review.load_response(
        store,
        _SYSTEM,
        found.rows[0].responses[0].response_id,
        clinicians_see="practice",
        now=NOW,
        zone=settings.zone,
    )
    with Renderer() as renderer:
        pdf = renderer.render(report_of(view, reader_in("en", settings.zone)))
    command = ["pdftoppm", "-png", "-r", str(DPI), "-f", "1", "-l", "1", "-singlefile", "-"]
    done = subprocess.run(command, input=pdf, capture_output=True, check=True)  # noqa: S603  # of our own words
    return Image.open(io.BytesIO(done.stdout))


def save(name: str, picture: Image.Image) -> None:
    """Write a picture with few colours and nothing else in the file."""
    few = picture.convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE)
    IMAGES.mkdir(exist_ok=True)
    few.save(IMAGES / name, optimize=True)


if __name__ == "__main__":
    main()

"""How the tests make the application: the one place that knows its settings and how to take it down."""

from __future__ import annotations

import atexit
from dataclasses import replace
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from flask import Flask

from reports.process import Renderer
from screening.app import Application, create_app
from screening.config import HelpNumber, Settings
from screening.store.crypto import Keyring
from screening.store.engine import Store
from tests.support import remembered
from tests.support.clock import Clock

Application.jinja_options = {"bytecode_cache": remembered.CompiledTemplates()}


def make_settings(folder: Path, database_url: str, **overrides: Any) -> Settings:
    """Return settings of a small practice, as production would need them; its keys are made in ``folder``."""
    key_file = folder / "keys.toml"
    if not key_file.exists():
        Keyring.generate().write(key_file)
    complete = Settings(
        database_url=database_url,
        key_file=key_file,
        public_origin="https://forms.clinic.example",
        practice_name="Riverside Practice",
        practice_phone="555 0100",
        time_zone="Europe/Prague",
        help_numbers=(HelpNumber("112", {"en": "Emergency services"}),),
        help_numbers_verified=date(2026, 5, 1),
        retention_days=730,
        read_within_days=3,
        fallback_reader="Dr B. Horak",
    )
    return replace(complete, **overrides)


@cache
def shared_renderer() -> Renderer:
    """Return what the applications of a test process render with: starting one takes longer than most reports do."""
    renderer = Renderer()
    atexit.register(renderer.close)
    return renderer


def make_app(settings: Settings, clock: Clock) -> Flask:
    """Build the application for tests, whose errors are raised rather than turned into a page."""
    with remembered.parts_of_an_application():
        app = create_app(settings, clock=clock)
    app.extensions["renderer"] = shared_renderer()
    app.config["TESTING"] = True
    app.extensions["store"].wake = None  # no worker is there to be woken
    return app


def close_app(app: Flask) -> None:
    """Close what the application holds open; the renderer goes on for the next one."""
    store = app.extensions["store"]
    assert isinstance(store, Store)
    store.close()

"""What every page's frame says of the practice: its name, whom to call, and whether this is a demonstration."""

from __future__ import annotations

from typing import Any

from flask import Flask
from flask_babel import gettext

from screening.web import context, language


def init_app(app: Flask) -> None:
    """Give the variables to every template, error pages included."""
    app.context_processor(_variables)


def _variables() -> dict[str, Any]:
    settings = context.settings()
    shown_in = language.current()
    return {
        "practice_name": settings.practice_name,
        "practice_phone": settings.practice_phone,
        "is_demo": settings.is_demo,
        "help_numbers": [
            {"number": number.number, "description": number.described(shown_in)} for number in settings.help_numbers
        ],
    }


def readers() -> str:
    """Say in words who can read the answers of a patient."""
    settings = context.settings()
    if settings.readers:
        return settings.readers
    if settings.clinicians_see == "own":
        return str(gettext("your clinician, or the colleague who takes over your appointment"))
    return str(gettext("your clinician and the other clinicians of the practice"))

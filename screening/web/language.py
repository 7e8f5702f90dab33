"""The interface's language: Flask-Babel, with the language that the invitation or the settings name."""

from __future__ import annotations

from flask import Flask, g
from flask_babel import Babel, get_locale

from screening.config import PROJECT
from screening.web import context


def init_app(app: Flask) -> None:
    """Set up translations (folder ``translations``) and the clinic's time zone."""
    app.config["BABEL_TRANSLATION_DIRECTORIES"] = str(PROJECT / "translations")
    Babel(app, locale_selector=_select, timezone_selector=lambda: context.settings().time_zone)
    app.context_processor(_variables)


def use(language: str) -> None:
    """Serve the rest of this request in this language (BCP 47)."""
    g.language = language


def _select() -> str:
    chosen = g.get("language") or context.settings().languages[0]
    assert isinstance(chosen, str)
    return chosen.replace("-", "_")


def _variables() -> dict[str, str]:
    locale = get_locale()
    assert locale is not None
    return {"language": str(locale).replace("_", "-"), "direction": locale.text_direction}

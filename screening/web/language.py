"""The interface's language: Flask-Babel, with the language that a patient or a member of staff has chosen.

Until somebody is known it is the practice's: the first of `languages` for patients, `staff_language` for staff.
"""

from __future__ import annotations

from collections.abc import Hashable
from functools import lru_cache
from typing import Protocol

from flask import Flask, g, request
from flask_babel import Babel, get_locale, get_translations, refresh
from markupsafe import Markup

from screening.translations import FOLDER
from screening.web import context

STAFF_PATHS = ("/clinic", "/admin")


class Translations(Hashable, Protocol):
    """What is asked of a language's texts, by their names in `babel.support`."""

    def ugettext(self, message: str) -> str:
        """Return the translated text."""
        ...

    def ungettext(self, singular: str, plural: str, num: int) -> str:
        """Return the translated text for this number."""
        ...


def init_app(app: Flask) -> None:
    """Set up translations (folder ``translations``) and the clinic's time zone."""
    app.config["BABEL_TRANSLATION_DIRECTORIES"] = str(FOLDER)
    Babel(app, locale_selector=_select, timezone_selector=lambda: context.settings().time_zone)
    # Flask-Babel works out the language anew for every text of a page; a page has dozens.
    app.jinja_env.install_gettext_callables(  # type: ignore[attr-defined]  # from Jinja's i18n extension
        lambda message: translations().ugettext(message),
        lambda singular, plural, num: translations().ungettext(singular, plural, num),
        newstyle=True,
    )
    app.jinja_env.globals["_"] = _text  # Jinja's own formats every text anew, also those with nothing to fill in
    app.context_processor(_variables)


def use(language: str) -> None:
    """Serve the rest of this request in this language (BCP 47)."""
    g.language = language
    g.pop("translations", None)
    refresh()


def current() -> str:
    """Return the language (BCP 47) of this request's page."""
    found = g.get("language") or _preset()
    assert isinstance(found, str)
    return found


def translations() -> Translations:
    """Return the texts in this request's language."""
    found: Translations
    try:
        found = g.translations
    except AttributeError:
        found = g.translations = get_translations()
    return found


def _text(message: str, /, **variables: object) -> Markup:
    """Return a text of a template; what is filled in is escaped, the text itself is ours and is not."""
    return _markup(translations(), message) % variables if variables else _plain(translations(), message)


@lru_cache(maxsize=4000)
def _markup(language: Translations, message: str) -> Markup:
    return Markup(language.ugettext(message))  # noqa: S704  # from the catalogue, which is part of the program


@lru_cache(maxsize=4000)
def _plain(language: Translations, message: str) -> Markup:
    return _markup(language, message) % {}


def _preset() -> str:
    settings = context.settings()
    return settings.staff_language if request.path.startswith(STAFF_PATHS) else settings.languages[0]


def _select() -> str:
    return current().replace("-", "_")


def _variables() -> dict[str, str]:
    locale = get_locale()
    assert locale is not None
    return {"language": current(), "direction": locale.text_direction}

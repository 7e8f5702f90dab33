"""The interface's texts in other languages, for whoever needs them outside of a request: catalogs, read once.

Pages get theirs through Flask-Babel (`screening.web.language`), from the same files.
"""

from __future__ import annotations

from dataclasses import fields, is_dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Any, TypeVar

from babel.support import NullTranslations, Translations

FOLDER = Path(__file__).resolve().parent.parent / "translations"
LANGUAGES = ("en", *sorted(path.parts[-3].replace("_", "-") for path in FOLDER.glob("*/LC_MESSAGES/messages.mo")))
"""The languages (BCP 47) that pages and reports are written in."""

_Words = TypeVar("_Words")


@lru_cache(maxsize=50)
def catalog(language: str) -> NullTranslations:
    """Return the texts of a language; English where there are none."""
    return Translations.load(str(FOLDER), [language.replace("-", "_"), language.split("-")[0]])


def translated(words: _Words, language: str) -> _Words:
    """Return a dataclass of fixed words, such as `reports.document.Labels`, in a language; marks stay as they are."""
    assert is_dataclass(words)
    texts = catalog(language)
    values = {field.name: _translated(getattr(words, field.name), texts, language) for field in fields(words)}
    return replace(words, **values)  # type: ignore[type-var]  # a dataclass's instance


def _translated(value: Any, texts: NullTranslations, language: str) -> Any:
    if is_dataclass(value):
        return translated(value, language)
    if isinstance(value, tuple):
        return tuple(_translated(part, texts, language) for part in value)
    if isinstance(value, str) and any(sign.isalpha() for sign in value):
        return texts.ugettext(value)
    return value

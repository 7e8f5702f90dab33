"""What is known of a language by its tag (BCP 47): whether there is one, how it runs, what it is called."""

from __future__ import annotations

from typing import Literal, TypeAlias

from babel import Locale, UnknownLocaleError

Direction: TypeAlias = Literal["ltr", "rtl"]


def is_known(language: str) -> bool:
    """Tell whether there is such a language, with the script and region that the tag names."""
    return _locale(language) is not None


def direction(language: str) -> Direction:
    """Return the direction in which the language is written; left to right where the language is not known."""
    locale = _locale(language)
    return "rtl" if locale is not None and locale.text_direction == "rtl" else "ltr"


def name_of(language: str, reader: str = "") -> str:
    """Return the language's name in the reader's language, in its own if none is given; the tag where it has none."""
    locale = _locale(language)
    name = locale.get_display_name(reader.replace("-", "_") or None) if locale is not None else None
    return name or language


def own_name_of(language: str) -> str:
    """Return the language's name in itself, as it stands alone: with a capital letter, where its script has them."""
    name = name_of(language)
    return name[:1].upper() + name[1:]


def _locale(language: str) -> Locale | None:
    try:
        return Locale.parse(language, sep="-")
    except (UnknownLocaleError, ValueError):
        return None

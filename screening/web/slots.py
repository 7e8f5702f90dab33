"""HTML that was drawn once, with slots for what is different each time.

The template draws it as ever, but with a `mark` wherever a value will stand; `Drawn` cuts the HTML at the marks and
fills them in. Nothing of one patient can stay in it for the next, because nothing of a patient was there when it was
drawn.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Hashable, Mapping
from typing import Final, Generic, TypeVar

from markupsafe import Markup

_SECRET: Final = secrets.token_hex(16)
"""Makes a mark unlike all that can stand in a template, a questionnaire or an answer; escaping leaves it as it is."""
_MARK: Final = re.compile(f"{_SECRET}-([a-z_]+);")

T = TypeVar("T")


def mark(slot: str) -> Markup:
    """Return what stands in a template's HTML where ``slot`` (lower-case letters) is to be filled in."""
    return Markup(f"{_SECRET}-{slot};")  # noqa: S704  # nothing in it needs escaping


class Drawn:
    """HTML with slots."""

    def __init__(self, html: str) -> None:
        self._pieces = _MARK.split(html)  # HTML, then by turns a slot's name and HTML
        self.whole: Markup | None = None if self._pieces[1:] else Markup(html)  # noqa: S704  # as it was drawn
        """The HTML, where it has no slot."""

    def filled(self, values: Mapping[str, Markup]) -> Markup:
        """Return the HTML with each slot's value in its place; KeyError if one has none."""
        pieces = self._pieces.copy()
        for place in range(1, len(pieces), 2):
            pieces[place] = values[pieces[place]]
        return Markup("".join(pieces))  # noqa: S704  # a template's HTML, and what is HTML already


class Remembered(Generic[T]):
    """What was made once, by all that it depends on; when that is ``most`` characters of HTML, all is forgotten."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._held = 0
        self._made: dict[Hashable, T] = {}

    def get(self, key: Hashable) -> T | None:
        """Return what was made for this key, or None."""
        return self._made.get(key)

    def keep(self, key: Hashable, made: T, characters: int) -> T:
        """Remember what was made for this key, so many characters long, and return it."""
        if self._held + characters > self._most:
            self._made.clear()
            self._held = 0
        self._made[key] = made
        self._held += characters
        return made

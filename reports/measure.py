"""How much room a text takes, by the advance widths of our fonts.

An estimate: no kerning, no shaping. It is within a few percent of the laid-out page, and exact layout corrects it; it
only decides how page one is divided.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache

from fontTools.ttLib import TTFont  # type: ignore[import-untyped]  # has no types

from reports.characters import FONTS, printable

MM_PER_POINT = 25.4 / 72

_FAMILIES = ("NotoSans", "NotoSansArabic", "NotoSansHebrew", "NotoSansMath", "NotoSansSymbols2", "NotoEmoji")
_WORD = re.compile(r"[^ \t\n]+|\n")
"""A no-break space is part of a word."""


@cache
def _advances() -> Mapping[int, float]:
    """Return the advance width of each character that we have a glyph for, in ems; the first family wins."""
    advances: dict[int, float] = {}
    for family in reversed(_FAMILIES):
        with TTFont(FONTS / f"{family}-Regular.ttf", lazy=True) as font:
            em = font["head"].unitsPerEm
            widths = font["hmtx"].metrics
            advances |= {code: widths[glyph][0] / em for code, glyph in font.getBestCmap().items()}
    return advances


def width(text: str, points: float) -> float:
    """Return the width of a text on one line, in millimetres, at a size in points."""
    advances = _advances()
    return sum(advances.get(ord(character), 0.0) for character in text) * points * MM_PER_POINT


def rows(text: str, room: float, points: float) -> int:
    """Return how many rows of ``room`` millimetres the text takes when it is broken between words."""
    space = width(" ", points)
    count, used = 1, 0.0
    for word in _WORD.findall(printable(text)):
        if word == "\n":
            count, used = count + 1, 0.0
            continue
        needed = width(word, points)
        if used and used + space + needed > room:
            count, used = count + 1, 0.0
        used += needed + (space if used else 0.0)
        if used > room:  # a word longer than a row is broken anywhere
            extra = int(used // room)
            count, used = count + extra, used - extra * room
    return count

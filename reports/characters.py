"""Which characters of a text can be printed: those that a font of ours has. See `legible` for the others."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

from fontTools.ttLib import TTFont  # type: ignore[import-untyped]  # has no types

from reports.document import Report
from reports.legible import legible, texts

FONTS = Path(__file__).parent / "fonts"

_UNSEEN_TAGS = range(0xE0000, 0xE0080)
"""Letters of a hidden alphabet, made for flags of regions. A font has them, and nobody would see them."""

_SELECTOR_IN_SEQUENCE = re.compile("[\ufe0e\ufe0f]+(?=\u200d)")
"""Says no more than the joiner after it, and makes the renderer forget which text the joined emoji stands for."""


@cache
def covered() -> frozenset[str]:
    """Return the characters that the fonts in ``reports/fonts`` have a glyph for."""
    codes: set[int] = set()
    for path in sorted(FONTS.glob("*-Regular.ttf")):
        with TTFont(path, lazy=True) as font:
            codes |= font.getBestCmap().keys()
    return frozenset(map(chr, codes.difference(_UNSEEN_TAGS)))


def printable(text: str) -> str:
    r"""Return the text with line ends as ``\n`` and each unprintable run as ``[U+XXXX …]``."""
    if text.isascii() and text.isprintable():
        return text
    return _SELECTOR_IN_SEQUENCE.sub("", legible(text, covered().__contains__))


def missing(report: Report) -> list[str]:
    """Return the characters of a report that no font has, each once, in order; they are printed as code points."""
    found = {character for text in texts(report) if not text.isascii() for character in text}
    return sorted(
        one for one in found - covered() if legible(one) == one and legible(one, covered().__contains__) != one
    )

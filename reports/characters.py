"""Which characters of a text can be printed: those that a font of ours has. See `legible` for the others."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from fontTools.ttLib import TTFont  # type: ignore[import-untyped]  # has no types

from reports.legible import legible

FONTS = Path(__file__).parent / "fonts"


@cache
def covered() -> frozenset[str]:
    """Return the characters that the fonts in ``reports/fonts`` have a glyph for."""
    codes: set[int] = set()
    for path in sorted(FONTS.glob("*-Regular.ttf")):
        with TTFont(path, lazy=True) as font:
            codes |= font.getBestCmap().keys()
    return frozenset(map(chr, codes))


def printable(text: str) -> str:
    r"""Return the text with line ends as ``\n`` and each unprintable run as ``[U+XXXX …]``."""
    return text if text.isascii() and text.isprintable() else legible(text, covered().__contains__)

"""Which characters of a text can be printed, and what stands for those that can't.

Text is printed as typed. A character that no font of ours has, or that would act on the page unseen (a control
character, a direction override), is shown by its code point, so that a reader sees that something stood there. An
emoji also gets its Unicode name: ``[U+1F622 crying face]``.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from functools import cache
from pathlib import Path

from fontTools.ttLib import TTFont  # type: ignore[import-untyped]  # has no types

FONTS = Path(__file__).parent / "fonts"

_NEWLINES = re.compile(r"\r\n|[\r\x85\u2028\u2029]")
_LAYOUT = frozenset("\n\t ")
_INVISIBLE = frozenset(
    "\u00ad\u034f\u061c\u200b\u200c\u200d\u200e\u200f\u202a\u202b\u202c\u2060\u2066\u2067\u2068\u2069\ufeff"
) | {chr(code) for code in range(0xFE00, 0xFE10)}
"""Characters that are rightly unseen: joiners, direction marks, isolates, variation selectors. Overrides are not."""

_JOINERS = frozenset("\u200d\ufe0e\ufe0f")
_TINTS = frozenset(map(chr, range(0x1F3FB, 0x1F400)))
"""What joins or tints emoji. A tint is left out, and so is a joiner beside an emoji that can't be printed."""


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
    if text.isascii() and text.isprintable():
        return text
    printed: list[str] = []
    run: list[str] = []
    for character in _NEWLINES.sub("\n", text):
        if character in _TINTS or (run and character in _JOINERS):
            continue
        if not _is_shown(character):
            run.append(character)
            continue
        if run:
            printed.append(_bracket(run))
            run = []
        printed.append(character)
    if run:
        printed.append(_bracket(run))
    return "".join(printed)


def _is_shown(character: str) -> bool:
    if character in _LAYOUT or character in _INVISIBLE:  # as typed, though unseen
        return True
    return unicodedata.category(character) != "Cc" and not _overrides(character) and character in covered()


def _overrides(character: str) -> bool:
    return unicodedata.bidirectional(character) in {"LRO", "RLO"}


def _bracket(run: Iterable[str]) -> str:
    return f"[{', '.join(map(_code_point, run))}]"


def _code_point(character: str) -> str:
    code = f"U+{ord(character):04X}"
    if unicodedata.category(character) == "So":
        return f"{code} {unicodedata.name(character, '').lower()}".rstrip()
    return code

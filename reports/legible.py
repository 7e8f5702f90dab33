"""What would act on a page unseen, and what stands for it.

Text is shown as typed. A character that can't be shown, or that would act on the page unseen (a control character, a
direction override), is told by its code point, so that a reader sees that something stood there. An emoji also gets
its Unicode name: ``[U+1F622 crying face]``. Marks piled on one letter would cover the lines above and below: of more
than eight the ninth is told by its code point and the others are left out. What is stored stays as typed.
"""

from __future__ import annotations

import dataclasses
import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from typing import Any, Final

from reports.document import Report, Section

_NEWLINES = re.compile(r"\r\n|[\r\x85\u2028\u2029]")
_LAYOUT = frozenset("\n\t ")
_INVISIBLE = frozenset(
    "\u00ad\u034f\u061c\u200b\u200c\u200d\u200e\u200f\u202a\u202b\u202c\u2060\u2066\u2067\u2068\u2069\ufeff"
) | {chr(code) for code in range(0xFE00, 0xFE10)}
"""Characters that are rightly unseen: joiners, direction marks, isolates, variation selectors. Overrides are not."""

_JOINERS = frozenset("\u200d\ufe0e\ufe0f")
_TINTS = frozenset(map(chr, range(0x1F3FB, 0x1F400)))
"""What joins or tints emoji. Where it can't be shown a tint is left out, and so is a joiner beside such an emoji."""

_MARKS: Final = 8
"""Combining marks on one letter; no script needs as many."""


def legible(text: str, has_glyph: Callable[[str], bool] = lambda character: True) -> str:
    r"""Return the text with line ends as ``\n`` and each run that can't be shown as ``[U+XXXX …]``."""
    if text.isascii() and text.isprintable():
        return text
    shown: list[str] = []
    run: list[str] = []
    marks = 0
    for character in _NEWLINES.sub("\n", text):
        marks = _count_marks(marks, character)
        if marks > _MARKS + 1 or (run and character in _JOINERS):
            continue
        if character in _TINTS and not has_glyph(character):
            continue
        if marks > _MARKS or not _is_shown(character, has_glyph):
            run.append(character)
            continue
        if run:
            shown.append(_bracket(run))
            run = []
        shown.append(character)
    if run:
        shown.append(_bracket(run))
    return "".join(shown)


def legible_report(report: Report) -> Report:
    """Return the report with every text legible, for a page whose reader's own fonts show it."""
    made = _legible(report)
    assert isinstance(made, Report)
    return made


def legible_sections(sections: tuple[Section, ...]) -> tuple[Section, ...]:
    """Return parts of a report legible, as `legible_report` does the whole."""
    made = _legible(sections)
    assert isinstance(made, tuple)
    return made


def _legible(value: Any) -> Any:
    if isinstance(value, str):
        return legible(value)
    if isinstance(value, tuple):
        return tuple(map(_legible, value))
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return dataclasses.replace(
            value, **{part.name: _legible(getattr(value, part.name)) for part in dataclasses.fields(value)}
        )
    return value


def texts(value: Any) -> Iterator[str]:
    """Yield every text of a report, or of a part of one."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, tuple):
        for part in value:
            yield from texts(part)
    elif dataclasses.is_dataclass(value):
        for field in dataclasses.fields(value):
            yield from texts(getattr(value, field.name))


def _count_marks(marks: int, character: str) -> int:
    if unicodedata.category(character) in ("Mn", "Me"):
        return marks + 1
    return marks if character in _INVISIBLE else 0


def _is_shown(character: str, has_glyph: Callable[[str], bool]) -> bool:
    if character in _LAYOUT or character in _INVISIBLE:  # as typed, though unseen
        return True
    return unicodedata.category(character) not in ("Cc", "Cs") and not _overrides(character) and has_glyph(character)


def _overrides(character: str) -> bool:
    return unicodedata.bidirectional(character) in {"LRO", "RLO"}


def _bracket(run: Iterable[str]) -> str:
    return f"[{', '.join(map(_code_point, run))}]"


def _code_point(character: str) -> str:
    code = f"U+{ord(character):04X}"
    if unicodedata.category(character) == "So":
        return f"{code} {unicodedata.name(character, '').lower()}".rstrip()
    return code

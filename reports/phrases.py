"""Phrases in a row, and where a line may end among them.

A line ends between two phrases rather than within a short one: "Not sure" is read as one answer, "1 June 2026" as one
date.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from reports.document import Words

NO_BREAK = "\N{NO-BREAK SPACE}"
LONGEST = 40
"""Characters of a phrase that is kept on one line; a longer one would leave too much of the line before it empty."""


def whole(phrase: str) -> str:
    """Return a phrase so that no line ends within it, unless it is too long for that."""
    return phrase.replace(" ", NO_BREAK) if len(phrase) <= LONGEST else phrase


def listed(phrases: Iterable[str]) -> str:
    """Return phrases in a row, a dot between two; no line begins with the dot."""
    return f"{NO_BREAK}· ".join(map(whole, phrases))


def pointed(answer: Sequence[Words], pointer: str) -> str:
    """Return what stands after an answer that goes on elsewhere, "" for one that does not.

    The patient's own words are cut at a sentence's end and stand in quotes. A list of answers shows no such end, so it
    needs a sign.
    """
    if not pointer or not answer:
        return whole(pointer)
    return f" {whole(pointer)}" if answer[-1].own else f"{NO_BREAK}… {whole(pointer)}"

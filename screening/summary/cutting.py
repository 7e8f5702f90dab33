"""How much of a long answer stands on page one, and where it may be cut: at a sentence's end and nowhere else.

Room is counted in rows: a line of text takes one row for each started ``width`` characters. The budgets are fixed, so
that the same answers give the same page; the shorter the form, the more of the patient's words stand there.
See docs/decisions/0011-report-page-one.md.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from math import ceil

PAGE_ROWS = 44
"""Rows of page one for both parts together, on the smaller paper, with a short note below them."""

GLANCE_ROWS = (12, 30)
"""Fewest and most rows for all of the answers in the patient's words together."""

GLANCE_WIDTH = 88
"""Characters in a row beside the label."""

LABEL_WIDTH = 25
"""Characters in a row of the label column."""

SHORT_FORM = 30
"""Questions on page one, at the most, where there is room for longer answers in the two columns."""

LINE_ROWS_SHORT, LINE_ROWS = 8, 4
"""Rows for one answer in the two columns, in a short form and in others."""

ENTRIES_SHARE = 2
"""How many times as many an answer by entries gets: it stands for several questions."""

LINE_WIDTH = 28
"""Characters in a row of the answer column."""

_SENTENCE_END = re.compile(
    # A line's end; or a mark with closing quotes, then space. A full stop ends no sentence after an initial or a title,
    # nor where a small letter follows.
    r"""\n
    | (?<!\b[A-Z]) (?<!\bDr) (?<!\bMr) (?<!\bMs) (?<!\bMrs) (?<!\bSt) [.] ["'”’»)\]]* (?=\s+[^\sa-z])
    | [!?…。؟।۔] ["'”’»)\]]* (?=\s)""",
    re.VERBOSE,
)


def rows(text: str, width: int) -> int:
    """Return how many rows of ``width`` characters the text takes."""
    return sum(max(1, ceil(len(line) / width)) for line in text.split("\n"))


def glance_rows(line_rows: int, items: int) -> int:
    """Return the rows that are left for ``items`` answers in full, beside lines that take ``line_rows`` in all.

    The lines stand in two columns.
    """
    fewest, most = GLANCE_ROWS
    return max(fewest, min(most, PAGE_ROWS - ceil(line_rows / 2) - items))


def shares(needs: Sequence[int], total: int) -> list[int]:
    """Share out ``total`` rows: who needs less than an even share leaves the rest to the others."""
    granted = [0] * len(needs)
    left = total
    by_need = sorted(range(len(needs)), key=needs.__getitem__)
    for done, place in enumerate(by_need):
        granted[place] = min(needs[place], left // (len(needs) - done))
        left -= granted[place]
    return granted


def cut(text: str, budget: int, width: int) -> str:
    """Return the longest beginning of whole sentences that takes at most ``budget`` rows.

    The whole text if it fits; "" if not even the first sentence does.
    """
    if rows(text, width) <= budget:
        return text
    fitting = ""
    for match in _SENTENCE_END.finditer(text):
        beginning = text[: match.end()].rstrip()
        if rows(beginning, width) > budget:
            break
        fitting = beginning
    return fitting


def first_sentence(text: str) -> str:
    """Return the text up to its first sentence's end, all of it if there is none."""
    match = _SENTENCE_END.search(text.lstrip("\n"))
    return text.lstrip("\n")[: match.end()].rstrip() if match else text

"""How the lines of page one are divided over two columns, and what of them goes overleaf.

Two balanced columns laid out by the renderer would cost more than all the rest of the report. So the division is made
here, from measured text; the renderer keeps each band of two columns in one piece. If a measure is off, a band starts
a page late or leaves some room; nothing is lost and nothing changes its order.

The sizes are those of `report.css`, in millimetres and points.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate

from reports.document import Fact, Glance, Line, Report, Words
from reports.measure import MM_PER_POINT, rows
from reports.measure import width as text_width
from reports.paper import SIZES, Paper
from reports.phrases import listed, pointed

SIDE_MARGIN = 16.0
BOTTOM_MARGIN = 21.0
FIRST_TOP_MARGIN = 13.0
TOP_MARGIN = 18.0

NUMBER = 7.0
ENTRY_NUMBER = 4.0
COLUMN_GAP = 7.0
LABEL_SHARE = 0.497
NAME_SHARE = 0.55
LABEL_PADDING = 2.0
LINE_POINTS, LINE_HEIGHT, LINE_PADDING = 8.5, 8.5 * 1.32 * MM_PER_POINT, 0.55
TEXT_POINTS, TEXT_HEIGHT = 9.0, 9.0 * 1.36 * MM_PER_POINT
SMALL_POINTS, SMALL_HEIGHT = 8.0, 8.0 * 1.36 * MM_PER_POINT
PREVIOUS_POINTS, PREVIOUS_HEIGHT = 7.5, 7.5 * 1.32 * MM_PER_POINT
FACT_POINTS, FACT_GAP = 7.5, 7.0
CELL_PADDING = 1.6
HEADING = 10.5 * 1.36 * MM_PER_POINT + 1.2
SECTION_GAP = 3.4
NOTE_GAP = 1.6
WITHHELD_GAP = 1.0
OVERVIEW_RULE = 2.0
GLANCE_LABEL_SHARE = 0.24
SLACK = 5.0
"""Room that is kept free because measures are estimates."""

LEAST = 25.0
"""A band lower than this is not worth starting at the foot of a page."""


@dataclass(frozen=True, slots=True)
class Band:
    """Lines side by side, the left column read first; ``overleaf`` says that they start a new page."""

    left: tuple[Line, ...]
    right: tuple[Line, ...]
    overleaf: bool = False


def page_width(paper: Paper) -> float:
    """Return the width of a page inside its margins."""
    return SIZES[paper][0] - 2 * SIDE_MARGIN


def page_height(paper: Paper) -> float:
    """Return the height of page one inside its margins."""
    return SIZES[paper][1] - FIRST_TOP_MARGIN - BOTTOM_MARGIN


def bands(report: Report, paper: Paper) -> tuple[Band, ...]:
    """Divide the lines into bands: the first fills page one below what stands above it, the others a page each."""
    width = page_width(paper)
    heights = [line_height(line, width) for line in report.lines]
    room = page_height(paper) - height_above(report, width) - SLACK
    full = SIZES[paper][1] - TOP_MARGIN - BOTTOM_MARGIN - SLACK
    found: list[Band] = []
    start = 0
    while start < len(heights):
        if found or room < LEAST:
            room = full
        full_column = _fill(heights, start, room)
        end = _fill(heights, full_column, room)
        middle = min(_balance(heights, start, end), full_column)
        found.append(
            Band(
                report.lines[start:middle],
                report.lines[middle:end],
                overleaf=room == full,
            )
        )
        start = end
    return tuple(found)


def runs_over(report: Report, lines: Sequence[Band], paper: Paper) -> bool:
    """Tell whether page one's part takes all of page one or more, so that what follows may follow at once.

    A part that nearly fills the page counts as well: then what follows has no room there.
    """
    if any(band.overleaf for band in lines) or len(lines) > 1:
        return True
    width = page_width(paper)
    height = height_above(report, width) + sum(band_height(band, width) for band in lines) + _below(report, width)
    return height > page_height(paper) - SLACK


def band_height(band: Band, width: float) -> float:
    """Return the height of a band where the page is ``width`` wide, in millimetres."""
    return max(sum(line_height(line, width) for line in side) for side in (band.left, band.right))


def _below(report: Report, width: float) -> float:
    """Return the height of the notes."""
    height = 0.0
    if report.notes:
        height += SECTION_GAP + OVERVIEW_RULE + HEADING
    for note in report.notes:
        height += TEXT_HEIGHT * (1 + (rows(note.text, width, TEXT_POINTS) if note.text else 0)) + NOTE_GAP
        height += SMALL_HEIGHT * rows(note.byline, width, SMALL_POINTS)
    return height


def _fill(heights: Sequence[float], start: int, room: float) -> int:
    """Return the place after the last line that fits into a column; one line always does."""
    used = 0.0
    for place in range(start, len(heights)):
        used += heights[place]
        if used > room and place > start:
            return place
    return len(heights)


def _balance(heights: Sequence[float], start: int, end: int) -> int:
    """Return where to divide the lines so that the higher column is as low as can be, the left one no lower."""
    total = sum(heights[start:end])
    for place, left in enumerate(accumulate(heights[start:end]), start=start + 1):
        if left >= total - left:
            return place
    return end


def line_height(line: Line, width: float) -> float:
    """Return the height of a line where the page is ``width`` wide, in millimetres."""
    column = width / 2 - COLUMN_GAP / 2
    label = column * LABEL_SHARE - NUMBER - LABEL_PADDING
    answer = column * (1 - LABEL_SHARE)
    text = "; ".join(f"“{words.text}”" if words.own else words.text for words in line.answer)
    text = f"{text} {line.state_label}".strip() + pointed(line.answer, line.pointer)
    below = rows(text, answer, LINE_POINTS) if text or not line.entries else 0
    below += _entry_rows(line.entries, answer, LINE_POINTS)
    count = max(rows(line.label, label, LINE_POINTS), below)
    height = count * LINE_HEIGHT + LINE_PADDING
    for before in line.previous:
        said = "; ".join(f"“{words.text}”" if words.own else words.text for words in before.answer)
        told = f"Last time: {said} {before.state_label}{pointed(before.answer, before.pointer)} ({before.changed})"
        height += rows(told, answer, PREVIOUS_POINTS) * PREVIOUS_HEIGHT
        height += _entry_rows(before.entries, answer, PREVIOUS_POINTS) * PREVIOUS_HEIGHT
    return height


def _entry_rows(entries: Sequence[tuple[Words, ...]], room: float, points: float) -> int:
    """Return the rows of entries in few words, which hang behind their numbers."""
    texts = (", ".join(f"{words.label} “{words.text}”" for words in entry) for entry in entries)
    return sum(rows(text, room - ENTRY_NUMBER, points) for text in texts)


def height_above(report: Report, width: float) -> float:
    """Return the height of all that stands above the lines, in millimetres."""
    name = 16 * 1.25 * MM_PER_POINT * rows(report.patient_name, width * NAME_SHARE, 17.0)
    header = (
        name
        + _facts_height(report.facts, width)
        + SMALL_HEIGHT * rows(listed(report.provenance), width, SMALL_POINTS)
        + 2.0
    )
    if report.withheld:
        withheld = f"{report.labels.withheld}: {'; '.join(report.withheld)}"
        header += WITHHELD_GAP + TEXT_HEIGHT * rows(withheld, width, TEXT_POINTS)
    attention = sum(
        SECTION_GAP
        + 4.8
        + TEXT_HEIGHT * (1 + rows(a.question, width - 13, TEXT_POINTS) + rows(a.answer.text, width - 13, TEXT_POINTS))
        for a in report.attention
    )
    glance = sum(_glance_height(item, width) for item in report.glance)
    if report.glance:
        glance += SECTION_GAP + HEADING
    last_visit = SMALL_HEIGHT if report.last_visit else 0.0
    return header + attention + glance + last_visit + SECTION_GAP + OVERVIEW_RULE + HEADING


def fact_width(fact: Fact, width: float) -> float:
    """Return the room that a fact gets where the page is ``width`` wide: its own, with a little to spare."""
    own = max(text_width(fact.label, FACT_POINTS), text_width(fact.value, TEXT_POINTS))
    return round(min(own + 1.0, width), 1)


def _facts_height(facts: Sequence[Fact], width: float) -> float:
    lines, used = 0, width
    for fact in facts:
        needed = fact_width(fact, width)
        if used + needed > width:
            lines, used = lines + 1, 0.0
        used += needed + FACT_GAP
    return 1.0 + lines * (FACT_POINTS * 1.36 * MM_PER_POINT + TEXT_HEIGHT + 1.0) if facts else 0.0


def _glance_height(glance: Glance, width: float) -> float:
    label = rows(glance.label, width * GLANCE_LABEL_SHARE - NUMBER - LABEL_PADDING, LINE_POINTS) * TEXT_HEIGHT
    text = "; ".join(f"{words.label} “{words.text}”" if words.label else words.text for words in glance.words)
    room = width * (1 - GLANCE_LABEL_SHARE)
    count = rows(text + glance.state_label, room, TEXT_POINTS) if text or not glance.entries else 0
    answer = (count + _entry_rows(glance.entries, room, TEXT_POINTS)) * TEXT_HEIGHT
    return max(label, answer + (SMALL_HEIGHT if glance.continued else 0.0)) + CELL_PADDING

"""What comes out of a printer without colour, and out of one without grey, such as a fax machine."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from statistics import mean

import pytest
from PIL import ImageChops

from reports.html import render_html
from reports.pdf import pdf_from_html, render_paper_form, render_pdf
from screening.blank import blank
from screening.definition.loader import load
from screening.path import offered
from tests.support import printing
from tests.support.definitions import SHIPPED
from tests.support.reports import asked, history_report, own, patient_report, report_of

LEAST_CONTRAST = 4.5
"""WCAG 2, 1.4.3."""
LEAST_KEPT = 0.85
"""Of the dots of letters, for each size of letters on a page; black ones keep 0.96, such in #333 a good 0.7."""
UNSEEN = {"Question", "Answer"}
"""Headers of columns, which are read aloud and not seen."""
UNSEEN_HEIGHT = 4


def paper_form() -> bytes:
    questionnaire = load(SHIPPED / "detachment-checkin.yaml").questionnaire
    return render_paper_form(blank(offered(questionnaire), questionnaire, help_number="112"))


DOCUMENTS: dict[str, Callable[[], bytes]] = {
    "report": lambda: render_pdf(patient_report("detachment-checkin", "arabic")),
    "five visits": lambda: render_pdf(history_report(), "Letter"),
    "paper form": paper_form,
}


def faults(made: bytes) -> set[str]:
    """Return what is lost on paper: "contrast" in grey, "holes" without grey, "gone" for a word of which nothing is."""
    grey, black = printing.pages(made, "grey"), printing.pages(made, "black")
    found: set[str] = set()
    parts: dict[tuple[int, int], list[float]] = defaultdict(list)
    for word in (word for word in printing.words(made) if word.height >= UNSEEN_HEIGHT):
        if printing.contrast(printing.darkest(grey[word.page], word.box)) < LEAST_CONTRAST:
            found.add("contrast")
        kept = printing.kept(grey[word.page], black[word.page], word.box)
        if not kept:
            found.add("gone")
        if len(word.text) > 3:  # a single stroke stands on other dots in the two pictures
            parts[word.page, round(word.height)].append(kept)
    if any(mean(shares) < LEAST_KEPT for shares in parts.values()):
        found.add("holes")
    return found


@pytest.mark.parametrize("document", DOCUMENTS)
def test_nothing_is_lost_in_black_and_white(document: str) -> None:
    made = DOCUMENTS[document]()
    assert faults(made) == set()
    assert {word.text for word in printing.words(made) if word.height < UNSEEN_HEIGHT} <= UNSEEN


@pytest.mark.parametrize("document", DOCUMENTS)
def test_no_colour_is_on_any_page(document: str) -> None:
    """So none can mean anything."""
    for page in printing.pages(DOCUMENTS[document](), "colour", dots=50):
        red, green, blue = page.split()
        assert ImageChops.difference(red, green).getbbox() is None
        assert ImageChops.difference(red, blue).getbbox() is None


@pytest.mark.parametrize(
    ("colour", "expected"),
    [("#333", {"holes"}), ("#999", {"holes", "contrast"}), ("#fff", {"holes", "contrast", "gone"})],
)
def test_pale_words_are_found(colour: str, expected: set[str]) -> None:
    """The pictures have a way to fail."""
    html = render_html(report_of(asked(1, own("Words that nobody would want to lose."), long=True)))
    made = pdf_from_html(html.replace("</style>", f".own {{ font-size: 6pt; color: {colour} }}</style>"))
    assert faults(made) == expected
    assert faults(pdf_from_html(html)) == set()


def test_each_mark_of_a_history_is_seen_without_grey() -> None:
    """A visit's answer is told by one mark, so it has to stand out."""
    made = render_pdf(history_report())
    black = printing.pages(made, "black")
    marks = [word for word in printing.words(made) if word.text == "●"]
    assert len(marks) >= 5 * 4
    for mark in marks:
        assert printing.darkest(black[mark.page], mark.box) == 0

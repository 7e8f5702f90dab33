"""Text and structure of the PDFs, read back and compared with files that somebody read (tests/support/golden.py)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from io import BytesIO

import pikepdf
import pytest

from reports.document import History, HistoryRow, HistoryVisit, Words
from reports.html import render_html
from reports.pdf import pdf_from_html, render_pdf
from tests.support.golden import CASES, GOLDEN, golden_path, on_endless_paper, read_back
from tests.support.reports import asked, own, report_of
from tests.support.structure import structure, tree

MAKE_ANEW = "Is the change meant? .venv/bin/python -m tests.support.golden, and look at the difference."


def words_in(made: bytes) -> list[str]:
    """Return what is read aloud, in order, in pieces; headers of columns, which each page repeats, left out."""
    with pikepdf.open(BytesIO(made)) as document:
        root = tree(document)
    repeated = {id(tag) for head in root.tags() if head.name == "THead" for tag in head.tags()}
    return [kid for tag in root.tags() if id(tag) not in repeated for kid in tag.kids if isinstance(kid, str)]


def letters(pieces: list[str]) -> str:
    return "".join("".join(pieces).split())


@pytest.mark.parametrize("case", CASES)
def test_text_and_structure_are_as_they_should_be(case: str) -> None:
    expected = golden_path(case).read_text("utf-8").splitlines()
    assert read_back(case).splitlines() == expected, MAKE_ANEW


def test_there_is_a_file_for_each_case_and_no_other() -> None:
    assert sorted(path.name for path in GOLDEN.iterdir()) == sorted(f"{case}.txt" for case in CASES)


@pytest.mark.parametrize("case", CASES)
def test_on_paper_that_ends_the_same_is_read_in_the_same_order(case: str) -> None:
    """What a line's or a page's end might lose or move: the golden files know neither."""
    printed, endless = words_in(render_pdf(CASES[case]())), words_in(on_endless_paper(case))
    if case.endswith("arabic"):  # a line from right to left is in the file as it is drawn, and ends elsewhere here
        assert Counter(letters(printed)) == Counter(letters(endless))
    else:
        assert letters(printed) == letters(endless)


def gone(text: str) -> Callable[[str], str]:
    return lambda html: html.replace(text, "")


def swapped(one: str, other: str) -> Callable[[str], str]:
    return lambda html: html.replace(one, "\0").replace(other, one).replace("\0", other)


@pytest.mark.parametrize(
    ("damage", "lost"),
    [
        (gone("“At night.”"), "{en: “At night.”}"),
        (swapped("on day 1?", "on day 2?"), "TH(row) 1 How did you feel on day 1?"),
        (swapped(' scope="row"', ' scope="col"'), "TH(row) 1 How did"),
        (gone(' headers="asked-2"'), "headed by 2 How did you"),
        (gone(' lang="en"'), "{en: “At night.”}"),
        (lambda html: html.replace("h2>", "p>"), "H2 All questions"),
        (lambda html: html.replace("thead", "tbody"), "THead"),
        (gone("●"), "●[read as given]"),
        (gone(' data-spoken="given"'), "●[read as given]"),
    ],
)
def test_what_is_lost_is_seen(damage: Callable[[str], str], lost: str) -> None:
    """The reading itself has a way to fail: an answer, an order, a header, a language, a tag, words for a sign."""
    visit = HistoryVisit(visit="4 May 2026")
    marked = History(visits=(visit,), rows=(HistoryRow(label=Words(text="Never"), marks=(True,)),))
    html = render_html(
        report_of(
            asked(1, own("At night.", language="en"), history=(marked,)),
            asked(2, own("Long.", language="en"), long=True),
        )
    )
    assert lost in structure(pdf_from_html(html))
    assert lost not in structure(pdf_from_html(damage(html)))

"""A form of 500 questions prints, within the memory that a renderer has: its answers, and the form on paper."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from io import BytesIO
from typing import Any

import pikepdf

from reports.process import Renderer
from tests.support import pdf
from tests.support.conformance import elements, kind
from tests.support.long_form import KINDS, QUESTIONS, given, long_paper_form, long_report

PATIENCE = 120
"""Seconds, so that a busy machine fails no test; `make bench` holds both to the 20 that a renderer has."""


@cache
def report() -> bytes:
    with Renderer(timeout=PATIENCE) as renderer:
        return renderer.render(long_report())


def places(words: str, wanted: list[str]) -> list[int]:
    """Return where each stands, looking for it after the one before; -1 for one that is not there."""
    found = [0]
    for one in wanted:
        found.append(words.find(one, max(found)))
    return found[1:]


def test_every_question_is_there_with_its_answer_in_order() -> None:
    words = pdf.text(report())
    in_full = words[words.index("All questions and answers") :]
    wanted = [
        text
        for n in range(1, QUESTIONS + 1)
        for text in (f"What of matter {n}, on days like today?", *given(n)[1].split("\0"))
    ]
    assert [text for text, place in zip(wanted, places(in_full, wanted), strict=True) if place < 0] == []
    in_short = [f"{n} Matter {n}" for n in range(1, QUESTIONS + 1)]
    assert -1 not in places(words, in_short)


def headed(made: bytes) -> Iterator[tuple[Any, Any]]:
    """Yield each header of a row with the first cell that it heads."""
    with pikepdf.open(BytesIO(made)) as document:
        heads: dict[bytes, Any] = {}
        for cell in (one for one in elements(document) if kind(one) in {"TH", "TD"}):
            if kind(cell) == "TH" and cell["/A"]["/Scope"] == "/Row":
                heads[bytes(cell["/ID"])] = cell
            for header in cell["/A"].get("/Headers", ()):
                if head := heads.pop(bytes(header), None):
                    yield head, cell


def test_no_question_is_parted_from_its_answer() -> None:
    """On the page on which a question stands its answer begins."""
    pairs = [(head["/Pg"].objgen, cell["/Pg"].objgen) for head, cell in headed(report())]
    assert len(pairs) == 2 * QUESTIONS  # in short, and in full
    assert [pair for pair in pairs if pair[0] != pair[1]] == []


def test_the_form_on_paper_holds_every_question_whole() -> None:
    with Renderer(timeout=PATIENCE) as renderer:
        made = renderer.render_paper_form(long_paper_form())
    pages = [" ".join(page.split()) for page in pdf.page_texts(made)]
    last = {"choice": "Always {n}", "scale": "Most {n}", "integer": "times {n}"}
    found = []
    for number in range(1, QUESTIONS + 1):
        (place,) = (place for place, page in enumerate(pages) if f"What of matter {number}, on" in page)
        assert last.get(KINDS[number % len(KINDS)], "").format(n=number) in pages[place]
        found.append(place)
    assert found == sorted(found)
    assert "".join(pages).count("I prefer not to say") == QUESTIONS

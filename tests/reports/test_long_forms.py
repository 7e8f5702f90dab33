"""A form of 500 questions prints, within the time and memory that a renderer has: answers, and the form on paper."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from io import BytesIO
from typing import Any

import pikepdf

from reports.process import Renderer
from screening.answer_formats import parse_answers
from screening.blank import blank
from screening.definition.loader import load_text
from screening.definition.model import Questionnaire
from screening.summary import ResponseFacts, summarise
from tests.support import pdf
from tests.support.conformance import elements, kind
from tests.support.definitions import HEAD

QUESTIONS = 500
A_PAGE = 10
KINDS = ("choice", "text", "scale", "string", "integer")


def form() -> Questionnaire:
    """Return a form of 50 pages, its questions of five types in turn."""
    more = {
        "choice": "options: {{a: Rarely {n}, b: Often {n}, c: Always {n}}}",
        "scale": "min_value: 0, max_value: 4, min_label: Least {n}, max_label: Most {n}",
        "integer": "unit: times {n}",
    }
    lines = [HEAD, "pages:"]
    for number in range(1, QUESTIONS + 1):
        if number % A_PAGE == 1:
            page = number // A_PAGE + 1
            lines += [f"  - id: page{page}", f"    title: Part {page}", "    items:"]
        kind_of_item = KINDS[number % len(KINDS)]
        keys = f", {more[kind_of_item].format(n=number)}" if kind_of_item in more else ""
        text = f"What of matter {number}, on days like today?"
        lines.append(f'      - {{id: q{number}, type: {kind_of_item}, text: "{text}", short: Matter {number}{keys}}}')
    return load_text("\n".join(lines) + "\n", "long.yaml").questionnaire


def given(number: int) -> tuple[object, str]:
    """Return the answer to a question, and how it is printed; of a long one how it begins and ends, parted by NUL."""
    sentence = f"These are my words {number}. " + "I could say more. " * (number % 40) + f"And this is all, {number}."
    answers: dict[str, tuple[object, str]] = {
        "choice": ("b", f"Often {number}"),
        "text": (sentence, f"These are my words {number}. \0And this is all, {number}."),
        "scale": (3, f"3 (0 = Least {number}, 4 = Most {number})"),
        "string": (f"My word {number}", f"“My word {number}”"),
        "integer": (number, f"{number} times {number}"),
    }
    return answers[KINDS[number % len(KINDS)]]


@cache
def report() -> bytes:
    answers, _ = parse_answers(form(), {f"q{number}": given(number)[0] for number in range(1, QUESTIONS + 1)})
    made = summarise(form(), answers, response=ResponseFacts(response_id="R-1", patient_name="Maren Holt"))
    with Renderer() as renderer:
        return renderer.render(made)


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
    questionnaire = form()
    with Renderer() as renderer:
        made = renderer.render_paper_form(blank(questionnaire, questionnaire))
    pages = [" ".join(page.split()) for page in pdf.page_texts(made)]
    last = {"choice": "Always {n}", "scale": "Most {n}", "integer": "times {n}"}
    found = []
    for number in range(1, QUESTIONS + 1):
        (place,) = (place for place, page in enumerate(pages) if f"What of matter {number}, on" in page)
        assert last.get(KINDS[number % len(KINDS)], "").format(n=number) in pages[place]
        found.append(place)
    assert found == sorted(found)
    assert "".join(pages).count("I prefer not to say") == QUESTIONS

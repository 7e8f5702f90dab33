"""A form of 500 questions, its answers as a report, and the form on paper: as much as a clinic could want to print."""

from __future__ import annotations

from reports.document import Report
from reports.paper_form import PaperForm
from screening.answer_formats import parse_answers
from screening.blank import blank
from screening.definition.loader import load_text
from screening.definition.model import Questionnaire
from screening.summary import ResponseFacts, summarise
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


def long_report() -> Report:
    """Return the report of a response in which every question is answered."""
    answers, _ = parse_answers(form(), {f"q{number}": given(number)[0] for number in range(1, QUESTIONS + 1)})
    return summarise(form(), answers, response=ResponseFacts(response_id="R-1", patient_name="Maren Holt"))


def long_paper_form() -> PaperForm:
    """Return the form to fill in with a pen."""
    questionnaire = form()
    return blank(questionnaire, questionnaire)

"""The same Report on the response page: the same words, escaped, in the same order as in the PDF."""

from __future__ import annotations

from functools import cache
from html.parser import HTMLParser
from typing import Any

import pytest
from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template

from reports.document import Report, Words
from tests.support.reports import FORMS, PATIENTS, ROOT, asked, own, patient_report, report_of


class Page(HTMLParser):
    """The text of a page, and the places that its links lead to."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.pieces: list[str] = []
        self.tags: list[str] = []
        self.anchors: set[str] = set()
        self.links: set[str] = set()
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        named = dict(attrs)
        self.anchors |= {named["id"] or ""} if "id" in named else set()
        self.links |= {(named["href"] or "").removeprefix("#")} if "href" in named else set()

    def handle_data(self, data: str) -> None:
        self.pieces.append(data)

    @property
    def text(self) -> str:
        return " ".join("".join(self.pieces).split())


@cache
def _template() -> Template:
    environment = Environment(
        loader=FileSystemLoader(ROOT / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template("clinic/_report.html")


def html_of(report: Report) -> str:
    """Return the report's block of the response page."""
    return _template().render(report=report)


def words_of(report: Report) -> list[str]:
    """Return the questions and answers in full, in form order."""
    found: list[str] = []
    for section in report.sections:
        for question in section.questions:
            found.append(question.text.text)
            found.extend(words.text for words in question.answer)
            found.append(question.state_label)
    return [" ".join(words.split()) for words in found if words]


@pytest.mark.parametrize("patient", PATIENTS)
@pytest.mark.parametrize("form", FORMS)
def test_every_question_and_answer_stands_on_the_page_in_form_order(form: str, patient: str) -> None:
    report = patient_report(form, patient)
    page = Page(html_of(report))
    at = page.text.index("All questions and answers")
    for words in words_of(report):
        at = page.text.index(words, at)
    assert page.links <= page.anchors


def test_what_was_typed_is_escaped() -> None:
    typed = '</dd><script>alert(1)</script><img src="http://127.0.0.1:9/x.png">'
    page = Page(
        html_of(report_of(asked(1, own(typed), long=True), asked(2, own(typed, label=typed)), patient_name=typed))
    )
    assert {"script", "img"} & set(page.tags) == set()
    assert page.text.count(typed) >= 5


def test_words_from_right_to_left_are_marked() -> None:
    html = html_of(report_of(asked(1, own("مرحبا", direction="rtl"), long=True)))
    assert '<p class="own" dir="rtl" lang="">مرحبا</p>' in html
    assert '<bdi dir="rtl" lang="">“مرحبا”</bdi>' in html


def test_no_markup_depends_on_an_answer() -> None:
    """R4: swap the answers, and all that differs on the page is the words."""

    def masked(*answers: str) -> Any:
        questions = (asked(number, Words(text=answer)) for number, answer in enumerate(answers, start=1))
        return html_of(report_of(*questions)).replace("Every day", "*").replace("Never", "*")

    assert masked("Every day", "Never") == masked("Never", "Every day") == masked("Never", "Never")

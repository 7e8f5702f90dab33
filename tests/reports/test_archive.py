"""One file for the archive (PDF/A-3a), for reading aloud (PDF/UA-1) and for machines (attachments)."""

from __future__ import annotations

from dataclasses import replace
from io import BytesIO
from typing import Any

import pikepdf
import pytest

from reports.attachments import UNDATED, Attachment
from reports.document import Entry, EntryAnswer, Words
from reports.pdf import pdf_from_html, render_pdf
from tests.support import conformance, pdf
from tests.support.reports import FORMS, PATIENTS, asked, own, patient_report, report_of

SOME_DAYS = Words(text="Some days")
ANSWERS = Attachment(
    name="response.json",
    media_type="application/fhir+json",
    relationship="Source",
    description="The answers",
    content='{"say": "přece"}',
    modified="2026-06-01T16:40:07Z",
)
FORM = replace(ANSWERS, name="form.json", relationship="Supplement", modified=UNDATED, content="{}")


def opened(report: Any) -> pikepdf.Pdf:
    return pikepdf.open(BytesIO(render_pdf(report)))


@pytest.mark.parametrize("patient", PATIENTS)
@pytest.mark.parametrize("form", FORMS)
def test_the_forms_keep_to_both_standards(form: str, patient: str) -> None:
    report = replace(patient_report(form, patient), attachments=(ANSWERS, FORM))
    assert conformance.problems(render_pdf(report)) == []


def test_entries_and_long_answers_keep_to_both_standards() -> None:
    given = EntryAnswer(letter="1a", label=Words(text="Name"), answer=(own("x"),), state="answered", state_label="")
    entries = asked(
        1, entries=(Entry(label="Medicine 1", answers=(given,)), Entry(label="Medicine 2", answers=(given,)))
    )
    long = asked(2, own("And so it goes on. " * 900), long=True)
    assert conformance.problems(render_pdf(report_of(entries, long, asked(3, SOME_DAYS)))) == []


@pytest.mark.parametrize(
    ("html", "clause"),
    [
        ('<html lang="en"><title>x</title><h1>A</h1><h3>B</h3>', "UA 7.4.2"),
        ('<html lang="en"><title>x</title><table><tr><td>A</td></tr></table>', "UA 7.5"),
        ('<html lang="en"><h1>A</h1>', "UA 7.1"),
        ('<html lang="en"><title>x</title><p style="font: 0.1pt Noto Sans">Q</p>', "A 6.2.11.5"),
        ('<html lang="en"><title>x</title><p>\u10d2</p>', "A 6.2.11.8"),
    ],
)
def test_what_breaks_a_standard_is_found(html: str, clause: str) -> None:
    """The check itself has a way to fail."""
    assert [problem.partition(":")[0] for problem in conformance.problems(pdf_from_html(html))] == [clause]


def test_attachments_come_out_as_they_went_in_with_their_own_date() -> None:
    with opened(report_of(asked(1), attachments=(ANSWERS, FORM))) as document:
        assert list(document.attachments) == ["form.json", "response.json"]
        specification = document.attachments["response.json"].obj
        stream = specification["/EF"]["/F"]
        assert stream.read_bytes().decode() == ANSWERS.content
        assert str(stream["/Subtype"]) == "/application/fhir+json"
        assert str(stream["/Params"]["/ModDate"]) == "D:20260601164007Z"
        assert str(specification["/AFRelationship"]) == "/Source"
        assert str(specification["/Desc"]) == "The answers"
        assert str(document.attachments["form.json"].obj["/AFRelationship"]) == "/Supplement"


def test_the_same_attachments_give_the_same_bytes() -> None:
    report = report_of(asked(1), attachments=(FORM, ANSWERS))
    assert render_pdf(report) == render_pdf(replace(report, attachments=(ANSWERS, FORM)))


def test_words_in_another_language_say_so_and_those_in_none_that_is_known_too() -> None:
    words = own("Přece jen.", language="cs"), own("???", language="")
    with opened(report_of(asked(1, *words, long=True))) as document:
        languages = {str(one["/Lang"]) for one in conformance.elements(document) if "/Lang" in one}
        assert str(document.Root["/Lang"]) == "en"
    assert languages == {"cs", "und"}


def test_an_answer_below_its_question_is_headed_by_it() -> None:
    with opened(report_of(asked(1, own("Long."), long=True), lines=())) as document:
        cells = {conformance.kind(one): one for one in conformance.elements(document) if "/ID" in one or "/A" in one}
        question, answer = cells["TH"], cells["TD"]
        assert str(question["/ID"]) in [str(header) for header in answer["/A"]["/Headers"]]
        assert str(question["/A"]["/Scope"]) == "/Row"


def test_page_furniture_is_not_read_aloud() -> None:
    """Its words are on the page, and in no tag."""
    report = report_of(*(asked(number, SOME_DAYS) for number in range(1, 60)))
    made = render_pdf(report)
    assert "Page 2 of" in pdf.text(made)
    assert "born 12 May 1988" in pdf.text(made)
    read_aloud = pdf.tagged_text(made)
    assert "How did you feel on day 59?" in read_aloud
    assert "Page 2 of" not in read_aloud
    assert "born 12 May 1988" not in read_aloud
    assert "No entry does not mean no problem" not in read_aloud


def test_bookmarks_lead_to_each_topic() -> None:
    with opened(report_of(asked(1))) as document, document.open_outline() as outline:
        (top,) = outline.root
        assert top.title == "Maren Holt"
        assert [one.title for one in top.children] == ["All answers in short", "All questions and answers"]
        assert [one.title for one in top.children[1].children] == ["Your days"]

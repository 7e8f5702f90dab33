"""A copy without the sensitive pages holds nothing of them, wherever one looks."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, date, datetime
from io import BytesIO

import pikepdf
import pytest

from reports.document import Note, Report
from reports.pdf import render_pdf
from screening.answer_formats import parse_answers
from screening.definition.loader import load, load_text
from screening.path import keep, offered
from screening.report_attachments import SUBSETTED, attachments
from screening.summary import AttentionSetting, Entry, ReviewFacts, summarise
from screening.withholding import without_sensitive
from tests.support import conformance, pdf
from tests.support.reports import FORMS, ROOT, facts, patient_report

FORM = """\
id: visit
version: "1"
title: Before the visit
language: en
copyright: CC0-1.0. For a test.
pages:
  - id: sleep
    title: Sleep
    items:
      - {id: rested, type: boolean, text: Do you sleep well?}
  - id: closeness
    title: Zebra closeness
    intro: Zebra introduction
    sensitive: Zebra warning
    items:
      - {id: hurt, type: boolean, text: Zebra question, short: Zebra label, glance: yes, help: Zebra help}
      - {id: what, type: text, text: Zebra what}
  - id: later
    title: Later
    items:
      - {id: since, type: text, text: Okapi since when, enable_when: {hurt: {equals: yes}}}
      - {id: often, type: text, text: Okapi how often, enable_when: {since: {answered: yes}}}
      - {id: unless, type: text, text: Okapi otherwise, enable_when: {not: {hurt: {equals: yes}}}}
      - {id: food, type: text, text: What do you eat?, enable_when: {rested: {equals: yes}}}
  - id: hidden
    title: Okapi page
    enable_when: {hurt: {equals: yes}}
    items:
      - {id: tell, type: text, text: Okapi tell}
"""
ANSWERS = {
    "rested": True,
    "hurt": True,
    "what": "zebra words",
    "since": "okapi words",
    "often": "okapi often",
    "food": "Bread",
    "tell": "okapi told",
}
NOW = datetime(2026, 6, 3, 9, tzinfo=UTC)
REVIEW = ReviewFacts(
    sign_off=Entry(by="Dr A. Novak", at=NOW),
    note=Entry(by="Dr A. Novak", at=NOW, text="Spoke about the zebra."),
    addenda=(Entry(by="Dr A. Novak", at=NOW, text="And the okapi."),),
)
NOTES = (Note(heading="Note", text="Talked about the winter. " * 40, byline="Dr A. Novak, 3 June 2026"),)
ATTENTION = (AttentionSetting(item="hurt", answer=True, asked_by="Dr A. Novak", set_on=date(2026, 5, 3)),)


def report(*, withhold: bool) -> Report:
    questionnaire = load_text(FORM, "visit.yaml").questionnaire
    answers, _ = parse_answers(questionnaire, ANSWERS)
    response = facts(attention=ATTENTION)
    made = summarise(questionnaire, answers, response=response, review=REVIEW, withhold_sensitive=withhold)
    attached = attachments(
        questionnaire,
        answers,
        switched_on=frozenset(),
        response_id="R-1",
        sent_at=NOW,
        zone=UTC,
        withhold_sensitive=withhold,
    )
    return replace(made, attachments=attached)


def everything(made: bytes) -> str:
    """Return all that is in a PDF: text, tags, bookmarks, metadata, attachments and every other stream and string."""
    found = [pdf.text(made), *(text for _, text in pdf.read_aloud(made))]
    with pikepdf.open(BytesIO(made)) as document:
        with document.open_outline() as outline:
            found += [str(one.title) for top in outline.root for one in (top, *top.children)]
        for thing in document.objects:
            found.append(repr(thing))
            if isinstance(thing, pikepdf.Stream):
                data = thing.read_bytes()
                found += [data.decode("latin-1"), data.decode("utf-8", "ignore")]
    return "\n".join(found).casefold()


def test_nothing_of_a_sensitive_page_is_anywhere_in_the_file() -> None:
    whole = everything(render_pdf(report(withhold=False)))
    assert "zebra words" in whole
    assert "okapi words" in whole
    copy = render_pdf(report(withhold=True))
    assert "zebra" not in everything(copy)
    assert "okapi" not in everything(copy)
    assert "What do you eat?" in pdf.text(copy)
    assert "Bread" in pdf.text(copy)
    assert "asked to see this first" not in pdf.text(copy)
    assert conformance.problems(copy) == []


def test_page_one_says_what_is_missing_by_number_alone() -> None:
    first = " ".join(pdf.page_texts(render_pdf(report(withhold=True)))[0].split())
    assert "Withheld from this copy: questions 2–6, 8; the clinic’s notes" in first
    assert "7 What do you eat?" in first  # the number that it has in the whole form


@pytest.mark.parametrize("form", FORMS)
def test_page_one_says_so_however_full_it_is(form: str) -> None:
    """What comes after the answers may stand overleaf, and a copy's first page may be all that somebody looks at."""
    missing = "questions 3–5"
    made = replace(patient_report(form, "thoughtful"), withheld=(missing,), notes=NOTES)
    pages = [" ".join(page.split()) for page in pdf.page_texts(render_pdf(made))]
    assert f"Withheld from this copy: {missing}" in pages[0]
    assert not any("Withheld" in page for page in pages[1:])


def test_the_sign_off_stays() -> None:
    made = report(withhold=True)
    assert made.reviewed.startswith("Reviewed by Dr A. Novak")
    assert [note.heading for note in made.notes] == ["Reviewed"]


@pytest.mark.parametrize("answer", [True, False, None])
def test_the_copy_does_not_depend_on_what_was_answered_there(answer: bool | None) -> None:
    questionnaire = load_text(FORM, "visit.yaml").questionnaire
    answers, _ = parse_answers(questionnaire, {"rested": True, **({} if answer is None else {"hurt": answer})})
    none, _ = parse_answers(questionnaire, {"rested": True})
    made, expected = (
        summarise(questionnaire, given, response=facts(), withhold_sensitive=True) for given in (answers, none)
    )
    assert made == expected


def test_what_is_attached_says_that_it_is_not_whole() -> None:
    for attached in report(withhold=True).attachments:
        assert json.loads(attached.content)["meta"]["tag"] == [SUBSETTED]
    for attached in report(withhold=False).attachments:
        assert "meta" not in json.loads(attached.content)


def test_a_form_without_sensitive_pages_says_nothing() -> None:
    questionnaire = load_text(FORM, "visit.yaml").questionnaire
    plain = keep(questionnaire, lambda part: part.id in {"sleep", "rested"})
    answers, _ = parse_answers(plain, {"rested": True})
    made = summarise(plain, answers, response=facts(), withhold_sensitive=True)
    assert made == summarise(plain, answers, response=facts())


@pytest.mark.parametrize("form", FORMS)
def test_in_the_shipped_forms_something_is_left(form: str) -> None:
    questionnaire = offered(load(ROOT / "questionnaires" / f"{form}.yaml").questionnaire)
    left = without_sensitive(questionnaire)
    assert left.pages
    assert not any(page.sensitive for page in left.pages)

"""The patient's own copy as it comes out of the printer."""

from __future__ import annotations

import json
from io import BytesIO

import pikepdf
import pytest

from reports.document import Words
from reports.html import render_patient_copy_html
from reports.interchange import ReportFormatError, patient_copy_from_json, patient_copy_to_json
from reports.paper import SIZES, Paper
from reports.patient_copy import CopyAnswer, CopyEntry, CopyForm, CopyTopic, PatientCopy
from reports.pdf import render_patient_copy
from reports.process import Renderer
from tests.reports.test_hostile_answers import MARKUP, opened
from tests.reports.test_pdf import OUR_FONTS
from tests.support import pdf

__all__ = ["opened"]


def of_answers(*answers: CopyAnswer, language: str = "en", title: str = "A copy of your answers") -> PatientCopy:
    topic = CopyTopic(title=Words(text="Your days"), recall="In the last week", answers=answers)
    skipped = CopyTopic(title=Words(text="Your nights"), note="You skipped this topic.", sensitive=True)
    return PatientCopy(
        title=title,
        language=language,
        direction="rtl" if language == "ar" else "ltr",
        practice="Riverside Practice",
        sent="Sent on 4 May 2026, 11:00.",
        remarks=("As you gave them.",),
        page_of="Page {page} of {pages}",
        forms=(CopyForm(title=Words(text="Questions"), topics=(topic, skipped)),),
    )


def answered(text: str, number: int = 1) -> CopyAnswer:
    return CopyAnswer(question=Words(text=f"What of day {number}?"), answer=(Words(text=text, own=True),))


ENTRIES = CopyAnswer(
    question=Words(text="Which medicines?"),
    entries=(
        CopyEntry(label="Medicine 1", answers=(answered("Sertraline"),)),
        CopyEntry(
            label="Medicine 2",
            answers=(CopyAnswer(question=Words(text="What is it called?"), state="You left this blank."),),
        ),
    ),
)


@pytest.mark.parametrize("paper", ["A4", "Letter"])
def test_it_is_tagged_titled_and_on_the_paper_asked_for(paper: Paper) -> None:
    with pikepdf.open(BytesIO(render_patient_copy(of_answers(answered("Rain.")), paper))) as document:
        assert document.Root["/MarkInfo"]["/Marked"]
        assert str(document.docinfo["/Title"]) == "A copy of your answers"
        with document.open_metadata() as metadata:
            assert (metadata["pdfuaid:part"], metadata["pdfaid:part"]) == ("1", "3")
        _, _, width, height = (float(side) / 72 * 25.4 for side in document.pages[0]["/MediaBox"])
    assert (width, height) == pytest.approx(SIZES[paper], abs=0.1)


def test_unknown_paper_is_refused() -> None:
    with pytest.raises(ValueError, match="Unknown paper 'A5'"):
        render_patient_copy_html(of_answers(), "A5")  # type: ignore[arg-type]


def test_everything_is_in_it_in_order_with_headings_and_page_numbers() -> None:
    made = render_patient_copy(of_answers(answered("Rain."), ENTRIES, *(answered(f"Day {n}", n) for n in range(40))))
    words = " ".join(pdf.text(made).split())
    expected = ["Riverside Practice", "A copy", "Sent on", "Questions", "Your days", "In the last week", "Rain."]
    expected += ["Medicine 1", "Sertraline", "Medicine 2", "You left this blank.", "Day 39", "You skipped this topic."]
    places = [words.index(text) for text in expected]
    assert places == sorted(places)
    pages = pdf.page_texts(made)
    assert len(pages) > 1
    for number, page in enumerate(pages, start=1):
        assert f"Page {number} of {len(pages)}" in " ".join(page.split())
    assert {"H1", "H2", "H3"} <= {tag.removeprefix("/") for tag in pdf.tags(made)}


def test_arabic_runs_from_the_right_in_our_fonts() -> None:
    copy = of_answers(answered("مطر. 🌧"), language="ar", title="نسخة من إجاباتك")
    made = render_patient_copy(copy)
    assert pdf.language(made) == "ar"
    assert pdf.font_names(made) <= {*OUR_FONTS, "Noto-Sans-Arabic-Bold"}
    assert pdf.embedded(made)
    assert '<html lang="ar" dir="rtl">' in render_patient_copy_html(copy)


@pytest.mark.parametrize("typed", MARKUP)
def test_markup_is_printed_as_typed_and_fetches_nothing(typed: str, opened: list[str]) -> None:
    made = render_patient_copy(of_answers(answered(typed), ENTRIES, title=typed))
    assert pdf.text(made).replace(" ", "").count(typed.replace(" ", "")) >= 1
    assert b"/EmbeddedFile" not in made
    assert opened == []


def test_it_goes_through_another_process_unchanged() -> None:
    copy = of_answers(answered("Rain.\n\u202e 😢"), ENTRIES)
    assert patient_copy_from_json(patient_copy_to_json(copy)) == copy
    with Renderer() as renderer:
        assert renderer.render_patient_copy(copy) == render_patient_copy(copy)


def test_what_is_no_copy_is_refused_by_its_place() -> None:
    plain = json.loads(patient_copy_to_json(of_answers(answered("Rain.")))) | {"note": "x"}
    with pytest.raises(ReportFormatError, match="copy: unknown field 'note'"):
        patient_copy_from_json(json.dumps(plain))

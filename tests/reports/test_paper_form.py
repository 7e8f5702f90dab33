"""The paper form as it comes out of the printer."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

import pikepdf
import pytest

from reports.html import render_paper_form_html
from reports.paper import SIZES, Paper
from reports.paper_form import PaperForm, PaperLabels, PaperOption, PaperPart, PaperSection
from reports.pdf import render_paper_form
from reports.process import Renderer
from screening.blank import blank
from screening.definition.loader import load
from screening.path import offered
from tests.reports.test_pdf import OUR_FONTS
from tests.support import pdf
from tests.support.definitions import FIXTURES, SHIPPED_FILES


def of_file(path: Path) -> PaperForm:
    questionnaire = load(path).questionnaire
    return blank(offered(questionnaire), questionnaire, help_number="112")


def of_parts(*parts: PaperPart) -> PaperForm:
    return PaperForm(
        title="A form",
        edition="A form, version 1",
        language="en",
        direction="ltr",
        labels=PaperLabels(),
        safety=("Call 112.",),
        intro=(),
        sections=(PaperSection(title="Your days", parts=parts),),
    )


def boxes(number: int, count: int = 4) -> PaperPart:
    options = tuple(PaperOption(text=f"Option {number}.{place}") for place in range(count))
    return PaperPart(layout="boxes", text=f"What of day {number}?", number=str(number), options=options)


@pytest.mark.parametrize("paper", ["A4", "Letter"])
def test_it_is_tagged_titled_and_on_the_paper_asked_for(paper: Paper) -> None:
    with pikepdf.open(BytesIO(render_paper_form(of_parts(boxes(1)), paper))) as document:
        assert document.Root["/MarkInfo"]["/Marked"]
        assert str(document.docinfo["/Title"]) == "A form, version 1"
        with document.open_metadata() as metadata:
            assert metadata["pdfuaid:part"] == "1"
        _, _, width, height = (float(side) / 72 * 25.4 for side in document.pages[0]["/MediaBox"])
    assert (width, height) == pytest.approx(SIZES[paper], abs=0.1)


@pytest.mark.parametrize("path", SHIPPED_FILES, ids=lambda path: path.stem)
def test_a_shipped_form_prints_whole_in_our_fonts_with_a_place_for_the_name_on_each_page(path: Path) -> None:
    form = of_file(path)
    made = render_paper_form(form)
    assert pdf.font_names(made) <= OUR_FONTS
    assert pdf.embedded(made)
    words = pdf.text(made)
    texts = [part.text for section in form.sections for part in section.parts]
    assert [text for text in texts if text not in words] == []
    pages = pdf.page_texts(made)
    for number, page in enumerate(pages, start=1):
        flat = " ".join(page.split())
        assert "Name" in flat
        assert form.edition in flat
        assert f"Page {number} of {len(pages)}" in flat
    first = " ".join(pages[0].split())
    for expected in ("Date of birth", "If you are in danger now, call 112."):
        assert expected in first


@pytest.mark.parametrize("spare", range(0, 14))
def test_no_question_is_parted_and_no_heading_is_left_behind(spare: int) -> None:
    form = of_parts(*(boxes(number) for number in range(1, spare + 1)))
    last = PaperSection(title="Your nights", parts=(boxes(90, 9),))
    form = PaperForm(
        **{name: getattr(form, name) for name in PaperForm.__slots__} | {"sections": (*form.sections, last)}
    )
    pages = [" ".join(page.split()) for page in pdf.page_texts(render_paper_form(form))]
    (place,) = (number for number, page in enumerate(pages) if "Your nights" in page)
    for text in ("What of day 90?", "Option 90.0", "Option 90.8"):
        assert text in pages[place]
    assert pages[place].rindex("I prefer not to say") > pages[place].index("Option 90.8")


@pytest.mark.parametrize("path", sorted(FIXTURES.glob("*.yaml")), ids=lambda path: path.stem)
def test_each_type_prints_a_box_to_decline_and_its_text(path: Path) -> None:
    form = of_file(path)
    words = pdf.text(render_paper_form(form))
    for section in form.sections:
        for part in section.parts:
            if form.direction == "ltr":
                assert " ".join(part.text.split()) in words
    asked = [part for section in form.sections for part in section.parts if part.can_decline]
    assert words.count("I prefer not to say") >= len(asked) > 0


def test_a_program_that_reads_aloud_finds_headings_lists_and_a_header_for_each_row() -> None:
    tags = pdf.tags(render_paper_form(of_file(FIXTURES / "grid.yaml")))
    assert [tag for tag in tags if tag in {"H1", "H2", "H3"}] == ["H1", "H2"]
    assert tags.count("TH") == 4 + 3  # the options and the box to decline; the rows
    assert "L" in pdf.tags(render_paper_form(of_file(FIXTURES / "choice.yaml")))


def test_the_words_of_a_form_are_escaped() -> None:
    html = render_paper_form_html(of_parts(PaperPart(layout="text", text="<script>alert(1)</script>")))
    assert "<script" not in html


def test_the_process_that_renders_gives_the_same_bytes() -> None:
    form = of_file(FIXTURES / "group_repeats.yaml")
    with Renderer() as renderer:
        assert renderer.render_paper_form(form, "Letter") == render_paper_form(form, "Letter")

"""The PDF as a reader and a reader's program meet it."""

from __future__ import annotations

import subprocess
import sys
import unicodedata
from dataclasses import replace
from io import BytesIO
from pathlib import Path

import pikepdf
import pytest

from reports.characters import covered, missing
from reports.document import Attention, Glance, Line, Note, Previous, Words
from reports.paper import SIZES, Paper
from reports.pdf import FONTS, pdf_from_html, render_html, render_pdf
from tests.support import conformance, pdf
from tests.support.reports import FORMS, PATIENTS, ROOT, asked, own, patient_report, report_of

OUR_FONTS = {
    "Noto-Sans",
    "Noto-Sans-Bold",
    "Noto-Sans-Arabic",
    "Noto-Sans-Hebrew",
    "Noto-Sans-Math",
    "Noto-Sans-Symbols2",
    "Noto-Emoji",
}
SOME_DAYS = Words(text="Some days")


def test_it_has_a_title_and_a_language() -> None:
    with pikepdf.open(BytesIO(render_pdf(report_of(asked(1, SOME_DAYS))))) as document:
        assert document.Root["/ViewerPreferences"]["/DisplayDocTitle"]
        assert str(document.Root["/Lang"]) == "en"
        assert str(document.docinfo["/Title"]) == "Days, Maren Holt"


def test_a_program_that_reads_aloud_finds_headings_and_a_row_header_for_each_answer() -> None:
    tags = pdf.tags(render_pdf(report_of(asked(1, SOME_DAYS), asked(2, own("Long."), long=True))))
    assert [tag for tag in tags if tag in {"H1", "H2", "H3"}] == ["H1", "H2", "H2", "H3"]
    # Two columns of a line each on page one, two questions in full; and in each of the three what its columns hold.
    assert tags.count("Table") == 3
    assert tags.count("TH") == 4 + 3 * 2


@pytest.mark.parametrize("paper", ["A4", "Letter"])
def test_the_paper_is_the_one_asked_for(paper: Paper) -> None:
    with pikepdf.open(BytesIO(render_pdf(report_of(asked(1)), paper))) as document:
        _, _, width, height = (float(side) / 72 * 25.4 for side in document.pages[0]["/MediaBox"])
    assert (width, height) == pytest.approx(SIZES[paper], abs=0.1)


def test_a_paper_that_we_do_not_have_is_refused() -> None:
    with pytest.raises(ValueError, match="A4, Letter"):
        render_pdf(report_of(asked(1)), "A5")  # type: ignore[arg-type]


def test_each_page_says_whose_it_is_and_which_page_of_how_many() -> None:
    pages = pdf.page_texts(render_pdf(report_of(*(asked(number, SOME_DAYS) for number in range(1, 120)))))
    assert len(pages) > 2
    for number, page in enumerate(pages, start=1):
        words = " ".join(page.split())
        assert "Maren Holt" in words
        if number > 1:
            assert "born 12 May 1988" in words
        assert f"Page {number} of {len(pages)}" in words
        assert "Response R-1" in words
        assert "Not scored or interpreted by software." in words
        assert "No entry does not mean no problem." in words


def test_page_one_holds_its_parts_in_their_order() -> None:
    report = replace(
        report_of(asked(1, own("To laugh again.")), asked(2, SOME_DAYS), asked(3)),
        attention=(
            Attention(
                heading="Dr A. Novak asked to see this first (set 3 May 2026)",
                number=2,
                question="How did you feel on day 2?",
                answer=SOME_DAYS,
            ),
        ),
        glance=(
            Glance(
                number=1,
                label="Hope",
                words=(own("To laugh again."),),
                state="answered",
                state_label="",
                anchor="question-1",
                continued=True,
            ),
        ),
        notes=(Note(heading="Note", text="Talked about winter.", byline="Dr A. Novak, 3 June 2026, 11:02"),),
        withheld=("Closeness",),
    )
    first = " ".join(pdf.page_texts(render_pdf(report))[0].split())
    parts = [
        "Maren Holt",
        "Not yet reviewed",
        "Days, version 1",
        "Withheld from this copy: Closeness",
        "asked to see this first",
        "In the patient’s words",
        "1 Hope To laugh again. continues, question 1",
        "All answers in short",
        "1 Day 1 “To laugh again.”",
        "2 Day 2 Some days",
        "3 Day 3 Left blank",
        "Note Talked about winter. Dr A. Novak, 3 June 2026, 11:02",
    ]
    places = [first.find(part) for part in parts]
    assert -1 not in places, dict(zip(parts, places, strict=True))
    assert places == sorted(places)


def test_all_questions_in_full_begin_on_page_two() -> None:
    pages = pdf.page_texts(render_pdf(report_of(asked(1, SOME_DAYS))))
    assert len(pages) == 2
    assert "How did you feel on day 1?" not in pages[0]
    assert "How did you feel on day 1?" in pages[1]


@pytest.mark.parametrize("count", [70, 84, 88, 92, 96, 100, 104])
@pytest.mark.parametrize("paper", ["A4", "Letter"])
def test_where_page_one_is_nearly_full_nothing_leaves_a_hole(paper: Paper, count: int) -> None:
    note = Note(heading="Note", text="Talked about the winter. " * 8, byline="Dr A. Novak, 3 June 2026")
    report = report_of(*(asked(number, SOME_DAYS) for number in range(1, count + 1)), notes=(note,))
    first, second, *_ = (" ".join(page.split()) for page in pdf.page_texts(render_pdf(report, paper)))
    assert "1 Day 1 Some days" in first
    assert "All questions and answers" not in first
    assert "All questions and answers" in second


def test_page_one_says_when_it_goes_on_overleaf_and_only_then() -> None:
    short = pdf.page_texts(render_pdf(report_of(asked(1, SOME_DAYS))))
    assert "continued overleaf" not in " ".join(short)
    long = pdf.page_texts(render_pdf(report_of(*(asked(number, SOME_DAYS) for number in range(1, 150)))))
    assert "continued overleaf" in long[0]
    assert "continued overleaf" not in long[-1]


def test_last_time_stands_in_plain_words_where_there_is_one() -> None:
    questions = asked(1, SOME_DAYS), asked(2, SOME_DAYS)
    report = report_of(*questions)
    first, second = report.lines
    answer = (Words(text="Every day"),)
    before = Previous(visit="3 May 2026", answer=answer, state="answered", state_label="", changed="changed")
    report = replace(report, lines=(replace(first, previous=(before,)), second))
    words = pdf.text(render_pdf(report))
    assert "Last time, 3 May 2026: Every day (changed)" in words
    assert words.count("Last time") == 1


def test_a_run_of_questions_is_one_line() -> None:
    run = Line(first=14, last=16, label="", answer=(), state="not_asked", state_label="Not asked (13: No)", anchor="q")
    words = pdf.text(render_pdf(report_of(asked(13, Words(text="No")), lines=(run,))))
    assert "14–16 Not asked (13: No)" in words


def test_a_list_of_options_stands_once_for_neighbours_that_share_it() -> None:
    options = ("Never", "Some days")
    words = pdf.text(render_pdf(report_of(*(asked(number, SOME_DAYS, options=options) for number in range(1, 4)))))
    assert words.count("Options: Never · Some days") == 1


@pytest.mark.parametrize("spare", range(0, 48, 3))
def test_a_question_is_never_parted_from_its_answer(spare: int) -> None:
    """Whatever stands above it, a question is on the page on which its answer begins."""
    above = [asked(number, SOME_DAYS) for number in range(1, spare + 1)]
    last = asked(spare + 1, own("Begin. " + "And so it goes on. " * 60), long=True, text=Words(text="What now?"))
    pages = pdf.page_texts(render_pdf(report_of(*above, last, lines=())))
    (place,) = (number for number, page in enumerate(pages) if "What now?" in page)
    assert "Begin." in pages[place]


def test_a_long_answer_flows_over_pages_without_a_cut() -> None:
    lines = [f"Line {number} of what I wrote." for number in range(1, 101)]
    words = pdf.text(render_pdf(report_of(asked(1, own("\n".join(lines)), long=True), lines=())))
    assert [line for line in lines if line not in words] == []


@pytest.mark.parametrize("patient", PATIENTS)
@pytest.mark.parametrize("form", FORMS)
def test_the_forms_print_whole_in_our_fonts_alone(form: str, patient: str) -> None:
    report = patient_report(form, patient)
    made = render_pdf(report)
    assert pdf.font_names(made) <= OUR_FONTS
    assert pdf.embedded(made)
    words = pdf.text(made)
    questions = [question for section in report.sections for question in section.questions]
    assert [question.text.text for question in questions if question.text.text not in words] == []
    labels = {question.state_label for question in questions}
    assert [label for label in labels if label not in words] == []
    # Page one leaves no hole: what it has room for stands on it.
    assert f"{report.lines[-1].last} {report.lines[-1].label}" in " ".join(pdf.page_texts(made)[0].split())


def test_each_script_that_we_claim_is_printed() -> None:
    made = render_pdf(
        report_of(
            asked(
                1,
                own("Žluťoučký"),
                own("Ελληνικά"),
                own("Кириллица"),
                own("مرحبا", direction="rtl"),
                own("שלום", direction="rtl"),
            )
        )
    )
    words = pdf.text(made)
    for typed in ("Žluťoučký", "Ελληνικά", "Кириллица"):
        assert typed in words
    # What runs from right to left is drawn from its end.
    assert "שלום"[::-1] in words
    assert "مرحبا"[::-1] in words
    assert {"Noto-Sans-Arabic", "Noto-Sans-Hebrew"} <= pdf.font_names(made)


def test_no_character_that_we_claim_is_a_missing_glyph() -> None:
    """Each of all that our fonts have, and each is text again when the page is read back, marks on letters aside."""
    characters = sorted(one for one in covered() if unicodedata.category(one)[0] not in "CZ")
    assert len(characters) > 9000
    parts = [characters[start : start + 1500] for start in range(0, len(characters), 1500)]
    made = render_pdf(
        report_of(*(asked(at, own(" ".join(part)), long=True) for at, part in enumerate(parts)), lines=())
    )
    assert conformance.notdef_count(made) == 0
    assert pdf.font_names(made) == OUR_FONTS
    lost = {one for one in characters if unicodedata.category(one)[0] != "M"} - set(pdf.text(made))
    # One glyph may stand for two characters: the circle that carries marks, a final letter that has a code of its own.
    assert lost <= {"\u25cc", "\ufee9"}


@pytest.mark.parametrize(
    "emoji", ["😢", "👩\u200d👧", "👍🏽", "🇨🇿", "🏳\ufe0f\u200d🌈", "👁\ufe0f\u200d🗨\ufe0f", "❤\ufe0f\u200d🔥"]
)
def test_emoji_are_printed_in_black_and_read_back_as_typed(emoji: str) -> None:
    made = render_pdf(report_of(asked(1, own(f"so sad {emoji} today"), long=True), lines=()))
    assert "Noto-Emoji" in pdf.font_names(made)
    assert f"so sad {emoji} today".replace("\ufe0f", "") in pdf.text(made)
    assert conformance.problems(made) == []


def test_words_from_right_to_left_stand_at_the_right() -> None:
    html = render_html(report_of(asked(1, own("مرحبا", direction="rtl"), long=True)))
    assert '<p class="own" dir="rtl" lang="">مرحبا</p>' in html


def test_a_font_of_the_machine_is_not_used() -> None:
    """Not even for letters that no font of ours has, or when a style names one."""
    letters = (
        "<p style='font-family: DejaVu Sans, Noto Serif, serif'>Words</p><p>\u10d2\u10d0 \u0905\u092d \u4e2d\u6587</p>"
    )
    made = pdf_from_html(f'<html lang="en"><title>x</title>{letters}')
    assert pdf.font_names(made) <= OUR_FONTS


def test_a_letter_that_no_font_has_is_told_by_its_code_point() -> None:
    report = report_of(asked(1, own("\u10d2\u10d2 \u0010 😢")))
    assert missing(report) == ["\u10d2"]
    made = render_pdf(report)
    assert "U+10D2" in pdf.text(made)
    assert conformance.notdef_count(made) == 0


def test_the_fonts_are_whole_and_their_versions_and_licence_are_told() -> None:
    page = (FONTS / "README.md").read_text()
    assert [font.name for font in FONTS.glob("*.ttf") if font.name not in page] == []
    assert "SIL OPEN FONT LICENSE" in (FONTS / "OFL.txt").read_text()


@pytest.mark.parametrize("seed", ["1", "2"])
def test_the_same_report_gives_the_same_bytes_in_any_process(seed: str) -> None:
    script = (
        "import sys; from reports.pdf import render_pdf; from tests.support.reports import patient_report;"
        "sys.stdout.buffer.write(render_pdf(patient_report('detachment-checkin', 'arabic')))"
    )
    done = subprocess.run(
        [sys.executable, "-c", script],
        cwd=ROOT,
        env={"PYTHONHASHSEED": seed, "TZ": f"UTC-{seed}", "PATH": str(Path(sys.executable).parent)},
        capture_output=True,
        check=True,
    )
    assert done.stdout == render_pdf(patient_report("detachment-checkin", "arabic"))


def test_no_weight_size_or_colour_depends_on_an_answer() -> None:
    """R4: swap the answers, and all that differs in the document is the words."""
    often, never = Words(text="Every day"), Words(text="Never")

    def masked(*answers: Words) -> str:
        html = render_html(report_of(*(asked(number, answer) for number, answer in enumerate(answers, start=1))))
        return html.replace("Every day", "*").replace("Never", "*")

    assert masked(often, never) == masked(never, often) == masked(never, never)

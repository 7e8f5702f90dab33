"""The report of groups, grids, entries and repeats: each with its state, nothing read into it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from reports.document import Glance, Line, Question, Report
from reports.html import render_html
from reports.interchange import report_from_json, report_to_json
from reports.pdf import render_pdf
from screening.answer_formats import parse_answers, parse_json
from screening.answers import Answers
from screening.definition.loader import load, load_text
from screening.definition.model import Questionnaire
from screening.summary import ResponseFacts, summarise
from tests.reports.test_on_screen import Page, html_of
from tests.support import pdf
from tests.support.definitions import ALL_FILES, answers_to, fixture, questionnaires, with_items

NOBODY = ResponseFacts(response_id="R-1", patient_name="Maren Holt")
MEDICINES = [
    {"medicine": "Sertraline", "dose": 50, "taken": ["night", "morning"], "changed": True, "changed_when": "2026-05"},
    {"medicine": "سيرترالين", "dose": {"declined": True}, "changed": False},
]


def report_on(questionnaire: Questionnaire, answers: dict[str, Any]) -> Report:
    """Return the report of answers as a file would hold them."""
    parsed, _ = parse_answers(questionnaire, parse_json(json.dumps(answers).encode()))
    return summarise(questionnaire, parsed, response=NOBODY)


def of_one(item: str, value: object) -> Question:
    """Return the question in full of a form with one item, whose id is ``a``."""
    report = report_on(load_text(with_items(f"- {item}"), "one.yaml").questionnaire, {"a": value})
    return report.sections[0].questions[0]


def questions(report: Report) -> list[Question]:
    return [question for section in report.sections for question in section.questions]


def in_few_words(part: Line | Glance) -> list[str]:
    return [", ".join(f"{words.label} {words.text}".strip() for words in entry) for entry in part.entries]


def test_a_group_is_a_heading_over_its_questions() -> None:
    report = report_on(fixture("group"), {"works": True, "job_what": "Baker", "job_days": 6, "job_all": False})
    told = [(asked.number, asked.text.text, asked.heading, asked.under) for asked in questions(report)]
    assert told == [
        (1, "Do you work?", False, False),
        (None, "Your work", True, False),
        (2, "What do you do?", False, True),
        (None, "The next one is about your days.", False, True),
        (3, "How many days a week?", False, True),
        (4, "Is that too much?", False, True),
        (5, "How do you rest?", False, False),
    ]
    contexts = {asked.text.text: asked.context for asked in questions(report)}
    assert contexts["Your work"] == "Asked after 1: Yes"
    assert contexts["Is that too much?"] == "Asked after 3: 6"


def test_what_a_group_hid_says_why() -> None:
    report = report_on(fixture("group"), {"works": False})
    labels = {asked.number: asked.state_label for asked in questions(report)}
    assert labels[2] == labels[3] == labels[4] == "Not asked (1: No)"
    assert [(line.first, line.last, line.state_label) for line in report.lines][1] == (2, 4, "Not asked (1: No)")


def test_the_rows_of_a_grid_are_questions_under_its_text_with_the_options_told_once() -> None:
    report = report_on(fixture("grid"), {"slept_well": "some", "ate_well": {"declined": True}})
    heading, *rows = questions(report)[:4]
    assert (heading.text.text, heading.heading, heading.options) == (
        "How often did this happen?",
        True,
        ("Never", "Some days", "Most days"),
    )
    assert [(row.number, row.text.text, row.under, row.state) for row in rows] == [
        (1, "I slept well", True, "answered"),
        (2, "I ate well", True, "declined"),
        (3, "I went out", True, "blank"),
    ]
    assert rows[2].initial == "The field held at first: Never"
    for page in (pdf.text(render_pdf(report)), Page(html_of(report)).text):
        assert page.count("Options: Never · Some days · Most days") == 1
        assert page.count("In the last 2 weeks") == 1


def test_entries_stand_one_after_another_every_question_with_its_state() -> None:
    report = report_on(fixture("group_repeats"), {"any_medicine": True, "medicines": MEDICINES})
    asked = questions(report)[1]
    assert (asked.number, asked.text.text) == (2, "Which medicines do you take?")
    told = [
        (entry.label, [(a.letter, "; ".join(words.text for words in a.answer) + a.state_label) for a in entry.answers])
        for entry in asked.entries
    ]
    assert told == [
        (
            "Medicine 1",
            [
                ("2a", "Sertraline"),
                ("2b", "50 mg"),
                ("2c", "In the morning; At night"),
                ("2d", "Yes"),
                ("2e", "May 2026"),
                ("2f", "Not asked (2c: In the morning, At night)"),
            ],
        ),
        (
            "Medicine 2",
            [
                ("2a", "سيرترالين"),
                ("2b", "Preferred not to say"),
                ("2c", "Left blank"),
                ("2d", "No"),
                ("2e", "Not asked (2d: No)"),
                ("2f", "Left blank"),
            ],
        ),
    ]
    assert asked.entries[1].answers[0].answer[0].own
    assert asked.entries[1].answers[0].answer[0].direction == "rtl"


def test_page_one_has_the_entries_in_few_words() -> None:
    report = report_on(fixture("group_repeats"), {"any_medicine": True, "medicines": MEDICINES})
    (glance,) = report.glance
    assert in_few_words(glance) == [
        "Sertraline, 50 mg, In the morning, At night, Has the dose changed: Yes, When did it change: May 2026",
        "سيرترالين, How much do you take: Preferred not to say, Has the dose changed: No",
    ]
    line = report.lines[1]
    assert (line.entries, line.pointer) == ((), "See above")


def test_entries_too_many_for_page_one_are_left_out_whole_and_it_says_so() -> None:
    form = load_text(
        with_items(
            "- {id: a, type: group, repeats: yes, max_occurs: 20, text: Which?,"
            " items: [{id: b, type: string, text: What?}]}"
        ),
        "x.yaml",
    ).questionnaire
    entries = [{"b": f"This is what I take for the number {number}."} for number in range(20)]
    (line,) = report_on(form, {"a": entries}).lines
    assert 1 < len(line.entries) < 20
    assert line.pointer == "Continues, question 1"


@pytest.mark.parametrize(
    ("value", "state", "label"),
    [({"declined": True}, "declined", "Preferred not to say"), (None, "blank", "Left blank")],
)
def test_a_group_without_entries_has_one_state(value: object, state: str, label: str) -> None:
    given = {"any_medicine": True} | ({"medicines": value} if value else {})
    asked = questions(report_on(fixture("group_repeats"), given))[1]
    assert (asked.entries, asked.state, asked.state_label) == ((), state, label)


@pytest.mark.parametrize(
    ("item", "value", "words"),
    [
        ("{id: a, type: time, text: When?}", "06:30", ["06:30"]),
        ("{id: a, type: dateTime, text: When?}", "2026-05-12T14:30", ["12 May 2026, 14:30"]),
        (
            "{id: a, type: quantity, text: How much?, units: {kg: kilograms, stone: stone}}",
            {"value": 70.5, "unit": "kg"},
            ["70.5 kilograms"],
        ),
        ("{id: a, type: string, repeats: yes, text: Which?}", ["Nuts", "Cats", "Bees"], ["Nuts", "Cats", "Bees"]),
        ("{id: a, type: date, repeats: yes, text: When?}", ["2026-05-12", "2025"], ["12 May 2026", "2025"]),
    ],
)
def test_answers_of_each_type_in_words(item: str, value: object, words: list[str]) -> None:
    assert [piece.text for piece in of_one(item, value).answer] == words


@pytest.mark.parametrize(
    ("item", "words"),
    [
        ('{id: a, type: time, text: When?, initial: "07:00"}', "07:00"),
        ('{id: a, type: dateTime, text: When?, initial: "2026-05-12T14:30"}', "12 May 2026, 14:30"),
        ("{id: a, type: date, text: When?, initial: 2026-05-12}", "12 May 2026"),
        ("{id: a, type: boolean, text: Well?, initial: yes}", "Yes"),
        ("{id: a, type: integer, text: How many?, unit: hours, initial: 8}", "8 hours"),
        ("{id: a, type: string, repeats: yes, text: Which?, initial: [Nuts, Cats]}", "Nuts; Cats"),
    ],
)
def test_what_a_field_held_at_first_is_told_beside_the_answer(item: str, words: str) -> None:
    assert of_one(item, {"declined": True}).initial == f"The field held at first: {words}"


def test_several_answers_that_are_too_long_for_page_one_end_with_a_whole_one() -> None:
    form = load_text(with_items("- {id: a, type: string, repeats: yes, text: Which?}"), "x.yaml").questionnaire
    given_values = [f"Answer {number}, in rather many words, as people write them when asked." for number in range(5)]
    (line,) = report_on(form, {"a": given_values}).lines
    shown = [words.text for words in line.answer]
    assert shown == given_values[: len(shown)]
    assert 0 < len(shown) < 5
    assert line.pointer == "Continues, question 1"


def test_the_pdf_and_the_page_on_screen_tell_the_same_entries() -> None:
    report = report_on(fixture("group_repeats"), {"any_medicine": True, "medicines": MEDICINES})
    made = render_pdf(report)
    words, screen = pdf.text(made), Page(html_of(report)).text
    for told in ("Medicine 1", "2a What is it called?", "2b How much do you take? 50 mg", "Not asked (2d: No)"):
        assert told in words, told
        assert told in screen, told
    assert words.index("Medicine 1") < words.index("Medicine 2")
    # A program that reads aloud finds a row header for each of the 12 answers in entries, and for the 2 entries.
    # Each of the four tables also says what its two columns hold.
    assert pdf.tags(made).count("TH") == 12 + 2 + 3 + len(report.lines) + len(report.glance) + 4 * 2


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.data())
def test_any_form_has_a_report_in_which_page_one_and_the_questions_agree(data: st.DataObject) -> None:
    questionnaire = data.draw(questionnaires())
    answers = data.draw(answers_to(questionnaire))
    everything_on = {part.id for part in (*questionnaire.pages, *questionnaire.items()) if part.off_by_default}
    response = ResponseFacts(response_id="R", patient_name="M", switched_on=frozenset(everything_on))
    report = summarise(questionnaire, answers, response=response)
    asked = [question for question in questions(report) if question.number is not None]
    covered = [number for line in report.lines for number in range(line.first, line.last + 1)]
    assert covered == [question.number for question in asked] == list(questionnaire.numbers().values())
    assert report_from_json(report_to_json(report)) == report
    page = Page(html_of(report))
    assert page.links <= page.anchors
    for question in asked:
        assert question.entries or question.answer or question.state_label


GRID_AND_ENTRIES = """\
- id: lately
  type: grid
  text: How often?
  options: {never: Never, some: Some days}
  items: [{id: one, text: One}, {id: two, text: Two}]
- id: many
  type: group
  repeats: yes
  text: Which?
  items:
    - {id: kind, type: choice, text: What kind?, options: {never: Never, some: Some days}}
    - {id: well, type: choice, text: How well?, options: {never: Never, some: Some days}}
- id: pair
  type: choice
  text: Which of them?
  options: {never: Never, some: Some days}
"""


@given(st.lists(st.sampled_from(["never", "some"]), min_size=7, max_size=7), st.permutations(range(7)))
def test_answers_swapped_change_nothing_but_the_words(values: list[str], order: list[int]) -> None:
    """R3, R4, R7 for rows and entries: order, labels and markup don't hang on what was answered."""
    form = load_text(with_items(GRID_AND_ENTRIES), "x.yaml").questionnaire

    def masked(chosen: list[str]) -> tuple[str, str]:
        one, two, pair, *rest = chosen
        entries = [{"kind": rest[0], "well": rest[1]}, {"kind": rest[2], "well": rest[3]}]
        report = report_on(form, {"one": one, "two": two, "pair": pair, "many": entries})
        html = (render_html(report), html_of(report))
        return html[0].replace("Some days", "Never"), html[1].replace("Some days", "Never")

    assert masked(values) == masked([values[place] for place in order])


@pytest.mark.parametrize("path", ALL_FILES, ids=lambda path: path.stem)
def test_every_form_has_a_report_with_nothing_answered(path: Path) -> None:
    questionnaire = load(path).questionnaire
    report = summarise(questionnaire, Answers(), response=NOBODY)
    words = Page(html_of(report)).text
    assert [one.text.text for one in questions(report) if " ".join(one.text.text.split()) not in words] == []

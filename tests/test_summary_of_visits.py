"""Earlier answers in the report: side by side, in the words of their time, and nothing said but "changed"."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reports.document import History, Previous, Question, Report
from reports.html import render_html
from reports.pdf import render_pdf
from screening.answers import Answers, Other, Value
from screening.definition.loader import load_text
from screening.definition.model import Questionnaire
from screening.summary import EarlierResponse, Reader, ResponseFacts, side_by_side, summarise
from tests.support import pdf
from tests.support.definitions import HEAD

FORM = f"""{HEAD}
option_sets:
  often: {{never: Never, some: Some days, most: Most days}}
pages:
  - id: feelings
    title: Feelings
    recall: In the last 2 weeks
    items:
      - {{id: numb, type: choice, text: How often did you feel numb?, short: Numb, options: often}}
      - id: helps
        type: choice
        text: What helps?
        short: Helps
        repeats: yes
        options: {{walk: Walking, rest: Rest}}
        other: Something else (please say)
      - id: calm
        type: scale
        text: How calm are you?
        short: Calm
        min_value: 0
        max_value: 2
        min_label: Not
        max_label: Very
      - {{id: hope, type: text, text: What do you hope for?, short: Hope, glance: yes}}
      - {{id: where, type: string, text: Where?, enable_when: {{numb: {{equals: most}}}}}}
  - id: closeness
    title: Closeness
    sensitive: The next questions are about sex.
    items:
      - {{id: interest, type: boolean, text: Has your interest changed?, short: Interest}}
      - {{id: talk, type: boolean, text: Would you like to talk?, short: Talk}}
"""
FIRST_VISIT = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)
REACHED = frozenset({"feelings", "closeness"})


def form(text: str = FORM) -> Questionnaire:
    return load_text(text, "form.yaml").questionnaire


def visit(number: int, values: dict[str, Value], text: str = FORM, **more: frozenset[str]) -> EarlierResponse:
    """Return a response; ``number`` counts months from January."""
    answers = Answers(values, **{"reached": REACHED, **more})  # type: ignore[arg-type]
    when = FIRST_VISIT.replace(month=1 + number)
    return EarlierResponse(response_id=f"R-{number}", questionnaire=form(text), answers=answers, visit=when)


def report(values: dict[str, Value], *earlier: EarlierResponse, **more: frozenset[str]) -> Report:
    facts = ResponseFacts(
        response_id="R-9",
        patient_name="Maren Holt",
        appointment=FIRST_VISIT.replace(month=1 + len(earlier)),
        earlier=earlier,
    )
    answers = Answers(values, **{"reached": REACHED, **more})  # type: ignore[arg-type]
    return summarise(form(), answers, response=facts)


def question(made: Report, number: int) -> Question:
    return next(q for section in made.sections for q in section.questions if q.number == number)


def last_time(made: Report, number: int) -> Previous:
    (found,) = question(made, number).previous
    return found


def history(made: Report, number: int) -> History:
    (found,) = question(made, number).history
    return found


def test_a_first_visit_has_no_earlier_one() -> None:
    made = report({"numb": "some"})
    assert not made.has_history
    assert all(not line.previous for line in made.lines)
    assert "Last time" not in render_html(made)


def test_last_times_answer_stands_beside_todays_with_its_date() -> None:
    made = report({"numb": "some"}, visit(0, {"numb": "most"}))
    before = last_time(made, 1)
    assert (before.visit, [w.text for w in before.answer], before.changed) == (
        "5 January 2026",
        ["Most days"],
        "changed",
    )
    (line,) = (line for line in made.lines if line.first == 1)
    assert line.previous == (before,)
    words = pdf.text(render_pdf(made))
    assert "Last time: 5 January 2026" in words
    assert "Last time: Most days (changed)" in words
    assert "Last time, 5 January 2026: Most days (changed)" in words


def test_the_same_answer_is_not_called_changed() -> None:
    same = {"numb": "some", "helps": ("walk", "rest")}
    made = report(same, visit(0, {"numb": "some", "helps": ("rest", "walk")}))
    assert (last_time(made, 1).changed, last_time(made, 2).changed) == ("", "")


@pytest.mark.parametrize(
    ("earlier", "state_label"),
    [
        (visit(0, {}), "Left blank"),
        (visit(0, {}, declined=frozenset({"numb"})), "Preferred not to say"),
        (visit(0, {}, reached=frozenset()), "Not reached"),
    ],
)
def test_an_earlier_state_is_told_in_words(earlier: EarlierResponse, state_label: str) -> None:
    before = last_time(report({"numb": "some"}, earlier), 1)
    assert (before.answer, before.state_label, before.changed) == ((), state_label, "changed")


def test_a_hidden_question_of_last_time_is_told_as_not_asked() -> None:
    made = report({"numb": "most", "where": "Work"}, visit(0, {"numb": "never"}))
    assert last_time(made, 5).state_label == "Not asked"


def test_a_skipped_page_hides_nothing_that_was_answered_last_time() -> None:
    made = report({}, visit(0, {"interest": True}), skipped=frozenset({"closeness"}))
    lines = {line.first: line for line in made.lines}
    assert lines[6].previous[0].answer[0].text == "Yes"
    assert (lines[7].first, lines[7].last) == (7, 7)


def test_a_page_skipped_both_times_stays_one_line() -> None:
    skipped = frozenset({"closeness"})
    made = report({}, visit(0, {}, skipped=skipped), skipped=skipped)
    assert (6, 7) in {(line.first, line.last) for line in made.lines}


def test_a_question_that_was_reworded_says_so() -> None:
    old = FORM.replace("How often did you feel numb?", "How often were you numb?")
    before = last_time(report({"numb": "some"}, visit(0, {"numb": "some"}, old)), 1)
    assert before.reworded == "Asked then: “How often were you numb?”"
    assert before.changed == ""


def test_another_recall_period_is_another_wording() -> None:
    old = FORM.replace("In the last 2 weeks", "In the last month")
    before = last_time(report({"numb": "some"}, visit(0, {"numb": "some"}, old)), 1)
    assert before.reworded == "Asked then: “In the last month: How often did you feel numb?”"


def test_other_answers_on_offer_are_told_and_each_answer_keeps_its_words() -> None:
    old = FORM.replace("some: Some days", "some: Now and then")
    made = report({"numb": "some"}, visit(0, {"numb": "some"}, old), visit(1, {"numb": "never"}))
    assert [row.label.text for row in history(made, 1).rows] == ["Never", "Some days", "Most days", "Now and then"]
    assert [row.marks for row in history(made, 1).rows] == [
        (False, True, False),
        (False, False, True),
        (False, False, False),
        (True, False, False),
    ]
    assert history(made, 1).notes == ("5 January 2026: Other answers were on offer then",)


def test_a_question_that_is_new_has_no_last_time() -> None:
    old = FORM.replace("      - {id: hope, type: text, text: What do you hope for?, short: Hope, glance: yes}\n", "")
    assert question(report({"hope": "Rest."}, visit(0, {}, old)), 4).previous == ()


def test_last_time_is_the_latest_visit_whose_form_had_the_question() -> None:
    old = FORM.replace("      - {id: hope, type: text, text: What do you hope for?, short: Hope, glance: yes}\n", "")
    made = report({"hope": "Rest."}, visit(0, {"hope": "Sleep."}), visit(1, {}, old))
    assert last_time(made, 4).visit == "5 January 2026"
    assert history(made, 4).visits[1].state_label == "Not in the form then"


def five_visits() -> Report:
    return report(
        {"numb": "never", "helps": ("walk", Other("My dog")), "calm": 2, "hope": "To sleep."},
        visit(0, {"numb": "most", "helps": ("rest",), "calm": 0, "hope": "Nothing."}),
        visit(1, {"numb": "most", "calm": 1}),
        visit(2, {"numb": "some"}, declined=frozenset({"hope"})),
        visit(3, {}, reached=frozenset()),
    )


def test_five_visits_stand_side_by_side_words_as_rows_visits_as_columns() -> None:
    numb = history(five_visits(), 1)
    assert [one.visit for one in numb.visits] == [
        f"5 {month} 2026" for month in ("January", "February", "March", "April", "May")
    ]
    assert [(row.label.text, row.marks) for row in numb.rows] == [
        ("Never", (False, False, False, False, True)),
        ("Some days", (False, False, True, False, False)),
        ("Most days", (True, True, False, False, False)),
    ]
    assert [one.state_label for one in numb.visits] == ["", "", "", "Not reached", ""]


def test_the_patients_own_words_of_something_else_stand_at_its_mark() -> None:
    other = history(five_visits(), 2).rows[-1]
    assert other.label.text == "Something else (please say)"
    assert [[words.text for words in at] for at in other.own] == [[], [], [], [], ["My dog"]]


def test_free_words_of_several_visits_are_read_one_below_the_other() -> None:
    hope = history(five_visits(), 4)
    assert hope.rows == ()
    assert [one.answer[0].text if one.answer else one.state_label for one in hope.visits] == [
        "Nothing.",
        "Left blank",
        "Preferred not to say",
        "Not reached",
        "To sleep.",
    ]


def test_the_pdf_of_five_visits_has_tables_with_row_and_column_headers() -> None:
    html = render_html(five_visits())
    table = html.partition("Earlier visits, side by side</h2>")[2].partition("</table>")[0]
    assert re.findall(r'scope="col"[^>]*>([^<]*)<', table)[0] == "Answer"
    assert len(re.findall(r'<th scope="col"', table)) == 6
    assert len(re.findall(r'<th scope="row"', table)) == 4
    words = pdf.text(render_pdf(five_visits()))
    assert "Earlier visits, side by side" in words
    assert "●" in words
    for forbidden in ("↑", "↓", "→", "better", "worse", "improve"):
        assert forbidden not in words


OFTEN = st.sampled_from(("never", "some", "most"))


@given(st.tuples(OFTEN, OFTEN, OFTEN), st.tuples(OFTEN, OFTEN, OFTEN))
def test_only_the_place_of_the_mark_and_the_one_word_depend_on_answers(
    first: tuple[str, ...], second: tuple[str, ...]
) -> None:
    """R4, R8: swap the answers of three visits; the markup is the same once words, marks and "changed" are masked."""

    def masked(answers: tuple[str, ...]) -> str:
        # What hangs on the question is not looked at here.
        plain = FORM.replace(", enable_when: {numb: {equals: most}}", "")
        earlier = tuple(visit(n, {"numb": answer}, plain) for n, answer in enumerate(answers[:2]))
        facts = ResponseFacts(response_id="R", patient_name="Maren Holt", appointment=FIRST_VISIT.replace(month=3))
        html = render_html(
            summarise(
                form(plain),
                Answers({"numb": answers[2]}, reached=REACHED),
                response=replace(facts, earlier=earlier),
            )
        )
        html = html.replace(" (changed)", "")
        return re.sub(
            r"<span data-spoken=\"given\">●</span>|(?<=[>:\s])(Never|Some days|Most days)(?=\s*<)", "", html
        ).replace(" <", "<")

    assert masked(first) == masked(second)


def test_the_page_of_two_visits_has_them_side_by_side() -> None:
    sections = side_by_side((visit(0, {"numb": "most"}), visit(1, {"numb": "never"})), Reader())
    numb = sections[0].questions[0].history[0]
    assert [row.marks for row in numb.rows] == [(False, True), (False, False), (True, False)]


def test_last_times_long_words_are_cut_on_page_one_and_whole_at_the_question() -> None:
    long = "I walked a long way that morning and felt the cold. " * 9
    made = report({"where": "Home", "numb": "most"}, visit(0, {"numb": "most", "where": long}))
    (line,) = (line for line in made.lines if line.first == 5)
    (before,) = line.previous
    assert before.pointer.endswith("question 5")
    assert last_time(made, 5).answer[0].text == long

"""The report of a response: every answer in words, every state told, nothing read into it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reports.document import Line, Question, Report, Words
from reports.html import render_html
from screening.answers import Answers, Other, PartialDate, Value
from screening.definition.loader import load_text
from screening.definition.model import Questionnaire
from screening.summary import (
    Approval,
    AttentionSetting,
    Entry,
    Reader,
    ResponseFacts,
    ReviewFacts,
    cutting,
    summarise,
)
from screening.summary.values import direction_of
from tests.support.definitions import HEAD, with_items
from tests.support.reports import FORMS, PATIENTS, facts, patient_report

MINIMAL = ResponseFacts(response_id="R-1", patient_name="Maren Holt")

MOOD = f"""{HEAD}
option_sets:
  often: {{never: Never, some: Some days, most: Most days, every: Every day}}
pages:
  - id: feelings
    title: Feelings
    recall: In the last 2 weeks
    items:
      - {{id: hope, type: text, text: What do you hope for?, short: Hope, glance: yes}}
      - {{id: numb, type: choice, text: How often did you feel numb?, short: Numb, options: often}}
      - {{id: joy, type: choice, text: How often did you feel joy?, short: Joy, options: often}}
      - {{id: calm, type: choice, text: How often were you calm?, short: Calm, options: often}}
      - {{id: note, type: display, text: About the next., enable_when: {{calm: {{equals: never}}}}}}
      - {{id: numb_when, type: text, text: When?, enable_when: {{numb: {{one_of: [most, every]}}}}}}
      - {{id: numb_where, type: string, text: Where?, enable_when: {{numb: {{one_of: [most, every]}}}}}}
  - id: closeness
    title: Closeness
    sensitive: The next questions are about sex.
    items:
      - {{id: interest, type: boolean, text: Has your interest changed?, short: Interest}}
      - {{id: wish, type: boolean, text: Would you like to talk about it?, short: Wish to talk}}
  - id: extra
    title: Extra
    off_by_default: yes
    items:
      - {{id: harm, type: boolean, text: Did you think that others might mean you harm?, short: Harm}}
  - id: last
    title: Last
    items:
      - {{id: else, type: string, text: Anything else?, short: Anything else}}
"""


def mood() -> Questionnaire:
    return load_text(MOOD, "mood.yaml").questionnaire


def summary(
    values: dict[str, Value] | None = None,
    *,
    declined: set[str] | None = None,
    skipped: set[str] | None = None,
    reached: set[str] | None = None,
    response: ResponseFacts = MINIMAL,
    **more: Any,
) -> Report:
    """Return the report of the form above, every page reached unless it is said."""
    answers = Answers(
        values or {},
        frozenset(declined or ()),
        frozenset({"feelings", "closeness", "extra", "last"} if reached is None else reached),
        frozenset(skipped or ()),
    )
    return summarise(mood(), answers, response=response, **more)


def answer_to(item: str, value: Value, reader: Reader | None = None) -> tuple[Words, ...]:
    """Return one answer in words; ``item`` is its definition in YAML."""
    questionnaire = load_text(with_items(f"- {item}"), "one.yaml").questionnaire
    (entry,) = questionnaire.items()
    answers = Answers({entry.id: value}, reached=frozenset({"page"}))
    (question,) = questions(summarise(questionnaire, answers, response=MINIMAL, reader=reader))
    return question.answer


def questions(report: Report) -> list[Question]:
    return [question for section in report.sections for question in section.questions]


def in_short(line: Line) -> str:
    """Return a line of page one as one reads it."""
    number = str(line.first) if line.first == line.last else f"{line.first}–{line.last}"
    words = "; ".join(words.text for words in line.answer)
    return " ".join(part for part in (number, line.label, words, line.state_label, line.pointer) if part)


CHOICE = (
    "{id: pet, type: choice, text: Which?, options: {cat: A cat, dog: A dog, none: None}, other: Another (say which)}"
)
CHOICES = CHOICE.replace("text: Which?", "text: Which?, repeats: yes")


@pytest.mark.parametrize(
    ("item", "value", "words"),
    [
        (CHOICE, "dog", ["A dog"]),
        (CHOICES, ("dog", "cat"), ["A cat", "A dog"]),
        ("{id: a, type: boolean, text: Well?}", True, ["Yes"]),
        ("{id: a, type: boolean, text: Well?}", False, ["No"]),
        ("{id: a, type: string, text: Well?}", "So so", ["So so"]),
        ("{id: a, type: integer, text: How long?, unit: hours}", 12000, ["12000 hours"]),
        ("{id: a, type: integer, text: How many?}", 0, ["0"]),
        ("{id: a, type: decimal, text: How much?, unit: litres}", Decimal("1.50"), ["1.50 litres"]),
        ("{id: a, type: date, text: When?}", PartialDate(2026, 5, 2), ["2 May 2026"]),
        ("{id: a, type: date, text: When?, precision: month}", PartialDate(2026, 5), ["May 2026"]),
        ("{id: a, type: date, text: When?, precision: year}", PartialDate(2026), ["2026"]),
        (
            "{id: a, type: scale, text: How?, min_label: Not at all, max_label: Completely}",
            7,
            ["7 (0 = Not at all, 10 = Completely)"],
        ),
    ],
)
def test_an_answer_stands_in_the_words_that_the_patient_saw(item: str, value: Value, words: list[str]) -> None:
    assert [piece.text for piece in answer_to(item, value)] == words


def test_the_patients_own_words_are_marked_and_left_as_they_are() -> None:
    (plain, other) = answer_to(CHOICES, (Other("Ein  Hund?\nNein:"), "cat"))
    assert (plain.text, plain.own) == ("A cat", False)
    assert (other.text, other.label, other.own, other.language) == (
        "Ein  Hund?\nNein:",
        "Another:",
        True,
        "",
    )


@pytest.mark.parametrize(
    ("text", "direction"),
    [
        ("Hello", "ltr"),
        ("123 … مرحبا Hello", "rtl"),
        ("«שלום»", "rtl"),
        ("42!", "ltr"),
        ("", "ltr"),
        ("Да مرحبا", "ltr"),
    ],
)
def test_the_first_letter_gives_the_direction(text: str, direction: str) -> None:
    assert direction_of(text) == direction
    (words,) = answer_to("{id: a, type: string, text: Well?}", text)
    assert words.direction == direction


def test_numbers_and_dates_are_in_the_readers_language() -> None:
    german = Reader(locale="de")
    assert answer_to("{id: a, type: decimal, text: How much?}", Decimal("1.5"), german)[0].text == "1,5"
    assert answer_to("{id: a, type: date, text: When?}", PartialDate(2026, 5, 2), german)[0].text == "2. Mai 2026"
    # The form's own words are marked, because they are in another language than the report.
    assert answer_to(CHOICE, "dog", german)[0].language == "en"


def test_each_state_is_told_in_words() -> None:
    report = summary({"hope": "Joy.", "numb": "some"}, declined={"joy"}, reached={"feelings", "closeness"})
    told = {question.text.text: question.state_label for question in questions(report)}
    assert told["What do you hope for?"] == ""
    assert told["How often did you feel joy?"] == "Preferred not to say"
    assert told["How often were you calm?"] == "Left blank"
    assert told["When?"] == "Not asked (2: Some days)"
    assert told["Anything else?"] == "Not reached"


def test_every_question_stands_in_form_order_under_its_number_in_the_file() -> None:
    report = summary({"numb": "every"})
    numbers = [question.number for question in questions(report)]
    assert numbers == [1, 2, 3, 4, None, 5, 6, 7, 8, 10]
    assert "not in use here: questions 9" in report.provenance
    on = summary({"numb": "every"}, response=replace(MINIMAL, switched_on=frozenset({"extra"})))
    assert [question.number for question in questions(on)][-2:] == [9, 10]
    assert not any("not in use" in phrase for phrase in on.provenance)


def test_what_made_a_question_be_asked_is_told() -> None:
    report = summary({"numb": "most", "numb_when": "At night."})
    context = {question.text.text: question.context for question in questions(report)}
    assert context["When?"] == "Asked after 2: Most days"
    assert context["How often did you feel numb?"] == ""


@pytest.mark.parametrize(
    ("condition", "hours", "ever", "reason"),
    [
        ("{any: [{hours: {less_than: 4}}, {ever: {equals: yes}}]}", 6, False, "Not asked (1: 6; 2: No)"),
        ("{hours: {less_than: 4}, ever: {equals: yes}}", 6, True, "Not asked (1: 6)"),
        ("{not: {ever: {equals: yes}}}", 6, True, "Not asked (2: Yes)"),
        ("{any: [{hours: {less_than: 4}}, {ever: {equals: yes}}]}", None, None, "Not asked (1–2: Left blank)"),
    ],
)
def test_only_the_answers_that_hid_a_question_are_told(
    condition: str, hours: int | None, ever: bool | None, reason: str
) -> None:
    form = with_items(
        f"""
        - {{id: hours, type: integer, text: How many hours?}}
        - {{id: ever, type: boolean, text: Ever?}}
        - {{id: then, type: boolean, text: And then?, enable_when: {condition}}}
        """
    )
    given_values: dict[str, Value] = {
        name: value for name, value in (("hours", hours), ("ever", ever)) if value is not None
    }
    answers = Answers(given_values, reached=frozenset({"page"}))
    report = summarise(load_text(form, "x.yaml").questionnaire, answers, response=MINIMAL)
    assert questions(report)[-1].state_label == reason


def test_page_one_holds_every_question_and_joins_neighbours_of_one_fate() -> None:
    report = summary(
        {"hope": "Joy.", "numb": "never", "calm": "every"}, skipped={"closeness"}, reached={"feelings", "closeness"}
    )
    assert [in_short(line) for line in report.lines] == [
        "1 Hope See above",
        "2 Numb Never",
        "3 Joy Left blank",
        "4 Calm Every day",
        "5–6 Not asked (2: Never)",
        "7–8 Closeness Preferred not to say",
        "10 Anything else Not reached",
    ]


def test_a_page_that_was_skipped_or_not_reached_says_so() -> None:
    report = summary(skipped={"closeness"}, reached={"feelings", "closeness"})
    notes = {section.title: section.note for section in report.sections}
    assert notes == {
        "Feelings": "",
        "Closeness": "The patient skipped this page.",
        "Last": "The patient did not get to this page.",
    }


def test_runs_do_not_reach_over_a_gap_in_the_numbers() -> None:
    report = summary(reached=set())
    assert [in_short(line) for line in report.lines][-2:] == ["7–8 Not reached", "10 Anything else Not reached"]


def test_what_the_author_marked_stands_word_for_word_on_page_one() -> None:
    text = "To laugh with my daughter.\nAnd to sleep."
    (glance,) = summary({"hope": text}).glance
    assert (glance.number, glance.label, glance.continued) == (1, "Hope", False)
    assert [words.text for words in glance.words] == [text]


def test_what_is_too_long_is_cut_at_a_sentences_end_and_says_so() -> None:
    sentences = [f"This is what I have to say as number {number}." for number in range(1, 90)]
    report = summary({"hope": " ".join(sentences)})
    (glance,) = report.glance
    (words,) = glance.words
    assert glance.continued
    assert words.text.endswith(".")
    assert " ".join(sentences).startswith(words.text + " ")
    assert len(words.text) > 500
    (question, *_) = questions(report)
    assert question.answer[0].text == " ".join(sentences)


def test_a_text_without_a_sentences_end_is_not_cut() -> None:
    text = "and then " * 220
    (glance,) = summary({"hope": text.strip()}).glance
    assert glance.words[0].text == text.strip()
    assert not glance.continued


def test_a_long_text_in_the_columns_points_to_its_question() -> None:
    numb: dict[str, Value] = {"numb": "every", "numb_when": "At night. " + "When I lie awake for hours. " * 20}
    lines = {line.first: line for line in summary(numb).lines}
    assert lines[5].answer[0].text.startswith("At night. When I lie awake")
    assert lines[5].answer[0].text.endswith("hours.")
    assert lines[5].pointer == "Continues, question 5"
    numb["numb_when"] = "at night " * 50
    lines = {line.first: line for line in summary(numb).lines}
    assert (lines[5].answer, lines[5].pointer) == ((), "In full at question 5")


@pytest.mark.parametrize(
    ("value", "line"),
    [
        (("cat", Other("A goldfish")), "1 Pets A cat; A goldfish"),
        (("cat", Other("A goldfish that I feed " + "again and " * 40 + "again.")), "1 Pets See above"),
    ],
)
def test_choices_that_stand_above_whole_are_not_cut_in_the_columns(value: Value, line: str) -> None:
    item = CHOICES.replace("text: Which?", "text: Which pets?, short: Pets, glance: yes")
    questionnaire = load_text(with_items(f"- {item}"), "one.yaml").questionnaire
    report = summarise(questionnaire, Answers({"pet": value}, reached=frozenset({"page"})), response=MINIMAL)
    (glance,) = report.glance
    assert not glance.continued
    assert glance.words == questions(report)[0].answer
    assert in_short(report.lines[0]) == line


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("One. Two.", "One."),
        ("I saw Dr. Novak. Then I left.", "I saw Dr. Novak."),
        ("It was 3.5 hours. Yes.", "It was 3.5 hours."),
        ("Why? Because.", "Why?"),
        ("“Stop.” She left.", "“Stop.”"),
        ("line\nnext", "line"),
        ("لماذا؟ لأنني.", "لماذا؟"),
        ("no end", "no end"),
    ],
)
def test_where_a_sentence_ends(text: str, first: str) -> None:
    assert cutting.first_sentence(text) == first


@given(st.lists(st.integers(1, 40), max_size=6), st.integers(0, 60))
def test_rows_are_shared_out_fairly(needs: list[int], total: int) -> None:
    shares = cutting.shares(needs, total)
    assert sum(shares) <= total
    assert all(share <= need for share, need in zip(shares, needs, strict=True))
    if sum(needs) <= total:
        assert shares == needs


def test_the_header_says_who_when_and_by_whom() -> None:
    report = summary(
        response=replace(
            facts(), filled_in="helped", helper="a daughter", corrects=datetime(2026, 5, 28, 7, 12, tzinfo=UTC)
        ),
        reader=Reader(time_zone=ZoneInfo("Europe/Prague")),
    )
    assert report.patient_name == "Maren Holt"
    assert report.running_header == "Maren Holt, born 12 May 1988"
    assert [(fact.label, fact.value) for fact in report.facts] == [
        ("Born", "12 May 1988"),
        ("Record number", "4711-2208"),
        ("Appointment", "3 June 2026, 10:30"),
        ("Clinician", "Dr A. Novak"),
    ]
    assert report.provenance == (
        "Made up, version 1",
        "approved by Dr A. Novak, 2 May 2026",
        "started 1 June 2026, 18:02",
        "sent 1 June 2026, 18:40",
        "in English",
        "filled in with help (a daughter)",
        "corrected version; replaces the one sent 28 May 2026, 09:12",
        "not in use here: questions 9",
    )


def test_what_is_not_known_is_not_printed() -> None:
    report = summary()
    assert report.facts == ()
    assert report.running_header == "Maren Holt"
    assert report.provenance == (
        "Made up, version 1",
        "not approved for use with patients",
        "not in use here: questions 9",
    )


def test_a_demo_approval_says_so() -> None:
    approval = Approval(by="Demo", on=date(2026, 5, 2), demo=True)
    report = summary(response=replace(MINIMAL, approval=approval))
    assert "demonstration, not approved by a clinician" in report.provenance


def test_the_review_stands_in_header_and_notes() -> None:
    assert summary().reviewed == "Not yet reviewed"
    at = datetime(2026, 6, 3, 9, 2, tzinfo=UTC)
    review = ReviewFacts(
        note=Entry(by="Dr A. Novak", at=at, text="Talked.\nWill call."),
        sign_off=Entry(by="Dr A. Novak", at=at),
        addenda=(Entry(by="Dr B. Blau", at=at, text="Called."),),
    )
    report = summary(review=review)
    assert report.reviewed == "Reviewed by Dr A. Novak on 3\u00a0June\u00a02026,\u00a009:02"
    assert [(note.heading, note.text, note.byline) for note in report.notes] == [
        ("Note", "Talked.\nWill call.", "Dr A. Novak, 3 June 2026, 09:02"),
        ("Reviewed", "“I have read these answers.”", "Dr A. Novak, 3 June 2026, 09:02"),
        ("Added later", "Called.", "Dr B. Blau, 3 June 2026, 09:02"),
    ]


ASKED_FIRST = AttentionSetting(item="numb", answer="every", asked_by="Dr A. Novak", set_on=date(2026, 5, 3))


def test_an_answer_that_a_clinic_asked_to_see_first_is_repeated_when_it_was_given() -> None:
    response = replace(MINIMAL, attention=(ASKED_FIRST,))
    (attention,) = summary({"numb": "every"}, response=response).attention
    assert attention.heading == "Dr A. Novak asked to see this first (set 3 May 2026)"
    assert (attention.number, attention.question, attention.answer.text) == (
        2,
        "How often did you feel numb?",
        "Every day",
    )


@pytest.mark.parametrize("values", [{}, {"numb": "most"}, {"joy": "every"}])
def test_nothing_stands_in_its_place_when_it_was_not_given(values: dict[str, Value]) -> None:
    assert summary(values, response=replace(MINIMAL, attention=(ASKED_FIRST,))).attention == ()


def test_yes_is_not_the_number_one() -> None:
    setting = AttentionSetting(item="interest", answer=1, asked_by="Dr A. Novak", set_on=date(2026, 5, 3))
    assert summary({"interest": True}, response=replace(MINIMAL, attention=(setting,))).attention == ()


OFTEN = ("never", "some", "most", "every")
WORDS = {"Never", "Some days", "Most days", "Every day"}


@given(st.tuples(*[st.sampled_from(OFTEN)] * 2), st.tuples(*[st.sampled_from(OFTEN)] * 2))
def test_nothing_but_the_words_depends_on_what_was_answered(first: tuple[str, ...], second: tuple[str, ...]) -> None:
    """R3, R4, R7: swap answers that no question hangs on, and order, labels and markup stay as they are."""

    def masked(answers: tuple[str, ...]) -> tuple[str, list[tuple[object, ...]]]:
        values: dict[str, Value] = dict(zip(("joy", "calm"), answers, strict=True))
        # The information text hangs on one of the answers; it is not what is looked at here.
        values["calm"] = values["calm"] if values["calm"] != "never" else "some"
        report = summary({**values, "numb": "some"})
        html = render_html(report)
        for words in WORDS - {"Some days"}:
            html = html.replace(f">{words}<", ">Some days<")
        order = [(line.first, line.last, line.label, line.state, line.pointer) for line in report.lines]
        return html, order

    assert masked(first) == masked(second)


@pytest.mark.parametrize("patient", PATIENTS)
@pytest.mark.parametrize("form", FORMS)
def test_page_one_and_the_questions_in_full_agree(form: str, patient: str) -> None:
    report = patient_report(form, patient)
    asked = [question for question in questions(report) if question.number is not None]
    covered = [number for line in report.lines for number in range(line.first, line.last + 1)]
    assert covered == [question.number for question in asked]
    assert covered == sorted(covered)
    states = {number: line.state for line in report.lines for number in range(line.first, line.last + 1)}
    assert [states[question.number] for question in asked if question.number] == [question.state for question in asked]

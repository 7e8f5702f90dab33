"""One answer against its item, and whole sets of answers from JSON and FHIR."""

from __future__ import annotations

import datetime
import json
from decimal import Decimal as Number

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from screening.answer_formats import (
    AnswersError,
    dump_answers,
    parse_answers,
    parse_flat,
    parse_json,
    switched_on_by,
)
from screening.answer_values import AnswerError, Fault, clean_text, dump_value, parse_value
from screening.answers import Amount, Answers, Entry, Other, PartialDate
from screening.definition.loader import load_text
from screening.definition.model import ITEM_TYPES, Choice, Date, Decimal, Integer, Option, Scale, String, Text
from tests.support.definitions import answers_to, fixture, only_item, questionnaires, with_items

TODAY = datetime.date(2026, 5, 12)
NOON = datetime.time(12, 0)
KG = {"value": 70.5, "unit": "kg"}

TAKEN = [
    ("choice", "no", "no"),
    ("choice_other", {"other": " a  snake "}, Other("a  snake")),
    ("choice_repeats", ["friends", "walk"], ("walk", "friends")),
    ("choice_repeats", [{"other": "tea"}, "music"], ("music", Other("tea"))),
    ("choice_repeats", ["none"], ("none",)),
    ("boolean", False, False),
    ("string", "Sam", "Sam"),
    ("text", "one\r\ntwo\x00\x0bthree ", "one\ntwo\nthree"),
    ("text", "قلبي بعيد", "قلبي بعيد"),
    ("integer", 0, 0),
    ("integer", 24, 24),
    ("integer", Number("7.0"), 7),
    ("decimal", 72.5, Number("72.5")),
    ("decimal", Number("72.50"), Number("72.5")),
    ("decimal", 400, Number(400)),
    ("date", "2026-05-12", PartialDate(2026, 5, 12)),
    ("date", "2026", PartialDate(2026)),
    ("date_month", "2026-05-12", PartialDate(2026, 5)),
    ("date_month", "2020", PartialDate(2020)),
    ("date_year", "2020-02-29", PartialDate(2020)),
    ("scale", 10, 10),
    ("time", "04:00", datetime.time(4, 0)),
    ("time", "12:00:59.9", NOON),
    ("dateTime", "2026-05-12T23:59", datetime.datetime(2026, 5, 12, 23, 59)),
    ("dateTime", "2025-05-12T14:30:15+02:00", datetime.datetime(2025, 5, 12, 14, 30)),
    ("dateTime", "2025-05-12T14:30:00Z", datetime.datetime(2025, 5, 12, 14, 30)),
    ("quantity", KG, Amount(Number("70.5"), "kg")),
    ("quantity", {"unit": "[lb_av]", "value": Number("150.0")}, Amount(Number(150), "[lb_av]")),
    ("string_repeats", ["Kim", " Sam "], ("Kim", "Sam")),
    ("group_repeats", [{"medicine": "A"}], (Entry({"medicine": "A"}),)),
    (
        "group_repeats",
        [{"medicine": "A", "dose": 2.5, "taken": ["night", "morning"]}, {"medicine": {"declined": True}}],
        (
            Entry({"medicine": "A", "dose": Number("2.5"), "taken": ("morning", "night")}),
            Entry({}, frozenset({"medicine"})),
        ),
    ),
]

REFUSED = [
    ("choice", "blue", Fault.OPTION, 'there is no option "blue"; its codes are red, green and no'),
    ("choice", "gren", Fault.OPTION, "Did you mean green?"),
    ("choice", ["red"], Fault.TYPE, "an option's code, not a list"),
    ("choice", {"other": "x"}, Fault.NO_OTHER, "takes its options only"),
    ("choice", True, Fault.TYPE, "an option's code, not true"),
    ("choice_other", {"other": "  "}, Fault.EMPTY, "words for the other answer are missing"),
    ("choice_other", {"other": "x" * 201}, Fault.TOO_LONG, "201 characters; at most 200"),
    ("choice_repeats", "walk", Fault.TYPE, "a list of option codes"),
    ("choice_repeats", [], Fault.EMPTY, "leave the item out"),
    ("choice_repeats", ["none", "walk"], Fault.EXCLUSIVE, 'none ("None of these") can\'t be chosen together'),
    ("choice_repeats", ["none", {"other": "tea"}], Fault.EXCLUSIVE, "can't be chosen together"),
    ("choice_repeats", ["walk", "walk"], Fault.TWICE, "chosen twice"),
    ("boolean", "yes", Fault.TYPE, "true or false"),
    ("boolean", 1, Fault.TYPE, "true or false"),
    ("string", "x" * 21, Fault.TOO_LONG, "at most 20"),
    ("string", "a\nb", Fault.TOO_MANY_LINES, "on one line"),
    ("string", 5, Fault.TYPE, "a text, not 5"),
    ("text", " \n ", Fault.EMPTY, "leave the item out"),
    ("text", "\n".join("x" * 102), Fault.TOO_MANY_LINES, "101 line breaks; at most 100"),
    ("text", "x" * 301, Fault.TOO_LONG, "301 characters; at most 300"),
    ("integer", 25, Fault.TOO_HIGH, "25 is above the highest value, 24"),
    ("integer", -1, Fault.TOO_LOW, "-1 is below the lowest value, 0"),
    ("integer", 1.5, Fault.TYPE, "a whole number, not 1.5"),
    ("integer", "7", Fault.TYPE, 'a whole number, not "7"'),
    ("integer", True, Fault.TYPE, "a whole number, not true"),
    ("integer", None, Fault.TYPE, "nothing (null)"),
    ("decimal", 72.55, Fault.TOO_PRECISE, "too many decimal places; at most 1"),
    ("decimal", 0.4, Fault.TOO_LOW, "below the lowest value, 0.5"),
    ("decimal", float("nan"), Fault.TYPE, "a number"),
    ("decimal", float("inf"), Fault.TYPE, "a number"),
    ("decimal", 10**30, Fault.TOO_PRECISE, "more than 15 digits"),
    ("date", "2026-05-13", Fault.TOO_HIGH, "2026-05-13 is after the latest date, 2026-05-12"),
    ("date", "1899-12-31", Fault.TOO_LOW, "before the earliest date, 1900"),
    ("date", "2025-02-29", Fault.TYPE, "no date in the calendar"),
    ("date", "0000-01-01", Fault.TYPE, "no date in the calendar"),
    ("date", "12.5.2026", Fault.TYPE, "a date like 2026, 2026-05 or 2026-05-12"),
    ("date", 2026, Fault.TYPE, "a date like"),
    ("date_month", "2026-06", Fault.TOO_HIGH, "after the latest date"),
    ("scale", 11, Fault.TOO_HIGH, "above the highest value, 10"),
    ("display", "x", Fault.NO_ANSWER_TAKEN, "takes no answer"),
    ("time", "24:00", Fault.TYPE, "a time of day like 09:30"),
    ("time", "noon", Fault.TYPE, "a time of day like 09:30"),
    ("time", "2026-05", Fault.TYPE, "a time of day like 09:30"),
    ("time", 930, Fault.TYPE, "a time of day like 09:30"),
    ("time", "03:59", Fault.TOO_LOW, "03:59 is before the earliest time, 04:00"),
    ("time", "12:01", Fault.TOO_HIGH, "after the latest time, 12:00"),
    ("date", "12:30", Fault.TYPE, "a date like 2026"),
    ("date", "2026-05-12T14:30", Fault.TYPE, "a date like 2026"),
    ("dateTime", "2026-05-12", Fault.TYPE, "a date with its time, like 2026-05-12T14:30"),
    ("dateTime", "2026-02-30T10:00", Fault.TYPE, "no date and time in the calendar"),
    ("dateTime", "2026-05-13T00:00", Fault.TOO_HIGH, "after the latest date, 2026-05-12"),
    ("dateTime", "2020-06-01T07:59", Fault.TOO_LOW, "before the earliest date, 2020-06-01T08:00"),
    ("quantity", 70, Fault.TYPE, "an amount like"),
    ("quantity", {"unit": "kg"}, Fault.TYPE, "an amount like"),
    ("quantity", KG | {"more": 1}, Fault.TYPE, "an amount like"),
    ("quantity", {"value": "70", "unit": "kg"}, Fault.TYPE, 'a number, not "70"'),
    ("quantity", {"value": 70}, Fault.NO_UNIT, "the unit is missing; it is kg, [lb_av] or stone"),
    ("quantity", {"value": 70, "unit": "stones"}, Fault.OPTION, "Did you mean stone?"),
    ("quantity", {"value": 901, "unit": "kg"}, Fault.TOO_HIGH, "above the highest value, 900"),
    ("quantity", {"value": 70.55, "unit": "kg"}, Fault.TOO_PRECISE, "at most 1"),
    ("string_repeats", "Kim", Fault.TYPE, "a list of answers"),
    ("string_repeats", [], Fault.EMPTY, "leave the item out"),
    ("string_repeats", list("abcd"), Fault.TOO_MANY, "there are 4 answers; at most 3 can be given"),
    ("string_repeats", ["a", " ", 5], Fault.PARTS, "answer 2: the text is empty"),
    ("string_repeats", ["a", " ", 5], Fault.PARTS, "answer 3: this must be a text, not 5"),
    ("group", [{"job_days": 3}], Fault.NO_ANSWER_TAKEN, "this is a heading"),
    ("grid", "never", Fault.NO_ANSWER_TAKEN, "this is a heading"),
    ("group_repeats", {"medicine": "A"}, Fault.TYPE, "a list of entries, not a map"),
    ("group_repeats", [], Fault.EMPTY, "leave the item out"),
    ("group_repeats", [{"medicine": "A"}] * 4, Fault.TOO_MANY, "there are 4 entries; at most 3"),
    ("group_repeats", [{"medicine": "A"}, {}], Fault.PARTS, "entry 2: the entry is empty"),
    ("group_repeats", ["A"], Fault.PARTS, "entry 1: this must be a map"),
    (
        "group_repeats",
        [{"medcine": "A"}],
        Fault.PARTS,
        'entry 1, "medcine": there is no such item in medicines. Did you',
    ),
    ("group_repeats", [{"dose": "much", "taken": []}], Fault.PARTS, "entry 1, dose: this must be a number"),
    ("group_repeats", [{"changed_note": "x"}], Fault.PARTS, "entry 1, changed_note: this is information text"),
    ("group_repeats", [{"changed_note": {"declined": True}}], Fault.PARTS, "takes no answer"),
]

ITEM_OF = {"group": "job", "group_repeats": "medicines", "grid": "lately"}
"""The item of a fixture that is not its first."""


def item_of(name):
    return fixture(name).item(ITEM_OF[name]) if name in ITEM_OF else only_item(name)


@pytest.mark.parametrize(("name", "raw", "value"), TAKEN)
def test_an_answer_that_fits_is_taken(name, raw, value):
    assert parse_value(item_of(name), raw, today=TODAY) == value


@pytest.mark.parametrize(("name", "raw", "fault", "message"), REFUSED)
def test_an_answer_that_does_not_fit_is_refused_with_what_would_be_right(name, raw, fault, message):
    with pytest.raises(AnswerError) as refused:
        parse_value(item_of(name), raw, today=TODAY)
    assert refused.value.fault is fault
    assert message in refused.value.message


def test_every_item_type_is_tried_above():
    assert {item_of(name).type for name, *_ in (*TAKEN, *REFUSED)} == set(ITEM_TYPES)


def test_each_wrong_part_of_an_answer_is_told_by_its_place():
    with pytest.raises(AnswerError) as refused:
        parse_value(item_of("group_repeats"), [{"medicine": "A"}, {"medicine": "", "dose": "x"}])
    assert [(part.index, part.item_id, part.error.fault) for part in refused.value.parts] == [
        (1, "medicine", Fault.EMPTY),
        (1, "dose", Fault.TYPE),
    ]
    with pytest.raises(AnswerError) as refused:
        parse_value(item_of("string_repeats"), ["a", "b" * 21])
    (part,) = refused.value.parts
    assert (part.index, part.item_id, part.error.fault, part.error.limit) == (1, "", Fault.TOO_LONG, 20)


@pytest.mark.parametrize(
    ("name", "raw", "limit"),
    [
        ("time", "03:00", datetime.time(4, 0)),
        ("dateTime", "2019-01-01T10:00", datetime.datetime(2020, 6, 1, 8, 0)),
        ("dateTime", "2027-01-01T10:00", PartialDate(2026, 5, 12)),
    ],
)
def test_the_limit_that_an_answer_breaks_is_told_as_a_value(name, raw, limit):
    with pytest.raises(AnswerError) as refused:
        parse_value(item_of(name), raw, today=TODAY)
    assert refused.value.limit == limit


def test_a_limit_of_today_counts_only_where_today_is_known():
    item = only_item("date")
    assert parse_value(item, "2100-01-01") == PartialDate(2100, 1, 1)
    with pytest.raises(AnswerError, match="after the latest date"):
        parse_value(item, "2100-01-01", today=TODAY)


codes = st.sampled_from(["a", "b", "c"])
words = st.text(min_size=1, max_size=30).filter(lambda text: clean_text(text) and "\n" not in clean_text(text))
options = (Option("a", "A"), Option("b", "B"), Option("c", "C"))
answered = st.one_of(
    st.tuples(st.just(Choice(id="x", text="X", options=options, other="O")), st.one_of(codes, words.map(Other))),
    st.tuples(
        st.just(Choice(id="x", text="X", options=options, repeats=True, other="O")),
        st.lists(st.one_of(codes, st.just(Other("tea"))), min_size=1, unique=True).map(tuple),
    ),
    st.tuples(st.just(String(id="x", text="X")), words),
    st.tuples(st.just(Text(id="x", text="X")), words),
    st.tuples(st.just(Integer(id="x", text="X")), st.integers(-(2**31) + 1, 2**31 - 1)),
    st.tuples(
        st.just(Decimal(id="x", text="X", max_decimal_places=6)),
        st.decimals(-(10**8), 10**8, allow_nan=False, places=6),
    ),
    st.tuples(st.just(Scale(id="x", text="X", min_label="a", max_label="b")), st.integers(0, 10)),
    st.tuples(
        st.just(Date(id="x", text="X")),
        st.dates().map(lambda date: PartialDate(date.year, date.month, date.day)),
    ),
    st.tuples(st.just(Date(id="x", text="X", precision="month")), st.just(PartialDate(2026, 5))),
)


@settings(max_examples=200, deadline=None)
@given(answered)
def test_an_answer_survives_being_written_as_json_and_read_again(case):
    item, value = case
    first = parse_value(item, dump_value(value))
    written = json.dumps(dump_value(first))
    again = parse_value(item, json.loads(written))
    assert again == first
    assert json.dumps(dump_value(again)) == written
    if isinstance(value, int | Number | PartialDate):
        assert first == value


@settings(max_examples=100, deadline=None)
@given(st.text())
def test_cleaning_a_text_twice_changes_nothing_more_and_loses_nothing_visible(text):
    cleaned = clean_text(text)
    assert clean_text(cleaned) == cleaned
    assert [c for c in cleaned if c.isprintable() and not c.isspace()] == [
        c for c in text if c.isprintable() and not c.isspace()
    ]


SENSITIVE = fixture("sensitive")


def test_answers_are_read_from_a_flat_map():
    answers, notes = parse_answers(SENSITIVE, {"why": "To sleep", "interest": {"declined": True}})
    assert answers == Answers(
        {"why": "To sleep"}, frozenset({"interest"}), reached=frozenset({"before", "closeness", "after"})
    )
    assert notes == []


def test_all_mistakes_in_answers_are_told_by_name_in_one_go():
    raw = {"whi": "x", "interest": "yes", "helps": {"declined": False}}
    with pytest.raises(AnswersError) as refused:
        parse_answers(SENSITIVE, raw)
    assert refused.value.messages == (
        '"whi": there is no such item. Did you mean why?',
        'interest: this must be true or false, not "yes"',
        'helps: write {"declined": true}, or give an answer',
    )


def test_an_answer_that_a_condition_hides_is_left_out_with_a_note():
    answers, notes = parse_answers(SENSITIVE, {"interest": False, "interest_how": "Less"})
    assert answers.values == {"interest": False}
    assert notes == ["interest_how: left out, because a condition hides the question"]


def test_information_text_can_not_be_declined():
    with pytest.raises(AnswersError, match="welcome"):
        parse_answers(fixture("display"), {"welcome": {"declined": True}})


def test_what_is_off_by_default_counts_as_on_if_it_was_answered():
    questionnaire = fixture("off_by_default")
    raw = {"extra": True, "muddled": {"declined": True}}
    answers, notes = parse_answers(questionnaire, raw)
    assert answers.values == {"extra": True}
    assert answers.reached == {"always", "thoughts"}
    assert notes == []
    assert switched_on_by(questionnaire, answers) == {"extra", "thoughts"}


def test_what_is_known_to_be_off_is_left_out_with_a_note():
    answers, notes = parse_answers(fixture("off_by_default"), {"asked": True, "muddled": True}, switched_on=())
    assert answers.values == {"asked": True}
    assert answers.reached == {"always"}
    assert notes == ["muddled: left out, because it is off by default and was not switched on"]


def test_a_page_of_answers_survives_being_written_and_read_again():
    values, declined = parse_flat(
        fixture("conditions").pages[0].items,
        {
            "numb": "most",
            "tried": ["walk", {"other": "tea"}],
            "since": "2024-05",
            "litres": 1.5,
            "ever": {"declined": True},
        },
    )
    flat = json.loads(json.dumps(dump_answers(Answers(values, declined))))
    assert parse_flat(fixture("conditions").pages[0].items, flat) == (values, declined)


MEDICINES = fixture("group_repeats")


def test_entries_are_read_and_what_conditions_hide_in_one_is_left_out_with_a_note():
    raw = {
        "any_medicine": True,
        "medicines": [
            {"medicine": "A", "changed": True, "changed_when": "2024"},
            {"medicine": {"declined": True}, "changed": False, "changed_when": "2024"},
            {"changed_when": "2024"},
        ],
    }
    answers, notes = parse_answers(MEDICINES, raw)
    assert answers.values["medicines"] == (
        Entry({"medicine": "A", "changed": True, "changed_when": PartialDate(2024)}),
        Entry({"changed": False}, frozenset({"medicine"})),
    )
    assert notes == [
        "medicines: entry 2, changed_when: left out, because a condition hides the question",
        "medicines: entry 3, changed_when: left out, because a condition hides the question",
    ]


def test_a_hidden_group_is_left_out_as_a_whole():
    answers, notes = parse_answers(MEDICINES, {"any_medicine": False, "medicines": [{"medicine": "A"}]})
    assert answers.values == {"any_medicine": False}
    assert notes == ["medicines: left out, because a condition hides the question"]


def test_a_whole_group_can_be_declined():
    answers, _ = parse_answers(MEDICINES, {"any_medicine": True, "medicines": {"declined": True}})
    assert answers.declined == {"medicines"}


@pytest.mark.parametrize(
    ("name", "raw", "message"),
    [
        ("group_repeats", {"dose": 5}, "dose: this is answered in the entries of medicines, a list of maps"),
        ("group", {"job": "x"}, "job: this is a heading; answer the questions under it"),
        ("group", {"job_note": {"declined": True}}, "job_note: this is information text"),
        ("grid", {"lately": {"declined": True}}, "lately: this is a heading"),
        ("grid", {"slept_well": "often"}, "slept_well: there is no option"),
    ],
)
def test_answers_under_an_id_that_takes_none_are_refused_with_where_they_belong(name, raw, message):
    with pytest.raises(AnswersError) as refused:
        parse_answers(fixture(name), raw)
    assert message in str(refused.value)


def test_each_wrong_answer_in_an_entry_has_a_line_of_its_own():
    with pytest.raises(AnswersError) as refused:
        parse_answers(MEDICINES, {"medicines": [{"dose": "x", "changed": 1}]})
    assert [message.split(": this")[0] for message in refused.value.messages] == [
        "medicines: entry 1, dose",
        "medicines: entry 1, changed",
    ]


def test_questions_of_a_plain_group_and_rows_of_a_grid_are_answered_by_their_own_ids():
    answers, _ = parse_answers(fixture("group"), {"works": True, "job_days": 5, "job_what": {"declined": True}})
    assert (answers.values, answers.declined) == ({"works": True, "job_days": 5}, {"job_what"})
    answers, _ = parse_answers(fixture("grid"), {"slept_well": "some", "ate_well": {"declined": True}})
    assert (answers.values, answers.declined) == ({"slept_well": "some"}, {"ate_well"})


def test_what_is_off_in_a_group_counts_as_on_if_an_entry_answers_it():
    text = """
    - id: g
      type: group
      text: G
      repeats: yes
      off_by_default: yes
      items: [{id: a, type: boolean, text: A}, {id: b, type: boolean, text: B, off_by_default: yes}]
    """
    questionnaire = load_text(with_items(text), "x").questionnaire
    answers, notes = parse_answers(questionnaire, {"g": [{"a": True}, {"b": True}]})
    assert switched_on_by(questionnaire, answers) == {"g", "b"}
    assert notes == []
    kept, notes = parse_answers(questionnaire, {"g": [{"a": True, "b": True}]}, switched_on={"g"})
    assert kept.values == {"g": (Entry({"a": True}),)}
    assert notes == ["g: entry 1, b: left out, because it is off by default and was not switched on"]


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(questionnaires().flatmap(lambda questionnaire: st.tuples(st.just(questionnaire), answers_to(questionnaire))))
def test_any_answers_survive_being_written_and_read_again(case):
    questionnaire, answers = case
    items = [item for page in questionnaire.pages for item in page.items]
    flat = json.loads(json.dumps(dump_answers(answers)), parse_float=Number)
    assert parse_flat(items, flat) == (answers.values, answers.declined)


@pytest.mark.parametrize("raw", [[], "x", 5, None])
def test_answers_that_are_no_map_are_refused(raw):
    with pytest.raises(AnswersError, match="answers are a map"):
        parse_answers(SENSITIVE, raw)


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"{", "line 1: this is not JSON"),
        (b'{"a":\n x}', "line 2: this is not JSON"),
        (b'{"a": 1, "a": 2}', '"a" stands in the file twice'),
        (b'{"a": NaN}', "NaN is no number"),
        (b"\xff\xfe", "not text in UTF-8"),
        (b"[" * 100_000, "nested too deep"),
        (b'{"a": ' + b"9" * 5000 + b"}", "digits"),
        (b" " * 5_000_001, "the limit is 5,000,000"),
        (b"", "this is not JSON"),
    ],
)
def test_a_file_that_is_no_json_is_refused_with_its_line(data, message):
    with pytest.raises(AnswersError, match=message):
        parse_json(data)


def test_decimals_are_read_exactly():
    assert parse_json(b'{"a": 0.10}') == {"a": Number("0.10")}

"""Whether a condition holds, and how it reads."""

from __future__ import annotations

from datetime import datetime, time
from decimal import Decimal as Number

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from screening.answers import Amount, Entry, Other, PartialDate
from screening.definition.conditions import ConditionWords, describe, every, holds, references, some
from screening.definition.model import All, Any, Comparison, Not, Operator
from tests.support.definitions import fixture


def compare(operator, operand, item="x"):
    return Comparison(item, Operator(operator), operand)


HOLD = [
    ("equals", "a", "a"),
    ("equals", "a", ("b", "a")),
    ("equals", True, True),
    ("equals", False, False),
    ("equals", Number(3), 3),
    ("equals", Number("1.50"), Number("1.5")),
    ("equals", "2026", PartialDate(2026, 5, 12)),
    ("not_equals", "a", "b"),
    ("not_equals", "a", ("b", "c")),
    ("not_equals", "a", Other("a")),
    ("one_of", ("a", "b"), "b"),
    ("one_of", ("a", "b"), ("c", "b")),
    ("answered", True, "anything"),
    ("greater_than", Number(3), 4),
    ("at_least", Number(3), 3),
    ("less_than", Number(3), Number("2.9")),
    ("at_most", Number(3), 3),
    ("greater_than", "2026-05", PartialDate(2026, 6, 1)),
    ("at_least", "2026-05", PartialDate(2026)),
    ("at_most", "2026-05-12", PartialDate(2026, 5)),
    ("less_than", "2026", PartialDate(2025, 12, 31)),
    ("equals", "14:30", time(14, 30)),
    ("less_than", "14:30", time(9, 45)),
    ("at_least", "09:05", time(9, 5)),
    ("equals", "2026-05", datetime(2026, 5, 12, 14, 30)),
    ("greater_than", "2026-05-12T14:29", datetime(2026, 5, 12, 14, 30)),
    ("at_most", "2026-05-12", datetime(2026, 5, 12, 23, 59)),
    ("equals", Number(3), (1, 3)),
    ("greater_than", Number(3), (1, 4)),
    ("not_equals", Number(3), (1, 4)),
    ("answered", True, (Entry({"a": 1}),)),
]

FAIL = [
    ("equals", "a", "b"),
    ("equals", "a", Other("a")),
    ("equals", True, False),
    ("equals", True, 1),
    ("equals", Number(1), True),
    ("equals", "1", 1),
    ("equals", Number(1), "1"),
    ("equals", "2026-05", PartialDate(2026, 6)),
    ("not_equals", "a", ("a", "b")),
    ("one_of", ("a", "b"), "c"),
    ("one_of", ("a", "b"), Other("a")),
    ("answered", False, "anything"),
    ("greater_than", Number(3), 3),
    ("greater_than", "2026-05", PartialDate(2026)),
    ("less_than", "2026", PartialDate(2026, 1, 1)),
    ("at_least", "2026", Other("2027")),
    ("at_least", "2026", "2027"),
    ("equals", "14:30", time(14, 31)),
    ("less_than", "2026", time(9, 45)),
    ("at_least", "09:05", PartialDate(2026)),
    ("greater_than", "2026-05-12", datetime(2026, 5, 12, 23, 59)),
    ("not_equals", Number(3), (1, 3)),
    ("less_than", Number(3), (3, 4)),
    ("equals", Number(3), Amount(Number(3), "kg")),
]


@pytest.mark.parametrize(("operator", "operand", "answer"), HOLD)
def test_holds(operator, operand, answer):
    assert holds(compare(operator, operand), {"x": answer})


@pytest.mark.parametrize(("operator", "operand", "answer"), FAIL)
def test_does_not_hold(operator, operand, answer):
    assert not holds(compare(operator, operand), {"x": answer})


@pytest.mark.parametrize("operator", [operator for operator in Operator if operator is not Operator.ANSWERED])
def test_without_an_answer_no_comparison_holds(operator):
    operand = ("a",) if operator is Operator.ONE_OF else Number(1)
    assert not holds(Comparison("x", operator, operand), {"other": "a"})


def test_without_an_answer_only_answered_no_holds():
    assert holds(compare("answered", False), {})
    assert not holds(compare("answered", True), {})


comparisons = st.builds(
    Comparison, st.sampled_from("xyz"), st.sampled_from([Operator.EQUALS, Operator.NOT_EQUALS]), st.sampled_from("ab")
)
conditions = st.recursive(
    comparisons,
    lambda inner: st.one_of(
        st.builds(Not, inner),
        st.lists(inner, min_size=1, max_size=3).map(tuple).map(All),
        st.lists(inner, min_size=1, max_size=3).map(tuple).map(Any),
    ),
    max_leaves=8,
)
some_answers = st.dictionaries(st.sampled_from("xyz"), st.sampled_from("abc"))


def spelled_out(condition, answers):
    """Evaluate a condition by writing it as a Python expression: another way to the same result."""
    if isinstance(condition, Comparison):
        answer = answers.get(condition.item)
        sign = "==" if condition.operator is Operator.EQUALS else "!="
        return f"({answer is not None} and {answer!r} {sign} {condition.operand!r})"
    if isinstance(condition, Not):
        return f"(not {spelled_out(condition.condition, answers)})"
    word = " and " if isinstance(condition, All) else " or "
    return "(" + word.join(spelled_out(part, answers) for part in condition.conditions) + ")"


@settings(max_examples=150, deadline=None)
@given(conditions, some_answers)
def test_nested_conditions_hold_as_logic_says(condition, answers):
    assert holds(condition, answers) is eval(spelled_out(condition, answers))


@settings(max_examples=50, deadline=None)
@given(st.lists(conditions, min_size=1, max_size=4), some_answers)
def test_joining_keeps_the_meaning(parts, answers):
    assert holds(every(parts), answers) is all(holds(part, answers) for part in parts)
    assert holds(some(parts), answers) is any(holds(part, answers) for part in parts)


def test_joining_nothing_is_refused():
    with pytest.raises(ValueError, match="no condition"):
        every([])
    with pytest.raises(ValueError, match="no condition"):
        some([])


def test_references_are_told_in_order():
    item = fixture("conditions").item("if_nested")
    assert item is not None
    assert item.enable_when is not None
    assert [comparison.item for comparison in references(item.enable_when)] == ["hours", "close", "ever"]


@pytest.mark.parametrize(
    ("item_id", "words"),
    [
        ("if_one_of", "Numb: Most days or Every day"),
        ("if_not_equals", "Numb: not Never"),
        ("if_yes", "Has it ever helped?: Yes"),
        ("if_not_answered", "What word fits?: not answered"),
        ("if_includes", "What have you tried?: Nothing"),
        ("if_at_least", "How much did you drink?: 1.5 or more"),
        ("if_at_most", "Since when?: 2024-05 or earlier"),
        ("if_both", "Numb: Every day; and Has it ever helped?: Yes"),
        ("if_not", "not (Numb: Every day)"),
        (
            "if_nested",
            "(How many hours did you sleep?: less than 4; or How close do you feel?: 0); "
            "and not (Has it ever helped?: No)",
        ),
    ],
)
def test_conditions_are_told_in_plain_words(item_id, words):
    questionnaire = fixture("conditions")
    item = questionnaire.item(item_id)
    assert item is not None
    assert item.enable_when is not None
    assert describe(item.enable_when, questionnaire) == words


@pytest.mark.parametrize(
    ("name", "comparison", "words"),
    [
        ("time", Comparison("wake", Operator.LESS_THAN, "07:30"), "When do you wake up?: before 07:30"),
        (
            "dateTime",
            Comparison("arrived", Operator.AT_LEAST, "2026-05-12T14:30"),
            "When did you come in?: 2026-05-12 14:30 or later",
        ),
        ("group_repeats", Comparison("medicines", Operator.ANSWERED, operand=False), "Medicines: not answered"),
    ],
)
def test_conditions_on_times_and_groups_are_told_in_plain_words(name, comparison, words):
    assert describe(comparison, fixture(name)) == words


def test_the_words_can_be_another_language():
    spanish = ConditionWords(either="{first} o {second}")
    condition = Comparison("numb", Operator.ONE_OF, ("most", "every"))
    assert describe(condition, fixture("conditions"), spanish) == "Numb: Most days o Every day"

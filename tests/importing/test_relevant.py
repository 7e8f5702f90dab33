"""The ``relevant`` of an XLSForm: plain comparisons become conditions that mean the same; the rest is refused."""

from __future__ import annotations

from decimal import Decimal as Number

import pytest

from screening.definition.model import All, Any, Comparison, Not, Operator
from tests.support.xlsforms import items, questionnaire, refusal, row

BEFORE = (
    row("select_one yn", "one"),
    row("select_multiple yn", "many"),
    row("select_one days", "days"),
    row("integer", "age"),
    row("date", "day"),
    row("text", "words"),
    row("acknowledge", "tick"),
)
ANSWERED = Comparison("one", Operator.ANSWERED, operand=True)
YES = Comparison("one", Operator.EQUALS, "yes")


def condition(relevant):
    return items(*BEFORE, row("text", "last", relevant=relevant))["last"].enable_when


KEPT = {
    "${one} = 'yes'": YES,
    '"yes" = ${one}': YES,
    "selected(${one}, 'yes')": YES,
    "selected(${many}, 'no')": Comparison("many", Operator.EQUALS, "no"),
    "${one} != 'yes'": Not(YES),
    "not(${one} = 'yes')": Not(YES),
    "${one} != ''": ANSWERED,
    "${one}=''": Comparison("one", Operator.ANSWERED, operand=False),
    "string-length(${words}) > 0": Comparison("words", Operator.ANSWERED, operand=True),
    "count-selected(${many}) >= 1": Comparison("many", Operator.ANSWERED, operand=True),
    "${age} >= 18": Comparison("age", Operator.AT_LEAST, Number(18)),
    "18 > ${age}": Comparison("age", Operator.LESS_THAN, Number(18)),
    "${age} = '18'": Comparison("age", Operator.EQUALS, Number(18)),
    "${days} > 0": Comparison("days", Operator.ONE_OF, ("1", "2")),
    "${days} = 1": Comparison("days", Operator.EQUALS, "1"),
    "${day} < date('2020-01-01')": Comparison("day", Operator.LESS_THAN, "2020-01-01"),
    "${day} = '2020-01-01'": Comparison("day", Operator.EQUALS, "2020-01-01"),
    "${tick} = 'OK'": Comparison("tick", Operator.EQUALS, operand=True),
    "${one} = 'yes' and ${age} > 5": All((YES, Comparison("age", Operator.GREATER_THAN, Number(5)))),
    "${one} = 'yes' or (${age} > 5)": Any((YES, Comparison("age", Operator.GREATER_THAN, Number(5)))),
    "true() and ${one} = 'yes'": YES,
    "true()": None,
}


@pytest.mark.parametrize("relevant", KEPT)
def test_a_plain_comparison_is_kept(relevant):
    assert condition(relevant) == KEPT[relevant]


def test_and_binds_closer_than_or():
    found = condition("${one} = 'yes' or ${one} = 'no' and ${age} > 5")
    assert isinstance(found, Any)
    assert isinstance(found.conditions[1], All)


REFUSED = {
    "${age} + 1 > 3": '"+" can\'t be kept',
    "${age} > ${days}": "compares answers with each other",
    "count-selected(${many}) > 1": "it counts what was answered",
    "${many} = 'yes'": "selected() asks for one option",
    "${words} = 'x'": "the patient's own words",
    "${one} = 'maybe'": "none of its options",
    "${one} > 3": "they are no numbers",
    "${day} > today()": "today() is more than a plain comparison",
    "regex(${words}, 'x')": "regex() is more than a plain comparison",
    "if(${age} > 3, true(), false())": "if() is more than a plain comparison",
    "false()": "it never holds",
    "${age} >": "ends too early",
    "../age > 3": '".." can\'t be kept',
    "(" * 40 + "${age} > 3" + ")" * 40: "nested too deep",
}


@pytest.mark.parametrize("relevant", REFUSED)
def test_anything_else_is_refused_by_item_and_reason(relevant):
    said = refusal(*BEFORE, row("text", "last", relevant=relevant))
    assert said.startswith('item "last"')
    assert REFUSED[relevant] in said


def test_an_unknown_name_is_refused():
    assert "nothing" in refusal(*BEFORE, row("text", "last", relevant="${nothing} = 1"))


def test_a_condition_on_a_group_is_its_pages():
    group = [row("begin group", "g", "More", relevant="${one} = 'yes'"), row("text", "a"), row("end group")]
    assert questionnaire(*BEFORE, *group).pages[-1].enable_when == YES


def test_inside_a_repeat_a_condition_looks_at_the_same_entry():
    rows = [row("begin repeat", "r", "Medicines"), row("select_one yn", "a"),
            row("text", "b", relevant="${a} = 'yes'"), row("end repeat")]  # fmt: skip
    assert items(*rows)["b"].enable_when == Comparison("a", Operator.EQUALS, "yes")
    said = refusal(*rows, row("text", "last", relevant="${a} = 'yes'"))
    assert "once for each entry" in said

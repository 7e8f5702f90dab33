"""Questions that can never be asked are found, and no others."""

from __future__ import annotations

from decimal import Decimal as Number
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from screening.answers import Answers
from screening.definition.checks import check, examine_text
from screening.definition.conditions import every, some
from screening.definition.loader import load_text
from screening.definition.model import (
    Boolean,
    Choice,
    Comparison,
    Display,
    Group,
    Integer,
    Not,
    Operator,
    Option,
    Page,
    Questionnaire,
)
from screening.definition.writer import to_yaml
from screening.path import walk
from tests.support.definitions import HEAD, with_items

EARLIER = """
- {id: numb, type: choice, text: Numb, options: {never: Never, some: Some, every: Always}}
- id: tried
  type: choice
  repeats: yes
  text: Tried
  options: {walk: Walking, tea: Tea, none: {text: None, exclusive: yes}, no: {text: Nothing, exclusive: yes}}
- {id: own, type: choice, text: Own, options: {a: A}, other: Own}
- {id: flag, type: boolean, text: Flag}
- {id: hours, type: integer, text: Hours, min_value: 0, max_value: 24}
- {id: litres, type: decimal, text: Litres, max_decimal_places: 1}
- {id: scale, type: scale, text: Scale, min_label: A, max_label: B}
- {id: day, type: date, text: Day, min_value: 2020-03, max_value: 2026}
- {id: month, type: date, text: Month, precision: month}
- {id: clock, type: time, text: Clock, max_value: 12:00}
- {id: moment, type: dateTime, text: Moment}
- {id: counts, type: integer, text: Counts, repeats: yes}
- {id: words, type: string, text: Words}
- {id: if_flag, type: boolean, text: If, enable_when: {flag: {equals: yes}}}
- {id: target, type: boolean, text: Target, enable_when: CONDITION}
"""

DEAD = [
    "{numb: {equals: never}, flag: {equals: yes}, not: {numb: {equals: never}}}",
    "{all: [{numb: {equals: never}}, {numb: {equals: some}}]}",
    "{numb: {equals: never, not_equals: never}}",
    "{numb: {equals: never, answered: no}}",
    "{not: {any: [{numb: {answered: yes}}, {numb: {answered: no}}]}}",
    "{all: [{numb: {not_equals: never}}, {numb: {not_equals: some}}, {numb: {not_equals: every}}]}",
    "{tried: {equals: none, answered: no}}",
    "{all: [{tried: {equals: none}}, {tried: {equals: walk}}]}",
    "{all: [{tried: {equals: none}}, {tried: {equals: no}}]}",
    "{all: [{tried: {one_of: [walk, tea]}}, {tried: {not_equals: walk}}, {tried: {not_equals: tea}}]}",
    "{hours: {greater_than: 24}}",
    "{hours: {less_than: 0}}",
    "{hours: {greater_than: 5, less_than: 6}}",
    "{hours: {at_least: 7, at_most: 6}}",
    "{litres: {greater_than: 1.1, less_than: 1.2}}",
    "{litres: {equals: 1.15}}",
    "{scale: {greater_than: 9, not_equals: 10}}",
    "{day: {less_than: 2020}}",
    "{day: {greater_than: 2026-05, less_than: 2026-06}}",
    "{day: {at_least: 2027}}",
    "{day: {equals: 2020, at_least: 2026}}",
    "{month: {greater_than: 2024-05, less_than: 2024-06}}",
    "{clock: {greater_than: 12:00}}",
    "{clock: {greater_than: 09:30, less_than: 09:31}}",
    "{moment: {greater_than: 2026-05-12T09:30, less_than: 2026-05-12T09:31}}",
    "{moment: {less_than: 2026, at_least: 2026-01-01T00:00}}",
    "{all: [{counts: {greater_than: 3}}, {not: {counts: {at_least: 2}}}]}",
    "{words: {answered: yes}, not: {words: {answered: yes}}}",
    "{if_flag: {answered: yes}, flag: {equals: no}}",
    "{if_flag: {equals: yes}, not: {flag: {equals: yes}}}",
    "{any: [{all: [{flag: {equals: yes}}, {flag: {equals: no}}]}, {if_flag: {equals: yes}, flag: {answered: no}}]}",
]

ALIVE = [
    "{numb: {answered: no}}",
    "{not: {numb: {equals: never}}}",
    "{not: {numb: {one_of: [never, some, every]}}}",
    "{own: {not_equals: a}}",
    "{all: [{tried: {equals: walk}}, {tried: {equals: tea}}]}",
    "{all: [{tried: {equals: none}}, {tried: {not_equals: walk}}]}",
    "{hours: {greater_than: 23}}",
    "{hours: {greater_than: 5, less_than: 7}}",
    "{litres: {greater_than: 1.1, less_than: 1.3}}",
    "{litres: {less_than: -5}}",
    "{day: {less_than: 2020-04-02}}",
    "{day: {at_least: 2026-12-31}}",
    "{month: {greater_than: 2024-05, less_than: 2024-07}}",
    "{clock: {greater_than: 09:30, less_than: 09:32}}",
    "{moment: {greater_than: 2026-05-12T23:59, less_than: 2026-05-14}}",
    "{all: [{counts: {equals: 3}}, {counts: {equals: 9}}, {counts: {not_equals: 5}}]}",
    "{if_flag: {answered: no}, flag: {equals: no}}",
    "{all: [{any: [{numb: {equals: never}}, {hours: {at_least: 3}}]}, {not: {numb: {equals: never}}}]}",
]


def problems_of(condition):
    return [
        problem
        for problem in check(load_text(with_items(EARLIER.replace("CONDITION", condition)), "x.yaml"))
        if problem.rule == "dead-question"
    ]


@pytest.mark.parametrize("condition", DEAD)
def test_a_question_that_no_answers_bring_up_is_an_error_at_its_condition(condition):
    (problem,) = problems_of(condition)
    assert problem.severity == "error"
    assert problem.line == 28
    assert "target can never be asked" in problem.message


@pytest.mark.parametrize("condition", ALIVE)
def test_a_question_that_some_answers_bring_up_is_none(condition):
    assert problems_of(condition) == []


def test_a_dead_question_is_an_error_in_imported_files_too():
    text = with_items(EARLIER.replace("CONDITION", DEAD[1]), head=HEAD + "source: A hospital.\n")
    _, problems = examine_text(text, "x")
    assert [problem.severity for problem in problems if problem.rule == "dead-question"] == ["error"]


def test_of_a_dead_page_or_group_only_itself_is_told():
    text = (
        HEAD
        + """
pages:
  - {id: first, title: T, items: [{id: a, type: boolean, text: A}]}
  - id: second
    title: T
    enable_when: {a: {equals: yes, answered: no}}
    items: [{id: b, type: boolean, text: B, enable_when: {a: {equals: yes}}}]
  - id: third
    title: T
    enable_when: {a: {equals: yes}}
    items:
      - {id: c, type: boolean, text: C, enable_when: {a: {equals: no}}}
      - id: d
        type: group
        text: D
        enable_when: {b: {answered: yes}}
        items: [{id: e, type: boolean, text: E, enable_when: {c: {equals: no}}}]
"""
    )
    found = [problem.message.split(" can")[0] for problem in check(load_text(text, "x")) if "never" in problem.message]
    assert found == ["page second", "c", "d"]


def test_in_an_entry_the_conditions_of_siblings_and_group_count():
    text = """
    - {id: a, type: boolean, text: A}
    - id: g
      type: group
      repeats: yes
      text: G
      enable_when: {a: {equals: yes}}
      items:
        - {id: b, type: boolean, text: B, enable_when: {a: {equals: yes}}}
        - {id: c, type: boolean, text: C, enable_when: {b: {equals: yes}, a: {answered: yes}}}
        - {id: d, type: boolean, text: D, enable_when: {b: {equals: yes}, a: {equals: no}}}
    - {id: e, type: boolean, text: E, enable_when: {g: {answered: yes}, a: {equals: no}}}
    """
    found = [problem.message.split(" can")[0] for problem in check(load_text(with_items(text), "x"))]
    assert found == ["d", "e"]


def test_what_would_take_too_long_is_a_warning_not_a_verdict():
    items = [f"- {{id: q{number}, type: choice, text: Q, options: {{a: A, b: B, c: C}}}}" for number in range(40)]
    # Forty things in thirty-nine places: nobody can prove quickly that they don't fit.
    rows = [f"{{any: [{', '.join(f'{{q{n}: {{equals: a}}}}' for n in range(40))}]}}"]
    rows += [
        f"{{not: {{all: [{{q{first}: {{equals: a}}}}, {{q{second}: {{equals: a}}}}]}}}}"
        for first in range(40)
        for second in range(first)
    ]
    rows += [f"{{any: [{{q{n}: {{equals: a}}}}, {{q{n}: {{equals: b}}}}]}}" for n in range(40)]
    rows.append(f"{{not: {{any: [{', '.join(f'{{q{n}: {{equals: b}}}}' for n in range(20))}]}}}}")
    items.append(f"- {{id: target, type: boolean, text: T, enable_when: {{all: [{', '.join(rows)}]}}}}")
    found = [problem for problem in check(load_text(with_items("\n".join(items)), "x")) if "dead" in problem.rule]
    assert [problem.severity for problem in found] == ["warning"]
    assert "not proved that target can ever be asked" in found[0].message


SMALL = {
    "flag": Boolean(id="flag", text="F"),
    "colour": Choice(id="colour", text="C", options=(Option("r", "R"), Option("g", "G"))),
    "some": Choice(
        id="some",
        text="S",
        repeats=True,
        options=(Option("x", "X"), Option("y", "Y"), Option("n", "N", exclusive=True)),
    ),
    "count": Integer(id="count", text="N", min_value=0, max_value=2),
}
ANSWERS = {
    "flag": [None, True, False],
    "colour": [None, "r", "g"],
    "some": [None, ("x",), ("y",), ("x", "y"), ("n",)],
    "count": [None, 0, 1, 2],
    "later": [None, True, False],
}
COMPARISONS = st.one_of(
    st.builds(Comparison, st.just("flag"), st.sampled_from([Operator.EQUALS, Operator.NOT_EQUALS]), st.booleans()),
    st.builds(Comparison, st.just("colour"), st.just(Operator.EQUALS), st.sampled_from("rg")),
    st.builds(
        Comparison, st.just("some"), st.sampled_from([Operator.EQUALS, Operator.NOT_EQUALS]), st.sampled_from("xyn")
    ),
    st.builds(Comparison, st.just("some"), st.just(Operator.ONE_OF), st.sampled_from([("x", "n"), ("x", "y"), ("n",)])),
    st.builds(
        Comparison,
        st.just("count"),
        st.sampled_from([Operator.AT_LEAST, Operator.LESS_THAN, Operator.EQUALS]),
        st.integers(0, 2).map(Number),
    ),
    st.builds(Comparison, st.sampled_from(sorted(SMALL)), st.just(Operator.ANSWERED), st.booleans()),
)


def nested(comparisons):
    return st.recursive(
        comparisons,
        lambda inner: st.one_of(
            st.builds(Not, inner),
            st.lists(inner, min_size=2, max_size=3).map(every),
            st.lists(inner, min_size=2, max_size=3).map(some),
        ),
        max_leaves=6,
    )


LATER = st.one_of(
    COMPARISONS,
    st.builds(Comparison, st.just("later"), st.just(Operator.EQUALS), st.booleans()),
    st.builds(Comparison, st.just("later"), st.just(Operator.ANSWERED), st.booleans()),
)


@settings(max_examples=150, deadline=None)
@given(nested(COMPARISONS), nested(LATER), nested(LATER))
def test_the_verdict_is_that_of_trying_all_answers(first, second, third):
    inner = Boolean(id="inner", text="I", enable_when=third)
    items = (
        *SMALL.values(),
        Boolean(id="later", text="L", enable_when=first),
        Group(id="group", text="G", items=(Display(id="note", text="N"), inner), enable_when=second),
    )
    page = Page(id="page", title="P", items=items)
    questionnaire = Questionnaire(
        id="small", version="1", title="T", language="es", copyright="C", pages=(page,), source="S"
    )
    asked = set()
    for values in product(*ANSWERS.values()):
        answers = {name: value for name, value in zip(ANSWERS, values, strict=True) if value is not None}
        asked |= walk(questionnaire, Answers(answers)).item_ids
    found = check(load_text(to_yaml(questionnaire), "x"))
    dead = {problem.message.split(" can")[0] for problem in found if problem.rule == "dead-question"}
    never = {"later", "group", "inner"} - asked
    assert dead == (never - {"inner"} if "group" in dead else never)

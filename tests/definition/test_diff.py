"""What changed between two versions, as a clinician reads it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings

from screening.definition.diff import Change, changes
from screening.definition.loader import load_text
from screening.definition.model import Questionnaire
from tests.support.definitions import HEAD, SHIPPED_FILES, fixture, questionnaires

BEFORE = f"""{HEAD}
option_sets:
  often: {{never: Never, some: Some days, most: Most days}}
pages:
  - id: feelings
    title: Feelings
    recall: In the last 2 weeks
    items:
      - {{id: numb, type: choice, text: How often did you feel numb?, short: Numb, options: often}}
      - {{id: joy, type: choice, text: How often did you feel joy?, options: often}}
      - {{id: when, type: text, text: When?, enable_when: {{numb: {{one_of: [most]}}}}}}
      - {{id: hours, type: integer, text: How long do you sleep?, unit: hours, max_value: 24}}
      - {{id: drink, type: choice, text: What do you drink?, options: {{tea: Tea, none: None}}}}
  - id: last
    title: Last
    items:
      - {{id: more, type: string, text: Anything else?}}
"""


def form(text: str) -> Questionnaire:
    return load_text(text, "made-up.yaml").questionnaire


def differences(*swaps: tuple[str, str]) -> list[Change]:
    """Return what changed after these texts of the form above were put in others' place."""
    after = BEFORE
    for old, new in swaps:
        assert old in after
        after = after.replace(old, new)
    return list(changes(form(BEFORE), form(after)))


def told(change: Change) -> tuple[str, str, str, str, str]:
    return change.kind, change.id, change.what, change.old, change.new


def test_a_question_that_was_reworded_is_told_with_both_texts() -> None:
    (change,) = differences(("How often did you feel numb?", "How often were you numb?"))
    assert told(change) == ("reworded", "numb", "text", "How often did you feel numb?", "How often were you numb?")
    assert (change.old_number, change.new_number, change.label) == ("1", "1", "How often were you numb?")


def test_a_new_question_and_one_that_is_gone_are_told_and_the_numbers_of_others_are_not() -> None:
    joy = "      - {id: joy, type: choice, text: How often did you feel joy?, options: often}\n"
    sad = "      - {id: sad, type: boolean, text: Were you sad?}\n"
    removed, added = differences((joy, sad))
    assert told(removed) == ("removed", "joy", "", "How often did you feel joy?", "")
    assert told(added) == ("added", "sad", "", "", "Were you sad?")
    assert (removed.old_number, removed.new_number, added.old_number, added.new_number) == ("2", "", "", "2")


def test_a_question_that_moved_within_its_page_or_to_another_is_told_once() -> None:
    joy = "      - {id: joy, type: choice, text: How often did you feel joy?, options: often}\n"
    hours = "      - {id: hours, type: integer, text: How long do you sleep?, unit: hours, max_value: 24}\n"
    more = "      - {id: more, type: string, text: Anything else?}\n"
    within, to_another = differences((joy, ""), (hours, hours + joy)), differences((joy, ""), (more, more + joy))
    assert [told(change) for change in within] == [
        (
            "moved",
            "joy",
            "",
            "page “Feelings”, after “How often did you feel numb?”",
            "page “Feelings”, after “How long do you sleep?”",
        )
    ]
    assert [(*told(change)[:3], change.new) for change in to_another] == [
        ("moved", "joy", "", "page “Last”, after “Anything else?”")
    ]


@pytest.mark.parametrize(
    ("swap", "expected"),
    [
        (
            ("one_of: [most]", "one_of: [some, most]"),
            ("changed", "when", "enable_when", "Numb: Most days", "Numb: Some days or Most days"),
        ),
        (("max_value: 24", "max_value: 16"), ("changed", "hours", "max_value", "24", "16")),
        ((", max_value: 24", ""), ("changed", "hours", "max_value", "24", "")),
        (("unit: hours", "unit: hours a night"), ("reworded", "hours", "unit", "hours", "hours a night")),
        (
            ("{tea: Tea, none: None}", "{tea: Tea, milk: Milk, none: None}"),
            ("changed", "drink", "options", "Tea (tea) · None (none)", "Tea (tea) · Milk (milk) · None (none)"),
        ),
        (
            ("{tea: Tea,", "{tea: Green tea,"),
            ("reworded", "drink", "options", "Tea (tea) · None (none)", "Green tea (tea) · None (none)"),
        ),
        (("type: string", "type: text, max_length: 200"), ("changed", "more", "type", "string", "text")),
        (("title: Last", "title: The end"), ("reworded", "last", "title", "Last", "The end")),
        (
            ("In the last 2 weeks", "In the last week"),
            ("reworded", "feelings", "recall", "In the last 2 weeks", "In the last week"),
        ),
    ],
)  # fmt: skip
def test_each_kind_of_change_in_words(swap: tuple[str, str], expected: tuple[str, ...]) -> None:
    (change,) = differences(swap)
    assert told(change) == expected


def test_a_shared_option_is_told_once_not_for_each_question() -> None:
    (change,) = differences(("some: Some days", "some: Now and then"))
    assert (change.part, change.kind, change.id) == ("option_set", "reworded", "often")
    assert "Now and then (some)" in change.new


def test_what_a_grid_has_is_told_of_the_grid_alone() -> None:
    before = fixture("grid")
    (grid, rest) = before.pages[0].items
    recall = "In the last week"
    rows = tuple(replace(row, recall=recall) for row in grid.children)
    after = replace(
        before,
        pages=(replace(before.pages[0], items=(replace(grid, recall=recall, items=rows), rest)),),  # type: ignore[call-arg]
    )
    (change,) = changes(before, after)
    assert told(change) == ("reworded", "lately", "recall", "In the last 2 weeks", recall)


def test_pages_that_come_go_and_move() -> None:
    one, two = form(BEFORE).pages
    before = form(BEFORE)
    turned = replace(before, pages=(two, one))
    gone = replace(before, pages=(one,))
    assert [(c.kind, c.part) for c in changes(before, turned)] == [("moved", "page")]
    assert [(c.kind, c.part, c.id) for c in changes(before, gone)] == [
        ("removed", "page", "last"),
        ("removed", "item", "more"),
    ]
    assert [(c.kind, c.part, c.id) for c in changes(gone, before)] == [
        ("added", "page", "last"),
        ("added", "item", "more"),
    ]


@pytest.mark.parametrize("path", SHIPPED_FILES, ids=lambda path: path.stem)
def test_a_form_does_not_differ_from_itself_under_another_version(path: Path) -> None:
    questionnaire = load_text(path.read_bytes(), path.name).questionnaire
    assert changes(questionnaire, replace(questionnaire, version="9")) == ()


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(questionnaires(), questionnaires())
def test_two_forms_that_differ_in_what_is_read_have_a_change(one: Questionnaire, other: Questionnaire) -> None:
    assert changes(one, one) == ()
    forward, back = changes(one, other), changes(other, one)
    assert bool(forward) is (replace(one, version="", option_sets={}) != replace(other, version="", option_sets={}))
    assert sorted(c.id for c in forward if c.kind == "added") == sorted(c.id for c in back if c.kind == "removed")

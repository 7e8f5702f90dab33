"""A definition written as YAML: the same when it is loaded, and fit to be read."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings

from screening.definition.loader import load, load_text
from screening.definition.model import All, Comparison, Not, Operator
from screening.definition.writer import condition_to_plain, to_yaml
from tests.support.definitions import ALL_FILES, fixture, questionnaires


@pytest.mark.parametrize("path", ALL_FILES, ids=lambda path: path.stem)
def test_a_file_that_is_loaded_and_written_means_the_same(path):
    questionnaire = load(path).questionnaire
    assert load_text(to_yaml(questionnaire), "again").questionnaire == questionnaire


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(questionnaires())
def test_any_definition_can_be_written_and_loaded_again(questionnaire):
    assert load_text(to_yaml(questionnaire), "again").questionnaire == questionnaire


def test_it_reads_like_the_files_here():
    assert to_yaml(fixture("group_repeats")).splitlines()[6:24] == [
        "pages:",
        "  - id: page",
        "    title: A page",
        "    items:",
        "      - id: any_medicine",
        "        type: boolean",
        "        text: Do you take a medicine?",
        "      - id: medicines",
        "        type: group",
        "        text: Which medicines do you take?",
        "        short: Medicines",
        "        glance: yes",
        "        repeats: yes",
        "        max_occurs: 3",
        "        item_label: Medicine",
        "        enable_when: {any_medicine: {equals: yes}}",
        "        items:",
        "          - id: medicine",
    ]
    assert "options: {red: Red, green: Green, no: None at all}" in to_yaml(fixture("choice"))


def one(item, operand, operator=Operator.EQUALS):
    return Comparison(item, operator, operand)


@pytest.mark.parametrize(
    ("condition", "plain"),
    [
        (All((one("a", True), one("b", "x"))), {"a": {"equals": True}, "b": {"equals": "x"}}),
        (All((one("a", "x", Operator.AT_LEAST), one("a", "y"))), {"a": {"at_least": "x", "equals": "y"}}),
        (All((one("a", "x"), Not(one("a", "y")))), {"a": {"equals": "x"}, "not": {"a": {"equals": "y"}}}),
        (All((one("a", "x"), one("a", "y"))), {"all": [{"a": {"equals": "x"}}, {"a": {"equals": "y"}}]}),
        (
            All((one("a", "x"), one("b", "x"), one("a", "y"))),
            {"all": [{"a": {"equals": "x"}}, {"b": {"equals": "x"}}, {"a": {"equals": "y"}}]},
        ),
    ],
)
def test_what_must_hold_together_stands_in_one_map_where_that_says_the_same(condition, plain):
    assert condition_to_plain(condition) == plain

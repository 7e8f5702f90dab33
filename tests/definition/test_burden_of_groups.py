"""What groups, grids and several answers ask of a patient."""

from __future__ import annotations

from screening.definition.burden import burden
from screening.definition.loader import load_text
from tests.support.definitions import fixture, with_items


def test_a_group_that_repeats_counts_as_one_question_and_rows_and_plain_groups_singly() -> None:
    assert burden([fixture("group_repeats")]).questions == 3
    assert burden([fixture("group")]).questions == 5
    assert burden([fixture("grid")]).questions == 4


def test_what_stands_in_a_group_takes_its_time() -> None:
    inner = ", ".join(f"{{id: a{number}, type: text, text: A}}" for number in range(8))
    minutes = {}
    for repeats in ("yes", "no"):
        item = f"- {{id: g, type: group, text: G, repeats: {repeats}, items: [{inner}]}}"
        minutes[repeats] = burden([load_text(with_items(item), "x").questionnaire]).minutes
    assert minutes == {"yes": 7, "no": 7}


def test_what_follows_an_answer_to_a_group_is_weighed_as_a_follow_up() -> None:
    inner = ", ".join(f"{{id: a{number}, type: text, text: A}}" for number in range(8))
    items = f"- {{id: q, type: boolean, text: Q}}\n- {{id: g, type: group, text: G, items: [{inner}]"
    asked = burden([load_text(with_items(items + "}"), "x").questionnaire]).minutes
    perhaps = load_text(with_items(items + ", enable_when: {q: {equals: yes}}}"), "x").questionnaire
    assert burden([perhaps]).minutes < asked

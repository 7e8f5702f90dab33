"""Walking a questionnaire: every item, what is answered, numbers and labels."""

from __future__ import annotations

from dataclasses import replace

import pytest

from screening.definition.model import Boolean, Choice, Grid, Group, Option, Page, questions, walk_items
from tests.support.definitions import fixture


def ids(items):
    return [item.id for item in items]


def test_items_are_all_of_them_groups_and_grids_before_what_stands_in_them():
    assert ids(fixture("group").items()) == ["works", "job", "job_what", "job_note", "job_days", "job_all", "rest"]
    assert ids(fixture("grid").items()) == ["lately", "slept_well", "ate_well", "went_out", "ate_what"]
    assert ids(walk_items(fixture("group").pages[0].items)) == ids(fixture("group").items())


def test_questions_are_what_is_answered_under_an_id_of_its_own():
    assert ids(fixture("group").questions()) == ["works", "job_what", "job_days", "job_all", "rest"]
    assert ids(fixture("grid").questions()) == ["slept_well", "ate_well", "went_out", "ate_what"]
    assert ids(fixture("group_repeats").questions()) == ["any_medicine", "medicines", "medicine_help"]
    assert ids(questions(fixture("display").pages[0].items)) == ["ready"]


def test_numbers_count_questions_and_a_group_that_repeats_once():
    assert fixture("group").numbers() == {"works": 1, "job_what": 2, "job_days": 3, "job_all": 4, "rest": 5}
    assert fixture("group_repeats").numbers() == {"any_medicine": 1, "medicines": 2, "medicine_help": 3}


def test_what_stands_in_a_group_that_repeats_is_lettered():
    labels = fixture("group_repeats").labels()
    assert labels["medicines"] == "2"
    assert [labels[item] for item in ("medicine", "dose", "taken", "changed", "changed_when")] == [
        "2a", "2b", "2c", "2d", "2e",
    ]  # fmt: skip
    assert "changed_note" not in labels
    many = tuple(Boolean(id=f"b{number}", text="B") for number in range(28))
    group = Group(id="g", text="G", items=many, repeats=True)
    labels = replace(fixture("boolean"), pages=(Page(id="p", title="P", items=(group,)),)).labels()
    assert (labels["b25"], labels["b26"], labels["b27"]) == ("1z", "1aa", "1ab")


def test_placed_tells_page_parent_and_the_group_whose_entries_answer_an_item():
    placed = {placed.item.id: placed for placed in fixture("group_repeats").placed()}
    assert placed["dose"].parent is placed["dose"].group is placed["medicines"].item
    assert placed["medicines"].parent is None
    assert placed["dose"].page.id == "page"
    placed = {placed.item.id: placed for placed in fixture("group").placed()}
    assert placed["job_what"].parent is placed["job"].item
    assert placed["job_what"].group is None


def test_an_item_is_found_wherever_it_stands():
    dose = fixture("group_repeats").item("dose")
    assert dose is not None
    assert dose.type == "decimal"
    assert fixture("grid").item("nowhere") is None


def test_a_grids_rows_are_whole_questions_with_its_options():
    grid = fixture("grid").item("lately")
    assert isinstance(grid, Grid)
    assert {row.options for row in grid.items} == {grid.options}
    assert {row.recall for row in grid.items} == {"In the last 2 weeks"}
    odd = Choice(id="odd", text="Odd", options=(Option("a", "A"),))
    with pytest.raises(ValueError, match="lately"):
        Grid(id="lately", text="L", options=grid.options, items=(odd,))

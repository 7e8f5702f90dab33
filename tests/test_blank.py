"""A questionnaire on paper: what is printed, in which order, and where to go on."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings

from reports.interchange import paper_form_from_json, paper_form_to_json
from reports.paper_form import PaperForm, PaperPart
from screening.blank import blank
from screening.definition.loader import load, load_text
from screening.definition.model import Questionnaire
from screening.path import offered
from tests.support.definitions import SHIPPED_FILES, fixture, questionnaires, with_items

ROUTES = """\
- {id: one, type: boolean, text: One?}
- {id: two, type: string, text: Two?, enable_when: {one: {equals: yes}}}
- {id: three, type: string, text: Three?, enable_when: {all: [{one: {equals: yes}}, {two: {answered: yes}}]}}
- {id: four, type: choice, text: Four?, options: {a: Apples, b: Pears, c: Plums}}
- {id: five, type: string, text: Five?, enable_when: {four: {one_of: [a, b]}}}
- {id: six, type: string, text: Six?, enable_when: {any: [{four: {equals: b}}, {one: {equals: no}}]}}
"""


def printed(text: str) -> PaperForm:
    questionnaire = load_text(text, "made-up.yaml").questionnaire
    return blank(offered(questionnaire), questionnaire)


def parts(form: PaperForm) -> list[PaperPart]:
    return [part for section in form.sections for part in section.parts]


def all_parts(form: PaperForm) -> Iterator[PaperPart]:
    for part in parts(form):
        yield part
        for entry in part.entries:
            yield from entry.parts


def routes(part: PaperPart) -> dict[str, str]:
    return {option.text: option.then for option in part.options}


def test_an_answer_that_rules_out_what_follows_says_where_to_go_on() -> None:
    one, _, _, four, *_ = parts(printed(with_items(ROUTES)))
    assert routes(one) == {"Yes": "", "No": "go to question 4"}
    # Question 6 may be for whoever said no to question 1, so it is not jumped over.
    assert routes(four) == {"Apples": "", "Pears": "", "Plums": "go to question 6"}


def test_after_the_last_question_comes_the_end() -> None:
    form = with_items(
        "- {id: one, type: boolean, text: One?}\n- {id: two, type: text, text: Two?, enable_when: {one: {equals: yes}}}"
    )
    assert routes(parts(printed(form))[0]) == {"Yes": "", "No": "go to the end"}


def test_a_question_for_some_says_for_whom() -> None:
    found = parts(printed(with_items(ROUTES)))
    assert [part.only_if for part in found] == [
        "",
        "Answer only if question 1 is “Yes”.",
        "Answer only if question 1 is “Yes”; and you answered question 2.",
        "",
        "Answer only if question 4 is “Apples” or “Pears”.",
        "Answer only if question 4 is “Pears”; or question 1 is “No”.",
    ]


def test_entries_stand_there_to_be_filled_in_with_letters_and_conditions_of_their_own() -> None:
    questionnaire = fixture("group_repeats")
    medicines = parts(blank(questionnaire, questionnaire))[1]
    assert [entry.label for entry in medicines.entries] == ["Medicine 1", "Medicine 2", "Medicine 3"]
    inner = {part.number: part for part in medicines.entries[0].parts if part.number}
    assert inner["2e"].only_if == "Answer only if question 2d is “Yes”."
    assert [cell.after for cell in inner["2e"].cells] == ["day", "month", "year"]
    assert medicines.after == ""


def test_a_grid_is_a_table_with_a_row_for_each_question() -> None:
    questionnaire = fixture("grid")
    grid = parts(blank(questionnaire, questionnaire))[0]
    assert (grid.layout, [row.number for row in grid.rows]) == ("grid", ["1", "2", "3"])
    assert [option.text for option in grid.options] == ["Never", "Some days", "Most days"]


def test_a_sensitive_page_has_its_gate_and_a_way_round_it() -> None:
    questionnaire = load(SHIPPED_FILES[0].with_name("detachment-intake.yaml")).questionnaire
    form = blank(offered(questionnaire), questionnaire)
    numbers = questionnaire.numbers()
    gated = [(page, section) for page, section in zip(offered(questionnaire).pages, form.sections, strict=True)]
    sensitive = [(page, section) for page, section in gated if page.sensitive]
    assert sensitive
    for page, section in sensitive:
        last = max(numbers[item.id] for item in page.items if item.asks)
        assert section.gate == page.sensitive
        assert section.skip.startswith("I want to skip this part: go to ")
        assert int(section.skip.split()[-1].rstrip(".")) > last
    assert all(not section.skip for page, section in gated if not page.sensitive)


def test_very_many_options_are_a_line_to_write_on() -> None:
    options = ", ".join(f"c{number}: Country {number}" for number in range(60))
    (part,) = parts(printed(with_items(f"- {{id: a, type: choice, text: Where?, options: {{{options}}}}}")))
    assert (part.layout, part.lines, part.options) == ("lines", 1, ())
    assert "Country 59" in part.how


def test_an_option_that_stands_alone_says_so_and_own_words_have_a_line() -> None:
    (part,) = parts(
        printed(
            with_items(
                "- {id: a, type: choice, repeats: yes, text: Which?, other: Another,"
                " options: {x: Tea, none: {text: None of these, exclusive: yes}}}"
            )
        )
    )
    assert [(option.text, option.write) for option in part.options] == [
        ("Tea", False),
        ("None of these (then tick nothing else)", False),
        ("Another", True),
    ]
    assert part.how == "Tick all that apply."


def test_the_safety_text_names_the_number_that_the_clinic_gave() -> None:
    questionnaire = fixture("boolean")
    assert blank(questionnaire, questionnaire, help_number="112").safety[-1] == "If you are in danger now, call 112."
    assert "emergency number" in blank(questionnaire, questionnaire).safety[-1]


@pytest.mark.parametrize("path", SHIPPED_FILES, ids=lambda path: path.stem)
def test_every_question_of_a_shipped_form_is_printed_with_its_number_and_can_be_declined(path: Path) -> None:
    questionnaire = load(path).questionnaire
    form = blank(offered(questionnaire), questionnaire)
    numbers = questionnaire.numbers()
    asked = {str(numbers[item.id]): item.text for item in offered(questionnaire).questions()}
    found = [part for part in parts(form) if part.number]
    assert {part.number: part.text for part in found} == asked
    assert all(part.can_decline for part in found)


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(questionnaires())
def test_any_form_can_be_put_on_paper_and_ways_lead_forward_only(questionnaire: Questionnaire) -> None:
    form = blank(questionnaire, questionnaire)
    assert paper_form_from_json(paper_form_to_json(form)) == form
    printed_numbers = {part.number for part in all_parts(form)} | {row.number for p in parts(form) for row in p.rows}
    assert set(questionnaire.labels().values()) <= printed_numbers
    for part in parts(form):
        for option in part.options:
            if option.then.startswith("go to question "):
                assert int(option.then.rsplit(" ", 1)[1]) > int(part.number) + 1

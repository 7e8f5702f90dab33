"""A posted page: what it makes of each kind of question, and what it says when something is wrong."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from werkzeug.datastructures import MultiDict

from screening.answers import Answers
from screening.definition.loader import load
from screening.definition.model import (
    Boolean,
    Choice,
    Date,
    DateTime,
    Display,
    Grid,
    Group,
    Integer,
    Item,
    Option,
    Page,
    Quantity,
    Scale,
    String,
    Text,
    Time,
)
from screening.definition.model import Decimal as DecimalItem
from screening.forms.page import PageForm, page_form
from screening.forms.several import SeveralField, changed
from screening.path import walk
from tests.support.definitions import ALL_FILES

TODAY = date(2026, 5, 4)

FRUIT = (Option("apple", "Apple"), Option("pear", "Pear"), Option("none", "None of these", exclusive=True))
ONE = Choice(id="x", text="Which fruit?", options=FRUIT)
ONE_OR_OTHER = Choice(id="x", text="Which fruit?", options=FRUIT, other="Another one")
SEVERAL = Choice(id="x", text="Which fruits?", options=FRUIT, repeats=True, other="Another one")
YES_NO = Boolean(id="x", text="Is it ripe?")
SHORT = String(id="x", text="What is it called?", max_length=10)
LONG = Text(id="x", text="What is it like?", max_length=300)
WHOLE = Integer(id="x", text="How many?", min_value=0, max_value=24, unit="pieces")
PARTS = DecimalItem(id="x", text="How much?", min_value=Decimal(0), max_decimal_places=1, unit="kg")
DAY = Date(id="x", text="When?", max_value="today")
MONTH = Date(id="x", text="When?", precision="month")
YEAR = Date(id="x", text="When?", precision="year")
SCALE = Scale(id="x", text="How sweet?", min_label="Not at all", max_label="Very")
CLOCK = Time(id="x", text="When?", min_value="04:00")
MOMENT = DateTime(id="x", text="When?", max_value="today")
AMOUNT = Quantity(id="x", text="How much?", units=(Option("kg", "kilograms"), Option("lb", "pounds")))
ONE_UNIT = Quantity(id="x", text="How much?", units=(Option("kg", "kilograms"),), max_value=Decimal(100))
NAMES = String(id="x", text="Which ones?", repeats=True, max_occurs=3, max_length=10)
SORTS = Group(
    id="x",
    text="Which sorts?",
    repeats=True,
    item_label="Sort",
    items=(
        String(id="name", text="What is it called?", required=True),
        Display(id="note", text="Take your time."),
        Boolean(id="ripe", text="Is it ripe?"),
    ),
)


def post(item: Item, *asked_again: int, **posted: Any) -> PageForm:
    """Return the checked form of a page with this one question, number 1; ``_`` in names stands for ``-``."""
    page = Page(id="page", title="Fruit", items=(item,))
    lists = {name.replace("_", "-"): value if isinstance(value, list) else [value] for name, value in posted.items()}
    form = page_form(page, page.items, {"x": 1})(MultiDict(lists), meta={"today": TODAY})
    form.check(asked_again)
    return form


def answer(item: Item, **posted: Any) -> Any:
    """Return the answer that the post gives; the page must have nothing to mend."""
    form = post(item, **posted)
    assert not form.wrong, form.wrong[0].errors
    return form.answers().get("x")


def message(item: Item, **posted: Any) -> str:
    """Return what the page says is wrong; nothing may be taken as an answer then."""
    form = post(item, **posted)
    assert len(form.wrong) == 1, form.answers()
    (text,) = form.wrong[0].errors
    return text


@pytest.mark.parametrize(
    ("item", "posted", "expected"),
    [
        (ONE, {"q1": "apple"}, "apple"),
        (ONE_OR_OTHER, {"q1": ":other", "q1_other": " A quince "}, {"other": "A quince"}),
        (ONE_OR_OTHER, {"q1_other": "A quince"}, {"other": "A quince"}),
        (SEVERAL, {"q1": ["pear", "apple"]}, ["apple", "pear"]),
        (SEVERAL, {"q1": ["pear", ":other"], "q1_other": "Figs"}, ["pear", {"other": "Figs"}]),
        (SEVERAL, {"q1": "pear", "q1_other": "Figs"}, ["pear", {"other": "Figs"}]),
        (SEVERAL, {"q1": "none"}, ["none"]),
        (YES_NO, {"q1": "yes"}, True),
        (YES_NO, {"q1": "no"}, False),
        (SHORT, {"q1_text": " Boskoop\r\n"}, "Boskoop"),
        (LONG, {"q1_text": "Red.\r\nRound."}, "Red.\nRound."),
        (WHOLE, {"q1_text": "7"}, 7),
        (WHOLE, {"q1_text": "7 pieces"}, 7),
        (WHOLE, {"q1_text": "٧"}, 7),
        (WHOLE, {"q1_text": "0"}, 0),
        (PARTS, {"q1_text": "7.5"}, 7.5),
        (PARTS, {"q1_text": "1 250.5 KG"}, 1250.5),
        (DAY, {"q1_day": "12", "q1_month": "5", "q1_year": "1988"}, "1988-05-12"),
        (DAY, {"q1_day": "", "q1_month": "05", "q1_year": "1988"}, "1988-05"),
        (DAY, {"q1_year": "1988"}, "1988"),
        (DAY, {"q1_day": "29", "q1_month": "2", "q1_year": "2024"}, "2024-02-29"),
        (DAY, {"q1_day": "4", "q1_month": "5", "q1_year": "2026"}, "2026-05-04"),
        (MONTH, {"q1_month": "5", "q1_year": "1988"}, "1988-05"),
        (YEAR, {"q1_year": "1988"}, "1988"),
        (SCALE, {"q1": "0"}, 0),
        (SCALE, {"q1": "10"}, 10),
        (CLOCK, {"q1_text": "7:05"}, "07:05"),
        (CLOCK, {"q1_text": " 07.05 "}, "07:05"),
        (CLOCK, {"q1_text": "١٤:٣٠"}, "14:30"),
        (CLOCK, {"q1_text": "12:10 pm"}, "12:10"),
        (CLOCK, {"q1_text": "7 p.m."}, "19:00"),
        (MOMENT, {"q1_day": "4", "q1_month": "5", "q1_year": "2026", "q1_time": "23:59"}, "2026-05-04T23:59"),
        (AMOUNT, {"q1_text": "7.5", "q1_unit": "lb"}, {"value": 7.5, "unit": "lb"}),
        (ONE_UNIT, {"q1_text": "7 kilograms"}, {"value": 7, "unit": "kg"}),
        (NAMES, {"q1_entries": "1 3", "q1_1_text": "Boskoop", "q1_3_text": "Gala"}, ["Boskoop", "Gala"]),
        (NAMES, {"q1_entries": "1 2", "q1_1_text": " ", "q1_2_text": "Gala"}, ["Gala"]),
        (
            SORTS,
            {"q1_entries": "1 2", "q1_1_shown": "1 2 3", "q1_2_shown": "1 2 3", "q1_2_1_text": "Gala", "q1_2_3": "no"},
            [{"name": "Gala", "ripe": False}],
        ),
        (SORTS, {"q1_1_shown": "1 3", "q1_1_1_declined": "yes"}, [{"name": {"declined": True}}]),
        (SORTS, {"q1_1_shown": "1 3", "q1_declined": "yes"}, {"declined": True}),
    ],
)
def test_what_was_filled_in_becomes_the_answer(item: Item, posted: Mapping[str, Any], expected: Any) -> None:
    given = answer(item, **posted)
    assert given == expected
    assert type(given) is type(expected)


@pytest.mark.parametrize("item", [ONE, SEVERAL, YES_NO, SCALE])
def test_prefer_not_to_say_is_the_last_option(item: Item) -> None:
    assert answer(item, q1=":declined") == {"declined": True}


@pytest.mark.parametrize("item", [SHORT, LONG, WHOLE, PARTS, DAY, MONTH, YEAR])
def test_prefer_not_to_say_is_a_box_beside_what_is_typed(item: Item) -> None:
    assert answer(item, q1_declined="yes") == {"declined": True}


@pytest.mark.parametrize("item", [ONE, ONE_OR_OTHER, SEVERAL, YES_NO, SHORT, LONG, WHOLE, PARTS, DAY, SCALE])
def test_nothing_but_white_space_is_left_blank(item: Item) -> None:
    assert answer(item, q1_text="  \r\n ", q1_other="  ", q1_day=" ", q1_month="", q1_year="") is None


@pytest.mark.parametrize(
    ("item", "posted"),
    [
        (SHORT, {"q1_text": "Boskoop", "q1_declined": "yes"}),
        (WHOLE, {"q1_text": "7", "q1_declined": "yes"}),
        (DAY, {"q1_year": "1988", "q1_declined": "yes"}),
        (SEVERAL, {"q1": ["apple", ":declined"]}),
        (ONE_OR_OTHER, {"q1": ":declined", "q1_other": "A quince"}),
    ],
)
def test_an_answer_and_prefer_not_to_say_are_not_both_taken(item: Item, posted: Mapping[str, Any]) -> None:
    assert "keep one of them" in message(item, **posted)


@pytest.mark.parametrize(
    ("item", "posted", "expected"),
    [
        (WHOLE, {"q1_text": "seven"}, "Write a whole number in digits, such as 7."),
        (WHOLE, {"q1_text": "7.5"}, "Write a whole number in digits, such as 7."),
        (WHOLE, {"q1_text": "25"}, "Write a number from 0 to 24."),
        (WHOLE, {"q1_text": "-1"}, "Write a number from 0 to 24."),
        (PARTS, {"q1_text": "7,5"}, "Use a point for parts of a whole, such as 7.5."),
        (PARTS, {"q1_text": "7.55"}, "Write at most 1 digit after the point."),
        (PARTS, {"q1_text": "-1"}, "Write a number that is 0 or more."),
        (PARTS, {"q1_text": "1e5"}, "Write a number in digits."),
        (PARTS, {"q1_text": "9" * 30}, "This number is too long."),
        (DAY, {"q1_day": "31", "q1_month": "2", "q1_year": "2026"}, "That month has 28 days."),
        (DAY, {"q1_day": "1", "q1_month": "13", "q1_year": "2026"}, "the month as a number from 1 to 12"),
        (DAY, {"q1_day": "1", "q1_month": "5", "q1_year": "26"}, "the year with four digits"),
        (DAY, {"q1_day": "1", "q1_month": "May", "q1_year": "2026"}, "Write the date in digits, such as 12 5 1998."),
        (DAY, {"q1_day": "1", "q1_month": "", "q1_year": "2026"}, "day, month and year, or month and year"),
        (DAY, {"q1_day": "1", "q1_month": "5", "q1_year": ""}, "day, month and year, or month and year"),
        (DAY, {"q1_day": "5", "q1_month": "5", "q1_year": "2026"}, "The date must be 4 May 2026 or earlier."),
        (MONTH, {"q1_month": "5", "q1_year": ""}, "the month and the year, or the year alone"),
        (YEAR, {"q1_year": "last year"}, "Write the year in digits, such as 1998."),
        (CLOCK, {"q1_text": "seven"}, "Write the time with hours and minutes, such as 07:30 or 14:15."),
        (CLOCK, {"q1_text": "25:00"}, "Write the time with hours and minutes, such as 07:30 or 14:15."),
        (CLOCK, {"q1_text": "730"}, "Write the time with hours and minutes, such as 07:30 or 14:15."),
        (CLOCK, {"q1_text": "13:00 pm"}, "Write the time with hours and minutes, such as 07:30 or 14:15."),
        (CLOCK, {"q1_text": "3:59"}, "The time must be 04:00 or later."),
        (MOMENT, {"q1_time": "7:30"}, "Write the whole date too: day, month and year."),
        (MOMENT, {"q1_year": "2026", "q1_time": "7:30"}, "Write the whole date too: day, month and year."),
        (MOMENT, {"q1_day": "4", "q1_month": "5", "q1_year": "2026", "q1_time": "24:00"}, "Write the time with hours"),
        (
            MOMENT,
            {"q1_day": "5", "q1_month": "5", "q1_year": "2026", "q1_time": "7:30"},
            "must be 4 May 2026 or earlier",
        ),
        (AMOUNT, {"q1_text": "7"}, "Choose the unit too."),
        (AMOUNT, {"q1_text": "7", "q1_unit": "stone"}, "Choose one of the answers shown here."),
        (AMOUNT, {"q1_unit": "kg"}, "Write the number too, or leave the unit out."),
        (ONE_UNIT, {"q1_text": "101"}, "Write a number that is 100 or less."),
        (
            NAMES,
            {"q1_entries": "1 2", "q1_1_text": "Gala", "q1_2_text": "Boskoop apple"},
            "This is 3 characters too long.",
        ),
        (SORTS, {"q1_1_shown": "1 3", "q1_1_3": "maybe"}, "Choose one of the answers shown here."),
        (SORTS, {"q1_1_shown": "1 3", "q1_1_3": "yes"}, "You left this blank."),
        (SORTS, {"q1_1_shown": "1 3", "q1_1_1_text": "Gala", "q1_declined": "yes"}, "Please keep one of them."),
        (SHORT, {"q1_text": "Boskoop apple"}, "This is 3 characters too long. There is room for 10."),
        (SHORT, {"q1_text": "Boskoop ap."}, "This is 1 character too long."),
        (SHORT, {"q1_text": "a\nb"}, "on one line"),
        (LONG, {"q1_text": "a\n" * 150}, "too many line breaks. There is room for 100."),
        (ONE_OR_OTHER, {"q1": ":other"}, "Write your own answer in the box, or choose another one."),
        (ONE_OR_OTHER, {"q1": "apple", "q1_other": "A quince"}, "You chose an answer and also wrote one."),
        (SEVERAL, {"q1": ["none", "apple"]}, "You ticked “None of these” and something else as well."),
        (SEVERAL, {"q1": "none", "q1_other": "Figs"}, "You ticked “None of these” and something else as well."),
    ],
)
def test_a_mistake_is_told_with_what_would_be_right(item: Item, posted: Mapping[str, Any], expected: str) -> None:
    assert expected in message(item, **posted)


@pytest.mark.parametrize(
    ("item", "posted", "typed"),
    [
        (WHOLE, {"q1_text": "seven"}, "seven"),
        (PARTS, {"q1_text": " 7,5 "}, " 7,5 "),
        (LONG, {"q1_text": "a" * 5000}, "a" * 5000),
        (ONE_OR_OTHER, {"q1": "apple", "q1_other": "A quince"}, "A quince"),
        (DAY, {"q1_day": "1", "q1_month": "May", "q1_year": "2026"}, "1 May 2026"),
    ],
)
def test_what_was_typed_stays_as_it_is(item: Item, posted: Mapping[str, Any], typed: str) -> None:
    (field,) = post(item, **posted).wrong
    assert field.typed_text() == typed


@pytest.mark.parametrize(
    ("item", "posted"),
    [
        (ONE, {"q1": "banana"}),
        (ONE, {"q1": ":other"}),
        (ONE, {"q1": ["apple", "pear"]}),
        (SEVERAL, {"q1": ["apple", "banana"]}),
        (YES_NO, {"q1": "maybe"}),
        (SCALE, {"q1": "11"}),
        (SCALE, {"q1": "1.5"}),
        (SCALE, {"q1": "０"}),
    ],
)
def test_an_option_that_was_not_offered_is_refused(item: Item, posted: Mapping[str, Any]) -> None:
    assert "Choose" in message(item, **posted)


def test_the_same_input_twice_counts_once() -> None:
    assert answer(ONE, q1=["apple", "apple"]) == "apple"
    assert answer(SEVERAL, q1=["apple", "apple"]) == ["apple"]
    assert answer(SHORT, q1_text=["first", "second"]) == "first"


def test_inputs_that_are_not_on_the_page_are_passed_over() -> None:
    form = post(ONE, q1="apple", q2="banana", x="pear", answers="{}", q1_other="Not asked for")
    assert form.answers() == {"x": "apple"}


def test_a_required_question_asks_once_more_and_then_lets_go() -> None:
    item = String(id="x", text="What is it called?", required=True)
    first = post(item, q1_text="")
    assert "To leave it blank, save again." in first.wrong[0].errors[0]
    assert first.check(()) == {1}
    again = post(item, 1, q1_text="")
    assert not again.wrong
    assert again.answers() == {}


def test_prefer_not_to_say_is_enough_for_a_required_question() -> None:
    assert answer(Boolean(id="x", text="Is it ripe?", required=True), q1=":declined") == {"declined": True}


@pytest.mark.parametrize(
    ("item", "stored"),
    [
        (ONE, "apple"),
        (ONE_OR_OTHER, {"other": "A quince"}),
        (SEVERAL, ["apple", {"other": "Figs"}]),
        (YES_NO, False),
        (SHORT, "Boskoop"),
        (LONG, "Red.\nRound."),
        (WHOLE, 7),
        (PARTS, 7.5),
        (DAY, "1988-05-12"),
        (DAY, "1988-05"),
        (MONTH, "1988-05"),
        (YEAR, "1988"),
        (SCALE, 0),
        (SHORT, {"declined": True}),
        (ONE, {"declined": True}),
        (CLOCK, "07:30"),
        (MOMENT, "2026-05-04T07:30"),
        (AMOUNT, {"value": 7.5, "unit": "lb"}),
        (ONE_UNIT, {"value": 7.5, "unit": "kg"}),
        (NAMES, ["Gala", "Boskoop"]),
        (NAMES, {"declined": True}),
        (SORTS, [{"name": "Gala"}, {"ripe": True, "name": {"declined": True}}]),
        (SORTS, {"declined": True}),
    ],
)
def test_a_stored_answer_fills_the_page_and_comes_back_the_same(item: Item, stored: Any) -> None:
    page = Page(id="page", title="Fruit", items=(item,))
    filled = page_form(page, page.items, {"x": 1})(data={"q1": stored}, meta={"today": TODAY})
    filled.check(())
    assert filled.answers() == {"x": stored}


def test_the_page_keeps_form_order_and_holds_information_text() -> None:
    items = (Display(id="note", text="Read this."), YES_NO)
    page = Page(id="page", title="Fruit", items=items)
    form = page_form(page, items, {"x": 1})(MultiDict({"q1": "yes", "note0": "posted", "q0": "posted"}))
    assert not form.check(())
    assert [field.item.type for field in form.fields] == ["display", "boolean"]
    assert form.numbers == (1,)
    assert form.answers() == {"x": True}


@pytest.mark.parametrize("path", ALL_FILES, ids=lambda path: path.stem)
def test_every_page_of_every_questionnaire_is_a_form_that_can_be_left_blank(path: Path) -> None:
    questionnaire = load(path).questionnaire
    for page in walk(questionnaire, Answers()).pages:
        form = page_form(page.page, page.items, questionnaire.numbers())(MultiDict())
        form.check(form.numbers)
        assert not form.wrong
        assert form.answers() == {}


def test_the_recall_period_stands_with_questions_that_look_back() -> None:
    own = Integer(id="own", text="How many?", recall="Today")
    free = Text(id="free", text="What is it like?")
    page = Page(id="page", title="Fruit", items=(YES_NO, own, free), recall="In the last 2 weeks")
    form = page_form(page, page.items, {"x": 1, "own": 2, "free": 3})()
    assert [field.recall for field in form.fields] == ["In the last 2 weeks", "Today", ""]


def test_texts_of_the_form_are_in_the_language_of_the_page() -> None:
    class Czech:
        def gettext(self, string: str) -> str:
            return f"cs: {string}"

        def ngettext(self, singular: str, plural: str, n: int) -> str:
            return f"cs: {plural}"

    page = Page(id="page", title="Fruit", items=(SHORT,))
    meta = {"locale": "cs", "translations": Czech()}
    form = page_form(page, page.items, {"x": 1})(MultiDict({"q1-text": "a" * 1510}), meta=meta)
    form.check(())
    assert form.wrong[0].errors[0].startswith("cs: This is 1\xa0500 characters too long.")


def test_the_button_adds_an_entry_with_a_key_that_was_never_given_and_takes_one_away() -> None:
    posted = MultiDict({"q1-entries": "1 3", "q1-1-text": "Gala", "q1-3-text": "Boskoop"})
    added = changed(posted, "add-1")
    assert added is not None
    form = page_form(Page(id="page", title="Fruit", items=(NAMES,)), (NAMES,), {"x": 1})(added)
    (field,) = form.fields
    assert isinstance(field, SeveralField)
    assert [(entry.key, entry.label, entry.has_focus) for entry in field.entries] == [
        (1, "Answer 1", False),
        (3, "Answer 2", False),
        (4, "Answer 3", True),
    ]
    assert not field.can_add, "three is the most"
    removed = changed(added, "remove-1-1")
    assert removed is not None
    assert removed["q1-entries"] == "3 4"
    assert changed(posted, "next") is None


def test_there_is_never_more_room_than_the_item_gives() -> None:
    posted = {"q1-entries": "1 2 3 4", **{f"q1-{key}-text": "Gala" for key in range(1, 5)}}
    form = page_form(Page(id="page", title="Fruit", items=(NAMES,)), (NAMES,), {"x": 1})(MultiDict(posted))
    form.check(())
    assert form.answers() == {"x": ["Gala"] * 3}


def test_the_fields_of_groups_and_grids_are_questions_of_the_page() -> None:
    row = Choice(id="row", text="In spring", options=FRUIT)
    items = (
        Group(id="group", text="Taste", items=(Display(id="note", text="Read this."), YES_NO)),
        Grid(id="grid", text="How often?", options=FRUIT, items=(row,)),
    )
    form = page_form(Page(id="page", title="Fruit", items=items), items, {"x": 1, "row": 2})(
        MultiDict({"q1": "yes", "q2": "pear"})
    )
    form.check(())
    assert [field.item.id for field in form.fields] == ["group", "grid"]
    assert form.numbers == (1, 2)
    assert form.answers() == {"x": True, "row": "pear"}

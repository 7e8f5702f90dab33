"""Reading a definition: what comes out, and what is said of every kind of mistake."""

from __future__ import annotations

from decimal import Decimal as Number

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from screening.definition.item_keys import item_keys, row_keys
from screening.definition.loader import load, load_text
from screening.definition.model import ITEM_TYPES, All, Any, Choice, Comparison, Date, Display, Not, Operator, Option
from tests.support.definitions import (
    ALL_FILES,
    FIXTURES,
    HEAD,
    fixture,
    messages_of,
    only_item,
    problems_of,
    with_items,
)


@pytest.mark.parametrize("path", ALL_FILES, ids=lambda path: path.stem)
def test_every_fixture_and_shipped_file_loads(path):
    loaded = load(path)
    assert loaded.name == str(path)
    assert loaded.questionnaire.pages


ONCE = {"repeats", "max_occurs"}
UNUSED = dict.fromkeys(ITEM_TYPES, frozenset()) | {
    "choice": {"max_occurs"},
    "boolean": ONCE,
    "scale": ONCE,
    "display": {"short", "help", "recall", "required", "glance", "initial", *ONCE},
    "group": {"recall", "initial"},
    "grid": {"short", "required", "glance", "initial", *ONCE},
}
"""Item type -> the fields of every item that make no sense for it."""


def test_each_item_type_has_keys_and_a_fixture_of_its_name():
    assert {path.stem for path in FIXTURES.glob("*.yaml")} >= set(ITEM_TYPES)
    for item_type, variant in ITEM_TYPES.items():
        assert item_type in {item.type for item in fixture(item_type).items()}
        fields = set(variant.__dataclass_fields__) - {"option_set"}
        assert set(item_keys(item_type)) == fields - UNUSED[item_type] | {"type"}
    row_fields = set(Choice.__dataclass_fields__) - {"option_set"}
    of_the_grid = {
        "type",
        "options",
        "recall",
        "help",
        "enable_when",
        "off_by_default",
        "repeats",
        "max_occurs",
        "other",
    }
    assert set(row_keys()) == row_fields - of_the_grid


def test_codes_that_yaml_takes_for_booleans_stay_codes():
    item = only_item("choice")
    assert isinstance(item, Choice)
    assert item.options == (Option("red", "Red"), Option("green", "Green"), Option("no", "None at all"))


@pytest.mark.parametrize("version", ["..", ".", "1/approve", "a?b#c", "a b", "1%2f", "ä", "x" * 21])
def test_a_version_that_could_not_stand_in_an_address_is_refused(version):
    text = with_items("- {id: a, type: boolean, text: Well?}", head=HEAD.replace('"1"', f'"{version}"'))
    (problem,) = problems_of(text)
    assert problem.line == 2
    assert "version" in problem.message


@pytest.mark.parametrize("version", ["1", "2026.1", "1.0.0-beta_2", "x" * 20])
def test_a_version_is_letters_digits_dots_and_dashes(version):
    text = with_items("- {id: a, type: boolean, text: Well?}", head=HEAD.replace('"1"', f'"{version}"'))
    assert load_text(text, "x").questionnaire.version == version


@pytest.mark.parametrize("language", ["qq", "xx-XX", "zzz"])
def test_a_language_that_nobody_knows_is_refused(language):
    text = with_items(
        "- {id: a, type: boolean, text: Well?}", head=HEAD.replace("language: en", f"language: {language}")
    )
    assert f"can't be {language}: no such language is known" in messages_of(text)


@pytest.mark.parametrize("language", ["es", "ar", "pt-BR", "zh-Hant", "es-419"])
def test_known_languages_are_taken(language):
    text = with_items(
        "- {id: a, type: boolean, text: Well?}", head=HEAD.replace("language: en", f"language: {language}")
    )
    assert load_text(text, "x").questionnaire.language == language


def test_version_that_looks_like_a_number_stays_text():
    text = with_items("- {id: a, type: boolean, text: Yes?}", head=HEAD.replace('"1"', "2026.10"))
    assert load_text(text, "x").questionnaire.version == "2026.10"


def test_several_choices_know_their_exclusive_option_and_own_words():
    item = only_item("choice_repeats")
    assert isinstance(item, Choice)
    assert item.repeats
    assert item.other == "Something else (please say)"
    assert [option.code for option in item.options if option.exclusive] == ["none"]


def test_an_option_set_is_shared_by_name():
    first, second = fixture("option_sets").items()
    assert isinstance(first, Choice)
    assert isinstance(second, Choice)
    assert first.option_set == "frequency"
    assert first.options == second.options == fixture("option_sets").option_sets["frequency"]


def test_dates_keep_precision_and_limits():
    item = only_item("date_year")
    assert isinstance(item, Date)
    assert (item.precision, item.min_value, item.max_value) == ("year", "1950", "2030")


def test_information_text_keeps_its_paragraphs():
    item = only_item("display")
    assert isinstance(item, Display)
    assert item.text == "You can stop at any time.\n\nNothing is lost."


def test_conditions_are_read_by_the_type_they_look_at():
    questionnaire = fixture("conditions")

    def condition(item_id):
        item = questionnaire.item(item_id)
        assert item is not None
        return item.enable_when

    assert condition("if_one_of") == Comparison("numb", Operator.ONE_OF, ("most", "every"))
    assert condition("if_includes") == Comparison("tried", Operator.EQUALS, "no")
    assert condition("if_yes") == Comparison("ever", Operator.EQUALS, operand=True)
    assert condition("if_not_answered") == Comparison("words", Operator.ANSWERED, operand=False)
    assert condition("if_at_least") == Comparison("litres", Operator.AT_LEAST, Number("1.5"))
    assert condition("if_at_most") == Comparison("since", Operator.AT_MOST, "2024-05")
    assert isinstance(condition("if_both"), All)
    assert isinstance(condition("if_between"), All)
    assert isinstance(condition("if_any"), Any)
    assert isinstance(condition("if_not"), Not)
    assert questionnaire.pages[1].enable_when == Comparison("numb", Operator.ONE_OF, ("some", "most", "every"))


def test_all_mistakes_are_told_in_one_go_each_at_its_line():
    text = with_items(
        """
        - id: numb
          type: choice
          text: Numb?
          shrot: Numb
          options: frequncy
        - id: numb
          type: slider
          text: Again?
        - id: later
          type: integer
          text: How many?
          min_value: 5
          max_value: 3
          requierd: maybe
        """,
        head=HEAD + "option_sets:\n  frequency: {never: Never}\n",
    )
    found = {(problem.line, problem.rule) for problem in problems_of(text)}
    assert found == {
        (15, "unknown-key"),
        (16, "reference"),
        (17, "duplicate-id"),
        (18, "value"),
        (24, "limit"),
        (25, "unknown-key"),
    }
    assert "Did you mean short?" in messages_of(text)
    assert "Did you mean frequency?" in messages_of(text)
    assert "Did you mean required?" in messages_of(text)


def test_problems_carry_path_line_and_column():
    (problem,) = problems_of(
        HEAD + "pages:\n  - id: p\n    title: T\n    items:\n      - {id: a, type: boolean, text: T, x: 1}\n"
    )
    assert (problem.path, problem.line, problem.column, problem.severity) == ("made-up.yaml", 10, 41, "error")
    assert str(problem).startswith("made-up.yaml:10: ")


@pytest.mark.parametrize(
    "key",
    ["score", "points", "cut_off", "cutoff", "threshold", "colour", "color", "severity", "ordinalValue", "itemWeight"],
)
@pytest.mark.parametrize("place", ["questionnaire", "page", "item", "option"])
def test_keys_for_judging_answers_are_refused_with_a_sentence_of_their_own(key, place):
    item = "- id: a\n  type: choice\n  text: T\n"
    item += f"  options: {{x: {{text: X, {key}: 1}}}}\n" if place == "option" else "  options: {x: X}\n"
    if place == "item":
        item += f"  {key}: 1\n"
    text = with_items(
        item,
        head=HEAD + (f"{key}: 1\n" if place == "questionnaire" else ""),
        page=f"{key}: 1\n" if place == "page" else "",
    )
    assert f"`{key}`: there are no scores, thresholds, colours" in messages_of(text)


CONDITION_MISTAKES = {
    "{numbb: {equals: x}}": 'there is no item "numbb" before this place. Did you mean numb?',
    "{later: {equals: yes}}": "later is asked later (line 23)",
    "{target: {equals: yes}}": "target is asked later",
    "{numb: {equals: Sometimes}}": "Write the code some.",
    "{numb: {equals: sme}}": "Did you mean some?",
    "{numb: {at_least: some}}": "a choice item like numb is compared by equals, not_equals, one_of or answered",
    "{numb: {is: some}}": 'not by "is"',
    "{numb: {one_of: some}}": "takes a list of option codes",
    "{numb: {one_of: [some, some]}}": "names an option twice",
    "{numb: some}": "say how numb is compared",
    "{numb: {}}": "say how numb is compared",
    "{}": "a condition is empty",
    "[]": "a condition is a map",
    "{hours: {equals: many}}": "is a number",
    "{hours: {equals: 1.5}}": "takes whole numbers",
    "{hours: {at_least: 30}}": "takes numbers from 0 to 24; 30 is never given",
    "{note: {equals: yes}}": "note is information text",
    "{words: {equals: hello}}": "a text item like words is compared by answered",
    "{day: {at_least: tomorrow}}": "is a date like 2026, 2026-05 or 2026-05-12",
    "{day: {at_least: 2026-13}}": "is a date like",
    "{flag: {equals: maybe}}": "is yes or no",
    "{numb: {answered: some}}": "is yes or no",
    "{any: {numb: {equals: some}}}": "`any` takes a list of conditions",
    "{all: []}": "`all` takes a list of conditions",
    "{not: []}": "a condition is a map",
    "{clock: {equals: noon}}": "is a time like 09:30 or 14:00",
    "{moment: {equals: 2026-05-12T25:00}}": "is a date with its time, like 2026-05-12T14:30",
    "{moment: {equals: today}}": "is a date like 2026",
    "{weight: {at_least: 5}}": "a quantity item like weight is compared by answered",
    "{heading: {answered: yes}}": "heading is a heading; look at a question under it",
    "{rows: {answered: yes}}": "rows is a heading; look at a question under it",
    "{entries: {equals: x}}": "a group item like entries is compared by answered",
    "{inside: {equals: yes}}": "inside is answered once for each entry of entries",
}


EARLIER = """
- {id: numb, type: choice, text: Numb, options: {some: Sometimes, every: Always}}
- {id: hours, type: integer, text: Hours, min_value: 0, max_value: 24}
- {id: note, type: display, text: Note}
- {id: words, type: text, text: Words}
- {id: flag, type: boolean, text: Flag}
- {id: day, type: date, text: Day}
- {id: clock, type: time, text: Clock}
- {id: moment, type: dateTime, text: Moment}
- {id: weight, type: quantity, text: Weight, units: {kg: kg}}
- {id: heading, type: group, text: Heading, items: [{id: under, type: boolean, text: Under}]}
- {id: rows, type: grid, text: Rows, options: {a: A}, items: [{id: row, text: Row}]}
- {id: entries, type: group, text: Entries, repeats: yes, items: [{id: inside, type: boolean, text: Inside}]}
- {id: target, type: boolean, text: Target, enable_when: CONDITION}
- {id: later, type: boolean, text: Later}
"""


@pytest.mark.parametrize("condition", CONDITION_MISTAKES)
def test_a_wrong_condition_is_told_with_what_would_be_right(condition):
    (problem,) = problems_of(with_items(EARLIER.replace("CONDITION", condition)))
    assert problem.line == 22
    assert CONDITION_MISTAKES[condition] in problem.message


ITEM_MISTAKES = {
    "type: choice, options: [a, b]": "one `code: text` for each option",
    "type: choice, options: {}": "one `code: text` for each option",
    "type: choice, options: nowhere": 'there is no option set "nowhere"',
    "type: choice, options: {a: }": "is empty",
    "type: choice, options: {_a: A}": "an option's code can't be \"_a\"",
    "type: choice, options: {a: {exclusive: yes, text: A}, b: B}": "set `repeats: yes` or drop it",
    "type: choice": "lacks `options:`",
    "type: boolean, repeats: yes": "time, dateTime or group, not to a boolean item",
    "type: display, required: yes": "`required` belongs to items of type",
    "type: scale": "lacks `min_label:`",
    "type: scale, min_label: A, max_label: B, max_value: 0": "a scale has 2 to 21 points; this one has 1",
    "type: scale, min_label: A, max_label: B, max_value: 100": "this one has 101",
    "type: integer, min_value: 5, max_value: 4": "max_value 4 is below min_value 5",
    "type: integer, min_value: 1.5": "is a whole number",
    "type: integer, min_value: 99999999999": "is a whole number of at most",
    "type: decimal, min_value: 0.125": "has more decimal places than max_decimal_places (2)",
    "type: decimal, max_decimal_places: 0": "use type integer",
    "type: decimal, max_value: 1234567890.1234567": "is a number of up to 15 digits",
    "type: date, precision: week": "it is day, month or year",
    "type: date, precision: year, min_value: 2020-05": "is finer than the item's precision",
    "type: date, min_value: 2025, max_value: 2024-12-31": "is before min_value",
    "type: date, max_value: 2025-02-30": "is a date like",
    "type: date, min_value: today, max_value: today": "there is nothing to ask",
    "type: string, max_length: 0": "is from 1 to 2000",
    "type: text, max_length: 2001": "is from 1 to 2000",
    "type: boolean, short: An answer label that is longer than forty letters": "at most 40 are allowed",
    "type: boolean, topic: selfharm": "Did you mean self_harm?",
    "type: boolean, required: 1": "is yes or no",
    "type: boolean, help: ": "is empty",
    "type: boolean, help: [a]": "is a text; this is a list",
    "type: boolean, initial: maybe": "`initial` is yes or no",
    "type: boolean, link_id: a": "is the same as the id",
    "type: string, max_occurs: 3": "goes with `repeats: yes`",
    "type: string, repeats: yes, max_occurs: 1": "is from 2 to 20",
    "type: string, repeats: yes, initial: x": "`initial` is a list here",
    "type: string, repeats: yes, max_occurs: 2, initial: [a, b, c]": "3 values; max_occurs is 2",
    "type: string, max_length: 3, initial: long": "at most 3 are allowed",
    'type: text, initial: "' + "x\\n" * 101 + 'x"': "101 line breaks; at most 100",
    "type: choice, options: {a: A}, initial: b": "`initial` can't be",
    "type: choice, repeats: yes, options: {a: A}, initial: [a, a]": "names an option twice",
    "type: choice, repeats: yes, options: {a: A, b: {text: B, exclusive: yes}}, initial: [a, b]": "exclusive option",
    "type: integer, initial: 1.5": "1.5 is no whole number",
    "type: integer, max_value: 3, initial: 4": "4 is above max_value 3",
    "type: decimal, initial: 0.125": "has too many decimal places",
    "type: scale, min_label: A, max_label: B, initial: -1": "-1 is below min_value 0",
    "type: date, precision: month, initial: 2026-05-12": "finer than the item's precision",
    "type: date, max_value: 2020, initial: 2021-05": "2021-05 is above max_value 2020",
    "type: date, initial: today": "is a date like",
    "type: time, min_value: 25:00": "is a time like",
    "type: time, min_value: 10:00, max_value: 09:59": "is before min_value",
    "type: dateTime, max_value: 2026-05-12 10:00": "is a date like",
    "type: dateTime, min_value: 2026-05-12T10:00, max_value: 2026-05-11": "is before min_value",
    "type: quantity": "lacks `units:`",
    "type: quantity, units: kg": "one `code: text` for each unit",
    "type: quantity, units: {kg g: x}": "a unit's code can't be",
    "type: quantity, units: {kg: Kilo, g: kilo}": 'two units read "Kilo"',
    "type: quantity, units: {kg: {text: Kilo, exclusive: yes}}": "a unit can't be exclusive",
    "type: quantity, units: {kg: {text: Kilo, system: loinc}}": "write the address of a code system",
    "type: quantity, units: {kg: Kilo}, initial: 5": "is a map of keys",
    "type: quantity, units: {kg: Kilo}, initial: {value: 5}": "an amount lacks `unit:`",
    "type: quantity, units: {kg: Kilo}, initial: {value: 5, unit: g}": '"g" is no unit of a; its codes are kg',
    "type: quantity, units: {kg: Kilo}, min_value: 6, initial: {value: 5, unit: kg}": "5 is below min_value 6",
    "type: group": "lacks `items:`",
    "type: group, items: []": "a list with at least one entry",
    "type: group, items: [{id: b, text: B}]": "an item lacks `type:`",
    "type: group, items: [{id: b, type: group, text: B, items: []}]": "a group can't stand in a group",
    "type: group, items: [{id: b, type: grid, text: B}]": "a grid can't stand in a group",
    "type: group, required: yes, items: [{id: b, type: boolean, text: B}]": "`required` goes with `repeats: yes`",
    "type: group, repeats: yes, items: [{id: b, type: display, text: B}]": "holds at least one question",
    "type: group, repeats: yes, items: [{id: b, type: boolean, text: B, glance: yes}]": "set `glance` on the group",
    "type: group, items: [{id: a, type: boolean, text: B}]": "the id a is taken",
    "type: group, enable_when: {b: {equals: yes}}, items: [{id: b, type: boolean, text: B}]": "b is asked later",
    "type: grid, items: [{id: b, text: B}]": "lacks `options:`",
    "type: grid, options: {a: A}, items: [{id: b, type: choice, text: B}]": "every row is a choice",
    "type: grid, options: {a: A}, items: [{id: b, text: B, enable_when: {}}]": "`enable_when` belongs to the grid",
    "type: grid, options: {a: A}, items: [{id: b, text: B, options: {}}]": "`options` belongs to the grid",
    "type: grid, options: {a: A}, items: [{id: b, text: B, initial: c}]": "`initial` can't be",
    "type: grid, options: {a: {text: A, exclusive: yes}}, items: [{id: b, text: B}]": "only one can be chosen",
}


@pytest.mark.parametrize("keys", ITEM_MISTAKES)
def test_a_wrong_item_is_told_with_what_would_be_right(keys):
    assert ITEM_MISTAKES[keys] in messages_of(with_items(f"- {{id: a, text: T, {keys}}}"))


TOP_MISTAKES = {
    "clinically_reviewed: yes\n": "say who reviewed it and when",
    "license: free for all\n": "SPDX",
    "titel: X\n": "Did you mean title?",
    "option_sets: {spare: {a: A}}\n": 'option set "spare" is used by no item',
}


@pytest.mark.parametrize("line", TOP_MISTAKES)
def test_a_wrong_key_at_the_top_is_told(line):
    assert TOP_MISTAKES[line] in messages_of(with_items("- {id: a, type: boolean, text: T}", head=HEAD + line))


def test_missing_keys_are_named():
    found = messages_of("title: Lonely\n")
    for key in ("id", "version", "language", "copyright", "pages"):
        assert f"lacks `{key}:`" in found


def test_ids_are_unique_over_pages_and_items():
    text = with_items("- {id: page, type: boolean, text: T}")
    assert "the id page is taken: it stands in line 7 already" in messages_of(text)


@pytest.mark.parametrize("word", ["all", "any", "not"])
def test_words_of_conditions_can_be_no_ids(word):
    assert "has a meaning in conditions" in messages_of(with_items(f"- {{id: {word}, type: boolean, text: T}}"))


@pytest.mark.parametrize(
    ("second", "message"),
    [
        ("{id: b, link_id: a, type: boolean, text: T}", '"a" is the linkId of a already'),
        ("{id: b, link_id: x, type: boolean, text: T}", '"x" is the linkId of'),
        ("{id: b, link_id: page, type: boolean, text: T}", '"page" is the linkId of page already'),
    ],
)
def test_no_two_parts_share_a_link_id(second, message):
    third = "{id: c, link_id: x, type: boolean, text: T}"
    assert message in messages_of(with_items(f"- {{id: a, type: boolean, text: T}}\n- {second}\n- {third}"))


def test_in_an_entry_a_condition_sees_earlier_siblings_and_what_stands_before_the_group():
    text = """
    - {id: before, type: boolean, text: T}
    - id: g
      type: group
      repeats: yes
      text: G
      items:
        - {id: one, type: boolean, text: T, enable_when: {before: {equals: yes}}}
        - {id: two, type: boolean, text: T, enable_when: {one: {equals: yes}}}
        - {id: three, type: boolean, text: T, enable_when: {CONDITION: {answered: yes}}}
        - {id: four, type: boolean, text: T}
    """
    assert problems_of(with_items(text.replace("CONDITION", "two"))) == ()
    assert "four is asked later" in messages_of(with_items(text.replace("CONDITION", "four")))
    assert "g is asked later" in messages_of(with_items(text.replace("CONDITION", "g")))


def test_a_mistake_inside_a_group_is_told_once_at_its_line():
    text = """
    - id: g
      type: group
      text: G
      items:
        - {id: one, type: boolan, text: T}
        - {id: two, type: boolean, text: T, enable_when: {one: {equals: yes}}}
    - {id: three, type: boolean, text: T, enable_when: {one: {equals: yes}}}
    """
    (problem,) = problems_of(with_items(text))
    assert problem.line == 14


def test_an_option_set_that_only_a_grid_uses_is_used():
    items = "- {id: g, type: grid, text: G, options: few, items: [{id: r, text: R}]}"
    assert problems_of(with_items(items, head=HEAD + "option_sets: {few: {a: A}}\n")) == ()


def test_items_in_groups_count_towards_the_limit():
    inner = ", ".join(f"{{id: a{n}, type: boolean, text: T}}" for n in range(2000))
    assert "2001 items" in messages_of(with_items(f"- {{id: g, type: group, text: G, items: [{inner}]}}"))


def test_the_order_of_units_is_part_of_what_a_file_says():
    text = (FIXTURES / "quantity.yaml").read_text()
    lines = text.splitlines(keepends=True)
    place = next(number for number, line in enumerate(lines) if "stone:" in line)
    lines[place - 1], lines[place] = lines[place], lines[place - 1]
    assert load_text("".join(lines), "x").content_hash != load_text(text, "x").content_hash


def test_an_item_with_a_mistake_brings_no_second_message_where_it_is_referred_to():
    text = with_items(
        "- {id: numb, type: chioce, text: T}\n- {id: b, type: boolean, text: T, enable_when: {numb: {equals: x}}}"
    )
    assert len(problems_of(text)) == 1


def test_sensitive_wants_words_not_a_flag():
    assert "the words of the gate" in messages_of(
        with_items("- {id: a, type: boolean, text: T}", page="sensitive: yes\n")
    )


def test_a_page_can_not_depend_on_itself():
    text = with_items("- {id: a, type: boolean, text: T}", page="enable_when: {a: {equals: yes}}\n")
    assert "a is asked later" in messages_of(text)


class _Quoted(yaml.SafeDumper):
    """Writes every text in double quotes."""


@pytest.mark.parametrize("path", ALL_FILES, ids=lambda path: path.stem)
def test_comments_quotes_and_layout_change_neither_hash_nor_meaning(path):
    original = load(path)
    raw = yaml.load(original.text, Loader=yaml.CBaseLoader)
    flow = yaml.dump(raw, sort_keys=False, default_flow_style=True, width=70, allow_unicode=True)
    block = "# a comment\n" + yaml.dump(raw, sort_keys=False, default_style='"', indent=4)
    for text in (flow, block, original.text.replace("\n", "\r\n")):
        again = load_text(text, "again")
        assert again.questionnaire == original.questionnaire
        assert again.content_hash == original.content_hash


def test_a_changed_word_or_order_of_options_changes_the_hash():
    text = (FIXTURES / "choice.yaml").read_text()
    first = load_text(text, "x").content_hash
    assert load_text(text.replace("Red", "Rot"), "x").content_hash != first
    assert load_text(text.replace("red: Red, green: Green", "green: Green, red: Red"), "x").content_hash != first
    assert len(first) == 64


def test_marks_point_at_items_pages_and_keys():
    loaded = load(FIXTURES / "sensitive.yaml")
    lines = loaded.text.splitlines()
    assert "sensitive:" in lines[loaded.mark("page", "closeness", "sensitive").line - 1]
    assert "interest_how" in lines[loaded.mark("item", "interest_how", "help").line - 1]
    assert loaded.mark("questionnaire", "description").line == 1


TEXTS = [path.read_text() for path in ALL_FILES if path.stem in ("conditions", "choice_repeats", "sensitive", "scale")]


@settings(max_examples=200, deadline=None)
@given(data=st.data())
def test_a_damaged_file_is_refused_or_read_but_never_crashes(data):
    text = data.draw(st.sampled_from(TEXTS))
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, min(len(text), start + 60)))
    junk = data.draw(
        st.sampled_from(
            ["", "\n", ": ", "- ", "{", "[]", "{}", "yes", "'", "\t", "&a", "*a", "!!int ", "\x00", "٣", "a: b"]
        )
    )
    problems = problems_of(text[:start] + junk + text[end:])
    assert all(problem.line >= 1 and problem.message for problem in problems)

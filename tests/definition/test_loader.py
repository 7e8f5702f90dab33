"""Reading a definition: what comes out, and what is said of every kind of mistake."""

from __future__ import annotations

from decimal import Decimal as Number

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from screening.definition.item_reader import item_keys
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


def test_each_item_type_has_keys_and_a_fixture_of_its_name():
    assert {path.stem for path in FIXTURES.glob("*.yaml")} >= set(ITEM_TYPES)
    for item_type, variant in ITEM_TYPES.items():
        assert item_type in {item.type for item in fixture(item_type).items()}
        fields = set(variant.__dataclass_fields__) - {"option_set"}
        unused = {"short", "help", "recall", "required", "glance"} if item_type == "display" else set()
        assert set(item_keys(item_type)) == fields - unused | {"type"}


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
    "{later: {equals: yes}}": "later is asked later (line 17)",
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
}


EARLIER = """
- {id: numb, type: choice, text: Numb, options: {some: Sometimes, every: Always}}
- {id: hours, type: integer, text: Hours, min_value: 0, max_value: 24}
- {id: note, type: display, text: Note}
- {id: words, type: text, text: Words}
- {id: flag, type: boolean, text: Flag}
- {id: day, type: date, text: Day}
- {id: target, type: boolean, text: Target, enable_when: CONDITION}
- {id: later, type: boolean, text: Later}
"""


@pytest.mark.parametrize("condition", CONDITION_MISTAKES)
def test_a_wrong_condition_is_told_with_what_would_be_right(condition):
    (problem,) = problems_of(with_items(EARLIER.replace("CONDITION", condition)))
    assert problem.line == 16
    assert CONDITION_MISTAKES[condition] in problem.message


ITEM_MISTAKES = {
    "type: choice, options: [a, b]": "one `code: text` for each option",
    "type: choice, options: {}": "one `code: text` for each option",
    "type: choice, options: nowhere": 'there is no option set "nowhere"',
    "type: choice, options: {a: }": "is empty",
    "type: choice, options: {_a: A}": "an option's code can't be \"_a\"",
    "type: choice, options: {a: {exclusive: yes, text: A}, b: B}": "set `repeats: yes` or drop it",
    "type: choice": "lacks `options:`",
    "type: boolean, repeats: yes": "`repeats` belongs to items of type choice, not to a boolean item",
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

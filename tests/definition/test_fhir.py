"""The FHIR R4 Questionnaire: valid, and nothing of the definition lost on the way."""

from __future__ import annotations

import dataclasses
import json
from decimal import Decimal as Number

import pytest
from fhir.resources.R4B.questionnaire import Questionnaire as FhirQuestionnaire
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from screening.definition import fhir_terms as terms
from screening.definition.fhir import questionnaire_to_fhir
from screening.definition.fhir_conditions import condition_to_fhir, condition_to_plain, from_flat
from screening.definition.item_keys import item_keys
from screening.definition.loader import load
from screening.definition.model import ITEM_TYPES, All, Amount, Any, Comparison, Not, Operator, Option
from screening.importing.fhir import import_fhir
from tests.support.definitions import ALL_FILES, fixture, questionnaires


def exported(name):
    return questionnaire_to_fhir(fixture(name))


def item_of(resource, link_id):
    for entry in resource["item"]:
        if entry["linkId"] == link_id:
            return entry
        if "item" in entry and (found := item_of(entry, link_id)):
            return found
    return None


def value(element, url):
    (found,) = [entry for entry in element["extension"] if entry["url"] == url]
    (key,) = [key for key in found if key != "url"]
    return found[key]


@pytest.mark.parametrize("path", ALL_FILES, ids=lambda path: path.stem)
def test_the_export_is_a_valid_r4_questionnaire(path):
    questionnaire = load(path).questionnaire
    text = json.dumps(questionnaire_to_fhir(questionnaire))
    resource = FhirQuestionnaire.model_validate_json(text)
    assert resource.version == questionnaire.version
    assert json.loads(resource.model_dump_json()) == json.loads(text)


@pytest.mark.parametrize("path", ALL_FILES, ids=lambda path: path.stem)
def test_link_ids_are_the_items_each_once(path):
    questionnaire = load(path).questionnaire

    found = list(all_link_ids(questionnaire_to_fhir(questionnaire)))
    assert len(found) == len(set(found))
    assert {item.fhir_link_id for item in questionnaire.items()} <= set(found)


def test_options_carry_their_codes():
    item = item_of(exported("choice"), "colour")
    assert item["type"] == "choice"
    assert [option["valueCoding"] for option in item["answerOption"]] == [
        {"code": "red", "display": "Red"},
        {"code": "green", "display": "Green"},
        {"code": "no", "display": "None at all"},
    ]


def test_own_words_make_an_open_choice_and_exclusive_options_say_so():
    item = item_of(exported("choice_repeats"), "tried")
    assert (item["type"], item["repeats"]) == ("open-choice", True)
    assert value(item, terms.OPEN_LABEL) == "Something else (please say)"
    assert [option["valueCoding"]["code"] for option in item["answerOption"] if "extension" in option] == ["none"]


def test_numbers_carry_limits_and_unit():
    item = item_of(exported("decimal"), "weight")
    assert value(item, terms.MIN_VALUE) == 0.5
    assert value(item, terms.MAX_VALUE) == 400
    assert value(item, terms.MAX_DECIMAL_PLACES) == 1
    assert value(item, terms.UNIT) == {"display": "kg"}


def test_a_scale_is_a_slider_with_labels():
    item = item_of(exported("scale"), "close")
    assert item["type"] == "integer"
    assert value(item, terms.ITEM_CONTROL)["coding"][0]["code"] == "slider"
    assert [child["text"] for child in item["item"]] == ["Not close at all", "Very close"]


def test_a_limit_of_today_is_marked_as_one_that_moves():
    item = item_of(exported("date"), "seen")
    assert value(item, terms.MIN_VALUE) == "1900"
    assert value(item, terms.MAX_TODAY) is True


def test_gate_intro_and_hints_stand_where_every_renderer_shows_them():
    group = item_of(exported("sensitive"), "closeness")
    assert [(entry["type"], entry["text"]) for entry in group["item"][:2]] == [
        ("display", "The next questions are about sex. You can skip this page."),
        ("display", "Say as much as you like."),
    ]
    (hint,) = item_of(exported("help_and_required"), "medicine")["item"]
    assert hint["text"] == "The name on the box is enough."
    assert value(hint, terms.ITEM_CONTROL)["coding"][0]["code"] == "help"


@pytest.mark.parametrize(
    ("item_id", "flat"),
    [
        ("if_equals", [("numb", "=", {"code": "every", "display": "Every day"})]),
        ("if_not_equals", [("numb", "exists", True), ("numb", "!=", {"code": "never", "display": "Never"})]),
        ("if_not_answered", [("words", "exists", False)]),
        ("if_yes", [("ever", "=", True)]),
        ("if_greater", [("hours", ">", 8)]),
        ("if_at_least", [("litres", ">=", 1.5)]),
        ("if_at_most", [("since", "<=", "2024-05")]),
        ("if_between", [("hours", ">=", 4), ("hours", "<=", 6)]),
    ],
)
def test_conditions_that_fhir_can_say_are_flat(item_id, flat):
    item = item_of(exported("conditions"), item_id)
    entries = [
        (entry["question"], entry["operator"], next(entry[key] for key in entry if key.startswith("answer")))
        for entry in item["enableWhen"]
    ]
    assert entries == flat
    assert item.get("enableBehavior") == ("all" if len(flat) > 1 else None)
    assert "extension" not in item


def test_one_of_is_any_of_several_equals():
    item = item_of(exported("conditions"), "if_one_of")
    assert item["enableBehavior"] == "any"
    assert [entry["answerCoding"]["code"] for entry in item["enableWhen"]] == ["most", "every"]


def test_other_conditions_are_an_expression_beside_our_own_form():
    item = item_of(exported("conditions"), "if_nested")
    assert "enableWhen" not in item
    assert "%resource.descendants().where(linkId='hours')" in value(item, terms.ENABLE_WHEN_EXPRESSION)["expression"]
    assert json.loads(value(item, terms.CONDITION)) == {
        "all": [
            {"any": [{"hours": {"less_than": 4}}, {"close": {"equals": 0}}]},
            {"not": {"ever": {"equals": False}}},
        ]
    }


NUMB = fixture("conditions").item
comparisons = st.one_of(
    st.builds(
        Comparison,
        st.just("numb"),
        st.sampled_from([Operator.EQUALS, Operator.NOT_EQUALS]),
        st.sampled_from(["never", "some"]),
    ),
    st.builds(Comparison, st.just("numb"), st.just(Operator.ONE_OF), st.sampled_from([("most",), ("most", "every")])),
    st.builds(Comparison, st.sampled_from(["numb", "ever"]), st.just(Operator.ANSWERED), st.booleans()),
    st.builds(Comparison, st.just("ever"), st.just(Operator.EQUALS), st.booleans()),
)
nested = st.recursive(
    comparisons,
    lambda inner: st.one_of(
        st.builds(Not, inner),
        st.lists(inner, min_size=2, max_size=3).map(tuple).map(All),
        st.lists(inner, min_size=2, max_size=3).map(tuple).map(Any),
    ),
    max_leaves=5,
)


@settings(max_examples=150, deadline=None)
@given(nested)
def test_a_condition_can_always_be_read_back_from_its_export(condition):
    keys = condition_to_fhir(condition, NUMB)
    ours = [entry for entry in keys.get("extension", []) if entry["url"] == terms.CONDITION]
    if ours:
        assert json.loads(ours[0]["valueString"]) == json.loads(json.dumps(condition_to_plain(condition)))
    else:
        assert from_flat(keys) == condition


CHANGES = {
    "id": "another", "link_id": "another-1", "text": "Another", "short": "Another", "help": "Another",
    "recall": "Another", "topic": "growing_up", "enable_when": Comparison("first", Operator.ANSWERED, operand=True),
    "initial": ("another",), "max_occurs": 7, "other": "Another", "option_set": "another", "max_length": 7,
    "options": (Option("z", "Z", exclusive=True, system="urn:x"),), "units": (Option("z", "Z", system="urn:x"),),
    "min_value": 1, "max_value": 3, "unit": "m", "max_decimal_places": 5, "precision": "year",
    "min_label": "Another", "max_label": "Another", "item_label": "Another",
    "title": "Another", "intro": "Another", "sensitive": "Another", "reading_level_reason": "Another",
    "version": "99", "language": "es", "copyright": "Another", "description": "Another", "license": "MIT",
    "clinically_reviewed": "Dr A", "source": "Another",
}  # fmt: skip
"""What a field is changed to; flags are turned."""

CHANGES_OF_TYPE = {
    "choice": {"initial": ("walk",)},
    "boolean": {"initial": (True,)},
    "integer": {"initial": (Number(3),)},
    "decimal": {"initial": (Number(3),)},
    "scale": {"initial": (Number(3),)},
    "quantity": {"initial": (Amount(Number(3), "stone"),)},
    "date": {"min_value": "2001", "max_value": "2002", "initial": ("2003",)},
    "dateTime": {"min_value": "2001", "max_value": "2002-03-04T05:06", "initial": ("2002-03-04T05:06",)},
    "time": {"min_value": "05:06", "max_value": "07:08", "initial": ("07:08",)},
}


def variants_of(part, fields):
    """Yield the part (item, page or questionnaire) with one field changed, for each of these fields."""
    changes = CHANGES | CHANGES_OF_TYPE.get(getattr(part, "type", ""), {})
    for field in fields:
        value = changes[field] if field in changes else not getattr(part, field)
        yield field, dataclasses.replace(part, **{field: value})


def fields_of(part):
    return {field.name for field in dataclasses.fields(part)} - {"items", "pages", "option_sets"}


def replace_item(items, old, new):
    """Return items with one of them, or of what stands in them, replaced."""
    return tuple(
        new
        if item is old
        else dataclasses.replace(item, items=replace_item(item.items, old, new))
        if old in item.children
        else item
        for item in items
    )


FIXTURE_OF_TYPE = {name: name for name in ITEM_TYPES} | {
    "choice": "choice_repeats",
    "string": "string_repeats",
    "group": "group_repeats",
}


@pytest.mark.parametrize("item_type", ITEM_TYPES)
def test_no_field_is_lost(item_type):
    questionnaire = fixture(FIXTURE_OF_TYPE[item_type])
    (page,) = questionnaire.pages
    item = next(item for item in questionnaire.items() if item.type == item_type)
    original = questionnaire_to_fhir(questionnaire)
    fields = set(item_keys(item_type)) - {"type", "items", "options"} | {"option_set", "options"} & fields_of(item)
    if not item.repeats:
        fields -= {"max_occurs"}
    if item_type == "grid":
        fields -= {"options", "option_set", "recall"}  # they are the rows' too
    changed = list(variants_of(questionnaire, fields_of(questionnaire)))
    changed += [
        (field, dataclasses.replace(questionnaire, pages=(other,)))
        for field, other in variants_of(page, fields_of(page))
    ]
    for field, other in variants_of(item, fields):
        items = replace_item(page.items, item, other)
        changed.append((field, dataclasses.replace(questionnaire, pages=(dataclasses.replace(page, items=items),))))
    for field, other in changed:
        assert questionnaire_to_fhir(other) != original, field


def test_a_group_is_a_group_and_says_how_often_it_can_be_answered():
    group = item_of(exported("group_repeats"), "medicines")
    assert (group["type"], group["repeats"]) == ("group", True)
    assert value(group, terms.MAX_OCCURS) == 3
    assert value(group, terms.ITEM_LABEL) == "Medicine"
    assert "repeats" not in item_of(exported("group"), "job")


def test_a_grid_with_nothing_but_rows_is_a_table():
    bare = dataclasses.replace(fixture("grid"), pages=(without_words(fixture("grid").pages[0]),))
    resource = questionnaire_to_fhir(bare)
    assert value(item_of(resource, "lately"), terms.ITEM_CONTROL)["coding"][0]["code"] == "table"
    assert import_fhir(json.dumps(resource).encode()).questionnaire == bare


def without_words(page):
    grid, *rest = page.items
    rows = tuple(dataclasses.replace(row, recall=None) for row in grid.items)
    return dataclasses.replace(
        page, items=(dataclasses.replace(grid, recall=None, help=None, items=rows), *rest), recall=None
    )


def test_a_grid_with_words_above_its_rows_is_a_marked_group():
    grid = item_of(exported("grid"), "lately")
    assert value(grid, terms.GRID) is True
    rows = [child for child in grid["item"] if child["type"] == "choice"]
    assert [row["linkId"] for row in rows] == ["slept_well", "ate_well", "went_out"]
    assert {tuple(option["valueCoding"]["code"] for option in row["answerOption"]) for row in rows} == {
        ("never", "some", "most")
    }
    assert [child["text"] for child in grid["item"] if child["type"] == "display"] == [
        "In the last 2 weeks",
        "Choose one answer in each row.",
    ]


def test_a_condition_in_an_entry_looks_at_the_same_entry():
    group = item_of(exported("group_repeats"), "medicines")
    assert value(group, terms.VARIABLE) == {"name": "entry", "language": "text/fhirpath", "expression": "%context"}
    flat = item_of(group, "changed_when")
    assert flat["enableWhen"] == [{"question": "changed", "operator": "=", "answerBoolean": True}]
    expression = value(item_of(group, "need_often"), terms.ENABLE_WHEN_EXPRESSION)["expression"]
    assert "%resource.descendants().where(linkId='any_medicine')" in expression
    assert "%entry.descendants().where(linkId='taken')" in expression


def test_that_a_group_was_answered_is_said_as_an_expression():
    item = item_of(exported("group_repeats"), "medicine_help")
    expression = value(item, terms.ENABLE_WHEN_EXPRESSION)["expression"]
    assert expression == "%resource.descendants().where(linkId='medicines').item.exists()"


def test_first_values_of_a_choice_stand_at_its_options_and_others_apart():
    resource = exported("initial")
    tried = item_of(resource, "tried")
    assert [option.get("initialSelected", False) for option in tried["answerOption"]] == [True, True, False]
    assert "initial" not in tried
    found = {name: item_of(resource, name)["initial"] for name in ("talk", "names", "weight", "wake", "seen")}
    assert found == {
        "talk": [{"valueBoolean": False}],
        "names": [{"valueString": "Kim"}, {"valueString": "Alex"}],
        "weight": [{"valueQuantity": {"value": 70.5, "unit": "kilograms"}}],
        "wake": [{"valueTime": "07:30:00"}],
        "seen": [{"valueDateTime": "2026-05-12T14:30:00Z"}],
    }


def test_units_and_codes_keep_their_system():
    weight = item_of(exported("quantity"), "weight")
    units = [entry["valueCoding"] for entry in weight["extension"] if entry["url"] == terms.UNIT_OPTION]
    assert units[1] == {"system": "http://unitsofmeasure.org", "code": "[lb_av]", "display": "pounds"}
    assert units[2] == {"code": "stone", "display": "stone"}


def test_imported_link_ids_are_used_everywhere_and_ours_kept_beside_them():
    resource = exported("link_id")
    sleep = item_of(resource, "1.1")
    assert value(sleep, terms.ITEM_ID) == "sleep"
    assert item_of(resource, "1.1-help")["enableWhen"][0]["question"] == "1.1"
    assert [child["linkId"] for child in sleep["item"]] == ["1.1-help-"]
    expression = value(item_of(resource, 'it\'s "why"'), terms.ENABLE_WHEN_EXPRESSION)["expression"]
    assert expression == "(%resource.descendants().where(linkId='1.1').answer.value.where($this = true).exists()).not()"


def all_link_ids(element):
    for entry in element.get("item", []):
        yield entry["linkId"]
        yield from all_link_ids(entry)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(questionnaires())
def test_any_definition_exports_to_a_valid_questionnaire_with_every_item(questionnaire):
    resource = questionnaire_to_fhir(questionnaire)
    FhirQuestionnaire.model_validate_json(json.dumps(resource))
    found = list(all_link_ids(resource))
    assert len(found) == len(set(found))
    assert {part.fhir_link_id for part in (*questionnaire.pages, *questionnaire.items())} <= set(found)

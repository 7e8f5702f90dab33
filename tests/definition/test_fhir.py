"""The FHIR R4 Questionnaire: valid, and nothing of the definition lost on the way."""

from __future__ import annotations

import dataclasses
import json

import pytest
from fhir.resources.R4B.questionnaire import Questionnaire as FhirQuestionnaire
from hypothesis import given, settings
from hypothesis import strategies as st

from screening.definition import fhir_terms as terms
from screening.definition.fhir import questionnaire_to_fhir
from screening.definition.fhir_conditions import condition_to_fhir, condition_to_plain, from_flat
from screening.definition.loader import load
from screening.definition.model import All, Any, Comparison, Not, Operator, Option
from tests.support.definitions import ALL_FILES, fixture


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
def test_link_ids_are_the_items_ids_each_once(path):
    questionnaire = load(path).questionnaire

    def link_ids(element):
        for entry in element.get("item", []):
            yield entry["linkId"]
            yield from link_ids(entry)

    found = list(link_ids(questionnaire_to_fhir(questionnaire)))
    assert len(found) == len(set(found))
    assert {item.id for item in questionnaire.items()} <= set(found)


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


def variants_of(part):
    """Yield the part (item, page or questionnaire) with one field changed, for each field that can be."""
    changes = {
        "short": "Another", "help": "Another", "recall": "Another", "required": not getattr(part, "required", False),
        "glance": not getattr(part, "glance", False), "off_by_default": not getattr(part, "off_by_default", False),
        "topic": "growing_up", "enable_when": Comparison("first", Operator.ANSWERED, operand=True),
        "text": "Another", "other": "Another", "repeats": not getattr(part, "repeats", False), "option_set": "another",
        "options": (Option("z", "Z", exclusive=True),), "max_length": 7, "min_value": 1, "max_value": 3, "unit": "m",
        "max_decimal_places": 5, "precision": "year", "min_label": "Another", "max_label": "Another",
        "title": "Another", "intro": "Another", "sensitive": "Another", "reading_level_reason": "Another",
        "version": "99", "language": "es", "copyright": "Another", "description": "Another", "license": "MIT",
        "clinically_reviewed": "Dr A", "source": "Another", "id": "another",
    }  # fmt: skip
    if part.__class__.__name__ == "Date":
        changes |= {"min_value": "2001", "max_value": "2002"}
    if part.__class__.__name__ == "Display":
        changes = {key: changes[key] for key in ("id", "text", "off_by_default", "topic", "enable_when")}
    for field in dataclasses.fields(part):
        if field.name in ("items", "pages", "option_sets"):
            continue
        if part.__class__.__name__ == "Display" and field.name not in changes:
            continue
        assert field.name in changes, f"{field.name} is new: say how it is exported"
        yield field.name, dataclasses.replace(part, **{field.name: changes[field.name]})


@pytest.mark.parametrize(
    "name", ["choice_repeats", "boolean", "string", "text", "integer", "decimal", "date", "scale", "display"]
)
def test_no_field_is_lost(name):
    questionnaire = fixture(name)
    page = questionnaire.pages[0]
    original = questionnaire_to_fhir(questionnaire)
    changed = [(field, other) for field, other in variants_of(questionnaire)]
    changed += [(field, dataclasses.replace(questionnaire, pages=(other,))) for field, other in variants_of(page)]
    changed += [
        (field, dataclasses.replace(questionnaire, pages=(dataclasses.replace(page, items=(other, *page.items[1:])),)))
        for field, other in variants_of(page.items[0])
    ]
    for field, other in changed:
        assert questionnaire_to_fhir(other) != original, field

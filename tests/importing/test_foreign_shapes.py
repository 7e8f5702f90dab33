"""Shapes that real files have: taken exactly where that can be done, else left out and told by item."""

from __future__ import annotations

import json

import pytest

from screening.definition.checks import examine_text
from screening.definition.model import Choice, Comparison, Operator
from screening.definition.writer import to_yaml
from screening.importing.fhir import import_fhir
from screening.importing.result import ImportRefused
from tests.support.fhir_forms import (
    choice,
    control,
    expression,
    extension,
    form,
    group,
    imported,
    item,
    losses,
    only,
    questionnaire,
    refusal,
    when,
)  # fmt: skip

HIDDEN = extension("questionnaire-hidden", "Boolean", value=True)
FROM_RECORD = expression("%patient.age", "initialExpression")
CALCULATED = expression("1 + 1", "calculatedExpression")
ADULT = when("age", ">=", answerInteger=18)
VS = "http://example.org/ValueSet/answers"


def is_(item_id, operator, operand):
    return Comparison(item_id, Operator(operator), operand)


@pytest.mark.parametrize("unseen", [{"extension": [HIDDEN, FROM_RECORD]}, {"readOnly": True}])
def test_what_a_record_would_fill_in_is_asked_where_a_condition_looks_at_it(unseen):
    found = imported(item("age", "integer", **unseen), item("after", enableWhen=[ADULT]))
    assert [part.id for part in found.questionnaire.items()] == ["age", "after"]
    assert found.questionnaire.item("after").enable_when == is_("age", "at_least", 18)
    assert "here it is asked, since a condition looks at it" in str(found.losses[0])


def test_an_expression_that_looks_at_it_counts_too():
    path = "%resource.item.where(linkId='age').answer.value >= 18"
    found = questionnaire(item("age", "integer", extension=[HIDDEN]), item("after", extension=[expression(path)]))
    assert found.item("age") is not None


@pytest.mark.parametrize("fixed", [{"extension": [HIDDEN, CALCULATED]}, {"extension": [HIDDEN], "initial": [{}]}])
def test_what_nobody_could_answer_as_it_is_meant_is_not_asked_for_a_condition(fixed):
    line = refusal(item("age", "integer", **fixed), item("after", enableWhen=[ADULT]))
    assert line.startswith('item "after"')
    assert "not asked here" in line


def test_a_question_that_nobody_is_asked_there_is_left_out():
    never = item("after", enableWhen=[when("mood", answerCoding={"code": "great"})])
    found = imported(choice("mood", "Low", "Good"), never)
    assert [part.id for part in found.questionnaire.items()] == ["mood"]
    assert str(found.losses[0]).startswith('item "after" ("Question after?"): it is left out: nobody is asked it there')
    assert '"great", which is none of its options' in str(found.losses[0])


def test_an_answer_that_nobody_can_give_adds_nothing_to_any_of_several():
    entries = [when("mood", answerCoding={"code": code}) for code in ("great", "low")]
    found = questionnaire(choice("mood", "Low", "Good"), item("after", enableWhen=entries, enableBehavior="any"))
    assert found.item("after").enable_when == is_("mood", "equals", "low")


def test_unlike_an_answer_that_a_condition_rules_out():
    entry = when("mood", "!=", answerCoding={"code": "great"})
    assert "none of its options" in refusal(choice("mood", "Low", "Good"), item("after", enableWhen=[entry]))


def test_several_answers_of_one_question_can_only_mean_any():
    entries = [when("mood", answerCoding={"code": code}) for code in ("low", "good")]
    found = questionnaire(choice("mood", "Low", "Fair", "Good"), item("after", enableWhen=entries))
    assert found.item("after").enable_when == is_("mood", "one_of", ("low", "good"))
    several = choice("mood", "Low", "Fair", "Good", repeats=True)
    assert "all or any" in refusal(several, item("after", enableWhen=entries))


def test_the_options_that_conditions_name_are_offered_where_the_value_set_is_not_at_hand():
    yes = {"code": "Y", "display": "Yes", "system": "http://example.org/yn"}
    items = (item("ever", "choice", answerValueSet=VS), item("after", enableWhen=[when("ever", answerCoding=yes)]))
    assert "--open-valuesets" in refusal(*items)
    found = imported(*items, open_valuesets=True)
    ever = found.questionnaire.item("ever")
    assert isinstance(ever, Choice)
    assert [(option.code, option.text) for option in ever.options] == [("Y", "Yes")]
    assert ever.other
    assert found.questionnaire.item("after").enable_when == is_("ever", "equals", "Y")
    assert "only the options that conditions name are offered" in str(found.losses[0])


def test_a_picture_of_any_length_is_left_out_of_a_text():
    html = f'<div>Look <img src="data:image/png;base64,{"A" * 50_000}"/> here</div>'
    beside = {"extension": [extension("rendering-xhtml", "String", html)]}
    found = imported(item("a", _text=beside) | {"text": ""})
    assert [part.text for part in found.questionnaire.items()] == ["Look here"]
    assert "a picture beside its text is left out" in str(found.losses[0])


SHAPES = {
    "options as texts": choice("x", {"valueString": "A little"}, {"valueString": "A lot", "initialSelected": True}),
    "options as numbers": choice("x", {"valueInteger": 0}, {"valueInteger": 1}),
    "options as dates": choice("x", {"valueDate": "2020-01-01"}, {"valueDate": "2021-01-01"}),
    "options as times": choice("x", {"valueTime": "08:00:00"}, {"valueTime": "20:00:00"}),
    "options without words": choice("x", {"valueCoding": {"code": "a"}}, {"valueCoding": {"code": "b"}}),
    "options without codes": choice("x", {"valueCoding": {"display": "A"}}, {"valueCoding": {"display": "B"}}),
    "options that refer": choice("x", {"valueReference": {"reference": "Patient/1"}}, "Other"),
    "one option": choice("x", "Only"),
    "open choice": choice("x", "A", "B", kind="open-choice"),
    "drop-down": choice("x", "A", "B", extension=[control("drop-down")]),
    "autocomplete": choice("x", "A", "B", extension=[control("autocomplete")]),
    "options at a text": item("x", "string", answerOption=[{"valueString": "A"}, {"valueString": "B"}]),
    "a quantity without units": item("x", "quantity"),
    "a quantity with a unit": item("x", "quantity", extension=[extension("unit", "Coding", {"code": "kg"})]),
    "an address": item("x", "url"),
    "under a question": item("x", item=[item("y"), group("z", item("v"))]),
    "under an information": item("x", "display", item=[item("y")]),
    "a group in entries": group("x", group("y", item("z")), repeats=True),
    "a prefix": item("x", prefix="1."),
    "a limit of length": item("x", "string", maxLength=10, extension=[extension("minLength", "Integer", 3)]),
    "a limit as a quantity": item("x", "decimal", extension=[extension("minValue", "Quantity", {"value": 3})]),
    "limits the wrong way round": item(
        "x", "integer", extension=[extension("minValue", "Integer", 9), extension("maxValue", "Integer", 3)]
    ),
    "a limit of size": item("y", "attachment", extension=[extension("maxSize", "Decimal", 5)], item=[item("x")]),
    "a group without a heading": group("x", item("y"), item("z")) | {"text": ""},
    "tabs": group("x", item("y"), extension=[control("tab-container")]),
    "a header": group("x", item("y"), extension=[control("header")]),
    "a code": item("x", code=[{"system": "http://loinc.org", "code": "1-1", "display": "One"}]),
    "a definition": item("x", definition="http://hl7.org/fhir/Patient#Patient.name"),
    "no linkId": {"text": "Well?", "type": "boolean"},
    "a linkId with odd signs": item("/a b/1#ü", text="Well?"),
    "a slider": item("x", "integer", extension=[control("slider")]),
    "an extension without an address": item("x", extension=[{"valueString": "x"}]),
    "words in markdown": item("x", _text={"extension": [extension("rendering-markdown", "Markdown", "**Well**?")]}),
    "an unknown language": item("x", _text={"extension": [extension("translation", "String", "x")]}),
    "a condition on a group": group("x", item("z"), enableWhen=[when("first", answerBoolean=True)]),
    "a condition on an information": item("x", "display", enableWhen=[when("first", answerBoolean=True)]),
}  # fmt: skip


@pytest.mark.parametrize("name", SHAPES)
def test_a_form_with_such_an_item_passes_the_check(name):
    found = imported(item("first"), SHAPES[name])
    assert found.questionnaire.item("first") is not None
    loaded, problems = examine_text(to_yaml(found.questionnaire), "imported.yaml")
    assert loaded is not None
    assert [problem for problem in problems if problem.severity == "error"] == []
    asked = name != "a limit of size"  # what stands in a question that can't be asked is left out with it
    assert (len(list(found.questionnaire.items())) > 1) is asked


@pytest.mark.parametrize("status", ["draft", "active", "retired", "unknown", None])
@pytest.mark.parametrize("version", ["1", "1.0.0-ballot", "v 2/3", "x" * 200, None])
def test_any_status_and_version_will_do(status, version):
    data = json.dumps(form(item("a"), status=status, version=version)).encode()
    assert import_fhir(data).questionnaire.version


def test_a_linkid_that_stands_twice_is_told_and_both_are_asked():
    assert len(list(questionnaire(item("a", text="One?"), item("a", text="Two?")).items())) == 2
    assert any("another item has the same linkId" in line for line in losses(item("a"), item("a", text="Two?")))


def test_a_choice_without_options_is_left_out():
    assert any("neither options nor a value set" in line for line in losses(item("a"), item("b", "choice")))
    assert only(item("b", "choice"), open_valuesets=True).type == "string"


@pytest.mark.parametrize("kind", ["Patient", "ValueSet", "StructureDefinition", "OperationOutcome", "Parameters"])
def test_another_resource_is_called_by_its_name(kind):
    with pytest.raises(ImportRefused, match=f"this is a FHIR {kind}, not a Questionnaire"):
        import_fhir(json.dumps({"resourceType": kind}).encode())

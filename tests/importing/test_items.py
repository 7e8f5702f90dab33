"""Each kind of FHIR item becomes the item that asks the same; what can't be kept is named."""

from __future__ import annotations

from decimal import Decimal as Number

import pytest

from screening.definition.model import (
    Amount,
    Boolean,
    Choice,
    Date,
    DateTime,
    Decimal,
    Display,
    Grid,
    Group,
    Integer,
    Option,
    Quantity,
    Scale,
    String,
    Text,
    Time,
)
from tests.support.fhir_forms import (
    SDC,
    choice,
    control,
    expression,
    extension,
    group,
    imported,
    item,
    losses,
    only,
    questionnaire,
    refusal,
    when,
)


@pytest.mark.parametrize(
    ("kind", "variant"),
    [
        ("boolean", Boolean), ("string", String), ("text", Text), ("url", String), ("integer", Integer),
        ("decimal", Decimal), ("date", Date), ("dateTime", DateTime), ("time", Time),
    ],
)  # fmt: skip
def test_plain_questions_keep_their_type(kind, variant):
    found = only(item("well", kind, "Are you well?"))
    assert type(found) is variant
    assert (found.id, found.link_id, found.text) == ("well", None, "Are you well?")


def test_the_form_keeps_its_head_and_says_where_it_came_from():
    found = questionnaire(item("a"), form_keys={"publisher": "A clinic", "description": "For **new** patients."},
                          name="folder/form.json", attest="Dr A. Novak")  # fmt: skip
    assert (found.id, found.version, found.title, found.language) == ("made-up", "3", "Made up", "en")
    assert found.copyright == "CC0-1.0. For a test."
    assert found.description == "For new patients."
    assert found.clinically_reviewed is False
    for part in ("http://example.org/Questionnaire/made-up", "version 3", "A clinic", "form.json", "Dr A. Novak"):
        assert part in found.source
    assert "folder" not in found.source


def test_a_form_without_copyright_needs_somebody_who_answers_for_it():
    keys = {"copyright": None}
    assert "--attest" in refusal(item("a"), form_keys=keys)
    assert "Dr A" in questionnaire(item("a"), form_keys=keys, attest="Dr A").source


def test_a_bare_form_gets_what_it_lacks_and_is_told_of():
    bare = {"id": None, "title": None, "version": None, "language": None, "url": None}
    found = imported(item("a"), form_keys=bare, name="Sleep_diary.json")
    head = found.questionnaire
    assert (head.id, head.title, head.version, head.language) == ("sleep-diary", "Sleep diary", "1", "en")
    assert [loss.item for loss in found.losses] == ["", ""]


def test_ids_are_readable_and_link_ids_are_kept():
    found = questionnaire(
        item("tot-chol", text="Cholesterol"),
        item("/1.2", text="How do you sleep at night?"),
        item("b7a9e23c-b875-4536-b72d-81d361c18e2c", text="Größe in cm"),
        item("1.3", text="睡眠"),
        item("all", text="Everything?"),
    )
    assert [(part.id, part.link_id) for part in found.items()] == [
        ("tot_chol", "tot-chol"),
        ("how_do_you_sleep_at", "/1.2"),
        ("grosse_in_cm", "b7a9e23c-b875-4536-b72d-81d361c18e2c"),
        ("q1_3", "1.3"),
        ("everything", "all"),
    ]


def test_two_items_with_one_link_id_are_both_asked():
    found = imported(item("a", text="One?"), item("a", text="Two?"))
    assert [part.text for part in found.questionnaire.items()] == ["One?", "Two?"]
    assert len({part.fhir_link_id for part in found.questionnaire.items()}) == 2
    assert "linkId" in str(found.losses[0])


def test_options_keep_codes_texts_and_systems():
    found = only(
        choice(
            "mood",
            {"valueCoding": {"system": "http://loinc.org", "code": "LA6568-5", "display": "Not at all"}},
            {"valueCoding": {"code": "some days", "display": "Some days"}},
            {"valueString": "Every day"},
            {"valueInteger": 7},
            {"valueDate": "2026-05"},
        )
    )
    assert found.options == (
        Option("LA6568-5", "Not at all", system="http://loinc.org"),
        Option("some_days", "Some days"),
        Option("every_day", "Every day"),
        Option("7", "7"),
        Option("2026-05", "2026-05"),
    )


def test_open_choice_takes_own_words():
    assert only(choice("a", "Red", kind="open-choice")).other == "Something else (please say)"
    assert only(choice("a", "Rot", kind="open-choice"), form_keys={"language": "de-CH"}).other.startswith("Etwas")
    label = extension("openLabel", "String", "Another colour", SDC + "x/")
    assert only(choice("a", "Red", kind="open-choice", extension=[label])).other == "Another colour"


def test_several_options_and_those_that_exclude_the_others():
    none = {"valueCoding": {"code": "none", "display": "None"},
            "extension": [extension("questionnaire-optionExclusive", "Boolean", True)]}  # fmt: skip
    several = only(choice("a", "Red", none, repeats=True))
    assert several.repeats
    assert [option.exclusive for option in several.options] == [False, True]
    assert not only(choice("a", "Red", none)).options[1].exclusive


def test_scores_are_dropped_and_told_by_item():
    score = extension("ordinalValue", "Decimal", 2)
    found = imported(
        choice("a", {"valueCoding": {"code": "x", "display": "X", "extension": [score]}}),
        choice("b", {"valueString": "Y", "extension": [score]}, extension=[extension("itemWeight", "Decimal", 1)]),
        item("sum", "integer", "Total", extension=[expression("%a + %b", "calculatedExpression")]),
    )
    assert [part.id for part in found.questionnaire.items()] == ["a", "b"]
    told = {loss.item: str(loss) for loss in found.losses}
    assert "scores of 1 of its options" in told["a"]
    assert "left out: software calculates it" in told["sum"]
    assert any(loss.item == "b" and "itemWeight" in loss.message for loss in found.losses)


def test_options_that_recur_become_a_set():
    found = questionnaire(
        choice("a", "Never", "Some days", "Most days"), choice("b", "Never", "Some days", "Most days")
    )
    assert list(found.option_sets) == ["never_to_most_days"]
    assert {part.option_set for part in found.items()} == {"never_to_most_days"}


def test_numbers_keep_limits_and_units():
    limits = [extension("minValue", "Integer", 0), extension("maxValue", "Integer", 24)]
    unit = extension("questionnaire-unit", "Coding", {"code": "h", "display": "hours"})
    found = only(item("a", "integer", extension=[*limits, unit]))
    assert (found.min_value, found.max_value, found.unit) == (0, 24, "hours")
    fine = [extension("minValue", "Decimal", 0.25), extension("maxDecimalPlaces", "Integer", 1)]
    found = only(item("a", "decimal", extension=fine))
    assert (found.min_value, found.max_decimal_places) == (Number("0.25"), 2)


def test_limits_that_contradict_each_other_are_dropped():
    limits = [extension("minValue", "Integer", 9), extension("maxValue", "Integer", 1)]
    assert only(item("a", "integer", extension=limits)).min_value is None
    assert any("contradict" in line for line in losses(item("a", "integer", extension=limits)))


def test_a_slider_with_few_points_is_a_scale():
    limits = [extension("minValue", "Integer", 0), extension("maxValue", "Integer", 10), control("slider")]
    ends = [
        item("a1", "display", "Not at all", extension=[control("lower")]),
        item("a2", "display", "Completely", extension=[control("upper")]),
    ]
    found = only(item("a", "integer", extension=limits, item=ends))
    assert isinstance(found, Scale)
    assert (found.points, found.min_label, found.max_label) == (range(11), "Not at all", "Completely")
    wide = [limits[0], extension("maxValue", "Integer", 100), control("slider")]
    found = only(item("a", "integer", extension=wide, item=ends))
    assert isinstance(found, Integer)
    assert found.help == "Not at all – Completely"


def test_an_amount_has_the_units_that_the_form_lists():
    units = [
        extension("questionnaire-unitOption", "Coding", {"system": "urn:units", "code": code, "display": text})
        for code, text in (("kg", "kilograms"), ("[lb_av]", "pounds"))
    ]
    first = {"valueQuantity": {"value": 70.5, "unit": "pounds"}}
    found = only(item("a", "quantity", extension=units, initial=[first]))
    assert isinstance(found, Quantity)
    assert [unit.code for unit in found.units] == ["kg", "[lb_av]"]
    assert found.initial == (Amount(Number("70.5"), "[lb_av]"),)
    assert isinstance(only(item("a", "quantity")), Decimal)


def test_dates_keep_limits_and_today():
    limits = [
        extension("minValue", "Date", "2020-01"),
        {"url": "http://hl7.org/fhir/StructureDefinition/maxValue",
         "_valueDate": {"extension": [expression("today()", "cqf-expression")]}},
    ]  # fmt: skip
    found = only(item("a", "date", extension=limits))
    assert (found.min_value, found.max_value) == ("2020-01", "today")


@pytest.mark.parametrize(
    ("kind", "value", "first"),
    [
        ("boolean", {"valueBoolean": True}, True),
        ("string", {"valueString": "Sam"}, "Sam"),
        ("text", {"valueString": "One\nTwo"}, "One\nTwo"),
        ("integer", {"valueInteger": 3}, Number(3)),
        ("decimal", {"valueDecimal": 1.5}, Number("1.5")),
        ("date", {"valueDate": "2026-05"}, "2026-05"),
        ("time", {"valueTime": "07:30:00"}, "07:30"),
        ("dateTime", {"valueDateTime": "2026-05-12T14:30:00+02:00"}, "2026-05-12T14:30"),
    ],
)
def test_first_values_are_kept(kind, value, first):
    assert only(item("a", kind, initial=[value])).initial == (first,)


def test_a_first_value_that_does_not_fit_is_told():
    odd = item("a", "integer", initial=[{"valueString": "many"}])
    assert only(odd).initial == ()
    assert any("first value" in line for line in losses(odd))


def test_chosen_options_are_first_values():
    chosen = {"valueCoding": {"code": "x", "display": "X"}, "initialSelected": True}
    assert only(choice("a", chosen, "Y")).initial == ("x",)
    assert only(choice("a", "X", "Y", initial=[{"valueCoding": {"code": "y"}}])).initial == ("y",)


def test_required_is_kept_in_our_sense_and_told():
    assert only(item("a", required=True)).required
    assert any("required" in line for line in losses(item("a", required=True)))


def test_repeating_questions_repeat_as_often_as_the_form_says():
    assert only(item("a", "string", repeats=True)).max_occurs == 5
    most = [extension("questionnaire-maxOccurs", "Integer", 3)]
    found = only(item("a", "string", repeats=True, extension=most))
    assert (found.repeats, found.max_occurs) == (True, 3)
    once = [extension("questionnaire-maxOccurs", "Integer", 1)]
    assert not only(item("a", "string", repeats=True, extension=once)).repeats


def test_help_comes_from_wherever_forms_keep_it():
    helped = item(
        "a", "string", entryFormat="x",
        extension=[extension("entryFormat", "String", "nnn-nnn")],
        item=[item("h", "display", "As on the card.", extension=[control("help")]), item("d", "display", "Take time.")],
    )  # fmt: skip
    assert only(helped).help == "As on the card.\n\nTake time.\n\nnnn-nnn"


def test_long_texts_are_split_and_labelled():
    text = "Think of the last two weeks. " * 30 + "How were you?"
    found = only(item("a", text=text))
    assert len(found.text) <= 500
    assert f"{found.text} {found.help}" == text
    assert found.short == "Think of the last two weeks. Think of…"
    label = extension("shortText", "String", "Last weeks", SDC)
    assert only(item("a", text=text, extension=[label])).short == "Last weeks"


def test_prefixes_stay_before_the_text():
    assert only(item("a", prefix="1.", text="Are you well?")).text == "1. Are you well?"


def test_formatted_text_stands_in_for_plain_text_only():
    markup = "<div>Are you <b>well</b>?<script>alert(1)</script><br/>Say&nbsp;so.</div>"
    shown = {"extension": [extension("rendering-xhtml", "String", markup)]}
    assert only(item("a") | {"text": "", "_text": shown}).text == "Are you well? Say so."
    assert only(item("a", text="Well?", _text=shown)).text == "Well?"
    assert any("formatted text differs" in line for line in losses(item("a", text="Well?", _text=shown)))
    assert only(item("a", text="Are <b>you</b> well &amp; fit?")).text == "Are you well & fit?"


def test_texts_carry_nothing_that_hides_or_reorders_them():
    assert only(item("a", text="Are\u202e you\x07 well\ud800?\r\nYes?")).text == "Are you well? Yes?"


def test_a_question_without_text_is_called_by_what_it_has():
    nameless = item("given_name", "string") | {"text": ""}
    assert only(nameless).text == "Given name"
    assert only(nameless | {"code": [{"display": "First name"}]}).text == "First name"
    (line,) = losses(item("a"), item("1.2") | {"text": ""})
    assert line == 'item "1.2": it is left out: it has no text, so there is nothing to ask'


@pytest.mark.parametrize(
    ("left_out", "reason"),
    [
        (item("x", "attachment", "Photo"), "attachment"),
        (item("x", "reference", "Doctor"), "reference"),
        (item("x", extension=[extension("questionnaire-hidden", "Boolean", True)]), "hidden"),
        (item("x", readOnly=True), "read-only"),
        (item("x", extension=[extension("questionnaire-usageMode", "Code", "display")]), "usageMode"),
        (item("x", "choice", answerValueSet="http://example.org/vs"), "--valuesets"),
    ],
)
def test_what_can_not_be_asked_is_left_out_and_told(left_out, reason):
    found = imported(item("a"), left_out)
    assert [part.id for part in found.questionnaire.items()] == ["a"]
    (loss,) = found.losses
    assert loss.item == "x"
    assert "left out" in loss.message
    assert reason in loss.message
    assert "it is left out" in refusal(left_out)


def test_a_hidden_group_takes_its_questions_with_it():
    hidden = group("g", item("x"), item("y"), extension=[extension("questionnaire-hidden", "Boolean", True)])
    (line,) = losses(item("a"), hidden)
    assert "2 questions" in line


def test_a_value_that_is_only_shown_becomes_information():
    found = questionnaire(
        item("a"), item("x", "string", "Your clinic", readOnly=True, initial=[{"valueString": "North"}])
    )
    assert [part.text for part in found.items() if isinstance(part, Display)] == ["Your clinic: North"]


@pytest.mark.parametrize(
    "name",
    ["initialExpression", "observationExtract", "answerExpression", "variable", "itemPopulationContext", "unheard"],
)
def test_what_software_would_do_is_told_by_item(name):
    (loss,) = imported(item("a", extension=[expression("x", name)])).losses
    assert (loss.item, name in loss.message or "variables" in loss.message) == ("a", True)


def test_an_item_without_a_link_id_gets_one():
    found = imported(item("a"), {"type": "boolean", "text": "Well?"})
    assert [part.text for part in found.questionnaire.items()] == ["Question a?", "Well?"]
    assert any('("Well?"): it has no linkId; it is called unnamed-2' in str(loss) for loss in found.losses)


@pytest.mark.parametrize(
    ("said", "kept"), [("2.0 (draft)", "2.0-draft"), ("v 1|2", "v-1-2"), ("...", "1"), ("1" * 30, "1" * 20)]
)
def test_a_version_becomes_one_that_an_address_can_hold(said, kept):
    found = imported(item("a"), form_keys={"version": said})
    assert found.questionnaire.version == kept
    assert any(f"is written as {kept}" in str(loss) for loss in found.losses)


def test_codes_are_told_once():
    found = losses(item("a", code=[{"code": "1"}]), item("b", code=[{"code": "2"}]))
    assert found == ["the codes of 2 items, by which records know them, are left out"]


def test_questions_under_a_question_wait_for_its_answer():
    found = questionnaire(
        item("a", item=[item("b", "string"), item("c", "string", enableWhen=[when("a", answerBoolean=True)])])
    )
    conditions = {part.id: part.enable_when for part in found.items()}
    assert conditions["b"].operator == "answered"
    assert conditions["c"].operator == "equals"


def test_a_table_of_like_choices_is_a_grid():
    rows = [choice("r1", "Never", "Often"), choice("r2", "Never", "Often")]
    (found,) = [part for part in questionnaire(group("g", *rows, extension=[control("table")])).items()
                if isinstance(part, Grid)]  # fmt: skip
    assert [row.id for row in found.items] == ["r1", "r2"]
    unlike = [choice("r1", "Never", "Often"), choice("r2", "Yes", "No")]
    found = questionnaire(group("g", *unlike, extension=[control("table")]))
    assert [part.type for part in found.items()] == ["choice", "choice"]


def test_a_group_that_repeats_becomes_entries_with_all_that_is_in_it():
    found = questionnaire(
        group("medicines", item("name", "string"), group("when", item("since", "date"), text="When"), repeats=True)
    )
    (medicines,) = [part for part in found.items() if isinstance(part, Group)]
    assert (medicines.repeats, medicines.max_occurs) == (True, 20)
    assert [(part.type, part.text) for part in medicines.items] == [
        ("string", "Question name?"), ("display", "When"), ("date", "Question since?"),
    ]  # fmt: skip


def test_options_at_other_types_of_question_are_options_too():
    found = only(item("a", "string", answerOption=[{"valueString": "Yes"}, {"valueString": "No"}]))
    assert isinstance(found, Choice)
    assert [option.text for option in found.options] == ["Yes", "No"]

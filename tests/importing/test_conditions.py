"""Conditions come through exactly, or the form is refused with the item and the reason."""

from __future__ import annotations

from decimal import Decimal as Number

import pytest

from screening.definition.model import All, Any, Comparison, Not, Operator
from tests.support.fhir_forms import choice, expression, extension, group, item, questionnaire, refusal, when

BEFORE = (
    item("ever"),
    choice("mood", "Low", "Fair", "Good"),
    choice("tried", "Walk", "Music", repeats=True),
    choice("level", {"valueInteger": 1}, {"valueInteger": 2}, {"valueInteger": 3}),
    item("hours", "integer"),
    item("litres", "decimal"),
    item("since", "date"),
    item("seen", "dateTime"),
    item("wake", "time"),
    item("words", "string"),
    item("names", "string", repeats=True),
)


def condition(*entries, **keys):
    """Return the condition of an item with these enableWhen entries."""
    found = questionnaire(*BEFORE, item("after", enableWhen=list(entries), **keys))
    return found.item("after").enable_when


def condition_of(path):
    """Return the condition of an item with this enableWhenExpression."""
    return questionnaire(*BEFORE, item("after", extension=[expression(path)])).item("after").enable_when


def is_(item_id, operator, operand):
    return Comparison(item_id, Operator(operator), operand)


@pytest.mark.parametrize(
    ("entry", "expected"),
    [
        (when("ever", answerBoolean=True), is_("ever", "equals", True)),
        (when("ever", "!=", answerBoolean=True), Not(is_("ever", "equals", True))),
        (when("ever", "exists", answerBoolean=True), is_("ever", "answered", True)),
        (when("words", "exists", answerBoolean=False), is_("words", "answered", False)),
        (when("mood", answerCoding={"code": "low"}), is_("mood", "equals", "low")),
        (when("mood", answerCoding={"code": "low", "system": "urn:x", "display": "Low"}), is_("mood", "equals", "low")),
        (when("mood", answerString="Fair"), is_("mood", "equals", "fair")),
        (when("tried", answerCoding={"code": "walk"}), is_("tried", "equals", "walk")),
        (when("level", answerInteger=2), is_("level", "equals", "2")),
        (when("level", ">=", answerInteger=2), is_("level", "one_of", ("2", "3"))),
        (when("hours", ">", answerInteger=8), is_("hours", "greater_than", Number(8))),
        (when("hours", "<", answerDecimal=2.5), is_("hours", "at_most", Number(2))),
        (when("hours", ">=", answerDecimal=2.5), is_("hours", "at_least", Number(3))),
        (when("litres", "<=", answerDecimal=1.5), is_("litres", "at_most", Number("1.5"))),
        (when("since", ">=", answerDate="2026-05"), is_("since", "at_least", "2026-05")),
        (when("seen", "<", answerDateTime="2026-05-12T10:00:00Z"), is_("seen", "less_than", "2026-05-12T10:00")),
        (when("wake", ">", answerTime="07:30:00"), is_("wake", "greater_than", "07:30")),
    ],
)
def test_every_operator_comes_through(entry, expected):
    assert condition(entry) == expected


def test_all_and_any_come_through():
    low, fair = when("mood", answerCoding={"code": "low"}), when("mood", answerCoding={"code": "fair"})
    ever = when("ever", answerBoolean=True)
    assert condition(low, fair, enableBehavior="any") == is_("mood", "one_of", ("low", "fair"))
    assert condition(low, ever, enableBehavior="all") == All(
        (is_("mood", "equals", "low"), is_("ever", "equals", True))
    )
    assert condition(low, ever, fair, enableBehavior="any") == Any(
        (is_("mood", "equals", "low"), is_("ever", "equals", True), is_("mood", "equals", "fair"))
    )


def test_codes_are_told_apart_by_their_system_where_needed():
    options = [
        {"valueCoding": {"system": system, "code": "1", "display": text}}
        for system, text in (("urn:a", "First"), ("urn:b", "Second"))
    ]
    asked = [choice("a", *options), item("b", enableWhen=[when("a", answerCoding={"system": "urn:b", "code": "1"})])]
    assert questionnaire(*asked).item("b").enable_when == is_("a", "equals", "1_2")


ANSWER = "%resource.item.where(linkId='{}').answer.value"


def of(item_id):
    return ANSWER.format(item_id)


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        (f"{of('ever')} = true", is_("ever", "equals", True)),
        (of("ever"), is_("ever", "equals", True)),
        (f"{of('ever')} != true", is_("ever", "not_equals", True)),
        (f"({of('ever')} = true).not()", is_("ever", "not_equals", True)),
        (f"{of('ever')}.exists()", is_("ever", "answered", True)),
        (f"{of('words')}.empty()", is_("words", "answered", False)),
        (f"{of('words')}.exists().not()", is_("words", "answered", False)),
        (f"{of('words')}.count() > 0", is_("words", "answered", True)),
        ("%resource.repeat(item).where(linkId='mood').answer.value.code = 'low'", is_("mood", "equals", "low")),
        ("%resource.descendants().where(linkId='mood').answer.valueCoding.code='low'", is_("mood", "equals", "low")),
        ("%resource.item.item.where(linkId='mood').answer.first().value.code ~ 'low'", is_("mood", "equals", "low")),
        ("%context.item.where(linkId = 'mood').answer.value.display = 'Low'", is_("mood", "equals", "low")),
        ("'low' = " + of("mood") + ".code", is_("mood", "equals", "low")),
        (f"{of('mood')}.code in ('low' | 'fair')", is_("mood", "one_of", ("low", "fair"))),
        (f"{of('tried')}.code contains 'walk'", is_("tried", "equals", "walk")),
        (f"'walk' in {of('tried')}.code", is_("tried", "equals", "walk")),
        (f"{of('tried')}.where(code = 'walk').exists()", is_("tried", "equals", "walk")),
        (
            "%resource.item.where(linkId='tried').answer.where(value.code='walk').empty()",
            Not(is_("tried", "equals", "walk")),
        ),
        (f"{of('hours')} >= 8", is_("hours", "at_least", Number(8))),
        (f"8 < {of('hours')}", is_("hours", "greater_than", Number(8))),
        (f"{of('litres')} > -1.5", is_("litres", "greater_than", Number("-1.5"))),
        (f"{of('since')} < @2026-05-12", is_("since", "less_than", "2026-05-12")),
        (f"{of('wake')} < @T07:30:00", is_("wake", "less_than", "07:30")),
        (
            f"{of('ever')} = true and {of('hours')} > 8",
            All((is_("ever", "equals", True), is_("hours", "greater_than", Number(8)))),
        ),
        (
            f"({of('ever')} = true or {of('mood')}.code = 'low') and {of('words')}.exists()",
            All((Any((is_("ever", "equals", True), is_("mood", "equals", "low"))), is_("words", "answered", True))),
        ),
        (
            f"({of('ever')} = true and {of('hours')} > 8).not()",
            Any((is_("ever", "not_equals", True), is_("hours", "at_most", Number(8)))),
        ),
        (f"{of('ever')} implies {of('words')}.exists()",
         Any((is_("ever", "not_equals", True), is_("words", "answered", True)))),
    ],
)  # fmt: skip
def test_plain_expressions_come_through(path, expected):
    assert condition_of(path) == expected


def test_an_expression_may_use_variables_that_are_plain_paths():
    variables = [
        extension("variable", "Expression", {"name": name, "language": "text/fhirpath", "expression": path})
        for name, path in (("hours", of("hours")), ("long", "%hours > 8"))
    ]
    asked = group("g", *BEFORE, item("after", extension=[expression("%long and %hours < 20")]), extension=variables)
    assert questionnaire(asked).item("after").enable_when == All(
        (is_("hours", "greater_than", Number(8)), is_("hours", "less_than", Number(20)))
    )


@pytest.mark.parametrize(
    ("path", "reason"),
    [
        (f"{of('hours')} + 1 > 8", '"+"'),
        (f"{of('hours')} > {of('litres')}", "answers with each other"),
        ("%age > 18", "%age"),
        ("today() > @2020-01-01", "today()"),
        (f"{of('words')}.length() > 3", "length()"),
        (f"{of('words')}.matches('a+')", "matches()"),
        (f"{of('tried')}.count() > 1", "counts"),
        (f"{of('tried')}.code = 'walk'", "several answers"),
        (f"{of('tried')}[1].code = 'walk'", "by its place"),
        (f"iif({of('ever')}, true, false)", "iif()"),
        (f"{of('mood')}.system = 'urn:x'", '"system"'),
        ("%resource.item.where(linkId='mood').exists()", "no answer"),
        ("%resource.authored.exists()", '"authored"'),
        ("'a", "no FHIRPath"),
        (f"{of('ever')} =", "too early"),
        ("(" * 2000 + of("ever") + ")" * 2000, "nested too deep"),
        (of("ever") + " or " + of("ever") * 200, "5,000 characters"),
        (f"{of('nobody')} = true", '"nobody"'),
        (f"{of('words')} = 'x'", "own words"),
    ],
)
def test_anything_else_is_refused_by_item_and_reason(path, reason):
    line = refusal(*BEFORE, item("after", extension=[expression(path)]))
    assert line.startswith('item "after"')
    assert reason in line


@pytest.mark.parametrize(
    ("entries", "reason"),
    [
        ([when("nobody", answerBoolean=True)], '"nobody", and no item has this linkId'),
        ([when("after", answerBoolean=True)], "itself"),
        ([when("later", answerBoolean=True)], "comes later"),
        ([when("heading", "exists", answerBoolean=True)], "no answer of its own"),
        ([when("info", "exists", answerBoolean=True)], "no answer of its own"),
        ([when("dose", answerBoolean=True)], "each entry"),
        ([when("words", answerString="x")], "own words"),
        ([when("weight", ">", answerQuantity={"value": 3})], "compares"),
        ([when("ever", answerString="perhaps")], "no answer to it"),
        ([when("ever", "~", answerBoolean=True)], '"~"'),
        ([when("ever", "exists", answerString="yes")], "answerBoolean"),
        ([when("ever", answerBoolean=True), when("hours", ">", answerInteger=1)], "all or any"),
        ([when("ever")], "nothing that can be read"),
        ({"question": "ever"}, "not a list"),
    ],
)
def test_a_condition_that_can_not_be_kept_refuses_the_form(entries, reason):
    line = refusal(
        *BEFORE,
        group("heading", item("well")),
        item("info", "display"),
        item("weight", "quantity", extension=[extension("questionnaire-unit", "Coding", {"code": "kg"})]),
        group("medicines", item("dose"), repeats=True),
        item("after", enableWhen=entries),
        item("later"),
    )
    assert line.startswith('item "after"')
    assert reason in line


def test_a_condition_that_can_never_hold_refuses_the_form():
    both = [when("mood", answerCoding={"code": code}) for code in ("low", "good")]
    line = refusal(*BEFORE, item("after", enableWhen=both, enableBehavior="all"))
    assert line.startswith('item "after"')
    assert "never" in line


def test_other_languages_and_both_ways_at_once_are_refused():
    assert "text/cql" in refusal(*BEFORE, item("after", extension=[expression("x", language="text/cql")]))
    both = item("after", extension=[expression(of("ever"))], enableWhen=[when("ever", answerBoolean=True)])
    assert "both" in refusal(*BEFORE, both)


def test_within_an_entry_conditions_look_at_the_same_entry():
    follow_up = item("since", "date", enableWhen=[when("changed", answerBoolean=True)])
    found = questionnaire(item("any"), group("medicines", item("changed"), follow_up, repeats=True))
    assert found.item("since").enable_when == is_("changed", "equals", True)
    path = expression(f"{of('changed')} = true")
    line = refusal(group("medicines", item("changed"), item("since", extension=[path]), repeats=True))
    assert "all entries" in line

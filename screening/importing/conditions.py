"""When an item of a FHIR Questionnaire is enabled -> our condition, or a refusal: a guess could show what is wrong."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from decimal import Decimal as Number

from screening.definition.conditions import every, some
from screening.definition.fhir_terms import CONDITION, ENABLE_WHEN_EXPRESSION, VARIABLE, Json
from screening.definition.model import (
    All,
    Any,
    Boolean,
    Choice,
    Comparison,
    Condition,
    Item,
    Not,
    Operand,
    Operator,
)
from screening.definition.problems import shown
from screening.importing.comparisons import SIGNS, NotOfferedError, Target, Targets
from screening.importing.fhir_elements import Extensions, answer_of, map_of, number_of, strict_maps_of, text_of
from screening.importing.fhir_tree import Part
from screening.importing.fhirpath import read_expression
from screening.importing.fhirpath_meanings import UnsupportedError
from screening.importing.form import LeftOutError
from screening.importing.options import Given, given_of

_MAX_DEPTH = 30
_BEHAVIORS = ("all", "any")


class Conditions:
    """Reads the conditions of items in form order, since each may only look back."""

    def __init__(self, targets: Targets, form: Extensions) -> None:
        self._targets = targets
        self._form = form

    def of(self, part: Part) -> Condition | None:
        """Return the condition of an item, None if it is always asked; ImportRefused if we can't say it."""
        ours = part.extensions.text(CONDITION)
        if ours:
            return _from_json(part, ours)
        expressions = part.extensions.all(ENABLE_WHEN_EXPRESSION)
        entries = strict_maps_of(part.element, "enableWhen", part.label)
        if expressions and entries:
            raise part.refuse("it has both enableWhen and an enableWhenExpression")
        if len(expressions) > 1:
            raise part.refuse("it has several enableWhenExpressions")
        if expressions:
            return self._of_expression(part, map_of(expressions[0], "valueExpression"))
        return self._of_entries(part, entries) if entries else None

    def _of_expression(self, part: Part, expression: Json) -> Condition:
        language, text = text_of(expression, "language"), text_of(expression, "expression")
        if language not in ("text/fhirpath", "") or not text:
            raise part.refuse(f"its enableWhenExpression is in {language or 'no language'}, not in FHIRPath")
        try:
            return read_expression(text, _AnsweredBy(self._targets, part), self._variables(part))
        except UnsupportedError as error:
            raise part.refuse(f"its enableWhenExpression is no plain comparison of answers: {error}") from None

    def _variables(self, part: Part) -> Mapping[str, str]:
        found: dict[str, str] = {}
        for extensions in (self._form, *(one.extensions for one in reversed([part, *part.around()]))):
            for entry in extensions.all(VARIABLE):
                expression = map_of(entry, "valueExpression")
                if text_of(expression, "language") == "text/fhirpath":
                    found[text_of(expression, "name")] = text_of(expression, "expression")
        return found

    def _of_entries(self, part: Part, entries: list[Json]) -> Condition:
        behavior = text_of(part.element, "enableBehavior")
        if len(entries) > 1 and behavior not in _BEHAVIORS and self._can_only_be_any(part, entries):
            behavior = "any"
        elif len(entries) > 1 and behavior not in _BEHAVIORS:
            raise part.refuse(f"it has {len(entries)} conditions, and enableBehavior does not say whether all or any "
                              "must hold")  # fmt: skip
        conditions, never = list[Condition](), list[NotOfferedError]()
        for entry in entries:
            try:
                conditions.append(self._of_entry(part, entry))
            except NotOfferedError as error:
                if text_of(entry, "operator") != "=":
                    raise
                never.append(error)  # it holds for nobody there, so that leaving it out changes nothing
        if never and (behavior != "any" or not conditions):
            raise LeftOutError(f"nobody is asked it there either: {str(never[0]).removeprefix(f'{part.label}: ')}")
        if behavior == "any":
            return some(_join_equals(conditions, self._choices(part, entries)))
        return every(_join_not_equals(conditions))

    def _can_only_be_any(self, part: Part, entries: list[Json]) -> bool:
        """Tell whether not all conditions can hold at once: each wants another answer of a question that has one."""
        questions = {text_of(entry, "question") for entry in entries}
        wanted = [repr(answer_of(entry, "answer")) for entry in entries if text_of(entry, "operator") == "="]
        if len(questions) > 1 or len(set(wanted)) < len(entries):
            return False
        item = self._targets.find(part, questions.pop()).item
        conditions = [self._of_entry(part, entry) for entry in entries]
        return item is not None and not item.repeats and len(set(conditions)) == len(entries)

    def _choices(self, part: Part, entries: list[Json]) -> frozenset[str]:
        """Return the ids of the choices that conditions look at."""
        found = (self._targets.find(part, text_of(entry, "question")).item for entry in entries)
        return frozenset(item.id for item in found if isinstance(item, Choice))

    def _of_entry(self, part: Part, entry: Json) -> Condition:
        """Return one enableWhen; "!=" as "not equal", which in FHIR holds where there is no answer too."""
        Extensions.of(entry, part.label)
        question, sign = text_of(entry, "question"), text_of(entry, "operator")
        kind, value = answer_of(entry, "answer")
        if sign == "exists":
            if not isinstance(value, bool):
                raise part.refuse("its condition asks whether something exists, and answerBoolean does not say so")
            return self._targets.exists(part, question, expected=value)
        if sign not in SIGNS:
            stu3 = ": `hasAnswer` is of FHIR STU3; export the form as R4" if "hasAnswer" in entry else ""
            raise part.refuse(f"its condition has the operator {shown(sign)}, which FHIR R4 does not know{stu3}")
        given = given_of(kind, value)
        if given is None:
            self._targets.find(part, question)
            raise part.refuse(f"its condition compares {shown(question)} with nothing that can be read ({kind})")
        if sign == "!=":
            return Not(self._targets.compare(part, question, "=", given))
        return self._targets.compare(part, question, sign, given)


class _AnsweredBy:
    """What an expression of one item can look at."""

    def __init__(self, targets: Targets, owner: Part) -> None:
        self._targets = targets
        self._owner = owner

    def exists(self, link_id: str, *, expected: bool) -> Condition:
        self._find(link_id)
        return self._targets.exists(self._owner, link_id, expected=expected)

    def compare(self, link_id: str, sign: str, given: Given) -> Condition:
        self._find(link_id)
        return self._targets.compare(self._owner, link_id, sign, given)

    def repeats(self, link_id: str) -> bool:
        return self._find(link_id).repeats

    def is_boolean(self, link_id: str) -> bool:
        return isinstance(self._find(link_id), Boolean)

    def _find(self, link_id: str) -> Item:
        target: Target = self._targets.find(self._owner, link_id)
        assert target.item is not None
        if target.entry is not None:
            raise UnsupportedError(f"it looks at the answers of {shown(link_id)} in all entries at once")
        return target.item


def _join_equals(conditions: list[Condition], choices: frozenset[str]) -> Iterator[Condition]:
    """Yield runs of "=" on one choice as ``one_of``, as our export writes that."""
    last: Comparison | None = None
    for condition in conditions:
        joined = _joined(last, condition) if last is not None and last.item in choices else None
        if joined is None and last is not None:
            yield last
        if joined is not None:
            last = joined
        elif isinstance(condition, Comparison):
            last = condition
        else:
            last = None
            yield condition
    if last is not None:
        yield last


def _joined(last: Comparison, condition: Condition) -> Comparison | None:
    if not isinstance(condition, Comparison) or condition.item != last.item:
        return None
    if condition.operator is not Operator.EQUALS or not isinstance(condition.operand, str):
        return None
    if last.operator is Operator.EQUALS and isinstance(last.operand, str):
        codes: tuple[str, ...] = (last.operand,)
    elif last.operator is Operator.ONE_OF and isinstance(last.operand, tuple):
        codes = last.operand
    else:
        return None
    return None if condition.operand in codes else Comparison(last.item, Operator.ONE_OF, (*codes, condition.operand))


def _join_not_equals(conditions: list[Condition]) -> Iterator[Condition]:
    """Yield "exists" followed by "!=" on the same item as ``not_equals``, as our export writes that."""
    last: Condition | None = None
    for condition in conditions:
        inner = condition.condition if isinstance(condition, Not) else None
        if isinstance(inner, Comparison) and last == Comparison(inner.item, Operator.ANSWERED, operand=True):
            last = Comparison(inner.item, Operator.NOT_EQUALS, inner.operand)
            continue
        if last is not None:
            yield last
        last = condition
    if last is not None:
        yield last


def _from_json(part: Part, text: str) -> Condition:
    """Read a condition in our own form; that its items and options exist is for the loader to say."""
    try:
        return _from_plain(json.loads(text, parse_float=Number), _MAX_DEPTH)
    except (ValueError, RecursionError):
        raise part.refuse("its condition in our own form can't be read") from None


def _from_plain(plain: object, depth: int) -> Condition:
    if not isinstance(plain, dict) or len(plain) != 1 or not depth:
        raise ValueError
    ((key, value),) = plain.items()
    if key == "not":
        return Not(_from_plain(value, depth - 1))
    if key in ("all", "any"):
        if not isinstance(value, list) or len(value) < 2:
            raise ValueError
        parts = tuple(_from_plain(part, depth - 1) for part in value)
        return All(parts) if key == "all" else Any(parts)
    if not isinstance(value, dict) or len(value) != 1:
        raise ValueError
    ((word, operand),) = value.items()
    return Comparison(key, Operator(word), _operand(operand))


def _operand(plain: object) -> Operand:
    if isinstance(plain, str | bool):
        return plain
    if isinstance(plain, list) and plain and all(isinstance(code, str) for code in plain):
        return tuple(plain)
    number = number_of(plain)
    if number is None:
        raise ValueError
    return number

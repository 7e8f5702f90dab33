"""Conditions: whether one holds, what it looks at, and how it reads in words.

A condition looks only at direct answers to earlier items (rule R5). Answers come in as plain values, so that this
module need not know where they are kept: a code or text is a `str`, several chosen options are a tuple, yes/no a
`bool`, a number an `int` or `Decimal`, a date or time one of `datetime` or something whose `str()` is a date in ISO
8601. The patient's own words in place of an option are none of these and equal nothing; nor does an amount.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal as Number
from itertools import pairwise

from screening.definition.model import (
    All,
    Any,
    Boolean,
    Choice,
    Comparison,
    Condition,
    Date,
    DateTime,
    Item,
    Not,
    Operand,
    Operator,
    Questionnaire,
    Time,
)
from screening.definition.moments import Parts, compare, parts_of

_ORDERINGS: Mapping[Operator, Callable[[object, object], bool]] = {
    Operator.GREATER_THAN: lambda a, b: a > b,  # type: ignore[operator]  # both sides are made alike below
    Operator.AT_LEAST: lambda a, b: a >= b,  # type: ignore[operator]  # the same
    Operator.LESS_THAN: lambda a, b: a < b,  # type: ignore[operator]  # the same
    Operator.AT_MOST: lambda a, b: a <= b,  # type: ignore[operator]  # the same
}


def every(conditions: Iterable[Condition]) -> Condition:
    """Join conditions that must all hold, without needless nesting; ValueError if there are none."""
    flat: list[Condition] = []
    for condition in conditions:
        flat.extend(condition.conditions if isinstance(condition, All) else [condition])
    if not flat:
        raise ValueError("no condition to join")
    return flat[0] if len(flat) == 1 else All(tuple(flat))


def some(conditions: Iterable[Condition]) -> Condition:
    """Join conditions of which one must hold, without needless nesting; ValueError if there are none."""
    flat: list[Condition] = []
    for condition in conditions:
        flat.extend(condition.conditions if isinstance(condition, Any) else [condition])
    if not flat:
        raise ValueError("no condition to join")
    return flat[0] if len(flat) == 1 else Any(tuple(flat))


def holds(condition: Condition, answers: Mapping[str, object]) -> bool:
    """Tell whether the condition holds.

    ``answers`` holds, by item id, only what counts: an item that was declined, left blank or hidden is not in it.
    Without an answer every comparison is false, ``answered: no`` excepted.
    """
    if isinstance(condition, Comparison):
        return _compare(condition, answers)
    if isinstance(condition, All):
        return all(holds(part, answers) for part in condition.conditions)
    if isinstance(condition, Any):
        return any(holds(part, answers) for part in condition.conditions)
    return not holds(condition.condition, answers)


def references(condition: Condition) -> Iterator[Comparison]:
    """Yield every comparison in the condition, in the order in which it is written."""
    if isinstance(condition, Comparison):
        yield condition
    elif isinstance(condition, Not):
        yield from references(condition.condition)
    else:
        for part in condition.conditions:
            yield from references(part)


def _compare(comparison: Comparison, answers: Mapping[str, object]) -> bool:
    operator, operand = comparison.operator, comparison.operand
    if operator is Operator.ANSWERED:
        return (comparison.item in answers) is bool(operand)
    if comparison.item not in answers:
        return False
    answer = answers[comparison.item]
    values = answer if isinstance(answer, tuple) else (answer,)
    if operator is Operator.EQUALS:
        return any(_equal(value, operand) for value in values)
    if operator is Operator.NOT_EQUALS:
        return not any(_equal(value, operand) for value in values)
    if operator is Operator.ONE_OF:
        assert isinstance(operand, tuple)
        return any(_equal(value, code) for value in values for code in operand)
    return any(_ordered(value, _ORDERINGS[operator], operand) for value in values)


def _equal(value: object, operand: Operand) -> bool:
    if isinstance(value, str | bool) or isinstance(operand, bool):
        return type(value) is type(operand) and value == operand
    return _ordered(value, lambda a, b: a == b, operand)


def _ordered(value: object, order: Callable[[object, object], bool], operand: Operand) -> bool:
    if isinstance(value, bool | str) or isinstance(operand, bool):
        return False
    if isinstance(value, int | Number):
        return isinstance(operand, Number) and order(Number(value), operand)
    ordered = compare(_parts(value), parts_of(str(operand)))
    return ordered is not None and order(ordered, 0)


def _parts(value: object) -> Parts:
    if isinstance(value, datetime.time | datetime.datetime):
        return parts_of(value.isoformat(timespec="minutes"))
    return parts_of(str(value))


@dataclass(frozen=True, slots=True, kw_only=True)
class ConditionWords:
    """The fixed words in which a condition is told, in the reader's language."""

    yes: str = "Yes"
    no: str = "No"
    option: str = "{text}"
    both: str = "{first} and {second}"
    either: str = "{first} or {second}"
    negated: str = "not ({condition})"
    equals: str = "{label}: {value}"
    not_equals: str = "{label}: not {value}"
    answered: str = "{label}: answered"
    not_answered: str = "{label}: not answered"
    greater_than: str = "{label}: more than {value}"
    at_least: str = "{label}: {value} or more"
    less_than: str = "{label}: less than {value}"
    at_most: str = "{label}: {value} or less"
    after: str = "{label}: after {value}"
    on_or_after: str = "{label}: {value} or later"
    before: str = "{label}: before {value}"
    on_or_before: str = "{label}: {value} or earlier"


_DATE_WORDS: Mapping[Operator, str] = {
    Operator.GREATER_THAN: "after",
    Operator.AT_LEAST: "on_or_after",
    Operator.LESS_THAN: "before",
    Operator.AT_MOST: "on_or_before",
}


def describe(
    condition: Condition,
    questionnaire: Questionnaire,
    words: ConditionWords | None = None,
    labels: Mapping[str, str] | None = None,
) -> str:
    """Tell a condition in plain words, by short labels: ``Numb or flat: Most days or Every day``.

    ``labels``, by item id, stand in the place of the items' own.
    """
    words = words or ConditionWords()
    if isinstance(condition, Comparison):
        return _describe_comparison(condition, questionnaire.item(condition.item), words, labels or {})
    if isinstance(condition, Not):
        return words.negated.format(condition=describe(condition.condition, questionnaire, words, labels))
    parts = []
    for part in condition.conditions:
        text = describe(part, questionnaire, words, labels)
        parts.append(text if isinstance(part, Comparison | Not) else f"({text})")
    # Semicolons, because a comparison may hold an "or" of its own.
    return _join([*(part + ";" for part in parts[:-1]), parts[-1]], words, every=isinstance(condition, All))


def _describe_comparison(
    comparison: Comparison, item: Item | None, words: ConditionWords, labels: Mapping[str, str]
) -> str:
    label = labels.get(comparison.item) or ((item.short or item.text) if item else comparison.item)
    if comparison.operator is Operator.ANSWERED:
        return (words.answered if comparison.operand is True else words.not_answered).format(label=label)
    if isinstance(comparison.operand, tuple):
        value = _join([_operand_words(code, item, words) for code in comparison.operand], words, every=False)
        return words.equals.format(label=label, value=value)
    value = _operand_words(comparison.operand, item, words)
    name = _DATE_WORDS.get(comparison.operator) if isinstance(item, Date | Time | DateTime) else None
    return str(getattr(words, name or comparison.operator.value)).format(label=label, value=value)


def _operand_words(operand: Operand, item: Item | None, words: ConditionWords) -> str:
    if isinstance(item, Boolean) and isinstance(operand, bool):
        return words.option.format(text=words.yes if operand else words.no)
    if isinstance(item, Choice) and isinstance(operand, str):
        option = item.option(operand)
        return words.option.format(text=option.text if option else operand)
    return str(operand).replace("T", " ") if isinstance(item, DateTime) else str(operand)


def _join(parts: list[str], words: ConditionWords, *, every: bool) -> str:
    joined = parts[0]
    for _, part in pairwise(parts):
        joined = (words.both if every else words.either).format(first=joined, second=part)
    return joined

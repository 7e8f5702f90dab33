"""What parts of a FHIRPath expression mean, as far as plain comparisons of direct answers need them.

FHIRPath knows a third truth beside true and false, "empty": most comparisons with a missing answer are neither. So a
truth is a pair of conditions (`Logic`), when it is true and when it is false, and "not" swaps them.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Protocol, TypeAlias

from screening.definition.conditions import some
from screening.definition.model import Any, Comparison, Condition, Not, Operator
from screening.definition.problems import shown
from screening.importing.comparisons import OPPOSITES
from screening.importing.options import Given


class UnsupportedError(Exception):
    """An expression that is no plain comparison; the message says what in it is not."""


@dataclass(frozen=True, slots=True)
class Logic:
    """When an expression is true, and when it is false."""

    true: Condition
    false: Condition


@dataclass(frozen=True, slots=True)
class Items:
    """Items of the response; ``link_id`` is None as long as it could be any."""

    link_id: str | None = None


@dataclass(frozen=True, slots=True)
class Answers:
    """The answers of an item, or a part of each; ``kept`` is what they were chosen by, if they were.

    The part "this" is that of one answer at a time, inside where().
    """

    link_id: str
    part: str = "answer"
    kept: Condition | None = None


@dataclass(frozen=True, slots=True)
class Count:
    """The number of answers."""

    answers: Answers


@dataclass(frozen=True, slots=True)
class LinkId:
    """The linkId of the items that are being chosen among, or what it must be."""

    wanted: str | None = None


@dataclass(frozen=True, slots=True)
class Literals:
    """Values as they are written; several where they are joined by "|"."""

    values: tuple[Given, ...]


Meaning: TypeAlias = Logic | Items | Answers | Count | LinkId | Literals


class Answered(Protocol):
    """What conditions can be made of: whether items are answered, and how."""

    def exists(self, link_id: str, *, expected: bool) -> Condition:
        """Return what holds where the item has an answer, or where it has none."""

    def compare(self, link_id: str, sign: str, given: Given) -> Condition:
        """Return what holds where the item is answered and its answer compares so."""

    def repeats(self, link_id: str) -> bool:
        """Tell whether the item can have several answers."""

    def is_boolean(self, link_id: str) -> bool:
        """Tell whether the item is answered with yes or no."""


def truth_of(meaning: Meaning, answered: Answered) -> Logic:
    """Return when something is true; an answer that stands alone is, if it is yes or is no yes/no answer at all."""
    if isinstance(meaning, Logic):
        return meaning
    if isinstance(meaning, Answers) and meaning.part == "value" and meaning.kept is None:
        if answered.is_boolean(meaning.link_id):
            return compared(meaning, "=", Given("Boolean", value=True), answered)
        return existence(meaning, answered)
    raise UnsupportedError("a part of it is neither true nor false")


def existence(meaning: Meaning, answered: Answered) -> Logic:
    """Return when answers exist."""
    if not isinstance(meaning, Answers):
        raise UnsupportedError("it asks whether something exists that is no answer")
    if meaning.kept is not None:
        return Logic(meaning.kept, Not(meaning.kept))
    return Logic(*(answered.exists(meaning.link_id, expected=expected) for expected in (True, False)))


def compared(answers: Answers, sign: str, given: Given, answered: Answered) -> Logic:
    """Return when an answer compares so with a value."""
    if answers.kept is not None or answers.part not in ("value", "code", "display", "this"):
        raise UnsupportedError("it compares something that is no direct answer")
    if answered.repeats(answers.link_id) and answers.part != "this":
        raise UnsupportedError(f"it compares several answers of {shown(answers.link_id)} at once")
    true, false = (answered.compare(answers.link_id, each, given) for each in (sign, OPPOSITES[sign]))
    return Logic(true, false)


def contained(answers: Answers, given: Given, answered: Answered) -> Logic:
    """Return when a value is among the answers; an answer that is missing makes that false."""
    if answers.part == "answer":
        raise UnsupportedError("it compares something that is no direct answer")
    condition = compared(replace(answers, part="this"), "=", given, answered).true
    return Logic(condition, Not(condition))


def counted(count: Count, sign: str, given: Given, answered: Answered) -> Logic:
    """Return when there are answers, or none; any other count is refused."""
    exists = existence(count.answers, answered)
    if (sign, given.value) in ((">", 0), (">=", 1), ("!=", 0)):
        return exists
    if (sign, given.value) in (("=", 0), ("<", 1), ("<=", 0)):
        return Logic(exists.false, exists.true)
    raise UnsupportedError("it counts answers")


def chosen(meaning: Meaning, argument: Meaning, answered: Answered) -> Items | Answers:
    """Return the items, or answers, for which what stands in where() is true."""
    if isinstance(meaning, Items) and isinstance(argument, LinkId) and argument.wanted is not None:
        return Items(argument.wanted)
    if isinstance(meaning, Answers) and meaning.kept is None:
        condition = truth_of(argument, answered).true
        if _looks_at_each(condition) or not answered.repeats(meaning.link_id):
            return replace(meaning, kept=condition)
        raise UnsupportedError(f"it compares several answers of {shown(meaning.link_id)} at once")
    raise UnsupportedError("where() chooses among something else than items and answers")


def step(meaning: Meaning, name: str) -> Meaning:
    """Return what stands under a name."""
    if isinstance(meaning, Items):
        if name == "item":
            return Items()
        if name == "linkId":
            return LinkId()
        if name == "answer" and meaning.link_id is not None:
            return Answers(meaning.link_id)
    elif isinstance(meaning, Answers):
        return _step_of_answer(meaning, name)
    raise UnsupportedError(f"{shown(name)} leads to no direct answer")


def _step_of_answer(answers: Answers, name: str) -> Answers | Items:
    is_this = answers.part == "this"
    if answers.part == "answer" and answers.kept is None and name == "item":
        return Items()
    if answers.part in ("answer", "this") and name.startswith("value") and not name[5:6].islower():
        return answers if is_this else replace(answers, part="value")
    if answers.part in ("value", "this") and name in ("code", "display"):
        return answers if is_this else replace(answers, part=name)
    raise UnsupportedError(f"{shown(name)} of an answer can't be compared")


def joined_equals(conditions: list[Condition]) -> Condition:
    """Return the conditions joined by "or"; comparisons of one choice with several codes as one."""
    found = [part for part in conditions if isinstance(part, Comparison) and isinstance(part.operand, str)]
    is_choice = len(found) == len(conditions) and all(part.operator is Operator.EQUALS for part in found)
    if is_choice and len({part.item for part in found}) == 1 and len(found) > 1:
        return Comparison(found[0].item, Operator.ONE_OF, tuple(dict.fromkeys(str(part.operand) for part in found)))
    return some(conditions)


def _looks_at_each(condition: Condition) -> bool:
    """Tell whether a condition on each of several answers means the same on all: one equals, or another does."""
    parts = condition.conditions if isinstance(condition, Any) else (condition,)
    return all(
        isinstance(part, Comparison) and part.operator not in (Operator.NOT_EQUALS, Operator.ANSWERED) for part in parts
    )

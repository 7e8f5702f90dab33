"""What a condition in FHIR compares -> our comparisons: each with an earlier item that is here, or a refusal."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_FLOOR
from decimal import Decimal as Number

from screening.definition.conditions import every
from screening.definition.fhir_terms import ENABLE_WHEN_EXPRESSION, Json
from screening.definition.model import (
    Boolean,
    Choice,
    Comparison,
    Condition,
    Date,
    DateTime,
    Decimal,
    Integer,
    Item,
    Not,
    Operator,
    Quantity,
    Scale,
    Time,
)
from screening.definition.problems import shown
from screening.importing.fhir_elements import map_of, maps_of, text_of
from screening.importing.fhir_tree import Part
from screening.importing.limits import is_moment
from screening.importing.options import Given, OptionList
from screening.importing.result import ImportRefused

_QUOTED = re.compile("'([^']+)'")
SIGNS = {
    "=": Operator.EQUALS,
    "!=": Operator.NOT_EQUALS,
    ">": Operator.GREATER_THAN,
    ">=": Operator.AT_LEAST,
    "<": Operator.LESS_THAN,
    "<=": Operator.AT_MOST,
}
OPPOSITES = {"=": "!=", "!=": "=", ">": "<=", "<=": ">", "<": ">=", ">=": "<"}
_ORDER = {
    ">": lambda a, b: a > b,
    ">=": lambda a, b: a >= b,
    "<": lambda a, b: a < b,
    "<=": lambda a, b: a <= b,
}


class NotOfferedError(ImportRefused):
    """A condition that looks for an answer which the options do not offer."""


@dataclass(frozen=True, slots=True)
class Target:
    """What became of an item: the item here, or why there is none. ``entry``: the group that repeats around it."""

    part: Part
    item: Item | None = None
    offered: OptionList | None = None
    why: str = ""
    entry: Part | None = None


class Targets:
    """The items read so far, by linkId, for conditions to look at; ``parts`` are all of the form."""

    def __init__(self, parts: list[Part]) -> None:
        self._parts = {part.link_id: part for top in parts for part in top.walk()}
        self._read: dict[str, Target] = {}

    def add(self, target: Target) -> None:
        """Note what became of an item."""
        self._read.setdefault(target.part.link_id, target)

    def leave_out(self, part: Part, why: str) -> None:
        """Note that an item, and what stands in it, is left out."""
        for inner in part.walk():
            self.add(Target(inner, why=why))

    def compare(self, owner: Part, link_id: str, sign: str, given: Given) -> Condition:
        """Return what holds where the item is answered and its answer compares so; ImportRefused if we can't say it."""
        target = self.find(owner, link_id)
        item = target.item
        if isinstance(item, Choice):
            return _compare_choice(owner, target, sign, given)
        if isinstance(item, Boolean):
            if isinstance(given.value, bool) and sign in ("=", "!="):
                return Comparison(item.id, SIGNS[sign], given.value)
        elif isinstance(item, Integer | Decimal | Scale):
            if isinstance(given.value, Number):
                return _compare_number(owner, item, sign, given.value)
        elif isinstance(item, Date | DateTime | Time):
            if given.kind in ("Date", "DateTime", "Time") and is_moment(str(given.value), type(item)):
                return Comparison(item.id, SIGNS[sign], str(given.value))
        elif isinstance(item, Quantity):
            raise owner.refuse(f"its condition compares the amount {target.part.label}; units differ, so it can't")
        elif item is not None:
            raise owner.refuse(f"its condition compares the patient's own words in {target.part.label}; those can only "
                               "be given or not")  # fmt: skip
        raise owner.refuse(f"its condition compares {target.part.label} with {shown(str(given.value))}, which is no "
                           f"answer to it ({sign})")  # fmt: skip

    def exists(self, owner: Part, link_id: str, *, expected: bool) -> Condition:
        """Return what holds where the item has an answer, or where it has none."""
        item = self.find(owner, link_id).item
        assert item is not None
        return Comparison(item.id, Operator.ANSWERED, expected)

    def find(self, owner: Part, link_id: str) -> Target:
        """Return the earlier item that a condition of ``owner`` looks at; ImportRefused if there is none."""
        part = self._parts.get(link_id)
        if part is None:
            raise owner.refuse(f"its condition looks at {shown(link_id)}, and no item has this linkId")
        if part.is_ambiguous:
            raise owner.refuse(f"its condition looks at {shown(link_id)}, and several items have this linkId")
        if part is owner:
            raise owner.refuse("its condition looks at itself")
        target = self._read.get(link_id)
        if target is None:
            circle = "; the two wait for each other" if self._leads_to(part, owner) else ""
            raise owner.refuse(f"its condition looks at {part.label}, which comes later{circle}; a condition may only "
                               "look at earlier items")  # fmt: skip
        if target.item is None:
            raise owner.refuse(f"its condition looks at {part.label}, which is not asked here: {target.why}")
        if target.entry is not None and target.entry is not owner and target.entry not in owner.around():
            raise owner.refuse(f"its condition looks at {part.label}, which is answered once for each entry of "
                               f"{target.entry.label}")  # fmt: skip
        return target

    def _leads_to(self, start: Part, end: Part) -> bool:
        """Tell whether an item waits for another one through conditions."""
        seen: set[str] = set()
        left = [start.link_id]
        while left:
            part = self._parts.get(left.pop())
            if part is end:
                return True
            if part is not None and part.link_id not in seen:
                seen.add(part.link_id)
                left += _looked_at(part)
        return False


def looked_at(parts: list[Part]) -> dict[str, list[Json]]:
    """Return the linkIds that conditions look at, each with the enableWhen entries that do; expressions give none."""
    found: dict[str, list[Json]] = {}
    for part in (part for top in parts for part in top.walk()):
        for entry in maps_of(part.element, "enableWhen"):
            found.setdefault(text_of(entry, "question"), []).append(entry)
        for entry in part.extensions.all(ENABLE_WHEN_EXPRESSION):
            for quoted in _QUOTED.findall(text_of(map_of(entry, "valueExpression"), "expression")):
                found.setdefault(quoted, [])
    return found


def _looked_at(part: Part) -> Iterator[str]:
    for one in (part, *part.around()):
        for entry in maps_of(one.element, "enableWhen"):
            yield text_of(entry, "question")


def _compare_choice(owner: Part, target: Target, sign: str, given: Given) -> Condition:
    item, offered = target.item, target.offered
    assert isinstance(item, Choice)
    assert offered is not None
    codes = _codes_in_order(offered, sign, given) if sign in _ORDER else offered.codes_of(given)
    if not codes:
        words = given.display or str(given.value)
        reason = f"its condition compares {target.part.label} with {shown(words)}, which is none of its options"
        raise NotOfferedError(f"{owner.label}: {reason}")
    if len(codes) == 1:
        return Comparison(item.id, SIGNS["=" if sign in _ORDER else sign], codes[0])
    among = Comparison(item.id, Operator.ONE_OF, tuple(codes))
    if sign == "!=":
        return every([Comparison(item.id, Operator.ANSWERED, operand=True), Not(among)])
    return among


def _codes_in_order(offered: OptionList, sign: str, given: Given) -> list[str]:
    """Return the options that are numbers, dates or times beyond the given one."""
    if not all(type(other.value) is type(given.value) and other.kind == given.kind for other in offered.given):
        return []
    if given.kind not in ("Integer", "Decimal", "Date", "Time"):
        return []
    pairs = zip(offered.options, offered.given, strict=True)
    return [option.code for option, other in pairs if _ORDER[sign](other.value, given.value)]


def _compare_number(owner: Part, item: Integer | Decimal | Scale, sign: str, number: Number) -> Condition:
    answered = Comparison(item.id, Operator.ANSWERED, operand=True)
    never = owner.refuse(f"its condition compares {item.id} with {number}, which can't be its answer")
    if number % 1 and not isinstance(item, Decimal):
        if sign == "=":
            raise never
        if sign == "!=":
            return answered
        rounding = ROUND_CEILING if sign in (">", ">=") else ROUND_FLOOR
        number, sign = number.to_integral_value(rounding), ">=" if sign in (">", ">=") else "<="
    is_below = item.min_value is not None and number < item.min_value
    is_above = item.max_value is not None and number > item.max_value
    if not is_below and not is_above:
        return Comparison(item.id, SIGNS[sign], number)
    always = ("!=", ">", ">=") if is_below else ("!=", "<", "<=")
    if sign not in always:
        raise never
    return answered

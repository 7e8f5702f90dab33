"""Conditions as frozen dataclasses: what must hold of earlier answers for a question to be asked.

Part of the model; import these names from `screening.definition.model`.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal as Number
from enum import StrEnum
from typing import TypeAlias


class Operator(StrEnum):
    """How a condition compares an earlier answer with a given value."""

    EQUALS = "equals"
    NOT_EQUALS = "not_equals"
    ONE_OF = "one_of"
    ANSWERED = "answered"
    GREATER_THAN = "greater_than"
    AT_LEAST = "at_least"
    LESS_THAN = "less_than"
    AT_MOST = "at_most"


Operand: TypeAlias = str | bool | Number | tuple[str, ...]
"""An option code, yes/no, a number, a date or time in ISO 8601, or (for ``one_of``) several option codes."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """One earlier item's direct answer against one given value (rule R5: never arithmetic, never a count)."""

    item: str
    operator: Operator
    operand: Operand


@dataclass(frozen=True, slots=True)
class All:
    """Holds when every part holds."""

    conditions: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class Any:
    """Holds when at least one part holds."""

    conditions: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class Not:
    """Holds when its part does not."""

    condition: Condition


Condition: TypeAlias = Comparison | All | Any | Not

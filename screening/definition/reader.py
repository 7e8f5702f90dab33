"""Reading one node as what the language expects at its place, collecting every mistake.

A reader's methods return the value, or None after noting a problem, so that one run finds all mistakes in a file.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal as Number

from screening.definition.moments import is_date, is_date_time, is_time
from screening.definition.nodes import Map, Node, Scalar, Sequence
from screening.definition.problems import (
    MAX_PROBLEMS,
    START,
    DefinitionError,
    Mark,
    Problem,
    in_order,
    listed,
    nearest,
    shown,
)

MAX_LINE = 500
"""Characters in a text on one line (a question, an option, a title), at the most."""

MAX_PARAGRAPHS = 5000
"""Characters in a text that may hold several lines (an introduction, a hint), at the most."""

FLAGS: Mapping[str, bool] = {"yes": True, "no": False, "true": True, "false": False}

# fmt: off
_JUDGING = frozenset((
    "score", "scores", "scoring", "scored", "points", "weight", "weights", "ordinal", "total", "totals",
    "sum", "subscale", "threshold", "thresholds", "cutoff", "band", "bands", "percentile", "severity",
    "risk", "rank", "norm", "norms", "color", "colors", "colour", "colours", "calculate", "calculated",
    "calculation", "formula", "expression", "alert", "alerts", "alarm", "diagnosis", "interpretation",
))
# fmt: on
"""Words in the keys of those who look for scoring."""

_KEY_WORDS = re.compile(r"[_\W]+|(?<=[a-z])(?=[A-Z])")
MAX_INTEGER = 2_147_483_647
"""The largest whole number: FHIR's integer has 32 bits."""

MAX_DIGITS = 15
"""Digits of a decimal number, at the most: a JSON number carries so many exactly."""

_INTEGER = re.compile(r"-?\d{1,10}", re.ASCII)
_DECIMAL = re.compile(r"-?\d{1,15}(\.\d{1,10})?", re.ASCII)
MarkKey = tuple[str, ...]


@dataclass(slots=True)
class Reader:
    """The state of reading one file: its name, the problems so far, and where each part stands."""

    name: str
    problems: list[Problem] = field(default_factory=list)
    marks: dict[MarkKey, Mark] = field(default_factory=lambda: {(): START})

    def error(self, mark: Mark, message: str, rule: str) -> None:
        """Note a mistake; DefinitionError once there are so many that this must be another kind of file."""
        self.problems.append(Problem(self.name, mark.line, mark.column, message, "error", rule))
        if len(self.problems) > 2 * MAX_PROBLEMS:
            raise DefinitionError(in_order(self.problems))

    def map(self, node: Node, what: str) -> Map | None:
        """Read a map of keys."""
        if isinstance(node, Map):
            return node
        self.error(node.mark, f"{what} is a map of keys here, like `key: value`", "shape")
        return None

    def sequence(self, node: Node, what: str) -> Sequence | None:
        """Read a list with at least one entry."""
        if isinstance(node, Sequence) and node.nodes:
            return node
        self.error(node.mark, f"{what} is a list with at least one entry, each starting with `- `", "shape")
        return None

    def keys(
        self, node: Map, known: Iterable[str], required: Iterable[str], what: str, elsewhere: Mapping[str, str] = {}
    ) -> None:
        """Note keys that are not known in this place, and those that lack. ``elsewhere``: key -> where it belongs."""
        known = list(known)
        for key, (scalar, _) in node.entries.items():
            if key in known:
                continue
            if key in elsewhere:
                message = f"`{key}` belongs to {elsewhere[key]}, not to {what}"
            elif _judges(key):
                message = (
                    f"`{key}`: there are no scores, thresholds, colours or calculations in this language; answers are "
                    "shown as given and never judged. Leave the key out."
                )
            else:
                hint = nearest(key, known) or f" Known here: {listed(known, 'and', limit=30)}."
                message = f"{shown(key)} is no key of {what}.{hint}"
            self.error(scalar.mark, message, "unknown-key")
        for key in required:
            if key not in node.entries:
                self.error(node.mark, f"{what} lacks `{key}:`", "missing-key")

    def text(self, node: Node, what: str, *, limit: int = MAX_LINE, lines: bool = False) -> str | None:
        """Read a text, on one line unless ``lines``; surrounding white space goes, paragraphs stay."""
        if not isinstance(node, Scalar):
            self.error(
                node.mark, f"{what} is a text; this is a {'list' if isinstance(node, Sequence) else 'map'}", "type"
            )
            return None
        text = node.value.strip()
        if not text:
            self.error(node.mark, f"{what} is empty; give a text, or leave the key out", "empty")
        elif len(text) > limit:
            self.error(node.mark, f"{what} has {len(text)} characters; at most {limit} are allowed", "length")
        elif "\t" in text or "\r" in text or ("\n" in text and not lines):
            self.error(node.mark, f"{what} must stand on one line, without tabs", "line-break")
        else:
            return text
        return None

    def paragraphs(self, node: Node, what: str) -> str | None:
        """Read a text that may hold several lines."""
        return self.text(node, what, limit=MAX_PARAGRAPHS, lines=True)

    def pattern(self, node: Node, what: str, pattern: re.Pattern[str], right: str, *, limit: int = 64) -> str | None:
        """Read a text of a fixed form; ``right`` says what would be right."""
        text = self.text(node, what, limit=limit)
        if text is None or pattern.fullmatch(text):
            return text
        self.error(node.mark, f"{what} can't be {shown(text)}; {right}", "form")
        return None

    def one_of(self, node: Node, what: str, allowed: Iterable[str]) -> str | None:
        """Read one of a few known words."""
        text = self.text(node, what)
        allowed = list(allowed)
        if text is None or text in allowed:
            return text
        hint = nearest(text, allowed)
        self.error(node.mark, f"{what} can't be {shown(text)}; it is {listed(allowed)}.{hint}", "value")
        return None

    def flag(self, node: Node, what: str) -> bool | None:
        """Read yes or no."""
        if isinstance(node, Scalar) and node.value in FLAGS:
            return FLAGS[node.value]
        got = shown(node.value) if isinstance(node, Scalar) else "a list or map"
        self.error(node.mark, f"{what} is yes or no; this is {got}", "type")
        return None

    def integer(self, node: Node, what: str) -> int | None:
        """Read a whole number."""
        if isinstance(node, Scalar) and _INTEGER.fullmatch(node.value) and abs(int(node.value)) <= MAX_INTEGER:
            return int(node.value)
        got = shown(node.value) if isinstance(node, Scalar) else "a list or map"
        self.error(node.mark, f"{what} is a whole number of at most {MAX_INTEGER:,}; this is {got}", "type")
        return None

    def number(self, node: Node, what: str) -> Number | None:
        """Read a decimal number."""
        if isinstance(node, Scalar) and _DECIMAL.fullmatch(node.value):
            number = Number(node.value)
            if len(number.as_tuple().digits) <= MAX_DIGITS:
                return number
        got = shown(node.value) if isinstance(node, Scalar) else "a list or map"
        self.error(node.mark, f"{what} is a number of up to {MAX_DIGITS} digits, like 7 or 7.5; this is {got}", "type")
        return None

    def date(self, node: Node, what: str) -> str | None:
        """Read a date in ISO 8601, known to the year, the month or the day."""
        return self._moment(node, what, is_date, "a date like 2026, 2026-05 or 2026-05-12")

    def date_time(self, node: Node, what: str) -> str | None:
        """Read a date in ISO 8601 with the time of day, to the minute."""
        return self._moment(node, what, is_date_time, "a date with its time, like 2026-05-12T14:30")

    def time(self, node: Node, what: str) -> str | None:
        """Read a time of day, to the minute."""
        return self._moment(node, what, is_time, "a time like 09:30 or 14:00")

    def _moment(self, node: Node, what: str, fits: Callable[[str], bool], right: str) -> str | None:
        if isinstance(node, Scalar) and fits(node.value):
            return node.value
        got = shown(node.value) if isinstance(node, Scalar) else "a list or map"
        self.error(node.mark, f"{what} is {right}; this is {got}", "type")
        return None


def _judges(key: str) -> bool:
    words = [word.casefold() for word in _KEY_WORDS.split(key[:100]) if word]
    return not _JUDGING.isdisjoint([*words, "".join(words)])

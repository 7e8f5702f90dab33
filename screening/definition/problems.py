"""What is wrong with a definition, and where."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

Severity: TypeAlias = Literal["error", "warning"]


@dataclass(frozen=True, slots=True, order=True)
class Mark:
    """A place in a file: line and column, both from 1."""

    line: int
    column: int


START = Mark(1, 1)


@dataclass(frozen=True, slots=True)
class Problem:
    """One mistake: where it stands, what is wrong and what would be right, and the rule's name."""

    path: str
    line: int
    column: int
    message: str
    severity: Severity
    rule: str

    def __str__(self) -> str:
        """Return ``path:line: message``; a warning says that it is one."""
        prefix = "warning: " if self.severity == "warning" else ""
        return f"{self.path}:{self.line}: {prefix}{self.message}"


@dataclass(frozen=True, slots=True)
class Finding:
    """What a rule found: where, and what would be right; ``severity`` None leaves that to who asked."""

    mark: Mark
    message: str
    severity: Severity | None = None


class DefinitionError(Exception):
    """A definition that can't be used; ``problems`` holds every mistake that was found, in file order."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__("\n".join(map(str, problems)))
        self.problems = tuple(problems)


MAX_PROBLEMS = 100
"""Mistakes told of one file, at the most: whoever has more has another kind of file."""


def in_order(problems: Iterable[Problem]) -> list[Problem]:
    """Return the problems in the order of their places in the file, each once, no more than `MAX_PROBLEMS`."""
    found = sorted(dict.fromkeys(problems), key=lambda problem: (problem.line, problem.column))
    if len(found) <= MAX_PROBLEMS:
        return found
    rest = found[MAX_PROBLEMS:]
    severity: Severity = "error" if any(problem.severity == "error" for problem in rest) else "warning"
    message = "more mistakes from here on; mend those above first"
    return [*found[:MAX_PROBLEMS], Problem(rest[0].path, rest[0].line, rest[0].column, message, severity, "size")]


def listed(words: Iterable[str], last: str = "or", limit: int = 12) -> str:
    """Return "a, b or c"; a long list is cut with "…"."""
    words = list(words)
    if len(words) > limit:
        return ", ".join(words[:limit]) + ", …"
    return f" {last} ".join(filter(None, [", ".join(words[:-1]), words[-1] if words else ""]))


def nearest(word: str, known: Iterable[str]) -> str:
    """Return " Did you mean …?" for the closest known word, or "" if none is close."""
    known = list(known)
    by_folded = {candidate.casefold().replace("-", "_"): candidate for candidate in known}
    folded = word[:100].casefold().replace("-", "_")
    close = difflib.get_close_matches(folded, by_folded, n=1, cutoff=0.6)
    return f" Did you mean {by_folded[close[0]]}?" if close else ""


def shown(text: str, limit: int = 40) -> str:
    """Return the text in quotes for a message: cut, on one line, with nothing unprintable."""
    cut = text if len(text) <= limit else text[: limit - 1] + "…"
    return '"' + "".join(c if c.isprintable() else f"\\u{ord(c):04x}" for c in cut) + '"'

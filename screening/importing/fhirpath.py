"""FHIRPath expressions that are plain comparisons of direct answers -> conditions; anything else is refused.

An expression is read straight into what it means, by recursive descent: see `screening.importing.fhirpath_meanings`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal as Number
from typing import NoReturn

from screening.definition.conditions import every, some
from screening.definition.fhir_terms import moment_from_fhir
from screening.definition.model import Condition
from screening.definition.problems import shown
from screening.importing.comparisons import SIGNS
from screening.importing.fhirpath_meanings import (
    Answered,
    Answers,
    Count,
    Items,
    LinkId,
    Literals,
    Logic,
    Meaning,
    UnsupportedError,
    chosen,
    compared,
    contained,
    counted,
    existence,
    joined_equals,
    step,
    truth_of,
)
from screening.importing.options import Given

MAX_LENGTH = 5_000
_MAX_NESTING = 30
_MAX_TERMS = 1_000
"""Terms in an expression, at the most, those of its variables counted wherever they are used."""

_TOKEN = re.compile(
    r"\s*(?:(?P<string>'(?:\\.|[^'\\])*')|(?P<moment>@T?[0-9][0-9T:.Z+-]*)|(?P<number>\d+(?:\.\d+)?)"
    r"|(?P<variable>%(?:\w+|`[^`]*`|'[^']*'))|(?P<name>\$?[A-Za-z_]\w*|`[^`]*`)"
    r"|(?P<sign>!=|!~|<=|>=|[=~<>|().,+*/&\[\]{}-]))"
)
_WHOLES = ("resource", "context", "questionnaireResponse", "rootResource")
_ONE = ("first", "last", "single")
_WITH_ARGUMENT = ("where", "repeat", "ofType", "as")
_WITHOUT_ARGUMENT = (*_ONE, "not", "exists", "hasValue", "empty", "count", "descendants", "children", "distinct")
_TURNED = {">": "<", "<": ">", ">=": "<=", "<=": ">="}


def read_expression(expression: str, answered: Answered, variables: Mapping[str, str]) -> Condition:
    """Return when an expression is true; UnsupportedError if it is no plain comparison. ``variables``: name -> path."""
    return truth_of(_Expression(expression, answered, variables, _Budget()).whole(), answered).true


@dataclass(slots=True)
class _Budget:
    """What is left to an expression and its variables together."""

    nesting: int = _MAX_NESTING
    terms: int = _MAX_TERMS

    def spend(self) -> None:
        """Count a term."""
        self.terms -= 1
        if self.terms < 0 or self.nesting < 0:
            raise UnsupportedError("it is too long or nested too deep")


class _Expression:
    """Reads one expression; ``this`` is what names without a start belong to, inside where()."""

    def __init__(self, text: str, answered: Answered, variables: Mapping[str, str], budget: _Budget) -> None:
        if len(text) > MAX_LENGTH:
            raise UnsupportedError(f"it has more than {MAX_LENGTH:,} characters")
        self._tokens = _tokens(text)
        self._place = 0
        self._answered = answered
        self._variables = variables
        self._budget = budget
        self._this: Meaning = Items()

    def whole(self) -> Meaning:
        meaning = self._implies()
        if self._place < len(self._tokens):
            self._unsupported()
        return meaning

    def _peek(self) -> str:
        return self._tokens[self._place][1] if self._place < len(self._tokens) else ""

    def _kind(self) -> str:
        return self._tokens[self._place][0] if self._place < len(self._tokens) else ""

    def _next(self) -> str:
        word = self._peek()
        self._place += 1
        return word

    def _take(self, word: str) -> bool:
        if self._kind() in ("string", "") or self._peek() != word:
            return False
        self._place += 1
        return True

    def _expect(self, word: str) -> None:
        if not self._take(word):
            self._unsupported()

    def _unsupported(self) -> NoReturn:
        word = self._peek()
        raise UnsupportedError(f"{shown(word)} is more than a plain comparison" if word else "it ends too early")

    def _implies(self) -> Meaning:
        self._budget.nesting -= 1
        self._budget.spend()
        left = self._either()
        while self._take("implies"):
            first, second = self._truths(left, self._either())
            left = Logic(some([first.false, second.true]), every([first.true, second.false]))
        self._budget.nesting += 1
        return left

    def _either(self) -> Meaning:
        left = self._every()
        while self._take("or"):
            first, second = self._truths(left, self._every())
            left = Logic(some([first.true, second.true]), every([first.false, second.false]))
        return left

    def _every(self) -> Meaning:
        left = self._membership()
        while self._take("and"):
            first, second = self._truths(left, self._membership())
            left = Logic(every([first.true, second.true]), some([first.false, second.false]))
        return left

    def _truths(self, left: Meaning, right: Meaning) -> tuple[Logic, Logic]:
        return truth_of(left, self._answered), truth_of(right, self._answered)

    def _membership(self) -> Meaning:
        left = self._comparison()
        if self._take("in"):
            return self._among(left, self._comparison())
        if self._take("contains"):
            return self._among(self._comparison(), left)
        return left

    def _among(self, one: Meaning, several: Meaning) -> Logic:
        """Return when an answer is one of some values, or a value is one of some answers."""
        if isinstance(one, Answers) and isinstance(several, Literals):
            found = [compared(one, "=", given, self._answered) for given in several.values]
            return Logic(joined_equals([logic.true for logic in found]), every([logic.false for logic in found]))
        if isinstance(one, Literals) and isinstance(several, Answers) and len(one.values) == 1:
            return contained(several, one.values[0], self._answered)
        raise UnsupportedError("it looks for something else than a given value among answers")

    def _comparison(self) -> Meaning:
        left = self._union()
        if self._kind() != "sign" or self._peek() not in ("~", "!~", *SIGNS):
            return left
        sign = self._next().replace("!~", "!=").replace("~", "=")
        right = self._union()
        if isinstance(left, Literals) and not isinstance(right, Literals):
            left, sign, right = right, _TURNED.get(sign, sign), left
        if not isinstance(right, Literals) or len(right.values) != 1:
            raise UnsupportedError("it compares answers with each other")
        return self._compared(left, sign, right.values[0])

    def _compared(self, left: Meaning, sign: str, given: Given) -> Meaning:
        if isinstance(left, LinkId) and sign == "=" and isinstance(given.value, str):
            return LinkId(given.value)
        if isinstance(left, Count):
            return counted(left, sign, given, self._answered)
        if isinstance(left, Logic) and isinstance(given.value, bool) and sign in ("=", "!="):
            return left if given.value is (sign == "=") else Logic(left.false, left.true)
        if isinstance(left, Answers):
            return compared(left, sign, given, self._answered)
        raise UnsupportedError("it compares something that is no direct answer")

    def _union(self) -> Meaning:
        left = self._path()
        while self._take("|"):
            right = self._path()
            if not isinstance(left, Literals) or not isinstance(right, Literals):
                raise UnsupportedError("it joins answers of several items")
            left = Literals(left.values + right.values)
        return left

    def _path(self) -> Meaning:
        meaning = self._start()
        while True:
            if self._take("."):
                meaning = self._step(meaning, self._next())
            elif self._take("["):
                if self._next() != "0":
                    raise UnsupportedError("it takes an answer by its place")
                self._expect("]")
                meaning = self._one(meaning)
            else:
                return meaning

    def _start(self) -> Meaning:
        self._budget.spend()
        kind, word = self._kind(), self._next()
        if kind == "sign" and word == "(":
            meaning = self._implies()
            self._expect(")")
            return meaning
        if kind == "sign" and word == "-" and self._kind() == "number":
            word, kind = f"-{self._next()}", "number"
        if kind == "variable":
            return self._variable(word)
        literal = _literal(kind, word)
        if literal is not None:
            return Literals((literal,))
        if kind != "name":
            self._place -= 1
            self._unsupported()
        if word == "$this" or (word == "QuestionnaireResponse" and isinstance(self._this, Items)):
            return self._this
        return self._step(self._this, word)

    def _variable(self, word: str) -> Meaning:
        name = word.strip("%`'")
        if name in _WHOLES:
            return Items()
        path = self._variables.get(name)
        if path is None:
            raise UnsupportedError(f"it uses {word}, which is no answer")
        self._budget.nesting -= 1
        others = {other: text for other, text in self._variables.items() if other != name}
        meaning = _Expression(path, self._answered, others, self._budget).whole()
        self._budget.nesting += 1
        return meaning

    def _step(self, meaning: Meaning, name: str) -> Meaning:
        name = name.strip("`")
        return self._function(meaning, name) if self._take("(") else step(meaning, name)

    def _function(self, meaning: Meaning, name: str) -> Meaning:
        if name in _WITH_ARGUMENT or (name == "exists" and self._peek() != ")"):
            return self._with_argument(meaning, name)
        if name not in _WITHOUT_ARGUMENT or not self._take(")"):
            raise UnsupportedError(f"{name}() is more than a plain comparison")
        if name == "not":
            logic = truth_of(meaning, self._answered)
            return Logic(logic.false, logic.true)
        if name in ("exists", "hasValue"):
            return existence(meaning, self._answered)
        if name == "empty":
            exists = existence(meaning, self._answered)
            return Logic(exists.false, exists.true)
        if name == "count" and isinstance(meaning, Answers):
            return Count(meaning)
        if name in _ONE:
            return self._one(meaning)
        if name in ("descendants", "children") and isinstance(meaning, Items):
            return Items()
        if name == "distinct":
            return meaning
        raise UnsupportedError(f"{name}() stands where it can't be read")

    def _one(self, meaning: Meaning) -> Meaning:
        if isinstance(meaning, Answers) and self._answered.repeats(meaning.link_id):
            raise UnsupportedError("it takes one of several answers by its place")
        if isinstance(meaning, Answers | Items):
            return meaning
        raise UnsupportedError("it takes one of several things by its place")

    def _with_argument(self, meaning: Meaning, name: str) -> Meaning:
        if name in ("ofType", "as"):
            while self._kind() == "name" or self._peek() == ".":
                self._place += 1
            self._expect(")")
            return meaning
        if name == "repeat":
            if self._next() != "item" or not isinstance(meaning, Items):
                raise UnsupportedError("it repeats something else than items")
            self._expect(")")
            return Items()
        # Inside, one answer is looked at at a time, so that several do no harm.
        around, self._this = self._this, replace(meaning, part="this") if isinstance(meaning, Answers) else meaning
        argument = self._implies()
        self._expect(")")
        self._this = around
        found = chosen(meaning, argument, self._answered)
        return existence(found, self._answered) if name == "exists" else found


def _literal(kind: str, word: str) -> Given | None:
    if kind == "string":
        return Given("String", re.sub(r"\\(.)", r"\1", word[1:-1]))
    if kind == "number":
        return Given("Decimal" if "." in word else "Integer", Number(word))
    if kind == "moment":
        text = word[1:]
        if text.startswith("T"):
            return Given("Time", moment_from_fhir(text[1:]))
        return Given("DateTime" if "T" in text else "Date", moment_from_fhir(text.rstrip("T")))
    if kind == "name" and word in ("true", "false"):
        return Given("Boolean", word == "true")
    return None


def _tokens(text: str) -> list[tuple[str, str]]:
    tokens: list[tuple[str, str]] = []
    text = text.strip()
    place = 0
    while place < len(text):
        match = _TOKEN.match(text, place)
        if match is None or match.lastgroup is None:
            raise UnsupportedError(f"{shown(text[place : place + 20])} is no FHIRPath that can be read")
        tokens.append((match.lastgroup, match.group(match.lastgroup)))
        place = match.end()
    return tokens

"""The ``relevant`` of an XLSForm -> a condition, where it is a plain comparison of direct answers; else a refusal.

XPath as XLSForms use it knows two truths: an unanswered question is the empty text, which is less or more than
nothing and unequal to everything, and an option of several is asked for with ``selected()``.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal as Number
from typing import NoReturn

from screening.definition.conditions import every, some
from screening.definition.model import Boolean, Choice, Comparison, Condition, Item, Not, Operator
from screening.definition.problems import shown
from screening.importing.comparisons import SIGNS, Targets
from screening.importing.conditions import Conditions
from screening.importing.fhir_elements import text_of
from screening.importing.fhir_tree import Part
from screening.importing.fhirpath_meanings import UnsupportedError
from screening.importing.options import Given

RELEVANT = "relevant"
"""The key of an item that holds its XPath; no FHIR file has it, and only `RelevantConditions` looks at it."""

TICKED = "OK"
"""What an acknowledged item is answered with."""

_MAX_LENGTH = 5_000
_MAX_NESTING = 30
_TOKEN = re.compile(
    r"\s*(?:(?P<answer>\$\{[^{}\s]{1,255}\})|(?P<string>'[^']*'|\"[^\"]*\")|(?P<number>\d+(?:\.\d*)?|\.\d+)"
    r"|(?P<name>[A-Za-z_][\w.-]*)|(?P<sign>!=|<=|>=|\.\.|[=<>(),.+*/|\[\]-]))"
)
_TURNED = {">": "<", "<": ">", ">=": "<=", "<=": ">="}
_TRUTHS = {"true": True, "false": False}


@dataclass(frozen=True, slots=True)
class _Answer:
    """The answer to a question; ``counted``: the number of its characters or of the options chosen."""

    link_id: str
    counted: bool = False


class RelevantConditions(Conditions):
    """Reads the conditions of an XLSForm's items."""

    def of(self, part: Part) -> Condition | None:
        """Return the condition of an item, None if it is always asked; ImportRefused if we can't say it."""
        text = text_of(part.element, RELEVANT)
        if not text:
            return None
        try:
            return _Relevant(text, self._targets, part).whole()
        except UnsupportedError as error:
            raise part.refuse(f"its relevant is no plain comparison of answers: {error}: {shown(text)}") from None


class _Relevant:
    """Reads one expression by recursive descent, straight into what it means."""

    def __init__(self, text: str, targets: Targets, owner: Part) -> None:
        if len(text) > _MAX_LENGTH:
            raise UnsupportedError(f"it has more than {_MAX_LENGTH:,} characters")
        self._tokens = _tokens(text)
        self._place = 0
        self._targets = targets
        self._owner = owner
        self._nesting = 0

    def whole(self) -> Condition | None:
        found = self._either()
        if self._place < len(self._tokens):
            self._unsupported()
        if found is False:
            raise UnsupportedError("it never holds")
        return None if found is True else found

    def _peek(self) -> tuple[str, str]:
        return self._tokens[self._place] if self._place < len(self._tokens) else ("", "")

    def _take(self, word: str) -> bool:
        kind, found = self._peek()
        if kind not in ("sign", "name") or found != word:
            return False
        self._place += 1
        return True

    def _expect(self, word: str) -> None:
        if not self._take(word):
            self._unsupported()

    def _unsupported(self) -> NoReturn:
        word = self._peek()[1]
        raise UnsupportedError(f"{shown(word)} can't be kept" if word else "it ends too early")

    def _either(self) -> Condition | bool:
        self._nesting += 1
        if self._nesting > _MAX_NESTING:
            raise UnsupportedError("it is nested too deep")
        parts = [self._every()]
        while self._take("or"):
            parts.append(self._every())
        self._nesting -= 1
        if True in parts:
            return True
        conditions = [part for part in parts if not isinstance(part, bool)]
        return some(conditions) if conditions else False

    def _every(self) -> Condition | bool:
        parts = [self._truth()]
        while self._take("and"):
            parts.append(self._truth())
        if False in parts:
            return False
        conditions = [part for part in parts if not isinstance(part, bool)]
        return every(conditions) if conditions else True

    def _truth(self) -> Condition | bool:
        """Read a comparison, a function that is true or false, or what stands in brackets."""
        if self._take("("):
            inner = self._either()
            self._expect(")")
            return inner
        kind, word = self._peek()
        following = self._tokens[self._place + 1 : self._place + 2]
        if kind == "name" and following == [("sign", "(")]:
            if word == "not":
                self._place += 2
                inner = self._either()
                self._expect(")")
                return not inner if isinstance(inner, bool) else Not(inner)
            if word == "selected":
                return self._selected()
            if word in _TRUTHS:
                self._place += 2
                self._expect(")")
                return _TRUTHS[word]
        return self._comparison()

    def _selected(self) -> Condition:
        self._place += 2
        answer = self._operand()
        self._expect(",")
        option = self._operand()
        self._expect(")")
        if not isinstance(answer, _Answer) or not isinstance(option, Given) or answer.counted:
            raise UnsupportedError("selected() looks for something else than a given option")
        return self._compared(answer, "=", option)

    def _comparison(self) -> Condition:
        left = self._operand()
        kind, sign = self._peek()
        if kind != "sign" or sign not in SIGNS:
            self._unsupported()
        self._place += 1
        right = self._operand()
        if isinstance(left, Given) and isinstance(right, _Answer):
            left, right, sign = right, left, _TURNED.get(sign, sign)
        if not isinstance(left, _Answer) or not isinstance(right, Given):
            raise UnsupportedError("it compares answers with each other")
        item = self._item(left)
        if left.counted:
            return self._counted(left, sign, right)
        if right.value == "" and sign in ("=", "!="):
            return self._targets.exists(self._owner, left.link_id, expected=sign == "!=")
        if isinstance(item, Choice) and item.repeats:
            raise UnsupportedError(f"it compares all that was chosen in {shown(left.link_id)} at once; selected() asks "
                                   "for one option")  # fmt: skip
        if sign == "!=":  # which holds of no answer, too
            return Not(self._compared(left, "=", right))
        return self._compared(left, sign, right)

    def _counted(self, answer: _Answer, sign: str, given: Given) -> Condition:
        """Return what holds where there is anything, or nothing; more than that would be counting."""
        found = {"> 0": True, ">= 1": True, "!= 0": True, "= 0": False, "< 1": False, "<= 0": False}
        expected = found.get(f"{sign} {given.value}") if isinstance(given.value, Number) else None
        if expected is None:
            raise UnsupportedError(f"it counts what was answered to {shown(answer.link_id)}")
        return self._targets.exists(self._owner, answer.link_id, expected=expected)

    def _item(self, answer: _Answer) -> Item:
        item = self._targets.find(self._owner, answer.link_id).item
        assert item is not None
        return item

    def _compared(self, answer: _Answer, sign: str, given: Given) -> Condition:
        """Return what holds where the answer compares so; texts are numbers where the question asks for one."""
        item = self._item(answer)
        if isinstance(item, Choice):
            return self._among(item, answer, sign, given)
        if isinstance(item, Boolean):
            given = Given("Boolean", value=True) if given.value == TICKED else given
        elif given.kind == "String" and item.type in ("date", "time", "dateTime"):
            given = Given({"dateTime": "DateTime"}.get(item.type, item.type.title()), str(given.value))
        elif given.kind == "String" and (number := number_in(str(given.value))) is not None:
            given = Given("Decimal", number, str(number))
        return self._targets.compare(self._owner, answer.link_id, sign, given)

    def _among(self, item: Choice, answer: _Answer, sign: str, given: Given) -> Condition:
        """Return what holds of an option; one that is more or less than a number is one of some options."""
        if sign == "=":
            name = f"{given.value:f}" if isinstance(given.value, Number) else str(given.value)
            return self._targets.compare(self._owner, answer.link_id, sign, Given("String", name))
        number = given.value if isinstance(given.value, Number) else number_in(str(given.value))
        offered = self._targets.find(self._owner, answer.link_id).offered
        assert offered is not None
        values = [number_in(str(other.value)) for other in offered.given]
        if number is None or None in values:
            raise UnsupportedError(
                f"it puts the options of {shown(answer.link_id)} in an order, and they are no numbers"
            )
        holds = {">": Number.__gt__, ">=": Number.__ge__, "<": Number.__lt__, "<=": Number.__le__}[sign]
        found = [
            option.code
            for option, value in zip(offered.options, values, strict=True)
            if value is not None and holds(value, number)
        ]
        if not found:
            raise UnsupportedError(f"none of the options of {shown(answer.link_id)} is {sign} {number}")
        if len(found) == 1:
            return Comparison(item.id, Operator.EQUALS, found[0])
        return Comparison(item.id, Operator.ONE_OF, tuple(found))

    def _operand(self) -> _Answer | Given:
        found = self._found_operand()
        if found is None:
            self._place -= 1
            self._unsupported()
        return found

    def _found_operand(self) -> _Answer | Given | None:
        kind, word = self._peek()
        self._place += 1
        if kind == "sign" and word == "-" and self._peek()[0] == "number":
            kind, word = "number", f"-{self._peek()[1]}"
            self._place += 1
        if kind == "answer":
            return _Answer(word[2:-1])
        if kind == "string":
            return Given("String", word[1:-1], word[1:-1])
        number = number_in(word) if kind == "number" else None
        if number is not None:
            return Given("Decimal", number, word)
        return self._function(word) if kind == "name" and self._take("(") else None

    def _function(self, name: str) -> _Answer | Given:
        if name in _TRUTHS:
            self._expect(")")
            return Given("Boolean", _TRUTHS[name])
        if name not in ("string-length", "count-selected", "date", "number", "int", "string"):
            raise UnsupportedError(f"{name}() is more than a plain comparison")
        inner = self._operand()
        self._expect(")")
        if name in ("string-length", "count-selected"):
            if not isinstance(inner, _Answer):
                raise UnsupportedError(f"{name}() counts something else than an answer")
            return _Answer(inner.link_id, counted=True)
        if name == "date" and isinstance(inner, Given):
            return Given("Date", str(inner.value), str(inner.value))
        if name == "int":
            raise UnsupportedError("int() is more than a plain comparison")
        return inner


def number_in(text: str) -> Number | None:
    """Return the number that a text is; None if it is none."""
    text = text.strip()
    if len(text) > 15 or not re.fullmatch(r"-?(?:\d+(?:\.\d*)?|\.\d+)", text, re.ASCII):
        return None
    return Number(text)


def _tokens(text: str) -> list[tuple[str, str]]:
    tokens: list[tuple[str, str]] = []
    text, place = text.strip(), 0
    while place < len(text):
        match = _TOKEN.match(text, place)
        if match is None or match.lastgroup is None:
            raise UnsupportedError(f"{shown(text[place : place + 20])} can't be read")
        tokens.append((match.lastgroup, match.group(match.lastgroup)))
        place = match.end()
    return tokens

"""One question of an XLSForm, as pyxform reads it -> the keys of a FHIR item."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any as Anything
from typing import TypeAlias

from screening.definition import fhir_terms as terms
from screening.definition.fhir_terms import Json, extension, item_control
from screening.importing import plain_text
from screening.importing.result import Losses
from screening.importing.xlsform_source import maps_in
from screening.importing.xlsform_texts import Texts, has_reference
from screening.importing.xpath import TICKED, number_in

OPEN = "open"
"""The key that marks a select with "or_other", whose own-words question is part of it here."""

OTHER = "other"
_GENERATED_OTHER = "Other"
"""The option that pyxform adds for "or_other", and its label in every language."""

_KINDS: Mapping[str, str] = {
    "group": "group", "survey": "group", "repeat": "group", "loop": "group",
    "note": "display", "select one": "choice", "select all that apply": "choice",
    "text": "text", "string": "text", "barcode": "string", "email": "string",
    "integer": "integer", "int": "integer", "percentage": "integer", "decimal": "decimal",
    "date": "date", "time": "time", "dateTime": "dateTime", "datetime": "dateTime",
    "acknowledge": "boolean", "trigger": "boolean",
}  # fmt: skip
_BY_DEVICE = (
    "start", "end", "today", "deviceid", "subscriberid", "simserial", "phonenumber", "username", "audit",
    "start-geopoint", "background-audio", "background-geopoint", "start time", "end time", "device id",
)  # fmt: skip
_LEFT_OUT: Mapping[str, str] = {
    "rank": "questions that ask for an order can't be asked here",
    "calculate": "software calculates it (calculate)",
    "hidden": "it is hidden",
    "xml-external": "it is no question, but a file of data",
    "csv-external": "it is no question, but a file of data",
    "select one external": "its options are in a sheet that software looks up (external_choices)",
}
_YES = ("yes", "true", "true()")
_NO = ("no", "false", "false()", "")
_EXPRESSION = re.compile(r"[${}()*+|\[\]]")
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")


@dataclass(frozen=True, slots=True)
class Question:
    """A node of pyxform's tree with the linkId that its item gets."""

    node: Json
    link_id: str
    texts: Texts
    losses: Losses

    @property
    def bind(self) -> Mapping[str, Anything]:
        """Return what the node says of its answer."""
        found = self.node.get("bind")
        return found if isinstance(found, dict) else {}

    @property
    def control(self) -> Mapping[str, Anything]:
        """Return what the node says of how it is shown."""
        found = self.node.get("control")
        return found if isinstance(found, dict) else {}

    @property
    def type(self) -> str:
        """Return pyxform's name of the type."""
        return str(self.node.get("type"))

    def lose(self, message: str) -> None:
        """Note a loss of this question."""
        words = self.texts.keys("text", self.node.get("label")).get("text", "")
        self.losses.add(message, self.link_id, plain_text.line(str(words)))


def kind_of(question: Question) -> str:
    """Return FHIR's type of the item, "string" for what is left out anyway."""
    if question.type == "range":
        parts = [_parameter(question, key) for key in ("start", "end", "step")]
        return "integer" if all(part is None or part % 1 == 0 for part in parts) else "decimal"
    return _KINDS.get(question.type, "string")


def left_out(question: Question) -> str:
    """Return why a node is no question that can be asked here; "" if it is one."""
    kind = question.type
    if kind in _LEFT_OUT:
        return _LEFT_OUT[kind]
    if kind in _BY_DEVICE or "jr:preload" in question.bind:
        return "the device fills it in"
    if kind not in _KINDS and kind != "range":
        return f"questions of the type {kind} can't be asked here"
    if _KINDS.get(kind) == "choice" and not maps_in(question.node, "choices"):
        return f"its options are in {question.node.get('itemset') or 'another file'}, which is not in the workbook"
    if question.bind.get("calculate") and not question.node.get("label"):
        return "software calculates it (calculation)"
    return ""


def question_keys(question: Question) -> Json:
    """Return the keys of a question's item apart from its linkId, type, words and condition; losses are noted."""
    found: Json = {}
    required = str(question.bind.get("required", "")).strip().casefold()
    if required in _YES:
        found["required"] = True
    elif required not in _NO:
        question.lose(f"it is required there in some cases ({question.bind['required']}), here in none")
    if str(question.bind.get("readonly", "")).strip().casefold() in _YES:
        found["readOnly"] = True
    if has_reference(question.node.get("label")):
        question.lose("software would put an earlier answer into its text; … stands in its place")
    found |= _MAKERS.get(question.type, _nothing)(question)
    found |= _initial(question)
    return found


_Make: TypeAlias = Callable[[Question], Json]


def _nothing(question: Question) -> Json:
    del question
    return {}


def _choice(question: Question) -> Json:
    node = question.node
    options: list[Json] = []
    found: Json = {"repeats": True} if question.type == "select all that apply" else {}
    for choice in maps_in(node, "choices"):
        name = str(choice.get("name", "")).strip()
        words = question.texts.keys("display", choice.get("label")) or {"display": name}
        if node.get(OPEN) and name == OTHER:
            if words["display"] != _GENERATED_OTHER:
                found["extension"] = [extension(terms.OPEN_LABEL, "String", words["display"])]
            continue
        if choice.get("media"):
            question.lose("pictures or sounds of its options are left out")
        options.append({"valueCoding": {"code": name, **words}})
    if node.get("choice_filter"):
        question.lose("all its options are always offered (choice_filter is left out)")
    parameters = node.get("parameters")
    if isinstance(parameters, dict) and parameters.get("randomize"):
        question.lose("its options stand in their order (randomize is left out)")
    return found | {"answerOption": options, **({"type": "open-choice"} if node.get(OPEN) else {})}


def _range(question: Question) -> Json:
    start, end, step = (_parameter(question, key) for key in ("start", "end", "step"))
    low, high = (1 if start is None else start), (10 if end is None else end)
    kind = "Integer" if kind_of(question) == "integer" else "Decimal"
    if low > high:
        question.lose("it counts down there, here up")
        low, high = high, low
    if step not in (None, 1) and kind == "Integer":
        question.lose(f"any whole number from {low} to {high} can be given, not only every {step}th")
    number = int if kind == "Integer" else _same
    slider = [item_control("slider")] if kind == "Integer" and step in (None, 1) else []
    limits = [extension(terms.MIN_VALUE, kind, number(low)), extension(terms.MAX_VALUE, kind, number(high))]
    return {"extension": [*slider, *limits]}


def _same(value: Anything) -> Anything:
    return value


def _ticked(question: Question) -> Json:
    question.lose("it is confirmed with a tick there; here it is answered with yes or no")
    return {}


def _own_words(question: Question) -> Json:
    if question.type in ("email", "barcode"):
        question.lose(f"that the answer is of the type {question.type} is not checked")
    return {}


def _percentage(question: Question) -> Json:
    del question
    return {"extension": [extension(terms.UNIT, "Coding", {"display": "%"})]}


_MAKERS: Mapping[str, _Make] = {
    "select one": _choice,
    "select all that apply": _choice,
    "range": _range,
    "acknowledge": _ticked,
    "trigger": _ticked,
    "email": _own_words,
    "barcode": _own_words,
    "percentage": _percentage,
}


def _parameter(question: Question, key: str) -> Anything:
    parameters = question.node.get("parameters")
    return number_in(str(parameters.get(key, ""))) if isinstance(parameters, dict) else None


def _initial(question: Question) -> Json:
    """Return what the field holds at first, if that is a plain value."""
    said = question.node.get("default")
    if said in (None, ""):
        return {}
    text, kind = str(said).strip(), kind_of(question)
    number = number_in(text)
    if kind == "choice":
        codes = text.split() if question.type == "select all that apply" else [text]
        return {"initial": [{"valueCoding": {"code": code}} for code in codes]}
    if kind in ("integer", "decimal") and number is not None:
        key = "valueInteger" if kind == "integer" and number % 1 == 0 else "valueDecimal"
        return {"initial": [{key: int(number) if key == "valueInteger" else number}]}
    if kind == "date" and _DATE.match(text):
        return {"initial": [{"valueDate": text[:10]}]}
    if kind in ("text", "string") and not _EXPRESSION.search(text):
        return {"initial": [{"valueString": text}]}
    if kind == "boolean" and text == TICKED:
        return {"initial": [{"valueBoolean": True}]}
    question.lose(f"its first value is left out ({text})")
    return {}

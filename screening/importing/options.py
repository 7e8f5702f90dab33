"""Answer options from FHIR -> options of ours, and which of ours an answer in FHIR means."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal as Number

from screening.definition.fhir_terms import OPTION_EXCLUSIVE, Json, moment_from_fhir
from screening.definition.model import Option
from screening.definition.option_reader import CODE, SYSTEM
from screening.definition.reader import MAX_LINE
from screening.importing import plain_text
from screening.importing.fhir_elements import Extensions, answer_of, map_of, number_of, strict_maps_of, text_of
from screening.importing.fhir_tree import Part
from screening.importing.names import short_slug, slug
from screening.importing.result import Losses
from screening.importing.value_sets import Concept

MAX_CODE = 64
_MAX_SYSTEM = 200
_SCORES = ("ordinalValue", "itemWeight", "optionScore", "weight")
_SILENT = frozenset((*_SCORES, "optionExclusive", "optionPrefix", "rendering-style", "rendering-xhtml"))


@dataclass(frozen=True, slots=True)
class Given:
    """An answer as FHIR gives it: a code, a text or a number, with the words and the system that stand with it."""

    kind: str
    value: str | bool | Number
    display: str = ""
    system: str = ""


@dataclass(slots=True)
class OptionList:
    """Options with what each stood for in the source; ``initial`` are the codes that are chosen at first."""

    options: list[Option] = field(default_factory=list)
    given: list[Given] = field(default_factory=list)
    initial: list[str] = field(default_factory=list)
    name: str = ""
    is_open: bool = False
    """Whether there are more options than are known, so that the patient's own words must have room."""
    codes: set[str] = field(default_factory=set)
    alike: dict[tuple[str, str], list[str]] = field(default_factory=dict)
    """Value and system of an option -> the words of those that have them."""

    def codes_of(self, answer: Given) -> list[str]:
        """Return the codes of the options that an answer means: by code, and by system where that tells them apart."""
        for matches in (_is_same, _reads_same):
            pairs = zip(self.options, self.given, strict=True)
            found = [(option.code, given.system) for option, given in pairs if matches(given, answer)]
            exact = [code for code, system in found if system == answer.system]
            if found:
                return exact or [code for code, _ in found]
        return []


def _is_same(given: Given, answer: Given) -> bool:
    # Codes and texts are alike here, since files are careless about which of them they name.
    if isinstance(given.value, Number) or isinstance(answer.value, Number):
        return given.value == answer.value
    return str(given.value) == str(answer.value)


def _reads_same(given: Given, answer: Given) -> bool:
    words = {plain_text.line(str(text)).casefold() for text in (answer.value, answer.display) if text}
    return plain_text.line(given.display).casefold() in words


def given_of(kind: str, value: object) -> Given | None:
    """Return the answer that a ``value[x]`` or ``answer[x]`` of this type holds, None if it is not of that type."""
    if kind == "Coding" and isinstance(value, dict):
        code, display = text_of(value, "code"), text_of(value, "display")
        return Given(kind, code or display, display, text_of(value, "system")) if code or display else None
    if kind == "Boolean":
        return Given(kind, value) if isinstance(value, bool) else None
    if kind in ("Integer", "Decimal"):
        number = number_of(value)
        return None if number is None else Given(kind, number, f"{number:f}")
    if kind in ("Date", "DateTime", "Time", "String", "Uri") and isinstance(value, str) and value.strip():
        text = value.strip()
        text = moment_from_fhir(text) if kind in ("DateTime", "Time") else text
        return Given(kind, text, text)
    return None


def listed_options(part: Part, losses: Losses) -> OptionList:
    """Return the answerOption entries of an item."""
    result = OptionList()
    scores = 0
    for entry in strict_maps_of(part.element, "answerOption", part.label):
        kind, value = answer_of(entry, "value")
        if kind == "Reference":
            losses.add("an option that is a reference to a record is left out", part.link_id, part.text)
            continue
        given = given_of(kind, value)
        if given is None:
            losses.add(f"an option without a value that can be read ({kind or 'none'}) is left out", part.link_id,
                       part.text)  # fmt: skip
            continue
        extensions = _option_extensions(entry, kind, value, part)
        scores += any(name in found for found in extensions for name in _SCORES)
        exclusive = any(found.flag(OPTION_EXCLUSIVE) for found in extensions)
        display = given.display or _formatted(entry, kind, value, part)
        prefix = next((text for found in extensions if (text := found.text("optionPrefix"))), "")
        display = f"{prefix} {display}" if prefix and not display.startswith(prefix) else display
        code = _add(result, Given(given.kind, given.value, display, given.system), part, losses, exclusive=exclusive)
        if code and entry.get("initialSelected") is True:
            result.initial.append(code)
        for name in {name for found in extensions for name in found} - _SILENT:
            losses.add(f"{name} of an option is left out", part.link_id, part.text)
    if scores:
        _lose_scores(scores, part, losses)
    return result


def value_set_options(name: str, concepts: Iterable[Concept], part: Part, losses: Losses) -> OptionList:
    """Return the concepts of a value set as options."""
    result = OptionList(name=name)
    scores = 0
    for concept in concepts:
        scores += concept.has_score
        _add(result, Given("Coding", concept.code, concept.display, concept.system), part, losses, exclusive=False)
    if scores:
        _lose_scores(scores, part, losses)
    return result


def _lose_scores(count: int, part: Part, losses: Losses) -> None:
    losses.add(f"the scores of {count} of its options are left out: answers are not scored", part.link_id, part.text)


def _option_extensions(entry: Json, kind: str, value: object, part: Part) -> list[Extensions]:
    found = [Extensions.of(entry, part.label), Extensions.of(map_of(entry, f"_value{kind}"), part.label)]
    if isinstance(value, dict):
        found.append(Extensions.of(value, part.label))
    return found


def _formatted(entry: Json, kind: str, value: object, part: Part) -> str:
    shown = map_of(value, "_display") if isinstance(value, dict) else map_of(entry, f"_value{kind}")
    return plain_text.from_html(Extensions.of(shown, part.label).text("rendering-xhtml"))


def _add(result: OptionList, given: Given, part: Part, losses: Losses, *, exclusive: bool) -> str | None:
    """Add an option unless it stands there already; return its code."""
    same = result.alike.setdefault((str(given.value), given.system), [])
    words = " ".join(plain_text.words_of(given.display))
    if words in same:
        losses.add(f"option {given.value} stands there twice; the second is left out", part.link_id, part.text)
        return None
    text = plain_text.line(given.display) or str(given.value)
    if len(text) > MAX_LINE:
        losses.add(f"the text of option {given.value} is cut to {MAX_LINE} characters", part.link_id, part.text)
        text = plain_text.cut_at_word(text, MAX_LINE)
    code = _code(given, result.codes)
    if same or (given.kind == "Coding" and code != given.value):
        losses.add(f"the code {given.value} of an option is written as {code}", part.link_id, part.text)
    system = given.system if len(given.system) <= _MAX_SYSTEM and SYSTEM.fullmatch(given.system) else None
    result.options.append(Option(code, text, exclusive, system))
    result.given.append(given)
    result.codes.add(code)
    same.append(words)
    return code


def _code(given: Given, taken: set[str]) -> str:
    wanted = str(given.value)
    fits = len(wanted) <= MAX_CODE and CODE.fullmatch(wanted) is not None
    if given.kind == "String" or not fits:
        wanted = short_slug(wanted) or short_slug(given.display) or slug(wanted)[:MAX_CODE].strip("_")
        wanted = wanted or f"option_{len(taken) + 1}"
    code, number = wanted, 2
    while code in taken:
        code = f"{wanted[: MAX_CODE - 4]}_{number}"
        number += 1
    return code

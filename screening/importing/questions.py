"""One question of a FHIR Questionnaire -> an item of ours, or the reason why it is left out."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any as Anything
from typing import TypeAlias

from screening.definition import fhir_terms as terms
from screening.definition.item_keys import PRECISIONS, TOPICS
from screening.definition.model import (
    DEFAULT_OCCURS,
    MAX_TEXT_LENGTH,
    Boolean,
    Choice,
    Date,
    DateTime,
    Option,
    Question,
    String,
    Text,
    Time,
)
from screening.definition.option_reader import MAX_OPTIONS
from screening.importing import numbers, plain_text
from screening.importing.fhir_elements import map_of, number_of, strict_maps_of, text_of
from screening.importing.fhir_tree import Part
from screening.importing.form import Form, LeftOutError, occurs
from screening.importing.limits import moment_limits, with_initial
from screening.importing.options import OptionList, listed_options, value_set_options
from screening.importing.value_sets import Concept, UnresolvedError
from screening.importing.wording import Beside, question_words

Keys: TypeAlias = dict[str, Anything]
_Make: TypeAlias = Callable[[Form, Part, Beside, Keys], Question]

OTHER = {
    "en": "Something else (please say)",
    "es": "Otra cosa (escriba cuál)",
    "ar": "شيء آخر (يرجى التوضيح)",
    "de": "Etwas anderes (bitte angeben)",
    "fr": "Autre chose (veuillez préciser)",
}
"""Language -> the label of an option for the patient's own words, where the form has none."""

_MAX_ADDRESS = 1000


@dataclass(frozen=True, slots=True)
class Asked:
    """An imported question, with what its options stood for in the source."""

    item: Question
    offered: OptionList | None = None


def import_question(form: Form, part: Part, words: Beside) -> Asked:
    """Return the item of a question; LeftOutError says why there is none. Its condition is left to the caller."""
    make = _MAKERS.get(part.type)
    if make is None:
        raise LeftOutError(f"questions of the type {part.type} can't be asked here")
    # Options at other types of question are of later editions of FHIR, but common, and they mean the same.
    is_choice = part.type in ("choice", "open-choice") or bool(part.element.get("answerOption"))
    offered = _offered(form, part) if is_choice else None
    common = common_keys(form, part, words)
    item = make(form, part, words, common) if offered is None else _choice(form, part, offered, common)
    return Asked(with_initial(item, part, offered, form.losses), offered)


def common_keys(form: Form, part: Part, words: Beside) -> Keys:
    """Return what every item that asks has, whatever its type."""
    hints = list(words.words.get("help", []))
    if part.type not in ("integer", "decimal", "quantity"):
        hints += [text for role in ("unit", "lower", "upper") for text in words.words.get(role, [])]
    found = question_words(part, hints, form.losses, is_foreign=form.is_foreign)
    name, link_id = form.names.of_part(part.link_id, found.text, part.extensions.text(terms.ITEM_ID))
    required = part.element.get("required") is True
    if required and form.is_foreign:
        form.lose(part, "it is required there; here it is asked once more if left blank, and can be declined")
    return {
        "id": name,
        "link_id": link_id,
        "text": found.text,
        "help": found.help,
        "short": found.short,
        "recall": words.first("recall"),
        "required": required,
        "glance": part.extensions.flag(terms.GLANCE),
    } | own_marks(part)


def own_marks(part: Part) -> Keys:
    """Return the marks that only exports of ours carry."""
    topic = part.extensions.text(terms.TOPIC)
    return {
        "off_by_default": part.extensions.flag(terms.OFF_BY_DEFAULT),
        "topic": topic if topic in TOPICS else None,
    }


def _offered(form: Form, part: Part) -> OptionList | None:
    """Return the options of a choice; None if it is to be asked as open text."""
    try:
        return _options(form, part)
    except UnresolvedError as error:
        if not form.open_valuesets:
            raise LeftOutError(f"{error} (see --valuesets and --open-valuesets)") from None
        named = _options_of_conditions(form, part)
        if named.options:
            form.lose(part, f"only the options that conditions name are offered, with room for other words: {error}")
            return named
        form.lose(part, f"it is asked as open text: {error}")
        return None


def _options_of_conditions(form: Form, part: Part) -> OptionList:
    """Return the options that conditions look for, as far as these have words, so that the conditions can be kept."""
    found = (map_of(entry, "answerCoding") for entry in form.looked_at.get(part.link_id, ()))
    concepts = {text_of(coding, "code"): coding for coding in found if text_of(coding, "display")}
    named = value_set_options(
        "", (Concept(code, text_of(c, "display"), text_of(c, "system")) for code, c in concepts.items() if code), part,
        form.losses,
    )  # fmt: skip
    named.is_open = bool(named.options)
    return named


def _options(form: Form, part: Part) -> OptionList:
    listed = strict_maps_of(part.element, "answerOption", part.label)
    if len(listed) > MAX_OPTIONS:
        raise UnresolvedError(f"it has {len(listed):,} options; at most {MAX_OPTIONS} can be shown")
    if listed:
        result = listed_options(part, form.losses)
        if not result.options:
            raise UnresolvedError("none of its options can be shown")
        return result
    address = text_of(part.element, "answerValueSet")
    if not address:
        raise UnresolvedError("it has neither options nor a value set")
    found = form.value_sets.find(address)
    if len(found.concepts) > MAX_OPTIONS:
        raise UnresolvedError(f"its value set has {len(found.concepts):,} codes; at most {MAX_OPTIONS} can be shown")
    return value_set_options(found.name, found.concepts, part, form.losses)


def _choice(form: Form, part: Part, offered: OptionList, common: Keys) -> Choice:
    most = number_of(part.extensions.value(terms.MAX_OCCURS))
    repeats = part.element.get("repeats") is True and most != 1
    if repeats and most is not None:
        form.lose(part, f"that at most {most} options can be chosen is not checked")
    if not repeats:  # then every option excludes the others
        offered.options = [Option(option.code, option.text, system=option.system) for option in offered.options]
    other = None
    if part.type == "open-choice" or offered.is_open:
        label = plain_text.line(part.extensions.text(terms.OPEN_LABEL))
        other = label or OTHER.get(form.language.split("-")[0], OTHER["en"])
    options, option_set = tuple(offered.options), part.extensions.text(terms.OPTION_SET) or None
    if offered.name:
        form.set_wishes[options] = offered.name
    return Choice(**common, options=options, option_set=option_set, repeats=repeats, other=other)


def _boolean(form: Form, part: Part, words: Beside, common: Keys) -> Boolean:
    del words
    if part.element.get("repeats") is True:
        form.lose(part, "it can be answered several times there, here once")
    return Boolean(**common)


def _text(form: Form, part: Part, words: Beside, common: Keys) -> String | Text:
    del words
    limits: Keys = {"max_length": _MAX_ADDRESS} if part.type == "url" else {}
    length = number_of(part.element.get("maxLength"))
    if length is not None and length >= 1:
        limits = {"max_length": min(int(length), MAX_TEXT_LENGTH)}
        if length > MAX_TEXT_LENGTH:
            form.lose(part, f"answers can have {length:,} characters there, here {MAX_TEXT_LENGTH:,}")
    for name in ("minLength", "regex"):
        if name in part.extensions:
            form.lose(part, f"{name} is not checked")
    if part.type == "url":
        form.lose(part, "that the answer is an address is not checked")
    variant = Text if part.type == "text" else String
    return variant(**common, **limits, **occurs(form, part, DEFAULT_OCCURS))


def _date(form: Form, part: Part, words: Beside, common: Keys) -> Date:
    del words
    low, high = moment_limits(part, form.losses, Date)
    precision = part.extensions.text(terms.PRECISION)
    own: Keys = {"precision": precision} if precision in PRECISIONS else {}
    return Date(**common, **own, min_value=low, max_value=high, **occurs(form, part, DEFAULT_OCCURS))


def _time(form: Form, part: Part, words: Beside, common: Keys) -> Time:
    del words
    low, high = moment_limits(part, form.losses, Time)
    return Time(**common, min_value=low, max_value=high, **occurs(form, part, DEFAULT_OCCURS))


def _date_time(form: Form, part: Part, words: Beside, common: Keys) -> DateTime:
    del words
    low, high = moment_limits(part, form.losses, DateTime)
    return DateTime(**common, min_value=low, max_value=high, **occurs(form, part, DEFAULT_OCCURS))


_MAKERS: Mapping[str, _Make] = {
    "choice": _text,
    "open-choice": _text,
    "boolean": _boolean,
    "string": _text,
    "text": _text,
    "url": _text,
    "integer": numbers.integer,
    "decimal": numbers.decimal,
    "quantity": numbers.quantity,
    "date": _date,
    "time": _time,
    "dateTime": _date_time,
}
"""FHIR's type of a question -> what makes its item; a choice is made by it only where it is asked as open text."""

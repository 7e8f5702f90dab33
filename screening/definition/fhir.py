"""A questionnaire -> a FHIR R4 Questionnaire, complete: whatever the language can say stands in it.

Standard elements first, then the standard extensions, then ours (see `screening.definition.fhir_terms`), so that
other software shows the form fully and import reads an equal definition back. Pages are groups; hints, recall
periods and introductions are display items, where every renderer shows them.
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal as Number

from screening.definition import fhir_terms as terms
from screening.definition.fhir_conditions import condition_to_fhir, plain_number
from screening.definition.fhir_terms import Json, extension, item_control
from screening.definition.model import (
    Boolean,
    Choice,
    Condition,
    Date,
    Decimal,
    Display,
    Integer,
    Item,
    Option,
    Page,
    Questionnaire,
    Scale,
    String,
    Text,
)

_FIXED_TYPES = {
    Boolean: "boolean",
    String: "string",
    Text: "text",
    Integer: "integer",
    Decimal: "decimal",
    Date: "date",
    Scale: "integer",
    Display: "display",
}


def canonical_url(questionnaire: Questionnaire) -> str:
    """Return the address that names the questionnaire in FHIR, without its version."""
    return terms.QUESTIONNAIRE_URL + questionnaire.id


def questionnaire_to_fhir(questionnaire: Questionnaire, *, status: str = "draft") -> Json:
    """Return the FHIR R4 Questionnaire as plain JSON; ``status`` is FHIR's: draft, active, retired or unknown."""
    items = {item.id: item for item in questionnaire.items()}
    extensions = _extensions(
        (terms.LICENSE, "String", questionnaire.license),
        (terms.CLINICALLY_REVIEWED, "String", questionnaire.clinically_reviewed or None),
        (terms.SOURCE, "String", questionnaire.source),
    )
    return _without_empty(
        {
            "resourceType": "Questionnaire",
            "id": questionnaire.id,
            "language": questionnaire.language,
            "extension": extensions,
            "url": canonical_url(questionnaire),
            "version": questionnaire.version,
            "name": "".join(part.capitalize() for part in questionnaire.id.split("-")),
            "title": questionnaire.title,
            "status": status,
            "subjectType": ["Patient"],
            "description": questionnaire.description,
            "copyright": questionnaire.copyright,
            "item": [_page(page, items.get) for page in questionnaire.pages],
        }
    )


def _page(page: Page, item: Callable[[str], Item | None]) -> Json:
    extensions = _extensions(
        (terms.OFF_BY_DEFAULT, "Boolean", page.off_by_default or None),
        (terms.TOPIC, "Code", page.topic),
        (terms.READING_LEVEL_REASON, "String", page.reading_level_reason),
    )
    parts = [
        *_part(page.id, "sensitive", page.sensitive),
        *_part(page.id, "intro", page.intro),
        *_part(page.id, "recall", page.recall),
    ]
    group: Json = {"linkId": page.id, "text": page.title, "type": "group"}
    group |= {"item": [*parts, *(_item(child, item) for child in page.items)]}
    return _with_condition(group, extensions, page.enable_when, item)


def _item(item: Item, find: Callable[[str], Item | None]) -> Json:
    extensions = _extensions(
        (terms.SHORT_TEXT, "String", item.short),
        (terms.GLANCE, "Boolean", item.glance or None),
        (terms.OFF_BY_DEFAULT, "Boolean", item.off_by_default or None),
        (terms.TOPIC, "Code", item.topic),
    )
    children = _part(item.id, "recall", item.recall)
    if item.help is not None:
        children.append(_display(f"{item.id}-help", item.help, item_control("help")))
    result: Json = {"linkId": item.id, "text": item.text, "type": _type(item)}
    if item.required:
        result["required"] = True
    if isinstance(item, Choice):
        extensions += _choice_extensions(item)
        if item.repeats:
            result["repeats"] = True
        result["answerOption"] = [_option(option) for option in item.options]
    elif isinstance(item, String | Text):
        result["maxLength"] = item.max_length
    elif isinstance(item, Integer | Decimal):
        extensions += _number_extensions(item)
    elif isinstance(item, Date):
        extensions += _date_extensions(item)
    elif isinstance(item, Scale):
        extensions += _scale_extensions(item)
        children.append(_display(f"{item.id}-lower", item.min_label, item_control("lower")))
        children.append(_display(f"{item.id}-upper", item.max_label, item_control("upper")))
    if children:
        result["item"] = children
    return _with_condition(result, extensions, item.enable_when, find)


def _type(item: Item) -> str:
    if isinstance(item, Choice):
        return "choice" if item.other is None else "open-choice"
    return _FIXED_TYPES[type(item)]


def _choice_extensions(item: Choice) -> list[Json]:
    control = item_control("check-box" if item.repeats else "radio-button")
    return [
        control,
        *_extensions((terms.OPEN_LABEL, "String", item.other), (terms.OPTION_SET, "String", item.option_set)),
    ]


def _option(option: Option) -> Json:
    coding: Json = {"valueCoding": {"code": option.code, "display": option.text}}
    if option.exclusive:
        return {"extension": [extension(terms.OPTION_EXCLUSIVE, "Boolean", value=True)], **coding}
    return coding


def _number_extensions(item: Integer | Decimal) -> list[Json]:
    kind = "Decimal" if isinstance(item, Decimal) else "Integer"

    def plain(value: int | Number | None) -> int | float | None:
        return plain_number(value) if isinstance(value, Number) else value

    return _extensions(
        (terms.MIN_VALUE, kind, plain(item.min_value)),
        (terms.MAX_VALUE, kind, plain(item.max_value)),
        (terms.MAX_DECIMAL_PLACES, "Integer", item.max_decimal_places if isinstance(item, Decimal) else None),
        (terms.UNIT, "Coding", {"display": item.unit} if item.unit else None),
    )


def _date_extensions(item: Date) -> list[Json]:
    today = "today"
    return _extensions(
        (terms.MIN_VALUE, "Date", item.min_value if item.min_value != today else None),
        (terms.MAX_VALUE, "Date", item.max_value if item.max_value != today else None),
        (terms.MIN_TODAY, "Boolean", (item.min_value == today) or None),
        (terms.MAX_TODAY, "Boolean", (item.max_value == today) or None),
        (terms.PRECISION, "Code", item.precision if item.precision != "day" else None),
    )


def _scale_extensions(item: Scale) -> list[Json]:
    return [
        item_control("slider"),
        extension(terms.SLIDER_STEP, "Integer", 1),
        extension(terms.MIN_VALUE, "Integer", item.min_value),
        extension(terms.MAX_VALUE, "Integer", item.max_value),
    ]


def _part(parent: str, part: str, text: str | None) -> list[Json]:
    # Ids hold no hyphen (see the loader), so these linkIds meet no other.
    return [] if text is None else [_display(f"{parent}-{part}", text, extension(terms.PART, "Code", part))]


def _display(link_id: str, text: str, *extensions: Json) -> Json:
    return {"extension": list(extensions), "linkId": link_id, "text": text, "type": "display"}


def _with_condition(
    element: Json, extensions: list[Json], condition: Condition | None, find: Callable[[str], Item | None]
) -> Json:
    enable: Json = condition_to_fhir(condition, find) if condition is not None else {}
    more = enable.pop("extension", [])
    assert isinstance(more, list)
    return _without_empty({"extension": [*extensions, *more], **element, **enable})


def _extensions(*entries: tuple[str, str, object]) -> list[Json]:
    return [extension(url, kind, value) for url, kind, value in entries if value is not None]


def _without_empty(element: Json) -> Json:
    return {key: value for key, value in element.items() if value is not None and value != []}

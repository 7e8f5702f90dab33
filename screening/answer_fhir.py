"""Answers <-> a FHIR R4 QuestionnaireResponse, the five answer states kept apart.

Declined, blank and not reached are an item without an answer and a data-absent-reason; a question that was not asked
is absent.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Mapping
from decimal import Decimal as Number

from screening.answers import Answers, Other, PartialDate, Single, State
from screening.definition.fhir import canonical_url
from screening.definition.fhir_conditions import plain_number
from screening.definition.fhir_terms import DATA_ABSENT_REASON, Json, extension
from screening.definition.model import Choice, Item, Page, Questionnaire
from screening.path import Path, PathPage, state_of, walk

MAX_DEPTH = 16
"""How deep items may be nested in a QuestionnaireResponse that comes in."""

ABSENT_REASONS: Mapping[State, str] = {
    State.DECLINED: "asked-declined",
    State.BLANK: "asked-unknown",
    State.NOT_REACHED: "not-asked",
}
"""State -> code of FHIR's data-absent-reason."""


def response_to_fhir(
    questionnaire: Questionnaire,
    answers: Answers,
    *,
    response_id: str | None = None,
    status: str = "completed",
    authored: datetime.datetime | None = None,
) -> Json:
    """Return the FHIR R4 QuestionnaireResponse as plain JSON.

    ``questionnaire`` is the one that was offered (`screening.path.offered`). ``authored`` must know its time zone.
    """
    path = walk(questionnaire, answers)
    response: Json = {
        "resourceType": "QuestionnaireResponse",
        "id": response_id,
        "language": questionnaire.language,
        "questionnaire": f"{canonical_url(questionnaire)}|{questionnaire.version}",
        "status": status,
        "authored": authored.isoformat(timespec="seconds") if authored else None,
    }
    groups = [group for page in path.pages if (group := _group(page, answers, path))]
    response["item"] = groups or None
    return {key: value for key, value in response.items() if value is not None}


def _group(page: PathPage, answers: Answers, path: Path) -> Json | None:
    items = [_item(item, page.page, answers, path) for item in page.items if item.asks]
    return {"linkId": page.page.id, "text": page.page.title, "item": items} if items else None


def _item(item: Item, page: Page, answers: Answers, path: Path) -> Json:
    entry: Json = {"linkId": item.id, "text": item.text}
    state = state_of(item, page, answers, path)
    if state in ABSENT_REASONS:
        reason = extension(DATA_ABSENT_REASON, "Code", ABSENT_REASONS[state])
        return {"extension": [reason], **entry}
    value = answers.values[item.id]
    entry["answer"] = [_answer(item, part) for part in (value if isinstance(value, tuple) else (value,))]
    return entry


def _answer(item: Item, value: Single) -> Json:
    if isinstance(value, Other):
        return {"valueString": value.text}
    if isinstance(value, PartialDate):
        return {"valueDate": str(value)}
    if isinstance(value, bool):
        return {"valueBoolean": value}
    if isinstance(value, int):
        return {"valueInteger": value}
    if isinstance(value, Number):
        return {"valueDecimal": plain_number(value)}
    if isinstance(item, Choice):
        option = item.option(value)
        return {"valueCoding": {"code": value, **({"display": option.text} if option else {})}}
    return {"valueString": value}


def flat_answers(questionnaire: Questionnaire, response: Mapping[str, object]) -> dict[str, object]:
    """Return a QuestionnaireResponse as the flat map of ANSWERS.json: item id -> answer in its plain form.

    Every item with an answer is in it, also those that the questionnaire does not have; whether the answers fit is
    for `screening.answer_formats` to say. ValueError says what is no QuestionnaireResponse.
    """
    flat: dict[str, object] = {}
    for entry in _entries(response.get("item", []), depth=1):
        link_id = entry.get("linkId")
        if not isinstance(link_id, str):
            raise ValueError("an item of the QuestionnaireResponse lacks its linkId")
        found = _plain_answers(questionnaire.item(link_id), link_id, entry)
        if found is not None:
            if link_id in flat:
                raise ValueError(f"{link_id}: the QuestionnaireResponse answers it twice")
            flat[link_id] = found
    return flat


def _entries(items: object, depth: int) -> Iterator[Mapping[str, object]]:
    if depth > MAX_DEPTH:
        raise ValueError(f"the QuestionnaireResponse is nested more than {MAX_DEPTH} levels deep")
    for entry in _maps(items, "item"):
        yield entry
        yield from _entries(entry.get("item", []), depth + 1)
        for answer in _maps(entry.get("answer", []), "answer"):
            yield from _entries(answer.get("item", []), depth + 1)


def _maps(nodes: object, what: str) -> list[Mapping[str, object]]:
    if not isinstance(nodes, list) or not all(isinstance(node, dict) for node in nodes):
        raise ValueError(f"`{what}` of a QuestionnaireResponse is a list of objects")
    return nodes


def _plain_answers(item: Item | None, link_id: str, entry: Mapping[str, object]) -> object | None:
    answers = _maps(entry.get("answer", []), "answer")
    if _is_declined(entry) or any(_is_declined(answer) for answer in answers):
        return {"declined": True}
    plain = [value for answer in answers if (value := _plain_answer(item, link_id, answer)) is not None]
    if not plain:
        return None
    if isinstance(item, Choice) and item.repeats:
        return plain
    if len(plain) > 1:
        raise ValueError(f"{link_id}: it takes one answer, and the QuestionnaireResponse gives {len(plain)}")
    return plain[0]


def _plain_answer(item: Item | None, link_id: str, answer: Mapping[str, object]) -> object | None:
    key = next((key for key in answer if key.startswith("value")), None)
    if key is None:
        return None
    value = answer[key]
    if key == "valueCoding":
        code = value.get("code") if isinstance(value, dict) else None
        if not isinstance(code, str):
            raise ValueError(f"{link_id}: its valueCoding has no code")
        return code
    if key == "valueString" and isinstance(item, Choice):
        return {"other": value}
    if key == "valueDateTime" and isinstance(value, str):
        return value[:10]
    return value


def _is_declined(element: Mapping[str, object]) -> bool:
    return any(
        entry.get("url") == DATA_ABSENT_REASON and entry.get("valueCode") == ABSENT_REASONS[State.DECLINED]
        for entry in _maps(element.get("extension", []), "extension")
    )

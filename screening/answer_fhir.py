"""Answers <-> a FHIR R4 QuestionnaireResponse, the five answer states kept apart.

Declined, blank and not reached are an item without an answer and a data-absent-reason; a question that was not asked
is absent.
"""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from decimal import Decimal as Number

from screening.answer_values import DECLINED
from screening.answers import Amount, Answers, Entry, Other, PartialDate, Single, State, Value
from screening.definition.fhir import canonical_url
from screening.definition.fhir_conditions import option_to_coding
from screening.definition.fhir_items import amount_to_fhir
from screening.definition.fhir_terms import DATA_ABSENT_REASON, LANGUAGE, Json, extension, plain_number
from screening.definition.model import Choice, Date, Group, Item, Page, Quantity, Questionnaire, walk_items
from screening.path import Path, PathPage, entries_of, state_in_entry, state_of, walk

MAX_DEPTH = 16
"""How deep items may be nested in a QuestionnaireResponse that comes in."""

ABSENT_REASONS: Mapping[State, str] = {
    State.DECLINED: "asked-declined",
    State.BLANK: "asked-unknown",
    State.NOT_REACHED: "not-asked",
}
"""State -> code of FHIR's data-absent-reason."""


_ON_PAPER: Json = {
    "url": "http://hl7.org/fhir/StructureDefinition/questionnaireresponse-completionMode",
    "valueCodeableConcept": {
        "coding": [
            {
                "system": "http://terminology.hl7.org/CodeSystem/v3-ParticipationMode",
                "code": "WRITTEN",
                "display": "written",
            }
        ]
    },
}
"""FHIR's words for answers that were given on paper."""


def response_to_fhir(
    questionnaire: Questionnaire,
    answers: Answers,
    *,
    response_id: str | None = None,
    status: str = "completed",
    authored: datetime.datetime | None = None,
    zone: datetime.tzinfo = datetime.UTC,
    page_languages: Mapping[str, str] | None = None,
    typed_in_by: str = "",
) -> Json:
    """Return the FHIR R4 QuestionnaireResponse as plain JSON.

    ``questionnaire`` is the one that was offered (`screening.path.offered`). ``authored`` must know its time zone.
    ``zone`` is where the patient's clock hung: FHIR wants a zone where an answer is a date with its time.
    ``page_languages``: the language (BCP 47) in which each page was answered, by page id; the patient's own words are
    marked with it where it is not the questionnaire's.
    ``typed_in_by`` names the person who typed it in from paper: FHIR's author, who recorded what the source answered.
    """
    languages = {
        item.id: language
        for page in questionnaire.pages
        for item in walk_items(page.items)
        if (language := (page_languages or {}).get(page.id, "")) not in ("", questionnaire.language)
    }
    writer = _Writer(answers, walk(questionnaire, answers), zone, languages)
    response: Json = {
        "resourceType": "QuestionnaireResponse",
        "id": response_id,
        "language": questionnaire.language,
        "questionnaire": f"{canonical_url(questionnaire)}|{questionnaire.version}",
        "status": status,
        "authored": authored.isoformat(timespec="seconds") if authored else None,
        "author": {"display": typed_in_by} if typed_in_by else None,
        "extension": [_ON_PAPER] if typed_in_by else None,
    }
    groups = [group for page in writer.path.pages if (group := writer.page(page))]
    response["item"] = groups or None
    return {key: value for key, value in response.items() if value is not None}


class _Writer:
    """Writes the items of one response."""

    def __init__(self, answers: Answers, path: Path, zone: datetime.tzinfo, own_languages: Mapping[str, str]) -> None:
        self._answers = answers
        self.path = path
        self._zone = zone
        self._own_languages = own_languages

    def page(self, path_page: PathPage) -> Json | None:
        page = path_page.page
        items = [entry for item in path_page.items for entry in self._items(item, page)]
        return {"linkId": page.fhir_link_id, "text": page.title, "item": items} if items else None

    def _items(self, item: Item, page: Page) -> list[Json]:
        """Return the response items of one item: one, or as many as a group that repeats has entries."""
        if not item.asks:
            inner = [entry for child in item.children for entry in self._items(child, page)]
            return [{**_head(item), "item": inner}] if inner else []
        state = state_of(item, page, self._answers, self.path)
        if state in ABSENT_REASONS:
            return [_absent(item, state)]
        value = self._answers.values[item.id]
        if isinstance(item, Group):
            asked = self.path.entries[item.id]
            entries = [self._entry(item, *pair) for pair in zip(entries_of(value), asked, strict=True)]
            return [entry for entry in entries if entry["item"]]
        return [self._answered(item, value)]

    def _entry(self, group: Group, entry: Entry, asked: frozenset[str]) -> Json:
        items = []
        for child in group.items:
            state = state_in_entry(child, entry, asked)
            if child.asks and state is State.ANSWERED:
                items.append(self._answered(child, entry.values[child.id]))
            elif child.asks and state in ABSENT_REASONS:
                items.append(_absent(child, state))
        return {**_head(group), "item": items}

    def _answered(self, item: Item, value: Value) -> Json:
        parts = value if isinstance(value, tuple) else (value,)
        return {**_head(item), "answer": [self._answer(item, part) for part in parts if not isinstance(part, Entry)]}

    def _answer(self, item: Item, value: Single) -> Json:
        if isinstance(value, Other):
            return self._own_words(item, value.text)
        if isinstance(value, Amount):
            assert isinstance(item, Quantity)
            return {"valueQuantity": amount_to_fhir(item, value)}
        if isinstance(value, PartialDate):
            return {"valueDate": str(value)}
        if isinstance(value, datetime.datetime):
            return {"valueDateTime": value.replace(tzinfo=self._zone).isoformat(timespec="seconds")}
        if isinstance(value, datetime.time):
            return {"valueTime": value.isoformat(timespec="seconds")}
        if isinstance(value, bool):
            return {"valueBoolean": value}
        if isinstance(value, int):
            return {"valueInteger": value}
        if isinstance(value, Number):
            return {"valueDecimal": plain_number(value)}
        if isinstance(item, Choice):
            option = item.option(value)
            return {"valueCoding": option_to_coding(option) if option else {"code": value}}
        return self._own_words(item, value)

    def _own_words(self, item: Item, text: str) -> Json:
        language = self._own_languages.get(item.id)
        if language is None:
            return {"valueString": text}
        return {"valueString": text, "_valueString": {"extension": [extension(LANGUAGE, "Code", language)]}}


def _head(item: Item) -> Json:
    return {"linkId": item.fhir_link_id, "text": item.text}


def _absent(item: Item, state: State) -> Json:
    return {"extension": [extension(DATA_ABSENT_REASON, "Code", ABSENT_REASONS[state])], **_head(item)}


def flat_answers(questionnaire: Questionnaire, response: Mapping[str, object]) -> dict[str, object]:
    """Return a QuestionnaireResponse as the flat map of ANSWERS.json: item id -> answer in its plain form.

    Every item with an answer is in it, also those that the questionnaire does not have; whether the answers fit is
    for `screening.answer_formats` to say. ValueError says what is no QuestionnaireResponse.
    """
    reader = _Reader(questionnaire)
    reader.read(response.get("item", []), None, {}, depth=1)
    return reader.flat


class _Reader:
    """Gathers the answers of a QuestionnaireResponse, however its items are nested."""

    def __init__(self, questionnaire: Questionnaire) -> None:
        self._placed = {placed.item.fhir_link_id: placed for placed in questionnaire.placed()}
        self.flat: dict[str, object] = {}

    def read(self, items: object, group: Group | None, entry: dict[str, object], depth: int) -> None:
        """Read response items; ``entry`` takes what belongs to ``group``, the group that repeats around them."""
        if depth > MAX_DEPTH:
            raise ValueError(f"the QuestionnaireResponse is nested more than {MAX_DEPTH} levels deep")
        for element in _maps(items, "item"):
            link_id = element.get("linkId")
            if not isinstance(link_id, str):
                raise ValueError("an item of the QuestionnaireResponse lacks its linkId")
            placed = self._placed.get(link_id)
            item = placed.item if placed else None
            if isinstance(item, Group) and item.repeats and not _is_declined(element):
                inner: dict[str, object] = {}
                self.read(element.get("item", []), item, inner, depth + 1)
                self._add_entry(item, inner)
                continue
            belongs = placed is not None and placed.group is not None and placed.group is group
            self._put(entry if belongs else self.flat, item, link_id, element)
            self.read(element.get("item", []), group, entry, depth + 1)
            for answer in _maps(element.get("answer", []), "answer"):
                self.read(answer.get("item", []), group, entry, depth + 1)

    def _put(self, target: dict[str, object], item: Item | None, link_id: str, element: Mapping[str, object]) -> None:
        found = _plain_answers(item, link_id, element)
        item_id = item.id if item else link_id
        if found is not None:
            if item_id in target:
                raise ValueError(f"{item_id}: the QuestionnaireResponse answers it twice")
            target[item_id] = found

    def _add_entry(self, group: Group, entry: dict[str, object]) -> None:
        if not entry:
            return
        entries = self.flat.setdefault(group.id, [])
        if not isinstance(entries, list):
            raise ValueError(f"{group.id}: the QuestionnaireResponse answers it twice")
        entries.append(entry)


def _maps(nodes: object, what: str) -> list[Mapping[str, object]]:
    if not isinstance(nodes, list) or not all(isinstance(node, dict) for node in nodes):
        raise ValueError(f"`{what}` of a QuestionnaireResponse is a list of objects")
    return nodes


def _plain_answers(item: Item | None, link_id: str, entry: Mapping[str, object]) -> object | None:
    answers = _maps(entry.get("answer", []), "answer")
    if _is_declined(entry) or any(_is_declined(answer) for answer in answers):
        return dict(DECLINED)
    plain = [value for answer in answers if (value := _plain_answer(item, link_id, answer)) is not None]
    if not plain:
        return None
    if item is not None and item.repeats:
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
    if key == "valueDateTime" and isinstance(value, str) and isinstance(item, Date):
        return value[:10]
    if key == "valueQuantity" and isinstance(value, dict) and isinstance(item, Quantity):
        return _plain_amount(item, value)
    return value


def _plain_amount(item: Quantity, quantity: Mapping[str, object]) -> object:
    """Return a FHIR Quantity as an amount; its unit is known by its code, or by its words."""
    code, words = quantity.get("code"), quantity.get("unit")
    unit = next((unit.code for unit in item.units if unit.code == code), None)
    unit = unit or next((unit.code for unit in item.units if unit.text == words), None)
    found = unit or code or words
    return {"value": quantity.get("value"), **({"unit": found} if found is not None else {})}


def _is_declined(element: Mapping[str, object]) -> bool:
    return any(
        entry.get("url") == DATA_ABSENT_REASON and entry.get("valueCode") == ABSENT_REASONS[State.DECLINED]
        for entry in _maps(element.get("extension", []), "extension")
    )

"""The texts of a form in other languages -> the texts of overlays.

FHIR puts translations beside each text (extension ``translation``). Ours stand by place, so each text of the imported
questionnaire is looked up by what it says: first among those of its own item, then in the whole form, where one text
must have one translation.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from screening.definition.fhir_terms import Json
from screening.definition.file_keys import LANGUAGE
from screening.definition.item_keys import MAX_SHORT
from screening.definition.languages import is_known
from screening.definition.model import Display, Questionnaire
from screening.definition.overlay import source_texts
from screening.definition.reader import MAX_LINE, MAX_PARAGRAPHS
from screening.definition.texts import Place
from screening.importing import plain_text
from screening.importing.fhir_elements import extension_name, map_of, maps_of, text_of
from screening.importing.questions import OTHER
from screening.importing.result import Losses

Translations: TypeAlias = dict[str, dict[Place, str]]
_LONG = ("help", "intro", "description", "sensitive")
_SHORT = ("short", "unit", "item_label")
_MAX_LANGUAGES = 50


@dataclass(slots=True)
class _Memory:
    """What texts say in one language: by item and text, and by text alone."""

    of_item: dict[tuple[str, str], str] = field(default_factory=dict)
    of_text: dict[str, set[str]] = field(default_factory=dict)

    def add(self, item: str, source: str, text: str) -> None:
        self.of_item.setdefault((item, source), text)
        self.of_text.setdefault(source, set()).add(text)

    def find(self, item: str, source: str) -> str | None:
        """Return the translation of a text, or of each of its paragraphs; None where there is none, or several."""
        found = self._find(item, source)
        if found is None and "\n\n" in source:
            parts = [self._find(item, part) for part in source.split("\n\n")]
            found = "\n\n".join(part for part in parts if part) if all(parts) else None
        return found

    def _find(self, item: str, source: str) -> str | None:
        key = _key(source)
        if (item, key) in self.of_item:
            return self.of_item[item, key]
        known = self.of_text.get(key, set())
        return next(iter(known)) if len(known) == 1 else None


def language_tag(said: str) -> str:
    """Return a language as BCP 47 has it ("pt_br" -> "pt-BR"), or without what is not known of it; "" if it is none."""
    said = said.replace("_", "-")
    parts = said.split("-")
    tag = "-".join([parts[0].lower(), *(part.upper() if len(part) == 2 else part.title() for part in parts[1:])])
    candidates = (said, tag, parts[0].lower())
    return next((name for name in candidates if LANGUAGE.fullmatch(name) and is_known(name)), "")


def translations_of(resource: Mapping[str, object], questionnaire: Questionnaire, losses: Losses) -> Translations:
    """Return the questionnaire's texts in the form's other languages; what is missing in one is a loss."""
    memories: dict[str, _Memory] = {}
    unknown: set[str] = set()
    for item, source, said, text in _translated(resource):
        tag = language_tag(said)
        if not tag:
            unknown.add(said)
        elif tag != questionnaire.language and source and text and (tag in memories or len(memories) < _MAX_LANGUAGES):
            memories.setdefault(tag, _Memory()).add(item, _key(source), text)
    if unknown:
        losses.add(f"texts are left out whose language is not known: {', '.join(sorted(unknown))}")
    found: Translations = {}
    for tag, memory in memories.items():
        texts = dict(_texts(questionnaire, tag, memory))
        missing = len(source_texts(questionnaire)) - len(texts)
        if not texts:
            losses.add(f"the texts in {tag} are left out: none belongs to what is asked here")
            continue
        found[tag] = texts
        if missing:
            count = f"{missing} texts have" if missing > 1 else "1 text has"
            losses.add(f"{count} no translation into {tag} that can be taken over")
    return found


def _translated(resource: Mapping[str, object]) -> Iterator[tuple[str, str, str, str]]:
    """Yield every translated text: linkId of its item ("" outside items), source text, language, translation."""
    left: list[tuple[str, object]] = [("", resource)]
    while left:
        item, node = left.pop()
        if isinstance(node, list):
            left += [(item, part) for part in reversed(node)]
        if not isinstance(node, dict):
            continue
        item = text_of(node, "linkId") or item
        for key, value in node.items():
            if key.startswith("_") and isinstance(value, dict):
                source = text_of(node, key[1:])
                for said, text in _said(value):
                    yield item, source, said, text
            elif isinstance(value, dict | list):
                left.append((item, value))


def _said(shadow: Json) -> Iterator[tuple[str, str]]:
    for entry in maps_of(shadow, "extension"):
        if extension_name(text_of(entry, "url")) != "translation":
            continue
        inner = {text_of(part, "url"): part for part in maps_of(entry, "extension")}
        language, content = map_of(inner, "lang"), map_of(inner, "content")
        said = text_of(language, "valueCode") or text_of(language, "valueString")
        text = next((text_of(content, key) for key in content if key.startswith("value")), "")
        yield said, plain_text.from_html(text) if plain_text.has_markup(text) else plain_text.paragraphs(text)


def _texts(questionnaire: Questionnaire, language: str, memory: _Memory) -> Iterator[tuple[Place, str]]:
    link_ids = {item.id: item.fhir_link_id for item in questionnaire.items()}
    link_ids |= {page.id: page.fhir_link_id for page in questionnaire.pages}
    displays = {item.id for item in questionnaire.items() if isinstance(item, Display)}
    own = {item.id: item.text for item in questionnaire.items()}
    others = {label: OTHER[language] for label in OTHER.values() if language in OTHER}
    for place, source in source_texts(questionnaire).items():
        item = link_ids.get(place[1], "") if place[0] in ("item", "page") else ""
        text = memory.find(item, source)
        if text is None and place[-1] == "short":  # made from the text when that was imported, so that of it here too
            text = memory.find(item, own[place[1]])
        if text is None and place[-1] == "title" and source.endswith(")"):  # one page of several: "Sleep (1/2)"
            stem, _, number = source.rpartition(" (")
            whole = memory.find(item, stem)
            text = f"{whole} ({number}" if whole else None
        text = text or others.get(source)
        if text is None and not any(letter.isalpha() for letter in source):
            text = source
        if text:
            is_long = place[-1] in _LONG or (place[-1] == "text" and place[1] in displays)
            yield place, _fitting(place, text, is_long=is_long)


def _fitting(place: Place, text: str, *, is_long: bool) -> str:
    if is_long:
        return plain_text.cut_at_word(text, MAX_PARAGRAPHS)
    return plain_text.cut_at_word(plain_text.line(text), MAX_SHORT if place[-1] in _SHORT else MAX_LINE)


def _key(text: str) -> str:
    text = plain_text.from_html(text) if plain_text.has_markup(text) else plain_text.paragraphs(text)
    return " ".join(text.split())

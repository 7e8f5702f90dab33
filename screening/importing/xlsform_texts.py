"""The texts of an XLSForm: those of its own language, and FHIR's translations beside them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any as Anything

from babel import Locale

from screening.definition.fhir_terms import Json
from screening.definition.languages import name_of
from screening.importing import plain_text
from screening.importing.translations import language_tag
from screening.importing.xlsform_source import maps_in

_TRANSLATION = "http://hl7.org/fhir/StructureDefinition/translation"
_DEFAULT = "default"
"""pyxform's name of the language of columns that name none."""

_CODE = re.compile(r"\(\s*([A-Za-z]{2,3}(?:[-_][A-Za-z0-9]{2,4})*)\s*\)\s*$")
_REFERENCE = re.compile(r"\$\{[^{}]*\}")
_OWN_NAMES = (
    "am", "ar", "bn", "bg", "cs", "da", "de", "el", "en", "es", "fa", "fi", "fr", "ha", "he", "hi", "hr", "hu", "id",
    "it", "ja", "km", "ko", "lo", "mg", "ms", "my", "ne", "nl", "no", "pl", "ps", "pt", "ro", "ru", "sk", "so", "sq",
    "sr", "sv", "sw", "ta", "th", "ti", "tr", "uk", "ur", "uz", "vi", "zh",
)  # fmt: skip
"""Languages that are known by their own names too, beside English ones."""


@dataclass(slots=True)
class Texts:
    """Reads labels and hints; ``base`` is what the spreadsheet calls the form's own language."""

    base: str
    nameless: set[str] = field(default_factory=set)
    """What stands for a language in a heading and names none."""

    @property
    def language(self) -> str:
        """Return the form's own language as BCP 47 has it, "" if it does not say."""
        return language_of(self.base)

    def keys(self, key: str, label: Anything) -> Json:
        """Return a text under a key with its translations beside it; nothing where there is no text at all."""
        texts = {str(name): str(text) for name, text in label.items()} if isinstance(label, Mapping) else {}
        texts = texts or ({self.base: str(label)} if label else {})
        own = texts.get(self.base) or texts.get(_DEFAULT) or next(iter(texts.values()), "")
        if not own.strip() or own == "-":  # pyxform's mark of a text that is missing
            return {}
        others = list(self._others(texts, own))
        return {key: _plain(own), **({f"_{key}": {"extension": others}} if others else {})}

    def _others(self, texts: Mapping[str, str], own: str) -> Iterator[Json]:
        for name, text in texts.items():
            tag = language_of(name)
            if text == own and tag in ("", self.language):
                continue
            if not tag:
                self.nameless.update({name} - {_DEFAULT, self.base})
            elif text.strip() not in ("", "-") and tag != self.language:
                parts = [{"url": "lang", "valueCode": tag}, {"url": "content", "valueString": _plain(text)}]
                yield {"url": _TRANSLATION, "extension": parts}


def base_language(tree: Json) -> str:
    """Return what the spreadsheet calls the form's own language: as its settings say, else the first."""
    names = list(dict.fromkeys(_languages(tree)))
    said = str(tree.get("default_language") or _DEFAULT)
    if said in names or not names:
        return said
    return next((name for name in names if language_of(name) == language_of(said) != ""), names[0])


def _languages(node: Json) -> Iterator[str]:
    label = node.get("label")
    if isinstance(label, Mapping):
        yield from map(str, label)
    elif label:
        yield _DEFAULT
    for child in maps_in(node, "children"):
        yield from _languages(child)


@lru_cache(maxsize=200)
def language_of(name: str) -> str:
    """Return the language that a heading names: "Español (es)", "es" or "Spanish"; "" if it names none."""
    code = _CODE.search(name)
    if code:
        return language_tag(code.group(1))
    if name in ("", _DEFAULT):
        return ""
    return language_tag(_names().get(name.strip().casefold()) or (name if len(name) <= 7 else ""))


@lru_cache(maxsize=1)
def _names() -> Mapping[str, str]:
    """Return the names of languages, in English and in their own: in small letters -> tag."""
    found = {name.casefold(): code for code, name in Locale.parse("en").languages.items()}
    for code in _OWN_NAMES:
        found.setdefault(name_of(code).casefold(), code)
    return found


def _plain(text: str) -> str:
    """Return a text without Markdown, and with "…" where software would put in an answer."""
    return plain_text.from_markdown(_REFERENCE.sub("…", text))


def has_reference(label: Anything) -> bool:
    """Tell whether software would put an answer into a text."""
    texts = label.values() if isinstance(label, Mapping) else [label or ""]
    return any(_REFERENCE.search(str(text)) for text in texts)

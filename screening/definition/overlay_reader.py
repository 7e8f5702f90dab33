"""A translation's file -> an `Overlay`, or every mistake in it with line, column and what would be right.

As strict as the loader of questionnaires: unknown ids and keys are refused, and there is no key but for texts. Texts
that are missing or stale are no mistake here: they are told by `screening.definition.overlay_checks`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Literal

from screening.definition.file_keys import KEYS, LANGUAGE, PAGE_KEYS, read_identifier, read_language, read_reviewed
from screening.definition.item_keys import KEYS as ITEM_KEYS
from screening.definition.item_keys import ROW_KEYS, Read, item_keys
from screening.definition.loader import content_hash, read_bytes
from screening.definition.model import Grid, Questionnaire
from screening.definition.nodes import Map, Node, Scalar, compose, decode
from screening.definition.overlay import (
    HASH_LENGTH,
    HASH_LETTERS,
    ITEM_TEXT_KEYS,
    PAGE_TEXT_KEYS,
    TEXT_KEYS,
    Overlay,
    Translation,
    fitting,
    source_hash,
    source_texts,
)
from screening.definition.problems import DefinitionError, Problem, in_order, listed, nearest, shown
from screening.definition.reader import Reader
from screening.definition.texts import Place

HEAD_KEYS = ("translates", "language", "clinically_reviewed")
FILE_KEYS = (*HEAD_KEYS, *TEXT_KEYS, "option_sets", "texts")
"""Every key that the file of a translation may have."""

UNKNOWN_PLACE = "unknown-place"
NO_SOURCE_HASH = "no-source-hash"

_MOST_HINTS = 20
"""Mistakes that come with a guess at what was meant; a guess takes long where there are thousands of names."""

_HASH = re.compile(rf"[{HASH_LETTERS}]{{{HASH_LENGTH}}}")
_NAME = re.compile(rf"(?P<base>.+)\.(?P<language>{LANGUAGE.pattern})")
_ONCE = "the base file, where it stands once for all languages"
_ONCE_KEYS = {"pages", *KEYS, *PAGE_KEYS, *(key for item_type in ITEM_KEYS for key in item_keys(item_type))} - {
    *TEXT_KEYS,
    *PAGE_TEXT_KEYS,
    *ITEM_TEXT_KEYS,
}
"""The keys of the language that hold no text which is translated."""

_HOW = "`screening questionnaire translate` puts the hash before each text"


def split_name(path: Path) -> tuple[Path, str] | None:
    """Return the base file and the language that the name of an overlay tells; None if it is no overlay's name.

    ``intake.es.yaml`` is the translation of ``intake.yaml`` into ``es``.
    """
    found = _NAME.fullmatch(path.stem) if path.suffix == ".yaml" else None
    return (path.with_name(f"{found['base']}.yaml"), found["language"]) if found else None


def overlay_path(base: Path, language: str) -> Path:
    """Return where the overlay of a base file for a language stands."""
    return base.with_name(f"{base.stem}.{language}.yaml")


def overlay_paths(base: Path) -> list[Path]:
    """Return the overlays that stand beside a base file, by language."""
    beside = sorted(base.parent.glob("*.yaml"))
    return [path for path in beside if (parts := split_name(path)) is not None and parts[0].name == base.name]


def load_overlay(path: Path, base: Questionnaire) -> Overlay:
    """Load the translation of a questionnaire; DefinitionError holds every mistake in it, an unreadable file too."""
    return load_overlay_text(read_bytes(path), str(path), base)


def load_overlay_text(text: str | bytes, name: str, base: Questionnaire) -> Overlay:
    """Load a translation from its text; ``name`` stands for the path in messages. Raises DefinitionError."""
    overlay, problems = read_overlay(text, name, base)
    if problems or overlay is None:
        raise DefinitionError(problems)
    return overlay


def read_overlay(text: str | bytes, name: str, base: Questionnaire) -> tuple[Overlay | None, list[Problem]]:
    """Read a translation; return what could be read of it, if anything, and every mistake in its structure."""
    data = text.encode("utf-8", "surrogatepass") if isinstance(text, str) else text
    try:
        decoded = decode(data, name)
        root = compose(decoded, name)
        if "translates" not in root.entries:
            message = "this is no translation: it has no key `translates:`, the id of the questionnaire"
            return None, [Problem(name, 1, 1, message, "error", "shape")]
        reading = _OverlayReader(Reader(name), base)
        reading.read(root)
    except DefinitionError as error:
        return None, list(error.problems)
    problems = in_order(reading.reader.problems)
    if reading.language is None:
        return None, problems
    return reading.overlay(content_hash(root), decoded), problems


class _OverlayReader:
    """Reads one overlay from its tree."""

    def __init__(self, reader: Reader, base: Questionnaire) -> None:
        self.reader = reader
        self.language: str | None = None
        self._reviewed: str | Literal[False] = False
        self._base = base
        self._sources = source_texts(base)
        self._translations: dict[Place, Translation] = {}
        self._reads: dict[Place, Mapping[str, Read]] = {("questionnaire",): KEYS}
        self._reads |= {("page", page.id): PAGE_KEYS for page in base.pages}
        for placed in base.placed():
            of_row = isinstance(placed.parent, Grid)
            self._reads["item", placed.item.id] = ROW_KEYS if of_row else ITEM_KEYS[placed.item.type]
        # A dict as a set that keeps the order.
        self._under: dict[Place, dict[str, None]] = {}
        for place in self._sources:
            for depth in range(1, len(place)):
                self._under.setdefault(place[:depth], {})[place[depth]] = None

    def overlay(self, content_hash: str, text: str) -> Overlay:
        assert self.language is not None
        texts = fitting(self._sources, self._translations)
        return Overlay(
            questionnaire_id=self._base.id,
            language=self.language,
            texts=texts,
            missing=tuple(place for place in self._sources if place not in self._translations),
            stale=tuple(place for place in self._sources if self._is_stale(place)),
            translations=self._translations,
            content_hash=content_hash,
            text=text,
            name=self.reader.name,
            marks=self.reader.marks,
            clinically_reviewed=self._reviewed,
        )

    def _is_stale(self, place: Place) -> bool:
        translation = self._translations.get(place)
        # Of a text without a hash nobody knows.
        return translation is not None and translation.of not in (None, source_hash(self._sources[place]))

    def read(self, root: Map) -> None:
        elsewhere = dict.fromkeys(_ONCE_KEYS - {*FILE_KEYS}, _ONCE)
        self.reader.keys(root, FILE_KEYS, ("translates", "language"), "a translation", elsewhere)
        self._head(root)
        given = Map(root.mark, {key: root.entries[key] for key in TEXT_KEYS if key in root.entries})
        self._texts(given, ("questionnaire",), self._base.id)
        self._parts(root, "option_sets", {name: ("option_set", name) for name in self._base.option_sets})
        self._parts(root, "texts", {place[1]: place for place in self._reads if len(place) == len(("item", "id"))})

    def _head(self, root: Map) -> None:
        reader, base = self.reader, self._base
        translates, language, reviewed = (root.get(key) for key in HEAD_KEYS)
        found = read_identifier(reader, translates, "`translates`") if translates is not None else None
        if translates is not None and found is not None and found != base.id:
            message = f"this translates {found}; the file beside it holds {base.id}"
            reader.error(translates.mark, message, "reference")
        if language is not None:
            self._language(language)
        if reviewed is not None:
            who = read_reviewed(reader, reviewed, "`clinically_reviewed`")
            self._reviewed = who if isinstance(who, str) else False

    def _language(self, node: Node) -> None:
        reader = self.reader
        self.language = read_language(reader, node, "`language`")
        if self.language is None:
            return
        named = split_name(Path(reader.name))
        if self.language == self._base.language:
            reader.error(node.mark, f"{self.language} is the language of the base file", "value")
        elif named is not None and named[1] != self.language:
            reader.error(node.mark, f"the file's name says {named[1]}, this says {self.language}", "value")

    def _parts(self, root: Map, key: str, places: Mapping[str, Place]) -> None:
        """Read a map of parts by their ids or names; ``places``: those of the base file."""
        node = root.get(key)
        parts = self.reader.map(node, f"`{key}`") if node is not None else None
        for name, (scalar, value) in (parts.entries if parts else {}).items():
            place = places.get(name)
            if place is None:
                noun = "option set" if key == "option_sets" else "page or item"
                message = f"{self._base.id} has no {noun} {shown(name)}.{self._nearest(name, places)}"
                self.reader.error(scalar.mark, message, UNKNOWN_PLACE)
                continue
            self.reader.marks[place] = scalar.mark
            part = self.reader.map(value, name)
            if part is not None:
                self._texts(part, place, name)

    def _texts(self, node: Map, place: Place, what: str) -> None:
        """Read the texts of a part, or of its options, by the rules that the base file has for them."""
        known = self._under.get(place, {})
        reads = self._reads.get(place, {})
        for key, (scalar, value) in node.entries.items():
            here = (*place, key)
            if here in self._sources:
                self._text(value, here, reads.get(key, Reader.text), f"`{key}`")
            elif key in known:
                options = self.reader.map(value, f"`{key}`")
                if options is not None:
                    self.reader.marks[here] = scalar.mark
                    self._texts(options, here, f"`{key}` of {what}")
            elif reads and key in _ONCE_KEYS:
                message = f"`{key}` belongs to {_ONCE}; a translation holds texts only"
                self.reader.error(scalar.mark, message, "unknown-key")
            else:
                hint = self._nearest(key, known) or f" It has {listed(known, 'and')}."
                message = f"{what} has no text {shown(key)} in the base file.{hint}"
                self.reader.error(scalar.mark, message, UNKNOWN_PLACE)

    def _nearest(self, word: str, known: Iterable[str]) -> str:
        return nearest(word, known) if len(self.reader.problems) < _MOST_HINTS else ""

    def _text(self, node: Node, place: Place, read: Read, what: str) -> None:
        """Read ``hash: text``; a bare text has no hash yet, and an empty value no text."""
        reader = self.reader
        reader.marks[place] = node.mark
        of: str | None = None
        if isinstance(node, Map) and len(node.entries) == 1:
            ((of, (scalar, value)),) = node.entries.items()
            if not _HASH.fullmatch(of):
                reader.error(scalar.mark, f"{what}: {shown(of)} is no hash of a source text. {_HOW}", "form")
                return
            node = value
        if not isinstance(node, Scalar):
            reader.error(node.mark, f"{what} is written as `hash: text`. {_HOW}", "shape")
            return
        if not node.quoted and not node.value.strip():
            return
        text = read(reader, node, what)
        if not isinstance(text, str):
            return
        self._translations[place] = Translation(text, of)
        if of is None:
            message = f"{what} does not say which source text it translates. {_HOW}"
            reader.error(node.mark, message, NO_SOURCE_HASH)

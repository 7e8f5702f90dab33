"""FHIR value sets -> the concepts they hold, from the form itself and from files beside it; nothing is fetched."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from screening.definition.fhir_terms import Json
from screening.importing.fhir_elements import Extensions, map_of, maps_of, text_of
from screening.importing.fhir_source import read_resource
from screening.importing.result import ImportRefused

MAX_FILE_BYTES = 20_000_000
MAX_FILES = 500
MAX_CONCEPTS = 20_000
"""Concepts that one value set may hold while it is put together; far fewer fit a question."""

_SCORES = ("ordinalValue", "itemWeight", "optionScore", "weight")


class UnresolvedError(Exception):
    """A value set whose concepts can't be told from what is here; the message says why."""


@dataclass(frozen=True, slots=True)
class Concept:
    """One code of a code system with its words; ``has_score``: a number stood beside it, which is not taken."""

    code: str
    display: str
    system: str = ""
    has_score: bool = False


@dataclass(frozen=True, slots=True)
class ConceptList:
    """The concepts of a value set, and what it is called."""

    name: str
    concepts: tuple[Concept, ...]


def read_value_sets(path: Path) -> list[Json]:
    """Return the resources in a file, or in the .json files of a folder; ImportRefused names a file that is no FHIR."""
    if not path.exists():
        raise ImportRefused(f"{path}: there is no such file or folder of value sets")
    files = sorted(file for file in path.rglob("*.json") if file.is_file()) if path.is_dir() else [path]
    if not files or len(files) > MAX_FILES:
        raise ImportRefused(f"{path}: {len(files)} .json files; from 1 to {MAX_FILES} can be read")
    resources: list[Json] = []
    for file in files:
        try:
            with file.open("rb") as opened:
                data = opened.read(MAX_FILE_BYTES + 1)
            resources.append(read_resource(data, MAX_FILE_BYTES))
        except OSError as error:
            raise ImportRefused(f"{file}: the file can't be read: {error.strerror or error}") from None
        except ImportRefused as refused:
            raise ImportRefused(f"{file}: {refused}") from None
    return resources


class ValueSets:
    """Finds value sets by their address, or by the id of one that is contained in the form."""

    def __init__(self, contained: Iterable[Json], external: Iterable[Json]) -> None:
        self._sets: dict[str, Json] = {}
        self._systems: dict[str, Json] = {}
        self._known: dict[int, list[Concept]] = {}
        for resource in contained:
            self._add(resource)
            identity = text_of(resource, "id").removeprefix("#")
            if resource.get("resourceType") == "ValueSet" and identity:
                self._sets.setdefault(f"#{identity}", resource)
        for resource in external:
            for found in (resource, *_resources_in(resource)):
                self._add(found)

    def _add(self, resource: Json) -> None:
        url = text_of(resource, "url")
        by_url = {"ValueSet": self._sets, "CodeSystem": self._systems}.get(str(resource.get("resourceType")))
        if by_url is not None and url:
            by_url.setdefault(url, resource)

    def find(self, address: str) -> ConceptList:
        """Return the concepts of a value set; UnresolvedError says why they can't be told."""
        resource = self._resource(address)
        name = text_of(resource, "name") or text_of(resource, "title") or text_of(resource, "id") or address
        unique: dict[tuple[str, str], Concept] = {}
        for concept in self._concepts(resource, frozenset()):
            if concept.code:
                unique.setdefault((concept.system, concept.code), concept)
        if not unique:
            raise UnresolvedError(f"the value set {address} is empty")
        return ConceptList(name, tuple(unique.values()))

    def _resource(self, address: str) -> Json:
        found = self._sets.get(address) or self._sets.get(address.split("|")[0])
        if found is None:
            where = "the form does not contain it" if address.startswith("#") else "it is not at hand"
            raise UnresolvedError(f"its options are the value set {address}; {where}")
        return found

    def _concepts(self, resource: Json, around: frozenset[int]) -> list[Concept]:
        """Return what a value set holds; ``around`` are those that it is part of."""
        place = id(resource)
        if place in around:
            raise UnresolvedError(f"the value set {text_of(resource, 'url')} is made of itself")
        if place not in self._known:
            self._known[place] = self._expanded(resource, around | {place})
        return self._known[place]

    def _expanded(self, resource: Json, around: frozenset[int]) -> list[Concept]:
        expansion = map_of(resource, "expansion")
        listed = [_concept(entry, "") for entry in _contained_codes(expansion)]
        total = expansion.get("total")
        if listed and not (isinstance(total, int) and total > len(listed)):
            return listed
        identity = text_of(resource, "url") or text_of(resource, "id")
        compose, included = map_of(resource, "compose"), list[Concept]()
        for part in maps_of(compose, "include"):
            included += self._included(part, around, identity)
            if len(included) > MAX_CONCEPTS:
                raise UnresolvedError(f"the value set {identity} has more than {MAX_CONCEPTS:,} codes")
        excluded: set[tuple[str, str]] = set()
        for part in maps_of(compose, "exclude"):
            excluded |= {(concept.system, concept.code) for concept in self._included(part, around, identity)}
        return [concept for concept in included if (concept.system, concept.code) not in excluded]

    def _included(self, part: Json, around: frozenset[int], identity: str) -> list[Concept]:
        if part.get("filter"):
            raise UnresolvedError(f"the value set {identity} chooses its codes by a filter; it needs its expansion")
        system = text_of(part, "system")
        found: list[Concept] | None = None
        if part.get("concept"):
            found = self._with_words([_concept(entry, system) for entry in maps_of(part, "concept")])
        elif system:
            found = self._of_system(system)
        addresses = part.get("valueSet")
        for address in addresses if isinstance(addresses, list) else []:
            others = self._concepts(self._resource(str(address)), around)
            codes = {(concept.system, concept.code) for concept in others}
            found = others if found is None else [c for c in found if (c.system, c.code) in codes]
        return found or []

    def _of_system(self, system: str) -> list[Concept]:
        resource = self._systems.get(system) or self._systems.get(system.split("|")[0])
        if resource is None or text_of(resource, "content") not in ("", "complete"):
            raise UnresolvedError(f"its options are all codes of {system}; the code system is not at hand")
        return [_concept(entry, system) for entry in _nested(resource, "concept")]

    def _with_words(self, concepts: list[Concept]) -> list[Concept]:
        """Give concepts without words those of their code system, if that is at hand."""
        words: dict[tuple[str, str], str] = {}
        for system in {concept.system for concept in concepts if not concept.display}:
            entries = _nested(self._systems.get(system, {}), "concept")
            words |= {(system, text_of(entry, "code")): text_of(entry, "display") for entry in entries}
        return [
            Concept(c.code, c.display or words.get((c.system, c.code), ""), c.system, c.has_score) for c in concepts
        ]


def _resources_in(bundle: Mapping[str, object]) -> Iterator[Json]:
    for entry in maps_of(bundle, "entry"):
        yield map_of(entry, "resource")
    yield from maps_of(bundle, "contained")


def _contained_codes(expansion: Json) -> list[Json]:
    return [entry for entry in _nested(expansion, "contains") if entry.get("abstract") is not True]


def _nested(root: Mapping[str, object], key: str) -> list[Json]:
    """Return the entries under a key, each before those under it; there are never more than the file holds."""
    found: list[Json] = []
    left = list(reversed(maps_of(root, key)))
    while left:
        entry = left.pop()
        found.append(entry)
        left += reversed(maps_of(entry, key))
        if len(found) > MAX_CONCEPTS:
            raise UnresolvedError(f"it has more than {MAX_CONCEPTS:,} codes")
    return found


def _concept(entry: Json, system: str) -> Concept:
    extensions = Extensions.of(entry, "a value set")
    has_score = any(name in extensions for name in _SCORES) or any(
        text_of(part, "code") in _SCORES for part in maps_of(entry, "property")
    )
    return Concept(text_of(entry, "code"), text_of(entry, "display"), text_of(entry, "system") or system, has_score)

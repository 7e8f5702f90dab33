"""YAML text -> a tree of nodes with places, and nothing that YAML could smuggle in.

Only maps, lists and texts exist: no aliases, anchors, tags, merge keys, duplicate keys or second documents, so a
tree is never larger than its file. Nothing is constructed; what a text means is for its reader to say. Limits are
checked on libyaml's event stream, before anything can grow.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NoReturn, TypeAlias

import yaml

from screening.definition.problems import START, DefinitionError, Mark, Problem, in_order, shown

MAX_BYTES = 1_000_000
MAX_DEPTH = 16
MAX_NODES = 120_000
"""Enough for 2,000 items with every key set; a file of a million commas stops here."""

FORBIDDEN_CHARACTER = re.compile("[\x00-\x08\x0b-\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]")
"""Control characters and stray line separators: they hide text or move the line count."""

BIDI_CONTROL = re.compile("[\u202a-\u202e\u2066-\u2069]")
"""Marks that reorder the text around them, so that what is read is not what is stored. Arabic needs none."""


@dataclass(slots=True)
class Scalar:
    """A text, as written; ``quoted`` tells an empty text from nothing."""

    mark: Mark
    value: str
    quoted: bool = False


@dataclass(slots=True)
class Sequence:
    """A list."""

    mark: Mark
    nodes: list[Node] = field(default_factory=list)


@dataclass(slots=True)
class Map:
    """A map; keys are texts, each once."""

    mark: Mark
    entries: dict[str, tuple[Scalar, Node]] = field(default_factory=dict)

    def get(self, key: str) -> Node | None:
        """Return the value of a key, or None."""
        entry = self.entries.get(key)
        return entry[1] if entry else None


Node: TypeAlias = Scalar | Sequence | Map


def decode(data: bytes, name: str) -> str:
    """Return the text of a file; DefinitionError if it is too large, empty, or no plain UTF-8 text."""
    if len(data) > MAX_BYTES:
        _refuse(name, START, f"the file has {len(data):,} bytes; the limit is {MAX_BYTES:,}", "size")
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        _refuse(name, START, "the file is in UTF-16; save it as UTF-8", "encoding")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        _refuse(name, Mark(line, 1), "the file is not text in UTF-8; save it as UTF-8", "encoding")
    bad = FORBIDDEN_CHARACTER.search(text)
    if bad:
        _refuse(
            name, _place(text, bad.start()), f"the character {_code(bad)} may not stand in a definition", "character"
        )
    return text


def compose(text: str, name: str) -> Map:
    """Return the tree of a YAML text; DefinitionError says what is wrong, at which line."""
    composer = _Composer(text, name)
    try:
        root = composer.document()
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        place = Mark(mark.line + 1, mark.column + 1) if mark else START
        _refuse(name, place, _plain_words(error, text, place), "yaml")
    except yaml.YAMLError as error:
        _refuse(name, START, f"this is not YAML: {shown(str(error), 120)}", "yaml")
    if root is None:
        _refuse(name, START, "the file is empty; a questionnaire starts with `id:`, `version:` and `title:`", "empty")
    if not isinstance(root, Map):
        _refuse(name, root.mark, "a definition is a map of keys (`id:`, `version:`, `pages:` …); this is not", "shape")
    if composer.problems:
        raise DefinitionError(in_order(composer.problems))
    return root


class _Composer:
    """Builds nodes from parse events, one document, within the limits."""

    def __init__(self, text: str, name: str) -> None:
        self._name = name
        self._events: Iterator[yaml.Event] = yaml.parse(text, Loader=yaml.CSafeLoader)
        self._nodes = 0
        self.problems: list[Problem] = []

    def document(self) -> Node | None:
        root: Node | None = None
        for event in self._events:
            if isinstance(event, yaml.DocumentStartEvent) and root is not None:
                _refuse(self._name, _mark(event), "a second document starts here (`---`); a file holds one", "yaml")
            if isinstance(event, yaml.NodeEvent):
                root = self._node(event, 1)
        if isinstance(root, Scalar) and not root.quoted and not root.value:
            return None
        return root

    def _node(self, event: yaml.Event, depth: int) -> Node:
        mark = _mark(event)
        self._nodes += 1
        if self._nodes > MAX_NODES:
            _refuse(self._name, mark, f"the file holds more than {MAX_NODES:,} values", "size")
        if depth > MAX_DEPTH:
            _refuse(self._name, mark, f"nested more than {MAX_DEPTH} levels deep", "depth")
        anchor, tag = getattr(event, "anchor", None), getattr(event, "tag", None)
        if isinstance(event, yaml.AliasEvent):
            _refuse(self._name, mark, f"an alias (*{anchor}) is not allowed; write the value out", "yaml")
        if anchor is not None:
            _refuse(self._name, mark, f"an anchor (&{anchor}) is not allowed; leave it out", "yaml")
        if tag is not None:
            _refuse(self._name, mark, f"a tag ({shown(tag)}) is not allowed; leave it out", "yaml")
        if isinstance(event, yaml.ScalarEvent):
            return self._scalar(event, mark)
        if isinstance(event, yaml.SequenceStartEvent):
            return self._sequence(mark, depth)
        return self._map(mark, depth)

    def _scalar(self, event: yaml.ScalarEvent, mark: Mark) -> Scalar:
        for pattern in (FORBIDDEN_CHARACTER, BIDI_CONTROL):
            bad = pattern.search(event.value)
            if bad:
                message = f"the character {_code(bad)} may not stand in a text: it hides or reorders what is read"
                self.problems.append(_error(self._name, mark, message, "character"))
        return Scalar(mark, event.value, quoted=event.style is not None and event.style != "")

    def _sequence(self, mark: Mark, depth: int) -> Sequence:
        sequence = Sequence(mark)
        for event in self._events:
            if isinstance(event, yaml.SequenceEndEvent):
                break
            sequence.nodes.append(self._node(event, depth + 1))
        return sequence

    def _map(self, mark: Mark, depth: int) -> Map:
        node = Map(mark)
        for event in self._events:
            if isinstance(event, yaml.MappingEndEvent):
                break
            key = self._node(event, depth + 1)
            value = self._node(next(self._events), depth + 1)
            if not isinstance(key, Scalar):
                _refuse(self._name, key.mark, "a key must be a plain word, not a list or map", "yaml")
            if key.value == "<<" and not key.quoted:
                _refuse(self._name, key.mark, "a merge key (<<) is not allowed; write the keys out", "yaml")
            if key.value in node.entries:
                first = node.entries[key.value][0].mark.line
                message = f"the key {shown(key.value)} stands here twice; it is already in line {first}"
                self.problems.append(_error(self._name, key.mark, message, "duplicate-key"))
            else:
                node.entries[key.value] = (key, value)
        return node


def _plain_words(error: yaml.MarkedYAMLError, text: str, place: Mark) -> str:
    problem = str(error.problem or "")
    if "mapping values are not allowed" in problem:
        return "a colon and a space stand inside a text without quotes; put the text in quotes, or check the indent"
    lines = text.splitlines()
    line = lines[place.line - 1] if place.line <= len(lines) else ""
    if "\t" in line[: max(place.column, 1)]:
        return "a tab is used to indent; use spaces"
    if "cannot start any token" in problem:
        return "this character can't start a text; put the text in quotes"
    return f"this is not YAML: {problem or 'unreadable'}"


def _refuse(name: str, mark: Mark, message: str, rule: str) -> NoReturn:
    raise DefinitionError([_error(name, mark, message, rule)])


def _error(name: str, mark: Mark, message: str, rule: str) -> Problem:
    return Problem(name, mark.line, mark.column, message, "error", rule)


def _mark(event: yaml.Event) -> Mark:
    assert event.start_mark is not None  # the C parser marks every event
    return Mark(event.start_mark.line + 1, event.start_mark.column + 1)


def _place(text: str, index: int) -> Mark:
    start = text.rfind("\n", 0, index) + 1
    return Mark(text.count("\n", 0, index) + 1, index - start + 1)


def _code(match: re.Match[str]) -> str:
    return f"U+{ord(match.group()):04X}"

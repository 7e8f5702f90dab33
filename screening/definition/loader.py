"""A YAML file -> a `Questionnaire`, or every mistake in it with line, column and what would be right.

Strict: unknown keys are refused, and each text is read as what the language expects at its place, so that a code
``no`` stays a code. What concerns only the wording is for `screening.definition.checks`.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from babel import Locale, UnknownLocaleError

from screening.definition.condition_reader import Earlier, read_condition
from screening.definition.item_reader import OptionSets, read_id, read_item, read_options, read_topic
from screening.definition.model import Choice, Item, Option, Page, Questionnaire
from screening.definition.nodes import MAX_BYTES, Map, Node, Scalar, Sequence, compose, decode
from screening.definition.problems import START, DefinitionError, Mark, Problem, in_order, shown
from screening.definition.reader import MarkKey, Reader

MAX_ITEMS = 2000

_QUESTIONNAIRE_ID = re.compile(r"[a-z][a-z0-9-]*")
_VERSION = re.compile(r"(?!\.+$)[A-Za-z0-9._-]+")  # it stands in addresses and file names
_LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Z][a-z]{3})?(-([A-Z]{2}|\d{3}))?")
_LICENSE = re.compile(r"[A-Za-z0-9][A-Za-z0-9.+-]*")


@dataclass(frozen=True, slots=True)
class Loaded:
    """A questionnaire with where it came from.

    ``content_hash`` is SHA-256 in hex over what the file says, whatever its comments, quotes and layout. ``text`` is
    the file as it was. ``name`` is the path as messages show it.
    """

    questionnaire: Questionnaire
    content_hash: str
    marks: Mapping[MarkKey, Mark]
    text: str
    name: str

    def mark(self, *place: str) -> Mark:
        """Return where a part stands.

        A place is ``"item", id, key``, ``"page", id, key``, ``"option_set", name`` or ``"questionnaire", key``.
        A key that is not written stands where its item or page does.
        """
        while place and place not in self.marks:
            place = place[:-1]
        return self.marks.get(place, START)


def load(path: Path) -> Loaded:
    """Load a file; DefinitionError holds every mistake in it, an unreadable file too."""
    return load_text(read_bytes(path), str(path))


def load_text(text: str | bytes, name: str) -> Loaded:
    """Load a definition from its text; ``name`` stands for the path in messages. Raises DefinitionError."""
    loaded, problems = read(text, name)
    if problems or loaded is None:
        raise DefinitionError(problems)
    return loaded


def read_bytes(path: Path) -> bytes:
    """Return a file's bytes, little more than the limit of them; DefinitionError if it can't be read."""
    try:
        if not path.exists():
            message = "there is no such file"
        elif path.is_dir():
            message = "this is a folder; name a file in it"
        elif not path.is_file():
            message = "this is no ordinary file"  # a pipe or a device may never end
        else:
            with path.open("rb") as file:
                return file.read(MAX_BYTES + 1)
    except (OSError, ValueError) as error:
        message = f"the file can't be read: {getattr(error, 'strerror', None) or error}"
    raise DefinitionError([Problem(str(path), 1, 1, message, "error", "file")])


def read(text: str | bytes, name: str) -> tuple[Loaded | None, list[Problem]]:
    """Read a definition; return what could be read of it, if anything, and every mistake in its structure."""
    data = text.encode("utf-8", "surrogatepass") if isinstance(text, str) else text
    try:
        decoded = decode(data, name)
        root = compose(decoded, name)
    except DefinitionError as error:
        return None, list(error.problems)
    if not root.entries.keys() & {*_KEYS, "pages", "option_sets"}:
        keys = ", ".join(f"`{key}:`" for key in _REQUIRED)
        message = f"this is no questionnaire: it has none of the keys {keys}"
        return None, [Problem(name, 1, 1, message, "error", "shape")]
    reader = Reader(name)
    try:
        questionnaire = _Questionnaires(reader, root).read()
    except DefinitionError as error:
        return None, list(error.problems)
    if questionnaire is None:
        return None, in_order(reader.problems)
    return Loaded(questionnaire, content_hash(root), reader.marks, decoded, name), in_order(reader.problems)


def content_hash(root: Map) -> str:
    """Return SHA-256 in hex over canonical JSON of a tree: keys sorted, but options in the order they are shown."""

    def plain(node: Node, key: str = "", parent: str = "") -> object:
        if isinstance(node, Scalar):
            return node.value.strip()
        if isinstance(node, Sequence):
            return [plain(part, "", key) for part in node.nodes]
        pairs = [(name, plain(value, name, key)) for name, (_, value) in node.entries.items()]
        in_order = key == "options" or parent == "option_sets"
        return {"in order": [list(pair) for pair in pairs]} if in_order else dict(pairs)

    canonical = json.dumps(plain(root), sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()


def _version(reader: Reader, node: Node, what: str) -> str | None:
    return reader.pattern(node, what, _VERSION, "use letters, digits, -, _ and ., like 2026.1", limit=20)


def _language(reader: Reader, node: Node, what: str) -> str | None:
    tag = reader.pattern(node, what, _LANGUAGE, "write a BCP 47 tag like en, es or pt-BR")
    if tag and not _is_known(tag):
        reader.error(
            node.mark, f"{what} can't be {tag}: no such language is known; write it like en, es or pt-BR", "form"
        )
        return None
    return tag


def _is_known(tag: str) -> bool:
    """Tell whether pages and reports know this language's names, dates and direction (CLDR)."""
    try:
        Locale.parse(tag, sep="-")
    except UnknownLocaleError:
        return False
    return True


def _license(reader: Reader, node: Node, what: str) -> str | None:
    return reader.pattern(node, what, _LICENSE, "write an SPDX identifier like CC-BY-4.0")


def _identifier(reader: Reader, node: Node, what: str) -> str | None:
    return reader.pattern(node, what, _QUESTIONNAIRE_ID, "use small letters, digits and -, starting with a letter")


def _reviewed(reader: Reader, node: Node, what: str) -> str | bool | None:
    if isinstance(node, Scalar) and node.value in ("no", "false"):
        return False
    if isinstance(node, Scalar) and node.value in ("yes", "true"):
        reader.error(node.mark, f"{what}: say who reviewed it and when, for instance Dr A. Novak, 2026-05-01", "value")
        return None
    return reader.text(node, what)


_KEYS: Mapping[str, Callable[[Reader, Node, str], object]] = {
    "id": _identifier,
    "version": _version,
    "title": Reader.text,
    "description": Reader.paragraphs,
    "language": _language,
    "copyright": Reader.paragraphs,
    "license": _license,
    "clinically_reviewed": _reviewed,
    "source": Reader.paragraphs,
}
_REQUIRED = ("id", "version", "title", "language", "copyright", "pages")

_PAGE_KEYS: Mapping[str, Callable[[Reader, Node, str], object]] = {
    "title": Reader.text,
    "intro": Reader.paragraphs,
    "recall": Reader.text,
    "sensitive": Reader.paragraphs,
    "topic": read_topic,
    "off_by_default": Reader.flag,
    "reading_level_reason": Reader.text,
}


class _Questionnaires:
    """Reads one questionnaire from its tree; in form order, because conditions look back."""

    def __init__(self, reader: Reader, root: Map) -> None:
        self._reader = reader
        self._root = root
        self._earlier = Earlier(lines=_item_lines(root))
        self._taken: dict[str, int] = {}
        self._sets: dict[str, tuple[Option, ...] | None] = {}
        self._items = 0

    def read(self) -> Questionnaire | None:
        reader, root = self._reader, self._root
        reader.keys(root, (*_KEYS, "option_sets", "pages"), _REQUIRED, "a questionnaire")
        values: dict[str, object] = {}
        for key, read_key in _KEYS.items():
            node = root.get(key)
            if node is not None:
                reader.marks["questionnaire", key] = node.mark
                value = read_key(reader, node, f"`{key}`")
                if value is not None:
                    values[key] = value
        self._sets = self._option_sets()
        pages = self._pages()
        self._note_unused_sets(pages)
        if any(key not in values for key in _REQUIRED if key != "pages"):
            return None
        option_sets = {name: options for name, options in self._sets.items() if options is not None}
        return Questionnaire(**values, pages=pages, option_sets=option_sets)  # type: ignore[arg-type]  # read by _KEYS

    def _option_sets(self) -> dict[str, tuple[Option, ...] | None]:
        reader, sets = self._reader, {}
        node = self._root.get("option_sets")
        named = reader.map(node, "`option_sets`") if node else None
        for name, (scalar, value) in (named.entries if named else {}).items():
            reader.marks["option_set", name] = scalar.mark
            sets[name] = read_options(reader, value, f"option set {shown(name)}")
        return sets

    def _pages(self) -> tuple[Page, ...]:
        node = self._root.get("pages")
        listed_pages = self._reader.sequence(node, "`pages`") if node else None
        pages = [self._page(page) for page in listed_pages.nodes] if listed_pages else []
        if self._items > MAX_ITEMS:
            self._reader.error(START, f"{self._items} items; at most {MAX_ITEMS:,} are allowed", "size")
        return tuple(page for page in pages if page is not None)

    def _page(self, node: Node) -> Page | None:
        reader = self._reader
        entry = reader.map(node, "a page")
        if entry is None:
            return None
        keys = ("id", *_PAGE_KEYS, "enable_when", "items")
        reader.keys(entry, keys, ("id", "title", "items"), "a page")
        page_id = read_id(reader, entry, "a page", self._taken)
        if page_id is not None:
            self._taken[page_id] = entry.mark.line
            reader.marks["page", page_id] = entry.mark
        values: dict[str, object] = {}
        for key, (_, value_node) in entry.entries.items():
            if page_id is not None:
                reader.marks["page", page_id, key] = value_node.mark
            if key in _PAGE_KEYS:
                values[key] = self._page_value(key, value_node)
        # Before the items: a page's condition can't look at what stands on the page.
        condition_node = entry.get("enable_when")
        if condition_node is not None:
            values["enable_when"] = read_condition(reader, condition_node, self._earlier)
        items = self._page_items(entry)
        if page_id is None or not values.get("title") or not items:
            return None
        return Page(id=page_id, items=items, **values)  # type: ignore[arg-type]  # read by _PAGE_KEYS

    def _page_value(self, key: str, node: Node) -> object:
        if key == "sensitive" and isinstance(node, Scalar) and node.value in ("yes", "no", "true", "false"):
            message = "`sensitive` holds the words of the gate before the page; leave it out where there is none"
            self._reader.error(node.mark, message, "value")
            return None
        value = _PAGE_KEYS[key](self._reader, node, f"`{key}`")
        return False if value is None and key == "off_by_default" else value

    def _page_items(self, entry: Map) -> tuple[Item, ...]:
        node = entry.get("items")
        listed_items = self._reader.sequence(node, "`items`") if node else None
        if listed_items is None:
            return ()
        self._items += len(listed_items.nodes)
        sets: OptionSets = self._sets
        items = (read_item(self._reader, item, self._earlier, sets, self._taken) for item in listed_items.nodes)
        return tuple(item for item in items if item is not None)

    def _note_unused_sets(self, pages: tuple[Page, ...]) -> None:
        if self._earlier.unreadable:
            return
        used = {item.option_set for page in pages for item in page.items if isinstance(item, Choice)}
        for name in self._sets:
            if name not in used:
                message = f"option set {shown(name)} is used by no item; use it or take it out"
                self._reader.error(self._reader.marks["option_set", name], message, "unused-option-set")


def _item_lines(root: Map) -> dict[str, int]:
    """Return every item id of the file -> its line, for telling "later" from "nowhere"."""
    lines: dict[str, int] = {}
    pages = root.get("pages")
    for page in pages.nodes if isinstance(pages, Sequence) else []:
        items = page.get("items") if isinstance(page, Map) else None
        for item in items.nodes if isinstance(items, Sequence) else []:
            item_id = item.get("id") if isinstance(item, Map) else None
            if isinstance(item_id, Scalar):
                lines.setdefault(item_id.value, item.mark.line)
    return lines

"""A YAML file -> a `Questionnaire`, or every mistake in it with line, column and what would be right.

Strict: unknown keys are refused, and each text is read as what the language expects at its place, so that a code
``no`` stays a code. What concerns only the wording is for `screening.definition.checks`.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from screening.definition.condition_reader import Earlier, read_condition
from screening.definition.file_keys import KEYS, PAGE_KEYS, REQUIRED_KEYS, REQUIRED_PAGE_KEYS
from screening.definition.item_reader import Scope, read_id, read_item
from screening.definition.model import Choice, Item, Option, Page, Questionnaire, walk_items
from screening.definition.nodes import MAX_BYTES, Map, Node, Scalar, Sequence, compose, decode
from screening.definition.option_reader import read_options
from screening.definition.problems import START, DefinitionError, Mark, Problem, in_order, shown
from screening.definition.reader import MarkKey, Reader

MAX_ITEMS = 2000


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
    if "translates" in root.entries:
        message = "this is a translation (`translates:`); give the file the name of its base file with the language"
        mark = root.entries["translates"][0].mark
        message = f"{message} before .yaml, such as intake.es.yaml"
        return None, [Problem(name, mark.line, mark.column, message, "error", "file-name")]
    if not root.entries.keys() & {*KEYS, "pages", "option_sets"}:
        keys = ", ".join(f"`{key}:`" for key in REQUIRED_KEYS)
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
        in_order = key in ("options", "units") or parent == "option_sets"
        return {"in order": [list(pair) for pair in pairs]} if in_order else dict(pairs)

    canonical = json.dumps(plain(root), sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()


class _Questionnaires:
    """Reads one questionnaire from its tree; in form order, because conditions look back."""

    def __init__(self, reader: Reader, root: Map) -> None:
        self._reader = reader
        self._root = root
        self._scope = Scope(reader, {}, Earlier(lines=_item_lines(root)))

    def read(self) -> Questionnaire | None:
        reader, root = self._reader, self._root
        reader.keys(root, (*KEYS, "option_sets", "pages"), REQUIRED_KEYS, "a questionnaire")
        values: dict[str, object] = {}
        for key, read_key in KEYS.items():
            node = root.get(key)
            if node is not None:
                reader.marks["questionnaire", key] = node.mark
                value = read_key(reader, node, f"`{key}`")
                if value is not None:
                    values[key] = value
        sets = self._option_sets()
        self._scope.sets = sets
        pages = self._pages()
        self._note_unused_sets(pages)
        _note_shared_link_ids(reader, pages)
        if any(key not in values for key in REQUIRED_KEYS if key != "pages"):
            return None
        option_sets = {name: options for name, options in sets.items() if options is not None}
        return Questionnaire(**values, pages=pages, option_sets=option_sets)  # type: ignore[arg-type]  # read by KEYS

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
        if self._scope.items > MAX_ITEMS:
            self._reader.error(START, f"{self._scope.items} items; at most {MAX_ITEMS:,} are allowed", "size")
        return tuple(page for page in pages if page is not None)

    def _page(self, node: Node) -> Page | None:
        reader = self._reader
        entry = reader.map(node, "a page")
        if entry is None:
            return None
        keys = ("id", *PAGE_KEYS, "enable_when", "items")
        reader.keys(entry, keys, REQUIRED_PAGE_KEYS, "a page")
        page_id = read_id(reader, entry, "a page", self._scope.taken)
        if page_id is not None:
            self._scope.taken[page_id] = entry.mark.line
            reader.marks["page", page_id] = entry.mark
        values: dict[str, object] = {}
        for key, (_, value_node) in entry.entries.items():
            if page_id is not None:
                reader.marks["page", page_id, key] = value_node.mark
            if key in PAGE_KEYS:
                values[key] = self._page_value(key, value_node)
        # Before the items: a page's condition can't look at what stands on the page.
        condition_node = entry.get("enable_when")
        if condition_node is not None:
            values["enable_when"] = read_condition(reader, condition_node, self._scope.earlier)
        items = self._page_items(entry)
        if page_id is None or not values.get("title") or not items:
            return None
        return Page(id=page_id, items=items, **values)  # type: ignore[arg-type]  # read by PAGE_KEYS

    def _page_value(self, key: str, node: Node) -> object:
        if key == "sensitive" and isinstance(node, Scalar) and node.value in ("yes", "no", "true", "false"):
            message = "`sensitive` holds the words of the gate before the page; leave it out where there is none"
            self._reader.error(node.mark, message, "value")
            return None
        value = PAGE_KEYS[key](self._reader, node, f"`{key}`")
        return False if value is None and key == "off_by_default" else value

    def _page_items(self, entry: Map) -> tuple[Item, ...]:
        node = entry.get("items")
        listed_items = self._reader.sequence(node, "`items`") if node else None
        if listed_items is None:
            return ()
        items = [read_item(self._scope, item) for item in listed_items.nodes]
        return tuple(item for item in items if item is not None)

    def _note_unused_sets(self, pages: tuple[Page, ...]) -> None:
        if self._scope.earlier.unreadable:
            return
        items = (item for page in pages for item in page.items)
        used = {item.option_set for item in walk_items(items) if isinstance(item, Choice)}
        for name in self._scope.sets:
            if name not in used:
                message = f"option set {shown(name)} is used by no item; use it or take it out"
                self._reader.error(self._reader.marks["option_set", name], message, "unused-option-set")


def _note_shared_link_ids(reader: Reader, pages: tuple[Page, ...]) -> None:
    """Note each `link_id` that another page or item has too, or that only repeats the id."""
    places: list[tuple[str, Page | Item]] = [
        *(("page", page) for page in pages),
        *(("item", item) for page in pages for item in walk_items(page.items)),
    ]
    by_link_id: dict[str, str] = {}
    for kind, part in sorted(places, key=lambda place: place[1].link_id is not None):
        other = by_link_id.setdefault(part.fhir_link_id, part.id)
        mark = reader.marks.get((kind, part.id, "link_id"), START)
        if part.link_id == part.id:
            reader.error(mark, "`link_id` is the same as the id; leave it out", "link-id")
        elif other != part.id:
            message = f"{shown(part.fhir_link_id)} is the linkId of {other} already; each has one of its own"
            reader.error(mark, message, "link-id")


def _item_lines(root: Map) -> dict[str, int]:
    """Return every item id of the file -> its line, for telling "later" from "nowhere"."""
    lines: dict[str, int] = {}

    def look(holder: Node, key: str, depth: int) -> None:
        parts = holder.get(key) if isinstance(holder, Map) else None
        for part in parts.nodes if isinstance(parts, Sequence) else []:
            part_id = part.get("id") if isinstance(part, Map) else None
            if isinstance(part_id, Scalar) and key == "items":
                lines.setdefault(part_id.value, part.mark.line)
            if depth:
                look(part, "items", depth - 1)

    look(root, "pages", 2)
    return lines

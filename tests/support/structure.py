"""A PDF's text and structure as lines of text, for a person to read and for a test to compare.

Read back from the file with pikepdf, not from what it was made of. What means nothing to a reader's program is left
out: wrappers (Div, NonStruct), numbers of objects, places on the page. Where a tag has a language, a scope, words to be
read in place of what is drawn, or headers other than those of its own row and column, it says so.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from io import BytesIO
from typing import Any

import pikepdf

from tests.support import pdf
from tests.support.conformance import NAMESPACES, kind, metadata

_WRAPPERS = {"Document", "Div", "NonStruct"}
_INLINE = {"Span", "Link"}
_CELLS = {"TH", "TD"}
_NOT_COMPARED = {"Producer", "schemas"}
"""Metadata that differs from one version of a library to the next, and what says only how other metadata is spelt."""


@dataclass
class Tag:
    """One element of the tag tree; ``kids`` are tags and pieces of text, in reading order."""

    name: str
    language: str = ""
    spoken: str = ""
    scope: str = ""
    identifier: bytes = b""
    headers: tuple[bytes, ...] = ()
    kids: list[Tag | str] = field(default_factory=list)

    def tags(self) -> Iterator[Tag]:
        """Yield the tag and all in it."""
        yield self
        for kid in self.kids:
            if isinstance(kid, Tag):
                yield from kid.tags()

    @property
    def text(self) -> str:
        """Return all text in the tag, as it stands in the file."""
        return "".join(kid for tag in self.tags() for kid in tag.kids if isinstance(kid, str))

    @property
    def label(self) -> str:
        """Return the name with what is said of the tag: "TH(row)", "P{ar}"."""
        scope = f"({self.scope})" if self.scope else ""
        return f"{self.name}{scope}{f'{{{self.language}}}' if self.language else ''}"


def structure(made: bytes) -> str:
    """Return the file as text: what it is called, what it carries, its bookmarks, page furniture and tags."""
    with pikepdf.open(BytesIO(made)) as document:
        lines = [
            f"language: {document.Root['/Lang']}",
            *(f"metadata: {line}" for line in sorted(_metadata(document))),
            *(f"attachment: {line}" for line in _attachments(document)),
            *(f"bookmark: {line}" for line in _bookmarks(document)),
            *(f"furniture: {line}" for line in _furniture(document)),
            "",
            *_lines(tree(document)),
        ]
    return "\n".join(lines) + "\n"


def tree(document: pikepdf.Pdf) -> Tag:
    """Return the tag tree with its text."""
    texts = {page.obj.objgen: pdf.marked_texts(page) for page in document.pages}
    root = document.Root["/StructTreeRoot"]["/K"]
    return _tag(root[0] if isinstance(root, pikepdf.Array) else root, texts)


def _tag(element: Any, texts: dict[Any, dict[int, str]]) -> Tag:
    attributes = element.get("/A", {})
    tag = Tag(
        kind(element),
        language=str(element.get("/Lang", "")),
        spoken=str(element.get("/Alt", "")),
        scope=str(attributes.get("/Scope", "")).removeprefix("/").lower(),
        identifier=bytes(element.get("/ID", b"")),
        headers=tuple(bytes(header) for header in attributes.get("/Headers", ())),
    )
    kids = element.get("/K", ())
    for kid in kids if isinstance(kids, pikepdf.Array) else [kids]:
        if isinstance(kid, int):
            tag.kids.append(texts[element["/Pg"].objgen].get(kid, ""))
        elif "/S" in kid:
            tag.kids.append(_tag(kid, texts))
    return tag


def _metadata(document: pikepdf.Pdf) -> Iterator[str]:
    prefixes = {f"{{{uri}}}": prefix for prefix, uri in NAMESPACES.items()}
    for description in metadata(document).iter(f"{{{NAMESPACES['rdf']}}}Description"):
        found = [*description.attrib.items(), *((one.tag, "; ".join(one.itertext())) for one in description)]
        for name, value in found:
            uri, _, local = name.rpartition("}")
            if local not in {*_NOT_COMPARED, "about"}:
                yield f"{prefixes.get(uri + '}', uri)}:{local} = {' '.join(value.split())}"


def _attachments(document: pikepdf.Pdf) -> Iterator[str]:
    for name, attached in document.attachments.items():
        specification = attached.obj
        stream = specification["/EF"]["/F"]
        resource = json.loads(stream.read_bytes())
        yield ", ".join(
            (
                name,
                str(stream["/Subtype"]).removeprefix("/"),
                f"AFRelationship {str(specification['/AFRelationship']).removeprefix('/')}",
                str(stream["/Params"]["/ModDate"]),
                str(specification["/Desc"]),
                f"{resource['resourceType']} in {resource['language']} with {_count(resource)} items",
            )
        )


def _count(resource: Any) -> int:
    items = resource.get("item", [])
    return len(items) + sum(_count(item) for item in items)


def _bookmarks(document: pikepdf.Pdf) -> Iterator[str]:
    def below(items: Any, depth: int) -> Iterator[str]:
        for item in items:
            yield f"{'  ' * depth}{item.title}"
            yield from below(item.children, depth + 1)

    with document.open_outline() as outline:
        yield from below(outline.root, 0)


def _furniture(document: pikepdf.Pdf) -> Iterator[str]:
    """Yield what stands in the margins of each page and is not read aloud."""
    for page in document.pages:
        pieces = (pdf.logical(glyphs) for number, glyphs in pdf.numbered_glyphs(page) if number is None)
        yield " ".join(" ".join(pieces).split())


def _lines(root: Tag) -> Iterator[str]:
    cells = {tag.identifier: tag for tag in root.tags() if tag.identifier}
    yield from _below(root, 0, cells)


def _below(tag: Tag, depth: int, cells: dict[bytes, Tag]) -> Iterator[str]:
    """Yield the lines of what is in a tag."""
    text = ""
    for kid in tag.kids:
        if isinstance(kid, str) or kid.name in _INLINE:
            text += _inline(kid)
            continue
        if text.strip():
            yield f"{'  ' * depth}{text}"
        text = ""
        if kid.name in _WRAPPERS and not kid.language:
            yield from _below(kid, depth, cells)
        elif kid.name == "Table":
            yield from _table(kid, depth, cells)
        elif all(isinstance(one, str) or one.name in _INLINE for one in kid.kids):
            yield f"{'  ' * depth}{kid.label} {_text(kid)}".rstrip()
        else:
            yield f"{'  ' * depth}{kid.label}"
            yield from _below(kid, depth + 1, cells)
    if text.strip():
        yield f"{'  ' * depth}{text}"


def _table(table: Tag, depth: int, cells: dict[bytes, Tag]) -> Iterator[str]:
    """Yield a line for each row: its cells, each with all that is in it."""
    yield f"{'  ' * depth}{table.label}"
    columns: list[bytes] = []
    for part in table.kids:
        assert isinstance(part, Tag)
        yield f"{'  ' * (depth + 1)}{part.label}"
        for row in part.kids if part.name != "TR" else [part]:
            assert isinstance(row, Tag)
            found = [cell for cell in row.kids if isinstance(cell, Tag)]
            if part.name == "THead":
                columns = [cell.identifier for cell in found]
            told = (_cell(cell, place, found, columns, cells) for place, cell in enumerate(found))
            yield f"{'  ' * (depth + 2)}{row.label} | {' | '.join(told)}"


def _cell(cell: Tag, place: int, row: list[Tag], columns: list[bytes], cells: dict[bytes, Tag]) -> str:
    assert cell.name in _CELLS
    usual = {one.identifier for one in row if one.name == "TH"} | set(columns if len(row) == 1 else columns[place:][:1])
    if cell.name == "TD" and set(cell.headers) != usual:
        heads = "; ".join(_plain(cells[header])[:40] if header in cells else "?" for header in cell.headers)
        return f"{cell.label}(headed by {heads or 'nothing'}) {_text(cell)}".rstrip()
    return f"{cell.label} {_text(cell)}".rstrip()


def _plain(tag: Tag) -> str:
    return " ".join(tag.text.split())


def _text(tag: Tag) -> str:
    return _joined(tag.kids).strip()


def _joined(kids: Iterable[Tag | str]) -> str:
    """Put pieces of text together; where one ends and nothing parts it from the next, a sign does."""
    shown, before = "", ""
    for kid in kids:
        text = kid if isinstance(kid, str) else kid.text
        is_inline = isinstance(kid, str) or kid.name in _INLINE
        if is_inline and text and before and not before[-1].isspace() and not text[0].isspace():
            shown += " ⏎ "
        shown, before = shown + _inline(kid), text or before
    return shown


def _inline(kid: Tag | str) -> str:
    if isinstance(kid, str):
        return kid
    text = _joined(kid.kids)
    if kid.name in _WRAPPERS | _INLINE and not kid.spoken:
        return f"{{{kid.language}: {text}}}" if kid.language else text
    spoken = f"[read as {kid.spoken}]" if kid.spoken else ""
    return f"{text}{spoken}" if kid.name in _INLINE else f" ‹{kid.label}› {text}{spoken}"

"""Reads a PDF back: its text, fonts and structure, as a reader's program would find them."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence
from io import BytesIO
from itertools import groupby
from typing import Any

import pikepdf

_FROM_RIGHT = {"R", "AL"}
_FROM_LEFT = {"L", "EN", "AN"}


def page_texts(pdf: bytes) -> list[str]:
    """Return the text of each page; pieces that are drawn apart are parted by a line break."""
    with pikepdf.open(BytesIO(pdf)) as document:
        return ["\n".join(_pieces(page)) for page in document.pages]


def text(pdf: bytes) -> str:
    """Return the text of all pages, runs of white space as one space."""
    return " ".join(" ".join(page_texts(pdf)).split())


def font_names(pdf: bytes) -> set[str]:
    """Return the names of the fonts in the file, without the tag of a subset."""
    with pikepdf.open(BytesIO(pdf)) as document:
        return {
            str(font["/BaseFont"]).removeprefix("/").partition("+")[2]
            for page in document.pages
            for font in page["/Resources"]["/Font"].as_dict().values()
        }


def embedded(pdf: bytes) -> bool:
    """Tell whether every font has its program in the file."""
    with pikepdf.open(BytesIO(pdf)) as document:
        descriptors = [
            font["/DescendantFonts"][0]["/FontDescriptor"]
            for page in document.pages
            for font in page["/Resources"]["/Font"].as_dict().values()
        ]
        return bool(descriptors) and all("/FontFile2" in one or "/FontFile3" in one for one in descriptors)


def language(pdf: bytes) -> str:
    """Return the language that the whole file is in."""
    with pikepdf.open(BytesIO(pdf)) as document:
        return str(document.Root["/Lang"])


def languages(pdf: bytes) -> set[str]:
    """Return the languages that parts of the tag tree are marked with."""
    with pikepdf.open(BytesIO(pdf)) as document:
        found = {
            str(part["/Lang"]) for part in document.objects if isinstance(part, pikepdf.Dictionary) and "/Lang" in part
        }
        return found - {str(document.Root["/Lang"])}


def attachments(pdf: bytes) -> dict[str, bytes]:
    """Return the attached files by name."""
    with pikepdf.open(BytesIO(pdf)) as document:
        return {name: file.get_file().read_bytes() for name, file in document.attachments.items()}


def tags(pdf: bytes) -> list[str]:
    """Return the structure types of the tag tree, in reading order."""
    with pikepdf.open(BytesIO(pdf)) as document:
        return list(_tags(document.Root["/StructTreeRoot"]["/K"]))


def _tags(node: Any) -> Iterator[str]:
    if isinstance(node, pikepdf.Array):
        for kid in node:
            yield from _tags(kid)
    elif isinstance(node, pikepdf.Dictionary) and "/S" in node:
        yield str(node["/S"]).removeprefix("/")
        if "/K" in node:
            yield from _tags(node["/K"])


def read_aloud(pdf: bytes) -> list[tuple[str, str]]:
    """Return what a program that reads aloud finds, in its order: structure type and text of each tag that has text."""
    with pikepdf.open(BytesIO(pdf)) as document:
        marked = {page.obj.objgen: _marked_texts(page) for page in document.pages}
        return [
            (kind, " ".join(text.split())) for kind, text in _spoken(document.Root["/StructTreeRoot"]["/K"], marked)
        ]


def tagged_text(pdf: bytes) -> str:
    """Return the text of `read_aloud`, runs of white space as one space."""
    return " ".join(text for _, text in read_aloud(pdf))


_INLINE = {"Span", "NonStruct", "Div", "Link"}


def _spoken(node: Any, marked: dict[Any, dict[int, str]], outer: str = "") -> Iterator[tuple[str, str]]:
    if isinstance(node, pikepdf.Array):
        for kid in node:
            yield from _spoken(kid, marked, outer)
    elif isinstance(node, pikepdf.Dictionary) and "/S" in node:
        kind = str(node["/S"]).removeprefix("/")
        kind = outer if kind in _INLINE else kind
        kids = node.get("/K", pikepdf.Array())
        for kid in kids if isinstance(kids, pikepdf.Array) else [kids]:
            if isinstance(kid, int):
                yield kind, marked[node["/Pg"].objgen].get(kid, "")
            else:
                yield from _spoken(kid, marked, kind)


def _marked_texts(page: pikepdf.Page) -> dict[int, str]:
    found: dict[int, str] = {}
    for number, text in _numbered_pieces(page):
        if number is not None:
            found[number] = found.get(number, "") + text
    return found


def _pieces(page: pikepdf.Page) -> Iterator[str]:
    return (text for _, text in _numbered_pieces(page))


def marked_texts(page: pikepdf.Page) -> dict[int, str]:
    """Return the text of each marked content in the order in which it is read, by its number."""
    found: dict[int, list[str]] = {}
    for number, glyphs in numbered_glyphs(page):
        if number is not None:
            found.setdefault(number, []).extend(glyphs)
    return {number: logical(glyphs) for number, glyphs in found.items()}


def logical(glyphs: Sequence[str]) -> str:
    """Return glyphs, which are in the order in which they are drawn, in the order in which they are read.

    Enough for words from right to left that hold figures or Latin words, not the whole of Unicode's algorithm.
    """
    if not any(unicodedata.bidirectional(one) in _FROM_RIGHT for text in glyphs for one in text):
        return "".join(glyphs)
    runs = groupby(reversed(glyphs), key=lambda text: unicodedata.bidirectional(text[:1] or " ") in _FROM_LEFT)
    return "".join("".join(reversed(list(run)) if from_left else run) for from_left, run in runs)


def _numbered_pieces(page: pikepdf.Page) -> Iterator[tuple[int | None, str]]:
    """Yield each piece of text with the number of the marked content that it stands in, None for page furniture."""
    return ((number, "".join(glyphs)) for number, glyphs in numbered_glyphs(page))


def numbered_glyphs(page: pikepdf.Page) -> Iterator[tuple[int | None, list[str]]]:
    """Yield the text of each glyph, in pieces, with the number of the marked content, None for page furniture."""
    resources = page["/Resources"]
    fonts = {name: _to_unicode(font) for name, font in resources["/Font"].as_dict().items()}
    current: dict[int, str] = {}
    number: int | None = None
    for instruction in pikepdf.parse_content_stream(page):
        operator = str(instruction.operator)
        if operator == "BDC":
            number = int(instruction.operands[1]["/MCID"]) if "/MCID" in instruction.operands[1] else None
        elif operator == "EMC":
            number = None
        elif operator == "Tf":
            current = fonts[str(instruction.operands[0])]
        elif operator in {"Tj", "TJ"}:
            operand = instruction.operands[0]
            strings = operand if isinstance(operand, pikepdf.Array) else [operand]
            codes = b"".join(bytes(one) for one in strings if isinstance(one, pikepdf.String))
            glyphs = (int.from_bytes(codes[at : at + 2], "big") for at in range(0, len(codes), 2))
            yield number, [current.get(glyph, "\ufffd") for glyph in glyphs]


def _to_unicode(font: Any) -> dict[int, str]:
    """Return glyph code -> text from a font's ToUnicode map."""
    found: dict[int, str] = {}
    inside = False
    for line in font["/ToUnicode"].read_bytes().decode("latin-1").splitlines():
        if line.endswith("beginbfchar"):
            inside = True
        elif line.startswith("endbfchar"):
            inside = False
        elif inside:
            code, words = line.replace("><", "> <").split()
            found[int(code.strip("<>"), 16)] = bytes.fromhex(words.strip("<>")).decode("utf-16-be")
    return found

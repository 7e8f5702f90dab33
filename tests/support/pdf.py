"""Reads a PDF back: its text, fonts and structure, as a reader's program would find them."""

from __future__ import annotations

from collections.abc import Iterator
from io import BytesIO
from typing import Any

import pikepdf


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


def _pieces(page: pikepdf.Page) -> Iterator[str]:
    resources = page["/Resources"]
    fonts = {name: _to_unicode(font) for name, font in resources["/Font"].as_dict().items()}
    current: dict[int, str] = {}
    for instruction in pikepdf.parse_content_stream(page):
        operator = str(instruction.operator)
        if operator == "Tf":
            current = fonts[str(instruction.operands[0])]
        elif operator in {"Tj", "TJ"}:
            operand = instruction.operands[0]
            strings = operand if isinstance(operand, pikepdf.Array) else [operand]
            codes = b"".join(bytes(one) for one in strings if isinstance(one, pikepdf.String))
            yield "".join(
                current.get(int.from_bytes(codes[at : at + 2], "big"), "\ufffd") for at in range(0, len(codes), 2)
            )


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

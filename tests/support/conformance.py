"""Looks a PDF over as a validator would: what ISO 19005-3 (PDF/A-3a) and ISO 14289-1 (PDF/UA-1) ask of files like ours.

There is no validator among the packages that a test may install, so each clause that can be broken here is read back
from the file's structure, with a library that had no part in making it. `problems` names the clauses.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from io import BytesIO
from typing import Any
from xml.etree import ElementTree

import pikepdf
from fontTools.ttLib import TTFont

NAMESPACES = {
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "dc": "http://purl.org/dc/elements/1.1/",
    "pdf": "http://ns.adobe.com/pdf/1.3/",
    "pdfaid": "http://www.aiim.org/pdfa/ns/id/",
    "pdfuaid": "http://www.aiim.org/pdfua/ns/id/",
    "pdfaExtension": "http://www.aiim.org/pdfa/ns/extension/",
    "pdfaSchema": "http://www.aiim.org/pdfa/ns/schema#",
    "pdfaProperty": "http://www.aiim.org/pdfa/ns/property#",
}
_GROUPING = {"Document", "Part", "Art", "Sect", "Div", "BlockQuote", "Caption", "NonStruct", "L", "LI", "Lbl", "LBody"}
_BLOCKS = {"P", "H1", "H2", "H3", "H4", "H5", "H6", "Table", "TR", "TH", "TD", "THead", "TBody", "TFoot"}
_STANDARD_TYPES = _GROUPING | _BLOCKS | {"Span", "Link", "Figure", "Form"}
_ROWS = {"TR", "THead", "TBody", "TFoot", "Caption"}
_LANGUAGE = re.compile(r"[A-Za-z]{1,8}(-[A-Za-z0-9]{1,8})*")
_SHOWS_TEXT = {"Tj", "TJ", "'", '"'}
_PAINTS = _SHOWS_TEXT | {"f", "F", "f*", "B", "B*", "b", "b*", "S", "s", "sh", "Do"}


def problems(pdf: bytes) -> list[str]:
    """Return what the file breaks, each with its clause; [] for a file that keeps to both standards."""
    found = list(_file_problems(pdf))
    with pikepdf.open(BytesIO(pdf)) as document:
        for check in (_trailer, _metadata, _colours, _fonts, _attachments, _interaction, _tags, _tables, _contents):
            found += check(document)
    return found


def notdef_count(pdf: bytes) -> int:
    """Count the glyphs on the pages that stand for a character that the font has not."""
    with pikepdf.open(BytesIO(pdf)) as document:
        return sum(
            code in _undefined(page["/Resources"]["/Font"][name])
            for page in document.pages
            for name, codes in _shown(page).items()
            for code in codes
        )


def metadata(document: pikepdf.Pdf) -> ElementTree.Element:
    """Return the document's XMP metadata, parsed."""
    return ElementTree.fromstring(document.Root["/Metadata"].read_bytes())


def elements(document: pikepdf.Pdf) -> Iterator[Any]:
    """Yield the structure elements in reading order."""
    yield from _below(document.Root["/StructTreeRoot"]["/K"])


def kind(element: Any) -> str:
    """Return an element's structure type: "TH"."""
    return str(element["/S"]).removeprefix("/")


def _below(node: Any) -> Iterator[Any]:
    if isinstance(node, pikepdf.Array):
        for kid in node:
            yield from _below(kid)
    elif isinstance(node, pikepdf.Dictionary) and "/S" in node:
        yield node
        if "/K" in node:
            yield from _below(node["/K"])


def _kids(element: Any) -> list[Any]:
    kids = element.get("/K", pikepdf.Array())
    kids = list(kids) if isinstance(kids, pikepdf.Array) else [kids]
    return [kid for kid in kids if isinstance(kid, pikepdf.Dictionary) and "/S" in kid]


def _file_problems(pdf: bytes) -> Iterator[str]:
    first, second = pdf.split(b"\n", 2)[:2]
    if not re.fullmatch(rb"%PDF-1\.[0-7]", first):
        yield "A 6.1.2: header"
    if not (second.startswith(b"%") and sum(byte > 127 for byte in second[1:5]) == 4):
        yield "A 6.1.2: no comment of four bytes above 127"
    if not pdf.rstrip().endswith(b"%%EOF"):
        yield "A 6.1.3: something stands after the end"


def _trailer(document: pikepdf.Pdf) -> Iterator[str]:
    if len(document.trailer.get("/ID", ())) != 2:
        yield "A 6.1.3: no file identifier"
    if document.is_encrypted:
        yield "A 6.1.3: encrypted"
    for stream in document.objects:
        if isinstance(stream, pikepdf.Stream):
            if any(key in stream for key in ("/F", "/FFilter", "/FDecodeParms")):
                yield "A 6.1.7.1: a stream stands outside the file"
            if "LZW" in str(stream.get("/Filter", "")):
                yield "A 6.1.7.2: LZW"


def _metadata(document: pikepdf.Pdf) -> Iterator[str]:
    root = metadata(document)
    if root.tag != "{adobe:ns:meta/}xmpmeta" or len(root.findall("rdf:RDF", NAMESPACES)) != 1:
        yield "A 6.6.2.1: not one RDF in one packet"

    def values(name: str) -> list[str]:
        prefix, _, local = name.partition(":")
        key = f"{{{NAMESPACES[prefix]}}}{local}"
        nodes = root.findall("rdf:RDF/rdf:Description", NAMESPACES)
        return [node.attrib[key] for node in nodes if key in node.attrib] + [
            "".join(child.itertext()).strip() for node in nodes for child in node.findall(name, NAMESPACES)
        ]

    for name, wanted in (("pdfaid:part", ["3"]), ("pdfaid:conformance", ["A"]), ("pdfuaid:part", ["1"])):
        if values(name) != wanted:
            yield f"A 6.6.4, UA 5: {name} is {values(name)}"
    described = [
        (schema.findtext("pdfaSchema:namespaceURI", None, NAMESPACES), name.text)
        for schema in root.iterfind(".//pdfaExtension:schemas/rdf:Bag/rdf:li", NAMESPACES)
        for name in schema.iterfind(".//pdfaProperty:name", NAMESPACES)
    ]
    if (NAMESPACES["pdfuaid"], "part") not in described:
        yield "A 6.6.2.3: the schema of PDF/UA is not described"
    for key, name in (("/Title", "dc:title"), ("/Producer", "pdf:Producer"), ("/Keywords", "pdf:Keywords")):
        if values(name) != ([str(document.docinfo[key])] if key in document.docinfo else []):
            yield f"A 6.6.3: {key} and {name} differ"
    if not values("dc:title") or not document.Root["/ViewerPreferences"]["/DisplayDocTitle"]:
        yield "UA 7.1: no title, or it is not shown"


def _colours(document: pikepdf.Pdf) -> Iterator[str]:
    intents = [intent for intent in document.Root.get("/OutputIntents", ()) if intent["/S"] == "/GTS_PDFA1"]
    if len(intents) != 1 or intents[0]["/DestOutputProfile"]["/N"] != 3:
        yield "A 6.2.3: not one output intent, for RGB"
    for page in document.pages:
        operators = {str(instruction.operator) for instruction in pikepdf.parse_content_stream(page)}
        if operators & {"k", "K"}:
            yield "A 6.2.4.3: CMYK without a profile"
        for state in page["/Resources"].get("/ExtGState", pikepdf.Dictionary()).as_dict().values():
            if "/TR" in state or "/HTP" in state or state.get("/SMask", "/None") != "/None":
                yield "A 6.2.5: a graphics state that is not allowed"


def _shown(page: pikepdf.Page) -> dict[str, list[int]]:
    """Return the glyph codes that a page shows, by the name of the font."""
    codes: dict[str, list[int]] = {}
    font = ""
    for instruction in pikepdf.parse_content_stream(page):
        operator = str(instruction.operator)
        if operator == "Tf":
            font = str(instruction.operands[0])
        elif operator in _SHOWS_TEXT:
            operand = instruction.operands[-1]
            for part in operand if isinstance(operand, pikepdf.Array) else [operand]:
                if isinstance(part, pikepdf.String):
                    data = bytes(part)
                    pairs = (data[at : at + 2] for at in range(0, len(data), 2))
                    codes.setdefault(font, []).extend(int.from_bytes(pair, "big") for pair in pairs)
    return codes


def _fonts(document: pikepdf.Pdf) -> Iterator[str]:
    for page in document.pages:
        for name, codes in _shown(page).items():
            font = page["/Resources"]["/Font"][name]
            (descendant,) = font["/DescendantFonts"]
            if "/FontFile2" not in descendant["/FontDescriptor"] and "/FontFile3" not in descendant["/FontDescriptor"]:
                yield f"A 6.2.11.4: {name} is not in the file"
                continue
            if descendant["/Subtype"] == "/CIDFontType2" and descendant.get("/CIDToGIDMap") != "/Identity":
                yield f"A 6.2.11.3.2: {name} has no map from codes to glyphs"
            if _undefined(font) & set(codes):
                yield f"A 6.2.11.8: {name} shows .notdef"
            unicode = _to_unicode(font)
            if missing := [code for code in set(codes) if code not in unicode]:
                yield f"A 6.2.11.7.2: {name} has glyphs without text: {missing}"
            if any(set(text) & {"\0", "\ufeff", "\ufffe"} for text in unicode.values()):
                yield f"A 6.2.11.7.2: {name} has glyphs that stand for no character"
            yield from _widths(name, descendant, set(codes))


def _undefined(font: Any) -> set[int]:
    """Return the codes that mean .notdef: 0, and in an encoding of the file's own those that it leads there."""
    if not isinstance(font["/Encoding"], pikepdf.Stream):
        return {0}
    content = font["/Encoding"].read_bytes().decode("latin-1")
    return {0} | {int(code, 16) for code in re.findall(r"<([0-9a-fA-F]{4})> 0\s", content)}


def _to_unicode(font: Any) -> dict[int, str]:
    content = font["/ToUnicode"].read_bytes().decode("latin-1")
    blocks = re.findall(r"beginbfchar\s(.*?)endbfchar", content, re.DOTALL)
    pairs = [pair for block in blocks for pair in re.findall(r"<([0-9a-fA-F]+)>\s*<([0-9a-fA-F]*)>", block)]
    return {int(code, 16): bytes.fromhex(text).decode("utf-16-be") for code, text in pairs}


def _widths(name: str, descendant: Any, codes: set[int]) -> Iterator[str]:
    """Compare the widths that the file tells with those of the font in it."""
    descriptor = descendant["/FontDescriptor"]
    if "/FontFile2" not in descriptor:
        return
    widths: dict[int, float] = {}
    start = 0
    for part in descendant["/W"]:
        if isinstance(part, pikepdf.Array):
            widths |= {start + place: float(width) for place, width in enumerate(part)}
        else:
            start = int(part)
    with TTFont(BytesIO(descriptor["/FontFile2"].read_bytes()), lazy=True) as font:
        em, order = font["head"].unitsPerEm, font.getGlyphOrder()
        metrics = font["hmtx"].metrics
        for code in (code for code in codes if code < len(order)):
            if abs(widths.get(code, 0) - metrics[order[code]][0] * 1000 / em) > 1:
                yield f"A 6.2.11.5: {name} tells another width of glyph {code} than the font has"


def _attachments(document: pikepdf.Pdf) -> Iterator[str]:
    tree = document.Root.get("/Names", pikepdf.Dictionary()).get("/EmbeddedFiles")
    named = list(tree["/Names"]) if tree is not None else []
    if [str(name) for name in named[::2]] != sorted(str(name) for name in named[::2]):
        yield "ISO 32000-1, 7.9.6: attachments are not in order"
    associated = list(document.Root.get("/AF", ()))
    if [one.objgen for one in associated] != [one.objgen for one in named[1::2]]:
        yield "A 6.8: not each attachment is associated with the document, once"
    for specification in named[1::2]:
        if not all(key in specification for key in ("/F", "/UF", "/EF", "/AFRelationship", "/Desc")):
            yield "A 6.8: a file specification is not whole"
        stream = specification["/EF"]["/F"]
        if "/" not in str(stream["/Subtype"])[1:] or "/ModDate" not in stream["/Params"]:
            yield "A 6.8: an attachment without type or date"


def _interaction(document: pikepdf.Pdf) -> Iterator[str]:
    for key in ("/AA", "/OpenAction", "/AcroForm", "/OCProperties", "/Requirements", "/NeedsRendering"):
        if key in document.Root:
            yield f"A 6.4 to 6.11: {key}"
    for page in document.pages:
        if "/AA" in page:
            yield "A 6.5.2: a page acts"
        for annotation in page.get("/Annots", ()):
            if not int(annotation.get("/F", 0)) & 4 or "/Contents" not in annotation:
                yield "A 6.3.2, UA 7.18: an annotation is not printed, or not described"
        if page.get("/Tabs") != "/S":
            yield "UA 7.18.3: the tab order is not that of the tags"


def _tags(document: pikepdf.Pdf) -> Iterator[str]:
    if not document.Root.get("/MarkInfo", {}).get("/Marked"):
        yield "A 6.7.2.2: not marked as tagged"
    if not _LANGUAGE.fullmatch(str(document.Root.get("/Lang", ""))):
        yield "A 6.7.4, UA 7.2: no language"
    level = 0
    for element in elements(document):
        name = kind(element)
        if name not in _STANDARD_TYPES:
            yield f"A 6.7.3.4: {name} is no standard type"
        if "/Lang" in element and not _LANGUAGE.fullmatch(str(element["/Lang"])):
            yield f"A 6.7.4: {element['/Lang']!r} is no language"
        if name == "Figure" and "/Alt" not in element:
            yield "UA 7.3: a figure without words"
        if re.fullmatch("H[1-6]", name):
            if int(name[1]) > level + 1:
                yield f"UA 7.4.2: {name} after H{level}"
            level = int(name[1])
        parents = {"TR": {"Table", "THead", "TBody", "TFoot"}, "TH": {"TR"}, "TD": {"TR"}, "LI": {"L"}, "LBody": {"LI"}}
        if name in parents and kind(element["/P"]) not in parents[name]:
            yield f"UA 7.2: {name} in {kind(element['/P'])}"
        if name == "Table" and any(
            kind(kid) not in {"TR", "THead", "TBody", "TFoot", "Caption"} for kid in _kids(element)
        ):
            yield "UA 7.2: something in a table is no row"


def _tables(document: pikepdf.Pdf) -> Iterator[str]:
    identifiers = set()
    tree = document.Root["/StructTreeRoot"].get("/IDTree")
    for leaf in tree["/Kids"] if tree is not None else ():
        names = [bytes(name) for name in leaf["/Names"][::2]]
        if names != sorted(names) or [bytes(limit) for limit in leaf["/Limits"]] != [names[0], names[-1]]:
            yield "ISO 32000-1, 7.9.6: identifiers are not in order"
        identifiers |= set(names)
    for table in (element for element in elements(document) if kind(element) == "Table"):
        rows = [row for row in _below(table) if kind(row) == "TR"]
        widths = {sum(int(cell.get("/A", {}).get("/ColSpan", 1)) for cell in _kids(row)) for row in rows}
        if len(widths) > 1:
            yield f"UA 7.5: rows of {sorted(widths)} columns in one table"
        for cell in (cell for row in rows for cell in _kids(row)):
            if kind(cell) == "TH" and (str(cell["/A"].get("/Scope")) not in {"/Row", "/Column"} or "/ID" not in cell):
                yield "UA 7.5: a header cell heads nothing"
            headers = {bytes(header) for header in cell["/A"].get("/Headers", ())}
            if kind(cell) == "TD" and not headers:
                yield "UA 7.5: a cell has no header"
            if headers - identifiers:
                yield "UA 7.5: a cell names a header that there is not"


@dataclass
class _Marked:
    """What is open at one place of a content stream, outermost first: numbers of tagged content, None an artefact."""

    open: list[int | None] = field(default_factory=list)
    depth: int = 0
    seen: set[int] = field(default_factory=set)


def _contents(document: pikepdf.Pdf) -> Iterator[str]:
    """Everything that is painted is either in the tree, or an artefact, and never both."""
    numbers = document.Root["/StructTreeRoot"]["/ParentTree"]["/Nums"]
    parents = {int(key): value for key, value in zip(numbers[::2], numbers[1::2], strict=True)}
    in_tree = {element.objgen for element in elements(document)}
    for page in document.pages:
        state = _Marked()
        for instruction in pikepdf.parse_content_stream(page):
            yield from _step(state, str(instruction.operator), list(instruction.operands))
        owners = list(parents[int(page["/StructParents"])])
        for number in state.seen:
            owner = owners[number]
            if owner is None or owner.objgen not in in_tree or number not in list(owner["/K"]):
                yield f"A 6.7.2, UA 7.1: content {number} is in no tag"


def _step(state: _Marked, operator: str, operands: list[Any]) -> Iterator[str]:
    if operator in {"BMC", "BDC"}:
        is_artifact = operands[0] == "/Artifact"
        if any(number is not None for number in state.open) and is_artifact:
            yield "UA 7.1: an artefact within content"
        if state.open and not is_artifact:
            yield "UA 7.1: content within an artefact, or within other content"
        state.open.append(None if is_artifact else int(operands[1]["/MCID"]))
        state.seen |= {number for number in state.open[-1:] if number is not None}
    elif operator == "EMC":
        state.open.pop()
    elif operator in _PAINTS and not state.open:
        yield f"UA 7.1: {operator} paints something that is neither content nor artefact"
    elif operator in {"q", "Q"}:
        state.depth += 1 if operator == "q" else -1
        if state.depth > 28:
            yield "A 6.1.13: graphics states nested more than 28 deep"

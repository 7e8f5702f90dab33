"""The finishing step that makes the renderer's PDF/A-3a also PDF/UA-1, in one file.

WeasyPrint writes one variant at a time. What the other needs is added before the file is written: the mark of PDF/UA
in the metadata with the schema that PDF/A asks for, the index of the tags' identifiers, page furniture as artefacts.
Sources: ISO 19005-3 (PDF/A-3), ISO 14289-1 (PDF/UA-1), ISO 32000-1, 14.7 and 14.8.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from functools import cache
from importlib.resources import files
from io import BytesIO
from typing import Any

import pydyf  # type: ignore[import-untyped]  # has no types
import weasyprint
from weasyprint.css import ColorProfile

from reports.attachments import Attachment
from reports.tagging import tags_of

VARIANT = "pdf/a-3a"
OUTPUT_INTENT = "--srgb"
"""Our own name for the colours that the page is meant for; under "srgb" WeasyPrint would open its file each time."""

# The schema stands in the file because PDF/A knows no properties but those of XMP 2004 (ISO 19005-3, 6.6.2.3).
_PDFUA = b"""\
<rdf:Description rdf:about="" xmlns:pdfuaid="http://www.aiim.org/pdfua/ns/id/" pdfuaid:part="1" />\
<rdf:Description rdf:about="" xmlns:pdfaExtension="http://www.aiim.org/pdfa/ns/extension/" \
xmlns:pdfaSchema="http://www.aiim.org/pdfa/ns/schema#" xmlns:pdfaProperty="http://www.aiim.org/pdfa/ns/property#">\
<pdfaExtension:schemas><rdf:Bag><rdf:li rdf:parseType="Resource">\
<pdfaSchema:schema>PDF/UA Universal Accessibility Schema</pdfaSchema:schema>\
<pdfaSchema:namespaceURI>http://www.aiim.org/pdfua/ns/id/</pdfaSchema:namespaceURI>\
<pdfaSchema:prefix>pdfuaid</pdfaSchema:prefix>\
<pdfaSchema:property><rdf:Seq><rdf:li rdf:parseType="Resource">\
<pdfaProperty:name>part</pdfaProperty:name>\
<pdfaProperty:valueType>Integer</pdfaProperty:valueType>\
<pdfaProperty:category>internal</pdfaProperty:category>\
<pdfaProperty:description>Part of ISO 14289 to which the document conforms</pdfaProperty:description>\
</rdf:li></rdf:Seq></pdfaSchema:property>\
</rdf:li></rdf:Bag></pdfaExtension:schemas></rdf:Description>"""
_END_OF_METADATA = b"</rdf:RDF>"


class _FixedProfile(ColorProfile):  # type: ignore[misc]  # WeasyPrint has no types
    """A colour profile that is written as its file has it; one written anew differs from time to time."""

    def __init__(self, content: bytes, name: str) -> None:
        super().__init__(BytesIO(content), name, "relative-colorimetric", (["r"], ["g"], ["b"]))
        self._content = content

    @property
    def content(self) -> bytes:
        return self._content


@cache
def color_profile() -> ColorProfile:
    """Return sRGB, for `OUTPUT_INTENT`."""
    name = "sRGB2014.icc"
    return _FixedProfile((files("weasyprint.pdf") / name).read_bytes(), name)


def finish(document: Any, pdf: Any, *, media_types: Mapping[str, str]) -> None:
    """Complete a PDF before it is written: WeasyPrint's ``finisher``. ``media_types`` are the attachments', by name."""
    _mark_as_accessible(pdf)
    _index_identifiers(pdf)
    _mark_artifacts(pdf)
    if "AF" in pdf.catalog:
        _describe_attachments(pdf, media_types)


def embedded(attachment: Attachment) -> weasyprint.Attachment:
    """Return a file as WeasyPrint embeds it, with its own date and no clock's."""
    moment = datetime.fromisoformat(attachment.modified)
    return weasyprint.Attachment(
        string=attachment.content,
        name=attachment.name,
        description=attachment.description,
        created=moment,
        modified=moment,
        relationship=attachment.relationship,
    )


def _mark_as_accessible(pdf: Any) -> None:
    metadata = _object(pdf, pdf.catalog["Metadata"])
    (content,) = metadata.stream
    head, end, tail = content.partition(_END_OF_METADATA)
    assert end
    metadata.stream = [head + _PDFUA + end + tail]


def _describe_attachments(pdf: Any, media_types: Mapping[str, str]) -> None:
    """Name the attachments' types, which WeasyPrint guesses by a table of the machine's, and list each of them once."""
    pdf.catalog["AF"] = pydyf.Array(dict.fromkeys(pdf.catalog["AF"]))
    for reference in pdf.catalog["AF"]:
        specification = _object(pdf, reference)
        media_type = media_types[specification["UF"].string]
        _object(pdf, specification["EF"]["F"]).extra["Subtype"] = f"/{media_type.replace('/', '#2f')}"


def _index_identifiers(pdf: Any) -> None:
    """Add the tree by which a reader's program finds a header cell that another cell names (ISO 32000-1, 14.7.2)."""
    identified = sorted(tags_of(pdf).identified, key=lambda element: element["ID"].data)
    if not identified:
        return
    names = pydyf.Array()
    for element in identified:
        names.extend((element["ID"], element.reference))
    node = {"Names": names, "Limits": pydyf.Array((identified[0]["ID"], identified[-1]["ID"]))}
    leaf = pydyf.Dictionary(node)
    pdf.add_object(leaf)
    root = pydyf.Dictionary({"Kids": pydyf.Array([leaf.reference])})
    pdf.add_object(root)
    _object(pdf, pdf.catalog["StructTreeRoot"])["IDTree"] = root.reference


def _mark_artifacts(pdf: Any) -> None:
    """Turn what stands in the pages' margins into artefacts: it is not read aloud, nor taken for the text's own."""
    for page_number, mcids in tags_of(pdf).artifacts.items():
        page = _object(pdf, pdf.page_references[page_number])
        stream, wanted = _object(pdf, page["Contents"]).stream, set(mcids)
        for place, part in enumerate(stream):
            if isinstance(part, dict) and part.get("MCID") in wanted:
                stream[place - 1] = b"/Artifact"
                stream[place] = pydyf.Dictionary({"Type": "/Pagination"})


def _object(pdf: Any, reference: bytes) -> Any:
    return pdf.objects[int(reference.split()[0])]

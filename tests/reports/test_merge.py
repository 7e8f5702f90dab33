"""Several reports in one PDF: pages, tags, languages and bookmarks are those of the parts."""

from __future__ import annotations

from functools import cache
from io import BytesIO

import pikepdf
import pytest
from pikepdf import Dictionary, Name, NumberTree, Pdf

from reports.merge import MergePart, merge_pdfs
from reports.pdf import render_pdf
from tests.support.reports import patient_report


@cache
def parts() -> tuple[MergePart, ...]:
    thoughtful, arabic = (
        render_pdf(patient_report("detachment-checkin", patient)) for patient in ("thoughtful", "arabic")
    )
    return (
        MergePart("10:00 Ada", "Check-in", thoughtful),
        MergePart("10:00 Ada", "Another", arabic),
        MergePart("11:00 Ben", "Check-in", thoughtful),
    )


@cache
def merged_file() -> bytes:
    return merge_pdfs(parts(), title="2026-05-05", language="en")


@pytest.fixture
def merged() -> Pdf:
    return Pdf.open(BytesIO(merged_file()))


def elements(pdf: Pdf) -> list[Dictionary]:
    """Return the structure elements that can be reached from the root, in reading order."""
    found: list[Dictionary] = []

    def visit(element: Dictionary) -> None:
        kids = element.get(Name.K, [])
        for kid in kids if isinstance(kids, pikepdf.Array) else [kids]:
            if isinstance(kid, Dictionary) and Name.S in kid:
                found.append(kid)
                visit(kid)

    visit(pdf.Root.StructTreeRoot)
    return found


def test_the_same_parts_give_the_same_bytes() -> None:
    assert merge_pdfs(parts(), title="2026-05-05", language="en") == merged_file()


def test_all_pages_and_all_tags_are_there_in_order(merged: Pdf) -> None:
    opened = [Pdf.open(BytesIO(part.pdf)) for part in parts()]
    assert len(merged.pages) == sum(len(part.pages) for part in opened)
    kinds = [str(element.S) for part in opened for element in elements(part)]
    assert [str(element.S) for element in elements(merged)] == kinds
    pages = {page.obj.objgen for page in merged.pages}
    assert {element.Pg.objgen for element in elements(merged) if Name.Pg in element} == pages


def test_each_page_finds_its_own_tags(merged: Pdf) -> None:
    tree = NumberTree(merged.Root.StructTreeRoot.ParentTree)
    keys = [int(page.obj.StructParents) for page in merged.pages]
    assert len(set(keys)) == len(keys)
    for page, key in zip(merged.pages, keys, strict=True):
        owners = [element for element in tree[key] if isinstance(element, Dictionary)]
        assert owners
        assert {element.Pg.objgen for element in owners if Name.Pg in element} == {page.obj.objgen}


def test_ids_of_table_headers_are_kept_apart_and_lead_somewhere(merged: Pdf) -> None:
    found = elements(merged)
    ids = [bytes(element.ID) for element in found if Name.ID in element]
    assert ids
    assert len(set(ids)) == len(ids)
    asked = {
        bytes(header)
        for element in found
        for attributes in _listed(element.get(Name.A))
        for header in attributes.get(Name.Headers, [])
    }
    assert asked <= set(ids)


def _listed(value: object) -> list[Dictionary]:
    if value is None:
        return []
    return list(value) if isinstance(value, pikepdf.Array) else [value]  # type: ignore[list-item]


def test_there_is_a_bookmark_for_each_person_and_the_reports_own_below(merged: Pdf) -> None:
    with merged.open_outline() as outline:
        shown = [(person.title, [report.title for report in person.children]) for person in outline.root]
        own = outline.root[0].children[0].children
    assert shown == [("10:00 Ada", ["Check-in", "Another"]), ("11:00 Ben", ["Check-in"])]
    assert own
    assert merged.Root.PageMode == Name.UseOutlines


def test_it_says_that_it_is_accessible_and_no_archive_file(merged: Pdf) -> None:
    metadata = merged.Root.Metadata.read_bytes()
    assert b'pdfuaid:part="1"' in metadata
    assert b"pdfaid" not in metadata
    assert merged.Root.MarkInfo.Marked is True or bool(merged.Root.MarkInfo.Marked)
    assert str(merged.docinfo.Title) == "2026-05-05"
    assert not merged.attachments


def test_nothing_to_merge_is_refused() -> None:
    with pytest.raises(ValueError, match="no report"):
        merge_pdfs([], title="x", language="en")

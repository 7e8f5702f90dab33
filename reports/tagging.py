"""What the renderer's tags lack for PDF/UA: languages of parts, scopes, headers by name, artefacts.

WeasyPrint builds the tag tree box by box, and says nowhere else which box became which tag; so that one step is
wrapped here. Its version is pinned, and tests read the tags back.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from weakref import WeakKeyDictionary

import pydyf  # type: ignore[import-untyped]  # has no types
import weasyprint.pdf.tags as renderer
from weasyprint.formatting_structure import boxes

UNDETERMINED = "und"
"""BCP 47 for a language that nobody knows: without it a part would be taken for the document's language."""

_SCOPES = {"col": "/Column", "row": "/Row", "rowgroup": "/Row"}


@dataclass(slots=True)
class Tags:
    """What is found out while the tags of one document are made.

    ``artifacts`` are marked contents that belong to no tag, by page number. ``headers`` are the header cells that have
    an id in the HTML, by that id. ``identified`` are all tags that have an identifier.
    """

    artifacts: dict[int, list[int]] = field(default_factory=lambda: defaultdict(list))
    headers: dict[str, Any] = field(default_factory=dict)
    identified: list[Any] = field(default_factory=list)


_found: WeakKeyDictionary[Any, Tags] = WeakKeyDictionary()
_build_box_tree = renderer._build_box_tree


def tags_of(pdf: Any) -> Tags:
    """Return what was found out about a document while it was made."""
    return _found.setdefault(pdf, Tags())


def _build(
    box: Any, parent: Any, pdf: Any, page_number: int, nums: Any, annotations: Any, marked: Any
) -> Iterator[Any]:
    if isinstance(box, boxes.MarginBox):
        before = set(nums)
        yield from _build_box_tree(box, parent, pdf, page_number, nums, annotations, marked)
        for mcid in nums.keys() - before:
            nums[mcid] = b"null"  # its place in the list stays: the others are found by theirs
            tags_of(pdf).artifacts[page_number].append(mcid)
        return
    for element in _build_box_tree(box, parent, pdf, page_number, nums, annotations, marked):
        _add_language(box, element)
        if element["S"] == "/TH" and box.element is not None:
            element["A"]["Scope"] = _SCOPES[box.element.get("scope", "col")]
        elif element["S"] == "/Table":
            _link_cells(box, tags_of(pdf))
        yield element


def _add_language(box: Any, element: Any) -> None:
    is_part = box.element is not None and box.element.tag != "html"
    language = box.element.get("lang") if is_part else None
    if language is not None:
        element["Lang"] = pydyf.String(language or UNDETERMINED)


def _link_cells(table: Any, tags: Tags) -> None:
    """Link cells to the headers that their ``headers`` attribute names, beside those of their row and column.

    A header may stand on an earlier page than the cell.
    """
    cells = [box for box in table.descendants() if isinstance(box, boxes.TableCellBox) and hasattr(box, "mark")]
    for cell in cells:
        if "ID" in cell.mark:
            tags.identified.append(cell.mark)
            if name := cell.element.get("id"):
                tags.headers[name] = cell.mark["ID"]
    for cell in cells:
        if named := cell.element.get("headers"):
            own = [tags.headers[name] for name in named.split() if name in tags.headers]
            cell.mark["A"]["Headers"] = pydyf.Array([*own, *cell.mark["A"].get("Headers", ())])


renderer._build_box_tree = _build

"""What the renderer's tags lack for PDF/UA: languages of parts, scopes, headers by name, artefacts.

WeasyPrint builds the tag tree box by box, and says nowhere else which box became which tag; so that one step is
wrapped here, though it is none of WeasyPrint's public functions. A version that does it in another way is refused with
`RendererChangedError` rather than trusted with a report: at import where the function is gone or takes something else,
at the first report where it is not called any more.
"""

from __future__ import annotations

import inspect
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any
from weakref import WeakKeyDictionary

import pydyf  # type: ignore[import-untyped]  # has no types
import weasyprint
import weasyprint.pdf.tags as renderer
from weasyprint.formatting_structure import boxes

UNDETERMINED = "und"
"""BCP 47 for a language that nobody knows: without it a part would be taken for the document's language."""

BUILDER = "_build_box_tree"
"""The function of ``weasyprint.pdf.tags`` that is wrapped."""
_PARAMETERS = ["box", "parent", "pdf", "page_number", "nums", "annotations", "tags"]

_SCOPES = {"col": "/Column", "row": "/Row", "rowgroup": "/Row"}


class RendererChangedError(RuntimeError):
    """WeasyPrint makes its tags in another way than the version that we know; no report is made with it."""

    def __init__(self, what: str) -> None:
        super().__init__(
            f"WeasyPrint {weasyprint.__version__}: {what}. Install the version of requirements.txt; to go on to "
            "another one, see reports/tagging.py."
        )


@dataclass(slots=True)
class Tags:
    """What is found out while the tags of one document are made.

    ``artifacts`` are marked contents that belong to no tag, by page number. ``headers`` are the header cells that have
    an id in the HTML, by that id. ``identified`` are all tags that have an identifier.
    """

    artifacts: dict[int, list[int]] = field(default_factory=lambda: defaultdict(list))
    headers: dict[str, Any] = field(default_factory=dict)
    identified: list[Any] = field(default_factory=list)


def builder() -> Callable[..., Iterator[Any]]:
    """Return WeasyPrint's function that makes the tags of one box; RendererChangedError if it is not the known one."""
    function: Callable[..., Iterator[Any]] | None = getattr(renderer, BUILDER, None)
    if function is None:
        raise RendererChangedError(f"weasyprint.pdf.tags has no {BUILDER}")
    parameters = list(inspect.signature(function).parameters)
    if parameters != _PARAMETERS:
        raise RendererChangedError(f"{BUILDER} takes {', '.join(parameters)}, not {', '.join(_PARAMETERS)}")
    return function


_found: WeakKeyDictionary[Any, Tags] = WeakKeyDictionary()
_build_box_tree = builder()


def tags_of(pdf: Any) -> Tags:
    """Return what was found out about a document while it was made; RendererChangedError if that was nothing at all."""
    if pdf not in _found:
        raise RendererChangedError(f"{BUILDER} was not called for a tagged PDF")
    return _found[pdf]


def _build(box: Any, parent: Any, pdf: Any, page_number: int, nums: Any, annotations: Any, tags: Any) -> Iterator[Any]:
    found = _found.setdefault(pdf, Tags())
    if isinstance(box, boxes.MarginBox):
        before = set(nums)
        yield from _build_box_tree(box, parent, pdf, page_number, nums, annotations, tags)
        for mcid in nums.keys() - before:
            nums[mcid] = b"null"  # its place in the list stays: the others are found by theirs
            found.artifacts[page_number].append(mcid)
        return
    for element in _build_box_tree(box, parent, pdf, page_number, nums, annotations, tags):
        if box.element is not None:
            _describe(box.element, element)
        if element["S"] == "/TH" and box.element is not None:
            element["A"]["Scope"] = _SCOPES[box.element.get("scope", "col")]
        elif element["S"] == "/Table":
            _link_cells(box, found)
        yield element


def _describe(source: Any, element: Any) -> None:
    """Give a tag the language of its element in the HTML, and what is said in place of a sign (``data-spoken``)."""
    language = source.get("lang") if source.tag != "html" else None
    if language is not None:
        element["Lang"] = pydyf.String(language or UNDETERMINED)
    if spoken := source.get("data-spoken"):
        element["Alt"] = pydyf.String(spoken)


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


setattr(renderer, BUILDER, _build)

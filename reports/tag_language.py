"""Marks parts of a tagged PDF with their language (ISO 14289-1, 7.2): WeasyPrint does so for the whole document only.

It wraps the function that builds the tag tree, which is none of WeasyPrint's public ones: there is no other place where
both an element and its tag are known. A test fails if a new version builds its tags in another way.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from weasyprint.pdf import tags

_build = tags._build_box_tree


def _build_with_language(box: Any, *more: Any) -> Iterator[Any]:
    element = getattr(box, "element", None)
    language = element.get("lang") if element is not None and element.tag != "html" else None
    for tag in _build(box, *more):
        if language and "Lang" not in tag:
            tag["Lang"] = tags.pydyf.String(language)
        yield tag


def mark_languages() -> None:
    """Give each tag of a PDF that is made from now on the ``lang`` that its element has in the HTML."""
    tags._build_box_tree = _build_with_language

"""Which templates a journey came to, so that no page is looked at by nobody."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from flask import Flask, template_rendered

OF_PAPER = frozenset(
    f"clinic/{name}.html"
    for name in ("paper_forms", "paper_start", "paper_typing", "paper_page", "paper_check", "rejected")
)
"""Pages of staff that tests/journeys/test_paper.py comes to."""
OF_PREVIEW = frozenset({"clinic/preview.html"})
"""Pages of staff that tests/journeys/test_preview.py comes to."""
OF_WAITING = frozenset({"clinic/waiting.html"})
"""The page of staff that loads itself anew until a file is there; tests/journeys/test_waiting.py comes to it."""


@contextmanager
def rendered(app: Flask) -> Iterator[set[str]]:
    """Collect the names of the templates that are rendered."""
    names: set[str] = set()

    def note(_app: Flask, template: Any, **_rest: Any) -> None:
        names.add(template.name)

    with template_rendered.connected_to(note, app):
        yield names

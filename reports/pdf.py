"""A Report as a tagged PDF (PDF/UA-1), made by WeasyPrint.

Nothing is fetched: the fetcher refuses every address, and the only fonts that exist for the renderer are those in
``reports/fonts`` (by `fonts.conf`), so that a report looks the same everywhere. The same Report gives the same
bytes, in any process: no clock, no random identifier.

Only a process that renders imports this module; see `reports.process`.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import NoReturn

FONTS = Path(__file__).parent / "fonts"
# Fontconfig reads it whenever a configuration is loaded, first when WeasyPrint is imported.
os.environ["FONTCONFIG_FILE"] = str(FONTS / "fonts.conf")

import weasyprint  # noqa: E402
from weasyprint.urls import URLFetcher  # noqa: E402

from reports.document import Labels, Report  # noqa: E402
from reports.html import render_html, render_paper_form_html  # noqa: E402
from reports.paper import Paper  # noqa: E402
from reports.paper_form import PaperForm  # noqa: E402

__all__ = ["Paper", "pdf_from_html", "render_html", "render_paper_form", "render_pdf", "warm_up"]


class RefusedFetchError(ValueError):
    """Something in the document asked for another file or address."""


class _NoFetcher(URLFetcher):  # type: ignore[misc]  # WeasyPrint has no types
    def fetch(self, url: str, headers: object = None) -> NoReturn:
        raise RefusedFetchError("A report fetches nothing.")


_FETCHER = _NoFetcher()


def render_pdf(report: Report, paper: Paper = "A4") -> bytes:
    """Return the report as PDF; ValueError for a paper that is neither "A4" nor "Letter"."""
    return pdf_from_html(render_html(report, paper))


def render_paper_form(form: PaperForm, paper: Paper = "A4") -> bytes:
    """Return a form to fill in with a pen as PDF; ValueError as for `render_pdf`."""
    return pdf_from_html(render_paper_form_html(form, paper))


def pdf_from_html(html: str) -> bytes:
    """Return a document of `reports.html` as PDF."""
    document = weasyprint.HTML(string=html, url_fetcher=_FETCHER)
    pdf: bytes = document.write_pdf(pdf_variant="pdf/ua-1")
    return pdf


def warm_up() -> None:
    """Render an empty report of no one, so that all that is loaded on first use is loaded."""
    nobody = Report(
        response_id="",
        title="",
        language="en",
        direction="ltr",
        labels=Labels(),
        patient_name="",
        running_header="",
        facts=(),
        reviewed="",
        provenance=(),
    )
    render_pdf(nobody)

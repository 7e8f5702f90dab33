"""A Report as one PDF for eyes, for reading aloud, for the archive and for machines, made by WeasyPrint.

It is PDF/A-3a and PDF/UA-1 at once (`archive`), and carries the report's attachments.

Nothing is fetched: the fetcher refuses every address, and the only fonts that exist for the renderer are those in
``reports/fonts`` (by `fonts.conf`), so that a report looks the same everywhere. The same Report gives the same
bytes, in any process: no clock, no random identifier.

Only a process that renders imports this module; see `reports.process`.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from functools import partial
from pathlib import Path
from typing import NoReturn

FONTS = Path(__file__).parent / "fonts"
# Fontconfig reads it whenever a configuration is loaded, first when WeasyPrint is imported.
os.environ["FONTCONFIG_FILE"] = str(FONTS / "fonts.conf")

import weasyprint  # noqa: E402
from weasyprint.urls import URLFetcher  # noqa: E402

from reports import archive  # noqa: E402
from reports.attachments import Attachment  # noqa: E402
from reports.document import Labels, Report  # noqa: E402
from reports.html import render_html, render_paper_form_html, render_patient_copy_html  # noqa: E402
from reports.paper import Paper  # noqa: E402
from reports.paper_form import PaperForm  # noqa: E402
from reports.patient_copy import PatientCopy  # noqa: E402
from reports.tag_language import mark_languages  # noqa: E402

__all__ = ["Paper", "pdf_from_html", "render_html", "render_paper_form", "render_patient_copy", "render_pdf", "warm_up"]


mark_languages()


class RefusedFetchError(ValueError):
    """Something in the document asked for another file or address."""


class _NoFetcher(URLFetcher):  # type: ignore[misc]  # WeasyPrint has no types
    def fetch(self, url: str, headers: object = None) -> NoReturn:
        raise RefusedFetchError("A report fetches nothing.")


_FETCHER = _NoFetcher()


def render_pdf(report: Report, paper: Paper = "A4") -> bytes:
    """Return the report as PDF; ValueError for a paper that is neither "A4" nor "Letter"."""
    return pdf_from_html(render_html(report, paper), report.attachments)


def render_paper_form(form: PaperForm, paper: Paper = "A4") -> bytes:
    """Return a form to fill in with a pen as PDF; ValueError as for `render_pdf`."""
    return pdf_from_html(render_paper_form_html(form, paper))


def render_patient_copy(copy: PatientCopy, paper: Paper = "A4") -> bytes:
    """Return a patient's own copy as PDF; ValueError as for `render_pdf`."""
    return pdf_from_html(render_patient_copy_html(copy, paper))


def pdf_from_html(html: str, attachments: Iterable[Attachment] = ()) -> bytes:
    """Return a document of `reports.html` as PDF."""
    # PDF wants them by name.
    named = {one.name: one for one in sorted(attachments, key=lambda one: one.name)}
    document = weasyprint.HTML(string=html, url_fetcher=_FETCHER)
    pdf: bytes = document.write_pdf(
        pdf_variant=archive.VARIANT,
        color_profiles={archive.OUTPUT_INTENT: archive.color_profile()},
        output_intent=archive.OUTPUT_INTENT,
        finisher=partial(archive.finish, media_types={name: one.media_type for name, one in named.items()}),
        attachments=[archive.embedded(one) for one in named.values()],
    )
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

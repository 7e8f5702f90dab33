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
from functools import lru_cache, partial
from pathlib import Path
from typing import NoReturn
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

FONTS = Path(__file__).parent / "fonts"
# Fontconfig reads it whenever a configuration is loaded, first when WeasyPrint is imported.
os.environ["FONTCONFIG_FILE"] = str(FONTS / "fonts.conf")

import weasyprint  # noqa: E402
from cssselect2 import ElementWrapper  # type: ignore[import-untyped]  # noqa: E402  # WeasyPrint's own
from weasyprint.urls import URLFetcher  # noqa: E402

from reports import archive  # noqa: E402
from reports.attachments import Attachment  # noqa: E402
from reports.document import Labels, Report  # noqa: E402
from reports.html import render_html, render_paper_form_html, render_patient_copy_html  # noqa: E402
from reports.paper import Paper  # noqa: E402
from reports.paper_form import PaperForm  # noqa: E402
from reports.patient_copy import PatientCopy  # noqa: E402

__all__ = ["Paper", "pdf_from_html", "render_html", "render_paper_form", "render_patient_copy", "render_pdf", "warm_up"]


class RefusedFetchError(ValueError):
    """Something in the document asked for another file or address."""


class _NoFetcher(URLFetcher):  # type: ignore[misc]  # WeasyPrint has no types
    def fetch(self, url: str, headers: object = None) -> NoReturn:
        raise RefusedFetchError("A report fetches nothing.")


_FETCHER = _NoFetcher()
_BASE = weasyprint.CSS(filename=Path(__file__).parent / "base.css")


_NOTHING = "<html></html>"


class _Document(weasyprint.HTML):  # type: ignore[misc]  # WeasyPrint has no types
    """An HTML document as `weasyprint.HTML` has it, made in a tenth of the time.

    It is read as XML, has our own base style, and its style sheet stands apart from it, read once for all documents.
    """

    def __init__(self, html: str) -> None:
        super().__init__(string=_NOTHING, url_fetcher=_FETCHER)
        self.etree_element = _parsed(html)
        self.wrapper_element = ElementWrapper.from_html_root(self.etree_element, content_language=None)
        self.style_sheets: list[weasyprint.CSS] = []
        for head in self.etree_element.findall("head"):
            for style in head.findall("style"):
                self.style_sheets.append(_style_sheet(style.text or ""))
                head.remove(style)

    def _ua_stylesheets(self, forms: bool = False) -> list[weasyprint.CSS]:
        return [_BASE]


def _parsed(html: str) -> Element:
    """Return the document's root. Ours are XML as well; what is not is left to WeasyPrint's parser, which is slow."""
    try:
        return ElementTree.fromstring(html)  # noqa: S314  # our own template, each text in it escaped
    except ElementTree.ParseError:
        root: Element = weasyprint.HTML(string=html, url_fetcher=_FETCHER).etree_element
        return root


@lru_cache(maxsize=20)
def _style_sheet(text: str) -> weasyprint.CSS:
    """Read a style sheet; there is one for each kind of document, paper and direction."""
    return weasyprint.CSS(string=text, url_fetcher=_FETCHER)


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
    document = _Document(html)
    pdf: bytes = document.write_pdf(
        stylesheets=document.style_sheets,
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

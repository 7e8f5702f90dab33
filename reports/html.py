"""A Report, a PaperForm or a PatientCopy as one HTML document, the source of the PDF.

The document stands alone: its style is inside it, it has no script and refers to no other file.
"""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from reports.characters import printable
from reports.document import Report
from reports.page_one import bands, fact_width, page_width, runs_over
from reports.paper import PAPERS, Paper
from reports.paper_form import PaperForm
from reports.patient_copy import PatientCopy
from reports.phrases import listed, pointed

_PAGE_OF = re.compile(r"(\{pages?\})")


def render_html(report: Report, paper: Paper = "A4") -> str:
    """Return the report as a standalone HTML document; ValueError for a paper that is not in ``PAPERS``."""
    if paper not in PAPERS:
        raise ValueError(f"Unknown paper {paper!r}; it is one of {', '.join(PAPERS)}.")
    lines = bands(report, paper)
    return (
        _environment()
        .get_template("report.html")
        .render(
            report=report,
            labels=report.labels,
            paper=paper,
            page_of=_PAGE_OF.split(report.labels.page_of),
            facts=[(fact, fact_width(fact, page_width(paper))) for fact in report.facts],
            bands=lines,
            runs_over=runs_over(report, lines, paper),
        )
    )


def render_paper_form_html(form: PaperForm, paper: Paper = "A4") -> str:
    """Return a form to fill in with a pen as a standalone HTML document; ValueError as for `render_html`."""
    if paper not in PAPERS:
        raise ValueError(f"Unknown paper {paper!r}; it is one of {', '.join(PAPERS)}.")
    template = _environment().get_template("paper_form.html")
    return template.render(form=form, labels=form.labels, paper=paper, page_of=_PAGE_OF.split(form.labels.page_of))


def render_patient_copy_html(copy: PatientCopy, paper: Paper = "A4") -> str:
    """Return a patient's own copy as a standalone HTML document; ValueError as for `render_html`."""
    if paper not in PAPERS:
        raise ValueError(f"Unknown paper {paper!r}; it is one of {', '.join(PAPERS)}.")
    template = _environment().get_template("patient_copy.html")
    return template.render(copy=copy, paper=paper, page_of=_PAGE_OF.split(copy.page_of))


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_finalize,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals |= {"listed": listed, "pointed": pointed}
    return environment


def _finalize(value: object) -> object:
    """Make every printed text printable; what a macro made has been through here."""
    return printable(value) if isinstance(value, str) and not isinstance(value, Markup) else value

"""What is wrapped of WeasyPrint's own: another version that does it in another way is refused, and says so."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

import pytest
import weasyprint
from weasyprint.pdf import tags

from reports import pdf as reports_pdf
from reports import tagging
from reports.html import render_html, render_paper_form_html
from reports.pdf import render_pdf
from reports.process import Renderer, RenderError
from screening.blank import blank
from tests.support.definitions import fixture
from tests.support.reports import FORMS, ROOT, asked, own, patient_report, report_of


def test_a_version_without_the_wrapped_function_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(tags, tagging.BUILDER)
    with pytest.raises(tagging.RendererChangedError, match=rf"WeasyPrint {weasyprint.__version__}: .* has no _build"):
        tagging.builder()


def test_a_version_whose_function_takes_something_else_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    def build(box: Any, parent: Any, pdf: Any, page: Any) -> None: ...

    monkeypatch.setattr(tags, tagging.BUILDER, build)
    with pytest.raises(tagging.RendererChangedError, match="takes box, parent, pdf, page, not box, parent, pdf, page_"):
        tagging.builder()


def test_a_version_that_calls_another_function_makes_no_report(monkeypatch: pytest.MonkeyPatch) -> None:
    """The function is there, and what makes the tags does not come by it any more."""
    monkeypatch.setattr(tags, tagging.BUILDER, tagging._build_box_tree)
    with pytest.raises(tagging.RendererChangedError, match="was not called"):
        render_pdf(report_of(asked(1)))


def test_the_process_that_renders_tells_why_it_can_not() -> None:
    """Where WeasyPrint is another one, the operator reads so, and not that the renderer ended."""
    script = (
        "import sys; from reports import worker; import weasyprint.pdf.tags as tags;"
        "del tags._build_box_tree; worker.main(5)"
    )
    request = b'{"paper": "A4", "report": "{}"}'
    done = subprocess.run(
        [sys.executable, "-c", script],
        cwd=ROOT,
        input=len(request).to_bytes(8, "big") + request,
        capture_output=True,
        check=True,
    )
    assert done.stdout[8:].startswith(b"-RendererChangedError: WeasyPrint ")
    assert b"requirements.txt" in done.stdout


def test_a_report_that_can_not_be_made_keeps_its_words_to_itself() -> None:
    with Renderer() as renderer, pytest.raises(RenderError) as told:
        renderer._request({"paper": "A4", "report": '{"patient_name": "Maren Holt"}'}, 10)
    assert "Maren" not in str(told.value)


@pytest.mark.parametrize("form", FORMS)
def test_reports_and_forms_are_read_by_the_fast_parser(form: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """They are XML as well as HTML: what is not goes to WeasyPrint's own parser, which takes ten times as long."""
    hostile = own("</p> & <b> \x00 \x0b \ud800 \ufffe \uffff ]]> &nbsp; \r\n")
    documents = [
        render_html(patient_report(form, "arabic")),
        render_html(report_of(asked(1, hostile, long=True))),
        render_paper_form_html(blank(fixture("grid"), fixture("grid"))),
    ]
    monkeypatch.setattr(weasyprint, "HTML", None)
    assert [reports_pdf._parsed(document).tag for document in documents] == ["html"] * 3

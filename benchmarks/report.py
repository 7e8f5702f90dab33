"""The report: what is added to WeasyPrint's own work, what a page costs, how it grows."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from io import BytesIO
from pathlib import Path

import pikepdf
import weasyprint

from benchmarks.measure import Figure, median_seconds, paired
from reports import archive
from reports.document import Labels, Line, Question, Report, Section, Words
from reports.pdf import pdf_from_html, render_html, render_paper_form, render_pdf
from reports.process import REPORTS_PER_CHILD, TIMEOUT, Renderer
from tests.support.long_form import long_paper_form, long_report
from tests.support.reports import FORMS, PATIENTS, patient_report

QUESTIONS_A_SECTION = 10


def run() -> Iterator[Figure]:
    """Measure in this process, warm."""
    reports = {f"{form}, {patient}": patient_report(form, patient) for form in FORMS for patient in PATIENTS}
    intake = reports["detachment-intake, thoughtful"]
    html = render_html(intake)
    pair = paired(partial(render_pdf, intake), partial(by_weasyprint_alone, html), rounds=9)
    yield Figure("report: Report -> PDF / WeasyPrint on the finished HTML", pair.ratio, target=1.10)
    automatic = html.replace("</style>", ".topic table { table-layout: auto }\n</style>")
    pair = paired(partial(pdf_from_html, html), partial(pdf_from_html, automatic), rounds=5)
    yield Figure("report: against the same content with automatic tables", pair.ratio, target=0.75)
    seconds = pages = 0.0
    for report in reports.values():
        seconds += median_seconds(partial(render_pdf, report), rounds=3, warm_up=1)
        pages += pages_of(render_pdf(report))
    yield Figure("report: CPU a page, over the four forms and three patients each", seconds / pages * 1000, "ms", 60)
    small, large = questions(200), questions(5000)
    each_small = median_seconds(partial(render_pdf, small), rounds=3) / 200
    each_large = median_seconds(partial(render_pdf, large), rounds=1, warm_up=0) / 5000
    yield Figure("report: a question of 5,000 / a question of 200", each_large / each_small, target=1.3)
    yield from of_500_questions()
    yield from memory([report for name, report in reports.items() if "checkin" in name])


def of_500_questions() -> Iterator[Figure]:
    """Measure a long form against the time that a renderer has for one document."""
    report, form = long_report(), long_paper_form()
    makers = {"report": partial(render_pdf, report), "paper form": partial(render_paper_form, form)}
    for what, make in makers.items():
        taken = median_seconds(make, rounds=1, warm_up=0)
        yield Figure(f"report: a form of 500 questions as a {what}", taken, "CPU s", TIMEOUT)


def by_weasyprint_alone(html: str) -> bytes:
    """Return a document as WeasyPrint makes it by itself: its own parser and style, and nothing that we add."""
    pdf: bytes = weasyprint.HTML(string=html).write_pdf(
        pdf_variant=archive.VARIANT,
        color_profiles={archive.OUTPUT_INTENT: archive.color_profile()},
        output_intent=archive.OUTPUT_INTENT,
    )
    return pdf


def memory(reports: list[Report]) -> Iterator[Figure]:
    """Measure a child's memory when it is replaced against that after 50 reports; in between it only grows."""
    with Renderer() as renderer:
        for made in range(1, REPORTS_PER_CHILD):
            renderer.render(reports[made % len(reports)])
            if made == 50:
                early = resident(renderer)
        yield Figure("report: renderer's memory, at most / after 50 reports", resident(renderer) / early, target=1.3)


def resident(renderer: Renderer) -> float:
    """Return the child's resident memory in kB."""
    assert renderer._child is not None
    status = Path(f"/proc/{renderer._child.pid}/status").read_text()
    (line,) = (line for line in status.splitlines() if line.startswith("VmRSS"))
    return float(line.split()[1])


def pages_of(pdf: bytes) -> int:
    """Count the pages of a PDF."""
    with pikepdf.open(BytesIO(pdf)) as document:
        return len(document.pages)


def questions(count: int) -> Report:
    """Return a report of this many short questions."""
    words = (Words(text="Some days"),)
    asked = [
        Question(
            anchor=f"question-{number}",
            number=number,
            text=Words(text=f"How often did you feel far away from people in the evening, on day {number}?"),
            answer=words,
            options=("Never", "Some days"),
        )
        for number in range(1, count + 1)
    ]
    return Report(
        response_id="R-1",
        title="Days",
        language="en",
        direction="ltr",
        labels=Labels(),
        patient_name="Maren Holt",
        running_header="Maren Holt, born 12 May 1988",
        facts=(),
        reviewed="Not yet reviewed",
        provenance=("Days, version 1",),
        lines=tuple(
            Line(
                first=number,
                last=number,
                label="Far from people",
                answer=words,
                state="answered",
                state_label="",
                anchor=f"question-{number}",
            )
            for number in range(1, count + 1)
        ),
        sections=tuple(
            Section(
                anchor=f"page-{start}",
                title=f"Part {start // QUESTIONS_A_SECTION + 1}",
                questions=tuple(asked[start : start + QUESTIONS_A_SECTION]),
            )
            for start in range(0, count, QUESTIONS_A_SECTION)
        ),
    )

"""The golden files of the report: text and structure of PDFs, as they should be. Make them anew with

    .venv/bin/python -m tests.support.golden

and look at the difference before committing it. docs/decisions/0084-golden-files.md says what is in them, and why.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache, partial
from pathlib import Path

from reports.document import Report
from reports.html import render_html
from reports.pdf import pdf_from_html
from tests.support.reports import FORMS, PATIENTS, ROOT, complete_report, history_report
from tests.support.structure import structure

GOLDEN = ROOT / "tests" / "reports" / "golden"

CASES: Mapping[str, Callable[[], Report]] = {
    f"{form}.{patient}": partial(complete_report, form, patient) for form in FORMS for patient in PATIENTS
} | {"detachment-checkin.five-visits": history_report}
"""Name of the file -> what makes the report."""

_PAPER = "size: A4"
_ENDLESS = "size: 20000mm 20000mm"
"""Paper on which no text needs a second line: where lines and pages end depends on the libraries of the machine."""


def golden_path(case: str) -> Path:
    """Return the file of a case."""
    return GOLDEN / f"{case}.txt"


@cache
def on_endless_paper(case: str) -> bytes:
    """Return a case's PDF as a golden file tells of it."""
    report = CASES[case]()
    html = render_html(report)
    assert html.count(_PAPER) == 1
    return pdf_from_html(html.replace(_PAPER, _ENDLESS), report.attachments)


def read_back(case: str) -> str:
    """Return text and structure of a case's PDF, as they are now."""
    return structure(on_endless_paper(case))


def main() -> None:
    """Write all golden files, and remove those of no case."""
    GOLDEN.mkdir(exist_ok=True)
    for path in GOLDEN.iterdir():
        if path.stem not in CASES:
            path.unlink()
    for case in CASES:
        golden_path(case).write_text(read_back(case), "utf-8")


if __name__ == "__main__":
    main()

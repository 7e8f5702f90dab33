"""Whatever a patient types is printed as typed; it fetches nothing and breaks nothing."""

from __future__ import annotations

import pytest
import weasyprint.urls

from reports.document import Report
from reports.pdf import pdf_from_html, render_pdf
from tests.support import pdf
from tests.support.reports import asked, own, report_of

MARKUP = (
    '<link rel=attachment href="file:///etc/passwd">',
    '<img src="http://127.0.0.1:9/x.png">',
    '<svg><image href="http://127.0.0.1:9/x.svg"/></svg>',
    "<style>@import url(http://127.0.0.1:9/x.css); * { color: red }</style>",
    "</style></td></table><script>alert(1)</script>",
    "{{ 7 * 7 }} {% include '/etc/passwd' %} &lt; &amp;amp;",
)


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Addresses that the renderer's own way of fetching was asked to open."""
    addresses: list[str] = []

    def note(_: object, url: str, headers: object = None) -> None:
        addresses.append(url)

    monkeypatch.setattr(weasyprint.urls.URLFetcher, "fetch", note)
    return addresses


def everywhere(typed: str) -> Report:
    """Return a report with a text in every place that takes what someone typed."""
    return report_of(
        asked(1, own(typed), long=True),
        asked(2, own(typed, label=typed), options=(typed,), help=typed, context=typed),
        patient_name=typed,
        running_header=typed,
        title=typed,
        reviewed=typed,
        provenance=(typed,),
        withheld=(typed,),
        response_id=typed,
        keywords=(typed,),
    )


@pytest.mark.parametrize("typed", MARKUP)
def test_markup_is_printed_as_typed_and_fetches_nothing(typed: str, opened: list[str]) -> None:
    made = render_pdf(report_of(asked(1, own(typed), long=True)))
    assert typed.replace(" ", "") in pdf.text(made).replace(" ", "")
    made = render_pdf(everywhere(typed))
    assert b"/EmbeddedFile" not in made
    assert opened == []


def test_even_a_document_that_asks_for_something_gets_nothing(opened: list[str]) -> None:
    made = pdf_from_html(
        '<html lang="en"><title>x</title><img alt="x" src="http://127.0.0.1:9/x.png"><p>Still here.</p>'
    )
    assert "Still here." in pdf.text(made)
    assert opened == []


def test_a_word_of_2000_characters_stays_on_the_paper() -> None:
    made = render_pdf(report_of(asked(1, own("x" * 2000), long=True), asked(2, own("y" * 200))))
    words = pdf.text(made)
    assert words.count("x") > 2000
    longest = max((piece for page in pdf.page_texts(made) for piece in page.split("\n")), key=len)
    assert len(longest) < 140


def test_control_characters_and_overrides_are_shown() -> None:
    words = pdf.text(render_pdf(everywhere("a\x00b\x07c\x1bd\u202ee\ud800f\ufffeg")))
    for code in ("U+0000", "U+0007", "U+001B", "U+202E", "U+D800", "U+FFFE"):
        assert code in words


def test_a_hundred_lines_in_every_answer_are_printed() -> None:
    text = "\n".join(f"{number}" for number in range(100))
    pages = pdf.page_texts(render_pdf(report_of(*(asked(n, own(text), long=True) for n in range(1, 9)), lines=())))
    assert sum(page.split("\n").count("99") for page in pages) == 8


def test_a_report_of_500_questions_is_printed() -> None:
    made = render_pdf(report_of(*(asked(number, own("Some days")) for number in range(1, 501))))
    words = pdf.text(made)
    assert [n for n in range(1, 501) if f"day {n}?" not in words] == []

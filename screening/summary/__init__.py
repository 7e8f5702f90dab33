"""Definition + answers + facts -> `reports.document.Report`.

A pure function: no database, no clock. Nothing here looks at what was answered except to put it into words, to show
why a question was asked, and to find the one exact answer that a clinic asked to see first.
"""

from screening.summary.facts import (
    Approval,
    AttentionSetting,
    EarlierResponse,
    Entry,
    FilledIn,
    PaperFacts,
    Reader,
    ResponseFacts,
    ReviewFacts,
)
from screening.summary.report import side_by_side, summarise
from screening.summary.wording import Wording

__all__ = [
    "Approval",
    "AttentionSetting",
    "EarlierResponse",
    "Entry",
    "FilledIn",
    "PaperFacts",
    "Reader",
    "ResponseFacts",
    "ReviewFacts",
    "Wording",
    "side_by_side",
    "summarise",
]

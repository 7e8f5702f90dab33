"""Who reads reports: a language, with all fixed words in it, and a time zone. Knows no database."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import tzinfo

from reports.document import Labels
from screening.summary import Reader, Wording
from screening.translations import translated

_QUOTES: Mapping[str, tuple[str, str]] = {"es": ("«", "»"), "ar": ("«", "»")}
"""Marks around the patient's own words, where a language has others than English."""


def reader_in(language: str, zone: tzinfo) -> Reader:
    """Return somebody who reads reports in this language (BCP 47), in this time zone, with all fixed words in it."""
    labels = translated(Labels(), language)
    quote = _QUOTES.get(language.split("-")[0], labels.quote)
    return Reader(
        locale="en-GB" if language == "en" else language,
        time_zone=zone,
        wording=translated(Wording(), language),
        labels=replace(labels, quote=quote),
    )

"""What is printed for a character that can't be."""

from __future__ import annotations

import pytest

from reports.characters import printable


@pytest.mark.parametrize(
    "typed",
    [
        "Plain words, and “quotes” – with a dash…",
        "Žluťoučký kůň, Ελληνικά, Кириллица, العربية، שלום",
        "two\nlines and a\ttab",
        "5 ≥ 4 → ☑ ❤\ufe0f",
        "joined \u200d, marked \u200e and \u200f, isolated \u2068x\u2069",
    ],
)
def test_what_has_a_glyph_stays_as_typed(typed: str) -> None:
    assert printable(typed) == typed


@pytest.mark.parametrize(
    ("typed", "printed"),
    [
        ("so sad 😢", "so sad [U+1F622 crying face]"),
        ("😢😭!", "[U+1F622 crying face, U+1F62D loudly crying face]!"),
        ("👩\u200d👧", "[U+1F469 woman, U+1F467 girl]"),
        ("🙏🏽", "[U+1F64F person with folded hands]"),
        ("👍🏽", "👍"),
        ("中文", "[U+4E2D, U+6587]"),
        ("a\x07b", "a[U+0007]b"),
        ("a\u202eb", "a[U+202E]b"),
        ("\ud800", "[U+D800]"),
        ("one\r\ntwo\rthree\u2028four", "one\ntwo\nthree\nfour"),
    ],
)
def test_what_has_none_is_told_by_its_code_point(typed: str, printed: str) -> None:
    assert printable(typed) == printed

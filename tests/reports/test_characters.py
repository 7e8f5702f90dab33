"""What is printed for a character that can't be."""

from __future__ import annotations

import pytest

from reports.characters import printable
from reports.legible import legible


@pytest.mark.parametrize(
    "typed",
    [
        "Plain words, and “quotes” – with a dash…",
        "Žluťoučký kůň, Ελληνικά, Кириллица, العربية، שלום",
        "two\nlines and a\ttab",
        "5 ≥ 4 → ☑ ❤\ufe0f",
        "so sad 😢 👩\u200d👧 👍🏽 🇨🇿",
        "joined \u200d, marked \u200e and \u200f, isolated \u2068x\u2069",
    ],
)
def test_what_has_a_glyph_stays_as_typed(typed: str) -> None:
    assert printable(typed) == typed


@pytest.mark.parametrize(
    ("typed", "printed"),
    [
        # A sequence means the same without what the joiner makes needless.
        ("🏳\ufe0f\u200d🌈", "🏳\u200d🌈"),
        # Hidden letters of flags of regions.
        ("🏴\U000e0067\U000e007f", "🏴[U+E0067, U+E007F]"),
        ("中文", "[U+4E2D, U+6587]"),
        ("a\x07b", "a[U+0007]b"),
        ("a\u202eb", "a[U+202E]b"),
        ("\ud800", "[U+D800]"),
        ("a" + "\u0301" * 8 + "b", "a" + "\u0301" * 8 + "b"),
        ("a" + "\u0301" * 500 + "b", "a" + "\u0301" * 8 + "[U+0301]b"),
        ("a" + "\u0301\u200d" * 500, "a" + "\u0301\u200d" * 8 + "[U+0301]"),
        ("one\r\ntwo\rthree\u2028four", "one\ntwo\nthree\nfour"),
    ],
)
def test_what_has_none_is_told_by_its_code_point(typed: str, printed: str) -> None:
    assert printable(typed) == printed


@pytest.mark.parametrize("typed", ["so sad 😢", "👍🏽", "👩\u200d👧", "中文", "two\nlines"])
def test_a_screen_shows_what_the_readers_own_fonts_have(typed: str) -> None:
    assert legible(typed) == typed


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("a\x07b", "a[U+0007]b"),
        ("a\u202eb", "a[U+202E]b"),
        ("\ud800", "[U+D800]"),
        ("a\u0301" + "\u0302" * 99, "a\u0301" + "\u0302" * 7 + "[U+0302]"),
    ],
)
def test_a_screen_shows_nothing_that_acts_unseen(typed: str, shown: str) -> None:
    assert legible(typed) == shown

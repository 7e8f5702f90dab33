"""Syllables, sentences and the reading level."""

from __future__ import annotations

import pytest

from screening.definition.readability import grade, sentences, syllables, words


@pytest.mark.parametrize(
    ("word", "count"),
    [
        ("medicine", 3),
        ("feel", 1),
        ("people", 2),
        ("Different", 3),
        ("someone's", 2),
        ("don’t", 1),
        ("neighbours", 2),
        ("2", 1),
        ("xyzzy", 1),
    ],
)
def test_syllables_are_those_that_are_spoken(word, count):
    assert syllables(word) == count


def test_sentences_end_at_full_stops_and_line_ends():
    assert sentences("Stop. Go!  Why? A list\nof two … 3.5 days") == [
        "Stop.",
        "Go!",
        "Why?",
        "A list",
        "of two …",
        "3.5 days",
    ]


def test_words_are_counted_without_punctuation():
    assert words("It's a well-known “fact”, isn’t it?") == ["It's", "a", "well", "known", "fact", "isn’t", "it"]


def test_the_grade_is_flesch_and_kincaids():
    # 6 words, 1 sentence, 6 syllables: 0.39 * 6 + 11.8 * 1 - 15.59
    assert grade(["The cat sat on the mat."]) == pytest.approx(-1.45)
    assert grade([]) == 0
    assert grade(["Considerable instability characterises communication."]) > 20

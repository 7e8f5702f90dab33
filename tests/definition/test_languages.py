"""What is known of a language by its tag."""

from __future__ import annotations

import pytest

from screening.definition.languages import direction, is_known, name_of


@pytest.mark.parametrize(
    ("language", "expected"),
    [("en", "ltr"), ("es", "ltr"), ("pt-BR", "ltr"), ("ar", "rtl"), ("ar-EG", "rtl"), ("he", "rtl"), ("fa", "rtl")],
)
def test_a_language_runs_its_own_way(language: str, expected: str) -> None:
    assert direction(language) == expected


@pytest.mark.parametrize("language", ["qqq", "zz", "", "en_GB", "../ar"])
def test_what_is_no_language_is_not_known_and_runs_like_english(language: str) -> None:
    assert not is_known(language)
    assert direction(language) == "ltr"
    assert name_of(language) == language


def test_a_language_has_a_name_of_its_own_and_one_for_the_reader() -> None:
    assert name_of("ar") == "العربية"
    assert name_of("ar", "es") == "árabe"
    assert name_of("pt-BR", "en") == "Portuguese (Brazil)"

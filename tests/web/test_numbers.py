"""Numbers as they come from an address or a form."""

from __future__ import annotations

import pytest

from screening.web.numbers import read_number


@pytest.mark.parametrize(("text", "number"), [("0", 0), ("7", 7), ("007", 7), ("999999999", 999_999_999)])
def test_a_number_of_few_digits_is_read(text: str, number: int) -> None:
    assert read_number(text) == number


@pytest.mark.parametrize("text", ["", " 7", "-1", "+1", "1.0", "1e3", "٣", "²", "x", "1234567890"])
def test_anything_else_is_no_number(text: str) -> None:
    assert read_number(text) is None

"""Numbers as they come from an address or a form."""

from __future__ import annotations

_MOST_DIGITS = 9
"""What every database holds as an integer."""


def read_number(text: str) -> int | None:
    """Read a number of few plain digits; None for anything else."""
    return int(text) if text.isascii() and text.isdigit() and len(text) <= _MOST_DIGITS else None

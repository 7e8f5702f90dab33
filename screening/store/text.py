"""What may stand in a name."""

from __future__ import annotations

_JOINERS = dict.fromkeys(map(ord, "\u200c\u200d"))
"""Zero-width joiner and non-joiner: Persian, Urdu and Indic names are spelt with them."""

UNPRINTABLE = "The name holds characters that can't be seen, perhaps from copying. Type it by hand."


def is_line(text: str) -> bool:
    """Tell whether a text is one line of characters that can be printed, joiners between letters included."""
    return text.translate(_JOINERS).isprintable()

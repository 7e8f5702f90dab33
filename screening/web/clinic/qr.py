"""A QR code as the path of an SVG element, so that the page needs neither a picture's address nor a script."""

from __future__ import annotations

from dataclasses import dataclass

import segno

_QUIET_ZONE = 4
"""Empty modules around the code that readers need (ISO/IEC 18004)."""


@dataclass(frozen=True, slots=True)
class QrCode:
    """``size`` modules on each side, the quiet zone included; ``path`` draws the dark ones, one unit each."""

    size: int
    path: str


def qr_code(text: str) -> QrCode:
    """Return the QR code of a text, with medium error correction: a slip of paper gets creased."""
    matrix = segno.make_qr(text, error="m").matrix
    runs = []
    for y, row in enumerate(matrix):
        x = 0
        while x < len(row):
            length = next((i for i, dark in enumerate(row[x:]) if not dark), len(row) - x)
            if length:
                runs.append(f"M{x + _QUIET_ZONE} {y + _QUIET_ZONE}h{length}v1h-{length}z")
            x += max(length, 1)
    return QrCode(len(matrix) + 2 * _QUIET_ZONE, "".join(runs))

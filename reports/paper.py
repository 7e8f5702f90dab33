"""The paper a report is printed on."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, TypeAlias, get_args

Paper: TypeAlias = Literal["A4", "Letter"]
PAPERS: tuple[Paper, ...] = get_args(Paper)

SIZES: Mapping[Paper, tuple[float, float]] = {"A4": (210.0, 297.0), "Letter": (215.9, 279.4)}
"""Width and height in millimetres."""

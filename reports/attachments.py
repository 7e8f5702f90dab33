"""Files that a report carries inside its PDF, for other software: text, with a name, a type and a fixed date."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

Relationship: TypeAlias = Literal["Source", "Supplement"]
"""What a file is to the report (ISO 32000-2, 7.11.3): what the report was made from, or what helps to read it."""

UNDATED = "1970-01-01T00:00:00Z"
"""The date of a file whose date nobody knows; PDF/A wants one, and the clock's would differ each time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Attachment:
    """One file. ``modified`` is in ISO 8601, in UTC and whole seconds: "2026-05-12T07:30:00Z"."""

    name: str
    media_type: str
    relationship: Relationship
    description: str
    content: str
    modified: str = UNDATED

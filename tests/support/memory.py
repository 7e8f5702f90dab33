"""Where the tests' files lie: in memory, where there is enough of it.

A database for each test is some hundred small files; on a slow disk making one takes twenty times as long.
"""

from __future__ import annotations

import shutil
from pathlib import Path

_MEMORY = Path("/dev/shm")  # what is made in it has a name and a mode of its own
_ENOUGH = 4_000_000_000
"""Bytes that must be free; containers often have 64 MB there."""


def memory() -> str | None:
    """Return a folder in memory; None where the usual one for temporary files must do."""
    is_enough = _MEMORY.is_dir() and shutil.disk_usage(_MEMORY).free >= _ENOUGH
    return str(_MEMORY) if is_enough else None

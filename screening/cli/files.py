"""Writing what a command makes into a file."""

from __future__ import annotations

from pathlib import Path

from screening.cli import Refused


def write_whole(path: Path, text: str) -> None:
    """Write the file whole or not at all; Refused if it can't be written."""
    beside = path.with_name(f".{path.name}.new")
    try:
        beside.write_text(text, encoding="utf-8", newline="\n")
        beside.replace(path)
    except OSError as error:
        beside.unlink(missing_ok=True)
        raise Refused(f"{path}: the file can't be written: {error.strerror or error}") from None

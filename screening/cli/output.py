"""Where a command writes what it made."""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path

from screening.cli import Refused


def write_output(path: Path, content: bytes) -> None:
    """Write a file as a whole or not at all; ``-`` is standard output. Refused if it can't be written."""
    if str(path) == "-":
        sys.stdout.buffer.write(content)
        sys.stdout.buffer.flush()
        return
    try:
        with tempfile.NamedTemporaryFile(dir=path.parent, prefix=f".{path.name}.", delete=False) as unfinished:
            unfinished.write(content)
        temporary = Path(unfinished.name)
        temporary.chmod(0o666 & ~_umask())
        try:
            temporary.replace(path)
        except OSError:
            temporary.unlink()
            raise
    except OSError as error:
        raise Refused(f"{path}: {error.strerror}") from None


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask

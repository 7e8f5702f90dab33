"""Writing what a command made: a file as a whole or not at all."""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path

from screening.cli import Refused


def write_whole(path: Path, content: bytes) -> None:
    """Write a file as a whole or not at all; ``-`` is standard output. Refused where it can't be written."""
    if str(path) == "-":
        sys.stdout.buffer.write(content)
        sys.stdout.buffer.flush()
        return
    try:
        with tempfile.NamedTemporaryFile(dir=path.parent, prefix=f".{path.name}.", delete=False) as unfinished:
            temporary = Path(unfinished.name)
            try:
                unfinished.write(content)
                unfinished.flush()
                temporary.chmod(0o666 & ~_umask())
                temporary.replace(path)
            except BaseException:
                temporary.unlink()
                raise
    except OSError as error:
        raise Refused(f"{path}: can't be written ({error.strerror})") from None


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask

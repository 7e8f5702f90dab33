"""Writing what a command made: a file as a whole or not at all."""

from __future__ import annotations

import os
import sys
import tempfile
import unicodedata
from dataclasses import replace
from pathlib import Path

import click

from reports.document import Report
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


def tell_missing(report: Report) -> None:
    """Say on standard error which characters of a report no font has; the PDF shows their code points."""
    from reports.characters import missing  # reads all fonts

    found = missing(replace(report, attachments=()))
    if found:
        names = ", ".join(f"U+{ord(one):04X} {unicodedata.name(one, '')}".rstrip() for one in found[:10])
        more = f" and {len(found) - 10} more" if len(found) > 10 else ""
        click.echo(f"No font for {names}{more}: shown by code point.", err=True)


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask

"""Which programs and files a PDF comes from: as long as this is the same, the same Report gives the same bytes."""

from __future__ import annotations

import hashlib
from functools import cache
from importlib.metadata import version
from pathlib import Path

_FOLDER = Path(__file__).parent
_PACKAGES = ("cssselect2", "fonttools", "jinja2", "pillow", "pydyf", "pyphen", "tinycss2", "tinyhtml5", "weasyprint")
_LIBRARIES = ("libpango-1.0.so.0", "libharfbuzz.so.0", "libfontconfig.so.1")
"""The system's libraries that shape text; their file names end in their versions."""
_LIBRARY_FOLDERS = ("/lib", "/usr/lib", "/usr/local/lib")


@cache
def edition() -> str:
    """Return 64 hexadecimal digits over the renderer's code, templates, fonts, packages and libraries.

    Loads none of them, so that a web process may ask.
    """
    digest = hashlib.sha256()
    for path in sorted(_FOLDER.rglob("*")):
        if path.is_file() and path.suffix != ".pyc":
            digest.update(f"{path.relative_to(_FOLDER)}\0".encode())
            digest.update(hashlib.sha256(path.read_bytes()).digest())
    for name in made_with():
        digest.update(f"{name}\0".encode())
    return digest.hexdigest()


def made_with() -> tuple[str, ...]:
    """Return what a PDF is made with: packages with their versions, then the system's libraries by their file names.

    Where the same Report gives other bytes on another machine, one of these is another one there.
    """
    return (*(f"{package} {version(package)}" for package in _PACKAGES), *sorted(_libraries()))


def _libraries() -> set[str]:
    return {
        found.resolve().name
        for folder in _LIBRARY_FOLDERS
        for library in _LIBRARIES
        for found in (*Path(folder).glob(library), *Path(folder).glob(f"*/{library}"))
    }

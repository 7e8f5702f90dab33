"""A PDF as a printer puts it on paper: pixels in grey or in black alone, and where words stand. By poppler-utils."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from typing import Literal, TypeAlias
from xml.etree import ElementTree

from PIL import Image, ImageChops

Ink: TypeAlias = Literal["colour", "grey", "black"]
_OPTIONS: dict[Ink, list[str]] = {"colour": [], "grey": ["-gray"], "black": ["-mono"]}
DOTS = 200
"""Dots an inch: those of a fax machine, the worst printer that a report meets."""

_NEARLY = 16
"""Tones of grey within which a letter counts as in one tone: its edges are softer."""

Box: TypeAlias = tuple[float, float, float, float]
"""Left, top, right and bottom in points, from the top left corner of the page."""


@dataclass(frozen=True, slots=True)
class Word:
    """A word on a page; pages count from 0."""

    text: str
    page: int
    box: Box

    @property
    def height(self) -> float:
        """Return the height of its line in points."""
        return self.box[3] - self.box[1]


def pages(pdf: bytes, ink: Ink, dots: int = DOTS) -> list[Image.Image]:
    """Return the pages as they come out of a printer that has this ink."""
    made = _run("pdftoppm", "-r", str(dots), *_OPTIONS[ink], "-", stdin=pdf)
    return list(_pictures(made))


def words(pdf: bytes) -> list[Word]:
    """Return all words on the pages, however small or pale."""
    found: list[Word] = []
    root = ElementTree.fromstring(_run("pdftotext", "-bbox", "-", "-", stdin=pdf))
    space = "{http://www.w3.org/1999/xhtml}"
    for number, page in enumerate(root.iter(f"{space}page")):
        for word in page.iter(f"{space}word"):
            left, top, right, bottom = (float(word.attrib[side]) for side in ("xMin", "yMin", "xMax", "yMax"))
            found.append(Word(word.text or "", number, (left, top, right, bottom)))
    return found


def darkest(picture: Image.Image, box: Box) -> int:
    """Return the darkest grey in a box, 0 for black to 255 for white."""
    low, _ = _cut(picture, box).convert("L").getextrema()
    return int(low)  # type: ignore[arg-type]  # a picture in grey has one channel


def kept(grey: Image.Image, black: Image.Image, box: Box) -> float:
    """Return which part of what is printed in full tone in a box is black where there is no grey.

    A printer without grey puts dots in its place: letters in grey get holes.
    """
    least = darkest(grey, box) + _NEARLY
    full = _cut(grey, box).convert("L").point([255 if tone <= least else 0 for tone in range(256)])
    printed = ImageChops.invert(_cut(black, box).convert("L"))
    return ImageChops.darker(full, printed).histogram()[255] / full.histogram()[255]


def contrast(grey: int) -> float:
    """Return the contrast of a grey (0 to 255) with white paper, 1 to 21, as WCAG 2 counts it."""
    part = grey / 255
    luminance = part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4
    return 1.05 / (luminance + 0.05)


def _cut(picture: Image.Image, box: Box) -> Image.Image:
    left, top, right, bottom = (side * DOTS / 72 for side in box)
    return picture.crop((int(left), int(top), int(right) + 1, int(bottom) + 1))


def _pictures(stream: bytes) -> Iterator[Image.Image]:
    """Yield the pictures of a stream of PPM, PGM or PBM, each a head of three lines or two and then its pixels."""
    while stream:
        kind, size, rest = stream.split(b"\n", 2)
        width, height = map(int, size.split())
        if kind == b"P4":
            length = (width + 7) // 8 * height
            head = b"\n".join((kind, size, b""))
        else:
            deepest, rest = rest.split(b"\n", 1)
            length = width * height * (3 if kind == b"P6" else 1)
            head = b"\n".join((kind, size, deepest, b""))
        with Image.open(BytesIO(head + rest[:length])) as picture:
            picture.load()
            yield picture
        stream = rest[length:]


def _run(*command: str, stdin: bytes) -> bytes:
    return subprocess.run(command, input=stdin, capture_output=True, check=True).stdout

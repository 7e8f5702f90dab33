"""A questionnaire on paper as data: frozen dataclasses of primitives, in the order in which they are read.

A `PaperForm` is all that the printed form shows. It is filled by `screening.blank`; it holds no answer and nothing of a
patient. Conditions are words already ("Answer only if question 11 is Yes").
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

from reports.document import Direction

Layout: TypeAlias = Literal["text", "heading", "boxes", "scale", "lines", "cells", "grid", "entries"]
"""How a part is answered.

``text`` and ``heading`` are not; ``boxes`` are ticked, below each other; a ``scale`` is boxes in a row; ``lines`` are
written on over the full width; ``cells`` are short places to write with words around them (a date, a number with its
unit); a ``grid`` is a table of boxes; ``entries`` are parts that are asked again and again.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class PaperOption:
    """A box with its words. ``then`` says where to go on ("go to question 12"); ``write`` asks for own words."""

    text: str
    then: str = ""
    write: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class PaperCell:
    """A short place to write: ``width`` in millimetres, with the words before and after it."""

    width: int
    before: str = ""
    after: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PaperRow:
    """One row of a grid, a question of its own."""

    number: str
    text: str
    only_if: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PaperEntry:
    """One entry of a question that is answered by entries ("Medicine 2")."""

    label: str
    parts: tuple[PaperPart, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PaperPart:
    """A question, a text or a heading.

    ``number`` is "" for what asks nothing. ``how`` tells how to answer ("Tick all that apply"), ``only_if`` for whom
    the question is, ``after`` what to do when there is no room left. ``lines`` counts the lines to write on;
    ``repeats`` how often ``cells`` or a line stand there, each behind a number. ``ends`` are the words at both ends of
    a scale. ``wide`` puts options in two columns. ``can_decline`` prints the box for "I prefer not to say".
    """

    layout: Layout
    text: str
    number: str = ""
    help: str = ""
    recall: str = ""
    how: str = ""
    only_if: str = ""
    after: str = ""
    options: tuple[PaperOption, ...] = ()
    cells: tuple[PaperCell, ...] = ()
    lines: int = 0
    repeats: int = 1
    ends: tuple[str, str] = ("", "")
    rows: tuple[PaperRow, ...] = ()
    entries: tuple[PaperEntry, ...] = ()
    can_decline: bool = True
    under: bool = False
    wide: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class PaperSection:
    """A page of the questionnaire. ``gate`` stands before a sensitive one, with ``skip`` beside a box."""

    title: str
    parts: tuple[PaperPart, ...]
    intro: str = ""
    recall: str = ""
    only_if: str = ""
    gate: str = ""
    skip: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PaperLabels:
    """The fixed words of the form, in its language."""

    name: str = "Name"
    birth_date: str = "Date of birth"
    date: str = "Date"
    decline: str = "I prefer not to say"
    page_of: str = "Page {page} of {pages}"


@dataclass(frozen=True, slots=True, kw_only=True)
class PaperForm:
    """A questionnaire to be filled in with a pen. ``language`` (BCP 47) and ``direction`` are the form's.

    ``safety`` is the first thing to read; ``intro`` holds a paragraph each.
    """

    title: str
    edition: str
    """Title and version, on every page, so that a loose sheet finds its way back."""
    language: str
    direction: Direction
    labels: PaperLabels
    safety: tuple[str, ...]
    intro: tuple[str, ...]
    sections: tuple[PaperSection, ...]
    copyright: str = ""

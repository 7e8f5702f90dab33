"""A response as whoever is signed in may read it: what its pages, its paper form's and its PDF's share."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from flask import request

from reports.document import Report
from screening import review
from screening.reporting import Copy, reader_in, report_of
from screening.translations import LANGUAGES
from screening.web import context, language

RESPONSE_ID = "<string(length=32):response_id>"
"""What stands for a response in a route."""

MOST_CODE_POINTS = 10

Result = TypeVar("Result")


def as_reader(use_case: Callable[..., Result], response_id: str, *arguments: object, **named: object) -> Result:
    """Call a use case on one response: now, as whoever is signed in, with what this practice's clinicians may see."""
    return use_case(
        context.store(),
        context.staff_actor(),
        response_id,
        *arguments,
        clinicians_see=context.settings().clinicians_see,
        now=context.now(),
        **named,
    )


def load(response_id: str, *, download: bool = False) -> review.ResponseView:
    """Return a response that may be read, and put that on record; NotFound otherwise."""
    return as_reader(
        review.load_response,
        response_id,
        zone=context.settings().zone,
        action="download" if download else "read",
        language=shown_in(),
    )


def report(view: review.ResponseView, wanted: Copy) -> Report:
    """Return a copy of the report of a response, in the language that was asked for."""
    return report_of(view, reader_in(shown_in(), context.settings().zone), wanted)


def without_font(shown: Report) -> str:
    """Return the characters that no font has, by their code points ("U+13000 U+13001"), which the PDF shows instead."""
    from reports.characters import missing  # reads all fonts, once in a process: 0.1 s

    found = [f"U+{ord(character):04X}" for character in missing(shown)]
    return " ".join(found[:MOST_CODE_POINTS]) + (" …" if len(found) > MOST_CODE_POINTS else "")


def shown_in() -> str:
    """Return the language that the address asks for the report to be in, else the reader's own."""
    asked = request.args.get("language", "")
    return asked if asked in (*LANGUAGES, *context.settings().languages) else language.current()


def shown_in_another() -> str | None:
    """Return the same where it is not the page's own language, for the addresses that lead on from it."""
    return shown_in() if shown_in() != language.current() else None

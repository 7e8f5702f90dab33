"""Nothing typed is lost: what a post carried goes with the patient wherever the post itself could not be done.

Three ways: after the birth date is given again it is saved (the session ran out); the patient presses save once more
(the page was old, or our database did not answer); or it is shown for copying (nobody knows whose it is).

Never with another patient: every form names its invitation by a tag (`visit.invitation_tag`), and a post from the page
of another one is refused with nothing of it shown.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from typing import TypeAlias

from flask import render_template, request
from flask_wtf.csrf import generate_csrf
from werkzeug.datastructures import MultiDict

from screening.intake.opening import Outcome
from screening.web.intake import languages, words
from screening.web.posted import MAX_GIVEN_BACK

Page: TypeAlias = tuple[str, int]

_PAGE_ADDRESS = re.compile(r"/intake/pages/\d{1,4}")
_OWN_ADDRESS = re.compile(r"/intake/[a-z0-9/]{0,40}")
_OWN_PAGE = re.compile(r"/intake/[a-z0-9/]{0,40}(\?[a-z]{1,10}=[a-z0-9]{1,10}(&[a-z]{1,10}=[a-z0-9]{1,10}){0,5})?")
_NOT_CARRIED = frozenset(
    {"csrf_token", "invitation_tag", "birth-day", "birth-month", "birth-year", "to", "language", "shown_in"}
)
_OUTCOMES = frozenset({*Outcome, "not_offered"})
_FREE_TEXT = re.compile(r"q\d{1,4}-(text|other)")


def ask_again(problems: dict[str, str] | None = None, typed: MultiDict[str, str] | None = None) -> Page:
    """Ask for the birth date once more; the form carries what was typed."""
    languages.use_posted()
    page = render_template(
        "intake/birth_date.html",
        action="/intake/again",
        carried=list(fields()),
        to=target(),
        problems=problems or {},
        typed=typed or MultiDict(),
        is_again=True,
        shown_in=languages.shown_in(),
    )
    return page, 422 if problems else 200


def confirm() -> Page:
    """Ask to press save once more, with what was typed."""
    page = render_template(
        "intake/not_saved.html",
        carried=list(fields()),
        texts=list(texts()),
        token=generate_csrf(),
        invitation_tag=request.form.get("invitation_tag", ""),
        is_fault=False,
    )
    return page, 409


def was_sent() -> Page:
    """Say that everything was sent from this browser; typed text comes back for copying."""
    return closed("sent")


def closed(
    outcome: str, *, sent_on: date | None = None, status: int = 200, given_back: list[str] | None = None
) -> Page:
    """Say that nothing can be filled in here now, and why; typed text comes back for copying."""
    page = render_template(
        "intake/closed.html",
        outcome=outcome,
        sent_on=words.day(sent_on) if sent_on else "",
        sent_on_date=sent_on.isoformat() if sent_on else "",
        texts=list(texts()) if given_back is None else given_back,
    )
    return page, status


def session_gone() -> Page:
    """Say that the link has to be opened again, and give the typed text back for copying, within bounds."""
    page = render_template("intake/gone.html", texts=list(_within_bounds()))
    return page, 200 if request.method == "GET" else 409


def shown_again() -> Page | None:
    """Return a page that says why nothing can be done, in another language than before; None for any other page.

    It is made of what the page itself held, which is the same in all languages.
    """
    outcome = request.form.get("outcome", "")
    if outcome == "gone":
        return session_gone()[0], 200
    if outcome == "other_form":
        return other_form()[0], 200
    if outcome not in _OUTCOMES:
        return None
    try:
        sent_on = date.fromisoformat(request.form.get("sent_on", ""))
    except ValueError:
        sent_on = None
    return closed(outcome, sent_on=sent_on, given_back=list(_within_bounds()))


def _within_bounds() -> Iterator[str]:
    room = MAX_GIVEN_BACK
    for text in texts():
        room -= len(text)
        if room < 0:
            return
        yield text


def other_form() -> Page:
    """Refuse a post of another invitation than this browser's; its text must not reach this one's record or reader."""
    return render_template("intake/other_form.html"), 409


def fields() -> Iterator[tuple[str, str]]:
    """Yield the names and values of a posted form that have to go along."""
    for name, values in request.form.lists():
        if name not in _NOT_CARRIED:
            yield from ((name, value) for value in values)


def texts() -> Iterator[str]:
    """Yield the free texts that were typed, in the order of the form."""
    for name, value in request.form.items(multi=True):
        if _FREE_TEXT.fullmatch(name) and value.strip():
            yield value


def target() -> str:
    """Return the address that the patient was on the way to; one of ours, whatever was posted."""
    wanted = request.form.get("to", "") if request.endpoint == "intake.again" else request.path
    return wanted if _OWN_ADDRESS.fullmatch(wanted) else "/intake/"


def page_to_show() -> str:
    """Return the address of the page that a choice of language came from; one of ours, whatever was posted."""
    wanted = request.form.get("to", "").removesuffix("?")
    return wanted if _OWN_PAGE.fullmatch(wanted) else "/intake/"


def page_number() -> int | None:
    """Return the number of the page that a carried form belongs to; None if it is not a page of questions."""
    to = target()
    is_page = _PAGE_ADDRESS.fullmatch(to) and "shown" in request.form
    return int(to.rsplit("/", 1)[1]) if is_page else None

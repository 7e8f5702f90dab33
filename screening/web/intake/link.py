"""The way in and the way out: a link with the birth date, and "Exit this page"."""

from __future__ import annotations

import calendar
from datetime import date
from urllib.parse import urlencode

from flask import abort, redirect, render_template, request
from flask_babel import gettext
from flask_wtf.csrf import CSRFError
from werkzeug.wrappers import Response

from screening.intake import opening
from screening.intake.opening import Opened, Outcome
from screening.web import context, language
from screening.web.intake import carried, languages, pages
from screening.web.intake.visit import begin, blueprint, go, when

_PARTS = ("day", "month", "year")


@blueprint.get("/i/<token>")
def ask_birth_date(token: str) -> str:
    """Ask for the birth date, whatever the token; nothing is looked up."""
    return _birth_date_page({})


@blueprint.post("/i/<token>")
def check_birth_date(token: str) -> Response | carried.Page:
    """Exchange link and birth date for a session and a clean address."""
    languages.use_posted()
    if languages.is_chosen():
        return _birth_date_page({}), 200
    birth_date, problems = read_birth_date()
    if birth_date is None:
        return _birth_date_page(problems), 422
    opened = opening.open_link(context.store(), token, birth_date, origin=context.origin(), **when())
    if opened.outcome is Outcome.REFUSED:
        abort(429)
    if opened.outcome is Outcome.WRONG:
        return _birth_date_page(no_match(opened)), 422
    if opened.invitation_id is None:
        return closed_page(opened)
    begin(opened.invitation_id, opened.language)
    return go("landing")


@blueprint.post("/intake/again")
def again() -> Response | carried.Page:
    """Take up a sitting that ran out, and save what was typed when it did."""
    invitation_id = context.browser().expired_invitation_id
    languages.use_posted()
    if invitation_id is None:
        return carried.session_gone()
    if languages.is_chosen():
        return carried.ask_again(typed=request.form)
    birth_date, problems = read_birth_date()
    if birth_date is None:
        return carried.ask_again(problems, request.form)
    opened = opening.reopen(context.store(), invitation_id, birth_date, origin=context.origin(), **when())
    if opened.outcome is Outcome.REFUSED:
        abort(429)
    if opened.outcome is Outcome.WRONG:
        return carried.ask_again(no_match(opened), request.form)
    if opened.invitation_id is None:
        return closed_page(opened)
    begin(opened.invitation_id, opened.language)
    number = carried.page_number()
    return pages.save(number) if number is not None else redirect(carried.target(), 303)


@blueprint.post("/intake/language")
def choose_language() -> Response | carried.Page:
    """Change the language of a page that has no form of its own, and show that page again."""
    here = context.browser()
    if "invitation_id" in here:
        try:
            context.csrf.protect()
        except CSRFError:
            return redirect(carried.page_to_show(), 303)
        languages.take(here)
        return redirect(carried.page_to_show(), 303)
    languages.use_posted()
    page = carried.shown_again()
    return page or redirect(f"{carried.page_to_show()}?{urlencode({'language': language.current()})}", 303)


@blueprint.get("/intake/again")
@blueprint.get("/intake/language")
@blueprint.get("/intake/stop")
def start_over() -> Response:
    """Lead a reload of what was a post to a page that can be loaded."""
    return go("landing")


@blueprint.get("/exit")
def leave() -> Response:
    """End the session and go to a neutral site at once."""
    context.browser().end()
    return redirect(context.settings().exit_url, 303)


def read_birth_date() -> tuple[date | None, dict[str, str]]:
    """Return the posted birth date, or what is wrong with it: part of the date -> what would be right."""
    typed = {part: request.form.get(f"birth-{part}", "").strip() for part in _PARTS}
    example = gettext("Write your date of birth in digits, such as 12 5 1998.")
    for part in _PARTS:
        if not typed[part].isdecimal() or len(typed[part]) > 4:
            return None, {part: example}
    day, month, year = (int(typed[part]) for part in _PARTS)
    if not 1 <= month <= 12:
        return None, {"month": gettext("Write the month as a number from 1 to 12.")}
    if year < 1880:
        return None, {"year": gettext("Write the year with four digits, such as 1998.")}
    if not 1 <= day <= calendar.monthrange(year, month)[1]:
        return None, {"day": gettext("That month does not have this day. Please check it.")}
    return date(year, month, day), {}


def closed_page(opened: Opened) -> carried.Page:
    """Say calmly that nothing can be filled in here now, and why; typed text is given back for copying."""
    sent_at = opened.sent_at
    return carried.closed(
        opened.outcome.value, sent_on=sent_at.astimezone(context.settings().zone).date() if sent_at else None
    )


def _birth_date_page(problems: dict[str, str]) -> str:
    # No address in the form: it posts to where it came from, so that the page is the same for every token.
    return render_template(
        "intake/birth_date.html",
        action="",
        carried=[],
        to="",
        problems=problems,
        typed=request.form,
        is_again=False,
        shown_in=languages.shown_in(),
    )


def no_match(opened: Opened) -> dict[str, str]:
    """Return what to say of a birth date that is not the one that the clinic has."""
    if opened.tries_left == 1:
        left = gettext("You can try one more time.")
    else:
        left = gettext("You can try %(tries)s more times.", tries=opened.tries_left)
    return {"day": gettext("This does not match what the clinic has.") + " " + left}

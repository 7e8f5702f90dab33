"""The choice of a language on a patient's pages.

The switch is a row of buttons named ``language`` (templates/intake/_language.html). On a page with a form they are that
form's, so that what was typed comes along and is on the page that is shown again; elsewhere they have one of their own.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flask import redirect, request, url_for
from werkzeug.wrappers import Response

from screening.definition.languages import Direction, direction, own_name_of
from screening.intake import languages
from screening.web import context, language
from screening.web.sessions import ServerSession


@dataclass(frozen=True, slots=True)
class Choice:
    """A language that a patient can change to: its tag (BCP 47), its name in itself, the way it runs."""

    code: str
    name: str
    direction: Direction


def is_chosen() -> bool:
    """Tell whether a button of the switch was pressed: the page is to be shown again, and nothing else to be done."""
    return bool(posted("language"))


def posted(name: str) -> str:
    """Return the language that a posted field names, "" if it is none of the clinic's."""
    code = request.form.get(name, "")
    return code if code in context.settings().languages else ""


def use_known(browser: ServerSession) -> None:
    """Serve this request in the language of the session, running or run out; without one, in that of the address.

    The address of a page that comes before or after a session can name one: nothing else knows it there.
    """
    known = browser.get("language") or browser.expired_language
    asked = request.args.get("language", "")
    if known:
        language.use(known)
    elif asked in context.settings().languages:
        language.use(asked)


def use_posted() -> None:
    """Serve this request in the language that was chosen on a page without a session, if one was."""
    if shown_in():
        language.use(shown_in())


def shown_in() -> str:
    """Return the language that was chosen on a page without a session, for its form to carry along; "" for none."""
    return posted("language") or posted("shown_in")


def take(browser: ServerSession) -> None:
    """Change the session to the language whose button was pressed, if one was; the next sitting begins in it too."""
    code = posted("language")
    if code not in browser.get("languages", ()) or code == browser.get("language"):
        return
    languages.choose(context.store(), context.patient_actor(), code, now=context.now(), zone=context.settings().zone)
    browser["language"] = code
    language.use(code)


def others(browser: ServerSession) -> list[Choice]:
    """Return what can be changed to from the page as it is, in the clinic's order."""
    here = language.current()
    codes = browser.get("languages") or context.settings().languages
    return [Choice(code, own_name_of(code), direction(code)) for code in codes if code != here]


def copied(texts: Sequence[str]) -> list[tuple[str, str]]:
    """Return the fields in which typed texts go along to the same page in another language."""
    return [(f"q{number}-text", text) for number, text in enumerate(texts, start=1)]


def go_out(endpoint: str) -> Response:
    """Lead to a page without a session, which is told by its address what language to be in."""
    here = language.current()
    values: dict[str, Any] = {"language": here} if here != context.settings().languages[0] else {}
    return redirect(url_for(f"intake.{endpoint}", **values), 303)

"""Who is here: the patient's session, from the birth date to exit, stop or send, and what each request needs of it.

The session knows the language that the pages are in, and those that can be chosen.
"""

from __future__ import annotations

import secrets
from typing import Any

from flask import Blueprint, abort, redirect, request, session, url_for
from flask_babel import gettext
from flask_wtf.csrf import CSRFError, generate_csrf
from werkzeug.wrappers import Response

from screening.intake import languages as intake_languages
from screening.intake import reading, sending
from screening.intake.sitting import Sitting
from screening.web import context, language
from screening.web.intake import carried, languages

blueprint = Blueprint("intake", __name__)

_OPEN_TO_ALL = frozenset(
    f"intake.{name}"
    for name in (
        "ask_birth_date",
        "check_birth_date",
        "again",
        "thanks",
        "stopped",
        "leave",
        "choose_language",
        "ask_for_copy",
        "show_copy",
        "copy_progress",
        "copy_file",
    )
)
"""Pages that come before or after a session."""
_ANY_INVITATION = frozenset({"intake.check_birth_date", "intake.choose_language"})
"""Posts that bring no text that could reach another patient's record."""


def begin(invitation_id: str, invitation_language: str | None) -> None:
    """Begin a sitting: a new session, whatever this browser had before.

    It is in the language that was chosen with the birth date, else in the invitation's.
    """
    chosen = languages.posted("shown_in")
    here = context.browser()
    here.clear()
    here.renew()
    here["invitation_id"] = invitation_id
    here["visit"] = secrets.token_hex(8)
    here["languages"] = list(intake_languages.offered(context.store(), invitation_id, context.settings().languages))
    wanted = [chosen, invitation_language, *here["languages"], context.settings().languages[0]]
    here["language"] = next(code for code in wanted if code and code in (here["languages"] or wanted))
    language.use(here["language"])
    if chosen == here["language"]:
        intake_languages.choose(context.store(), context.patient_actor(), chosen, **when())
    here["signed_csrf_token"] = generate_csrf()  # now: no later page has to sign it, or write the session for it


def look() -> Sitting:
    """Return the patient's sitting, in the language of the page."""
    return reading.view(context.store(), context.patient_actor(), language=language.current(), **when())


def current_sitting() -> Sitting:
    """Return the patient's sitting; leads back to agreeing where that is still to be done."""
    found = look()
    if not found.has_agreed:
        abort(redirect(url_for("intake.landing"), 303))
    return found


def csrf_token() -> str:
    """Return the token that every form of this session posts; it is good for as long as the session is."""
    return context.browser().get("signed_csrf_token") or str(generate_csrf())


def tag() -> str:
    """Return the text that marks what is saved in this sitting."""
    return str(session["visit"])


blueprint.add_app_template_global(languages.copied)


@blueprint.app_template_global()
def invitation_tag() -> str:
    """Return what names, in every form, the invitation that this browser's session is for, or was; "" without one."""
    here = context.browser()
    invitation_id = here.get("invitation_id") or here.expired_invitation_id
    return context.store().keyring.lookup_hash("form", invitation_id).hex()[:16] if invitation_id else ""


def when() -> dict[str, Any]:
    """Return the arguments by which use cases know the time: now, and the clinic's zone."""
    return {"now": context.now(), "zone": context.settings().zone}


def go(endpoint: str, **values: Any) -> Response:
    """Answer a post with the page that comes next."""
    return redirect(url_for(f"intake.{endpoint}", **values), 303)


@blueprint.before_request
def require_session() -> Response | carried.Page | None:
    """Let in whoever gave a birth date; carry along what others typed."""
    here = context.browser()
    languages.use_known(here)
    if request.method == "POST":
        context.check_same_origin()
        if request.endpoint not in _ANY_INVITATION and _is_of_another_invitation():
            return carried.other_form()
    if request.endpoint in _OPEN_TO_ALL:
        return None
    if "invitation_id" not in here:
        return _without_session(here.expired_invitation_id)
    if request.method == "POST":
        try:
            # Usually it is the very token of this session; there is no need to take it apart then.
            if not secrets.compare_digest(csrf_token().encode(), request.form.get("csrf_token", "").encode()):
                context.csrf.protect()
        except CSRFError:
            # The page is older than this session, or the link was opened once more in another tab.
            return carried.confirm()
        languages.take(here)
    return None


def _is_of_another_invitation() -> bool:
    """Tell whether a post comes from another invitation's page, as where two links were opened in one browser."""
    own = invitation_tag()
    return bool(own) and request.form.get("invitation_tag") != own


def _without_session(expired_invitation_id: str | None) -> Response | carried.Page:
    if expired_invitation_id is None:
        return carried.session_gone()
    if not sending.was_sent(context.store(), expired_invitation_id):
        return carried.ask_again()
    # The session ended with the sending. Whoever clicked twice is thanked; whoever went back is told.
    return languages.go_out("thanks") if request.endpoint == "intake.send" else carried.was_sent()


@blueprint.context_processor
def variables() -> dict[str, Any]:
    """Give every patient page the title that names no topic, and what its switch of languages needs."""
    return {
        "neutral_title": gettext("Before your visit"),
        "other_languages": languages.others(context.browser()),
        "is_running": "invitation_id" in context.browser(),
        "csrf_token": csrf_token,
    }

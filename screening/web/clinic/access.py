"""Who may open which page. Every view of staff names the roles that may; one that names none opens for nobody.

This is the outer door only: which records somebody may see is decided by the use cases, at the query.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NoReturn, TypeVar

from flask import Blueprint, abort, current_app, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import CSRFError, generate_csrf
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from werkzeug.exceptions import BadRequest
from werkzeug.wrappers import Response

from screening import review
from screening.web import context, language, security
from screening.web.staff_form import Form

_ROLES = "allowed_roles"
_HIDDEN = "hidden_from_others"
_MOST_BYTES = "most_bytes"

_OPEN_BEFORE_CHANGE = frozenset({"clinic.change_password", "clinic.save_password", "clinic.sign_out"})
"""What opens while the password is still the one that somebody else gave."""

View = TypeVar("View", bound=Callable[..., ResponseReturnValue])


def allowed(*roles: str, hidden: bool = False, most_bytes: int | None = None) -> Callable[[View], View]:
    """Let these roles open the page; to others it says so, or with ``hidden`` that there is no such page.

    ``most_bytes`` lets a post be larger than others may: one that carries a file.
    """

    def mark(view: View) -> View:
        setattr(view, _ROLES, frozenset(roles))
        setattr(view, _HIDDEN, hidden)
        setattr(view, _MOST_BYTES, most_bytes)
        return view

    return mark


def guard() -> ResponseReturnValue | None:
    """Stand before every request of the staff's blueprints: signed in, allowed, and no post from another site."""
    assert request.endpoint is not None
    view = current_app.view_functions[request.endpoint]
    user = context.account()
    if not user.is_authenticated:
        return _sign_in_first()
    if user.language:
        language.use(user.language)
    if not getattr(view, _ROLES, frozenset()) & context.staff_actor().roles:
        _refuse(is_hidden=getattr(view, _HIDDEN, False))
    if user.must_change_password and request.endpoint not in _OPEN_BEFORE_CHANGE:
        return redirect(url_for("clinic.change_password"))
    if request.method == "POST":
        most_bytes = getattr(view, _MOST_BYTES, None)
        if most_bytes is not None:  # before the token is looked for, which takes the whole body in
            request.max_content_length = request.max_form_memory_size = most_bytes
        context.csrf.protect()
    return None


def _refuse(*, is_hidden: bool) -> NoReturn:
    """Answer somebody whose roles don't open the page; that a response was asked for is put on record."""
    response_id = (request.view_args or {}).get("response_id")
    if response_id is not None:
        review.note_refused(context.store(), context.staff_actor(), response_id, now=context.now())
    abort(404 if is_hidden else 403)


def protect(blueprint: Blueprint) -> None:
    """Put the guard before a blueprint of staff pages, and keep what was typed where a post can't be taken."""
    blueprint.before_request(guard)
    blueprint.register_error_handler(CSRFError, _other_session)
    blueprint.register_error_handler(DBAPIError, _database_fault)
    blueprint.register_error_handler(PoolTimeoutError, _database_fault)


def _sign_in_first() -> ResponseReturnValue:
    """Lead to the sign-in, and from there back here; a post is kept on the page of a session that we know of."""
    if request.method != "POST":
        return _redirect_to_sign_in()
    browser = context.browser()
    return _send_again("signed_out", 401) if browser.token or browser.expired else _error_page(401)


def _other_session(_error: CSRFError) -> ResponseReturnValue:
    """Answer a post from a page of an earlier session."""
    return _send_again("other_session", 400)


def _database_fault(error: Exception) -> ResponseReturnValue:
    # The statement and its parameters stay out of the log: they can name a patient.
    current_app.logger.error("database fault on %s: %s", request.endpoint, type(error).__name__)
    security.without_account()
    if request.method == "POST":
        return _send_again("unreachable", 503)
    return _error_page(503)


def _send_again(reason: str, status: int) -> ResponseReturnValue:
    """Show what was posted from a page of ours, and let it be sent again: nothing typed is lost."""
    try:
        context.check_same_origin()
    except BadRequest:  # nothing catches it any more where a handler raises it
        return _error_page(400)
    tokens = {"other_session": generate_csrf, "unreachable": lambda: request.form.get("csrf_token", "")}
    token = tokens[reason]() if reason in tokens else ""
    return render_template("security/send_again.html", form=_what_was_typed(), reason=reason, token=token), status


def _error_page(status: int) -> ResponseReturnValue:
    return render_template("errors/staff.html", status=status, message="", home_url="/clinic/"), status


def _redirect_to_sign_in() -> Response:
    home = url_for("clinic.worklist")
    here = request.full_path.rstrip("?")
    return redirect(url_for("security.login", next=here if here != home else None))


def _what_was_typed() -> Form:
    """Return the posted fields, without passwords: those are typed again."""
    kept = request.form.copy()
    for name in list(kept):
        if "password" in name:
            kept.poplist(name)
    return Form(kept)

"""What a request has at hand: the store, the settings, the time, who is asking."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from flask import abort, current_app, request, session
from flask_login import current_user
from flask_wtf.csrf import CSRFProtect

from reports.process import Renderer
from screening.config import Settings
from screening.delivery import Press, Work
from screening.store.audit import Actor
from screening.store.engine import Store
from screening.web.sessions import ServerSession

csrf = CSRFProtect()
"""Blueprints call ``csrf.protect()`` before each POST, once they know whose session it is."""


def store() -> Store:
    """Return the application's store."""
    found = current_app.extensions["store"]
    assert isinstance(found, Store)
    return found


def settings() -> Settings:
    """Return the application's settings."""
    found = current_app.extensions["settings"]
    assert isinstance(found, Settings)
    return found


def press() -> Press:
    """Return how this clinic's reports are made."""
    found = current_app.extensions["press"]
    assert isinstance(found, Press)
    return found


def renderer() -> Renderer:
    """Return this process's renderer."""
    found = current_app.extensions["renderer"]
    assert isinstance(found, Renderer)
    return found


def work() -> Work:
    """Return what does background work here, for where no worker does it."""
    return Work(store(), press(), renderer(), current_app.extensions["clock"])


def now() -> datetime:
    """Return the present time (UTC, aware)."""
    moment = current_app.extensions["clock"]()
    assert isinstance(moment, datetime)
    return moment


def origin() -> str:
    """Return the address that the request came from, for the audit trail."""
    return request.remote_addr or ""


def browser() -> ServerSession:
    """Return this browser's session: what stands behind Flask's ``session``."""
    current = session._get_current_object()  # type: ignore[attr-defined]  # the proxy's own way to what it stands for
    assert isinstance(current, ServerSession)
    return current


def account() -> Any:
    """Return who is signed in, as Flask-Login knows them: what stands behind its ``current_user``."""
    return current_user._get_current_object()


def staff_actor() -> Actor:
    """Return the signed-in member of staff as the one who acts; 401 if nobody is signed in."""
    user = account()
    if not user.is_authenticated:
        abort(401)
    roles = frozenset(role.name for role in user.roles)
    return Actor(kind="staff", id=str(user.id), origin=origin(), roles=roles, name=user.name)


def patient_actor() -> Actor:
    """Return the patient of this session as the one who acts, known only as the holder of an invitation."""
    return Actor(kind="patient", id=str(session.get("invitation_id", "")), origin=origin(), roles=frozenset())


def check_same_origin() -> None:
    """Refuse (400) a post that another site's page sent; for the pages that come before there is a session.

    Browsers say where a post comes from in Sec-Fetch-Site or Origin; one that says neither is let through, because
    these pages ask for something that only the right person knows. Older phones know no Sec-Fetch-Site, and under our
    own Referrer-Policy they send "null" as the Origin of every post, so that it tells nothing either.
    """
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None:
        allowed = site in ("same-origin", "none")
    else:
        source = request.headers.get("Origin")
        allowed = source in (None, "null") or urlsplit(source).netloc == request.host
    if not allowed:
        abort(400)

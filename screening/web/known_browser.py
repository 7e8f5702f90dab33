"""Browsers in which an account was signed in to before: a cookie that nobody else can make.

It lets nobody in. It only keeps wrong passwords typed elsewhere from being counted against such a browser, so that
they can't lock its people out (OWASP's "device cookies").
"""

from __future__ import annotations

import secrets
from datetime import timedelta
from typing import Any

from flask import Response, current_app, request
from itsdangerous import BadSignature, URLSafeSerializer

from screening.store.staff import normalised
from screening.web import context

_NAME = "browser"
_KEPT = timedelta(days=180)
_MOST_ACCOUNTS = 20
"""Accounts remembered in one browser; the reception's has a few."""


def name_for(email: str) -> str:
    """Return this browser's name if the account was signed in to in it; else ""."""
    content = _read()
    return str(content["name"]) if _mark(content["name"], email) in content["accounts"] else ""


def remember(response: Response, email: str) -> Response:
    """Note in the browser that the account was signed in to in it."""
    content = _read()
    mark = _mark(content["name"], email)
    accounts = [mark, *(other for other in content["accounts"] if other != mark)][:_MOST_ACCOUNTS]
    response.set_cookie(
        _cookie(),
        _serializer().dumps({"name": content["name"], "accounts": accounts}),
        max_age=_KEPT,
        path="/",
        secure=context.settings().is_https,
        httponly=True,
        samesite="Strict",
    )
    return response


def _read() -> dict[str, Any]:
    try:
        content = _serializer().loads(request.cookies.get(_cookie(), ""))
    except BadSignature:
        content = {"name": secrets.token_hex(16), "accounts": []}
    assert isinstance(content, dict)
    return content


def _mark(name: str, email: str) -> str:
    """Return what stands for an account in this browser's cookie, and tells nothing in any other."""
    return context.store().keyring.lookup_hash("known browser", f"{name}\0{normalised(email)}").hex()[:16]


def _serializer() -> URLSafeSerializer:
    assert current_app.secret_key is not None
    return URLSafeSerializer(current_app.secret_key, salt="known browser")


def _cookie() -> str:
    return f"__Host-{_NAME}" if context.settings().is_https else _NAME

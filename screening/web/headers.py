"""What every answer of the server carries: no third party, no store, no frame, no referrer; compressed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from flask import Flask, Response, current_app, request
from flask_compress import Compress
from jinja2 import StrictUndefined

from screening.web import context

_NO_FRAMES = "frame-ancestors 'none'"
CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'none'",
        "style-src 'self'",
        "img-src 'self'",
        "form-action 'self'",
        _NO_FRAMES,
        "base-uri 'none'",
    )
)
_HOLDS_FRAMES = "holds_frames"
_FRAMED = "framed"

View = TypeVar("View", bound=Callable[..., Any])

_HSTS = "max-age=63072000; includeSubDomains"
_COMPRESS_FROM_BYTES = 500


def holds_frames(view: View) -> View:
    """Let a view's page show other pages of ours in frames."""
    setattr(view, _HOLDS_FRAMES, True)
    return view


def framed(view: View) -> View:
    """Let a view's page stand in a frame of another page of ours, and in nobody else's."""
    setattr(view, _FRAMED, True)
    return view


def init_app(app: Flask) -> None:
    """Set strict templates, compression, and the security headers of each response."""
    app.jinja_env.undefined = StrictUndefined
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True
    # A cookie that other sites can't make the browser send keeps a compressed page from telling its secrets (BREACH).
    app.config.update(
        COMPRESS_ALGORITHM=["br", "gzip"], COMPRESS_BR_LEVEL=1, COMPRESS_LEVEL=1, COMPRESS_MIN_SIZE=_COMPRESS_FROM_BYTES
    )
    Compress(app)
    app.after_request(_protect)


def _protect(response: Response) -> Response:
    headers = response.headers
    view = current_app.view_functions.get(request.endpoint or "")
    is_framed = getattr(view, _FRAMED, False)
    policy = CONTENT_SECURITY_POLICY.replace(_NO_FRAMES, "frame-ancestors 'self'" if is_framed else _NO_FRAMES)
    if getattr(view, _HOLDS_FRAMES, False):
        policy += "; frame-src 'self'"
    headers["Content-Security-Policy"] = policy
    headers["Referrer-Policy"] = "no-referrer"
    headers["X-Content-Type-Options"] = "nosniff"
    headers["X-Frame-Options"] = "SAMEORIGIN" if is_framed else "DENY"
    headers["Cross-Origin-Opener-Policy"] = "same-origin"
    headers["Cross-Origin-Resource-Policy"] = "same-origin"
    headers["Permissions-Policy"] = "camera=(), geolocation=(), microphone=()"
    headers["X-Robots-Tag"] = "noindex, nofollow"
    # The routing's own redirects name the host, which is what the request says it is: anything.
    if response.location and response.location.startswith(request.host_url):
        response.location = "/" + response.location.removeprefix(request.host_url).lstrip("/")
        response.set_data(b"")
    if not request.path.startswith("/static/"):
        headers["Cache-Control"] = "no-store"
    if context.settings().is_https:
        headers["Strict-Transport-Security"] = _HSTS
    return response

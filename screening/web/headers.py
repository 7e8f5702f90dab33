"""What every answer of the server carries: no third party, no store, no frame, no referrer; compressed."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import cache
from typing import TYPE_CHECKING, Any, TypeVar

from flask import Flask, Response, current_app, request
from flask_compress import Compress
from jinja2 import StrictUndefined

from screening.web import context

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

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
        COMPRESS_ALGORITHM=["br", "gzip"],
        COMPRESS_BR_LEVEL=1,
        COMPRESS_LEVEL=1,
        COMPRESS_MIN_SIZE=_COMPRESS_FROM_BYTES,
        COMPRESS_EVALUATE_CONDITIONAL_REQUEST=False,  # pages are never kept, and static files see to it themselves
    )
    Compress(app)
    app.response_class = ProtectedResponse
    app.after_request(_protect)


class ProtectedResponse(Response):
    """An answer with headers that no view sets. They are added when it is sent, which is quicker than one by one."""

    protection: tuple[tuple[str, str], ...] = ()

    def get_wsgi_response(self, environ: WSGIEnvironment) -> tuple[Iterable[bytes], str, list[tuple[str, str]]]:
        """Return body, status and headers, as the server takes them."""
        body, status, headers = super().get_wsgi_response(environ)
        return body, status, [*headers, *self.protection]


def _protect(response: Response) -> Response:
    assert isinstance(response, ProtectedResponse)
    view = current_app.view_functions.get(request.endpoint or "")
    response.protection = _protection(
        getattr(view, _FRAMED, False),
        getattr(view, _HOLDS_FRAMES, False),
        context.settings().is_https,
        not request.path.startswith("/static/"),
    )
    # The routing's own redirects name the host, which is what the request says it is: anything.
    location = response.location
    if location and location.startswith(request.host_url):
        response.location = "/" + location.removeprefix(request.host_url).lstrip("/")
        response.set_data(b"")
    return response


@cache
def _protection(is_framed: bool, holds_frames: bool, is_https: bool, is_page: bool) -> tuple[tuple[str, str], ...]:
    policy = CONTENT_SECURITY_POLICY.replace(_NO_FRAMES, "frame-ancestors 'self'" if is_framed else _NO_FRAMES)
    if holds_frames:
        policy += "; frame-src 'self'"
    headers = [
        ("Content-Security-Policy", policy),
        ("Referrer-Policy", "no-referrer"),
        ("X-Content-Type-Options", "nosniff"),
        ("X-Frame-Options", "SAMEORIGIN" if is_framed else "DENY"),
        ("Cross-Origin-Opener-Policy", "same-origin"),
        ("Cross-Origin-Resource-Policy", "same-origin"),
        ("Permissions-Policy", "camera=(), geolocation=(), microphone=()"),
        ("X-Robots-Tag", "noindex, nofollow"),
    ]
    if is_page:
        headers.append(("Cache-Control", "no-store"))
    if is_https:
        headers.append(("Strict-Transport-Security", _HSTS))
    return tuple(headers)


ProtectedResponse.protection = _protection(False, False, False, True)

"""What every answer of the server carries: no third party, no store, no frame, no referrer; compressed."""

from __future__ import annotations

from flask import Flask, Response, request
from flask_compress import Compress
from jinja2 import StrictUndefined

from screening.web import context

CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'none'",
        "style-src 'self'",
        "img-src 'self'",
        "form-action 'self'",
        "frame-ancestors 'none'",
        "base-uri 'none'",
    )
)

_HSTS = "max-age=63072000; includeSubDomains"
_COMPRESS_FROM_BYTES = 500


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
    headers["Content-Security-Policy"] = CONTENT_SECURITY_POLICY
    headers["Referrer-Policy"] = "no-referrer"
    headers["X-Content-Type-Options"] = "nosniff"
    headers["X-Frame-Options"] = "DENY"
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

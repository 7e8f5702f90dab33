"""Style sheets and the icon: addresses that change with the content, and files compressed beforehand.

The files in ``static/`` are made by ``make assets`` and committed, each style sheet with a Brotli and a gzip copy. They
are few and small, so they are read once, at import. `asset_url` puts a hash of the content into the address, which
lets a browser keep the file for good; an address without the right hash is never kept.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from flask import Blueprint, Flask, Response, abort, request

FOLDER = Path(__file__).resolve().parent / "static"
URL_PREFIX = "/static/"

_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".svg": "image/svg+xml; charset=utf-8",
    ".txt": "text/plain; charset=utf-8",
}
_ENCODINGS = {"br": ".br", "gzip": ".gz"}
"""Content codings that a file may have a copy in, the smaller one first -> the copy's suffix."""

_KEEP_FOR_GOOD = "public, max-age=31536000, immutable"
_ASK_EACH_TIME = "public, no-cache"

blueprint = Blueprint("assets", __name__)


@dataclass(frozen=True, slots=True)
class Asset:
    """One file: its bytes, its media type, the start of its SHA-256, and its bytes by content coding."""

    content: bytes
    media_type: str
    version: str
    encoded: Mapping[str, bytes]


def load(folder: Path) -> Mapping[str, Asset]:
    """Read the files that may be served from a folder: name -> asset. Files of any other type are left alone."""
    return MappingProxyType(
        {path.name: _read(path) for path in sorted(folder.iterdir()) if path.suffix in _TYPES and path.is_file()}
    )


def _read(path: Path) -> Asset:
    content = path.read_bytes()
    copies = {coding: path.with_name(path.name + suffix) for coding, suffix in _ENCODINGS.items()}
    return Asset(
        content=content,
        media_type=_TYPES[path.suffix],
        version=hashlib.sha256(content).hexdigest()[:12],
        encoded={coding: copy.read_bytes() for coding, copy in copies.items() if copy.exists()},
    )


ASSETS = load(FOLDER)


def asset_url(name: str) -> str:
    """Return the address of a file in ``static/``, for templates; KeyError if there is no such file."""
    return f"{URL_PREFIX}{name}?v={ASSETS[name].version}"


def init_app(app: Flask) -> None:
    """Register the routes and give templates ``asset_url``."""
    app.register_blueprint(blueprint)
    app.jinja_env.globals["asset_url"] = asset_url


@blueprint.get(URL_PREFIX + "<name>")
def static_file(name: str) -> Response:
    """Serve one file in the best coding that the browser takes; 404 if there is none of this name."""
    asset = ASSETS.get(name) or abort(404)
    coding = next((coding for coding in asset.encoded if request.accept_encodings[coding] > 0), None)
    response = Response(asset.encoded[coding] if coding else asset.content, content_type=asset.media_type)
    if coding:
        response.headers["Content-Encoding"] = coding
    if asset.encoded:
        response.vary.add("Accept-Encoding")
    response.headers["Cache-Control"] = _KEEP_FOR_GOOD if request.args.get("v") == asset.version else _ASK_EACH_TIME
    response.set_etag(f"{asset.version}-{coding}" if coding else asset.version)
    response.make_conditional(request)
    return response


@blueprint.get("/favicon.ico")
def no_icon() -> Response:
    """Answer browsers that look for an icon here though the page names another: there is none."""
    return Response(status=204, headers={"Cache-Control": "public, max-age=86400"})

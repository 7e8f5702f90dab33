"""LHC-Forms, the form renderer of the U.S. National Library of Medicine: what others make of our exports."""

from __future__ import annotations

import base64
import fcntl
import hashlib
import mimetypes
import shutil
import subprocess
import tarfile
from pathlib import Path

from flask import Flask, Response, abort

from screening.config import PROJECT

VERSION = "40.1.3"
INTEGRITY = "sha512-WLruTm+BcVnafC0rSAQ3/cNqhxvclBUxyBG68aub/uha2NaK9H8ZZcEXTTuORuGzzCt0wa7fvhuieZtcDIdPzQ=="
"""Of the package, as its registry states it."""

_CACHE = PROJECT / "var" / "lforms"
_ROOT = "package/dist/lforms/"
_TIMEOUT_S = 900
_PAGE = """\
<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>LHC-Forms</title>
<link rel="icon" href="webcomponent/favicon.ico"><link rel="stylesheet" href="webcomponent/styles.css"></head>
<body><main id="form"></main>
<script src="webcomponent/assets/lib/zone.min.js"></script>
<script src="webcomponent/runtime.js" type="module"></script>
<script src="webcomponent/polyfills.js" type="module"></script>
<script src="webcomponent/main.js" type="module"></script>
<script src="fhir/R4/lformsFHIR.min.js" defer></script></body></html>
"""


def packed() -> Path:
    """Return the package as a file, fetched once and kept in var/; its hash is looked at each time.

    Raises:
        RuntimeError: there is no npm, npm can't fetch the package, or it is not the one that we tried.
    """
    _CACHE.mkdir(parents=True, exist_ok=True)
    kept = _CACHE / f"lforms-{VERSION}.tgz"
    with (_CACHE / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # test processes start together
        if not kept.exists():
            _fetch()
        found = "sha512-" + base64.b64encode(hashlib.sha512(kept.read_bytes()).digest()).decode()
        if found != INTEGRITY:
            kept.unlink()
            raise RuntimeError(f"{kept.name} is not the package that we tried: {found}")
    return kept


def _fetch() -> None:
    npm = shutil.which("npm")
    if npm is None:
        raise RuntimeError("npm is not installed; scripts/install dev installs it")
    # Into a folder of its own first, since a fetch that is broken off must leave no half of a file.
    half = _CACHE / "half"
    shutil.rmtree(half, ignore_errors=True)
    half.mkdir()
    command = [npm, "pack", f"lforms@{VERSION}", "--ignore-scripts", "--loglevel=error", "--pack-destination", half]
    done = subprocess.run(command, cwd=half, capture_output=True, text=True, timeout=_TIMEOUT_S, check=False)
    if done.returncode:
        raise RuntimeError(f"npm can't fetch lforms {VERSION}: {done.stderr.strip()[-500:]}")
    next(half.glob("*.tgz")).replace(_CACHE / f"lforms-{VERSION}.tgz")


def make_renderer(origin: str) -> Flask:
    """Return an application that serves LHC-Forms on ``/``, on a page with a place for a form."""
    del origin
    files: dict[str, bytes] = {}
    with tarfile.open(packed()) as package:
        for member in package:
            content = package.extractfile(member) if member.name.startswith(_ROOT) else None
            if content is not None and not member.name.endswith(".map"):
                files[member.name.removeprefix(_ROOT)] = content.read()
    app = Flask("lforms", static_folder=None)

    @app.get("/")
    def page() -> str:
        return _PAGE

    @app.get("/<path:name>")
    def file(name: str) -> Response:
        if name not in files:
            abort(404)
        return Response(files[name], mimetype=mimetypes.guess_type(name)[0])

    return app

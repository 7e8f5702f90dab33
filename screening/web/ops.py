"""For operators: is the process alive, is the service ready."""

from __future__ import annotations

from flask import Blueprint, Flask

from screening.store.engine import is_reachable
from screening.web import context

blueprint = Blueprint("ops", __name__)


def init_app(app: Flask) -> None:
    """Register the routes."""
    app.register_blueprint(blueprint)


@blueprint.get("/healthz")
def health() -> tuple[str, int, dict[str, str]]:
    """Say that the process answers."""
    return "ok\n", 200, {"Content-Type": "text/plain; charset=utf-8"}


@blueprint.get("/readyz")
def ready() -> tuple[str, int, dict[str, str]]:
    """Say whether the database answers; 503 if it does not."""
    reachable = is_reachable(context.store().engine)
    text, status = ("ok\n", 200) if reachable else ("database: no answer\n", 503)
    return text, status, {"Content-Type": "text/plain; charset=utf-8"}

"""For operators: is the process alive, is the service ready."""

from __future__ import annotations

from flask import Blueprint, Flask

from screening.store import outbox
from screening.store.engine import is_reachable
from screening.waking import queue_problem
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
    """Say whether the database answers, 503 if it does not, and how the background work stands.

    Without a worker the service is ready all the same: reports are then made when somebody asks for them.
    """
    kind = {"Content-Type": "text/plain; charset=utf-8"}
    if not is_reachable(context.store().engine):
        return "database: no answer\n", 503, kind
    with context.store().read() as session:
        work = outbox.state(session, context.now())
        given_up = len(outbox.dead_letters(session))
    worker = "ok" if work.is_alive else "none seen"
    if not work.is_alive and work.worker_seen_at is not None:
        worker = f"last seen {work.worker_seen_at.isoformat(timespec='seconds')}"
    lines = ["database: ok", f"worker: {worker}", *_queue(), f"waiting: {work.waiting}", f"given up: {given_up}"]
    return "".join(f"{line}\n" for line in lines), 200, kind


def _queue() -> list[str]:
    """Tell of a queue in Redis; any other one is the database. Without it work begins some seconds later."""
    if context.settings().queue_url is None:
        return []
    return [f"queue: {queue_problem(context.settings()) or 'ok'}"]

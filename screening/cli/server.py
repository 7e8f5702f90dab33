"""The web server as a process: gunicorn with threads, the application built once before the workers are forked."""

from __future__ import annotations

import contextlib
import gc
from typing import Any

from flask import Flask
from gunicorn.app.base import BaseApplication

from screening.app import create_app
from screening.config import Settings
from screening.jobs import worker_beside

DEFAULT_BIND = "127.0.0.1:8000"


def run_server(
    settings: Settings, *, bind: str = DEFAULT_BIND, workers: int = 2, threads: int = 8, with_worker: bool = True
) -> None:
    """Serve until told to stop. What keeps the application from starting is raised before a port is opened.

    ``with_worker`` runs the background work beside the server.
    """
    app = create_app(settings)
    gc.collect()
    gc.freeze()  # what is there now stays: collecting garbage need not look at it, and workers share its memory
    store = app.extensions["store"]
    with worker_beside(store, settings) if with_worker else contextlib.nullcontext():
        _serve(app, bind, workers, threads)


def _serve(app: Flask, bind: str, workers: int, threads: int) -> None:
    _Server(
        app,
        {
            "bind": bind,
            "workers": workers,
            "threads": threads,
            "worker_class": "gthread",
            "preload_app": True,
            "post_fork": _after_fork,
            "accesslog": None,  # addresses of patients and their links must not end up in a log
            "loglevel": "warning",
            "proc_name": "intake",
            "graceful_timeout": 30,
            "forwarder_headers": "",  # no proxy of ours says SCRIPT_NAME; a client's would stand in every link
        },
    ).run()


class _Server(BaseApplication):  # type: ignore[misc]  # gunicorn ships no types
    def __init__(self, app: Flask, options: dict[str, Any]) -> None:
        self._app = app
        self._options = options
        super().__init__()

    def load_config(self) -> None:
        for name, value in self._options.items():
            self.cfg.set(name, value)

    def load(self) -> Flask:
        return self._app


def _after_fork(_server: Any, worker: Any) -> None:
    worker.app.callable.extensions["store"].leave_to_parent()

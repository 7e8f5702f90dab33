"""The application behind a real port, in threads of the test process."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from flask import Flask
from werkzeug.serving import WSGIRequestHandler, make_server


class _Quiet(WSGIRequestHandler):
    def log_request(self, *args: Any) -> None:
        """Say nothing: nobody reads it here."""


@contextmanager
def serving(make_app: Callable[[str], Flask]) -> Iterator[tuple[str, Flask]]:
    """Serve an application on a free port until the block ends; gives its origin and the application.

    ``make_app`` is told the origin, ``http://localhost:PORT``, because the application's settings name it. By name,
    not by number: browsers treat localhost as a secure place.
    """
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        origin = f"http://localhost:{port}"
        app = make_app(origin)
        server = make_server("127.0.0.1", port, app, threaded=True, request_handler=_Quiet, fd=listener.fileno())
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        try:
            yield origin, app
        finally:
            server.shutdown()
            thread.join()
            server.server_close()

"""The server as an operator runs it: ``screening serve`` in a process of its own, which a test may kill or starve."""

from __future__ import annotations

import os
import resource
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_TO_START = 60.0
_BETWEEN_LOOKS = 0.02


class NoAnswerError(Exception):
    """The server did not answer within its time."""


class ServerProcess:
    """One server with two workers on a port of its own; it can be killed and started again on the same port."""

    def __init__(self, folder: Path, database_url: str, key_file: Path, *options: str) -> None:
        with socket.create_server(("127.0.0.1", 0)) as listener:
            self.port: int = listener.getsockname()[1]
        self._folder = folder
        self._options = options
        self._log = folder / f"server-{self.port}.log"
        settings = {
            "ENVIRONMENT": "demo",
            "DATABASE_URL": database_url,
            "KEY_FILE": str(key_file),
            "PUBLIC_ORIGIN": f"http://localhost:{self.port}",
            "PRACTICE_NAME": "Riverside Practice",
            "PRACTICE_PHONE": "555 0100",
            "TIME_ZONE": "Europe/Prague",
        }
        self._environ = {**os.environ, **{f"SCREENING_{name}": value for name, value in settings.items()}}
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start the server and wait until it takes connections."""
        program = Path(sys.executable).with_name("screening")
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                [program, "serve", "--bind", f"127.0.0.1:{self.port}", *self._options],
                env=self._environ,
                cwd=self._folder,
                stderr=log,
                start_new_session=True,  # so that its workers can be killed together with it
            )
        end = time.monotonic() + _TO_START
        while not self._takes_connections():
            if self._process.poll() is not None or time.monotonic() > end:
                raise NoAnswerError(f"the server did not start:\n{self._log.read_text()}")
            wait(_BETWEEN_LOOKS)

    def kill(self) -> None:
        """End the server and its workers at once, as a power cut would: nothing gets to finish."""
        self._end(signal.SIGKILL)

    def stop(self) -> None:
        """Ask the server to end; nothing happens if it is not there."""
        self._end(signal.SIGTERM)

    def limit_files(self, most_bytes: int | None) -> None:
        """Let the server write no file beyond this size, as on a full disk; None takes the limit away."""
        limit = resource.RLIM_INFINITY if most_bytes is None else most_bytes
        for pid in self._pids():
            _, hard = resource.prlimit(pid, resource.RLIMIT_FSIZE)
            resource.prlimit(pid, resource.RLIMIT_FSIZE, (limit, hard))

    def _end(self, number: signal.Signals) -> None:
        if self._process is None:
            return
        if self._process.poll() is None:
            os.killpg(self._process.pid, number)
        self._process.wait(timeout=_TO_START)
        self._process = None
        # The workers may die a moment later; until then the port is still theirs.
        while self._takes_connections():
            wait(_BETWEEN_LOOKS)

    def _pids(self) -> list[int]:
        assert self._process is not None
        master = self._process.pid
        children = Path(f"/proc/{master}/task/{master}/children").read_text().split()
        return [master, *map(int, children)]

    def _takes_connections(self) -> bool:
        try:
            socket.create_connection(("127.0.0.1", self.port), timeout=1).close()
        except OSError:
            return False
        return True


@contextmanager
def server_process(folder: Path, database_url: str, key_file: Path, *options: str) -> Iterator[ServerProcess]:
    """Run a server until the block ends; ``options`` are those of ``screening serve``."""
    server = ServerProcess(folder, database_url, key_file, *options)
    server.start()
    try:
        yield server
    finally:
        server.stop()


def wait(seconds: float) -> None:
    """Let another process get on with its work: nothing tells when it is done."""
    threading.Event().wait(seconds)

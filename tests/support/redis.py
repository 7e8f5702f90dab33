"""A Redis server of the tests' own: reached by a socket in a temporary folder only, gone afterwards."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from pathlib import Path


class RedisServer:
    """A running server that keeps nothing on disk. It ends with the process that started it, however that ends."""

    def __init__(self) -> None:
        self._folder = Path(tempfile.mkdtemp(prefix="redis-"))  # a socket's path must be short
        self._socket = self._folder / "socket"
        self._process: subprocess.Popen[str] | None = None
        self.start()

    @property
    def url(self) -> str:
        """The address for the setting ``queue_url``."""
        return f"unix://{self._socket}"

    def start(self) -> None:
        """Start the server, empty, and wait until it answers."""
        program = shutil.which("redis-server")
        if program is None:
            raise RuntimeError("no Redis server is installed; scripts/install dev installs one")
        options = {"port": "0", "unixsocket": str(self._socket), "unixsocketperm": "700", "save": "", "dir": "."}
        command = [program, *(part for name, value in options.items() for part in (f"--{name}", value))]
        self._process = subprocess.Popen(
            ["setpriv", "--pdeathsig", "KILL", *command], stdout=subprocess.PIPE, text=True, cwd=self._folder
        )
        assert self._process.stdout is not None
        log = []
        for line in self._process.stdout:
            log.append(line)
            if "ready to accept connections" in line:
                return
        raise RuntimeError("Redis did not start:\n" + "".join(log))

    def stop(self) -> None:
        """End the server and all that is in it; nothing happens if it is not there."""
        process, self._process = self._process, None
        if process is None:
            return
        process.kill()
        process.wait(timeout=30)
        assert process.stdout is not None
        process.stdout.close()
        self._socket.unlink(missing_ok=True)

    def remove(self) -> None:
        """Stop the server and remove its folder."""
        self.stop()
        shutil.rmtree(self._folder)

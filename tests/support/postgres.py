"""A PostgreSQL server of the tests' own: made in a temporary folder, reached by socket only, gone afterwards."""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import threading
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path

import psycopg
from psycopg import sql

from tests.support.memory import memory


class Cluster:
    """A running server. Its socket lies in a folder that only its user can enter, so it needs no password.

    Nothing is flushed to disk: the data need not outlive the tests. The server ends with the process that started it,
    however that process ends.
    """

    def __init__(self) -> None:
        self._binaries = _binaries()
        self._folder = Path(tempfile.mkdtemp(prefix="postgres-", dir=memory()))
        self._numbers = count(1)
        account = _account()
        if account:
            shutil.chown(self._folder, account, account)
            self._as_account = ["--reuid", account, "--regid", account, "--init-groups"]
        else:
            self._as_account = []
        self._init()
        self._start()

    def _init(self) -> None:
        options = ["--auth=trust", "--username=postgres", "--encoding=UTF8", "--no-locale", "--no-sync"]
        command = [f"{self._binaries}/initdb", f"--pgdata={self._folder}/data", *options]
        # PostgreSQL refuses to run as root, hence setpriv.
        done = subprocess.run(
            ["setpriv", *self._as_account, *command], capture_output=True, text=True, cwd=self._folder
        )
        if done.returncode:
            raise RuntimeError(f"initdb failed:\n{done.stdout}{done.stderr}")

    def _start(self) -> None:
        settings = {
            "listen_addresses": "",
            "unix_socket_directories": self._folder,
            "fsync": "off",
            "full_page_writes": "off",
            "max_connections": 100,
        }
        options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        command = [f"{self._binaries}/postgres", "-D", f"{self._folder}/data", *options]
        self._process = subprocess.Popen(
            ["setpriv", *self._as_account, "--pdeathsig", "QUIT", *command],
            stderr=subprocess.PIPE,
            text=True,
            cwd=self._folder,
        )
        assert self._process.stderr is not None
        log = []
        for line in self._process.stderr:
            log.append(line)
            if "ready to accept connections" in line:
                break
        else:
            raise RuntimeError("PostgreSQL did not start:\n" + "".join(log))
        # A server whose log nobody reads would stand still once the pipe is full.
        self._drain = threading.Thread(target=deque, args=(self._process.stderr, 0), daemon=True)
        self._drain.start()
        self._admin = psycopg.connect(self.url("postgres", driver=""), autocommit=True)

    def url(self, database: str, *, driver: str = "+psycopg") -> str:
        """Return the URL of a database: SQLAlchemy's, or with ``driver=""`` PostgreSQL's own."""
        return f"postgresql{driver}://postgres@/{database}?host={self._folder}"

    def create(self, template: str = "template1") -> str:
        """Make a database, empty or a copy of ``template``, to which nobody may be connected. Return its name."""
        name = f"test{next(self._numbers)}"
        statement = sql.SQL("CREATE DATABASE {} TEMPLATE {}")
        self._admin.execute(statement.format(sql.Identifier(name), sql.Identifier(template)))
        return name

    def drop(self, name: str) -> None:
        """Drop a database, whoever is still connected to it."""
        self._admin.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))

    @contextmanager
    def database(self, template: str = "template1") -> Iterator[str]:
        """Lend a database for as long as the block runs; gives its SQLAlchemy URL."""
        name = self.create(template)
        try:
            yield self.url(name)
        finally:
            self.drop(name)

    def stop(self) -> None:
        """Stop the server and remove its folder."""
        self.halt()
        shutil.rmtree(self._folder)

    def halt(self, number: signal.Signals = signal.SIGINT) -> None:
        """End the server, whoever is connected; its data stay. SIGQUIT ends it as a crash would."""
        self._admin.close()
        self._process.send_signal(number)
        self._process.wait(timeout=30)
        self._drain.join()
        assert self._process.stderr is not None
        self._process.stderr.close()

    def resume(self) -> None:
        """Start the server again after `halt`."""
        self._start()


def _binaries() -> Path:
    """Find the server's programs; Debian keeps them out of PATH, a folder for each major version."""
    on_path = shutil.which("initdb")
    if on_path:
        return Path(on_path).parent
    folders = [path.parent for path in Path("/usr/lib/postgresql").glob("*/bin/initdb")]
    if not folders:
        raise RuntimeError("no PostgreSQL server is installed; scripts/install dev installs one")
    return max(folders, key=lambda folder: float(folder.parent.name))


def _account() -> str | None:
    """Return whom to run the server as: its own account, or None for whoever runs the tests, if that is not root."""
    if os.geteuid() != 0:
        return None
    accounts = {entry.pw_name for entry in pwd.getpwall()}
    return "postgres" if "postgres" in accounts else "nobody"

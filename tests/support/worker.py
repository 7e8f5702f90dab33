"""``screening worker`` as a process of its own, which a test may kill; what it is doing, and what came of it."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import select

from reports.pdf import render_pdf
from screening import review
from screening.delivery import Press, download
from screening.store import outbox
from screening.store.audit import Actor
from screening.store.engine import Store
from screening.store.work_tables import OutboxTask, PreparedReport
from tests.support.clinic import ZONE
from tests.support.process import wait

PRESS = Press("A4", ZONE)
_LONG = 60.0
_BETWEEN_LOOKS = 0.005


def until(condition: Callable[[], object]) -> None:
    """Wait until something is so, which another process brings about."""
    end = time.monotonic() + _LONG
    while not condition():
        assert time.monotonic() < end
        wait(_BETWEEN_LOOKS)


class WorkerProcess:
    """A worker with one thread and so one renderer; ``options`` are those of ``screening worker``."""

    def __init__(self, folder: Path, database_url: str, key_file: Path, *options: str, queue_url: str = "") -> None:
        settings = {
            "ENVIRONMENT": "demo",
            "DATABASE_URL": database_url,
            "KEY_FILE": str(key_file),
            "PUBLIC_ORIGIN": "http://localhost:8000",
            "PRACTICE_NAME": "Riverside Practice",
            "PRACTICE_PHONE": "555 0100",
            "TIME_ZONE": "Europe/Prague",
        }
        if queue_url:
            settings["QUEUE_URL"] = queue_url
        environ = {**os.environ, **{f"SCREENING_{name}": value for name, value in settings.items()}}
        self._log = folder / "worker.log"
        program = Path(sys.executable).with_name("screening")
        with self._log.open("ab") as log:
            self.process = subprocess.Popen(
                [program, "worker", "--threads", "1", *options], env=environ, cwd=folder, stderr=log
            )

    @property
    def log(self) -> str:
        """What it has said so far."""
        return self._log.read_text()

    def kill(self) -> None:
        """End it at once, as a power cut would; its renderer is another process and ends by itself."""
        self.process.kill()
        self.process.wait(_LONG)

    def stop(self) -> None:
        """Ask it to end, and wait until it has."""
        if self.process.poll() is None:
            self.process.terminate()
        self.process.wait(_LONG)

    def renderer(self) -> int | None:
        """Return the process id of its renderer; None while there is none."""
        for task in Path(f"/proc/{self.process.pid}/task").iterdir():
            for pid in (task / "children").read_text().split():
                return int(pid)
        return None


def cpu_ticks(pid: int) -> int:
    """Return the hundredths of a second for which a process has computed so far."""
    after_name = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return int(after_name[11]) + int(after_name[12])


def is_worker_alive(store: Store) -> bool:
    """Tell whether a worker gave a sign of life just now."""
    with store.read() as session:
        return outbox.is_worker_alive(session, datetime.now(UTC))


def is_idle(store: Store) -> bool:
    """Tell whether nothing is left to do."""
    with store.read() as session:
        return session.scalars(select(OutboxTask.id)).first() is None


def made(store: Store, reader: Actor, response_id: str) -> bytes | None:
    """Return the PDF that was prepared; None while there is none."""
    now = datetime.now(UTC)
    with store.read() as session:
        if session.get(PreparedReport, response_id) is None:
            return None
    return download(store, reader, response_id, PRESS, clinicians_see="own", now=now).pdf


def expected(store: Store, response_id: str) -> bytes:
    """Return the PDF as this process makes it."""
    view = review.load_for_preparing(store, response_id, now=datetime.now(UTC), zone=ZONE)
    assert view is not None
    return render_pdf(PRESS.report(view))

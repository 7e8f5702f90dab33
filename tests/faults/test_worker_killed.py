"""The worker or its renderer is killed in the middle: the answers are untouched, the work is done again, the same."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from reports.pdf import render_pdf
from screening import review
from screening.delivery import Press, download
from screening.store import audit, outbox
from screening.store.work_tables import PreparedReport
from tests.faults.conftest import ServedPractice
from tests.support.clinic import ZONE
from tests.support.process import wait

PRESS = Press("A4", ZONE)
_LONG = 60.0


@pytest.fixture
def start_worker(practice: ServedPractice) -> Iterator[Callable[[], subprocess.Popen[bytes]]]:
    """Start ``screening worker`` on the practice's database."""
    settings = {
        "ENVIRONMENT": "demo",
        "DATABASE_URL": practice.database_url,
        "KEY_FILE": str(practice.key_file),
        "PUBLIC_ORIGIN": "http://localhost:8000",
        "PRACTICE_NAME": "Riverside Practice",
        "PRACTICE_PHONE": "555 0100",
        "TIME_ZONE": "Europe/Prague",
    }
    environ = {**os.environ, **{f"SCREENING_{name}": value for name, value in settings.items()}}
    started: list[subprocess.Popen[bytes]] = []

    def start() -> subprocess.Popen[bytes]:
        program = Path(sys.executable).with_name("screening")
        started.append(subprocess.Popen([program, "worker", "--threads", "1"], env=environ, cwd=practice.folder))
        return started[-1]

    yield start
    for process in started:
        if process.poll() is None:
            process.terminate()
        process.wait(_LONG)


def until(condition: Callable[[], object]) -> None:
    end = time.monotonic() + _LONG
    while not condition():
        assert time.monotonic() < end
        wait(0.05)


def send(practice: ServedPractice) -> str:
    """Have one patient answer and send, as of now; return the response's id."""
    invitation_id, _ = practice.invite()
    (response_id,) = practice.clinic.send(invitation_id, now=datetime.now(UTC))
    with practice.store.write() as session:
        outbox.post(session, outbox.PREPARE_REPORT, response_id, datetime.now(UTC))
    return response_id


def made(practice: ServedPractice, response_id: str) -> bytes | None:
    now = datetime.now(UTC)
    with practice.store.read() as session:
        if session.get(PreparedReport, response_id) is None:
            return None
    return download(practice.store, practice.clinic.novak, response_id, PRESS, clinicians_see="own", now=now).pdf


def expected(practice: ServedPractice, response_id: str) -> bytes:
    view = review.load_for_preparing(practice.store, response_id, now=datetime.now(UTC), zone=ZONE)
    assert view is not None
    return render_pdf(PRESS.report(view))


def renderers(worker: subprocess.Popen[bytes]) -> list[int]:
    found = []
    for task in Path(f"/proc/{worker.pid}/task").iterdir():
        found += [int(pid) for pid in (task / "children").read_text().split()]
    return found


def test_a_killed_worker_loses_nothing(
    practice: ServedPractice, start_worker: Callable[[], subprocess.Popen[bytes]]
) -> None:
    response_id = send(practice)
    with practice.store.write() as session:  # as if a worker had taken it up and was killed, a while ago
        task = outbox.lease(session, datetime.now(UTC) - outbox.LEASE + timedelta(seconds=1))
        assert task is None  # not due that long ago
        task = outbox.lease(session, datetime.now(UTC))
        assert task is not None
    killed = start_worker()
    until(lambda: _is_alive(practice))
    killed.kill()
    killed.wait()
    with practice.store.write() as session:  # time goes by: its lease is over
        session.execute(
            outbox.OutboxTask.__table__.update().values(leased_until=datetime.now(UTC) - timedelta(seconds=1))
        )
    start_worker()
    until(lambda: made(practice, response_id))
    assert made(practice, response_id) == expected(practice, response_id)
    with practice.store.read() as session:
        assert audit.verify(session, practice.store.keyring) == []
        assert session.scalars(select(outbox.OutboxTask)).all() == []


def test_a_killed_renderer_is_replaced_and_the_pdf_is_the_same(
    practice: ServedPractice, start_worker: Callable[[], subprocess.Popen[bytes]]
) -> None:
    worker = start_worker()
    first = send(practice)
    until(lambda: made(practice, first))
    for pid in renderers(worker):
        os.kill(pid, signal.SIGKILL)
    second = send(practice)
    until(lambda: made(practice, second))
    assert made(practice, first) == expected(practice, first)
    assert made(practice, second) == expected(practice, second)


def test_a_worker_that_is_told_to_stop_says_so(
    practice: ServedPractice, start_worker: Callable[[], subprocess.Popen[bytes]]
) -> None:
    worker = start_worker()
    until(lambda: _is_alive(practice))
    worker.send_signal(signal.SIGINT)
    worker.wait(_LONG)
    assert not _is_alive(practice)


def _is_alive(practice: ServedPractice) -> bool:
    with practice.store.read() as session:
        return outbox.is_worker_alive(session, datetime.now(UTC))

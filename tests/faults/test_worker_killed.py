"""The worker or its renderer is killed in mid-render: the answers are untouched, the work is done again, the same."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select, update

from screening.store import audit, outbox
from screening.store.tables import Response
from screening.store.work_tables import OutboxTask, PreparedReport
from tests.faults.conftest import ServedPractice
from tests.support import clinic
from tests.support.worker import WorkerProcess, cpu_ticks, expected, is_idle, is_worker_alive, made, until

QUESTIONS = 60
_HEAD = """\
id: long
version: "1"
title: A long form
language: en
copyright: CC0-1.0. For a test.
pages:
  - id: page
    title: Days
    items:
"""
_ITEM = "      - {{id: day_{number}, type: text, text: What was day {number} like?}}\n"
LONG = _HEAD + "".join(_ITEM.format(number=number) for number in range(QUESTIONS))
"""A form whose report takes long enough to be met in the middle."""
ANSWERED = {"page": {"answers": {f"day_{number}": "Grey, then rain." for number in range(QUESTIONS)}, "skipped": False}}


@pytest.fixture
def start_worker(practice: ServedPractice) -> Iterator[Callable[[], WorkerProcess]]:
    """Start a worker on the practice's database."""
    started: list[WorkerProcess] = []

    def start() -> WorkerProcess:
        started.append(WorkerProcess(practice.folder, practice.database_url, practice.key_file, "--sweep", "1"))
        return started[-1]

    yield start
    for worker in started:
        worker.stop()


@pytest.fixture
def practice(practice: ServedPractice) -> ServedPractice:
    """A practice that has a long form, too."""
    practice.clinic.register(LONG)
    practice.clinic.approve("long")
    return practice


def send(practice: ServedPractice, questionnaire_id: str) -> str:
    """Have one patient send, and ask for the report; return the response's id."""
    now = datetime.now(UTC)
    invited = practice.clinic.invite(record_number=questionnaire_id, questionnaires=(questionnaire_id,))
    (response_id,) = practice.clinic.send(invited.invitation_id, {**clinic.ANSWERED, "long": ANSWERED}, now=now)
    with practice.store.write() as session:
        outbox.post(session, outbox.PREPARE_REPORT, response_id, now)
    return response_id


def row(practice: ServedPractice, response_id: str) -> Mapping[str, Any]:
    """Return all that stands in a response's row."""
    table = Response.__table__
    with practice.store.read() as session:
        return dict(session.execute(select(table).where(table.c.id == response_id)).one()._mapping)


def tasks(practice: ServedPractice) -> list[OutboxTask]:
    with practice.store.read() as session:
        return list(session.scalars(select(OutboxTask)))


def in_mid_render(practice: ServedPractice, worker: WorkerProcess) -> tuple[str, int]:
    """Have a long report begun in a renderer that is warm; return the response and the renderer that works on it."""
    first = send(practice, "coping")
    until(lambda: made(practice.store, practice.clinic.novak, first))
    until(lambda: is_idle(practice.store))
    renderer = worker.renderer()
    assert renderer is not None
    before = cpu_ticks(renderer)
    response_id = send(practice, "long")
    until(lambda: cpu_ticks(renderer) > before + 1)
    return response_id, renderer


def assert_made_in_the_end(practice: ServedPractice, response_id: str, before: Mapping[str, Any]) -> None:
    until(lambda: made(practice.store, practice.clinic.novak, response_id))
    assert made(practice.store, practice.clinic.novak, response_id) == expected(practice.store, response_id)
    until(lambda: is_idle(practice.store))
    assert row(practice, response_id) == before
    with practice.store.read() as session:
        assert audit.verify(session, practice.store.keyring) == []


def test_a_worker_and_its_renderer_that_are_killed_in_mid_render_lose_nothing(
    practice: ServedPractice, start_worker: Callable[[], WorkerProcess]
) -> None:
    worker = start_worker()
    response_id, renderer = in_mid_render(practice, worker)
    worker.kill()
    os.kill(renderer, signal.SIGKILL)
    before = row(practice, response_id)
    (task,) = tasks(practice)
    assert (task.subject, task.attempts, task.failed_at) == (response_id, 1, None)
    assert task.leased_until is not None
    assert made(practice.store, practice.clinic.novak, response_id) is None
    with practice.store.write() as session:  # time goes by: its lease is over
        session.execute(update(OutboxTask).values(leased_until=datetime.now(UTC) - timedelta(seconds=1)))
    start_worker()
    assert_made_in_the_end(practice, response_id, before)


@pytest.mark.parametrize("database_backend", ["sqlite"])
def test_a_renderer_that_is_killed_in_mid_render_is_replaced(
    practice: ServedPractice, start_worker: Callable[[], WorkerProcess]
) -> None:
    worker = start_worker()
    response_id, renderer = in_mid_render(practice, worker)
    os.kill(renderer, signal.SIGKILL)
    before = row(practice, response_id)
    with practice.store.read() as session:
        assert session.get(PreparedReport, response_id) is None
    assert_made_in_the_end(practice, response_id, before)
    assert worker.renderer() not in (None, renderer)


def test_a_worker_that_is_told_to_stop_says_so(
    practice: ServedPractice, start_worker: Callable[[], WorkerProcess]
) -> None:
    worker = start_worker()
    until(lambda: is_worker_alive(practice.store))
    worker.process.send_signal(signal.SIGINT)
    worker.process.wait(60)
    assert not is_worker_alive(practice.store)

"""A commit in one process wakes the worker in another, through each kind of queue; without it nothing is lost."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime

import pytest
from redis import Redis
from sqlalchemy import select

from screening.app import create_app
from screening.store import files, outbox
from screening.store.files import Asker, Wanted
from screening.store.work_tables import RequestedFile
from screening.waking import Waker, queue_problem
from tests.faults.conftest import ServedPractice
from tests.support.app import close_app, make_settings
from tests.support.redis import RedisServer
from tests.support.worker import WorkerProcess, is_idle, is_worker_alive, until

AN_HOUR = ("--sweep", "3600")
"""Nothing is found by looking for it: what is done was woken for."""

StartWorker = Callable[..., WorkerProcess]


@pytest.fixture
def start_worker(practice: ServedPractice) -> Iterator[StartWorker]:
    """Start a worker, and have what this process commits wake it by the same queue."""
    started: list[WorkerProcess] = []

    def start(*options: str, queue_url: str = "") -> WorkerProcess:
        settings = make_settings(practice.folder, practice.database_url, queue_url=queue_url or None)
        practice.store.wake = Waker(practice.store, settings)
        started.append(
            WorkerProcess(practice.folder, practice.database_url, practice.key_file, *options, queue_url=queue_url)
        )
        return started[-1]

    yield start
    for worker in started:
        worker.stop()


def ask(practice: ServedPractice) -> None:
    """Have one patient send, which asks for a report."""
    now = datetime.now(UTC)
    invitation_id, _ = practice.invite()
    (response_id,) = practice.clinic.send(invitation_id, now=now)
    with practice.store.write() as session:
        outbox.post(session, outbox.PREPARE_REPORT, response_id, now)


def assert_is_woken(practice: ServedPractice, times: int = 2) -> None:
    """Ask once the worker has nothing to do, so that it waits for the hour to go by, or for us; and once again."""
    for _ in range(times):
        ask(practice)
        until(lambda: is_idle(practice.store))


def test_a_commit_in_another_process_wakes_the_worker(practice: ServedPractice, start_worker: StartWorker) -> None:
    start_worker(*AN_HOUR)
    until(lambda: is_worker_alive(practice.store))
    assert_is_woken(practice)


@pytest.mark.parametrize("database_backend", ["sqlite"])
def test_redis_wakes_the_worker_also_after_it_was_restarted(
    practice: ServedPractice, start_worker: StartWorker, redis: RedisServer
) -> None:
    worker = start_worker(*AN_HOUR, queue_url=redis.url)
    until(lambda: is_worker_alive(practice.store))
    assert_is_woken(practice)
    redis.stop()
    until(lambda: "the queue in Redis can't be used (ConnectionError)" in worker.log)
    redis.start()
    until(lambda: "the queue in Redis answers again" in worker.log)
    assert_is_woken(practice)
    assert "Traceback" not in worker.log
    assert not (practice.folder / "answers.db-queue").exists()


@pytest.mark.parametrize("database_backend", ["sqlite"])
def test_without_its_redis_the_work_is_found_by_looking(
    practice: ServedPractice, start_worker: StartWorker, redis: RedisServer
) -> None:
    redis.stop()
    worker = start_worker("--sweep", "1", queue_url=redis.url)
    until(lambda: is_worker_alive(practice.store))
    for _ in range(2):
        ask(practice)
        until(lambda: is_idle(practice.store))
    assert is_worker_alive(practice.store)
    assert "queue_url: this Redis can't be used now (ConnectionError)" in worker.log


@pytest.mark.parametrize("database_backend", ["sqlite"])
def test_readiness_tells_whether_redis_answers(practice: ServedPractice, redis: RedisServer) -> None:
    app = create_app(make_settings(practice.folder, practice.database_url, queue_url=redis.url))
    client = app.test_client()
    assert "\nqueue: ok\n" in client.get("/readyz").text
    redis.stop()
    away = client.get("/readyz")
    assert (away.status_code, "\nqueue: ConnectionError\n" in away.text) == (200, True)
    close_app(app)


@pytest.mark.parametrize("database_backend", ["sqlite"])
def test_a_password_that_redis_refuses_is_told_by_kind_only(practice: ServedPractice, redis: RedisServer) -> None:
    with Redis.from_url(redis.url) as client:
        client.config_set("requirepass", "open sesame")
    for password, problem in (("open%20sesame", None), ("tell-nobody", "AuthenticationError")):
        url = redis.url.replace("unix://", f"unix://:{password}@")
        assert queue_problem(make_settings(practice.folder, practice.database_url, queue_url=url)) == problem


def test_a_worker_throws_away_the_files_that_nobody_fetched_in_time(
    practice: ServedPractice, start_worker: StartWorker
) -> None:
    invitation_id, _ = practice.invite()
    asked_at = datetime.now(UTC) - files.KEPT
    response_ids = practice.clinic.send(invitation_id, now=asked_at)
    wanted = Wanted(files.REPORT, {}, response_ids)
    with practice.store.write() as session:
        files.ask(session, practice.store.keyring, Asker.of(practice.clinic.novak), wanted, asked_at)

    def is_gone() -> bool:
        with practice.store.read() as session:
            return session.scalars(select(RequestedFile.id)).first() is None

    assert not is_gone()
    start_worker()
    until(is_gone)

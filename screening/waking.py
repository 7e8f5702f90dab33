"""The queue that wakes workers, and waking one after a commit. What is to be done stands in the outbox, not in here.

huey forgets a task when it hands it out; the outbox does not. So a wake-up that is lost costs some seconds, until the
next sweep, and nothing that is in the queue matters. It holds no data: every message says "look", and is signed,
because huey unpickles what it is sent.
"""

from __future__ import annotations

import logging
import os
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from sqlalchemy import make_url

from screening.config import Settings
from screening.store.engine import Store

if TYPE_CHECKING:
    from huey.api import Huey
    from redis import ConnectionPool

_QUEUE = "wake"
_CONNECT_SECONDS = 2
_ANSWER_SECONDS = 5
"""Longer than the second for which huey waits for a message."""
_HURRIED_SECONDS = 0.4
_LOGGER = logging.getLogger(__name__)


def make_queue(store: Store, settings: Settings) -> Huey:
    """Return the queue: in Redis where that is set, else a file beside an SQLite database or PostgreSQL's own tables.

    Imported here, when first needed: it would take a third of the time in which the web application starts.
    """
    from huey import PostgresHuey, RedisHuey, SqliteHuey
    from huey.serializer import SignedSerializer

    secret = store.keyring.lookup_hash("queue", _QUEUE).hex()
    options: dict[str, Any] = {"results": False, "serializer": SignedSerializer(secret=secret)}
    if settings.queue_url is not None:
        # Named by the keys: of two installations on one Redis, neither takes the other's wake-ups.
        name = f"{_QUEUE}_{store.keyring.lookup_hash('queue_name', _QUEUE).hex()[:16]}"
        return RedisHuey(name, connection_pool=_redis(settings.queue_url), **options)
    url = make_url(settings.database_url)
    if url.get_backend_name() == "sqlite":
        return SqliteHuey(_QUEUE, filename=f"{url.database}-queue", fsync=False, **options)
    return PostgresHuey(_QUEUE, dsn=url.set(drivername="postgresql").render_as_string(hide_password=False), **options)


def wake_task(queue: Huey, do: Callable[[], object]) -> Callable[[], object]:
    """Register the one task, under one name wherever it is sent from or done; return what sends it."""

    def wake() -> None:
        do()

    task: Callable[[], object] = queue.task(name="wake")(wake)
    return task


def queue_problem(settings: Settings) -> str | None:
    """Return what keeps a queue of its own (Redis) from being used now, in one word; None where nothing does.

    The other queues are the database, or a file beside it.
    """
    if settings.queue_url is None:
        return None
    from redis import Redis, RedisError

    try:
        with Redis.from_pool(_redis(settings.queue_url, hurried=True)) as client:  # closes them
            client.ping()
    except (RedisError, OSError) as error:
        return type(error).__name__
    return None


def _redis(url: str, *, hurried: bool = False) -> ConnectionPool:
    """Return connections that give up soon: whoever waits for them does nothing else meanwhile.

    ``hurried``: for somebody who asks whether the service is ready, and asks again if it does not answer in a second.
    """
    from redis import ConnectionPool
    from redis.backoff import NoBackoff
    from redis.retry import Retry

    return ConnectionPool.from_url(
        url,
        socket_connect_timeout=_HURRIED_SECONDS if hurried else _CONNECT_SECONDS,
        socket_timeout=_HURRIED_SECONDS if hurried else _ANSWER_SECONDS,
        # A connection that a restarted server dropped is made anew, once.
        retry=Retry(NoBackoff(), 0 if hurried else 1),
    )


class Waker:
    """Wakes a worker after a commit, from a thread of its own: nobody waits for it, and its failure is no failure."""

    def __init__(self, store: Store, settings: Settings) -> None:
        self._store = store
        self._settings = settings
        self._queue: Huey | None = None
        self._wake: Callable[[], object] = lambda: None
        self._waiting = False
        self._lock, self._sending = threading.Lock(), threading.Lock()
        os.register_at_fork(after_in_child=self._forget)

    def __call__(self) -> None:
        """Have a worker woken soon; of many calls at once one is enough."""
        with self._lock:
            if self._waiting:
                return
            self._waiting = True
        threading.Thread(target=self._send, name="wake", daemon=True).start()

    def _send(self) -> None:
        with self._sending:
            with self._lock:  # from here on a commit needs a message of its own; it does not wait for this one
                self._waiting = False
            try:
                if self._queue is None:
                    self._queue = make_queue(self._store, self._settings)
                    self._wake = wake_task(self._queue, lambda: None)
                self._wake()
                self._queue.storage.close()  # the connection is this thread's, which ends here
            except Exception as error:  # noqa: BLE001  # the next sweep finds the work
                self._queue = None
                _LOGGER.warning("no worker could be woken: %s", type(error).__name__)

    def _forget(self) -> None:
        self._lock, self._sending = threading.Lock(), threading.Lock()
        self._queue, self._waiting = None, False

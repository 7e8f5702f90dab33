"""Background work as a process: ``screening worker``. huey only wakes it; what is to be done stands in the outbox.

A queue forgets a task when it hands it out; the outbox does not. So a wake-up that is lost costs some seconds, until
the next sweep, and nothing that is in the queue matters. It holds no data: every message says "look", and is signed,
because huey unpickles what it is sent.
"""

from __future__ import annotations

import contextlib
import logging
import os
import signal
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import make_url
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from reports.process import Renderer
from screening.config import Settings
from screening.delivery import Press, Work
from screening.store import outbox
from screening.store.engine import Store
from screening.store.tables import new_id

if TYPE_CHECKING:
    from huey.api import Huey

SWEEP_SECONDS = 5
"""A worker gives a sign of life this often, and does what nobody woke it for."""
_PARENT_SECONDS = 0.5
_QUEUE = "wake"
_LOGGER = logging.getLogger(__name__)


def utc_now() -> datetime:
    """Return the present time, aware, in UTC."""
    return datetime.now(UTC)


def press(settings: Settings) -> Press:
    """Return how this clinic's reports are made."""
    return Press(settings.paper, settings.zone, settings.staff_language, settings.clinicians_see)


def make_queue(store: Store, settings: Settings) -> Huey:
    """Return the queue that wakes workers: a file beside an SQLite database, or tables in a PostgreSQL database.

    Imported here, when first needed: it would take a third of the time in which the web application starts.
    """
    from huey import PostgresHuey, SqliteHuey
    from huey.serializer import SignedSerializer

    options: dict[str, Any] = {
        "results": False,
        "serializer": SignedSerializer(secret=store.keyring.lookup_hash("queue", _QUEUE).hex()),
    }
    url = make_url(settings.database_url)
    if url.get_backend_name() == "sqlite":
        return SqliteHuey(_QUEUE, filename=f"{url.database}-queue", fsync=False, **options)
    return PostgresHuey(_QUEUE, dsn=url.set(drivername="postgresql").render_as_string(hide_password=False), **options)


class Waker:
    """Wakes a worker after a commit, from a thread of its own: nobody waits for it, and its failure is no failure."""

    def __init__(self, store: Store, settings: Settings) -> None:
        self._store = store
        self._settings = settings
        self._queue: Huey | None = None
        self._wake: Callable[[], object] = lambda: None
        self._lock = threading.Lock()
        self._waiting = False
        os.register_at_fork(after_in_child=self._forget)

    def __call__(self) -> None:
        """Have a worker woken soon; of many calls at once one is enough."""
        with self._lock:
            if self._waiting:
                return
            self._waiting = True
        threading.Thread(target=self._send, name="wake", daemon=True).start()

    def _send(self) -> None:
        with self._lock:
            self._waiting = False
            try:
                if self._queue is None:
                    self._queue = make_queue(self._store, self._settings)
                    self._wake = _wake_task(self._queue, lambda: None)
                self._wake()
                self._queue.storage.close()  # the connection is this thread's, which ends here
            except Exception as error:  # noqa: BLE001  # the next sweep finds the work
                self._queue = None
                _LOGGER.warning("no worker could be woken: %s", type(error).__name__)

    def _forget(self) -> None:
        self._lock, self._queue, self._waiting = threading.Lock(), None, False


def _wake_task(queue: Huey, do: Callable[[], object]) -> Callable[[], object]:
    """Register the one task, under one name wherever it is sent from or done."""

    def wake() -> None:
        do()

    task: Callable[[], object] = queue.task(name="wake")(wake)
    return task


class BackgroundWorker:
    """Threads that do what is in the outbox, each with a renderer of its own, until told to stop."""

    def __init__(self, store: Store, settings: Settings, *, clock: Callable[[], datetime] = utc_now) -> None:
        self._store = store
        self._settings = settings
        self._clock = clock
        self._id = new_id()
        self._own = threading.local()
        self._renderers: list[Renderer] = []
        self._stopped = threading.Event()

    def run(self, *, threads: int = 2, parent: int | None = None) -> None:
        """Work until a signal comes, or until the process ``parent`` is gone."""
        logging.getLogger("huey").setLevel(logging.WARNING)
        queue = make_queue(self._store, self._settings)
        _wake_task(queue, self._drain)
        consumer = queue.create_consumer(workers=threads, periodic=False, max_delay=1.0, shutdown_timeout=30)
        sweeping = threading.Thread(target=self._sweep, name="sweep")
        watching = threading.Thread(target=self._watch, args=(parent,), name="parent", daemon=True)
        sweeping.start()
        if parent is not None:
            watching.start()
        try:
            consumer.run()
        finally:
            self._stopped.set()
            sweeping.join()
            for renderer in self._renderers:
                renderer.close()
            with contextlib.suppress(DBAPIError, PoolTimeoutError), self._store.write() as session:
                outbox.note_ended(session, self._id)

    def _drain(self) -> None:
        while not self._stopped.is_set() and self._work().do_next():
            pass

    def _sweep(self) -> None:
        while True:
            try:
                with self._store.write() as session:
                    outbox.note_alive(session, self._id, self._clock())
                self._drain()
            except (DBAPIError, PoolTimeoutError) as error:
                _LOGGER.error("database fault in background work: %s", type(error).__name__)
            if self._stopped.wait(SWEEP_SECONDS):
                return

    def _watch(self, parent: int) -> None:
        while os.getppid() == parent:
            if self._stopped.wait(_PARENT_SECONDS):
                return
        os.kill(os.getpid(), signal.SIGTERM)

    def _work(self) -> Work:
        found: Work | None = getattr(self._own, "work", None)
        if found is None:
            renderer = Renderer()
            self._renderers.append(renderer)
            found = self._own.work = Work(self._store, press(self._settings), renderer, self._clock)
        return found


@contextlib.contextmanager
def worker_beside(store: Store, settings: Settings, *, threads: int = 2) -> Iterator[None]:
    """Run a worker beside this process, started again if it ends, for as long as this process lives.

    Two forks: the first keeps the second running. It must be called before this process has threads of its own.
    """
    here = os.getpid()
    keeper = os.fork()
    if keeper == 0:
        try:
            _keep_worker(store, settings, threads, here)
        finally:
            os._exit(0)
    try:
        yield
    finally:
        if os.getpid() == here:
            with contextlib.suppress(ProcessLookupError):
                os.kill(keeper, signal.SIGTERM)


def _keep_worker(store: Store, settings: Settings, threads: int, parent: int) -> None:
    stop = threading.Event()
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # from the terminal it goes to the worker too
    signal.signal(signal.SIGTERM, lambda *_: stop.set())
    wait, child = 1.0, 0
    while not stop.is_set() and os.getppid() == parent:
        if child == 0:
            child = _fork_worker(store, settings, threads)
        stop.wait(_PARENT_SECONDS)
        if os.waitpid(child, os.WNOHANG)[0]:
            child = 0
            stop.wait(wait)
            wait = min(wait * 2, 60.0)
    if child:
        with contextlib.suppress(ProcessLookupError):
            os.kill(child, signal.SIGTERM)


def _fork_worker(store: Store, settings: Settings, threads: int) -> int:
    keeper = os.getpid()
    child = os.fork()
    if child:
        return child
    status = 1
    try:
        signal.signal(signal.SIGINT, signal.default_int_handler)
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        store.engine.dispose(close=False)  # connections from before the fork belong to the parent
        BackgroundWorker(store, settings).run(threads=threads, parent=keeper)
        status = 0
    finally:
        os._exit(status)

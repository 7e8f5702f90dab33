"""Background work as a process: ``screening worker``. A queue wakes it; what is to be done stands in the outbox."""

from __future__ import annotations

import contextlib
import logging
import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime

from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from reports.process import Renderer
from screening.config import Settings
from screening.delivery import Press, Work
from screening.store import files, outbox
from screening.store.engine import Store
from screening.store.tables import new_id
from screening.waking import make_queue, queue_problem, wake_task

SWEEP_SECONDS = 5.0
"""A worker does this often what nobody woke it for."""
_SIGN_OF_LIFE_SECONDS = 5.0
_PARENT_SECONDS = 0.5
_LEAST_PAUSE = 0.05
_TO_STOP_SECONDS = 30.0
"""How long a worker that is told to stop goes on with what it has begun; what is not done by then is done again."""
_FAULTS = (DBAPIError, PoolTimeoutError)
_LOGGER = logging.getLogger(__name__)


def utc_now() -> datetime:
    """Return the present time, aware, in UTC."""
    return datetime.now(UTC)


def press(settings: Settings) -> Press:
    """Return how this clinic's reports are made."""
    return Press(settings.paper, settings.zone, settings.staff_language, settings.clinicians_see)


class _Bell:
    """Wakes every thread that waits for it; who is at work when it rings finds that it rang."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._rung = 0

    def ring(self) -> None:
        """Wake all."""
        with self._changed:
            self._rung += 1
            self._changed.notify_all()

    def wait(self, heard: int, seconds: float) -> int:
        """Wait until it has rung more often than ``heard``, or so long; return how often it has."""
        with self._changed:
            self._changed.wait_for(lambda: self._rung > heard, seconds)
            return self._rung


class BackgroundWorker:
    """Threads that do what is in the outbox, each with a renderer of its own, until told to stop.

    One message wakes all of them, because a day's reports are posted in one transaction. ``sweep`` is in seconds.
    """

    def __init__(
        self,
        store: Store,
        settings: Settings,
        *,
        clock: Callable[[], datetime] = utc_now,
        sweep: float = SWEEP_SECONDS,
    ) -> None:
        self._store = store
        self._settings = settings
        self._clock = clock
        self._sweep = sweep
        self._id = new_id()
        self._bell = _Bell()
        self._stopped = threading.Event()

    def run(self, *, threads: int = 2, parent: int | None = None) -> None:
        """Work until a signal comes, or until the process ``parent`` is gone."""
        logging.getLogger("huey").setLevel(logging.CRITICAL)  # it would tell each second that Redis is away; we do once
        queue = make_queue(self._store, self._settings)
        wake_task(queue, self._bell.ring)
        consumer = queue.create_consumer(workers=1, periodic=False, max_delay=1.0)
        alive = threading.Thread(target=self._stay_alive, name="alive", daemon=True)
        working = [threading.Thread(target=self._work, name=f"work-{n}", daemon=True) for n in range(1, threads + 1)]
        for thread in (alive, *working):
            thread.start()
        if parent is not None:
            threading.Thread(target=self._watch, args=(parent,), name="parent", daemon=True).start()
        try:
            consumer.run()
        finally:
            self._stopped.set()
            self._bell.ring()
            end = time.monotonic() + _TO_STOP_SECONDS
            for thread in (*working, alive):
                thread.join(max(0.0, end - time.monotonic()))
            with contextlib.suppress(*_FAULTS), self._store.write() as session:
                outbox.note_ended(session, self._id)

    def _work(self) -> None:
        """Do what is due whenever somebody rings, something else falls due, or the time for a sweep has come."""
        with Renderer() as renderer:
            work = Work(self._store, press(self._settings), renderer, self._clock)
            heard, pause = -1, 0.0
            while True:
                heard = self._bell.wait(heard, pause)
                if self._stopped.is_set():
                    return
                try:
                    while not self._stopped.is_set() and work.do_next():
                        pass
                    pause = self._until_next()
                except _FAULTS as error:
                    _LOGGER.error("database fault in background work: %s", type(error).__name__)
                    pause = min(self._sweep, SWEEP_SECONDS)

    def _until_next(self) -> float:
        """Return the seconds until something falls due that is known now; a sweep's time at most."""
        with self._store.read() as session:
            due_at = outbox.next_due_at(session)
        if due_at is None:
            return self._sweep
        return min(self._sweep, max(_LEAST_PAUSE, (due_at - self._clock()).total_seconds()))

    def _stay_alive(self) -> None:
        """Give signs of life; with each go the files that somebody asked for and whose time is over."""
        problem = None
        while True:
            try:
                with self._store.write() as session:
                    outbox.note_alive(session, self._id, self._clock())
                    files.remove_old(session, self._clock())
            except _FAULTS as error:
                _LOGGER.error("database fault in background work: %s", type(error).__name__)
            before, problem = problem, queue_problem(self._settings)
            if problem != before:
                trouble = f"can't be used ({problem}); work begins up to {self._sweep:g} s later"
                _LOGGER.warning("the queue in Redis %s", trouble if problem else "answers again")
            if self._stopped.wait(_SIGN_OF_LIFE_SECONDS):
                return

    def _watch(self, parent: int) -> None:
        while os.getppid() == parent:
            if self._stopped.wait(_PARENT_SECONDS):
                return
        os.kill(os.getpid(), signal.SIGTERM)


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
        store.leave_to_parent()
        BackgroundWorker(store, settings).run(threads=threads, parent=keeper)
        status = 0
    finally:
        os._exit(status)

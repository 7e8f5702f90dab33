"""Doing what stands in the outbox, in whatever process: one row after another, each leased, each safe to repeat."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from datetime import datetime, timedelta

from sqlalchemy.exc import DBAPIError

from reports.process import Renderer, RenderError
from screening.delivery import files
from screening.delivery.days import NotYetError
from screening.delivery.preparing import Press, prepare
from screening.store import outbox
from screening.store.engine import Store
from screening.store.outbox import Task

_LOGGER = logging.getLogger(__name__)
_LOOK_AGAIN = timedelta(seconds=1)


class Work:
    """What does the tasks of the outbox, with a renderer of its own or one that it shares."""

    def __init__(self, store: Store, press: Press, renderer: Renderer, clock: Callable[[], datetime]) -> None:
        self._store = store
        self._press = press
        self._renderer = renderer
        self._clock = clock

    def drain(self, *, seconds: float | None = None) -> int:
        """Do all that is due, or what can be begun within ``seconds``; return how many tasks were taken up."""
        end = None if seconds is None else time.monotonic() + seconds
        count = 0
        while (end is None or time.monotonic() < end) and self.do_next():
            count += 1
        return count

    def do_next(self, *, only: tuple[str, str] | None = None) -> bool:
        """Do the task that is due longest, or that of this kind and subject; False where there is none to take."""
        with self._store.write() as session:
            task = outbox.lease(session, self._clock(), only=only)
        if task is None:
            return False
        try:
            self._do(task)
        except NotYetError:
            self._end(lambda session, now: outbox.postpone(session, task, now + _LOOK_AGAIN))
        except RenderError as error:
            self._fail(task, str(error))
        except DBAPIError:
            raise  # the lease runs out, and the row comes up again
        except Exception as error:  # noqa: BLE001  # whatever it is, the next task must not wait for it
            self._fail(task, type(error).__name__)  # its message may hold a patient's words
        else:
            self._end(lambda session, now: outbox.finish(session, task, now))
        return True

    def _do(self, task: Task) -> None:
        if task.kind == outbox.PREPARE_REPORT:
            prepare(self._store, self._press, self._renderer, task.subject, self._clock())
        elif task.kind in (outbox.MAKE_FILE, outbox.MAKE_DAY):
            files.make(self._store, self._press, self._renderer, task.subject, self._clock())
        else:
            raise LookupError(f"no such task: {task.kind}")

    def _fail(self, task: Task, error: str) -> None:
        _LOGGER.error("%s for %s failed (try %d): %s", task.kind, task.subject, task.attempts, error)
        self._end(lambda session, now: outbox.fail(session, task, error, now))

    def _end(self, how: Callable[..., None]) -> None:
        with self._store.write() as session:
            how(session, self._clock())

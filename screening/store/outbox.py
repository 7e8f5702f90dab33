"""The outbox: what is to be done after a transaction, posted within it, so that neither happens without the other.

Whoever does it leases rows for a while. A row whose worker was killed comes up again when its lease is over, so doing
one twice must come to the same. Nothing here knows a queue; `Store` calls whoever wants to be woken.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import Select, and_, delete, func, literal, or_, select, true, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from screening.store.engine import WAKE
from screening.store.errors import NotFound
from screening.store.tables import UtcDateTime, new_id
from screening.store.work_tables import OutboxTask, Worker

PREPARE_REPORT: Final = "prepare_report"
"""Make the PDF of the response that is the subject."""
MAKE_FILE: Final = "make_file"
"""Make the file that is the subject, which somebody waits for: before all else."""
MAKE_DAY: Final = "make_day"
"""Make the file of a day that is the subject; its reports come before it."""

MOST_ATTEMPTS = 5
LEASE = timedelta(minutes=2)
"""Longer than any one thing takes: a report has 20 seconds and one more try, a file of 200 reports 80 seconds."""
_FIRST_WAIT = timedelta(seconds=10)
_GROWTH = 4
"""After failures the next try waits 10 s, 40 s, 160 s, then 640 s."""
_ALIVE = timedelta(seconds=30)
_FORGOTTEN = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Task:
    """A leased row: the one who holds it does ``kind`` for ``subject``."""

    id: int
    kind: str
    subject: str
    revision: int
    attempts: int
    lease: str


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """A row that was given up after `MOST_ATTEMPTS` tries."""

    id: int
    kind: str
    subject: str
    attempts: int
    failed_at: datetime
    error: str


@dataclass(frozen=True, slots=True)
class WorkState:
    """How the background work stands; ``worker_seen_at`` is the newest sign of life, None for none at all."""

    waiting: int
    oldest_due_at: datetime | None
    worker_seen_at: datetime | None
    is_alive: bool


def post(session: Session, kind: str, subject: str, now: datetime) -> None:
    """Ask, in the caller's transaction, that ``kind`` be done for ``subject`` once it is committed."""
    post_all(session, kind, select(literal(subject)).where(true()), now)


def post_all(session: Session, kind: str, subjects: Select[str], now: datetime) -> None:
    """Ask the same for each id that a query finds, in one statement; the query needs a condition, for SQLite."""
    insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    again: dict[str, Any] = {
        "revision": OutboxTask.revision + 1,
        "due_at": now,
        "attempts": 0,
        "failed_at": None,
        "error": None,
    }
    at = literal(now, UtcDateTime())
    rows = subjects.add_columns(literal(kind), literal(1), at, at, literal(0))
    statement = insert(OutboxTask).from_select(
        ["subject", "kind", "revision", "created_at", "due_at", "attempts"], rows
    )
    session.execute(statement.on_conflict_do_update(index_elements=["kind", "subject"], set_=again))
    session.info[WAKE] = True


def lease(session: Session, now: datetime, *, only: tuple[str, str] | None = None) -> Task | None:
    """Take the row that is due longest, or the one of this kind and subject; None where there is none to take.

    A file that somebody waits for comes first, but for a day's: nobody may be waiting for what else there is.

    One whose worker was gone `MOST_ATTEMPTS` times becomes a dead letter: it may be what kills workers.
    """
    is_free = or_(OutboxTask.leased_until.is_(None), OutboxTask.leased_until <= now)
    query = (
        select(OutboxTask)
        .where(OutboxTask.failed_at.is_(None), OutboxTask.due_at <= now, is_free)
        .order_by((OutboxTask.kind == MAKE_FILE).desc(), OutboxTask.due_at, OutboxTask.id)
        .limit(1)
        .with_for_update(skip_locked=True)
        .execution_options(populate_existing=True)
    )
    if only is not None:
        query = query.where(OutboxTask.kind == only[0], OutboxTask.subject == only[1])
    while (row := session.scalars(query).one_or_none()) is not None:
        if row.attempts >= MOST_ATTEMPTS:
            row.failed_at, row.error = now, row.error or "its worker ended each time before it was done"
            row.lease = row.leased_until = None
            session.flush()
            continue
        row.attempts += 1
        row.lease, row.leased_until = new_id(), now + LEASE
        session.flush()
        return Task(row.id, row.kind, row.subject, row.revision, row.attempts, row.lease)
    return None


def next_due_at(session: Session) -> datetime | None:
    """Return when the next row that nobody works on falls due; None where there is none."""
    return session.scalar(
        select(func.min(OutboxTask.due_at)).where(OutboxTask.failed_at.is_(None), OutboxTask.leased_until.is_(None))
    )


def finish(session: Session, task: Task, now: datetime) -> None:
    """Remove what is done; what was asked for once more meanwhile is due again."""
    held = and_(OutboxTask.id == task.id, OutboxTask.lease == task.lease)
    done = session.execute(
        delete(OutboxTask).where(held, OutboxTask.revision == task.revision).returning(OutboxTask.id)
    ).first()
    if done is None:
        _release(session, task, due_at=now, attempts=0)


def postpone(session: Session, task: Task, due_at: datetime) -> None:
    """Give a row back that can't be done yet; that counts as no try."""
    _release(session, task, due_at=due_at, attempts=task.attempts - 1)


def fail(session: Session, task: Task, error: str, now: datetime) -> None:
    """Note a failure: the row comes up again later, or becomes a dead letter. ``error`` holds nothing of a patient."""
    if task.attempts >= MOST_ATTEMPTS:
        _release(session, task, failed_at=now, error=error[:200])
        return
    wait = _FIRST_WAIT * _GROWTH ** (task.attempts - 1)
    _release(session, task, due_at=now + wait, error=error[:200])


def pending(session: Session, kind: str, subjects: Collection[str]) -> frozenset[str]:
    """Return those of these subjects for which ``kind`` is still to be done and not given up."""
    query = select(OutboxTask.subject).where(
        OutboxTask.kind == kind, OutboxTask.subject.in_(subjects), OutboxTask.failed_at.is_(None)
    )
    return frozenset(session.scalars(query))


def failing(session: Session, kind: str, subjects: Collection[str]) -> frozenset[str]:
    """Return those of these subjects for which ``kind`` has failed and was not asked for again."""
    query = select(OutboxTask.subject).where(
        OutboxTask.kind == kind, OutboxTask.subject.in_(subjects), OutboxTask.error.is_not(None)
    )
    return frozenset(session.scalars(query))


def dead_letters(session: Session, limit: int = 100) -> Sequence[DeadLetter]:
    """Return what was given up, newest first."""
    query = select(OutboxTask).where(OutboxTask.failed_at.is_not(None)).order_by(OutboxTask.failed_at.desc())
    return [
        DeadLetter(row.id, row.kind, row.subject, row.attempts, row.failed_at, row.error or "")
        for row in session.scalars(query.limit(limit))
        if row.failed_at is not None
    ]


def revive(session: Session, task_id: int, now: datetime) -> tuple[str, str]:
    """Have what was given up tried again, and return its kind and subject; NotFound if there is none."""
    row = _dead(session, task_id)
    post(session, row.kind, row.subject, now)
    return row.kind, row.subject


def discard(session: Session, task_id: int) -> tuple[str, str]:
    """Remove what was given up, and return its kind and subject; NotFound if there is none."""
    row = _dead(session, task_id)
    session.execute(delete(OutboxTask).where(OutboxTask.id == task_id))
    return row.kind, row.subject


def note_alive(session: Session, worker_id: str, now: datetime) -> None:
    """Keep a worker's sign of life, and forget workers of the day before."""
    insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    statement = insert(Worker).values(id=worker_id, seen_at=now)
    session.execute(statement.on_conflict_do_update(index_elements=["id"], set_={"seen_at": now}))
    session.execute(delete(Worker).where(Worker.seen_at < now - _FORGOTTEN))


def note_ended(session: Session, worker_id: str) -> None:
    """Forget a worker that ends in good order."""
    session.execute(delete(Worker).where(Worker.id == worker_id))


def is_worker_alive(session: Session, now: datetime) -> bool:
    """Tell whether a worker gave a sign of life just now, so that what is posted is done without us."""
    return session.scalar(select(Worker.id).where(Worker.seen_at > now - _ALIVE).limit(1)) is not None


def state(session: Session, now: datetime) -> WorkState:
    """Return how the background work stands."""
    waiting, oldest = session.execute(
        select(func.count(), func.min(OutboxTask.due_at)).where(OutboxTask.failed_at.is_(None))
    ).one()
    seen_at = session.scalar(select(func.max(Worker.seen_at)))
    return WorkState(waiting, oldest, seen_at, seen_at is not None and seen_at > now - _ALIVE)


def _dead(session: Session, task_id: int) -> OutboxTask:
    row = session.get(OutboxTask, task_id, with_for_update=True, populate_existing=True)
    if row is None or row.failed_at is None:
        raise NotFound("There is no such task, or it is not given up.")
    return row


def _release(session: Session, task: Task, **values: object) -> None:
    session.execute(
        update(OutboxTask)
        .where(OutboxTask.id == task.id, OutboxTask.lease == task.lease)
        .values(lease=None, leased_until=None, **values)
        .execution_options(synchronize_session=False)
    )

"""Making in a request what no worker would make, and how pages that wait for a file load themselves anew."""

from __future__ import annotations

from screening.store import outbox
from screening.web import context


def is_worker_alive() -> bool:
    """Tell whether a worker does what is asked for."""
    with context.store().read() as session:
        return outbox.is_worker_alive(session, context.now())


def make_here(kind: str, subject: str) -> bool:
    """Do this task in this request where no worker is there; tell whether it may be worth looking for what it makes."""
    if is_worker_alive():
        return False
    context.work().do_next(only=(kind, subject))
    return not is_failing(kind, subject)


def is_failing(kind: str, subject: str) -> bool:
    """Tell whether this was tried, failed, and was not asked for again."""
    with context.store().read() as session:
        return subject in outbox.failing(session, kind, [subject])


def refresh(there: str, *, is_waiting: bool, makes_itself_every: int | None = None) -> str:
    """Return when the page that waits loads what: itself, or ``there``, where the file is handed out.

    Without a worker that is where the file is made, too, unless the page itself does that, and looks again after so
    many seconds. It comes back to the page while the lease of a worker that died runs, hence the pause.
    """
    if not is_waiting:
        return f"0; url={there}"
    if makes_itself_every is not None:
        return str(makes_itself_every)
    return "1" if is_worker_alive() else f"2; url={there}"

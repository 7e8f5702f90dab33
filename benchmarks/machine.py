"""How fast this machine is just now, by something that the targets' own document has a figure for.

Targets in seconds were set on one machine; the same machine type has been seen twice as fast and twice as slow. Read
figures in seconds beside this one, and trust the ratios.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

from huey import SqliteHuey

from benchmarks.measure import Figure, median_seconds

JOB_US = 315
"""CPU of one job of huey on SQLite, put into the queue and done, on the machine of the targets."""
CALLS = 200


def run() -> Iterator[Figure]:
    """Measure jobs that do nothing."""
    with tempfile.TemporaryDirectory() as folder:
        queue = SqliteHuey(filename=str(Path(folder) / "queue.db"))
        nothing = queue.task()(lambda: None)

        def job() -> None:
            nothing()
            queue.execute(queue.dequeue())

        micros = median_seconds(job, calls=CALLS) * 1e6
        queue.storage.close()
    yield Figure(f"CPU of a huey job on SQLite; {JOB_US} µs where the targets were set", micros, "µs")
    yield Figure("  seconds here, of one second there", micros / JOB_US)

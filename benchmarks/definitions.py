"""Reading questionnaires: one as large as real forms get, and the slowest of the files that mean harm."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

from benchmarks.measure import Figure, median_seconds, seconds
from screening.definition.checks import examine
from tests.definition.test_hostile_files import HOSTILE, HOSTILE_BYTES
from tests.support.definitions import large_definition, problems_of

MAX_SECONDS = 1.0
ITEMS, CONDITIONS = 500, 200


def run() -> Iterator[Figure]:
    """Measure loading with every check, and refusing."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "large.yaml"
        path.write_text(large_definition(ITEMS, CONDITIONS), encoding="utf-8")
        cpu = median_seconds(lambda: examine(path), rounds=5)
    what = f"definition of {ITEMS} items and {CONDITIONS} conditions, loaded and checked: CPU"
    yield Figure(what, cpu, "s", target=MAX_SECONDS)
    hostile = HOSTILE | HOSTILE_BYTES
    times = {name: seconds(lambda data=data: problems_of(data)) for name, (data, _) in hostile.items()}  # type: ignore[misc]  # a default binds it
    slowest = max(times, key=lambda name: times[name])
    yield Figure(
        f"refusing a hostile file, the slowest of {len(times)} ({slowest}): CPU",
        times[slowest],
        "s",
        target=MAX_SECONDS,
    )

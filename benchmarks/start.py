"""Starting: what a web process loads and what it holds. Each figure is of a fresh interpreter."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from statistics import median

from benchmarks.measure import Figure
from screening.config import PROJECT

MAX_IMPORT_MS = 400
ROUNDS = 7
RENDERER = ("weasyprint", "pydyf", "fontTools")
"""What only the renderer's own process may load."""

_CPU = "import time; import screening.app; print(time.process_time())"
_EMPTY = "import time; print(time.process_time())"
_MODULES = "import sys; import screening.app; print(*sys.modules)"
_SERVED = """
import re
from benchmarks.journey import NAME, PAGES, QUESTIONS, travel
from benchmarks.practice import practice, questionnaire
with practice(questionnaire(NAME, PAGES, QUESTIONS)) as here:
    for _ in range(20):
        travel(here)
    print(re.search(r"VmRSS:\\s*(\\d+)", open("/proc/self/status").read())[1])
"""


def run() -> Iterator[Figure]:
    """Measure importing the web application, and the memory of a process that has served."""
    loaded = {module.partition(".")[0] for module in _run(_MODULES).split()}
    assert loaded.isdisjoint(RENDERER), loaded.intersection(RENDERER)
    wall = median(_import_ms() for _ in range(ROUNDS))
    yield Figure("import of the web app, -X importtime", wall, "ms", target=MAX_IMPORT_MS)
    cpu = median(float(_run(_CPU)) - float(_run(_EMPTY)) for _ in range(ROUNDS))
    yield Figure("  CPU, without -X importtime", cpu * 1000, "ms")
    yield Figure("memory of a web process after 20 journeys", int(_run(_SERVED)) / 1000, "MB")


def _import_ms() -> float:
    """Return the wall time of the import as the interpreter tells it."""
    done = subprocess.run(
        [sys.executable, "-X", "importtime", "-c", "import screening.app"],
        cwd=PROJECT,
        stderr=subprocess.PIPE,
        check=True,
        text=True,
    )
    outermost = re.findall(r"^import time: +\d+ \| +(\d+) \| screening(?:\.app)?$", done.stderr, re.MULTILINE)
    return sum(map(int, outermost)) / 1000


def _run(program: str) -> str:
    done = subprocess.run([sys.executable, "-c", program], cwd=PROJECT, stdout=subprocess.PIPE, check=True, text=True)
    return done.stdout

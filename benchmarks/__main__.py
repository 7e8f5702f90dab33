"""Run the benchmarks and print every figure with its target: ``python -m benchmarks [NAME ...]``.

A benchmark is a module of this folder that has ``run() -> Iterable[Figure]``. The figures of a table
come from one run.
"""

from __future__ import annotations

import importlib
import os
import pkgutil
import platform
import sys
from collections.abc import Iterator
from importlib.metadata import version
from types import ModuleType

import benchmarks
from benchmarks.measure import Figure, table, wall_time

_MADE_WITH = ("flask", "jinja2", "sqlalchemy", "weasyprint", "werkzeug", "wtforms")


def modules(names: list[str]) -> Iterator[tuple[str, ModuleType]]:
    """Yield the benchmarks by name; all of them if none is named.

    Raises:
        SystemExit: a name that is no benchmark.
    """
    found = {
        info.name: importlib.import_module(f"benchmarks.{info.name}")
        for info in pkgutil.iter_modules(benchmarks.__path__)
        if not info.name.startswith("_")
    }
    runnable = {name: module for name, module in found.items() if hasattr(module, "run")}
    for name in names or runnable:
        if name not in runnable:
            sys.exit(f"no benchmark {name!r}; there are: {', '.join(runnable)}")
        yield name, runnable[name]


def main(names: list[str]) -> None:
    """Run them in turn, then print one table."""
    figures: list[Figure] = []
    for name, module in modules(names):
        begin = wall_time()
        figures += module.run()
        print(f"{name}: {wall_time() - begin:.0f} s", file=sys.stderr)
    print(f"Python {platform.python_version()}, {os.cpu_count()} cores, {platform.machine()}")
    print(", ".join(f"{name} {version(name)}" for name in _MADE_WITH))
    print()
    print(table(figures))
    missed = sum(figure.met is False for figure in figures)
    print(f"\n{len(figures)} figures, " + (f"{missed} not met" if missed else "all targets met"))


if __name__ == "__main__":
    main(sys.argv[1:])

"""How the benchmarks measure: CPU time, medians, and pairs taken in turn.

Absolute times differ from machine to machine and from minute to minute; a ratio of two things measured in
turn, in one run, lasts. Measure against a yardstick of the same run wherever there is one.
"""

from __future__ import annotations

import gc
import resource
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from statistics import median
from typing import Literal, TypeAlias

Action: TypeAlias = Callable[[], object]
Clock: TypeAlias = Callable[[], float]


@dataclass(frozen=True, slots=True)
class Figure:
    """One line of the table: what was measured, in ``unit`` ("" for a ratio), and what it should be.

    ``target`` is None where there is nothing to meet, only something to know.
    """

    what: str
    value: float
    unit: str = ""
    target: float | None = None
    sense: Literal["at most", "at least"] = "at most"

    @property
    def met(self) -> bool | None:
        """Whether the target is met; None if there is none."""
        if self.target is None:
            return None
        return self.value <= self.target if self.sense == "at most" else self.value >= self.target


@dataclass(frozen=True, slots=True)
class Pair:
    """Two actions timed in turn. ``first`` and ``second`` are median seconds a call."""

    first: float
    second: float
    ratio: float
    """Median over the rounds of first ÷ second: above 1 where the first takes longer."""

    @property
    def rate(self) -> float:
        """Return the first's rate (calls per second) as a part of the second's."""
        return 1 / self.ratio


def cpu_time() -> float:
    """CPU seconds of this process, all its threads, user and system."""
    return time.process_time()


def cpu_time_with_children() -> float:
    """CPU seconds of this process and of its children that have ended and been waited for."""
    own, children = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return own.ru_utime + own.ru_stime + children.ru_utime + children.ru_stime


def wall_time() -> float:
    """Seconds on a clock that never goes back."""
    return time.perf_counter()


def seconds(action: Action, *, calls: int = 1, clock: Clock = cpu_time) -> float:
    """Return the mean seconds a call over ``calls`` calls in a row; garbage is collected before."""
    gc.collect()
    gc.disable()
    try:
        begin = clock()
        for _ in range(calls):
            action()
        return (clock() - begin) / calls
    finally:
        gc.enable()


def median_seconds(
    action: Action, *, rounds: int = 15, calls: int = 1, warm_up: int = 2, clock: Clock = cpu_time
) -> float:
    """Return the median over ``rounds`` of the seconds a call, after ``warm_up`` calls that don't count."""
    for _ in range(warm_up):
        action()
    return median(seconds(action, calls=calls, clock=clock) for _ in range(rounds))


def paired(
    first: Action,
    second: Action,
    *,
    rounds: int = 15,
    calls: int = 1,
    warm_up: int = 2,
    clock: Clock = cpu_time,
) -> Pair:
    """Time two actions in turn, each round the other way round, so that a slow minute hits both alike."""
    for _ in range(warm_up):
        first()
        second()
    times: list[tuple[float, float]] = []
    for turn in range(rounds):
        if turn % 2:
            two = seconds(second, calls=calls, clock=clock)
            one = seconds(first, calls=calls, clock=clock)
        else:
            one = seconds(first, calls=calls, clock=clock)
            two = seconds(second, calls=calls, clock=clock)
        times.append((one, two))
    ones, twos = zip(*times, strict=True)
    return Pair(median(ones), median(twos), median(one / two for one, two in times))


def table(figures: Iterable[Figure]) -> str:
    """Lay figures out as the lines of a table: what, figure, target, whether it is met."""
    rows = [("what", "figure", "target", "")]
    rows += [(figure.what, _number(figure.value, figure.unit), _target(figure), _verdict(figure)) for figure in figures]
    widths = [max(len(row[column]) for row in rows) for column in range(4)]
    lines = [f"{row[0]:<{widths[0]}}  {row[1]:>{widths[1]}}  {row[2]:<{widths[2]}}  {row[3]}".rstrip() for row in rows]
    lines.insert(1, "-" * max(map(len, lines)))
    return "\n".join(lines)


def _number(value: float, unit: str) -> str:
    digits = f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.3g}"
    return f"{digits} {unit}".rstrip()


def _target(figure: Figure) -> str:
    if figure.target is None:
        return ""
    sign = "≤" if figure.sense == "at most" else "≥"
    return f"{sign} {_number(figure.target, figure.unit)}"


def _verdict(figure: Figure) -> str:
    return {True: "met", False: "NOT MET", None: ""}[figure.met]

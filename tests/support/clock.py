"""Time as the tests want it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta


class Clock:
    """A clock that stands until it is moved."""

    def __init__(self, now: datetime = datetime(2026, 5, 4, 9, 0, tzinfo=UTC)) -> None:
        self.now = now

    def __call__(self) -> datetime:
        """Return the present time (aware, UTC)."""
        return self.now

    def advance(self, **duration: float) -> None:
        """Let time go by: ``advance(minutes=61)``, with `timedelta`'s keywords."""
        self.now += timedelta(**duration)

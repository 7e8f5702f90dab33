"""Use cases of the administrator: how the background work stands, and what was given up."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from screening.store import audit, outbox
from screening.store.access import ADMINISTRATOR, require
from screening.store.audit import Actor
from screening.store.engine import Store
from screening.store.outbox import DeadLetter, WorkState


@dataclass(frozen=True, slots=True)
class Background:
    """What is waiting, and what was given up."""

    state: WorkState
    given_up: Sequence[DeadLetter]


def look(store: Store, actor: Actor, *, now: datetime) -> Background:
    """Return how the background work stands."""
    require(actor, ADMINISTRATOR)
    with store.read() as session:
        return Background(outbox.state(session, now), outbox.dead_letters(session))


def settle(store: Store, actor: Actor, task_id: int, how: Literal["revive", "discard"], *, now: datetime) -> None:
    """Have what was given up tried again, or forget it; NotFound if it is not there. On record."""
    require(actor, ADMINISTRATOR)
    with store.write() as session:
        kind, subject = outbox.revive(session, task_id, now) if how == "revive" else outbox.discard(session, task_id)
        audit.record(
            session,
            store.keyring,
            actor=actor,
            action=f"{how}_task",
            record=f"outbox:{task_id}",
            at=now,
            detail={"kind": kind, "subject": subject},
        )

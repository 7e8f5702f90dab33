"""What holds the rest together: the audit trail with its seals, and the check of the key file."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from screening.store.tables.base import Base, Sequence


class KeyCheck(Base):
    """What tells at the start whether the key file is this database's; see `key_check`. One row, or none yet."""

    __tablename__ = "key_check"
    __table_args__ = (CheckConstraint("id = 1", name="only_one"),)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False, default=1)
    document: Mapped[bytes]


class AuditEvent(Base):
    """Who did what to which record, when, from where; append-only, chained per record by a keyed hash.

    ``id`` orders all events. ``record`` is "table:id"; ``record_sequence`` counts its events from 1.
    """

    __tablename__ = "audit_event"
    __table_args__ = (UniqueConstraint("record", "record_sequence"), {"sqlite_autoincrement": True})

    id: Mapped[int] = mapped_column(Sequence, primary_key=True)
    at: Mapped[datetime]
    record: Mapped[str] = mapped_column(String(120))
    record_sequence: Mapped[int]
    action: Mapped[str] = mapped_column(String(40))
    actor_kind: Mapped[str] = mapped_column(String(10))
    actor: Mapped[str] = mapped_column(String(64))
    origin: Mapped[str] = mapped_column(String(64))
    detail: Mapped[dict[str, Any]]
    mac: Mapped[bytes] = mapped_column(LargeBinary(32))


class AuditSeal(Base):
    """A range of audit events, sealed: how many they were and a digest over them; append-only, chained like events."""

    __tablename__ = "audit_seal"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    first_event_id: Mapped[int] = mapped_column(Sequence)
    last_event_id: Mapped[int] = mapped_column(Sequence)
    event_count: Mapped[int]
    at: Mapped[datetime]
    digest: Mapped[bytes] = mapped_column(LargeBinary(32))
    mac: Mapped[bytes] = mapped_column(LargeBinary(32))

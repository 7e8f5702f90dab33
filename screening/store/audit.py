"""The audit trail: who did what to which record, when, from where. Append-only, and it holds no answer, name or token.

Events are chained per record, so that saves of different patients never wait for each other: each event's keyed hash
covers its content and the hash before it. A chain alone can't miss its own newest events, so ranges of event ids are
sealed in batches, and the seals are chained too. docs/decisions/0022-audit-trail.md says what this finds and what not.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final, Literal, TypeAlias

from sqlalchemy import bindparam, func, insert, select
from sqlalchemy.orm import Session

from screening.store.compiled import CompiledStatement, Transaction
from screening.store.crypto import Keyring
from screening.store.tables import AuditEvent, AuditSeal

_START = bytes(32)
_SEALING: Final = (20_220, 1)
"""PostgreSQL's advisory lock that lets a batch be sealed only while no event is half-written."""
_MAX_DETAIL = 200
_EVENT_CONTENT = ("record", "record_sequence", "at", "action", "actor_kind", "actor", "origin", "detail")
_SEAL_CONTENT = ("id", "first_event_id", "last_event_id", "event_count", "at", "digest")

# Built once: every save of a page runs these two.
_LAST_OF_RECORD = CompiledStatement(
    select(AuditEvent.record_sequence, AuditEvent.mac)
    .where(AuditEvent.record == bindparam("of"))
    .order_by(AuditEvent.record_sequence.desc())
    .limit(1)
)
_APPEND = CompiledStatement(insert(AuditEvent).returning(AuditEvent.id), columns=[*_EVENT_CONTENT, "mac"])
_QUEUE = CompiledStatement(
    select(
        func.pg_advisory_xact_lock_shared(*_SEALING),
        func.pg_advisory_xact_lock(func.hashtextextended(bindparam("of"), 0)),
    )
)

DetailValue: TypeAlias = str | int | bool | list[str] | None


@dataclass(frozen=True, slots=True)
class Actor:
    """Who is acting. ``id`` is a staff id, an invitation id (patients) or a program's name (system).

    ``origin`` says from where (an address, "cli"). ``roles`` are those of the staff account at this moment. ``name``
    is shown to people and never written to the trail.
    """

    kind: Literal["staff", "patient", "system"]
    id: str
    origin: str
    roles: frozenset[str] = frozenset()
    name: str = ""


SYSTEM: Final = Actor("system", "screening", "local")
"""The program itself, where nobody asked it."""


@dataclass(frozen=True, slots=True)
class Head:
    """The newest seal: worth keeping outside the database, because `verify` can then prove that none was cut off."""

    seal_id: int
    last_event_id: int
    mac: str

    def __str__(self) -> str:
        """Return the head as one word, for keeping."""
        return f"{self.seal_id}-{self.last_event_id}-{self.mac}"

    @classmethod
    def parse(cls, text: str) -> Head:
        """Read a head that was kept as one word; ValueError if it is none."""
        match = re.fullmatch(r"([0-9]{1,18})-([0-9]{1,18})-([0-9a-f]{64})", text.strip())
        if match is None:
            raise ValueError("a kept seal looks like 12-3456-, and 64 hexadecimal digits")
        return cls(int(match[1]), int(match[2]), match[3])


def record(
    transaction: Transaction,
    keyring: Keyring,
    *,
    actor: Actor,
    action: str,
    record: str,
    at: datetime,
    detail: Mapping[str, DetailValue] | None = None,
) -> int:
    """Append one event in the caller's transaction and return its id, by which all events are in order.

    ``record`` is "table:id". ``detail`` holds ids, codes, counts and field names only; ValueError for anything longer
    or deeper, so that no text of a person slips in. One indexed read and one insert; two transactions that write to
    the same record's chain run one after the other.
    """
    _wait_for_turn(transaction, record)
    return _append(transaction, keyring, actor, action, record, at, detail or {})


def _append(
    transaction: Transaction,
    keyring: Keyring,
    actor: Actor,
    action: str,
    record: str,
    at: datetime,
    detail: Mapping[str, DetailValue],
) -> int:
    _check(record, action, detail)
    sequence, mac = next(iter(_LAST_OF_RECORD.within(transaction, of=record)), (0, _START))
    event: dict[str, Any] = {
        "at": at.astimezone(UTC),
        "record": record,
        "record_sequence": sequence + 1,
        "action": action,
        "actor_kind": actor.kind,
        "actor": actor.id[:64],
        "origin": actor.origin[:64],
        "detail": dict(detail),
    }
    event["mac"] = keyring.audit_mac(mac, _content(event))
    ((event_id,),) = _APPEND.within(transaction, **event)
    return int(event_id)


def record_each(
    transaction: Transaction,
    keyring: Keyring,
    *,
    actor: Actor,
    action: str,
    details: Mapping[str, Mapping[str, DetailValue] | None],
    at: datetime,
) -> None:
    """Append the same event to several records: ``details`` has each record's detail, in the order of the events.

    The chains are queued for in one order before, whatever theirs is: two that want the same two would otherwise each
    hold the one and wait for the other.
    """
    for each in sorted(details):
        _wait_for_turn(transaction, each)
    for each, detail in details.items():
        _append(transaction, keyring, actor, action, each, at, detail or {})


def record_invitation(
    session: Session,
    keyring: Keyring,
    actor: Actor,
    invitation_id: str,
    action: str,
    at: datetime,
    detail: Mapping[str, DetailValue] | None = None,
) -> None:
    """Append that somebody did something with an invitation."""
    record(session, keyring, actor=actor, action=action, record=f"invitation:{invitation_id}", at=at, detail=detail)


def record_list(session: Session, keyring: Keyring, actor: Actor, patient_ids: Iterable[str], at: datetime) -> None:
    """Put on record that the actor was shown a list with these patients' names; an empty list is none."""
    shown = sorted(set(patient_ids))
    if shown:
        name = f"{actor.kind}:{actor.id}"[:120]
        record(session, keyring, actor=actor, action="list", record=name, at=at, detail={"patients": list(shown)})


def seal_batch(session: Session, keyring: Keyring, at: datetime) -> Head | None:
    """Seal all events since the last seal; None if there are none.

    From then on `verify` notices when one of them is removed, even a record's newest or all of its events.
    """
    if session.get_bind().dialect.name == "postgresql":
        session.execute(select(func.pg_advisory_xact_lock(*_SEALING)))
    last = session.scalars(select(AuditSeal).order_by(AuditSeal.id.desc()).limit(1)).one_or_none()
    first_id = last.last_event_id + 1 if last else 1
    count, last_id, digest = _digest(session, first_id, None)
    if not count:
        return None
    seal: dict[str, Any] = {
        "id": last.id + 1 if last else 1,
        "first_event_id": first_id,
        "last_event_id": last_id,
        "event_count": count,
        "at": at.astimezone(UTC),
        "digest": digest,
    }
    seal["mac"] = keyring.audit_mac(last.mac if last else _START, _seal_content(seal))
    session.connection().execute(insert(AuditSeal), seal)
    return Head(seal["id"], last_id, seal["mac"].hex())


def head(session: Session) -> Head | None:
    """Return the newest seal; None before the first."""
    seal = session.scalars(select(AuditSeal).order_by(AuditSeal.id.desc()).limit(1)).one_or_none()
    return Head(seal.id, seal.last_event_id, seal.mac.hex()) if seal else None


def verify(session: Session, keyring: Keyring, known: Head | None = None) -> list[str]:
    """Check every chain and every seal; return one sentence for each thing found wrong, none if all is well.

    ``known`` is a head that was kept outside the database: it must still be there. Reads only; seal afterwards.
    """
    return [*_broken_chains(session, keyring), *_broken_seals(session, keyring), *_missing_head(session, known)]


def _check(record: str, action: str, detail: Mapping[str, DetailValue]) -> None:
    if ":" not in record or len(record) > 120 or len(action) > 40:
        raise ValueError(f"not a record and action of the audit trail: {record!r}, {action!r}")
    for key, value in detail.items():
        parts = value if isinstance(value, list) else [value]
        for part in parts:
            if not isinstance(part, str | int | None) or (isinstance(part, str) and len(part) > _MAX_DETAIL):
                raise ValueError(f"the audit trail takes ids, codes and counts only, not this {key!r}")


def _wait_for_turn(transaction: Transaction, record: str) -> None:
    """On PostgreSQL, queue for this record's chain. SQLite's write lock, taken at BEGIN, has done so already."""
    bind = transaction.get_bind() if isinstance(transaction, Session) else transaction
    if bind.dialect.name == "postgresql":
        _QUEUE.within(transaction, of=record)


def _content(event: Mapping[str, Any]) -> bytes:
    """Return what an event's keyed hash covers: all of it but its id, which is not known before it is inserted."""
    return _canonical("event", *(event[name] for name in _EVENT_CONTENT))


def _seal_content(seal: Mapping[str, Any]) -> bytes:
    return _canonical("seal", *(seal[name] for name in _SEAL_CONTENT))


def _plain(value: object) -> str:
    if isinstance(value, datetime):
        return value.isoformat(timespec="microseconds")
    assert isinstance(value, bytes)
    return value.hex()


_ENCODER = json.JSONEncoder(sort_keys=True, separators=(",", ":"), default=_plain)


def _canonical(*parts: object) -> bytes:
    return _ENCODER.encode(parts).encode()


def _digest(session: Session, first_id: int, last_id: int | None) -> tuple[int, int, bytes]:
    """Return count, last id and SHA-256 over ids and hashes of the events in a range of ids."""
    rows = select(AuditEvent.id, AuditEvent.mac).where(AuditEvent.id >= first_id).order_by(AuditEvent.id)
    if last_id is not None:
        rows = rows.where(AuditEvent.id <= last_id)
    digest = hashlib.sha256()
    count, last = 0, first_id - 1
    for event_id, mac in session.execute(rows.execution_options(yield_per=1000)):
        digest.update(event_id.to_bytes(8, "big") + mac)
        count, last = count + 1, event_id
    return count, last, digest.digest()


def _broken_chains(session: Session, keyring: Keyring) -> Iterator[str]:
    """Yield what is wrong within single records: edited, missing in the middle, moved."""
    table = AuditEvent.__table__
    rows = select(table).order_by(table.c.record, table.c.record_sequence).execution_options(yield_per=1000)
    record, sequence, last_id, mac = "", 0, 0, _START
    for row in session.execute(rows):
        if row.record != record:
            record, sequence, last_id, mac = row.record, 0, 0, _START
        if row.record_sequence != sequence + 1:
            yield f"{record}: events {sequence + 1} to {row.record_sequence - 1} are missing"
        elif row.mac != keyring.audit_mac(mac, _content(dict(row._mapping))):
            yield f"{record}: event {row.record_sequence} (id {row.id}) was changed, or the one before it was"
        if row.id <= last_id:
            yield f"{record}: event {row.record_sequence} (id {row.id}) stands out of order"
        sequence, last_id, mac = row.record_sequence, row.id, row.mac


def _broken_seals(session: Session, keyring: Keyring) -> Iterator[str]:
    """Yield what is wrong with sealed ranges: events removed, added or swapped; seals edited or removed."""
    last_id, last_event_id, mac = 0, 0, _START
    for seal in session.execute(select(AuditSeal.__table__).order_by(AuditSeal.id)):
        where = f"seal {seal.id} (events {seal.first_event_id} to {seal.last_event_id})"
        if seal.id != last_id + 1 or seal.first_event_id != last_event_id + 1:
            yield f"{where} does not follow the seal before it: seals are missing"
        elif seal.mac != keyring.audit_mac(mac, _seal_content(dict(seal._mapping))):
            yield f"{where} was changed, or the one before it was"
        count, _, digest = _digest(session, seal.first_event_id, seal.last_event_id)
        if count != seal.event_count:
            yield f"{where}: {seal.event_count} events were sealed, {count} are there"
        elif digest != seal.digest:
            yield f"{where}: events were changed or swapped after sealing"
        last_id, last_event_id, mac = seal.id, seal.last_event_id, seal.mac


def _missing_head(session: Session, known: Head | None) -> Iterator[str]:
    if known is not None:
        mac = session.scalar(select(AuditSeal.mac).where(AuditSeal.id == known.seal_id))
        if mac is None or mac.hex() != known.mac:
            yield f"seal {known.seal_id}, which was kept outside the database, is not there or is another one"

"""Files that somebody asked for: made in the background, sealed, for the asker alone and for a short while.

What is sealed is bound to the asker and to what was asked for: a row that names another asker does not open.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, Literal, Self, TypeAlias

from sqlalchemy import ColumnElement, Row, delete, insert, select, update
from sqlalchemy.orm import Session

from screening.store import outbox
from screening.store.access import staff_id
from screening.store.audit import Actor
from screening.store.compiled import Transaction
from screening.store.crypto import Keyring
from screening.store.engine import insert_unless_there
from screening.store.errors import NotAllowed
from screening.store.tables import Response, new_id
from screening.store.work_tables import RequestedFile, RequestedFilePart

FileKind: TypeAlias = Literal["day", "report", "patient_copy"]
_Row: TypeAlias = Row[*tuple[Any, ...]]
DAY: Final = "day"
REPORT: Final = "report"
PATIENT_COPY: Final = "patient_copy"

KEPT = timedelta(hours=1)
"""How long a file is kept, made or not, unless it is asked for with less."""

_ROWS = select(
    RequestedFile.id,
    RequestedFile.kind,
    RequestedFile.staff_id,
    RequestedFile.session_hash,
    RequestedFile.request_key,
    RequestedFile.content_key,
    RequestedFile.wanted,
    RequestedFile.made_at,
    RequestedFile.missing,
)
"""All but what is large."""


@dataclass(frozen=True, slots=True)
class Asker:
    """Who asked for a file and alone gets it: a member of staff, or a patient's browser, by its session's row."""

    staff_id: int | None = None
    session_hash: bytes | None = None

    @classmethod
    def of(cls, actor: Actor) -> Self:
        """Return a member of staff as one who asks; NotAllowed for anybody else."""
        member = staff_id(actor)
        if member is None:
            raise NotAllowed("A file is made for a member of staff.")
        return cls(staff_id=member)

    def __str__(self) -> str:
        return f"staff:{self.staff_id}" if self.session_hash is None else f"session:{self.session_hash.hex()}"


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is asked for: a kind of file, what sets it apart as plain data, and the responses that it is about."""

    kind: FileKind
    what: Mapping[str, Any]
    response_ids: Sequence[str]

    def key(self, keyring: Keyring, asker: Asker) -> bytes:
        """Return the keyed hash of who asks for what."""
        asked = json.dumps([str(asker), self.kind, self.what, list(self.response_ids)], sort_keys=True)
        return keyring.lookup_hash("file", asked)


@dataclass(frozen=True, slots=True)
class File:
    """What was asked for, and whether it is made. ``response_ids`` are those that are still there, in order."""

    id: str
    asker: Asker
    request_key: bytes
    kind: FileKind
    what: Mapping[str, Any]
    content_key: str
    made_at: datetime | None
    missing: int
    response_ids: tuple[str, ...]


def ask(
    session: Session,
    keyring: Keyring,
    asker: Asker,
    wanted: Wanted,
    now: datetime,
    *,
    layout: str = "",
    content_key: str = "",
    kept: timedelta = KEPT,
) -> str:
    """Ask, in the caller's transaction, that a file be made of ``layout``; return its id.

    What the same asker waits for already is not asked for again, nor what is made already of the same content.
    ``content_key`` tells that (64 digits); without one the file is made anew each time.
    """
    remove_old(session, now)
    file_id, request_key = new_id(), wanted.key(keyring, asker)
    values = {
        "id": file_id,
        "kind": wanted.kind,
        "staff_id": asker.staff_id,
        "session_hash": asker.session_hash,
        "request_key": request_key,
        "content_key": content_key,
        "wanted": keyring.seal(wanted.what, _bound_to(file_id, asker, request_key, "wanted")),
        "layout": keyring.seal_bytes(layout.encode(), _bound_to(file_id, asker, request_key, "layout"))
        if layout
        else None,
        "created_at": now,
        "expires_at": now + kept,
        "missing": 0,
    }
    while not insert_unless_there(session, RequestedFile, values, RequestedFile.id):
        there = _row(session, RequestedFile.request_key == request_key, for_update=True)
        if there is not None and _is_as_good(session, there, content_key):
            return str(there.id)
        if there is not None:
            remove(session, there.id)
    parts = [
        {"file_id": file_id, "response_id": response_id, "position": position}
        for position, response_id in enumerate(wanted.response_ids)
    ]
    session.execute(insert(RequestedFilePart), parts)
    outbox.post(session, task_for(wanted.kind), file_id, now)
    return file_id


def task_for(kind: FileKind) -> str:
    """Return what a file of this kind is in the outbox."""
    return outbox.MAKE_DAY if kind == DAY else outbox.MAKE_FILE


def _is_as_good(session: Session, there: _Row, content_key: str) -> bool:
    """Tell whether what was asked for before will do; what could not be made is asked for anew."""
    if there.content_key != content_key:
        return False
    if there.made_at is not None:
        return bool(content_key)
    return not outbox.failing(session, task_for(there.kind), [there.id])


def find(transaction: Transaction, keyring: Keyring, asker: Asker, wanted: Wanted, now: datetime) -> File | None:
    """Return the file that this asker asked for; None if there is none, or its time is over."""
    is_it = RequestedFile.request_key == wanted.key(keyring, asker)
    return _file(transaction, keyring, _row(transaction, is_it, RequestedFile.expires_at > now))


def get(session: Session, keyring: Keyring, file_id: str, now: datetime) -> File | None:
    """Return a file whose time is not over, whoever asked for it; None if there is none."""
    row = _row(session, RequestedFile.id == file_id, RequestedFile.expires_at > now)
    return _file(session, keyring, row)


def layout_of(session: Session, keyring: Keyring, file: File) -> str | None:
    """Return what is to be laid out; None where there is nothing, or no more."""
    sealed = session.scalar(select(RequestedFile.layout).where(RequestedFile.id == file.id))
    return None if sealed is None else keyring.open_bytes(sealed, _bound_to_file(file, "layout")).decode()


def content_of(transaction: Transaction, keyring: Keyring, file: File) -> bytes | None:
    """Return the file itself; None while it is not made."""
    sealed = transaction.scalar(select(RequestedFile.document).where(RequestedFile.id == file.id))
    return None if sealed is None else keyring.open_bytes(sealed, _bound_to_file(file, "document"))


def fill(session: Session, keyring: Keyring, file: File, content: bytes, missing: int, now: datetime) -> None:
    """Keep a file that was made; nothing happens if it was removed meanwhile, because a response was deleted."""
    document = keyring.seal_bytes(content, _bound_to_file(file, "document"))
    session.execute(
        update(RequestedFile)
        .where(RequestedFile.id == file.id)
        .values(document=document, made_at=now, missing=missing, layout=None)
    )


def remove(session: Session, file_id: str) -> None:
    """Remove a file, made or not."""
    session.execute(delete(RequestedFile).where(RequestedFile.id == file_id))


def remove_old(session: Session, now: datetime) -> None:
    """Remove the files whose time is over."""
    session.execute(delete(RequestedFile).where(RequestedFile.expires_at <= now))


def remove_with(session: Session, response_ids: Sequence[str]) -> None:
    """Remove every file with answers of the patients of these responses, before the responses are deleted.

    A report shows earlier visits beside its own response; all of them are one patient's.
    """
    patients = select(Response.patient_id).where(Response.id.in_(response_ids))
    holding = (
        select(RequestedFilePart.file_id)
        .join(Response, Response.id == RequestedFilePart.response_id)
        .where(Response.patient_id.in_(patients))
    )
    session.execute(
        delete(RequestedFile).where(RequestedFile.id.in_(holding)), execution_options={"synchronize_session": False}
    )


def _row(transaction: Transaction, *which: ColumnElement[bool], for_update: bool = False) -> _Row | None:
    query = _ROWS.where(*which)
    return transaction.execute(query.with_for_update() if for_update else query).one_or_none()


def _file(transaction: Transaction, keyring: Keyring, row: _Row | None) -> File | None:
    if row is None:
        return None
    asker = Asker(row.staff_id, row.session_hash)
    parts = select(RequestedFilePart.response_id).where(RequestedFilePart.file_id == row.id)
    return File(
        id=row.id,
        asker=asker,
        request_key=row.request_key,
        kind=row.kind,
        what=keyring.open(row.wanted, _bound_to(row.id, asker, row.request_key, "wanted")),
        content_key=row.content_key,
        made_at=row.made_at,
        missing=row.missing,
        response_ids=tuple(transaction.scalars(parts.order_by(RequestedFilePart.position))),
    )


def _bound_to_file(file: File, column: str) -> str:
    return _bound_to(file.id, file.asker, file.request_key, column)


def _bound_to(file_id: str, asker: Asker, request_key: bytes, column: str) -> str:
    return f"requested_file:{file_id}:{asker}:{request_key.hex()}:{column}"

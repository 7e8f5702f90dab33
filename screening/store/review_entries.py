"""What came after a sign-off: addenda, reopenings with their reasons, and the sign-offs that they ended; sealed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal, TypeAlias

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from screening.store import staff
from screening.store.crypto import Keyring
from screening.store.tables import ReviewEntry, new_id

EntryKind: TypeAlias = Literal["sign_off", "reopening", "addendum"]


@dataclass(frozen=True, slots=True)
class EntryView:
    """One entry; ``text`` is "" for a sign-off that a reopening ended."""

    kind: str
    by: str
    at: datetime
    text: str


def add(
    session: Session, keyring: Keyring, response_id: str, kind: EntryKind, *, by: int, at: datetime, text: str = ""
) -> None:
    """Append an entry to a response's review."""
    entry_id = new_id()
    document = None if kind == "sign_off" else keyring.seal({"text": text}, _bound_to(entry_id))
    session.execute(
        insert(ReviewEntry).values(
            id=entry_id, response_id=response_id, kind=kind, document=document, written_at=at, written_by=by
        )
    )


def read(session: Session, keyring: Keyring, response_id: str) -> tuple[EntryView, ...]:
    """Return the entries of a response by time."""
    rows = session.scalars(
        select(ReviewEntry).where(ReviewEntry.response_id == response_id).order_by(ReviewEntry.written_at)
    ).all()
    names = staff.names(session, [row.written_by for row in rows])
    return tuple(
        EntryView(
            row.kind,
            names[row.written_by],
            row.written_at,
            keyring.open(row.document, _bound_to(row.id))["text"] if row.document is not None else "",
        )
        for row in rows
    )


def was_signed(session: Session, response_id: str) -> bool:
    """Tell whether the response was signed off before, so that its note is fixed though it is open again."""
    query = select(ReviewEntry.id).where(ReviewEntry.response_id == response_id, ReviewEntry.kind == "sign_off")
    return session.scalar(query.limit(1)) is not None


def _bound_to(entry_id: str) -> str:
    return f"review_entry:{entry_id}"

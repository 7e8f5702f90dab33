"""The staff's note on a response, sealed; ``revision`` catches two people editing one note."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from screening.store import staff
from screening.store.crypto import Keyring
from screening.store.engine import insert_unless_there
from screening.store.tables import Note


@dataclass(frozen=True, slots=True)
class NoteView:
    """A note as it stands: ``revision`` counts its saves from 1; 0, with no text, where there is none yet."""

    text: str = ""
    revision: int = 0
    by: str = ""
    at: datetime | None = None


def read(session: Session, keyring: Keyring, response_id: str) -> NoteView:
    """Return the note on a response as it stands."""
    row = session.execute(
        select(Note.revision, Note.document, Note.updated_by, Note.updated_at).where(Note.response_id == response_id)
    ).one_or_none()
    if row is None:
        return NoteView()
    text = keyring.open(row.document, _bound_to(response_id))["text"]
    by = staff.names(session, [row.updated_by])[row.updated_by]
    return NoteView(text, row.revision, by, row.updated_at)


def save(
    session: Session, keyring: Keyring, response_id: str, text: str, revision: int, staff_id: int, now: datetime
) -> bool:
    """Put a text in the place of ``revision``; False if something else was saved there in between."""
    values = {
        "revision": revision + 1,
        "document": keyring.seal({"text": text}, _bound_to(response_id)),
        "updated_at": now,
        "updated_by": staff_id,
    }
    if revision == 0:
        return insert_unless_there(session, Note, {"response_id": response_id, **values}, Note.response_id)
    saved = session.execute(
        update(Note)
        .where(Note.response_id == response_id, Note.revision == revision)
        .values(**values)
        .returning(Note.revision)
    )
    return saved.first() is not None


def _bound_to(response_id: str) -> str:
    return f"note:{response_id}"

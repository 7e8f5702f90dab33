"""Reports that were made before somebody asks for them: one PDF a response, sealed, known by what it was made from."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import bindparam, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from screening.store.compiled import CompiledStatement, Transaction
from screening.store.crypto import Keyring
from screening.store.tables import Response
from screening.store.work_tables import PreparedReport

# Built once: every download runs it.
_FIND = CompiledStatement(
    select(PreparedReport.document).where(
        PreparedReport.response_id == bindparam("of"), PreparedReport.content_key == bindparam("key")
    )
)


def find(transaction: Transaction, keyring: Keyring, response_id: str, content_key: str) -> bytes | None:
    """Return the PDF that was made from exactly this content; None if there is none."""
    for (sealed,) in _FIND.within(transaction, of=response_id, key=content_key):
        return keyring.open_bytes(sealed, _bound_to(response_id, content_key))
    return None


def is_there(session: Session, response_id: str, content_key: str) -> bool:
    """Tell whether the PDF of this content is there."""
    wanted = select(PreparedReport.response_id).where(
        PreparedReport.response_id == response_id, PreparedReport.content_key == content_key
    )
    return session.scalar(wanted) is not None


def keep(session: Session, keyring: Keyring, response_id: str, content_key: str, pdf: bytes, now: datetime) -> bool:
    """Keep a PDF in the place of the one before it; False if the response was deleted meanwhile."""
    if session.scalar(select(Response.id).where(Response.id == response_id).with_for_update(key_share=True)) is None:
        return False
    insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    values = {
        "content_key": content_key,
        "made_at": now,
        "document": keyring.seal_bytes(pdf, _bound_to(response_id, content_key)),
    }
    statement = insert(PreparedReport).values(response_id=response_id, **values)
    session.execute(statement.on_conflict_do_update(index_elements=["response_id"], set_=values))
    return True


def _bound_to(response_id: str, content_key: str) -> str:
    return f"prepared_report:{response_id}:{content_key}"

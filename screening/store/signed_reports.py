"""PDFs of responses as they were signed off: sealed, kept as made, and known again by their SHA-256."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import insert, select, tuple_, update
from sqlalchemy.orm import Session

from screening.store.compiled import Transaction
from screening.store.crypto import Keyring
from screening.store.engine import insert_unless_there
from screening.store.tables import Response
from screening.store.work_tables import SignedReport, SignedReportEarlier


@dataclass(frozen=True, slots=True)
class KeptReport:
    """A kept PDF without its bytes. ``sha256`` is hexadecimal, ``language`` BCP 47.

    ``earlier`` are the ids of the responses that it shows beside its own. ``is_there`` is False where one of those was
    deleted, and the bytes with it.
    """

    response_id: str
    signed_at: datetime
    sha256: str
    made_at: datetime
    language: str
    is_there: bool
    earlier: frozenset[str]


def sha256_of(pdf: bytes) -> str:
    """Return the SHA-256 of a PDF in hexadecimal."""
    return hashlib.sha256(pdf).hexdigest()


def of_response(transaction: Transaction, response_id: str) -> tuple[KeptReport, ...]:
    """Return what is kept of a response, one for each sign-off that has a PDF, the first sign-off first."""
    earlier: dict[datetime, set[str]] = {}
    query = select(SignedReportEarlier.signed_at, SignedReportEarlier.earlier_id)
    for signed_at, earlier_id in transaction.execute(query.where(SignedReportEarlier.response_id == response_id)):
        earlier.setdefault(signed_at, set()).add(earlier_id)
    rows = transaction.execute(
        select(
            SignedReport.signed_at,
            SignedReport.sha256,
            SignedReport.made_at,
            SignedReport.language,
            SignedReport.document.is_not(None).label("is_there"),
        )
        .where(SignedReport.response_id == response_id)
        .order_by(SignedReport.signed_at)
    )
    return tuple(
        KeptReport(
            response_id,
            row.signed_at,
            row.sha256,
            row.made_at,
            row.language,
            bool(row.is_there),
            frozenset(earlier.get(row.signed_at, ())),
        )
        for row in rows
    )


def find(transaction: Transaction, response_id: str, signed_at: datetime) -> KeptReport | None:
    """Return what is kept of one sign-off; None if nothing is yet."""
    return next((kept for kept in of_response(transaction, response_id) if kept.signed_at == signed_at), None)


def read(transaction: Transaction, keyring: Keyring, kept: KeptReport) -> bytes | None:
    """Return a kept PDF byte for byte as it was made; None where its bytes were deleted."""
    document = transaction.scalar(
        select(SignedReport.document).where(
            SignedReport.response_id == kept.response_id, SignedReport.signed_at == kept.signed_at
        )
    )
    return None if document is None else keyring.open_bytes(document, _bound_to(kept.response_id, kept.signed_at))


def keep(
    session: Session,
    keyring: Keyring,
    response_id: str,
    signed_at: datetime,
    pdf: bytes,
    *,
    language: str,
    earlier: Sequence[str],
    now: datetime,
) -> bool:
    """Keep the PDF of a sign-off unless one is kept, or a response that it shows was deleted; tell whether it was."""
    shown = {response_id, *earlier}
    still_there = select(Response.id).where(Response.id.in_(sorted(shown))).order_by(Response.id)
    if len(session.scalars(still_there.with_for_update(key_share=True)).all()) < len(shown):
        return False
    digest = sha256_of(pdf)
    values = {
        "response_id": response_id,
        "signed_at": signed_at,
        "language": language,
        "sha256": digest,
        "mac": _mac(keyring, response_id, signed_at, digest),
        "made_at": now,
        "document": keyring.seal_bytes(pdf, _bound_to(response_id, signed_at)),
    }
    if not insert_unless_there(session, SignedReport, values, SignedReport.response_id):
        return False
    parts = [{"response_id": response_id, "signed_at": signed_at, "earlier_id": earlier_id} for earlier_id in earlier]
    if parts:
        session.execute(insert(SignedReportEarlier), parts)
    return True


def with_sha256(session: Session, keyring: Keyring, sha256: str) -> tuple[str, datetime] | None:
    """Return response and time of the sign-off whose PDF has this hash; None if we kept none like it."""
    query = select(SignedReport.response_id, SignedReport.signed_at, SignedReport.mac)
    for row in session.execute(query.where(SignedReport.sha256 == sha256).order_by(SignedReport.made_at)):
        if hmac.compare_digest(row.mac, _mac(keyring, row.response_id, row.signed_at, sha256)):
            return row.response_id, row.signed_at
    return None


def forget_with(session: Session, response_ids: Iterable[str]) -> None:
    """Delete the bytes of all PDFs that show answers of these responses beside their own; their hashes stay."""
    shows = select(SignedReportEarlier.response_id, SignedReportEarlier.signed_at).where(
        SignedReportEarlier.earlier_id.in_(list(response_ids))
    )
    session.execute(
        update(SignedReport)
        .where(tuple_(SignedReport.response_id, SignedReport.signed_at).in_(shows))
        .values(document=None),
        execution_options={"synchronize_session": False},
    )


def _bound_to(response_id: str, signed_at: datetime) -> str:
    return f"signed_report:{response_id}:{_time(signed_at)}"


def _mac(keyring: Keyring, response_id: str, signed_at: datetime, sha256: str) -> bytes:
    return keyring.lookup_hash("signed_report", f"{response_id}:{_time(signed_at)}:{sha256}")


def _time(signed_at: datetime) -> str:
    return signed_at.astimezone(UTC).isoformat(timespec="microseconds")

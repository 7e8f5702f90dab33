"""What the report of a response is made from, as it stands in the rows: cheap to compare, without opening any of it.

A PDF that was prepared is known by a hash over these rows. Whole rows are taken, so that a column that the report comes
to say is in the hash already; what is sealed counts by its first bytes, which are drawn anew with each sealing. Which
rows: those that a report is read from, and no more, because whatever else changes would only have it made once more.
`tests/delivery/test_sources.py` changes every value in a database, one by one, to see that no report says what is not
in here.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache

from sqlalchemy import Column, LargeBinary, String, Table, TextualSelect, bindparam, select, text

from screening.store.access import CliniciansSee, may_read_answers_built_once, staff_id
from screening.store.audit import Actor
from screening.store.compiled import CompiledStatement, Transaction
from screening.store.responses import LATEST_VISIT_FIRST, came_before
from screening.store.tables import (
    AttentionAnswer,
    Base,
    Correction,
    Invitation,
    Note,
    PaperResponse,
    Patient,
    QuestionnaireOverlay,
    QuestionnaireVersion,
    RejectedResponse,
    Response,
    ResponseOverlay,
    ReviewEntry,
    Staff,
    UtcDateTime,
)

_CAME_BEFORE = ("patient", "form", "visit", "sequence", "invitation")
"""Parameters of `came_before`."""
_SEALED_HEAD = 14
"""Format, key and nonce of a sealed document."""

# Names of tables and columns are the program's own; what is asked for goes in as parameters.
_INVITATION = "(SELECT invitation_id FROM response WHERE id = :of)"
_QUESTIONNAIRE = "(SELECT questionnaire_id FROM response WHERE id = :of)"
_VERSION = "(SELECT version FROM response WHERE id = :of)"
_CORRECTING = (
    f"(SELECT invitation_id FROM correction WHERE corrects_id = {_INVITATION}"  # noqa: S608  # constants of this module
    f" UNION SELECT corrects_id FROM correction WHERE invitation_id = {_INVITATION})"
)
_RESPONSES_CORRECTING = f"(SELECT id FROM response WHERE invitation_id IN {_CORRECTING})"  # noqa: S608  # constants of this module
_WAS_REJECTED = f"EXISTS (SELECT 1 FROM rejected_response WHERE invitation_id = {_INVITATION})"  # noqa: S608  # constants of this module
_NAMED = (
    f"(SELECT clinician_id FROM invitation WHERE id = {_INVITATION}"  # noqa: S608  # constants of this module
    " UNION SELECT reviewed_by FROM response WHERE id = :of"
    " UNION SELECT updated_by FROM note WHERE response_id = :of"
    " UNION SELECT written_by FROM review_entry WHERE response_id = :of"
    " UNION SELECT transcriber_id FROM paper_response WHERE response_id = :of"
    " UNION SELECT confirmed_by FROM paper_response WHERE response_id = :of)"
)

_ROWS: tuple[tuple[type[Base], str], ...] = (
    (Response, "id IN :shown"),
    (Response, f"invitation_id IN {_CORRECTING}"),
    (Invitation, "id IN (SELECT invitation_id FROM response WHERE id IN :shown)"),
    (Patient, "id = (SELECT patient_id FROM response WHERE id = :of)"),
    (ResponseOverlay, "response_id IN :shown"),
    (Note, "response_id = :of"),
    (ReviewEntry, "response_id = :of"),
    (Correction, f"invitation_id = {_INVITATION}"),
    (Correction, f"corrects_id = {_INVITATION}"),
    (PaperResponse, "response_id IN :shown"),
    (PaperResponse, f"response_id IN {_RESPONSES_CORRECTING}"),
    (RejectedResponse, f"invitation_id = {_INVITATION}"),
    # The title of what was rejected is that of the newest version.
    (QuestionnaireVersion, f"questionnaire_id = {_QUESTIONNAIRE} AND (version = {_VERSION} OR {_WAS_REJECTED})"),
    (QuestionnaireOverlay, f"questionnaire_id = {_QUESTIONNAIRE}"),
    (AttentionAnswer, f"questionnaire_id = {_QUESTIONNAIRE}"),
    (Staff, f"id IN {_NAMED}"),
)
"""Table, and which of its rows, for a response ``of`` beside which others are ``shown``, itself among them."""

_ONLY = {
    "staff": ("id", "name"),  # nothing else of an account is in a report, and it changes more often
}
_LEFT_OUT = {("questionnaire_version", "text"), ("questionnaire_overlay", "text")}
"""Long, and named by their hashes, which are in the same rows."""


@dataclass(frozen=True, slots=True)
class Readable:
    """A sent response that somebody may read, without its answers; ``earlier`` are the ids of what stands beside it."""

    response_id: str
    sent_at: datetime
    reviewed_at: datetime | None
    clinician_id: int
    earlier: tuple[str, ...]


def find_readable(
    transaction: Transaction,
    actor: Actor,
    response_id: str,
    clinicians_see: CliniciansSee,
    *,
    now: datetime,
    most: int,
) -> Readable | None:
    """Return a sent response that this actor may read, with at most ``most`` earlier ones; None if there is none."""
    kind = Actor(actor.kind, "", "", actor.roles)
    who = {"reader": staff_id(actor), "now": now}
    for row in _one(kind, clinicians_see).within(transaction, of=response_id, **who):
        sent_at, reviewed_at, clinician_id, *before = row
        shown = _earlier(kind, clinicians_see).within(
            transaction, **dict(zip(_CAME_BEFORE, before, strict=True)), most=most, **who
        )
        return Readable(
            response_id, sent_at, reviewed_at, clinician_id, tuple(earlier for (earlier,) in reversed(shown))
        )
    return None


@cache
def _one(kind: Actor, clinicians_see: CliniciansSee) -> CompiledStatement:
    return CompiledStatement(
        select(
            Response.sent_at,
            Response.reviewed_at,
            Invitation.clinician_id,
            Response.patient_id,
            Response.questionnaire_id,
            Invitation.appointment_at,
            Response.sent_sequence,
            Response.invitation_id,
        )
        .join(Invitation, Invitation.id == Response.invitation_id)
        .where(
            Response.id == bindparam("of"),
            Response.sent_at.is_not(None),
            may_read_answers_built_once(kind, clinicians_see),
        )
    )


@cache
def _earlier(kind: Actor, clinicians_see: CliniciansSee) -> CompiledStatement:
    return CompiledStatement(
        select(Response.id)
        .join(Invitation, Invitation.id == Response.invitation_id)
        .where(
            *came_before(*(bindparam(name) for name in _CAME_BEFORE)), may_read_answers_built_once(kind, clinicians_see)
        )
        .order_by(*LATEST_VISIT_FIRST)
        .limit(bindparam("most"))
    )


def digest(transaction: Transaction, response_id: str, earlier: Sequence[str]) -> str:
    """Return 64 hexadecimal digits over the rows that a report of this response, with these beside it, is made from."""
    shown = [response_id, *earlier]
    rows = _rows(len(shown)).within(
        transaction, of=response_id, **{f"shown{number}": one for number, one in enumerate(shown)}
    )
    found = hashlib.sha256("\n".join(shown).encode())
    for line in sorted(f"{table} {values}" for table, values in rows):
        found.update(f"\n{line}".encode())
    return found.hexdigest()


@cache
def _rows(shown: int) -> CompiledStatement:
    """Return the query for so many responses shown."""
    return CompiledStatement({dialect: _written_query(dialect, shown) for dialect in ("sqlite", "postgresql")})


def _written_query(dialect: str, shown: int) -> TextualSelect:
    parts = []
    for model, which in _ROWS:
        table = model.__table__
        assert isinstance(table, Table)
        written = " || ',' || ".join(_written(column, dialect) for column in _columns(table))
        parts.append(f"SELECT '{table.name}', {written} FROM {table.name} WHERE {which}")  # noqa: S608  # names of our own tables
    names = ", ".join(f":shown{number}" for number in range(shown))
    query = text("\nUNION ALL ".join(parts).replace(":shown", f"({names})"))
    return query.columns(table=String(), values=String())


def _columns(table: Table) -> list[Column[object]]:
    only = _ONLY.get(table.name)
    return [
        column
        for column in table.columns
        if (table.name, column.name) not in _LEFT_OUT and (only is None or column.name in only)
    ]


def _written(column: Column[object], dialect: str) -> str:
    """Return SQL that writes a value as text, alike whatever the connection's settings, and apart from any other."""
    name, is_sealed = column.name, isinstance(column.type, LargeBinary)
    if dialect == "sqlite":
        return f"quote(substr({name}, 1, {_SEALED_HEAD}))" if is_sealed else f"quote({name})"
    if is_sealed:
        return f"quote_nullable(encode(substr({name}, 1, {_SEALED_HEAD}), 'hex'))"
    if isinstance(column.type, UtcDateTime):
        return f"quote_nullable(extract(epoch FROM {name}))"
    return f"quote_nullable(CAST({name} AS text))"

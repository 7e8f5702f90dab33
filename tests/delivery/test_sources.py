"""What a prepared PDF is known by: whatever a report says, it is in there, value by value."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Column, Table, select, update
from sqlalchemy.exc import DBAPIError, NoResultFound
from sqlalchemy.orm import Session

from screening import erasure, review
from screening.delivery import Press, signed
from screening.response_view import ResponseView, view_of
from screening.store import attention, corrections, notes, paper, report_sources, responses, review_entries
from screening.store.access import CLINICIAN, may_read_answers
from screening.store.crypto import SealError
from screening.store.engine import Store
from screening.store.registry import RegistryError
from screening.store.tables import Base, Cover, PaperResponse, RejectedResponse, Response, new_id
from tests.support.clinic import NOW, ZONE, Clinic

PRESS = Press("A4", ZONE)
SAID = {
    "attention_answer.asked_by",
    "invitation.appointment_at",
    "invitation.helped_by",
    "paper_response.signed_on",
    "questionnaire_version.approved_by",
    "rejected_response.rejected_at",
    "response.language",
    "response.started_at",
    "review_entry.written_at",
    "staff.name",
}
"""Some of what a report says; sealed columns are not in it, for another value of those does not open."""
_OF_THIS_PROGRAM = {"audit_event", "audit_seal", "outbox", "web_session", "attempt", "worker", "key_check"}


@pytest.fixture
def response_id(clinic: Clinic) -> str:
    """A response of which there is all that a report can say, with an earlier visit beside it."""
    clinic.translate("mood", "es")
    now = NOW - timedelta(hours=3)
    invited = clinic.invite(appointment_at=NOW + timedelta(hours=2))
    clinic.send(invited.invitation_id, now=now)
    first = clinic.invite(appointment_at=NOW + timedelta(days=1))
    (found,) = clinic.send(first.invitation_id)
    with clinic.store.write() as session:
        _add_all(session, clinic, first.invitation_id, found)
    return found


def _add_all(session: Session, clinic: Clinic, invitation_id: str, response_id: str) -> None:
    keyring, by = clinic.store.keyring, int(clinic.horak.id)
    notes.save(session, keyring, response_id, "Call back.", 0, by, NOW)
    for kind in ("sign_off", "reopening", "addendum"):
        review_entries.add(session, keyring, response_id, kind, by=by, at=NOW, text="Because.")
    attention.add(session, "mood", "numb", True, asked_by="Dr B. Horak", set_by=int(clinic.admin.id), now=NOW)
    session.add(
        PaperResponse(
            response_id=response_id,
            transcriber_id=int(clinic.desk.id),
            signed_on=date(2026, 5, 1),
            confirmed_at=NOW,
            confirmed_by=by,
        )
    )
    row = session.get_one(Response, response_id)
    row.reviewed_at, row.reviewed_by = NOW, by
    rejected_id = new_id()
    session.add(
        RejectedResponse(
            id=rejected_id,
            invitation_id=invitation_id,
            patient_id=row.patient_id,
            questionnaire_id="mood",
            version="1",
            content_hash=row.content_hash,
            transcriber_id=int(clinic.desk.id),
            signed_on=date(2026, 5, 1),
            sent_at=NOW,
            rejected_at=NOW,
            rejected_by=by,
            document=keyring.seal({}, paper.bound_to_rejected(rejected_id)),
        )
    )


def look(session: Session, clinic: Clinic, response_id: str, language: str = "es") -> tuple[ResponseView, str] | None:
    """Return what a report is made from, without the list of what was sent together, and what it is known by."""
    row = responses.find_sent(session, clinic.novak, response_id, "own", now=NOW)
    if row is None:
        return None
    may_read = may_read_answers(session, clinic.novak, "own", NOW)
    earlier = responses.find_earlier(session, row[0], may_read, most=review.EARLIER_VISITS)
    view = view_of(session, clinic.store.keyring, *row, earlier, may_read, ZONE, language)
    press = replace(PRESS, language=language)
    found = report_sources.find_readable(session, clinic.novak, response_id, "own", now=NOW, most=review.EARLIER_VISITS)
    assert found is not None
    assert found.earlier == signed.beside(view)
    return replace(view, sitting=()), press.content_key(session, response_id, found.earlier)


def other(column: Column[Any], value: Any) -> Any:
    """Return a value that is not this one, of its kind."""
    if isinstance(value, bool):
        return not value
    if isinstance(value, int):
        return value + 1
    if isinstance(value, datetime | date):
        return value - timedelta(days=3)
    if isinstance(value, bytes):
        return value[:-1] + bytes([value[-1] ^ 1])
    if isinstance(value, str):
        return value + "x"
    if isinstance(value, list):
        return [*value, "feelings"]
    return {"str": "x", "int": 1, "bool": True, "datetime": NOW, "date": NOW.date(), "bytes": b"x"}.get(
        column.type.python_type.__name__
    )


def changed_values(store: Store) -> Iterator[tuple[Table, Column[Any], Mapping[str, Any], Any]]:
    """Yield every value in the database, one by one: table, column, the row's key, and another value."""
    for table in Base.metadata.sorted_tables:
        if table.name in _OF_THIS_PROGRAM:
            continue
        with store.read() as session:
            rows = session.execute(select(table)).mappings().all()
        for row in rows:
            key = {column.name: row[column.name] for column in table.primary_key}
            for column in table.columns:
                yield table, column, key, other(column, row[column.name])


@pytest.mark.parametrize("database_backend", ["sqlite"])
def test_no_value_changes_a_report_and_not_what_its_pdf_is_known_by(clinic: Clinic, response_id: str) -> None:
    with clinic.store.read() as session:
        before = look(session, clinic, response_id)
    assert before is not None
    says, unnoticed = set(), []
    for table, column, key, value in changed_values(clinic.store):
        name = f"{table.name}.{column.name}"
        with clinic.store.read() as session:  # rolled back
            try:
                row = [table.c[part] == of for part, of in key.items()]
                session.connection().execute(update(table).where(*row).values({column.name: value}))
                after = look(session, clinic, response_id)
            except (DBAPIError, LookupError, ValueError, RegistryError, SealError, NoResultFound):
                continue  # not a value that this column can have
        if after is not None and after[0] != before[0]:
            says.add(name)
            if after[1] == before[1]:
                unnoticed.append(name)
    assert unnoticed == []
    assert says >= SAID


def test_what_is_added_to_a_response_changes_what_its_pdf_is_known_by(clinic: Clinic, response_id: str) -> None:
    """Rows that are new, which no change of a value stands for."""
    seen = [known(clinic, response_id)]

    def differs() -> None:
        seen.append(known(clinic, response_id))
        assert seen.count(seen[-1]) == 1

    with clinic.store.write() as session:
        review_entries.add(session, clinic.store.keyring, response_id, "addendum", by=1, at=NOW, text="More.")
    differs()
    with clinic.store.write() as session:
        attention.add(session, "mood", "interest", True, asked_by="Dr B. Horak", set_by=None, now=NOW - timedelta(1))
    differs()
    clinic.translate("mood", "es", title="Otra vez", now=NOW + timedelta(days=1))
    differs()
    with clinic.store.read() as session:
        corrected = session.get_one(Response, response_id).invitation_id
    invited = clinic.invite(appointment_at=NOW + timedelta(days=9))
    with clinic.store.write() as session:
        corrections.add(session, invited.invitation_id, corrected)
    clinic.send(invited.invitation_id, now=NOW + timedelta(hours=1))
    differs()
    erasure.erase_response(clinic.store, clinic.admin, earlier_of(clinic, response_id)[0], now=NOW)
    differs()


def test_what_others_send_changes_nothing(clinic: Clinic, response_id: str) -> None:
    before = known(clinic, response_id)
    clinic.send(clinic.invite(record_number="B-2", name="Eva Malá").invitation_id)
    clinic.send(clinic.invite(appointment_at=NOW + timedelta(days=30)).invitation_id, now=NOW + timedelta(days=2))
    clinic.member("Dr C. Novotny", {CLINICIAN})
    assert known(clinic, response_id) == before
    assert known(clinic, response_id) == before, "and the same again"


def known(clinic: Clinic, response_id: str) -> str:
    with clinic.store.read() as session:
        found = look(session, clinic, response_id)
    assert found is not None
    return found[1]


def earlier_of(clinic: Clinic, response_id: str) -> tuple[str, ...]:
    with clinic.store.read() as session:
        found = report_sources.find_readable(session, clinic.novak, response_id, "own", now=NOW, most=4)
    assert found is not None
    return found.earlier


def test_a_cover_sees_what_is_covered_and_no_longer(clinic: Clinic, response_id: str) -> None:
    def found(now: datetime) -> bool:
        with clinic.store.read() as session:
            one = report_sources.find_readable(session, clinic.horak, response_id, "own", now=now, most=4)
            row = responses.find_sent(session, clinic.horak, response_id, "own", now=now)
            assert (one is None) == (row is None)
            return one is not None

    with clinic.store.write() as session:
        session.add(
            Cover(
                id=new_id(),
                clinician_id=int(clinic.novak.id),
                cover_id=int(clinic.horak.id),
                starts_at=NOW,
                ends_at=NOW + timedelta(days=1),
                set_at=NOW,
            )
        )
    assert [found(NOW + timedelta(hours=hours)) for hours in (-1, 0, 23, 24)] == [False, True, True, False]

"""Queries that go to the driver as they are: they find what SQLAlchemy finds, and fail as it does."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import bindparam, select, text
from sqlalchemy.exc import DBAPIError

from screening.store import sittings
from screening.store.compiled import CompiledQuery
from screening.store.crypto import Keyring
from screening.store.engine import Store
from screening.store.errors import NotFound
from screening.store.tables import Base, Invitation, Response
from tests.support.clinic import Clinic

_OF_STATE = select(
    Invitation.id, Invitation.appointment_at, Invitation.always_hide, Response.switched_on, Response.position
).outerjoin(Response, Response.invitation_id == Invitation.id)


def test_rows_are_those_that_sqlalchemy_returns(clinic: Clinic) -> None:
    clinic.begin(clinic.invite(record_number="B-2").invitation_id)
    clinic.invite(record_number="B-3")
    statement = _OF_STATE.where(Invitation.state == bindparam("state")).order_by(Invitation.created_at, Invitation.id)
    found = clinic.store.rows(CompiledQuery(statement), state="open")
    with clinic.store.read() as session:
        assert found == [tuple(row) for row in session.execute(statement, {"state": "open"})]
    assert len(found) > 1
    assert any(row[3] is None for row in found)
    assert any(row[3] is not None for row in found)


def test_what_is_asked_for_is_never_part_of_the_statement(clinic: Clinic) -> None:
    query = CompiledQuery(_OF_STATE.where(Invitation.state == bindparam("state")))
    assert clinic.store.rows(query, state="open' OR '1'='1") == []


def test_a_fault_is_told_as_any_other_and_the_next_query_runs(clinic: Clinic) -> None:
    query = CompiledQuery(select(Base.metadata.tables["web_session"].c.kind))
    with clinic.store.write() as session:
        session.execute(text("ALTER TABLE web_session RENAME TO elsewhere"))
    with pytest.raises(DBAPIError):
        clinic.store.rows(query)
    with clinic.store.write() as session:
        session.execute(text("ALTER TABLE elsewhere RENAME TO web_session"))
    assert clinic.store.rows(query) == []


def test_a_sitting_of_nobody_is_not_found(clinic: Clinic) -> None:
    with pytest.raises(NotFound, match="There is no such invitation"):
        sittings.read(clinic.store, "0" * 32, "en")


def test_a_database_that_can_not_be_opened_is_told_as_any_other_fault(tmp_path: Path) -> None:
    store = Store(f"sqlite:///{tmp_path / 'nowhere' / 'answers.db'}", Keyring.generate())
    with pytest.raises(DBAPIError):
        store.rows(CompiledQuery(_OF_STATE))

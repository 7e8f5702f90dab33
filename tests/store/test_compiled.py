"""Statements that go to the driver as they are: they find and write what SQLAlchemy would, and fail as it does."""

from __future__ import annotations

import gc
import os
import sqlite3
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import psycopg
import pytest
from sqlalchemy import bindparam, insert, select, text
from sqlalchemy.exc import DBAPIError, IntegrityError

from screening.store import sittings
from screening.store.compiled import CompiledStatement
from screening.store.crypto import Keyring
from screening.store.engine import Store
from screening.store.errors import NotFound
from screening.store.tables import Attempt, Base, Invitation, Response
from tests.support.clinic import NOW, Clinic

_OF_STATE = select(
    Invitation.id, Invitation.appointment_at, Invitation.always_hide, Response.switched_on, Response.position
).outerjoin(Response, Response.invitation_id == Invitation.id)
_KEY = b"\x00'\xff" + bytes(29)
_ADD = CompiledStatement(
    insert(Attempt).returning(Attempt.key_hash, Attempt.first_at), columns=["key_hash", "failures", "first_at"]
)
_FAILURES = CompiledStatement(select(Attempt.failures, Attempt.first_at).where(Attempt.key_hash == bindparam("of")))


def test_rows_are_those_that_sqlalchemy_returns(clinic: Clinic) -> None:
    clinic.begin(clinic.invite(record_number="B-2").invitation_id)
    clinic.invite(record_number="B-3")
    statement = _OF_STATE.where(Invitation.state == bindparam("state")).order_by(Invitation.created_at, Invitation.id)
    found = clinic.store.rows(CompiledStatement(statement), state="open")
    with clinic.store.read() as session:
        assert found == [tuple(row) for row in session.execute(statement, {"state": "open"})]
    assert len(found) > 1
    assert any(row[3] is None for row in found)
    assert any(row[3] is not None for row in found)


def test_what_is_asked_for_is_never_part_of_the_statement(clinic: Clinic) -> None:
    query = CompiledStatement(_OF_STATE.where(Invitation.state == bindparam("state")))
    assert clinic.store.rows(query, state="open' OR '1'='1") == []


def test_a_fault_is_told_as_any_other_and_the_next_query_runs(clinic: Clinic) -> None:
    query = CompiledStatement(select(Base.metadata.tables["web_session"].c.kind))
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
        store.rows(CompiledStatement(_OF_STATE))


def test_a_row_is_written_and_read_as_sqlalchemy_would(clinic: Clinic) -> None:
    with clinic.store.write() as session:
        assert _ADD.within(session, key_hash=_KEY, failures=3, first_at=NOW) == [(_KEY, NOW)]
        assert _FAILURES.within(session, of=_KEY) == [(3, NOW)]
    with clinic.store.read() as session:
        (attempt,) = session.scalars(select(Attempt))
    assert (attempt.key_hash, attempt.failures, attempt.first_at) == (_KEY, 3, NOW)


def test_a_fault_is_told_without_the_values_and_takes_its_transaction_along(clinic: Clinic) -> None:
    def twice() -> None:
        with clinic.store.write_compiled() as connection:
            for _ in range(2):
                _ADD.within(connection, key_hash=_KEY, failures=31337, first_at=NOW)

    with pytest.raises(IntegrityError) as told:
        twice()
    assert "attempt" in str(told.value)
    assert "31337" not in str(told.value).replace(str(told.value.orig), "")
    assert clinic.store.rows(_FAILURES, of=_KEY) == []


def test_what_another_thread_committed_is_seen_at_once(clinic: Clinic) -> None:
    """No reader holds on to a moment, and none waits for another."""
    assert clinic.store.rows(_FAILURES, of=_KEY) == []
    with ThreadPoolExecutor(1) as other:
        assert other.submit(clinic.store.rows, _FAILURES, of=_KEY).result() == []
        with clinic.store.write_compiled() as connection:
            _ADD.within(connection, key_hash=_KEY, failures=1, first_at=NOW)
            assert clinic.store.rows(_FAILURES, of=_KEY) == []
        assert clinic.store.rows(_FAILURES, of=_KEY) == [(1, NOW)]
        assert other.submit(clinic.store.rows, _FAILURES, of=_KEY).result() == [(1, NOW)]


def test_threads_that_ended_leave_no_connection_open(clinic: Clinic, monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[Any] = []
    connect = clinic.store.engine.raw_connection
    monkeypatch.setattr(clinic.store.engine, "raw_connection", lambda: opened.append(connect()) or opened[-1])
    with ThreadPoolExecutor(4) as threads:
        for _ in range(8):
            threads.submit(clinic.store.rows, _FAILURES, of=_KEY).result()
    gc.collect()
    assert opened
    for pooled in opened:
        with pytest.raises((sqlite3.ProgrammingError, psycopg.OperationalError), match="closed"):
            pooled.dbapi_connection.execute("SELECT 1")


def test_a_forked_process_reads_on_connections_of_its_own(clinic: Clinic) -> None:
    clinic.store.rows(_FAILURES, of=_KEY)
    child = os.fork()
    if not child:
        clinic.store.leave_to_parent()
        os._exit(7 if clinic.store.rows(_FAILURES, of=_KEY) == [] else 1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 7
    assert clinic.store.rows(_FAILURES, of=_KEY) == []

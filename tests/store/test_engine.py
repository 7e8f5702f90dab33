from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta, timezone

import pytest
from sqlalchemy import insert, select, text
from sqlalchemy.exc import IntegrityError, StatementError

from screening.store.crypto import Keyring
from screening.store.engine import Store, connect, insert_unless_there, is_reachable
from screening.store.tables import Attempt, Role
from tests.support.clinic import NOW


def roles(store: Store) -> list[str]:
    with store.read() as session:
        return list(session.scalars(select(Role.name).order_by(Role.name)))


def test_a_write_is_kept_and_a_failed_one_leaves_nothing(store: Store) -> None:
    with store.write() as session:
        session.add(Role(name="one"))

    def fail_half_way() -> None:
        with store.write() as session:
            session.execute(insert(Role).values(name="two"))
            raise RuntimeError("half-way")

    with pytest.raises(RuntimeError, match="half-way"):
        fail_half_way()
    assert roles(store) == ["one"]


def test_reading_changes_nothing(store: Store) -> None:
    with store.read() as session:
        session.execute(insert(Role).values(name="one"))
    assert roles(store) == []


def test_times_come_back_as_utc_whatever_their_zone(store: Store) -> None:
    there = datetime(2026, 5, 4, 11, 0, 0, 123456, tzinfo=timezone(timedelta(hours=2)))
    with store.write() as session:
        session.add(Attempt(key_hash=bytes(32), failures=1, first_at=there))
    with store.read() as session:
        found = session.scalars(select(Attempt.first_at)).one()
    assert found == there
    assert found.tzinfo is UTC


def test_a_time_without_its_zone_is_refused(store: Store) -> None:
    nowhere = {"key_hash": bytes(32), "failures": 1, "first_at": datetime(2026, 5, 4)}
    with pytest.raises(StatementError, match="zone"), store.write() as session:
        session.execute(insert(Attempt).values(**nowhere))


def test_of_two_who_insert_the_same_one_is_told_that_it_is_there(store: Store) -> None:
    start = threading.Barrier(2)

    def go(_: int) -> bool:
        start.wait()
        with store.write() as session:
            return insert_unless_there(session, Role, {"name": "same"}, Role.name)

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(go, range(2))) == [False, True]
    assert roles(store) == ["same"]


def test_writers_wait_for_each_other_instead_of_failing(store: Store) -> None:
    key = bytes(32)
    with store.write() as session:
        session.add(Attempt(key_hash=key, failures=0, first_at=NOW))

    def go(_: int) -> None:
        with store.write() as session:
            failures = session.scalars(select(Attempt).with_for_update()).one()
            failures.failures += 1

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(go, range(40)))
    with store.read() as session:
        assert session.scalar(select(Attempt.failures)) == 40


def test_foreign_keys_hold(store: Store) -> None:
    with pytest.raises(IntegrityError), store.write() as session:
        session.execute(text("INSERT INTO staff_role (staff_id, role_id) VALUES (9999, 9999)"))


def test_sqlite_survives_a_power_cut(tmp_path: object) -> None:
    engine = connect(f"sqlite:///{tmp_path}/answers.db")
    with engine.connect() as connection:
        pragmas = {
            name: connection.scalar(text(f"PRAGMA {name}"))
            for name in ("journal_mode", "synchronous", "foreign_keys", "secure_delete")
        }
    engine.dispose()
    assert pragmas == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "secure_delete": 1}


def test_a_database_that_is_not_there_is_told_from_one_that_is(store: Store) -> None:
    assert is_reachable(store.engine)
    gone = Store("postgresql+psycopg://nobody@127.0.0.1:1/nothing", Keyring.generate())
    assert not is_reachable(gone.engine)
    gone.close()

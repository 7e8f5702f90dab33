from __future__ import annotations

import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, wait
from datetime import timedelta

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from screening.store import audit
from screening.store.audit import SYSTEM, Actor
from screening.store.crypto import Keyring
from screening.store.engine import Store
from screening.store.tables import AuditEvent
from tests.support.clinic import NOW
from tests.support.postgres import Cluster

ANNA = Actor("patient", "a" * 32, "198.51.100.4")


def note(store: Store, record: str, action: str = "save", times: int = 1) -> None:
    for number in range(times):
        with store.write() as session:
            at = NOW + timedelta(seconds=number)
            audit.record(session, store.keyring, actor=ANNA, action=action, record=record, at=at, detail={"page": "p"})


def findings(store: Store, known: audit.Head | None = None) -> list[str]:
    with store.read() as session:
        return audit.verify(session, store.keyring, known)


def seal(store: Store) -> audit.Head | None:
    with store.write() as session:
        return audit.seal_batch(session, store.keyring, NOW)


def tamper(store: Store, *statements: str) -> None:
    """Change the tables as somebody could who has the database but not the keys."""
    with store.write() as session:
        if store.engine.dialect.name == "postgresql":
            session.execute(text("SET LOCAL session_replication_role = replica"))
        else:
            for table in ("audit_event", "audit_seal"):
                session.execute(text(f"DROP TRIGGER IF EXISTS {table}_no_update"))
                session.execute(text(f"DROP TRIGGER IF EXISTS {table}_no_delete"))
        for statement in statements:
            session.execute(text(statement))


@pytest.fixture
def trail(store: Store) -> Store:
    """A store with two records' events, taking turns: ids 1 to 6."""
    for _ in range(3):
        note(store, "response:one")
        note(store, "response:two")
    return store


def test_an_untouched_trail_is_whole_before_and_after_sealing(trail: Store) -> None:
    assert findings(trail) == []
    head = seal(trail)
    assert head is not None
    assert head.last_event_id == 6
    assert findings(trail, head) == []
    note(trail, "response:one")
    assert seal(trail) is not None
    assert seal(trail) is None
    assert findings(trail, head) == []


def test_events_say_who_did_what_when_and_from_where(store: Store) -> None:
    note(store, "response:one", "send")
    with store.read() as session:
        event = session.scalars(select(AuditEvent)).one()
    assert (event.actor_kind, event.actor, event.origin) == ("patient", "a" * 32, "198.51.100.4")
    assert (event.action, event.record, event.record_sequence, event.at) == ("send", "response:one", 1, NOW)
    assert event.detail == {"page": "p"}


def test_event_ids_put_all_events_in_order(store: Store) -> None:
    with store.write() as session:
        ids = [
            audit.record(session, store.keyring, actor=SYSTEM, action="a", record=record, at=NOW)
            for record in ("x:1", "x:2", "x:1")
        ]
    assert ids == sorted(ids)
    assert len(set(ids)) == 3


@pytest.mark.parametrize("table", ["audit_event", "audit_seal"])
@pytest.mark.parametrize("change", ["UPDATE {} SET at = at", "DELETE FROM {}"])
def test_the_database_itself_refuses_changes(trail: Store, table: str, change: str) -> None:
    seal(trail)
    with pytest.raises(DBAPIError, match="append-only"), trail.write() as session:
        session.execute(text(change.format(table)))
    assert findings(trail) == []


@pytest.mark.parametrize(
    "change",
    [
        "action = 'read'",
        "actor = 'bbb'",
        "actor_kind = 'staff'",
        "origin = 'elsewhere'",
        "at = '2026-05-03 09:00:00'",
        'detail = \'{"page": "q"}\'',
        "record = 'response:zero'",
    ],
)
def test_an_edited_event_is_found(trail: Store, change: str) -> None:
    tamper(trail, f"UPDATE audit_event SET {change} WHERE id = 3")
    assert findings(trail)


def test_an_edit_is_told_with_its_record_and_number(trail: Store) -> None:
    tamper(trail, "UPDATE audit_event SET actor = 'bbb' WHERE id = 3")
    (finding,) = findings(trail)
    assert finding.startswith("response:one: event 2 (id 3)")


def test_an_event_taken_out_of_the_middle_is_found(trail: Store) -> None:
    tamper(trail, "DELETE FROM audit_event WHERE id = 3")
    assert findings(trail) == ["response:one: events 2 to 2 are missing"]


def test_closing_the_gap_does_not_hide_it(trail: Store) -> None:
    tamper(
        trail,
        "DELETE FROM audit_event WHERE id = 3",
        "UPDATE audit_event SET record_sequence = 2 WHERE id = 5",
    )
    assert findings(trail)


def test_two_events_of_a_record_that_change_places_are_found(trail: Store) -> None:
    tamper(
        trail,
        "UPDATE audit_event SET record_sequence = 9 WHERE id = 3",
        "UPDATE audit_event SET record_sequence = 2 WHERE id = 5",
        "UPDATE audit_event SET record_sequence = 3 WHERE id = 3",
    )
    assert any("out of order" in finding for finding in findings(trail))


def test_an_event_that_somebody_made_up_is_found(trail: Store) -> None:
    tamper(
        trail,
        "INSERT INTO audit_event "
        "(id, at, record, record_sequence, action, actor_kind, actor, origin, detail, mac) "
        "SELECT 7, at, record, 4, action, actor_kind, actor, origin, detail, mac FROM audit_event WHERE id = 5",
    )
    assert findings(trail)


@pytest.mark.parametrize(
    "removal",
    [
        "DELETE FROM audit_event WHERE id = 6",
        "DELETE FROM audit_event WHERE record = 'response:two'",
        "DELETE FROM audit_event",
    ],
    ids=["newest event", "whole record", "everything"],
)
def test_removing_what_no_chain_can_miss_is_found_once_sealed(trail: Store, removal: str) -> None:
    seal(trail)
    tamper(trail, removal)
    assert any("were sealed" in finding for finding in findings(trail))


def test_swapping_events_of_two_records_is_found_once_sealed(trail: Store) -> None:
    seal(trail)
    tamper(
        trail,
        "UPDATE audit_event SET id = 99 WHERE id = 5",
        "UPDATE audit_event SET id = 5 WHERE id = 6",
        "UPDATE audit_event SET id = 6 WHERE id = 99",
    )
    assert any("swapped" in finding for finding in findings(trail))


@pytest.mark.parametrize("column", ["event_count", "last_event_id", "first_event_id"])
def test_an_edited_seal_is_found(trail: Store, column: str) -> None:
    seal(trail)
    tamper(trail, f"UPDATE audit_seal SET {column} = {column} - 1")
    assert findings(trail)


def test_a_seal_taken_out_of_the_middle_is_found(trail: Store) -> None:
    for _ in range(3):
        note(trail, "response:one")
        seal(trail)
    tamper(trail, "DELETE FROM audit_seal WHERE id = 2")
    assert any("seals are missing" in finding for finding in findings(trail))


def test_cutting_off_the_newest_events_with_their_seal_shows_against_a_head_kept_elsewhere(trail: Store) -> None:
    seal(trail)
    note(trail, "response:three")
    kept = seal(trail)
    tamper(trail, "DELETE FROM audit_event WHERE id > 6", "DELETE FROM audit_seal WHERE id = 2")
    assert findings(trail) == []  # this is the limit that the documentation tells of
    assert kept is not None
    assert any("kept outside" in finding for finding in findings(trail, audit.Head.parse(f"{kept}\n")))


@pytest.mark.parametrize("text", ["", "1", "1-2", "1-2-xyz", "1-2-" + "a" * 63, "-1-2-" + "a" * 64])
def test_what_is_no_kept_seal_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="kept seal"):
        audit.Head.parse(text)


def test_another_clinics_keys_do_not_verify(trail: Store) -> None:
    with trail.read() as session:
        assert audit.verify(session, Keyring.generate())


@pytest.mark.parametrize(
    "detail",
    [
        {"text": "x" * 201},
        {"answers": {"numb": True}},
        {"weight": 1.5},
        {"many": ["x" * 201]},
    ],
)
def test_nothing_that_could_be_an_answer_goes_into_the_trail(store: Store, detail: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="ids, codes and counts only"), store.write() as session:
        audit.record(
            session,
            store.keyring,
            actor=ANNA,
            action="save",
            record="response:1",
            at=NOW,
            detail=detail,  # type: ignore[arg-type]  # what a careless caller might pass
        )


def test_events_of_one_record_written_at_once_make_one_chain(store: Store) -> None:
    def go(_: int) -> None:
        note(store, "response:one")

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(go, range(40)))
    with store.read() as session:
        sequence = session.scalars(select(AuditEvent.record_sequence).order_by(AuditEvent.id)).all()
    assert list(sequence) == list(range(1, 41))
    assert findings(store) == []


def test_two_that_read_the_same_responses_in_another_order_do_not_wait_for_each_other(store: Store) -> None:
    def read(*response_ids: str) -> None:
        for _ in range(20):
            with store.write() as session:
                details = dict.fromkeys([f"response:{one}" for one in response_ids])
                audit.record_each(session, store.keyring, actor=ANNA, action="read", details=details, at=NOW)

    with ThreadPoolExecutor(2) as pool:
        readers = [pool.submit(read, "one", "two", "three"), pool.submit(read, "three", "two", "one")]
        for reader in readers:
            reader.result()
    assert findings(store) == []


def test_sealing_while_others_write_leaves_no_event_between_two_seals(store: Store) -> None:
    jobs: list[Callable[[], object]] = []
    for number in range(30):
        jobs.append(lambda number=number: note(store, f"response:{number % 5}"))
        if number % 5 == 0:
            jobs.append(lambda: seal(store))
    with ThreadPoolExecutor(6) as pool:
        list(pool.map(lambda job: job(), jobs))
    seal(store)
    assert findings(store) == []
    with store.read() as session:
        sealed = session.execute(text("SELECT sum(event_count) FROM audit_seal")).scalar_one()
    assert sealed == 30


def test_sealing_waits_for_an_event_that_is_still_being_written(postgres: Cluster, migrated_postgres: str) -> None:
    # On PostgreSQL ids are given out before the commit: a lower one may appear after a higher one was sealed.
    with postgres.database(migrated_postgres) as url, ThreadPoolExecutor(1) as pool:
        store = Store(url, Keyring.generate())
        with store.write() as session:
            audit.record(session, store.keyring, actor=ANNA, action="save", record="response:one", at=NOW)
            note(store, "response:two")
            sealing = pool.submit(seal, store)
            wait([sealing], timeout=0.5)  # long enough to seal too early, if it could
        head = sealing.result()
        assert head is not None
        assert head.last_event_id == 2
        assert findings(store) == []
        store.close()


def test_a_list_is_on_record_with_the_patients_it_showed(store: Store) -> None:
    desk = Actor("staff", "3", "192.0.2.7", frozenset({"front_desk"}), "Dora Desk")
    with store.write() as session:
        audit.record_list(session, store.keyring, desk, ["b", "a", "b"], NOW)
        audit.record_list(session, store.keyring, desk, [], NOW)
    with store.read() as session:
        event = session.scalars(select(AuditEvent)).one()
    assert (event.record, event.action, event.detail) == ("staff:3", "list", {"patients": ["a", "b"]})
    assert "Dora" not in json.dumps(event.detail) + event.actor

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date

import pytest
from sqlalchemy import select, text, update

from screening.store import patients
from screening.store.crypto import SealError
from screening.store.engine import Store
from screening.store.errors import NotFound
from screening.store.patients import Identity
from screening.store.tables import Patient
from tests.support.clinic import NOW

ANNA = Identity("A-17", "Anna Nowak-O'Neill", date(1988, 5, 12), "anna@example.org", "+48 600 100 200")
JOSE = Identity("B 2", "José Nowak", date(1970, 1, 2))


@pytest.fixture
def both(store: Store) -> dict[str, str]:
    with store.write() as session:
        return {who.record_number: patients.create(session, store.keyring, who, NOW)[0] for who in (ANNA, JOSE)}


def found_by(store: Store, words: str) -> set[str]:
    with store.read() as session:
        ids = session.scalars(patients.matching(store.keyring, words)).all()
        return {who.record_number for who in patients.read_many(session, store.keyring, ids).values()}


def test_who_was_added_is_read_back_whole(store: Store, both: dict[str, str]) -> None:
    with store.read() as session:
        assert patients.read(session, store.keyring, both["A-17"]) == ANNA
        assert patients.read(session, store.keyring, both["B 2"]) == JOSE
        with pytest.raises(NotFound):
            patients.read(session, store.keyring, "0" * 32)


@pytest.mark.parametrize("written", ["A-17", " a-17 ", "Ａ-17"])
def test_a_record_number_is_found_however_it_is_written(store: Store, both: dict[str, str], written: str) -> None:
    with store.read() as session:
        assert patients.find_by_record_number(session, store.keyring, written) == both["A-17"]
        assert patients.find_by_record_number(session, store.keyring, "A-1") is None


@pytest.mark.parametrize(
    ("words", "who"),
    [
        ("nowak", {"A-17", "B 2"}),
        ("NOWAK anna", {"A-17"}),
        ("jose", {"B 2"}),
        ("oneill", {"A-17"}),
        ("O’Neill", {"A-17"}),
        ("now", set()),
        ("anna jose", set()),
        ("a-17", {"A-17"}),
        ("b  2", {"B 2"}),
        ("!!", set()),
    ],
)
def test_people_are_found_by_whole_words(store: Store, both: dict[str, str], words: str, who: set[str]) -> None:
    assert found_by(store, words) == who


def test_a_record_number_that_is_known_makes_no_second_patient(store: Store, both: dict[str, str]) -> None:
    with store.write() as session:
        again = patients.create(session, store.keyring, replace(ANNA, record_number="a-17", name="Else"), NOW)
        assert again == (both["A-17"], False)
        assert patients.read(session, store.keyring, both["A-17"]).name == ANNA.name


def test_two_desks_that_add_one_person_at_once_make_one_patient(store: Store) -> None:
    def go(_: int) -> tuple[str, bool]:
        with store.write() as session:
            return patients.create(session, store.keyring, ANNA, NOW)

    with ThreadPoolExecutor(4) as pool:
        made = list(pool.map(go, range(8)))
    assert len({patient_id for patient_id, _ in made}) == 1
    assert sum(is_new for _, is_new in made) == 1


def test_a_changed_name_is_found_by_its_new_words_only(store: Store, both: dict[str, str]) -> None:
    with store.write() as session:
        patients.change(session, store.keyring, both["A-17"], replace(ANNA, name="Anna Kovář"))
        with pytest.raises(NotFound):
            patients.change(session, store.keyring, "0" * 32, ANNA)
    assert found_by(store, "kovar") == {"A-17"}
    assert found_by(store, "nowak") == {"B 2"}


def test_the_database_shows_nobody(store: Store, both: dict[str, str]) -> None:
    with store.read() as session:
        everything = repr(session.execute(text("SELECT * FROM patient")).all())
        everything += repr(session.execute(text("SELECT * FROM patient_name_word")).all())
    for secret in ("Anna", "anna", "nowak", "A-17", "1988", "600 100"):
        assert secret not in everything


def test_an_identity_moved_to_another_row_does_not_open(store: Store, both: dict[str, str]) -> None:
    with store.write() as session:
        sealed = session.scalar(select(Patient.identity).where(Patient.id == both["A-17"]))
        session.execute(update(Patient).where(Patient.id == both["B 2"]).values(identity=sealed))
    with store.read() as session, pytest.raises(SealError):
        patients.read(session, store.keyring, both["B 2"])

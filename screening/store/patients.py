"""Patients: sealed identities, found by record number or by whole words of the name through keyed hashes only.

Reading an identity is audited by the use case that shows it to somebody.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Select, delete, func, insert, select, update
from sqlalchemy.orm import Session

from screening.store.crypto import Keyring, fold
from screening.store.engine import insert_unless_there
from screening.store.errors import NotFound
from screening.store.tables import Patient, PatientNameWord, new_id

_APOSTROPHES = re.compile(r"['’ʼ`´]")
_WORD = re.compile(r"\w+")


@dataclass(frozen=True, slots=True)
class Identity:
    """Who a patient is. ``record_number`` is the clinic's own, as written there."""

    record_number: str
    name: str
    birth_date: date
    email: str | None = None
    mobile: str | None = None


def normalised(record_number: str) -> str:
    """Return a record number as it is compared: trimmed, inner spaces as one, case folded."""
    return " ".join(unicodedata.normalize("NFKC", record_number).casefold().split())


def name_words(name: str) -> frozenset[str]:
    """Return the folded words of a name; "O'Neill-José" gives "oneill" and "jose"."""
    return frozenset(_WORD.findall(fold(_APOSTROPHES.sub("", name))))


def find_by_record_number(session: Session, keyring: Keyring, record_number: str) -> str | None:
    """Return the id of the patient with this record number, or None."""
    record_hash = _record_hash(keyring, record_number)
    return session.scalar(select(Patient.id).where(Patient.record_number_hash == record_hash))


def matching(keyring: Keyring, words: str) -> Select[str]:
    """Return a query for the ids of patients whose record number is ``words`` or whose name has all of them."""
    by_number = select(Patient.id).where(Patient.record_number_hash == _record_hash(keyring, words))
    hashes = [_word_hash(keyring, word) for word in sorted(name_words(words))]
    if not hashes:
        return by_number
    by_name = (
        select(PatientNameWord.patient_id)
        .where(PatientNameWord.word_hash.in_(hashes))
        .group_by(PatientNameWord.patient_id)
        .having(func.count() == len(hashes))
    )
    return select(by_number.union(by_name).subquery().c.id)


def create(session: Session, keyring: Keyring, identity: Identity, now: datetime) -> tuple[str, bool]:
    """Add a patient unless the record number is known; return the patient's id and whether it is new."""
    patient_id = new_id()
    values = {
        "id": patient_id,
        "record_number_hash": _record_hash(keyring, identity.record_number),
        "identity": _seal(keyring, patient_id, identity),
        "created_at": now,
    }
    if not insert_unless_there(session, Patient, values, Patient.record_number_hash):
        known = find_by_record_number(session, keyring, identity.record_number)
        assert known is not None
        return known, False
    _add_words(session, keyring, patient_id, identity.name)
    return patient_id, True


def change(session: Session, keyring: Keyring, patient_id: str, identity: Identity) -> None:
    """Replace what is known of a patient; NotFound if there is none. The record number must be free or the same."""
    changed = session.execute(
        update(Patient)
        .where(Patient.id == patient_id)
        .values(
            record_number_hash=_record_hash(keyring, identity.record_number),
            identity=_seal(keyring, patient_id, identity),
        )
        .returning(Patient.id)
    ).one_or_none()
    if changed is None:
        raise NotFound("There is no such patient.")
    session.execute(delete(PatientNameWord).where(PatientNameWord.patient_id == patient_id))
    _add_words(session, keyring, patient_id, identity.name)


def read(session: Session, keyring: Keyring, patient_id: str) -> Identity:
    """Return who the patient is; NotFound if there is none."""
    found = read_many(session, keyring, [patient_id])
    if not found:
        raise NotFound("There is no such patient.")
    return found[patient_id]


def read_many(session: Session, keyring: Keyring, patient_ids: Iterable[str]) -> dict[str, Identity]:
    """Return who these patients are, by id; unknown ids are left out."""
    rows = session.execute(select(Patient.id, Patient.identity).where(Patient.id.in_(set(patient_ids))))
    return {patient_id: _open(keyring, patient_id, sealed) for patient_id, sealed in rows}


def _record_hash(keyring: Keyring, record_number: str) -> bytes:
    return keyring.lookup_hash("record number", normalised(record_number))


def _word_hash(keyring: Keyring, word: str) -> bytes:
    return keyring.lookup_hash("name word", word)


def _add_words(session: Session, keyring: Keyring, patient_id: str, name: str) -> None:
    words = [{"patient_id": patient_id, "word_hash": _word_hash(keyring, word)} for word in name_words(name)]
    if words:
        session.execute(insert(PatientNameWord), words)


def _seal(keyring: Keyring, patient_id: str, identity: Identity) -> bytes:
    document = {
        "record_number": identity.record_number,
        "name": identity.name,
        "birth_date": identity.birth_date.isoformat(),
        "email": identity.email,
        "mobile": identity.mobile,
    }
    return keyring.seal(document, f"patient:{patient_id}")


def _open(keyring: Keyring, patient_id: str, sealed: bytes) -> Identity:
    document = keyring.open(sealed, f"patient:{patient_id}")
    return Identity(**{**document, "birth_date": date.fromisoformat(document["birth_date"])})

"""Patients: sealed identities, and the keyed hashes by which they are found."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from screening.store.tables.base import Base, Id, new_id


class Patient(Base):
    """A person who is invited. ``identity`` seals record number, name, birth date, e-mail and mobile."""

    __tablename__ = "patient"

    id: Mapped[str] = mapped_column(Id, primary_key=True, default=new_id)
    record_number_hash: Mapped[bytes] = mapped_column(LargeBinary(32), unique=True)
    identity: Mapped[bytes]
    created_at: Mapped[datetime]


class PatientNameWord(Base):
    """A keyed hash of one folded word of a patient's name, for finding people by whole words."""

    __tablename__ = "patient_name_word"

    patient_id: Mapped[str] = mapped_column(Id, ForeignKey("patient.id", ondelete="CASCADE"), primary_key=True)
    word_hash: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True, index=True)

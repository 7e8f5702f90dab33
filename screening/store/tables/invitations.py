"""Invitations to an appointment, their links, corrected versions, and who covers for a clinician."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from screening.store.tables.base import Base, Id, new_id


class Invitation(Base):
    """A clinic's asking one patient to answer before one appointment: one sitting, one send.

    ``state``: open (not yet begun while ``begun_at`` is empty), declined (not online), sent, cancelled.
    ``birth_date_failures`` counts wrong birth dates over all its links. ``always_hide`` is the patient's choice not
    to be shown earlier answers; None before the choice. ``helped_by`` is a code, None where it was not said.
    """

    __tablename__ = "invitation"
    __table_args__ = (
        CheckConstraint("state IN ('open', 'declined', 'sent', 'cancelled')", name="state"),
        CheckConstraint("(state = 'sent') = (sent_at IS NOT NULL)", name="sent_has_time"),
        CheckConstraint("(state = 'declined') = (declined_at IS NOT NULL)", name="declined_has_time"),
        CheckConstraint("(state = 'cancelled') = (cancelled_at IS NOT NULL)", name="cancelled_has_time"),
        CheckConstraint("(consented_at IS NULL) = (consent_hash IS NULL)", name="consent_is_whole"),
        CheckConstraint("consented_at IS NOT NULL OR sent_at IS NULL", name="no_sending_without_consent"),
        Index("ix_invitation_clinician_appointment", "clinician_id", "appointment_at"),
        Index("ix_invitation_appointment", "appointment_at"),
        Index(
            "uq_invitation_open_appointment",
            "patient_id",
            "appointment_at",
            unique=True,
            sqlite_where=text("state = 'open'"),
            postgresql_where=text("state = 'open'"),
        ),
    )

    id: Mapped[str] = mapped_column(Id, primary_key=True, default=new_id)
    patient_id: Mapped[str] = mapped_column(Id, ForeignKey("patient.id"), index=True)
    clinician_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    appointment_at: Mapped[datetime]
    language: Mapped[str] = mapped_column(String(35))
    state: Mapped[str] = mapped_column(String(10), default="open")
    created_at: Mapped[datetime]
    created_by: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    begun_at: Mapped[datetime | None]
    declined_at: Mapped[datetime | None]
    sent_at: Mapped[datetime | None]
    cancelled_at: Mapped[datetime | None]
    consented_at: Mapped[datetime | None]
    consent_hash: Mapped[str | None] = mapped_column(String(64))
    consent_language: Mapped[str | None] = mapped_column(String(35))
    always_hide: Mapped[bool | None]
    helped_by: Mapped[str | None] = mapped_column(String(20))
    birth_date_failures: Mapped[int] = mapped_column(default=0)


class Correction(Base):
    """An invitation by which a patient corrects what was sent on an earlier one: asked anew, from an empty form."""

    __tablename__ = "correction"
    __table_args__ = (CheckConstraint("invitation_id <> corrects_id", name="of_another"),)

    invitation_id: Mapped[str] = mapped_column(Id, ForeignKey("invitation.id", ondelete="CASCADE"), primary_key=True)
    corrects_id: Mapped[str] = mapped_column(Id, ForeignKey("invitation.id"), index=True)


class Cover(Base):
    """Who reads a clinician's responses while she is away; both times are UTC, ``ends_at`` is not included."""

    __tablename__ = "cover"
    __table_args__ = (
        CheckConstraint("cover_id <> clinician_id", name="by_another"),
        CheckConstraint("ends_at > starts_at", name="has_length"),
    )

    id: Mapped[str] = mapped_column(Id, primary_key=True, default=new_id)
    clinician_id: Mapped[int] = mapped_column(ForeignKey("staff.id"), index=True)
    cover_id: Mapped[int] = mapped_column(ForeignKey("staff.id"), index=True)
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    set_by: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    set_at: Mapped[datetime]


class InvitationQuestionnaire(Base):
    """A questionnaire that an invitation asks for. Its version is settled when the patient begins."""

    __tablename__ = "invitation_questionnaire"
    __table_args__ = (UniqueConstraint("invitation_id", "questionnaire_id"),)

    invitation_id: Mapped[str] = mapped_column(Id, ForeignKey("invitation.id", ondelete="CASCADE"), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True)
    questionnaire_id: Mapped[str] = mapped_column(String(80))


class InvitationLink(Base):
    """One link of an invitation; only the hash of its token is kept. Sending and cancelling end them all."""

    __tablename__ = "invitation_link"

    id: Mapped[str] = mapped_column(Id, primary_key=True, default=new_id)
    invitation_id: Mapped[str] = mapped_column(Id, ForeignKey("invitation.id", ondelete="CASCADE"), index=True)
    token_hash: Mapped[bytes] = mapped_column(LargeBinary(32), unique=True)
    created_at: Mapped[datetime]
    created_by: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))

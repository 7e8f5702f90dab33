"""Paper forms: being typed in, typed in, and rejected."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from screening.store.tables.base import Base, Id, new_id


class Transcription(Base):
    """A paper form that somebody is typing in, until it is saved: only they ever see it.

    ``signed_on`` is when the patient signed the consent on paper. ``document`` seals ``{"forms": {questionnaire id:
    {page id: page as `drafts.to_document` has it, with its revision}}}``; ``revision`` counts its saves.
    """

    __tablename__ = "transcription"
    __table_args__ = (UniqueConstraint("invitation_id", "staff_id"),)

    id: Mapped[str] = mapped_column(Id, primary_key=True, default=new_id)
    invitation_id: Mapped[str] = mapped_column(Id, ForeignKey("invitation.id", ondelete="CASCADE"))
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    signed_on: Mapped[date]
    started_at: Mapped[datetime]
    saved_at: Mapped[datetime]
    revision: Mapped[int]
    document: Mapped[bytes]


class TranscriptionForm(Base):
    """A questionnaire of a paper form that is being typed in, in the version that was printed."""

    __tablename__ = "transcription_form"
    __table_args__ = (
        ForeignKeyConstraint(
            ["questionnaire_id", "version", "content_hash"],
            [
                "questionnaire_version.questionnaire_id",
                "questionnaire_version.version",
                "questionnaire_version.content_hash",
            ],
        ),
    )

    transcription_id: Mapped[str] = mapped_column(
        Id, ForeignKey("transcription.id", ondelete="CASCADE"), primary_key=True
    )
    position: Mapped[int] = mapped_column(primary_key=True)
    questionnaire_id: Mapped[str] = mapped_column(String(80))
    version: Mapped[str] = mapped_column(String(20))
    content_hash: Mapped[str] = mapped_column(String(64))
    switched_on: Mapped[list[str]]


class PaperResponse(Base):
    """That a response was typed in from paper: by whom, and which clinician compared it with the paper since."""

    __tablename__ = "paper_response"
    __table_args__ = (CheckConstraint("(confirmed_at IS NULL) = (confirmed_by IS NULL)", name="confirmation_is_whole"),)

    response_id: Mapped[str] = mapped_column(Id, ForeignKey("response.id", ondelete="CASCADE"), primary_key=True)
    transcriber_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    signed_on: Mapped[date]
    confirmed_at: Mapped[datetime | None]
    confirmed_by: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))


class RejectedResponse(Base):
    """A response that was mistyped from paper, kept as it was under its own id, and read as a response no more.

    ``document`` seals its pages, its note and the reason. ``replaced_by`` is the response that was typed in instead.
    """

    __tablename__ = "rejected_response"
    __table_args__ = (
        ForeignKeyConstraint(
            ["questionnaire_id", "version", "content_hash"],
            [
                "questionnaire_version.questionnaire_id",
                "questionnaire_version.version",
                "questionnaire_version.content_hash",
            ],
        ),
    )

    id: Mapped[str] = mapped_column(Id, primary_key=True)
    invitation_id: Mapped[str] = mapped_column(Id, ForeignKey("invitation.id"), index=True)
    patient_id: Mapped[str] = mapped_column(Id, ForeignKey("patient.id"))
    questionnaire_id: Mapped[str] = mapped_column(String(80))
    version: Mapped[str] = mapped_column(String(20))
    content_hash: Mapped[str] = mapped_column(String(64))
    transcriber_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    signed_on: Mapped[date]
    sent_at: Mapped[datetime]
    rejected_at: Mapped[datetime]
    rejected_by: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    replaced_by: Mapped[str | None] = mapped_column(Id)
    document: Mapped[bytes]

"""What patients answered, and what clinicians wrote about it."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from screening.store.tables.base import Base, Id, Sequence, new_id


class Response(Base):
    """One questionnaire as one patient answers it, from the moment of consent.

    Until it is sent, answers stand in `ResponsePage`; sending seals those on the path into ``document`` and removes
    the pages. ``sent_sequence`` orders by what happened, not by a clock. ``switched_on`` freezes which optional
    parts were on, `ResponseOverlay` the translations. ``language`` is the one it was begun in, once it is sent one that
    it was answered in; the pages say which of them was answered in which.
    """

    __tablename__ = "response"
    __table_args__ = (
        UniqueConstraint("invitation_id", "questionnaire_id"),
        ForeignKeyConstraint(
            ["questionnaire_id", "version", "content_hash"],
            [
                "questionnaire_version.questionnaire_id",
                "questionnaire_version.version",
                "questionnaire_version.content_hash",
            ],
        ),
        CheckConstraint(
            "(sent_at IS NULL) = (document IS NULL) AND (sent_at IS NULL) = (sent_sequence IS NULL)",
            name="sent_is_whole",
        ),
        CheckConstraint("(reviewed_at IS NULL) = (reviewed_by IS NULL)", name="review_is_whole"),
        CheckConstraint("reviewed_at IS NULL OR sent_at IS NOT NULL", name="only_sent_is_reviewed"),
        Index("ix_response_history", "patient_id", "questionnaire_id", "sent_sequence"),
    )

    id: Mapped[str] = mapped_column(Id, primary_key=True, default=new_id)
    invitation_id: Mapped[str] = mapped_column(Id, ForeignKey("invitation.id"))
    patient_id: Mapped[str] = mapped_column(Id, ForeignKey("patient.id"))
    questionnaire_id: Mapped[str] = mapped_column(String(80))
    version: Mapped[str] = mapped_column(String(20))
    content_hash: Mapped[str] = mapped_column(String(64))
    position: Mapped[int]
    language: Mapped[str] = mapped_column(String(35))
    switched_on: Mapped[list[str]]
    started_at: Mapped[datetime]
    sent_at: Mapped[datetime | None]
    sent_sequence: Mapped[int | None] = mapped_column(Sequence, unique=True)
    document: Mapped[bytes | None]
    reviewed_at: Mapped[datetime | None]
    reviewed_by: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))


Index(
    "ix_response_unreviewed",
    Response.invitation_id,
    sqlite_where=Response.sent_at.is_not(None) & Response.reviewed_at.is_(None),
    postgresql_where=Response.sent_at.is_not(None) & Response.reviewed_at.is_(None),
)


class ResponseOverlay(Base):
    """The translation in which a response can be answered and read in one language, frozen when it was begun."""

    __tablename__ = "response_overlay"

    response_id: Mapped[str] = mapped_column(Id, ForeignKey("response.id", ondelete="CASCADE"), primary_key=True)
    language: Mapped[str] = mapped_column(String(35), primary_key=True)
    content_hash: Mapped[str] = mapped_column(String(64), ForeignKey("questionnaire_overlay.content_hash"))


class ResponsePage(Base):
    """What a patient saved of one page; one upsert a save. ``revision`` goes up by one with each.

    ``document`` seals what `screening.store.drafts.DraftPage` holds.
    """

    __tablename__ = "response_page"

    response_id: Mapped[str] = mapped_column(Id, ForeignKey("response.id", ondelete="CASCADE"), primary_key=True)
    page_id: Mapped[str] = mapped_column(String(80), primary_key=True)
    revision: Mapped[int]
    document: Mapped[bytes]
    saved_at: Mapped[datetime]


class Note(Base):
    """The staff's note on a response; ``revision`` catches two people editing one note."""

    __tablename__ = "note"

    response_id: Mapped[str] = mapped_column(Id, ForeignKey("response.id", ondelete="CASCADE"), primary_key=True)
    revision: Mapped[int]
    document: Mapped[bytes]
    updated_at: Mapped[datetime]
    updated_by: Mapped[int] = mapped_column(ForeignKey("staff.id"))


class ReviewEntry(Base):
    """What came after a sign-off: an addendum, a reopening with its reason, and the sign-off that it ended.

    Append-only in use; goes with its response. ``document`` seals ``{"text": …}``; a sign-off has none.
    """

    __tablename__ = "review_entry"
    __table_args__ = (
        CheckConstraint("kind IN ('sign_off', 'reopening', 'addendum')", name="kind"),
        CheckConstraint("(kind = 'sign_off') = (document IS NULL)", name="text_is_whole"),
    )

    id: Mapped[str] = mapped_column(Id, primary_key=True, default=new_id)
    response_id: Mapped[str] = mapped_column(Id, ForeignKey("response.id", ondelete="CASCADE"), index=True)
    kind: Mapped[str] = mapped_column(String(10))
    document: Mapped[bytes | None]
    written_at: Mapped[datetime]
    written_by: Mapped[int] = mapped_column(ForeignKey("staff.id"))

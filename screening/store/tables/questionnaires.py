"""Questionnaires as they were registered, and what the practice has set about them."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from screening.store.tables.base import Base, Id, new_id


class QuestionnaireVersion(Base):
    """A questionnaire's text in one version; the registry serves patients from here.

    ``text`` is the YAML, ``content_hash`` its SHA-256 in hexadecimal. Responses refer to the hash too, so that the
    database itself refuses another text once one stands on it. ``approved_by`` is the clinician's name as printed;
    ``approval_is_demo`` marks an approval that no clinician made. A version that was withdrawn is offered to nobody
    new, and keeps its approval for the reports that stand on it.
    """

    __tablename__ = "questionnaire_version"
    __table_args__ = (
        CheckConstraint("origin IN ('file', 'browser')", name="origin"),
        CheckConstraint("(approved_at IS NULL) = (approved_by IS NULL)", name="approval_is_whole"),
        CheckConstraint("withdrawn_at IS NULL OR approved_at IS NOT NULL", name="only_approved_is_withdrawn"),
        UniqueConstraint("questionnaire_id", "version", "content_hash"),
    )

    questionnaire_id: Mapped[str] = mapped_column(String(80), primary_key=True)
    version: Mapped[str] = mapped_column(String(20), primary_key=True)
    content_hash: Mapped[str] = mapped_column(String(64))
    text: Mapped[str] = mapped_column(Text)
    origin: Mapped[str] = mapped_column(String(10))
    registered_at: Mapped[datetime]
    approved_at: Mapped[datetime | None]
    approved_by: Mapped[str | None] = mapped_column(String(200))
    approval_is_demo: Mapped[bool] = mapped_column(default=False)
    withdrawn_at: Mapped[datetime | None]


class QuestionnaireOverlay(Base):
    """The text of a translation of a questionnaire into one language (BCP 47), found by its SHA-256 in hexadecimal.

    A row never changes its text: a mended translation is one more row. It names no version: which of a questionnaire's
    versions it fits, its own source hashes say. A translation that was withdrawn (its file is gone, or stands elsewhere
    in another text) is offered to nobody new; the responses that stand on it keep it.
    """

    __tablename__ = "questionnaire_overlay"
    __table_args__ = (Index("ix_questionnaire_overlay_questionnaire_id", "questionnaire_id"),)

    content_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    questionnaire_id: Mapped[str] = mapped_column(String(80))
    language: Mapped[str] = mapped_column(String(35))
    text: Mapped[str] = mapped_column(Text)
    registered_at: Mapped[datetime]
    withdrawn_at: Mapped[datetime | None]


class QuestionnaireSwitch(Base):
    """A page or item that is off by default and that the clinic has switched on, for every version that has it."""

    __tablename__ = "questionnaire_switch"

    questionnaire_id: Mapped[str] = mapped_column(String(80), primary_key=True)
    part_id: Mapped[str] = mapped_column(String(80), primary_key=True)
    set_by: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    set_at: Mapped[datetime]


class Safeguard(Base):
    """Who reads answers about self-harm, within what time, and what happens out of hours; one row or none."""

    __tablename__ = "safeguard"
    __table_args__ = (CheckConstraint("id = 1", name="only_one"),)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False, default=1)
    reader: Mapped[str] = mapped_column(String(200))
    within: Mapped[str] = mapped_column(String(200))
    out_of_hours: Mapped[str] = mapped_column(Text)
    set_by: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    set_at: Mapped[datetime]


class AttentionAnswer(Base):
    """One exact answer to one question that somebody asked to see first.

    ``answer`` is JSON: an option's code, true or false, or a whole number. Rows are never changed but for their end, so
    that a report keeps what was in force when it was signed.
    """

    __tablename__ = "attention_answer"
    __table_args__ = (
        CheckConstraint("ended_by IS NULL OR ended_at IS NOT NULL", name="only_ended_has_ender"),
        Index(
            "uq_attention_answer_in_force",
            "questionnaire_id",
            "item_id",
            "answer",
            unique=True,
            sqlite_where=text("ended_at IS NULL"),
            postgresql_where=text("ended_at IS NULL"),
        ),
    )

    id: Mapped[str] = mapped_column(Id, primary_key=True, default=new_id)
    questionnaire_id: Mapped[str] = mapped_column(String(80))
    item_id: Mapped[str] = mapped_column(String(80))
    answer: Mapped[str] = mapped_column(String(200))
    asked_by: Mapped[str] = mapped_column(String(200))
    set_by: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    set_at: Mapped[datetime]
    ended_by: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    ended_at: Mapped[datetime | None]


class ConsentText(Base):
    """A text that a patient agreed to, word for word, in one language; found by the hash that invitations carry."""

    __tablename__ = "consent_text"

    content_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    version: Mapped[str] = mapped_column(String(20))
    language: Mapped[str] = mapped_column(String(35))
    text: Mapped[str] = mapped_column(Text)
    first_agreed_at: Mapped[datetime]

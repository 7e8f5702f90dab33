"""The tables of background work: what is to be done, who does it, and the files that came of it.

Readable is only which response or file it is about, who asked for it, and when. The files are sealed (`crypto`), bound
to their row.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    LargeBinary,
    String,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column

from screening.store.tables import Base, Id, Sequence, new_id


class OutboxTask(Base):
    """Something to be done after a transaction, written in it. A row goes when it is done.

    There is one row for each ``kind`` and ``subject``, however often it is asked for; ``revision`` counts that, so
    that what was asked for while the work was going on is done again. ``lease`` names who works on it until
    ``leased_until``; ``failed_at`` marks what is given up (a dead letter), ``error`` why, without a word of a patient.
    """

    __tablename__ = "outbox"
    __table_args__ = (
        UniqueConstraint("kind", "subject"),
        CheckConstraint("(lease IS NULL) = (leased_until IS NULL)", name="lease_is_whole"),
        Index("ix_outbox_failed_at_due_at", "failed_at", "due_at"),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(Sequence, primary_key=True)
    kind: Mapped[str] = mapped_column(String(40))
    subject: Mapped[str] = mapped_column(String(32))
    revision: Mapped[int]
    created_at: Mapped[datetime]
    due_at: Mapped[datetime]
    attempts: Mapped[int]
    lease: Mapped[str | None] = mapped_column(Id)
    leased_until: Mapped[datetime | None]
    failed_at: Mapped[datetime | None]
    error: Mapped[str | None] = mapped_column(String(200))


class Worker(Base):
    """A process that does background work, and when it last gave a sign of life."""

    __tablename__ = "worker"

    id: Mapped[str] = mapped_column(Id, primary_key=True)
    seen_at: Mapped[datetime]


class PreparedReport(Base):
    """The PDF of a response, made before somebody asks for it. ``content_key`` tells what it was made from."""

    __tablename__ = "prepared_report"

    response_id: Mapped[str] = mapped_column(Id, ForeignKey("response.id", ondelete="CASCADE"), primary_key=True)
    content_key: Mapped[str] = mapped_column(String(64))
    made_at: Mapped[datetime]
    document: Mapped[bytes] = mapped_column(LargeBinary)


class SignedReport(Base):
    """The PDF of a response as it was signed off, kept as made and never made again; one for each sign-off.

    ``sha256`` (hexadecimal) is that of the PDF, ``mac`` vouches for it: who can write to the database but lacks the
    keys can't have another PDF pass as kept. ``document`` seals the PDF; it is empty once a response that the PDF shows
    beside its own was deleted.
    """

    __tablename__ = "signed_report"

    response_id: Mapped[str] = mapped_column(Id, ForeignKey("response.id", ondelete="CASCADE"), primary_key=True)
    signed_at: Mapped[datetime] = mapped_column(primary_key=True)
    language: Mapped[str] = mapped_column(String(35))
    sha256: Mapped[str] = mapped_column(String(64), index=True)
    mac: Mapped[bytes] = mapped_column(LargeBinary(32))
    made_at: Mapped[datetime]
    document: Mapped[bytes | None]


class SignedReportEarlier(Base):
    """An earlier response of which a kept PDF shows answers beside its own."""

    __tablename__ = "signed_report_earlier"
    __table_args__ = (
        ForeignKeyConstraint(
            ["response_id", "signed_at"],
            ["signed_report.response_id", "signed_report.signed_at"],
            ondelete="CASCADE",
        ),
    )

    response_id: Mapped[str] = mapped_column(Id, primary_key=True)
    signed_at: Mapped[datetime] = mapped_column(primary_key=True)
    earlier_id: Mapped[str] = mapped_column(Id, primary_key=True, index=True)


class RequestedFile(Base):
    """A file that is laid out for one asker: a member of staff, or a patient's browser, whose session's end ends it.

    ``request_key`` is a keyed hash of who asked for what, so that asking twice is asking once. ``wanted`` seals what
    was asked for; ``layout`` what is to be laid out, and is emptied when ``document``, the file, is there.
    ``content_key`` tells what it is made from, "" where nobody compares it. ``missing`` counts reports that could not
    be made and are not in it.
    """

    __tablename__ = "requested_file"
    __table_args__ = (
        CheckConstraint("kind IN ('day', 'report', 'patient_copy')", name="kind"),
        CheckConstraint("(staff_id IS NULL) <> (session_hash IS NULL)", name="one_asker"),
        CheckConstraint("(document IS NULL) = (made_at IS NULL)", name="made_has_time"),
        CheckConstraint("layout IS NULL OR document IS NULL", name="layout_until_made"),
    )

    id: Mapped[str] = mapped_column(Id, primary_key=True, default=new_id)
    kind: Mapped[str] = mapped_column(String(20))
    staff_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    session_hash: Mapped[bytes | None] = mapped_column(
        LargeBinary(32), ForeignKey("web_session.id_hash", ondelete="CASCADE"), index=True
    )
    request_key: Mapped[bytes] = mapped_column(LargeBinary(32), unique=True)
    content_key: Mapped[str] = mapped_column(String(64))
    wanted: Mapped[bytes]
    layout: Mapped[bytes | None]
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime] = mapped_column(index=True)
    made_at: Mapped[datetime | None]
    missing: Mapped[int] = mapped_column(default=0)
    document: Mapped[bytes | None]


class RequestedFilePart(Base):
    """A response whose answers belong in a file, in its place."""

    __tablename__ = "requested_file_part"

    file_id: Mapped[str] = mapped_column(Id, ForeignKey("requested_file.id", ondelete="CASCADE"), primary_key=True)
    response_id: Mapped[str] = mapped_column(
        Id, ForeignKey("response.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    position: Mapped[int]

"""The tables, as SQLAlchemy typed models; constraints hold the states.

What can be read in a copy of the database is only what has to be looked up: who (as an opaque id), which
questionnaire, state and times. Names, birth dates, addresses, answers and notes are sealed documents (`crypto`),
bound to their row. Times are UTC.
"""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any, ClassVar
from uuid import uuid4

from sqlalchemy import (
    JSON,
    BigInteger,
    CheckConstraint,
    Column,
    DateTime,
    Dialect,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    TypeDecorator,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship


def new_id() -> str:
    """Return a fresh row id: 32 hexadecimal digits, random, so that an address tells nothing."""
    return uuid4().hex


class UtcDateTime(TypeDecorator[datetime]):
    """A time with zone, kept as UTC; a naive time is refused, because nobody can say what it means."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Turn an aware time into UTC; ValueError for a naive one."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a time needs its zone")
        utc = value.astimezone(UTC)
        return utc.replace(tzinfo=None) if dialect.name == "sqlite" else utc

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Return the time with UTC as its zone."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Base(DeclarativeBase):
    """All tables share one metadata, with names for every constraint, so that migrations can drop them."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(column_0_N_label)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map: ClassVar[dict[Any, Any]] = {
        datetime: UtcDateTime(),
        bytes: LargeBinary(),
        str: String(),
        list[str]: JSON(),
        dict[str, Any]: JSON(),
    }


Id = String(32)
Sequence = BigInteger().with_variant(Integer, "sqlite")
"""A running number that never runs out; SQLite's integers have 64 bits anyway."""

staff_role = Table(
    "staff_role",
    Base.metadata,
    Column("staff_id", ForeignKey("staff.id", ondelete="CASCADE"), primary_key=True),
    Column("role_id", ForeignKey("role.id", ondelete="CASCADE"), primary_key=True),
)


class KeyCheck(Base):
    """What tells at the start whether the key file is this database's; see `key_check`. One row, or none yet."""

    __tablename__ = "key_check"
    __table_args__ = (CheckConstraint("id = 1", name="only_one"),)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False, default=1)
    document: Mapped[bytes]


class Role(Base):
    """What a member of staff may do: front_desk, clinician, administrator, auditor, transcriber."""

    __tablename__ = "role"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(40), unique=True)
    description: Mapped[str | None] = mapped_column(String(200))
    permissions: Mapped[list[str] | None]


class Staff(Base):
    """A member of staff who can sign in. ``fs_uniquifier`` is what sessions refer to; a new one ends them all.

    ``must_change_password``: somebody else gave the password, and it is good for choosing another one only.
    ``language`` (BCP 47) is the one that this person works in; None for the practice's.
    """

    __tablename__ = "staff"

    id: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[str] = mapped_column(String(255), unique=True)
    name: Mapped[str] = mapped_column(String(200))
    password: Mapped[str | None] = mapped_column(String(255))
    active: Mapped[bool] = mapped_column(default=True)
    must_change_password: Mapped[bool] = mapped_column(default=False)
    fs_uniquifier: Mapped[str] = mapped_column(String(64), unique=True)
    created_at: Mapped[datetime]
    language: Mapped[str | None] = mapped_column(String(35))
    roles: Mapped[list[Role]] = relationship(secondary=staff_role, lazy="selectin")


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


class WebSession(Base):
    """A browser's session, patient's or staff's; the cookie holds the value whose hash stands here.

    ``data`` seals the session's content. A row lives on for a while past ``expires_at``, so that a patient whose
    session ended in the middle of a page is known again once the birth date is given.
    """

    __tablename__ = "web_session"
    __table_args__ = (CheckConstraint("kind IN ('patient', 'staff')", name="kind"),)

    id_hash: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)
    kind: Mapped[str] = mapped_column(String(10))
    invitation_id: Mapped[str | None] = mapped_column(Id, ForeignKey("invitation.id", ondelete="CASCADE"), index=True)
    data: Mapped[bytes]
    created_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    expires_at: Mapped[datetime] = mapped_column(index=True)


class Attempt(Base):
    """Failed tries at something (a birth date for an unknown link, a password), by keyed hash of what was tried."""

    __tablename__ = "attempt"

    key_hash: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)
    failures: Mapped[int]
    first_at: Mapped[datetime]


class AuditEvent(Base):
    """Who did what to which record, when, from where; append-only, chained per record by a keyed hash.

    ``id`` orders all events. ``record`` is "table:id"; ``record_sequence`` counts its events from 1.
    """

    __tablename__ = "audit_event"
    __table_args__ = (UniqueConstraint("record", "record_sequence"), {"sqlite_autoincrement": True})

    id: Mapped[int] = mapped_column(Sequence, primary_key=True)
    at: Mapped[datetime]
    record: Mapped[str] = mapped_column(String(120))
    record_sequence: Mapped[int]
    action: Mapped[str] = mapped_column(String(40))
    actor_kind: Mapped[str] = mapped_column(String(10))
    actor: Mapped[str] = mapped_column(String(64))
    origin: Mapped[str] = mapped_column(String(64))
    detail: Mapped[dict[str, Any]]
    mac: Mapped[bytes] = mapped_column(LargeBinary(32))


class AuditSeal(Base):
    """A range of audit events, sealed: how many they were and a digest over them; append-only, chained like events."""

    __tablename__ = "audit_seal"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    first_event_id: Mapped[int] = mapped_column(Sequence)
    last_event_id: Mapped[int] = mapped_column(Sequence)
    event_count: Mapped[int]
    at: Mapped[datetime]
    digest: Mapped[bytes] = mapped_column(LargeBinary(32))
    mac: Mapped[bytes] = mapped_column(LargeBinary(32))


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

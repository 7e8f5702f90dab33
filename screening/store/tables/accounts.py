"""Who may do what: staff and their roles, sessions of browsers, and tries at a secret."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, Column, ForeignKey, LargeBinary, String, Table
from sqlalchemy.orm import Mapped, mapped_column, relationship

from screening.store.tables.base import Base, Id

staff_role = Table(
    "staff_role",
    Base.metadata,
    Column("staff_id", ForeignKey("staff.id", ondelete="CASCADE"), primary_key=True),
    Column("role_id", ForeignKey("role.id", ondelete="CASCADE"), primary_key=True),
)


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

"""Invitations and their links in the database: look-ups and states that patient and staff sides share.

A token leaves this module once, when its link is made; the database holds a keyed hash of it.
"""

from __future__ import annotations

import secrets
from datetime import datetime, time, timedelta, tzinfo
from enum import StrEnum
from typing import Protocol

from sqlalchemy import bindparam, insert, select
from sqlalchemy.orm import Session

from screening.store.crypto import Keyring
from screening.store.engine import insert_unless_there
from screening.store.errors import NotFound
from screening.store.tables import Invitation, InvitationLink, InvitationQuestionnaire, new_id

BIRTH_DATE_TRIES = 5
"""Wrong birth dates, over all links of an invitation, until the front desk has to unlock it."""
_TOKEN_BYTES = 32
_LONGEST_TOKEN = 200

# Built once: every page of a patient runs it.
_BY_ID = select(Invitation).where(Invitation.id == bindparam("wanted")).execution_options(populate_existing=True)
_BY_ID_LOCKED = _BY_ID.with_for_update()


class LinkState(StrEnum):
    """What a link of an invitation is good for now."""

    OPEN = "open"
    DECLINED = "declined"
    SENT = "sent"
    CANCELLED = "cancelled"
    OVER = "over"
    """The day of the appointment has passed."""


def get(session: Session, invitation_id: str, *, for_update: bool = False) -> Invitation:
    """Return the invitation; NotFound if there is none. ``for_update`` locks its row until the transaction ends."""
    query = _BY_ID_LOCKED if for_update else _BY_ID
    invitation = session.scalars(query, {"wanted": invitation_id}).one_or_none()
    if invitation is None:
        raise NotFound("There is no such invitation.")
    return invitation


def create(
    session: Session,
    *,
    patient_id: str,
    clinician_id: int,
    appointment_at: datetime,
    language: str,
    created_by: int | None,
    now: datetime,
) -> str | None:
    """Add an invitation and return its id; None where the patient has an open one for this appointment."""
    values = {
        "id": new_id(),
        "patient_id": patient_id,
        "clinician_id": clinician_id,
        "appointment_at": appointment_at,
        "language": language,
        "state": "open",
        "created_at": now,
        "created_by": created_by,
        "birth_date_failures": 0,
    }
    # A partial unique index allows one open invitation for each patient and appointment.
    is_new = insert_unless_there(session, Invitation, values, Invitation.patient_id, Invitation.appointment_at)
    return str(values["id"]) if is_new else None


def open_for(session: Session, patient_id: str, appointment_at: datetime) -> str | None:
    """Return the id of the patient's open invitation for this appointment, or None."""
    return session.scalar(
        select(Invitation.id).where(
            Invitation.patient_id == patient_id,
            Invitation.appointment_at == appointment_at,
            Invitation.state == "open",
        )
    )


def find_by_token(session: Session, keyring: Keyring, token: str) -> Invitation | None:
    """Return the invitation that this token's link belongs to, whatever its state; None if there is none."""
    return session.scalars(
        select(Invitation)
        .join(InvitationLink, InvitationLink.invitation_id == Invitation.id)
        .where(InvitationLink.token_hash == _token_hash(keyring, token))
    ).one_or_none()


def add_link(session: Session, keyring: Keyring, invitation_id: str, created_by: int | None, now: datetime) -> str:
    """Make one more link of an invitation and return its token: 256 random bits, fit for an address."""
    token = secrets.token_urlsafe(_TOKEN_BYTES)
    link = {
        "id": new_id(),
        "invitation_id": invitation_id,
        "token_hash": _token_hash(keyring, token),
        "created_at": now,
        "created_by": created_by,
    }
    session.execute(insert(InvitationLink).values(link))
    return token


def questionnaire_ids(session: Session, invitation_id: str) -> tuple[str, ...]:
    """Return the questionnaires that the invitation asks for, in order."""
    return tuple(
        session.scalars(
            select(InvitationQuestionnaire.questionnaire_id)
            .where(InvitationQuestionnaire.invitation_id == invitation_id)
            .order_by(InvitationQuestionnaire.position)
        )
    )


def links_end_at(appointment_at: datetime, zone: tzinfo) -> datetime:
    """Return when the links of an invitation end: with the appointment's day in the clinic's zone."""
    next_day = appointment_at.astimezone(zone).date() + timedelta(days=1)
    return datetime.combine(next_day, time(), zone)


class Dated(Protocol):
    """An invitation, as far as its links' end is concerned."""

    @property
    def state(self) -> str:
        """Return the state in the database."""
        ...

    @property
    def appointment_at(self) -> datetime:
        """Return when the appointment is."""
        ...


def link_state(invitation: Dated, now: datetime, zone: tzinfo) -> LinkState:
    """Tell what the invitation's links are good for now; ``zone`` is the clinic's."""
    if invitation.state == "open" and now >= links_end_at(invitation.appointment_at, zone):
        return LinkState.OVER
    return LinkState(invitation.state)


def is_locked(invitation: Invitation) -> bool:
    """Tell whether too many wrong birth dates were given; only the front desk can unlock it."""
    return invitation.birth_date_failures >= BIRTH_DATE_TRIES


def _token_hash(keyring: Keyring, token: str) -> bytes:
    return keyring.lookup_hash("link", token[:_LONGEST_TOKEN])

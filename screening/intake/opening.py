"""Opening a link: the birth date is asked whatever the token, and the answer takes the same steps either way.

The birth date is a check that a link reached the right person, not a second secret; see docs/decisions.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo
from enum import StrEnum

from sqlalchemy.orm import Session

from screening.store import attempts, audit, invitations, patients
from screening.store.audit import Actor
from screening.store.crypto import Keyring
from screening.store.engine import Store
from screening.store.errors import NotFound
from screening.store.invitations import BIRTH_DATE_TRIES, LinkState
from screening.store.tables import Invitation

TRIES_OF_ADDRESS = 60
"""Wrong birth dates and unknown links from one network address, until more are refused."""
WAIT_OF_ADDRESS = timedelta(hours=1)

_NOBODY = "0" * 32


class Outcome(StrEnum):
    """What came of a link and a birth date."""

    OPEN = "open"
    DECLINED = "declined"
    SENT = "sent"
    CANCELLED = "cancelled"
    OVER = "over"
    WRONG = "wrong"
    LOCKED = "locked"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Opened:
    """What a patient may know after giving a birth date.

    ``invitation_id`` is set only for an open link with the right date; ``sent_at`` only where it was sent.
    ``tries_left`` counts those before the link is locked.
    """

    outcome: Outcome
    invitation_id: str | None = None
    language: str | None = None
    sent_at: datetime | None = None
    tries_left: int = 0


def open_link(store: Store, token: str, birth_date: date, *, origin: str, now: datetime, zone: tzinfo) -> Opened:
    """Hold a birth date against the link's patient.

    A token that nobody knows is treated as one with another birth date: the same number of tries, the same statements.
    """
    if _is_refused(store, origin, now):
        return Opened(Outcome.REFUSED)
    with store.write() as session:
        invitation = invitations.find_by_token(session, store.keyring, token)
        if invitation is None:
            return _try_unknown(session, store.keyring, token, origin, now)
        return _try(session, store.keyring, invitation.id, birth_date, origin, now, zone)


def reopen(store: Store, invitation_id: str, birth_date: date, *, origin: str, now: datetime, zone: tzinfo) -> Opened:
    """Hold a birth date against the patient of a session that ran out."""
    if _is_refused(store, origin, now):
        return Opened(Outcome.REFUSED)
    with store.write() as session:
        try:
            return _try(session, store.keyring, invitation_id, birth_date, origin, now, zone)
        except NotFound:
            return Opened(Outcome.LOCKED)


def _try(
    session: Session,
    keyring: Keyring,
    invitation_id: str,
    birth_date: date,
    origin: str,
    now: datetime,
    zone: tzinfo,
) -> Opened:
    invitation = invitations.get(session, invitation_id, for_update=True)
    identity = patients.read(session, keyring, invitation.patient_id)
    if invitations.is_locked(invitation):
        return Opened(Outcome.LOCKED)
    is_right = identity.birth_date == birth_date
    failures = 0 if is_right else invitation.birth_date_failures + 1
    invitation.birth_date_failures = failures
    audit.record(
        session,
        keyring,
        actor=Actor("patient", invitation_id, origin),
        action="open_link" if is_right else "wrong_birth_date",
        record=f"invitation:{invitation_id}",
        at=now,
    )
    if is_right:
        return _opened(invitation, now, zone)
    _count_address(session, keyring, origin, now)
    return _wrong(failures)


def _opened(invitation: Invitation, now: datetime, zone: tzinfo) -> Opened:
    state = invitations.link_state(invitation, now, zone)
    return Opened(
        Outcome(state.value),
        invitation_id=invitation.id if state is LinkState.OPEN else None,
        language=invitation.language,
        sent_at=invitation.sent_at,
        tries_left=BIRTH_DATE_TRIES,
    )


def _try_unknown(session: Session, keyring: Keyring, token: str, origin: str, now: datetime) -> Opened:
    key_hash = attempts.key(keyring, "link", token)
    failures = attempts.failures(session, key_hash, now - attempts.KEPT)
    patients.read_many(session, keyring, [_NOBODY])  # for the time that it takes
    if failures >= BIRTH_DATE_TRIES:
        return Opened(Outcome.LOCKED)
    attempts.add_failure(session, key_hash, now, now - attempts.KEPT)
    attempts.purge(session, now)  # where a known link has its event on record
    _count_address(session, keyring, origin, now)
    return _wrong(failures + 1)


def _is_refused(store: Store, origin: str, now: datetime) -> bool:
    with store.read() as session:
        key_hash = _address(store.keyring, origin)
        return attempts.failures(session, key_hash, now - WAIT_OF_ADDRESS) >= TRIES_OF_ADDRESS


def _count_address(session: Session, keyring: Keyring, origin: str, now: datetime) -> None:
    """Count a wrong try from this address; one event an hour, or guessing would fill the audit trail."""
    key_hash = _address(keyring, origin)
    if attempts.add_failure(session, key_hash, now, now - WAIT_OF_ADDRESS) == 1:
        audit.record(
            session,
            keyring,
            actor=Actor("patient", "unknown", origin),
            action="wrong_links",
            record=f"attempt:{key_hash.hex()[:32]}",
            at=now,
        )


def _address(keyring: Keyring, origin: str) -> bytes:
    return attempts.key(keyring, "link address", attempts.network(origin))


def _wrong(failures: int) -> Opened:
    if failures >= BIRTH_DATE_TRIES:
        return Opened(Outcome.LOCKED)
    return Opened(Outcome.WRONG, tries_left=BIRTH_DATE_TRIES - failures)

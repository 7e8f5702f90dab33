"""Signing in and out: what is put on record, and when wrong passwords are no longer looked at.

Wrong passwords are counted per account and browser where the browser has signed in to this account before, else per
account and address, and more slowly per account over all other browsers. So nobody can guess on, and nobody who only
types wrong passwords can keep staff out of browsers that they use: docs/decisions/0051-wrong-passwords.md.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from screening.store import attempts, audit, staff
from screening.store.audit import Actor
from screening.store.crypto import Keyring
from screening.store.engine import Store

TRIES = 10
"""Wrong passwords for one account from one browser or address, until more are refused."""
WAIT = timedelta(minutes=15)
"""How long they are counted together; after this time from the first one the count begins anew."""

TRIES_ANYWHERE = 50
"""Wrong passwords for one account from all browsers together that never signed in to it."""
WAIT_ANYWHERE = timedelta(hours=1)

TRIES_OF_ADDRESS = 60
"""Wrong passwords for whatever accounts from one network address, but for browsers that signed in to them before."""
WAIT_OF_ADDRESS = timedelta(hours=1)

_NOBODY = "staff:0"
"""The record of tries at accounts that there are not."""


@dataclass(frozen=True, slots=True)
class Try:
    """One try to sign in: as whom, from which address, and in which browser.

    ``browser`` names a browser that has signed in to this account before; "" for any other.
    """

    email: str
    origin: str
    browser: str = ""

    def counts(self, keyring: Keyring) -> list[tuple[bytes, int, timedelta]]:
        """Return under which keys a wrong password is counted, how many are taken, and for how long they count."""
        account = staff.normalised(self.email)
        if self.browser:
            return [(attempts.key(keyring, "sign-in browser", f"{account}\0{self.browser}"), TRIES, WAIT)]
        return [
            (attempts.key(keyring, "sign-in address", f"{account}\0{self.origin}"), TRIES, WAIT),
            (attempts.key(keyring, "sign-in account", account), TRIES_ANYWHERE, WAIT_ANYWHERE),
            (
                attempts.key(keyring, "sign-in network", attempts.network(self.origin)),
                TRIES_OF_ADDRESS,
                WAIT_OF_ADDRESS,
            ),
        ]


def is_refused(store: Store, tried: Try, *, now: datetime) -> bool:
    """Tell whether so many wrong passwords were given that none is looked at now; alike for accounts that are not."""
    with store.read() as session:
        return any(
            attempts.failures(session, key, now - wait) >= tries for key, tries, wait in tried.counts(store.keyring)
        )


def note_failure(store: Store, tried: Try, *, now: datetime) -> None:
    """Count a wrong password, and put it on record without what was typed.

    Tries at accounts that there are not are on record once for each address and hour: anybody can make any number.
    """
    with store.write() as session:
        for key, _, wait in tried.counts(store.keyring):
            attempts.add_failure(session, key, now, now - wait)
        attempts.purge(session, now)
        account = staff.find_by_email(session, tried.email)
        if account or _is_first_of_hour(session, store.keyring, tried, now):
            record = f"staff:{account.id}" if account else _NOBODY
            actor = Actor("staff", "", tried.origin)
            audit.record(session, store.keyring, actor=actor, action="sign_in_failed", record=record, at=now)


def _is_first_of_hour(session: Session, keyring: Keyring, tried: Try, now: datetime) -> bool:
    """Count a try at an account that there is not, and tell whether it begins this address's hour."""
    key = attempts.key(keyring, "sign-in nobody", attempts.network(tried.origin))
    return attempts.add_failure(session, key, now, now - WAIT_OF_ADDRESS) == 1


def note_sign_in(store: Store, actor: Actor, tried: Try, *, now: datetime) -> None:
    """Put a sign-in on record; this browser or address begins anew."""
    with store.write() as session:
        attempts.forget(session, tried.counts(store.keyring)[0][0])
        record = f"staff:{actor.id}"
        audit.record(session, store.keyring, actor=actor, action="sign_in", record=record, at=now)


def note_sign_out(store: Store, actor: Actor, *, now: datetime) -> None:
    """Put a sign-out on record."""
    with store.write() as session:
        record = f"staff:{actor.id}"
        audit.record(session, store.keyring, actor=actor, action="sign_out", record=record, at=now)

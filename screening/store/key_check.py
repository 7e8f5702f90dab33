"""Whether the key file is the one that this database's documents were sealed with.

A database keeps one small sealed document for it. Without it another valid key file would be taken, and what is sealed
under that one could not be read by anybody who has the right one.
"""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from screening.store.crypto import KeyFileError, Keyring, SealError
from screening.store.engine import Store, insert_unless_there
from screening.store.tables import KeyCheck

_BOUND_TO = "key_check:1"
_OTHER_KEYS = (
    "The keys in the key file are not those of this database, so it is left alone. "
    "Set key_file to the file that was made with the database, or bring that one back from its backup."
)


def require_keys(store: Store) -> None:
    """Raise KeyFileError unless the store's keys are those of its database; one that was never opened takes them."""
    with store.read() as session:
        sealed = _sealed(session)
    if sealed is None:
        with store.write() as session:
            values = {"id": 1, "document": store.keyring.seal(_marks(store.keyring), _BOUND_TO)}
            insert_unless_there(session, KeyCheck, values, KeyCheck.id)
            sealed = _sealed(session)  # another process may have been first, with other keys
    assert sealed is not None
    try:
        found = store.keyring.open(sealed, _BOUND_TO)
    except SealError:
        raise KeyFileError(_OTHER_KEYS) from None
    if found != _marks(store.keyring):
        raise KeyFileError(_OTHER_KEYS)


def _sealed(session: Session) -> bytes | None:
    return session.scalar(select(KeyCheck.document))


def _marks(keyring: Keyring) -> dict[str, str]:
    """Return what tells the keys that seal nothing; ``session`` may change, it only signs people out."""
    return {
        "lookup": keyring.lookup_hash("key check", "").hex(),
        "audit": keyring.audit_mac(b"key check", b"").hex(),
    }

"""Sealing of documents, keyed hashes for look-up, and the keys behind both.

AES-256-GCM; a sealed document starts with a format byte and the key's id, and is bound to its row by ``bound_to``
(additional authenticated data), so that a document moved to another row does not open. Keys live in a file of their
own, never in the database or its backup.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import os
import secrets
import tomllib
import unicodedata
from base64 import b64decode, b64encode
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

_FORMAT = b"\x01"
_NONCE_BYTES = 12
_KEY_BYTES = 32


class KeyFileError(Exception):
    """The key file is missing, unreadable or incomplete; the message says what to do."""


class SealError(Exception):
    """A sealed document does not open: wrong key, wrong row, or changed bytes."""


@dataclass(frozen=True, slots=True)
class Keyring:
    """The clinic's keys. ``data`` maps key id (1 to 255) -> 32 bytes; new documents use the highest id.

    ``lookup`` keys the hashes by which people and links are found, ``audit`` the chain of the audit trail,
    ``session`` what the web framework signs.
    """

    data: Mapping[int, bytes] = field(repr=False)  # repr: no key may reach a log or a traceback
    lookup: bytes = field(repr=False)
    audit: bytes = field(repr=False)
    session: bytes = field(repr=False)
    _ciphers: Mapping[int, AESGCM] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Make the ciphers ready: it takes longer than opening a document."""
        object.__setattr__(self, "_ciphers", {key_id: AESGCM(key) for key_id, key in self.data.items()})

    @classmethod
    def generate(cls) -> Keyring:
        """Return a ring of fresh random keys."""
        return cls(
            {1: secrets.token_bytes(_KEY_BYTES)},
            *(secrets.token_bytes(_KEY_BYTES) for _ in range(3)),
        )

    @classmethod
    def read(cls, path: Path) -> Keyring:
        """Read a key file; KeyFileError says what is wrong with it."""
        try:
            content = tomllib.loads(path.read_text(encoding="ascii"))
            data = {int(key_id): _key(value) for key_id, value in content["data"].items()}
            if not data or not all(1 <= key_id <= 255 for key_id in data):
                raise KeyFileError(f"{path}: [data] needs at least one key with an id from 1 to 255")
            return cls(data, *(_key(content[name]) for name in ("lookup", "audit", "session")))
        except FileNotFoundError:
            raise KeyFileError(f"{path}: no key file here; `screening init` makes one") from None
        except (OSError, ValueError, KeyError, AttributeError, TypeError) as error:
            raise KeyFileError(f"{path}: not a complete key file ({error})") from None

    def write(self, path: Path) -> None:
        """Write a new key file that only its owner can read; FileExistsError rather than overwrite one."""
        lines = ["# Whoever has this file can read every answer. Back it up apart from the database."]
        lines += [f'{name} = "{b64encode(getattr(self, name)).decode()}"' for name in ("lookup", "audit", "session")]
        lines += ["", "[data]"]
        lines += [f'{key_id} = "{b64encode(key).decode()}"' for key_id, key in sorted(self.data.items())]
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            file.write("\n".join(lines) + "\n")
            file.flush()
            os.fsync(file.fileno())
        folder = os.open(path.parent, os.O_RDONLY)  # so that a power cut can't lose the new file's name either
        try:
            os.fsync(folder)
        finally:
            os.close(folder)

    def seal(self, document: Mapping[str, Any], bound_to: str) -> bytes:
        """Seal a JSON document for the row named by ``bound_to`` ("table:id", or longer)."""
        return self.seal_bytes(json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode(), bound_to)

    def seal_bytes(self, plain: bytes, bound_to: str) -> bytes:
        """Seal what is no JSON document, such as a PDF; otherwise as `seal`."""
        key_id = max(self.data)
        nonce = os.urandom(_NONCE_BYTES)
        return _FORMAT + bytes([key_id]) + nonce + self._ciphers[key_id].encrypt(nonce, plain, bound_to.encode())

    def open(self, sealed: bytes, bound_to: str) -> dict[str, Any]:
        """Return the document sealed for this row; SealError if it does not open."""
        try:
            document = json.loads(self.open_bytes(sealed, bound_to))
        except ValueError:
            raise SealError(f"{bound_to}: holds no document") from None
        assert isinstance(document, dict)
        return document

    def open_bytes(self, sealed: bytes, bound_to: str) -> bytes:
        """Return what `seal_bytes` sealed for this row; SealError if it does not open."""
        try:
            if sealed[:1] != _FORMAT:
                raise SealError(f"{bound_to}: unknown format of sealed document")
            cipher = self._ciphers[sealed[1]]
            nonce = sealed[2 : 2 + _NONCE_BYTES]
            return cipher.decrypt(nonce, sealed[2 + _NONCE_BYTES :], bound_to.encode())
        except KeyError:
            raise SealError(f"{bound_to}: sealed with key {sealed[1]}, which the key file lacks") from None
        except (InvalidTag, IndexError, ValueError):
            raise SealError(f"{bound_to}: does not open; wrong key, wrong row or changed bytes") from None

    def lookup_hash(self, purpose: str, value: str) -> bytes:
        """Return the 32-byte keyed hash by which ``value`` is found; ``purpose`` keeps kinds of values apart."""
        return hmac.digest(self.lookup, f"{purpose}\0{value}".encode(), hashlib.sha256)

    def audit_mac(self, previous: bytes, content: bytes) -> bytes:
        """Return the 32-byte keyed hash that chains an audit event to the one before it."""
        return hmac.digest(self.audit, previous + content, hashlib.sha256)


def _key(text: str) -> bytes:
    key = b64decode(text, validate=True)
    if len(key) != _KEY_BYTES:
        raise ValueError(f"a key has {_KEY_BYTES} bytes, not {len(key)}")
    return key


def fold(text: str) -> str:
    """Fold case and accents, so that "José" and "JOSE", "Łukasz" and "Lukasz" are found as one.

    Hashes of people's names rest on it: what it returns for a name must never change.
    """
    decomposed = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold())
    plain = "".join(char for char in decomposed if not unicodedata.combining(char))
    return plain.translate(_STROKES).strip()


_STROKES = str.maketrans({"ø": "o", "ł": "l", "đ": "d", "ð": "d", "ħ": "h", "ŧ": "t", "ı": "i", "æ": "ae", "œ": "oe"})
"""Letters that Unicode does not take apart into a letter and a mark."""

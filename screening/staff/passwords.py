"""What a password must be, and how it is kept.

Length is what makes a password hard to guess (NIST SP 800-63B, 5.1.1.2); no mix of character classes is asked for.
A list of common passwords is of little use at this length: nearly all on such lists are shorter. So what is taken
out before counting is what such lists are made of: common words, seasons, months and years, runs along the keyboard or
alphabet, repetition, and the names of account, address and practice.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

from argon2 import PasswordHasher

PASSWORD_LENGTH = 15
"""Characters that a password has at the least."""
LONGEST_PASSWORD = 200

_LEFT_AT_LEAST = 8
"""Characters that must be left once what anybody would try first is taken out."""

_COMMON = [
    "password",
    "passwort",
    "passw0rd",
    "contrasena",
    "kennwort",
    "welcome",
    "willkommen",
    "letmein",
    "iloveyou",
    "sunshine",
    "princess",
    "football",
    "baseball",
    "monkey",
    "dragon",
    "master",
    "shadow",
    "superman",
    "batman",
    "trustno1",
    "whatever",
    "changeme",
    "secret",
    "login",
    "admin",
    "administrator",
    "root",
    "test",
    "demo",
    "guest",
    "user",
    "clinic",
    "practice",
    "hospital",
    "doctor",
    "therapy",
    "therapist",
    "patient",
    "screening",
    "spring",
    "summer",
    "autumn",
    "winter",
    "january",
    "february",
    "march",
    "april",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
]
_YEAR = re.compile(r"(?:19|20)\d\d")
_ROWS = (
    "qwertyuiop",
    "qwertzuiop",
    "azertyuiop",
    "asdfghjkl",
    "zxcvbnm",
    "yxcvbnm",
    "abcdefghijklmnopqrstuvwxyz",
    "01234567890123456789",
    "1q2w3e4r5t6y7u8i9o0p",
    "1q2w3e4r5t6z7u8i9o0p",
    "1qaz2wsx3edc4rfv5tgb6yhn7ujm",
    "1qay2wsx3edc4rfv5tgb6zhn7ujm",
    "qawsedrftgyhujikolp",
)
_RUNS = (*_ROWS, *(row[::-1] for row in _ROWS))
"""Along the keyboard's rows, from row to row, and along the alphabet; there and back."""
_RUN_LENGTH = 4
_REPETITION = re.compile(r"(.+?)\1{2,}")

_hasher = PasswordHasher()


def hash_password(password: str) -> str:
    """Return the Argon2id hash as it is kept; Flask-Security verifies it as a single hash."""
    return _hasher.hash(normalised(password))


def normalised(password: str) -> str:
    """Return the password as it is hashed: NFKC, so that it is the same from every keyboard."""
    return unicodedata.normalize("NFKC", password)


def password_problem(password: str, own: Iterable[str] = ()) -> str | None:
    """Return what is wrong with a password, in words for the person who chose it; None if nothing is.

    ``own`` are names that this password must not rest on: the account's e-mail address and name, the practice's name.
    """
    password = normalised(password)
    if len(password) < PASSWORD_LENGTH:
        return f"Choose a password of at least {PASSWORD_LENGTH} characters. Several unrelated words make a good one."
    if len(password) > LONGEST_PASSWORD:
        return f"Choose a password of at most {LONGEST_PASSWORD} characters."
    if len(_what_is_left(password.casefold(), own)) < _LEFT_AT_LEAST:
        return "This password would be among the first that somebody tries. Choose several unrelated words."
    return None


def _what_is_left(password: str, own: Iterable[str]) -> str:
    words = {word for text in own for word in re.findall(r"\w+", text.casefold()) if len(word) > 2}
    for word in sorted({*words, *_COMMON}, key=len, reverse=True):
        password = password.replace(word, "")
    password = _YEAR.sub("", password)
    for run in _RUNS:
        for length in range(len(run), _RUN_LENGTH - 1, -1):
            for start in range(len(run) - length + 1):
                password = password.replace(run[start : start + length], "")
    return _REPETITION.sub(r"\1", password)

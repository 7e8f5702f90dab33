"""Ids for what comes from elsewhere: readable ones, each given once, none that would be mistaken for another."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

from screening.definition.condition_reader import COMBINATORS
from screening.definition.file_keys import QUESTIONNAIRE_ID
from screening.definition.item_keys import ID

MAX_ID = 64
_MAX_FROM_TEXT = 32
_MAX_WORDS = 5
_WORD = re.compile(r"[A-Za-z]{3,}")
_LETTERS = str.maketrans({"ø": "o", "æ": "ae", "œ": "oe", "đ": "d", "ð": "d", "ł": "l", "ı": "i", "þ": "th"})
_HEX = re.compile(r"[0-9a-fA-F]{16,}")


def slug(text: str, joint: str = "_") -> str:
    """Return the text in small Latin letters and digits, words joined; "" if it has none."""
    plain = unicodedata.normalize("NFKD", text[:1000].casefold().translate(_LETTERS))
    kept = "".join(c for c in plain if not unicodedata.combining(c) and c not in "'’")
    words = re.findall("[a-z0-9]+", kept.encode("ascii", "replace").decode())
    return joint.join(words)


def short_slug(text: str, limit: int = _MAX_FROM_TEXT, joint: str = "_") -> str:
    """Return the slug of a text's first words."""
    found = ""
    for word in slug(text, joint).split(joint)[:_MAX_WORDS]:
        longer = f"{found}{joint}{word}" if found else word
        if len(longer) > limit:
            break
        found = longer
    return found


def questionnaire_id(candidates: Iterable[str]) -> str:
    """Return the first candidate that makes an id of a questionnaire."""
    for candidate in candidates:
        if len(candidate) <= MAX_ID and QUESTIONNAIRE_ID.fullmatch(candidate):
            return candidate
        found = slug(candidate, "-")[:MAX_ID].strip("-").lstrip("0123456789-")
        if QUESTIONNAIRE_ID.fullmatch(found):
            return found
    return "questionnaire"


class Names:
    """Gives out ids of pages and items. ``link_ids``: all of the source, each of which belongs to one part."""

    def __init__(self, link_ids: Iterable[str]) -> None:
        self._link_ids = frozenset(link_ids)
        self._taken: set[str] = set()
        self._linked: set[str] = set()
        self._last: dict[str, int] = {}

    def of_part(self, link_id: str, text: str, own_id: str = "") -> tuple[str, str | None]:
        """Return an id for what has this linkId in the source, and the linkId where that differs from it.

        ``own_id`` is the id that an export of ours gave it.
        """
        is_new = link_id not in self._linked
        self._linked.add(link_id)
        keeps = link_id if is_new else None
        if own_id and self._fits(own_id, own=own_id):
            return self._take(own_id), keeps if keeps != own_id else None
        if is_new and self._fits(link_id, own=link_id):
            return self._take(link_id), None
        return self.new(_readable(link_id), short_slug(text), slug(link_id)[:_MAX_FROM_TEXT]), keeps

    def new(self, *candidates: str) -> str:
        """Return a new id, made from the first candidate that makes one."""
        stems = [stem for stem in map(_as_id, candidates) if stem and stem not in COMBINATORS]
        stem = stems[0] if stems else "item"
        if self._fits(stem):
            return self._take(stem)
        stem = stem[: MAX_ID - 6]
        while not self._fits(f"{stem}_{self._next(stem)}"):
            pass
        return self._take(f"{stem}_{self._last[stem]}")

    def _next(self, stem: str) -> int:
        self._last[stem] = self._last.get(stem, 1) + 1
        return self._last[stem]

    def _fits(self, name: str, own: str = "") -> bool:
        return (
            len(name) <= MAX_ID
            and ID.fullmatch(name) is not None
            and name not in COMBINATORS
            and name not in self._taken
            and (name == own or name not in self._link_ids)
        )

    def _take(self, name: str) -> str:
        self._taken.add(name)
        return name


def _as_id(candidate: str) -> str:
    found = slug(candidate)[:MAX_ID]
    return f"q{found}" if found[:1].isdigit() else found


def _readable(link_id: str) -> str:
    """Return a linkId that a person can read as an id, else ""."""
    bare = re.sub("[^A-Za-z0-9]", "", link_id)
    if len(link_id) > _MAX_FROM_TEXT + 16 or not _WORD.search(link_id) or _HEX.fullmatch(bare):
        return ""
    return slug(re.sub("(?<=[a-z])(?=[A-Z])", "_", link_id))

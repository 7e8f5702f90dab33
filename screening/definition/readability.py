"""How hard an English text is to read: sentences, syllables and the Flesch-Kincaid grade.

Source of the grade: Kincaid, Fishburne, Rogers, Chissom: Derivation of new readability formulas (1975). Syllables are
those of the CMU Pronouncing Dictionary (the first pronunciation), for other words Pyphen's points of hyphenation.
"""

from __future__ import annotations

import functools
import gzip
import re
from collections.abc import Iterable
from pathlib import Path

import pyphen

_TABLE = Path(__file__).with_name("data") / "syllables.txt.gz"
_SENTENCE_END = re.compile(r"(?<=[.!?…؟])[\"'”’)]*\s+|\n+")
_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")


def sentences(text: str) -> list[str]:
    """Return the sentences of a text; a text without a full stop is one."""
    return [part for part in (part.strip() for part in _SENTENCE_END.split(text)) if _WORD.search(part)]


def words(text: str) -> list[str]:
    """Return the words of a text; the parts of a hyphenated word count singly."""
    return _WORD.findall(text)


def grade(texts: Iterable[str]) -> float:
    """Return the Flesch-Kincaid grade (United States school years) of the texts together; 0 for no text."""
    found = [sentence for text in texts for sentence in sentences(text)]
    spoken = [word for sentence in found for word in words(sentence)]
    if not spoken:
        return 0.0
    return 0.39 * len(spoken) / len(found) + 11.8 * sum(map(syllables, spoken)) / len(spoken) - 15.59


@functools.lru_cache(maxsize=20_000)
def syllables(word: str) -> int:
    """Count the syllables of a word, at least one."""
    folded = word.casefold().replace("’", "'")
    known = _table().get(folded)
    if known is None and folded.endswith("'s"):
        known = _table().get(folded.removesuffix("'s"))
    if known is None:
        known = len(_hyphenation().positions(folded)) + 1
    return max(1, known)


@functools.cache
def _table() -> dict[str, int]:
    lines = gzip.decompress(_TABLE.read_bytes()).decode().splitlines()
    return {word: int(count) for word, _, count in (line.partition(" ") for line in lines)}


@functools.cache
def _hyphenation() -> pyphen.Pyphen:
    return pyphen.Pyphen(lang="en_US")

"""Make the table of syllables from the CMU Pronouncing Dictionary's file ``cmudict.dict``.

    python scripts/make_syllables.py path/to/cmudict.dict

Writes screening/definition/data/syllables.txt.gz: one line for each word, with the vowels of its first
pronunciation counted. The same input gives the same bytes. Only the data is taken over (its licence lies beside the
table); the package of that name is under the GPL and is not needed.
"""

from __future__ import annotations

import gzip
import re
import sys
from pathlib import Path

TARGET = Path(__file__).resolve().parents[1] / "screening" / "definition" / "data" / "syllables.txt.gz"
_ENTRY = re.compile(r"([a-z][a-z']*) (.+)")


def main(source: Path) -> None:
    """Write the table. A vowel is a phoneme that carries a stress mark, a digit."""
    counts: dict[str, int] = {}
    for line in source.read_text(encoding="utf-8").splitlines():
        entry = _ENTRY.fullmatch(line.partition("#")[0].strip())
        if entry:
            counts.setdefault(entry[1], sum(phoneme[-1].isdigit() for phoneme in entry[2].split()))
    table = "".join(f"{word} {count}\n" for word, count in sorted(counts.items()))
    TARGET.write_bytes(gzip.compress(table.encode(), compresslevel=9, mtime=0))


if __name__ == "__main__":
    main(Path(sys.argv[1]))

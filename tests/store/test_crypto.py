from __future__ import annotations

import stat
from pathlib import Path

import pytest

from screening.store.crypto import KeyFileError, Keyring, SealError, fold

KEYS = Keyring.generate()


def test_a_sealed_document_opens_for_its_row_only() -> None:
    sealed = KEYS.seal({"text": "žluťoučký"}, "note:1")
    assert KEYS.open(sealed, "note:1") == {"text": "žluťoučký"}
    with pytest.raises(SealError, match="note:2"):
        KEYS.open(sealed, "note:2")


def test_the_same_document_never_looks_the_same_and_shows_nothing() -> None:
    first, second = KEYS.seal({"text": "numb"}, "note:1"), KEYS.seal({"text": "numb"}, "note:1")
    assert first != second
    assert b"numb" not in first


@pytest.mark.parametrize("place", [0, 1, 5, 20, -1])
def test_any_changed_byte_is_noticed(place: int) -> None:
    sealed = bytearray(KEYS.seal({"text": "numb"}, "note:1"))
    sealed[place] ^= 1
    with pytest.raises(SealError):
        KEYS.open(bytes(sealed), "note:1")


@pytest.mark.parametrize("sealed", [b"", b"\x01", b"\x01\x01", b"\x01\x01short", b"plain text"])
def test_what_was_never_sealed_is_refused(sealed: bytes) -> None:
    with pytest.raises(SealError):
        KEYS.open(sealed, "note:1")


def test_a_document_sealed_with_an_older_key_opens_and_new_ones_take_the_newest() -> None:
    old = Keyring({1: KEYS.data[1]}, KEYS.lookup, KEYS.audit, KEYS.session)
    both = Keyring({1: KEYS.data[1], 2: bytes(32)}, KEYS.lookup, KEYS.audit, KEYS.session)
    assert both.open(old.seal({"a": 1}, "x:1"), "x:1") == {"a": 1}
    with pytest.raises(SealError, match="key 2"):
        old.open(both.seal({"a": 1}, "x:1"), "x:1")


def test_the_key_file_comes_back_whole_and_only_its_owner_reads_it(tmp_path: Path) -> None:
    path = tmp_path / "keys.toml"
    KEYS.write(path)
    assert Keyring.read(path) == KEYS
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    with pytest.raises(FileExistsError):
        Keyring.generate().write(path)
    assert Keyring.read(path) == KEYS


@pytest.mark.parametrize(
    "text",
    ["", "not toml", "[data]\n", '[data]\n1 = "AAAA"\n', "[data]\n0 = 5\n", "data = 1\nlookup = 1"],
)
def test_an_incomplete_key_file_is_refused_by_name(tmp_path: Path, text: str) -> None:
    path = tmp_path / "keys.toml"
    path.write_text(text)
    with pytest.raises(KeyFileError, match=r"keys\.toml"):
        Keyring.read(path)


def test_a_missing_key_file_says_what_makes_one(tmp_path: Path) -> None:
    with pytest.raises(KeyFileError, match="screening init"):
        Keyring.read(tmp_path / "keys.toml")


def test_no_key_shows_where_a_ring_is_printed() -> None:
    assert repr(KEYS) == "Keyring()"


def test_look_up_hashes_differ_by_purpose_and_key() -> None:
    assert KEYS.lookup_hash("link", "x") == KEYS.lookup_hash("link", "x")
    assert KEYS.lookup_hash("link", "x") != KEYS.lookup_hash("name word", "x")
    assert KEYS.lookup_hash("link", "x") != Keyring.generate().lookup_hash("link", "x")


@pytest.mark.parametrize(
    ("written", "found"),
    [
        ("José", "jose"),
        ("JOSE", "jose"),
        ("Łukasz", "lukasz"),
        ("Søren", "soren"),
        ("Strauß", "strauss"),
        (" Ｎｏｖák ", "novak"),
        ("İpek", "ipek"),
        ("Ωμέγα", "ωμεγα"),
    ],
)
def test_names_are_folded_for_finding(written: str, found: str) -> None:
    assert fold(written) == found
    assert fold(fold(written)) == found

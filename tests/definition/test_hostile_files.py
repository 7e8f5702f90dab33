"""Files that mean harm, or are something else altogether: one clear line each, fast."""

from __future__ import annotations

import os

import pytest

from screening.definition.checks import examine
from screening.definition.loader import load
from screening.definition.problems import MAX_PROBLEMS, DefinitionError
from tests.support.definitions import HEAD, large_definition, messages_of, problems_of, with_items

BOMB = "a: &a [x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"{name}: &{name} [*{last}, *{last}, *{last}, *{last}, *{last}, *{last}, *{last}, *{last}]\n"
    for last, name in zip("abcdefg", "bcdefgh", strict=True)
)

HOSTILE = {
    "alias bomb": (BOMB, "an anchor (&a) is not allowed"),
    "alias": ("a: *b\n", "an alias (*b) is not allowed"),
    "tag": ("a: !!python/object/apply:os.system [x]\n", "a tag"),
    "merge key": ("a: {b: c}\n<<: {d: e}\n", "a merge key (<<) is not allowed"),
    "second document": ("a: b\n---\nc: d\n", "a second document starts here"),
    "deep lists": ("[" * 100_000, "nested more than 16 levels deep"),
    "deep maps": ("{a: " * 20_000, "nested more than 16 levels deep"),
    "deep blocks": ("".join(" " * depth + "a:\n" for depth in range(1000)), "nested more than 16 levels deep"),
    "a million commas": ("[" + "a," * 400_000, "more than 120,000 values"),
    "too large": ("a" * 1_000_001, "the limit is 1,000,000"),
    "fifty megabytes": ("a: b\n" * 10_000_000, "the limit is 1,000,000"),
    "unclosed quote": ('"' + "x" * 900_000, "this is not YAML"),
    "one long word": ("x" * 900_000, "a definition is a map of keys"),
    "many documents": ("---\n" * 200_000, "a second document starts here"),
    "complex key": ("? [a]\n: b\n", "a key must be a plain word"),
    "empty": ("", "the file is empty"),
    "only comments": ("# nothing\n# here\n", "the file is empty"),
    "a list": ("- a\n- b\n", "a definition is a map of keys"),
    "other yaml": ("services:\n  web:\n    image: x\n", "this is no questionnaire"),
    "json": ('{"resourceType": "Questionnaire", "item": []}', "this is no questionnaire"),
    "tab": ("id: x\npages:\n\t- a\n", "a tab is used to indent"),
    "colon in text": ("title: Please note: this\n", "put the text in quotes"),
    "truncated": ("id: x\ntitle: 'Before\n", "this is not YAML"),
    "many unknown keys": ("id: x\n" + "".join(f"k{n}: v\n" for n in range(50_000)), "is no key of a questionnaire"),
}

HOSTILE_BYTES = {
    "binary": (bytes(range(256)) * 40, "not text in UTF-8"),
    "latin-1": ("id: détaché\n".encode("latin-1"), "not text in UTF-8"),
    "utf-16": ("id: x\n".encode("utf-16"), "UTF-16; save it as UTF-8"),
    "nul": (b"id: x\ntitle: a\x00b\n", "the character U+0000"),
    "escape": (b"id: x\ntitle: \x1b[31mred\n", "the character U+001B"),
    "pdf": (b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n", "not text in UTF-8"),
    "zip": (b"PK\x03\x04\x14\x00\x00\x00", "may not stand in a definition"),
}


@pytest.mark.parametrize("name", [*HOSTILE, *HOSTILE_BYTES])
def test_a_hostile_file_is_refused_clearly(name):
    """How fast, is for benchmarks/definitions.py to say."""
    data, expected = (HOSTILE | HOSTILE_BYTES)[name]
    problems = problems_of(data)
    assert expected in problems[0].message + "".join(problem.message for problem in problems[1:4])
    assert len(problems) <= MAX_PROBLEMS + 1
    assert all(len(str(problem)) < 600 and "\n" not in str(problem) for problem in problems)


def test_duplicate_keys_are_told_all_of_them():
    text = with_items("- {id: a, type: boolean, text: T, text: U}", head=HEAD + "title: Twice\n")
    assert 'the key "title" stands here twice; it is already in line 3' in messages_of(text)
    assert 'the key "text" stands here twice' in messages_of(text)


@pytest.mark.parametrize("text", ['"\\u202etxet"', '"\\u2066isolated"', '"bell \\a"', '"\\0"', "\u202dplain"])
def test_characters_that_hide_or_reorder_what_is_read_are_refused_even_when_escaped(text):
    assert "may not stand in a text" in messages_of(with_items(f"- {{id: a, type: boolean, text: {text}}}"))


def test_byte_order_mark_of_an_editor_is_no_mistake():
    assert not problems_of(b"\xef\xbb\xbf" + with_items("- {id: a, type: boolean, text: T}").encode())


def test_too_many_items_are_refused():
    items = "\n".join(f"- {{id: a{n}, type: boolean, text: T}}" for n in range(2001))
    assert "2001 items; at most 2,000 are allowed" in messages_of(with_items(items))


def test_five_hundred_items_with_two_hundred_conditions_are_no_mistake(tmp_path):
    path = tmp_path / "large.yaml"
    path.write_text(large_definition(500, 200))
    loaded, problems = examine(path)
    assert problems == []
    assert loaded is not None


def test_what_is_no_ordinary_file_gets_one_line(tmp_path):
    pipe = tmp_path / "pipe.yaml"
    os.mkfifo(pipe)
    for path, expected in {
        tmp_path: "this is a folder",
        tmp_path / "nowhere.yaml": "there is no such file",
        pipe: "this is no ordinary file",
        tmp_path / ("x" * 300): "the file can't be read",
    }.items():
        with pytest.raises(DefinitionError, match=expected):
            load(path)

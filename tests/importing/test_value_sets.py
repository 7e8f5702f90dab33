"""Options from value sets: in the form, in files beside it, or not to be had."""

from __future__ import annotations

import json

import pytest

from screening.definition.model import Choice, String
from screening.importing.result import ImportRefused
from screening.importing.value_sets import read_value_sets
from tests.support.fhir_forms import extension, imported, item, losses, only, questionnaire, refusal

URL = "http://example.org/ValueSet/colours"
SYSTEM = "http://example.org/colours"


def concepts(*codes):
    return [{"code": code, "display": code.title()} for code in codes]


def value_set(*include, url=URL, **keys):
    return {"resourceType": "ValueSet", "url": url, "name": "Colours", "compose": {"include": list(include)}} | keys


CODES = {
    "resourceType": "CodeSystem", "url": SYSTEM, "content": "complete",
    "concept": [{"code": "red", "display": "Red", "concept": concepts("pink")}, {"code": "blue", "display": "Blue"}],
}  # fmt: skip
LISTED = value_set({"system": SYSTEM, "concept": concepts("red", "green")})


WHOLE = {"system": SYSTEM}
BLUE = {"system": SYSTEM, "concept": [{"code": "blue"}]}


def asked(address=URL, kind="choice"):
    return item("a", kind, answerValueSet=address)


def codes(*resources, address=URL):
    found = only(asked(address), value_sets=resources)
    assert isinstance(found, Choice)
    return [option.code for option in found.options]


def test_a_contained_value_set_is_read_by_its_id():
    found = only(asked("#c"), form_keys={"contained": [LISTED | {"id": "c"}]})
    assert [(option.code, option.text, option.system) for option in found.options] == [
        ("red", "Red", SYSTEM),
        ("green", "Green", SYSTEM),
    ]


def test_an_external_one_is_found_by_its_address_with_or_without_version():
    assert codes(LISTED) == ["red", "green"]
    assert codes(LISTED, address=f"{URL}|2.0") == ["red", "green"]
    assert codes({"resourceType": "Bundle", "entry": [{"resource": LISTED}]}) == ["red", "green"]


@pytest.mark.parametrize(
    ("resources", "expected"),
    [
        ([value_set(WHOLE), CODES], ["red", "pink", "blue"]),
        ([value_set({"valueSet": ["urn:x"]}), value_set(WHOLE, url="urn:x"), CODES], ["red", "pink", "blue"]),
        ([value_set(WHOLE | {"valueSet": ["urn:x"]}), value_set(BLUE, url="urn:x"), CODES], ["blue"]),
        ([value_set() | {"expansion": {"contains": [
            {"system": SYSTEM, "code": "warm", "abstract": True, "contains": concepts("red")}, *concepts("blue")]}}],
         ["red", "blue"]),
        ([LISTED | {"compose": {"include": LISTED["compose"]["include"],
                                "exclude": [{"system": SYSTEM, "concept": [{"code": "red"}]}]}}], ["green"]),
    ],
)  # fmt: skip
def test_value_sets_are_put_together_from_what_is_at_hand(resources, expected):
    assert codes(*resources) == expected


def test_concepts_without_words_take_those_of_their_system():
    named = only(asked(), value_sets=[value_set({"system": SYSTEM, "concept": [{"code": "blue"}]}), CODES])
    assert named.options[0].text == "Blue"


NOT_TO_BE_HAD = {
    "nowhere": ([], "not at hand"),
    "of an unknown system": ([value_set({"system": SYSTEM})], "code system is not at hand"),
    "by a filter": ([value_set({"system": SYSTEM, "filter": [{"property": "x"}]})], "filter"),
    "of itself": ([value_set({"valueSet": [URL]})], "made of itself"),
    "empty": ([value_set()], "empty"),
    "too long": ([value_set({"system": SYSTEM, "concept": concepts(*map(str, range(501)))})], "501 codes"),
    "growing": (
        [value_set({"system": SYSTEM, "concept": concepts("red")}, url="urn:0")]
        + [value_set(*[{"valueSet": [f"urn:{n - 1}"]}] * 2, url=f"urn:{n}" if n < 30 else URL) for n in range(1, 31)],
        "more than 20,000 codes",
    ),
}


@pytest.mark.parametrize("name", NOT_TO_BE_HAD)
def test_a_question_without_options_is_left_out_or_open_text_if_asked_for(name):
    resources, reason = NOT_TO_BE_HAD[name]
    (line,) = losses(item("b"), asked(), value_sets=resources)
    assert reason in line
    assert "left out" in line
    assert reason in refusal(asked(), value_sets=resources)
    found = imported(asked(), value_sets=resources, open_valuesets=True)
    assert [type(part) for part in found.questionnaire.items()] == [String]
    assert "open text" in str(found.losses[0])


def test_scores_in_value_sets_are_dropped_and_told():
    scored = [
        concept | {"extension": [extension("ordinalValue", "Decimal", 1)]} for concept in concepts("red", "green")
    ]
    (line,) = losses(asked(), value_sets=[value_set({"system": SYSTEM, "concept": scored})])
    assert "scores of 2 of its options" in line


def test_the_name_of_a_value_set_names_its_options():
    found = questionnaire(asked(), asked() | {"linkId": "b"}, value_sets=[LISTED])
    assert list(found.option_sets) == ["colours"]


def test_files_and_folders_of_value_sets_are_read(tmp_path):
    folder = tmp_path / "sets"
    (folder / "deeper").mkdir(parents=True)
    (folder / "one.json").write_text(json.dumps(LISTED))
    (folder / "deeper" / "two.json").write_text(json.dumps(CODES))
    (folder / "notes.txt").write_text("none")
    assert {resource["url"] for resource in read_value_sets(folder)} == {URL, SYSTEM}
    assert read_value_sets(folder / "one.json") == [LISTED]


def test_a_bad_file_of_value_sets_is_named(tmp_path):
    bad = tmp_path / "bad.json"
    bad.write_text("{")
    for path in (bad, tmp_path):
        with pytest.raises(ImportRefused, match=r"bad\.json"):
            read_value_sets(path)
    with pytest.raises(ImportRefused, match="no such file"):
        read_value_sets(tmp_path / "missing")

"""The JSON Schema for editors: up to date, and of one mind with the loader."""

from __future__ import annotations

import json
import re

import jsonschema
import pytest
from hypothesis import HealthCheck, given, settings

from screening.definition.nodes import Map, Scalar, compose
from screening.definition.schema import schema, schema_text
from screening.definition.schema_words import WORDS
from screening.definition.writer import to_yaml
from tests.support.definitions import ALL_FILES, HEAD, SHIPPED, SHIPPED_FILES, problems_of, questionnaires, with_items

VALIDATOR = jsonschema.Draft7Validator(schema())


def as_an_editor_reads(text):
    """Return the values of a YAML text by the core schema of YAML 1.2."""

    def value(node):
        if isinstance(node, Map):
            return {key: value(part) for key, (_, part) in node.entries.items()}
        if not isinstance(node, Scalar):
            return [value(part) for part in node.nodes]
        if node.quoted:
            return node.value
        if re.fullmatch(r"true|True|TRUE|false|False|FALSE", node.value):
            return node.value.lower() == "true"
        if re.fullmatch(r"|~|null|Null|NULL", node.value):
            return None
        if re.fullmatch(r"[-+]?[0-9]+", node.value):
            return int(node.value)
        if re.fullmatch(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?", node.value):
            return float(node.value)
        return node.value

    return value(compose(text, "x"))


def mistakes(text):
    return [error.message for error in VALIDATOR.iter_errors(as_an_editor_reads(text))]


def test_the_committed_schema_is_the_languages():
    committed = (SHIPPED / "schema.json").read_text("utf-8")
    assert committed == schema_text(), "run: python -m screening.definition.schema > questionnaires/schema.json"


def test_the_schema_is_one():
    jsonschema.Draft7Validator.check_schema(schema())


@pytest.mark.parametrize("path", ALL_FILES, ids=lambda path: path.stem)
def test_every_shipped_file_and_fixture_fits_the_schema(path):
    assert mistakes(path.read_text("utf-8")) == []


@pytest.mark.parametrize("path", SHIPPED_FILES, ids=lambda path: path.stem)
def test_shipped_files_tell_editors_where_the_schema_is(path):
    assert path.read_text("utf-8").splitlines()[0] == "# yaml-language-server: $schema=schema.json"


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(questionnaires())
def test_whatever_the_loader_takes_fits_the_schema(questionnaire):
    assert mistakes(to_yaml(questionnaire)) == []


REFUSED = [
    "{id: a, type: boolean, text: T, score: 3}",
    "{id: a, type: boolean, text: T, repeats: yes}",
    "{id: a, type: boolean, text: T, required: maybe}",
    "{id: a, type: chioce, text: T}",
    "{id: a, type: choice, text: T}",
    "{id: a, text: T}",
    "{id: A, type: boolean, text: T}",
    "{id: a, type: choice, text: T, options: {_x: X}}",
    "{id: a, type: choice, text: T, options: {x: {txt: X}}}",
    "{id: a, type: quantity, text: T, units: [kg]}",
    "{id: a, type: time, text: T, min_value: noon}",
    "{id: a, type: date, text: T, precision: week}",
    "{id: a, type: string, text: T, max_length: 0}",
    "{id: a, type: string, text: T, repeats: yes, max_occurs: 50}",
    "{id: a, type: group, text: T}",
    "{id: a, type: group, text: T, items: [{id: b, type: grid, text: T, options: {x: X}, items: [{id: c, text: T}]}]}",
    "{id: a, type: grid, text: T, options: {x: X}, items: [{id: c, type: choice, text: T}]}",
    "{id: a, type: boolean, text: T, enable_when: {b: {is: 3}}}",
    "{id: a, type: boolean, text: T, enable_when: {b: yes}}",
    "{id: a, type: boolean, text: T, enable_when: {any: {b: {equals: yes}}}}",
]


@pytest.mark.parametrize("item", REFUSED)
def test_what_the_schema_marks_the_loader_refuses(item):
    text = with_items(f"- {item}")
    assert mistakes(text)
    assert problems_of(text)


def test_mistakes_at_the_top_are_marked_too():
    for head in (HEAD + "titel: X\n", HEAD.replace("language: en", "language: English"), "title: X\n"):
        assert mistakes(with_items("- {id: a, type: boolean, text: T}", head=head))


def test_every_key_is_explained_and_no_other():
    properties = set()

    def look(part):
        if isinstance(part, dict):
            for key, value in part.get("properties", {}).items():
                properties.add(key)
                assert key == "type" or value["description"], key
        for inner in part.values() if isinstance(part, dict) else part if isinstance(part, list) else ():
            look(inner)

    parts = json.loads(schema_text())
    look({**parts, "definitions": {key: {**value, "allOf": []} for key, value in parts["definitions"].items()}})
    assert properties == set(WORDS)

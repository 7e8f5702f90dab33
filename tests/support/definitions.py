"""Definitions for tests: the one-feature fixtures, small ones made on the spot, and generated ones."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent, indent
from typing import Any

import yaml

from screening.definition.loader import load, load_text
from screening.definition.model import Item, Questionnaire
from screening.definition.overlay import source_hash, source_texts
from screening.definition.overlay_reader import split_name
from screening.definition.problems import DefinitionError, Problem
from tests.support.generated_definitions import answers_to, questionnaires

__all__ = [
    "ALL_FILES", "FIXTURES", "HEAD", "SHIPPED", "SHIPPED_FILES", "answers_to", "fixture", "item_of_type",
    "messages_of", "only_item", "overlay_of", "problems_of", "questionnaires", "with_items",
]  # fmt: skip

FIXTURES = Path(__file__).resolve().parents[1] / "fixtures"
SHIPPED = Path(__file__).resolve().parents[2] / "questionnaires"
SHIPPED_FILES = sorted(path for path in SHIPPED.glob("*.yaml") if split_name(path) is None)
ALL_FILES = sorted([*FIXTURES.glob("*.yaml"), *SHIPPED_FILES])

HEAD = """\
id: made-up
version: "1"
title: Made up
language: en
copyright: CC0-1.0. For a test.
"""


def fixture(name: str) -> Questionnaire:
    """Return the questionnaire of tests/fixtures/NAME.yaml."""
    return load(FIXTURES / f"{name}.yaml").questionnaire


def overlay_of(questionnaire: Questionnaire, language: str = "es", mark: str = "(es) ", **other: str) -> str:
    """Return a whole translation as its file: each text after ``mark``, but for those given by item or page id.

    An id with an empty text is left out.
    """
    head: dict[str, Any] = {"translates": questionnaire.id, "language": language}
    for place, text in source_texts(questionnaire).items():
        words = other.get(place[1], f"{mark}{text}") if place[-1] in ("text", "title") else f"{mark}{text}"
        if not words:
            continue
        top = {"questionnaire": (), "option_set": ("option_sets",)}.get(place[0], ("texts",))
        node = head
        for key in (*top, *place[1:-1]):
            node = node.setdefault(key, {})
        node[place[-1]] = {source_hash(text): words}
    return yaml.safe_dump(head, allow_unicode=True, sort_keys=False)


def only_item(name: str) -> Item:
    """Return the first item of a fixture."""
    return next(fixture(name).items())


def item_of_type(item_type: str) -> Item:
    """Return the item that the fixture of a type's name is there for."""
    return next(item for item in fixture(item_type).items() if item.type == item_type)


def with_items(items: str, *, head: str = HEAD, page: str = "") -> str:
    """Return a definition of one page; ``items`` is its list, ``page`` more keys of the page."""
    return (
        f"{head}pages:\n  - id: page\n    title: A page\n{indent(dedent(page), '    ')}    items:\n"
        f"{indent(dedent(items).strip(), '      ')}\n"
    )


def problems_of(text: str | bytes) -> tuple[Problem, ...]:
    """Return what the loader says is wrong; none if the definition loads."""
    try:
        load_text(text, "made-up.yaml")
    except DefinitionError as error:
        return error.problems
    return ()


def messages_of(text: str | bytes) -> str:
    """Return what the loader says is wrong, as a person sees it."""
    return "\n".join(map(str, problems_of(text)))


def large_definition(items: int, conditions: int) -> str:
    """Return the text of a definition of one page; of its questions so many are asked only after the one before."""
    options = "{never: Never, once: Once, some: Some days, most: Most days, every: Every day}"
    lines = []
    for number in range(items):
        condition = f", enable_when: {{q{number - 1}: {{one_of: [most, every]}}}}" if 0 < number <= conditions else ""
        text = f"How often did thing number {number} happen?"
        lines.append(
            f"- {{id: q{number}, type: choice, text: {text}, short: Thing {number}, options: {options}{condition}}}"
        )
    return with_items("\n".join(lines), page="recall: In the last 2 weeks\n")

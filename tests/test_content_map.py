"""docs/content-map.yaml answers each element of the subject with questions, a place, or a reason."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from screening.definition.loader import load
from screening.definition.model import Choice, Questionnaire

ROOT = Path(__file__).parent.parent
ELEMENTS: dict[str, list[str]] = yaml.safe_load((ROOT / "tests/content-elements.yaml").read_text("utf-8"))
CONTENT_MAP: dict[str, dict[str, dict[str, Any]]] = yaml.safe_load((ROOT / "docs/content-map.yaml").read_text("utf-8"))


@pytest.fixture(scope="module")
def questionnaires() -> dict[str, Questionnaire]:
    loaded = (
        load(path).questionnaire for path in (ROOT / "questionnaires").glob("*.yaml") if path.name.count(".") == 1
    )
    return {questionnaire.id: questionnaire for questionnaire in loaded}


def entries() -> Iterator[tuple[str, str, dict[str, Any]]]:
    for group, elements in CONTENT_MAP.items():
        for element, entry in elements.items():
            yield group, element, entry


def test_every_element_is_mapped_and_nothing_else_in_the_same_order() -> None:
    mapped = {group: list(elements) for group, elements in CONTENT_MAP.items()}
    assert mapped == ELEMENTS
    assert list(mapped) == list(ELEMENTS)


@pytest.mark.parametrize(("group", "element", "entry"), [pytest.param(*e, id=e[1]) for e in entries()])
def test_an_element_has_exactly_one_kind_of_answer(group: str, element: str, entry: dict[str, Any]) -> None:
    if group == "frame":
        assert set(entry) == {"stands"}, "a frame element stands on a page; it is no question"
    elif group == "not_used":
        assert set(entry) == {"reason"}
    else:
        assert "items" in entry, "every other element is asked about"
        assert set(entry) <= {"items", "options"}
    assert all(entry.values())


def test_every_item_named_exists_and_asks_something(questionnaires: dict[str, Questionnaire]) -> None:
    for _, element, entry in entries():
        for name in entry.get("items", []):
            questionnaire_id, item_id = name.split("/")
            item = questionnaires[questionnaire_id].item(item_id)
            assert item is not None, f"{element}: there is no item {name}"
            assert item.asks, f"{element}: {name} asks nothing"


def test_every_option_named_exists(questionnaires: dict[str, Questionnaire]) -> None:
    for _, element, entry in entries():
        for name in entry.get("options", []):
            questionnaire_id, item_id, code = name.split("/")
            item = questionnaires[questionnaire_id].item(item_id)
            assert isinstance(item, Choice), f"{element}: {name} is no option of a choice"
            assert item.option(code) is not None, f"{element}: there is no option {name}"


def test_every_shipped_questionnaire_serves_the_map(questionnaires: dict[str, Questionnaire]) -> None:
    used = {name.split("/")[0] for _, _, entry in entries() for name in entry.get("items", [])}
    assert used == set(questionnaires)

from __future__ import annotations

import pytest

from screening.definition.burden import MANY_QUESTIONS, SECONDS, burden
from screening.definition.loader import load, load_text
from screening.definition.model import ITEM_TYPES
from screening.path import offered
from tests.support.definitions import SHIPPED_FILES, fixture, with_items


def test_every_item_type_has_its_time() -> None:
    assert SECONDS.keys() == ITEM_TYPES.keys()


def test_information_text_is_no_question() -> None:
    asked = sum(item.asks for item in fixture("display").items())
    assert burden([fixture("display")]).questions == asked < len(list(fixture("display").items()))


def test_parts_that_are_off_do_not_count() -> None:
    form = fixture("off_by_default")
    assert burden([offered(form)]).questions == 1
    assert burden([offered(form, ["extra", "thoughts"])]).questions == 3


def test_forms_are_weighed_together_and_a_long_sitting_is_told() -> None:
    items = "\n".join(f"- {{id: item_{n}, type: boolean, text: Question {n}?}}" for n in range(21))
    form = load_text(with_items(items), "made-up.yaml").questionnaire
    one, two = burden([form]), burden([form, form])
    assert (one.questions, two.questions) == (21, 42)
    assert not one.is_heavy
    assert two.is_heavy
    assert MANY_QUESTIONS == 40
    assert one.minutes < two.minutes <= 2 * one.minutes


def test_nothing_takes_a_minute() -> None:
    assert burden([]).minutes == 1


@pytest.mark.parametrize("path", SHIPPED_FILES, ids=lambda path: path.stem)
def test_the_shipped_forms_are_told_in_believable_minutes(path: object) -> None:
    found = burden([offered(load(path).questionnaire)])  # type: ignore[arg-type]  # a Path, from glob
    assert 8 <= found.questions <= MANY_QUESTIONS
    assert found.questions / 8 <= found.minutes <= found.questions / 2

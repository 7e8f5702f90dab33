"""HTML with slots: what is filled in stands there as it is given, and nowhere else."""

from __future__ import annotations

import pytest
from markupsafe import Markup, escape

from screening.web.slots import Drawn, Remembered, mark


def test_each_slot_gets_its_value_wherever_it_stands() -> None:
    drawn = Drawn(f'<p id="{mark("name")}">{mark("words")}</p><i>{mark("name")}</i>')
    assert drawn.filled({"name": escape("a"), "words": escape("b")}) == '<p id="a">b</p><i>a</i>'
    assert drawn.filled({"name": escape("c"), "words": escape("d")}) == '<p id="c">d</p><i>c</i>'


def test_a_value_that_looks_like_a_slot_is_only_text() -> None:
    drawn = Drawn(f"<p>{mark('words')}</p>{mark('name')}")
    assert drawn.filled({"words": mark("name"), "name": Markup("secret")}) == f"<p>{mark('name')}</p>secret"


def test_escaping_leaves_a_mark_as_it_is() -> None:
    assert escape(str(mark("words"))) == mark("words")


def test_html_without_a_slot_is_there_whole() -> None:
    assert Drawn("<p>text</p>").whole == Markup("<p>text</p>")
    assert Drawn(mark("words")).whole is None


def test_a_slot_without_a_value_is_a_mistake() -> None:
    with pytest.raises(KeyError):
        Drawn(mark("words")).filled({})


def test_what_is_remembered_is_bounded_by_its_length() -> None:
    remembered: Remembered[int] = Remembered(most=25)
    for number in range(5):
        assert remembered.keep(number, number, 10) == number
    assert [remembered.get(number) for number in range(5)] == [None, None, None, None, 4]
    assert remembered.keep("long", 7, 26) == 7
    assert remembered.get(4) is None

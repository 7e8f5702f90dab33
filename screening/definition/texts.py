"""The texts of a questionnaire that a patient reads, each with its place.

A place is what `Loaded.mark` takes: ``"item", id, key`` and the like.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypeAlias

from screening.definition.model import Choice, Grid, Item, Page, Placed, Questionnaire, Scale

Place: TypeAlias = tuple[str, ...]


def page_texts(page: Page) -> Iterator[tuple[Place, str]]:
    """Yield the texts of a page that a patient reads, its items' apart: place and text."""
    for key in ("title", "sensitive", "intro", "recall"):
        text = getattr(page, key)
        if text:
            yield ("page", page.id, key), text


def item_texts(item: Item) -> Iterator[tuple[Place, str]]:
    """Yield the texts of an item that a patient reads, answer options included: place and text.

    Options of a shared set are the set's, and what stands in a group or grid is not the group's.
    """
    for key in ("text", "help", "recall", "item_label"):
        text = getattr(item, key, None)
        if text:
            yield ("item", item.id, key), text
    for text in answer_labels(item):
        yield ("item", item.id, "options"), text


def answer_labels(item: Item) -> list[str]:
    """Return the labels that an item's answers have, those of a shared set apart."""
    if isinstance(item, Choice | Grid):
        own = [] if item.option_set else [option.text for option in item.options]
        return own + ([item.other] if isinstance(item, Choice) and item.other else [])
    return [item.min_label, item.max_label] if isinstance(item, Scale) else []


def placed_texts(placed: Placed) -> Iterator[tuple[Place, str]]:
    """Yield an item's texts; of a row only what is not the grid's."""
    item = placed.item
    if isinstance(placed.parent, Grid):
        yield ("item", item.id, "text"), item.text
    else:
        yield from item_texts(item)


def all_texts(questionnaire: Questionnaire) -> Iterator[tuple[Place, str]]:
    """Yield every text that a patient reads, each once: place and text."""
    yield ("questionnaire", "title"), questionnaire.title
    if questionnaire.description:
        yield ("questionnaire", "description"), questionnaire.description
    for name, options in questionnaire.option_sets.items():
        yield from ((("option_set", name), option.text) for option in options)
    for page in questionnaire.pages:
        yield from page_texts(page)
    for placed in questionnaire.placed():
        yield from placed_texts(placed)

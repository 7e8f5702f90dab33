"""Options that recur -> option sets with names, so that a file says them once."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from typing import TypeAlias

from screening.definition.model import Choice, Grid, Group, Item, Option, Page, SimpleItem
from screening.importing.names import short_slug

Options: TypeAlias = tuple[Option, ...]
Sets: TypeAlias = dict[str, Options]
_NameOf: TypeAlias = Callable[[Choice | Grid], str | None]
_MAX_END = 20


def with_option_sets(pages: Iterable[Page], wishes: Mapping[Options, str]) -> tuple[tuple[Page, ...], Sets]:
    """Return the pages with names for options that several questions have, and the sets of these names.

    ``wishes``: options -> what they are called in the source.
    """
    pages = tuple(pages)
    counts = Counter(item.options for item in _with_options(pages))
    names: dict[Options, str] = {}
    for options, number in counts.items():
        if number > 1 and len(options) > 1:
            names[options] = _free(_name(wishes.get(options, ""), options), names.values())
    renamed = _renamed(pages, lambda item: names.get(item.options))
    return renamed, {name: options for options, name in names.items()}


def with_named_sets(pages: Iterable[Page]) -> tuple[tuple[Page, ...], Sets]:
    """Return the pages with the names that options have already, where one name means one list, and the sets."""
    pages = tuple(pages)
    sets: Sets = {}
    for item in _with_options(pages):
        if item.option_set:
            sets.setdefault(item.option_set, item.options)

    def name_of(item: Choice | Grid) -> str | None:
        return item.option_set if item.option_set and sets[item.option_set] == item.options else None

    return _renamed(pages, name_of), sets


def _with_options(pages: Iterable[Page]) -> Iterator[Choice | Grid]:
    for page in pages:
        for item in page.items:
            parts = item.items if isinstance(item, Group) else (item,)
            yield from (part for part in parts if isinstance(part, Choice | Grid))


def _renamed(pages: Iterable[Page], name_of: _NameOf) -> tuple[Page, ...]:
    return tuple(replace(page, items=tuple(_renamed_item(item, name_of) for item in page.items)) for page in pages)


def _renamed_item(item: Item, name_of: _NameOf) -> Item:
    if isinstance(item, Group):
        return replace(item, items=tuple(_renamed_part(part, name_of) for part in item.items))
    if isinstance(item, Grid):
        name = name_of(item)
        return replace(item, option_set=name, items=tuple(replace(row, option_set=name) for row in item.items))
    return _renamed_part(item, name_of)


def _renamed_part(item: SimpleItem, name_of: _NameOf) -> SimpleItem:
    return replace(item, option_set=name_of(item)) if isinstance(item, Choice) else item


def _name(wish: str, options: Options) -> str:
    """Return a name for options: their own in the source, or the words at their ends."""
    ends = [short_slug(option.text, _MAX_END) for option in (options[0], options[-1])]
    between = "_to_" if len(options) > 2 else "_"
    return short_slug(re.sub("(?<=[a-z])(?=[A-Z])", "_", wish)) or between.join(filter(None, ends)) or "answers"


def _free(name: str, taken: Iterable[str]) -> str:
    taken, stem, number = set(taken), name, 2
    while name in taken:
        name = f"{stem}_{number}"
        number += 1
    return name

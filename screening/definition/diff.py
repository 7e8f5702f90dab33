"""What changed between two versions of a questionnaire, for a person to read.

Parts are the same where their ids are. Each change is told once: what an option set says is told of the set, not of
each question that uses it; what a grid has is told of the grid, not of its rows.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from decimal import Decimal as Number
from difflib import SequenceMatcher
from typing import Any as Anything
from typing import Literal, TypeAlias

from screening.definition.conditions import describe
from screening.definition.model import Amount, Grid, Item, Option, Placed, Questionnaire

Kind: TypeAlias = Literal["added", "removed", "moved", "reworded", "changed"]
PartKind: TypeAlias = Literal["questionnaire", "option_set", "page", "item"]

KINDS: tuple[Kind, ...] = ("added", "removed", "moved", "reworded", "changed")
WORDINGS = frozenset(
    {"title", "description", "text", "short", "help", "intro", "recall", "sensitive", "item_label", "other", "unit"}
    | {"min_label", "max_label"}
)
"""What is words for the patient or the clinician: where it differs, the part was reworded."""

_STRUCTURE = frozenset({"id", "version", "pages", "items", "option_sets", "option_set"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One change. ``what`` is the key of the language that it concerns, "" where the whole part came, went or moved.

    ``label`` is the part's text or title in the newer version that has it; ``old_number`` and ``new_number`` are the
    question's labels ("12", "12a"), "" for what has none. ``old`` and ``new`` are in words, "" for nothing.
    """

    kind: Kind
    part: PartKind
    id: str
    label: str
    what: str = ""
    old: str = ""
    new: str = ""
    old_number: str = ""
    new_number: str = ""


def changes(old: Questionnaire, new: Questionnaire) -> tuple[Change, ...]:
    """Return what changed from ``old`` to ``new``: the head, option sets, pages, then items in form order."""
    return tuple(_Comparison(old, new).changes())


class _Comparison:
    def __init__(self, old: Questionnaire, new: Questionnaire) -> None:
        self._old, self._new = old, new
        self._old_numbers, self._new_numbers = old.labels(), new.labels()

    def changes(self) -> Iterator[Change]:
        yield from self._fields("questionnaire", self._old, self._new, self._new.id, self._new.title)
        yield from self._option_sets()
        yield from self._pages()
        yield from self._items()

    def _option_sets(self) -> Iterator[Change]:
        old, new = self._old.option_sets, self._new.option_sets
        for name in [name for name in new if name in old]:
            if old[name] != new[name]:
                yield Change(
                    kind=_options_kind(old[name], new[name]),
                    part="option_set",
                    id=name,
                    label=name,
                    what="options",
                    old=_options_words(old[name]),
                    new=_options_words(new[name]),
                )

    def _pages(self) -> Iterator[Change]:
        old, new = {page.id: page for page in self._old.pages}, {page.id: page for page in self._new.pages}
        moved = _moved([page for page in old if page in new], [page for page in new if page in old])
        for page in old.values():
            if page.id not in new:
                yield Change(kind="removed", part="page", id=page.id, label=page.title, old=page.title)
        for page in new.values():
            if page.id not in old:
                yield Change(kind="added", part="page", id=page.id, label=page.title, new=page.title)
                continue
            if page.id in moved:
                places = [f"page {list(pages).index(page.id) + 1}" for pages in (old, new)]
                yield Change(kind="moved", part="page", id=page.id, label=page.title, old=places[0], new=places[1])
            yield from self._fields("page", old[page.id], page, page.id, page.title)

    def _items(self) -> Iterator[Change]:
        old = {placed.item.id: placed for placed in self._old.placed()}
        new = {placed.item.id: placed for placed in self._new.placed()}
        moved = self._moved_items(old, new)
        for item_id, placed in old.items():
            if item_id not in new:
                yield self._item_change("removed", placed.item, old=placed.item.text)
        for item_id, placed in new.items():
            before = old.get(item_id)
            if before is None:
                yield self._item_change("added", placed.item, new=placed.item.text)
                continue
            if item_id in moved:
                yield self._item_change("moved", placed.item, old=_stands(before, old), new=_stands(placed, new))
            yield from self._item_fields(before, placed)

    def _moved_items(self, old: Mapping[str, Placed], new: Mapping[str, Placed]) -> set[str]:
        both = [item_id for item_id in new if item_id in old]
        moved = {item_id for item_id in both if _container(old[item_id]) != _container(new[item_id])}
        stayed = {item_id for item_id in both if item_id not in moved}
        for container in dict.fromkeys(_container(new[item_id]) for item_id in new if item_id in stayed):
            orders = [
                [item_id for item_id in side if item_id in stayed and _container(side[item_id]) == container]
                for side in (old, new)
            ]
            moved |= _moved(*orders)
        return moved

    def _item_fields(self, before: Placed, placed: Placed) -> Iterator[Change]:
        old, new = before.item, placed.item
        if old.type != new.type:
            yield self._item_change("changed", new, what="type", old=old.type, new=new.type)
        shared: set[str] = set()
        if isinstance(before.parent, Grid) and isinstance(placed.parent, Grid):
            shared = {"options", "recall"}
        elif getattr(old, "option_set", None) and getattr(old, "option_set", None) == getattr(new, "option_set", None):
            shared = {"options"}
        yield from self._fields("item", old, new, new.id, new.text, shared)

    def _item_change(self, kind: Kind, item: Item, what: str = "", old: str = "", new: str = "") -> Change:
        return Change(
            kind=kind,
            part="item",
            id=item.id,
            label=item.text,
            what=what,
            old=old,
            new=new,
            old_number=self._old_numbers.get(item.id, ""),
            new_number=self._new_numbers.get(item.id, ""),
        )

    def _fields(
        self, part: PartKind, old: Anything, new: Anything, part_id: str, label: str, skipped: set[str] | None = None
    ) -> Iterator[Change]:
        """Yield the fields that differ, in the order of the language; what only one of two types has counts too."""
        names = dict.fromkeys(field.name for side in (new, old) for field in fields(side))
        for name in names:
            before, after = getattr(old, name, None), getattr(new, name, None)
            if name in _STRUCTURE or name in (skipped or ()) or before == after:
                continue
            if name == "options" and before is not None and after is not None:
                kind = _options_kind(before, after)
            else:
                kind = "reworded" if name in WORDINGS else "changed"
            is_item = part == "item"
            yield Change(
                kind=kind,
                part=part,
                id=part_id,
                label=label,
                what=name,
                old=_words(name, before, self._old),
                new=_words(name, after, self._new),
                old_number=self._old_numbers.get(part_id, "") if is_item else "",
                new_number=self._new_numbers.get(part_id, "") if is_item else "",
            )


def _container(placed: Placed) -> tuple[str, str]:
    return placed.page.id, placed.parent.id if placed.parent else ""


def _moved(old: Sequence[str], new: Sequence[str]) -> set[str]:
    """Return what does not stand in the order in which it stood; both sequences hold the same ids, each once."""
    kept = SequenceMatcher(None, old, new, autojunk=False).get_matching_blocks()
    return set(old) - {old[place] for block in kept for place in range(block.a, block.a + block.size)}


def _stands(placed: Placed, side: Mapping[str, Placed]) -> str:
    """Tell where an item stands: its page, the group around it, and what it comes after."""
    siblings = [other.item for other in side.values() if _container(other) == _container(placed)]
    place = [item.id for item in siblings].index(placed.item.id)
    words = [f"page “{placed.page.title}”"]
    if placed.parent:
        words.append(f"under “{placed.parent.text}”")
    words.append(f"after “{siblings[place - 1].text}”" if place else "first")
    return ", ".join(words)


def _options_kind(old: Sequence[Option], new: Sequence[Option]) -> Kind:
    """Options were reworded where all that differs are their texts."""
    same = [(one.code, one.exclusive, one.system) for one in old] == [
        (one.code, one.exclusive, one.system) for one in new
    ]
    return "reworded" if same else "changed"


def _options_words(options: Sequence[Option]) -> str:
    return " · ".join(
        f"{option.text} ({option.code}{', alone' if option.exclusive else ''}"
        f"{f', {option.system}' if option.system else ''})"
        for option in options
    )


def _words(name: str, value: Anything, questionnaire: Questionnaire) -> str:
    if value is None or value == ():
        return ""
    if name == "enable_when":
        return describe(value, questionnaire)
    if name in ("options", "units"):
        return _options_words(value)
    if name == "initial":
        return " · ".join(_words("", one, questionnaire) for one in value)
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Number):
        return f"{value:f}"
    if isinstance(value, Amount):
        return f"{value.value:f} {value.unit}"
    return str(value)

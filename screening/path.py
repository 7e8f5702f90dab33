"""Which questions are asked, given the answers so far.

The path is recomputed from the answers each time and never stored; computing it changes nothing. One pass in form
order is enough, because a condition may look only at earlier items. In a group that repeats each entry has a path of
its own: its conditions look at the same entry, and at what stands before the group.
"""

from __future__ import annotations

from collections import ChainMap
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field, replace

from screening.answers import Answers, Entry, State, Value
from screening.definition.conditions import holds, references
from screening.definition.model import Grid, Group, Item, Page, Questionnaire, SimpleItem, walk_items


@dataclass(frozen=True, slots=True)
class PathPage:
    """A page as this patient gets it: ``items`` are those asked or shown. A hidden page has none.

    A group that does not repeat holds only those of its items that are asked or shown, and stands here only if there
    are any. A group that repeats holds all its items; see `Path.entries`.
    """

    page: Page
    items: tuple[Item, ...]


@dataclass(frozen=True, slots=True)
class Path:
    """A questionnaire as this patient gets it, every page in form order, hidden ones included (with no items).

    ``item_ids`` are the items asked or shown, groups, grids and what stands in them included; but what stands in a
    group that repeats is in ``entries``: the group's id -> for each entry of the answer, in order, the items asked or
    shown in it. Every group that repeats and is asked is in it. ``counting`` are the answers that count: to questions
    that are asked, on pages that were not skipped.
    """

    pages: tuple[PathPage, ...]
    item_ids: frozenset[str]
    entries: Mapping[str, tuple[frozenset[str], ...]] = field(default_factory=dict)
    counting: Mapping[str, Value] = field(default_factory=dict)

    def page(self, page_id: str) -> PathPage:
        """Return the page with this id; KeyError if the questionnaire has none."""
        for path_page in self.pages:
            if path_page.page.id == page_id:
                return path_page
        raise KeyError(page_id)


def offered(questionnaire: Questionnaire, switched_on: Collection[str] = ()) -> Questionnaire:
    """Return the questionnaire without the pages and items that are off by default and not in ``switched_on``.

    ``switched_on`` holds page and item ids. Groups and pages left without items go too.
    """
    return keep(questionnaire, lambda part: not part.off_by_default or part.id in switched_on)


def keep(questionnaire: Questionnaire, wanted: Callable[[Page | Item], bool]) -> Questionnaire:
    """Return the questionnaire with the pages and items that are wanted. Groups and pages left without items go too."""

    def items_kept(items: tuple[Item, ...]) -> tuple[Item, ...]:
        kept = (_with_items(item, tuple(filter(wanted, item.children))) for item in items if wanted(item))
        return tuple(item for item in kept if item is not None)

    pages = (replace(page, items=items_kept(page.items)) for page in questionnaire.pages if wanted(page))
    return replace(questionnaire, pages=tuple(page for page in pages if page.items))


def _with_items(item: Item, items: tuple[SimpleItem, ...]) -> Item | None:
    """Return a group with these of its items, None if that leaves nothing of it; other items as they are."""
    if not isinstance(item, Group | Grid) or len(items) == len(item.items):
        return item
    asks = any(part.asks for part in items)
    if not items or (item.repeats and not asks):
        return None
    return replace(item, items=items)  # type: ignore[arg-type]  # some of the items that it had


@dataclass(frozen=True, slots=True)
class Outline:
    """What of a questionnaire bears on the path, worked out once, so that a long one is walked as fast as a short one.

    ``plain`` are the pages with no condition on their items and no group or grid: page id -> all their item ids, in
    order. ``deciding`` are the ids of the pages whose answers bear on the path: a condition looks at them, or they hold
    a group that repeats. Answers of other pages leave `Path.pages`, ``item_ids`` and ``entries`` as they are; with none
    of a deciding page the path is ``untouched``.
    """

    plain: Mapping[str, tuple[str, ...]]
    deciding: frozenset[str]
    untouched: Path


def outline(questionnaire: Questionnaire) -> Outline:
    """Work out what bears on the path of this questionnaire."""
    conditions = [page.enable_when for page in questionnaire.pages] + [
        item.enable_when for item in questionnaire.items()
    ]
    sources = {comparison.item for condition in conditions if condition for comparison in references(condition)}
    plain = {}
    deciding = set()
    for page in questionnaire.pages:
        items = list(walk_items(page.items))
        if not any(item.enable_when or item.children for item in items):
            plain[page.id] = tuple(item.id for item in items)
        if any(item.id in sources or (item.repeats and item.children) for item in items):
            deciding.add(page.id)
    return Outline(plain, frozenset(deciding), walk(questionnaire, Answers()))


def walk(questionnaire: Questionnaire, answers: Answers, known: Outline | None = None) -> Path:
    """Work out which items are asked; answers to items off the path count for nothing in later conditions.

    ``known`` is the questionnaire's `outline`, where it is at hand: it changes the time this takes, nothing else.
    """
    walker = _Walker(answers, known.plain if known else {})
    pages = tuple(PathPage(page, walker.page(page)) for page in questionnaire.pages)
    return Path(pages, frozenset(walker.asked), walker.entries, walker.counting)


class _Walker:
    """Goes through a questionnaire in form order and gathers what is asked and what counts."""

    def __init__(self, answers: Answers, plain: Mapping[str, tuple[str, ...]]) -> None:
        self._answers = answers
        self._plain = plain
        self._skipped = False
        self.asked: set[str] = set()
        self.entries: dict[str, tuple[frozenset[str], ...]] = {}
        self.counting: dict[str, Value] = {}

    def page(self, page: Page) -> tuple[Item, ...]:
        if not _is_asked(page, self.counting):
            return ()
        self._skipped = page.id in self._answers.skipped
        plain = self._plain.get(page.id)
        if plain is not None:
            self.asked.update(plain)
            if not self._skipped:
                values = self._answers.values
                self.counting.update((item_id, values[item_id]) for item_id in plain if item_id in values)
            return page.items
        found = (self._item(item) for item in page.items)
        return tuple(item for item in found if item is not None)

    def _item(self, item: Item) -> Item | None:
        if not _is_asked(item, self.counting):
            return None
        if item.children and not item.repeats:
            parts = tuple(part for part in item.children if self._item(part) is not None)
            left = _with_items(item, parts)
            if left is None:
                return None
            item = left
        elif not self._skipped and item.id in self._answers.values:
            self._count(item, self._answers.values[item.id])
        if isinstance(item, Group) and item.repeats:
            self.entries[item.id] = tuple(
                asked_in_entry(item, entry, self.counting) for entry in entries_of(self._answers.values.get(item.id))
            )
        self.asked.add(item.id)
        return item

    def _count(self, item: Item, value: Value) -> None:
        if not isinstance(item, Group):
            self.counting[item.id] = value
            return
        kept = (_on_path(entry, asked_in_entry(item, entry, self.counting)) for entry in entries_of(value))
        entries = tuple(entry for entry in kept if entry.values or entry.declined)
        if entries:
            self.counting[item.id] = entries


def entries_of(value: Value | None) -> tuple[Entry, ...]:
    """Return the entries that a group that repeats is answered with; none without an answer."""
    parts = value if isinstance(value, tuple) else ()
    return tuple(part for part in parts if isinstance(part, Entry))


def asked_in_entry(group: Group, entry: Entry, counting: Mapping[str, Value]) -> frozenset[str]:
    """Return the ids of the items that are asked or shown in one entry of a group that repeats.

    ``counting`` are the answers outside the group that count (`Path.counting`). An entry that is yet to be filled in is
    ``Entry()``.
    """
    asked: set[str] = set()
    own: dict[str, Value] = {}
    everything = ChainMap(own, counting)  # type: ignore[arg-type]  # nothing is written to it
    for item in group.items:
        if _is_asked(item, everything):
            asked.add(item.id)
            if item.id in entry.values:
                own[item.id] = entry.values[item.id]
    return frozenset(asked)


def state_of(item: Item, page: Page, answers: Answers, path: Path) -> State:
    """Tell what became of one question (one of `screening.definition.model.questions`).

    A condition that hides it wins over everything; then a skipped page counts as declined. A question on a page that
    was never saved is not reached, and neither is one that came up when its page had been saved and was never shown.
    """
    if item.id not in path.item_ids:
        return State.NOT_ASKED
    if page.id in answers.skipped or item.id in answers.declined:
        return State.DECLINED
    if item.id in path.counting:
        return State.ANSWERED
    return State.BLANK if page.id in answers.reached and item.id not in answers.unseen else State.NOT_REACHED


def state_in_entry(item: SimpleItem, entry: Entry, asked: Collection[str]) -> State:
    """Tell what became of one question in one entry of a group that repeats; ``asked`` is the entry's path."""
    if item.id not in asked:
        return State.NOT_ASKED
    if item.id in entry.declined:
        return State.DECLINED
    if item.id in entry.values:
        return State.ANSWERED
    return State.NOT_REACHED if item.id in entry.unseen else State.BLANK


def on_path(questionnaire: Questionnaire, answers: Answers) -> Answers:
    """Return the answers as they are submitted: what stands off the path is left out, and entries left empty by it."""
    path = walk(questionnaire, answers)
    return replace(answers, values=dict(path.counting), declined=answers.declined & path.item_ids)


def kept_entries(group: Group, answers: Answers, path: Path) -> dict[int, Entry]:
    """Return the entries of a group that `on_path` keeps, by their place (from 1) among those that were saved.

    ``path`` is that of ``answers``. An entry is left out if all that was answered in it stands off the path.
    """
    pairs = zip(entries_of(answers.values.get(group.id)), path.entries[group.id], strict=True)
    return {
        place: entry
        for place, (entry, asked) in enumerate(pairs, start=1)
        if not asked.isdisjoint(entry.values) or asked & entry.declined
    }


def _on_path(entry: Entry, asked: frozenset[str]) -> Entry:
    values = {item_id: value for item_id, value in entry.values.items() if item_id in asked}
    return Entry(values, entry.declined & asked, entry.unseen)


def _is_asked(part: Page | Item, counting: Mapping[str, Value]) -> bool:
    return part.enable_when is None or holds(part.enable_when, counting)

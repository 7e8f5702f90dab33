"""Which questions are asked, given the answers so far.

The path is recomputed from the answers each time and never stored; computing it changes nothing. One pass in form
order is enough, because a condition may look only at earlier items.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace

from screening.answers import Answers, State, Value
from screening.definition.conditions import holds
from screening.definition.model import Item, Page, Questionnaire


@dataclass(frozen=True, slots=True)
class PathPage:
    """A page as this patient gets it: ``items`` are those asked or shown. A hidden page has none."""

    page: Page
    items: tuple[Item, ...]


@dataclass(frozen=True, slots=True)
class Path:
    """A questionnaire as this patient gets it, every page in form order, hidden ones included (with no items)."""

    pages: tuple[PathPage, ...]
    item_ids: frozenset[str]

    def page(self, page_id: str) -> PathPage:
        """Return the page with this id; KeyError if the questionnaire has none."""
        for path_page in self.pages:
            if path_page.page.id == page_id:
                return path_page
        raise KeyError(page_id)


def offered(questionnaire: Questionnaire, switched_on: Collection[str] = ()) -> Questionnaire:
    """Return the questionnaire without the pages and items that are off by default and not in ``switched_on``.

    ``switched_on`` holds page and item ids. Pages left without items go too.
    """

    def is_on(part: Page | Item) -> bool:
        return not part.off_by_default or part.id in switched_on

    pages = (
        replace(page, items=tuple(item for item in page.items if is_on(item)))
        for page in questionnaire.pages
        if is_on(page)
    )
    return replace(questionnaire, pages=tuple(page for page in pages if page.items))


def walk(questionnaire: Questionnaire, answers: Answers) -> Path:
    """Work out which items are asked; answers to items off the path count for nothing in later conditions."""
    on_path: dict[str, Value] = {}
    asked: set[str] = set()
    pages: list[PathPage] = []
    for page in questionnaire.pages:
        items: list[Item] = []
        if page.enable_when is None or holds(page.enable_when, on_path):
            for item in page.items:
                if item.enable_when is None or holds(item.enable_when, on_path):
                    items.append(item)
                    asked.add(item.id)
                    if item.id in answers.values and page.id not in answers.skipped:
                        on_path[item.id] = answers.values[item.id]
        pages.append(PathPage(page, tuple(items)))
    return Path(tuple(pages), frozenset(asked))


def state_of(item: Item, page: Page, answers: Answers, path: Path) -> State:
    """Tell what became of one question.

    A condition that hides it wins over everything; then a skipped page counts as declined; a question on a page that
    was never saved is not reached, even if its neighbour was answered.
    """
    if item.id not in path.item_ids:
        return State.NOT_ASKED
    if page.id in answers.skipped or item.id in answers.declined:
        return State.DECLINED
    if item.id in answers.values:
        return State.ANSWERED
    return State.BLANK if page.id in answers.reached else State.NOT_REACHED


def on_path(questionnaire: Questionnaire, answers: Answers) -> Answers:
    """Return the answers as they are submitted: what stands off the path is left out."""
    path = walk(questionnaire, answers)
    kept = {
        item.id: answers.values[item.id]
        for path_page in path.pages
        if path_page.page.id not in answers.skipped
        for item in path_page.items
        if item.id in answers.values
    }
    return replace(answers, values=kept, declined=answers.declined & path.item_ids)

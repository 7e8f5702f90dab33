"""One sitting: all pages of all questionnaires of an invitation as the patient gets them now, in one sequence."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import ChainMap
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import cached_property

from screening.answer_values import Plain
from screening.answers import Answers
from screening.definition.model import Item, Page, Questionnaire, questions
from screening.path import Outline, Path, PathPage, walk
from screening.store import drafts
from screening.store.drafts import DraftPage
from screening.store.sittings import SittingFacts


class PageState(StrEnum):
    """What became of a page so far. `MORE`: saved, but an answer elsewhere brought new questions to it."""

    NOT_STARTED = "not_started"
    SAVED = "saved"
    MORE = "more"
    SKIPPED = "skipped"


@dataclass(frozen=True)
class SittingPage:
    """A page as the patient gets it now.

    ``number`` is its place in the address and never changes; ``position`` is its place among the pages that are asked
    now, 0 for one that is not. ``asked`` is the page as it stands on the ``path`` that the response's saved answers
    make; the path's ``counting`` holds only what bears on the path.
    """

    number: int
    position: int
    response: Begun
    asked: PathPage
    path: Path

    @property
    def response_id(self) -> str:
        """Return the id of the response that the page belongs to."""
        return self.response.response_id

    @property
    def questionnaire(self) -> Questionnaire:
        """Return the questionnaire as this patient gets it."""
        return self.response.questionnaire

    @property
    def question_numbers(self) -> Mapping[str, int]:
        """Return the numbers of the questions in the whole file, by item id."""
        return self.response.question_numbers

    @property
    def page(self) -> Page:
        """Return the page of the questionnaire."""
        return self.asked.page

    @property
    def items(self) -> tuple[Item, ...]:
        """Return what is asked or shown now."""
        return self.asked.items

    @cached_property
    def saved(self) -> DraftPage | None:
        """Return what was saved of the page."""
        return self.response.saved.get(self.asked.page.id)

    @property
    def revision(self) -> int:
        """Return how often the page was saved."""
        return self.saved.revision if self.saved else 0

    @property
    def state(self) -> PageState:
        """Return what became of the page so far."""
        if self.saved is None:
            return PageState.NOT_STARTED
        if self.saved.skipped:
            return PageState.SKIPPED
        return PageState.MORE if self.count_of_new else PageState.SAVED

    @cached_property
    def questions(self) -> tuple[Item, ...]:
        """Return what is asked now, in form order."""
        return tuple(questions(self.asked.items))

    @cached_property
    def not_yet_shown(self) -> tuple[Item, ...]:
        """Return the questions that are asked now and were not on the screen when the page was saved."""
        shown = self.saved.shown if self.saved else frozenset()
        return tuple(item for item in self.questions if item.id not in shown)

    @cached_property
    def new_in_entries(self) -> Mapping[str, tuple[Collection[str], ...]]:
        """Return the same for the saved entries of groups that repeat.

        Group id -> for each entry the ids of its new questions; groups with nothing new are not in it.
        """
        shown = self.saved.shown if self.saved else frozenset()
        found = {}
        for group in self.questions if self.path.entries else ():
            asking = {part.id for part in group.children if part.asks}
            new = tuple(
                {item_id for item_id in asked & asking if shown_key(group.id, number, item_id) not in shown}
                for number, asked in enumerate(self.path.entries.get(group.id, ()), start=1)
            )
            if any(new):
                found[group.id] = new
        return found

    @property
    def count_of_new(self) -> int:
        """Return how many questions are asked now and were not on the screen, in entries too."""
        in_entries = (len(new) for entries in self.new_in_entries.values() for new in entries)
        return len(self.not_yet_shown) + sum(in_entries)

    @property
    def answers(self) -> Mapping[str, Plain]:
        """Return what was saved of the page, by item id, in plain form."""
        return self.saved.answers if self.saved else {}


@dataclass(frozen=True, slots=True, kw_only=True)
class Begun:
    """A response that was begun: its questionnaire as this patient gets it, and what was saved, by page id.

    ``question_numbers`` are those of the whole file, so that a number means the same question in every report.
    ``language`` (BCP 47) is the one that the response was begun in, that of the questionnaire the one it is shown in.
    """

    response_id: str
    language: str
    questionnaire: Questionnaire
    question_numbers: Mapping[str, int]
    outline: Outline
    saved: Mapping[str, DraftPage]

    def path(self, without: str = "") -> Path:
        """Return the path that the saved answers make; as if the page ``without`` were not saved.

        Its ``counting`` holds only the answers of pages that bear on the path: no other has to be opened for it.
        """
        deciding = self.outline.deciding & self.saved.keys() - {without}
        if not deciding:
            return self.outline.untouched
        answers = drafts.gather(self.questionnaire, {page_id: self.saved[page_id] for page_id in deciding})
        return walk(self.questionnaire, answers, self.outline)

    @property
    def answers(self) -> Answers:
        """Return what was saved, on the path or off it."""
        return drafts.gather(self.questionnaire, self.saved)


@dataclass(frozen=True, kw_only=True)
class Sitting:
    """What the patient has before them; ``paths`` are those of the responses. Made by `sitting_of`.

    Pages are made when they are looked for: whoever opens one of a hundred needs no other.
    """

    facts: SittingFacts
    responses: tuple[Begun, ...]
    paths: tuple[Path, ...]

    @property
    def has_agreed(self) -> bool:
        """Whether the patient has agreed, and there are questions: not where what was begun has been deleted since."""
        return self.facts.consented_at is not None and bool(self.responses)

    @cached_property
    def asked_numbers(self) -> tuple[int, ...]:
        """Return the numbers of the pages that are asked now, in order."""
        everything = (asked for path in self.paths for asked in path.pages)
        return tuple(number for number, asked in enumerate(everything, start=1) if asked.items)

    @property
    def pages(self) -> tuple[SittingPage, ...]:
        """Return the pages that are asked now, in order."""
        return tuple(self._page(number) for number in self.asked_numbers)

    @property
    def count_of_pages(self) -> int:
        """Return how many pages are asked now."""
        return len(self.asked_numbers)

    @property
    def questionnaires(self) -> tuple[Questionnaire, ...]:
        """Return the questionnaires that were begun, in order."""
        return tuple(response.questionnaire for response in self.responses)

    @property
    def nothing_saved(self) -> bool:
        """Whether there is nothing yet that could be sent."""
        return not any(page.saved for page in self.pages)

    @property
    def all_done(self) -> bool:
        """Whether every page that is asked was saved or skipped, with nothing new on it."""
        return all(page.state in (PageState.SAVED, PageState.SKIPPED) for page in self.pages)

    def page(self, number: int) -> SittingPage | None:
        """Return the page at this address, if it is asked now."""
        found = self.any_page(number)
        return found if found and found.position else None

    def any_page(self, number: int) -> SittingPage | None:
        """Return the page at this address, asked now or not; what is typed there is saved either way."""
        return self._page(number) if 0 < number <= sum(len(path.pages) for path in self.paths) else None

    def after(self, page: SittingPage) -> SittingPage | None:
        """Return the next page that is asked, or None after the last."""
        following = self.asked_numbers[bisect_right(self.asked_numbers, page.number) :][:1]
        return self._page(following[0]) if following else None

    def before(self, page: SittingPage) -> SittingPage | None:
        """Return the page before this one, or None before the first."""
        earlier = self.asked_numbers[: bisect_left(self.asked_numbers, page.number)][-1:]
        return self._page(earlier[0]) if earlier else None

    def _page(self, number: int) -> SittingPage:
        """Return one of the pages, asked now or not."""
        which, place = 0, number - 1
        while place >= len(self.paths[which].pages):
            place -= len(self.paths[which].pages)
            which += 1
        path = self.paths[which]
        asked = path.pages[place]
        position = bisect_right(self.asked_numbers, number) if asked.items else 0
        return SittingPage(number, position, self.responses[which], asked, path)

    def afresh(self, page: SittingPage) -> SittingPage:
        """Return a page with the items that were asked before any of them was answered.

        Who answers a hidden page anew must not see, by what is asked, what was answered before.
        """
        path = page.response.path(without=page.page.id)
        return replace(page, asked=path.page(page.page.id), path=path)

    def saving(self, page: SittingPage, draft: DraftPage) -> Sitting:
        """Return the sitting as it is with this draft of a page saved."""
        drafts_now = ChainMap({page.page.id: draft}, page.response.saved)  # type: ignore[arg-type]  # only read
        saved = replace(page.response, saved=drafts_now)
        responses = tuple(saved if other is page.response else other for other in self.responses)
        return sitting_of(self.facts, responses)

    def hides(self, page: SittingPage, visit: str) -> bool:
        """Tell whether the page's saved answers stay hidden from this browser.

        They are shown only in the sitting in which they were typed, and not even there where the patient chose so.
        """
        saved = page.saved
        return saved is not None and not saved.skipped and (bool(self.facts.always_hide) or saved.visit != visit)


def shown_key(group_id: str, number: int, item_id: str) -> str:
    """Return what `DraftPage.shown` holds for a question in an entry (from 1) of a group that repeats."""
    return f"{group_id}/{number}/{item_id}"


def sitting_of(facts: SittingFacts, responses: tuple[Begun, ...]) -> Sitting:
    """Return the sitting that these responses make, with the path that their saved answers lead along."""
    return Sitting(facts=facts, responses=responses, paths=tuple(response.path() for response in responses))

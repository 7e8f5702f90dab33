"""One sitting: all pages of all questionnaires of an invitation as the patient gets them now, in one sequence."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import ChainMap
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, tzinfo
from enum import StrEnum
from functools import cached_property, lru_cache

from sqlalchemy.orm import Session

from screening.answer_values import Plain
from screening.answers import Answers
from screening.definition.model import Item, Page, Questionnaire, questions
from screening.path import Outline, Path, PathPage, offered, outline, walk
from screening.store import drafts, invitations, overlays, registry, sittings
from screening.store.audit import Actor
from screening.store.crypto import Keyring
from screening.store.drafts import DraftPage
from screening.store.engine import Store
from screening.store.errors import NotAllowed
from screening.store.invitations import Dated, LinkState
from screening.store.sittings import BegunResponse, SittingFacts
from screening.store.tables import Invitation


class PageState(StrEnum):
    """What became of a page so far. `MORE`: saved, but an answer elsewhere brought new questions to it."""

    NOT_STARTED = "not_started"
    SAVED = "saved"
    MORE = "more"
    SKIPPED = "skipped"


class Closed(NotAllowed):
    """The invitation takes nothing any more; ``state`` says why."""

    def __init__(self, state: LinkState) -> None:
        super().__init__(f"this invitation is {state}")
        self.state = state


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


def view(store: Store, actor: Actor, *, language: str = "", now: datetime, zone: tzinfo) -> Sitting:
    """Return the sitting of this patient; `Closed` if the invitation takes nothing any more, NotFound if it is gone.

    What was begun is shown in ``language`` (BCP 47), or in its own where it has no translation into that.
    """
    facts, rows = sittings.read(store, actor.id, language)
    require_open(facts, now, zone)
    return sitting_of(facts, _begun(store, rows))


def sitting_of(facts: SittingFacts, responses: tuple[Begun, ...]) -> Sitting:
    """Return the sitting that these responses make, with the path that their saved answers lead along."""
    return Sitting(facts=facts, responses=responses, paths=tuple(response.path() for response in responses))


def require_open(invitation: Dated, now: datetime, zone: tzinfo) -> None:
    """Raise `Closed` unless the invitation still takes answers."""
    state = invitations.link_state(invitation, now, zone)
    if state is not LinkState.OPEN:
        raise Closed(state)


def open_invitation(session: Session, actor: Actor, now: datetime, zone: tzinfo) -> Invitation:
    """Return the patient's invitation to be changed, locked; `Closed` or NotFound if it takes nothing any more."""
    invitation = invitations.get(session, actor.id, for_update=True)
    require_open(invitation, now, zone)
    return invitation


def begun(session: Session, keyring: Keyring, invitation_id: str) -> tuple[Begun, ...]:
    """Return the invitation's responses in order, each in its own language, with all that was saved of them."""
    rows = sittings.begun(session, invitation_id)
    return tuple(_begun_as(row, _questionnaire(session, row), keyring) for row in rows)


def _begun(store: Store, rows: Sequence[BegunResponse]) -> tuple[Begun, ...]:
    """Return the same for rows that were read; what this process knows already is not read again."""
    known = [_known(row) for row in rows]
    if None in known:
        with store.read() as session:
            known = [_questionnaire(session, row) for row in rows]
    return tuple(_begun_as(row, whole, store.keyring) for row, whole in zip(rows, known, strict=True) if whole)


def _known(row: BegunResponse) -> Questionnaire | None:
    if row.overlay_hash is not None:
        return overlays.known(row.content_hash, row.overlay_hash)
    return registry.known(row.content_hash)


def _questionnaire(session: Session, row: BegunResponse) -> Questionnaire:
    whole = registry.definition(session, row.questionnaire_id, row.version, row.content_hash)
    if row.overlay_hash is None:
        return whole
    return overlays.translate(session, whole, row.content_hash, row.overlay_hash).questionnaire


def _begun_as(row: BegunResponse, whole: Questionnaire, keyring: Keyring) -> Begun:
    saved = drafts.SavedPages(keyring, row.id, row.sealed_pages)
    hashes = (row.content_hash, row.overlay_hash)
    return begun_on(row.id, whole, hashes, tuple(row.switched_on), saved, row.language)


def begun_on(
    response_id: str,
    whole: Questionnaire,
    hashes: tuple[str, str | None],
    switched_on: tuple[str, ...],
    saved: Mapping[str, DraftPage],
    language: str,
) -> Begun:
    """Return a response that was begun on a version; ``whole`` has the parts that are off, ``saved`` is by page id.

    ``hashes`` are those of the version and of its translation into ``language``, None where it is the version's own.
    """
    cut = _cut(_ByHash(hashes, whole), switched_on)
    return Begun(
        response_id=response_id,
        language=language,
        questionnaire=cut.questionnaire,
        question_numbers=cut.question_numbers,
        outline=cut.outline,
        saved=saved,
    )


@dataclass(frozen=True, slots=True)
class _ByHash:
    """A questionnaire that is told from others by its hashes alone, so that looking it up is quick."""

    hashes: tuple[str, str | None]
    questionnaire: Questionnaire = field(compare=False)


@dataclass(frozen=True, slots=True)
class _Cut:
    """A questionnaire with what is switched on, its outline, and the question numbers of the whole."""

    questionnaire: Questionnaire
    question_numbers: Mapping[str, int]
    outline: Outline


@lru_cache(maxsize=200)
def _cut(whole: _ByHash, switched_on: tuple[str, ...]) -> _Cut:
    on = offered(whole.questionnaire, switched_on)
    return _Cut(on, whole.questionnaire.numbers(), outline(on))

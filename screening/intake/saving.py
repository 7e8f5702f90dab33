"""Saving a page: checked before, then one upsert and its audit event in one transaction."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, tzinfo

from screening.answer_values import Plain, is_declined
from screening.intake.entries import PostedEntries
from screening.intake.reading import require_open
from screening.intake.sitting import SittingPage
from screening.store import audit, drafts, sittings
from screening.store.audit import Actor
from screening.store.drafts import DraftPage
from screening.store.engine import Store
from screening.store.errors import Conflict


class PageConflict(Conflict):
    """The page was saved elsewhere in between; ``current`` is what stands there now."""

    def __init__(self, current: DraftPage | None) -> None:
        super().__init__("This page was saved in another place in the meantime.", current)
        self.current: DraftPage | None = current


@dataclass(frozen=True, slots=True, kw_only=True)
class Posted:
    """What a patient posted of a page, checked.

    ``answers`` are by item id in plain form, ``shown`` the items that were on the screen, ``revision`` the one that
    the screen showed (0 for a page that was never saved). ``anew``: earlier answers of the page go, shown or not.
    ``entries`` say of each group that repeats which entry is which; its list in ``answers`` is made from them.
    """

    answers: Mapping[str, Plain]
    shown: frozenset[str]
    revision: int
    skipped: bool = False
    anew: bool = False
    entries: Mapping[str, PostedEntries] = field(default_factory=dict)


def save_page(
    store: Store, actor: Actor, page: SittingPage, posted: Posted, *, visit: str, now: datetime, zone: tzinfo
) -> DraftPage:
    """Save what was posted of a page and return what stands there now.

    Answers to items that were not on the screen are kept as they were. The same again from the same sitting changes
    nothing and counts as saved; from another one it does not, or hidden answers could be guessed. Raises PageConflict
    if something else was saved since the screen was made, `Closed` if the invitation takes nothing any more.
    """
    draft = merge(page, posted, visit)
    with store.write_compiled() as connection:
        require_open(sittings.facts(connection, actor.id, for_update=True), now, zone)
        is_current = posted.revision == page.revision
        if not is_current or not drafts.save(connection, store.keyring, draft, now):
            current = drafts.page(connection, store.keyring, page.response_id, page.page.id)
            if current is None or current.visit != visit or not _says_the_same(current, posted):
                raise PageConflict(current)
            return current
        audit.record(
            connection,
            store.keyring,
            actor=actor,
            action="save_page",  # skipped or not: that a topic was declined is an answer
            record=f"invitation:{actor.id}",
            at=now,
            detail={"page": page.number, "revision": draft.revision},
        )
        return draft


def merge(page: SittingPage, posted: Posted, visit: str) -> DraftPage:
    """Return what stands on a page once this is saved; answers to items that were not on the screen are kept."""
    kept: Mapping[str, Plain] = {}
    shown: Collection[str] = ()
    saved = None if posted.anew or posted.skipped else page.saved
    if saved is not None:
        kept = {item_id: plain for item_id, plain in saved.answers.items() if item_id not in posted.shown}
        shown = [key for key in saved.shown if key.partition("/")[0] not in posted.entries]
    answers = {**kept, **posted.answers}
    for group_id, entries in posted.entries.items():
        merged = entries.merged(_stored(saved, group_id))
        if not is_declined(posted.answers.get(group_id)):
            answers.pop(group_id, None)
            if merged:
                answers[group_id] = merged
    return DraftPage(
        response_id=page.response_id,
        page_id=page.page.id,
        revision=posted.revision + 1,
        answers=answers,
        skipped=posted.skipped,
        shown=posted.shown.union(shown, _shown_in_entries(saved, posted)),
        visit=visit,
        language=page.questionnaire.language,
    )


def _stored(saved: DraftPage | None, group_id: str) -> list[Mapping[str, Plain]]:
    """Return the saved entries of a group; none where it was left blank or declined."""
    plain = saved.answers.get(group_id) if saved else None
    return plain if isinstance(plain, list) else []


def _shown_in_entries(saved: DraftPage | None, posted: Posted) -> Iterator[str]:
    earlier = saved.shown if saved else frozenset()
    for group_id, entries in posted.entries.items():
        yield from entries.shown_keys(group_id, len(_stored(saved, group_id)), earlier)


def _says_the_same(current: DraftPage, posted: Posted) -> bool:
    """Tell whether what stands there is what was posted, as after a double click or a retry."""
    there = {item_id: plain for item_id, plain in current.answers.items() if item_id in posted.shown}
    here = dict(posted.answers)
    for group_id, entries in posted.entries.items():
        stored = there.pop(group_id, None)
        if is_declined(here.pop(group_id, None)):
            same = is_declined(stored)
        else:
            same = entries.stand_in(_stored(current, group_id))
        if not same:
            return False
    return current.skipped == posted.skipped and there == here

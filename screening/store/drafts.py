"""Pages that a patient saved and has not sent yet: sealed documents, one a page, each save one atomic upsert.

Only the patient's own use cases come here; staff have no way to an unsent answer. Sending replaces these rows by the
sealed document of the response.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import UpdateBase, bindparam, delete, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from screening.answer_values import Plain
from screening.answers import Answers
from screening.definition.model import Questionnaire
from screening.store.compiled import CompiledStatement, Transaction
from screening.store.crypto import Keyring
from screening.store.responses import read_answers
from screening.store.tables import ResponsePage


def _upsert(insert: Callable[..., Any]) -> UpdateBase:
    """Return the statement that saves a page on top of the revision before it, in one dialect's words."""
    statement = insert(ResponsePage)
    new = {name: statement.excluded[name] for name in ("revision", "document", "saved_at")}
    upsert: UpdateBase = statement.on_conflict_do_update(
        index_elements=[ResponsePage.response_id, ResponsePage.page_id],
        set_=new,
        where=ResponsePage.revision == new["revision"] - 1,
    ).returning(ResponsePage.revision)
    return upsert


# Built once: every page of a patient runs one of them.
_SAVE = CompiledStatement(
    {"sqlite": _upsert(sqlite.insert), "postgresql": _upsert(postgresql.insert)},
    columns=["response_id", "page_id", "revision", "document", "saved_at"],
)


_ONE = CompiledStatement(
    select(ResponsePage.response_id, ResponsePage.page_id, ResponsePage.revision, ResponsePage.document).where(
        ResponsePage.response_id == bindparam("of_response"), ResponsePage.page_id == bindparam("of_page")
    )
)


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftPage:
    """One saved page. ``answers`` are by item id in plain form; ``shown`` are the items that were on the screen.

    ``visit`` marks the sitting in which it was saved: a random text that stands in the browser's session, so that
    answers are shown again only there. ``revision`` counts the saves of this page from 1. ``language`` (BCP 47) is the
    one that the page was in, "" for what was saved before that was kept.
    """

    response_id: str
    page_id: str
    revision: int
    answers: Mapping[str, Plain]
    skipped: bool
    shown: frozenset[str]
    visit: str
    language: str = ""


class SavedPages(Mapping[str, DraftPage]):
    """The saved pages of one response by page id; each is opened when it is first looked at.

    A patient's page needs few of them, however many were saved. Raises SealError where one does not open.
    """

    def __init__(self, keyring: Keyring, response_id: str, sealed: Mapping[str, tuple[int, bytes]]) -> None:
        self._keyring = keyring
        self._response_id = response_id
        self._sealed = sealed
        self._opened: dict[str, DraftPage] = {}

    def __getitem__(self, page_id: str) -> DraftPage:
        if page_id not in self._opened:
            self._opened[page_id] = _open(self._keyring, self._response_id, page_id, *self._sealed[page_id])
        return self._opened[page_id]

    def __contains__(self, page_id: object) -> bool:
        return page_id in self._sealed

    def __iter__(self) -> Iterator[str]:
        return iter(self._sealed)

    def __len__(self) -> int:
        return len(self._sealed)


def page(transaction: Transaction, keyring: Keyring, response_id: str, page_id: str) -> DraftPage | None:
    """Return one saved page, or None."""
    rows = _ONE.within(transaction, of_response=response_id, of_page=page_id)
    return _open(keyring, *rows[0]) if rows else None


def save(transaction: Transaction, keyring: Keyring, draft: DraftPage, now: datetime) -> bool:
    """Save a page on top of the revision before ``draft.revision``; False if something else stands there.

    One statement, so that of two saves at once the second finds what the first wrote.
    """
    saved = _SAVE.within(
        transaction,
        response_id=draft.response_id,
        page_id=draft.page_id,
        revision=draft.revision,
        document=keyring.seal(to_document(draft), _bound_to(draft.response_id, draft.page_id)),
        saved_at=now,
    )
    return bool(saved)


def remove(session: Session, response_ids: Collection[str]) -> None:
    """Remove all saved pages of these responses."""
    session.execute(delete(ResponsePage).where(ResponsePage.response_id.in_(response_ids)))


def gather(questionnaire: Questionnaire, saved: Mapping[str, DraftPage]) -> Answers:
    """Put the saved pages of one questionnaire (page id -> draft) together.

    Raises AnswersError for a stored answer that its item can't take, which would be a mistake of ours.
    """
    documents = {page_id: {"answers": draft.answers, "skipped": draft.skipped} for page_id, draft in saved.items()}
    return read_answers(questionnaire, documents)


def _bound_to(response_id: str, page_id: str) -> str:
    return f"response_page:{response_id}:{page_id}"


def to_document(draft: DraftPage) -> dict[str, object]:
    """Return a draft as it stands in a sealed document; `from_document` reads it back."""
    return {
        "answers": dict(draft.answers),
        "skipped": draft.skipped,
        "shown": sorted(draft.shown),
        "visit": draft.visit,
        "language": draft.language,
    }


def _open(keyring: Keyring, response_id: str, page_id: str, revision: int, sealed: bytes) -> DraftPage:
    return from_document(response_id, page_id, revision, keyring.open(sealed, _bound_to(response_id, page_id)))


def from_document(response_id: str, page_id: str, revision: int, document: Mapping[str, Any]) -> DraftPage:
    """Return the draft that a sealed document holds."""
    return DraftPage(
        response_id=response_id,
        page_id=page_id,
        revision=revision,
        answers=document["answers"],
        skipped=document["skipped"],
        shown=frozenset(document["shown"]),
        visit=document["visit"],
        language=document.get("language", ""),
    )

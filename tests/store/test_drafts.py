"""Saved pages in the database: one upsert on the revision that was seen, sealed for their place."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import select, update

from screening.intake.reading import begun
from screening.store import drafts
from screening.store.crypto import SealError
from screening.store.drafts import DraftPage
from screening.store.tables import Response, ResponsePage
from tests.support.clinic import NOW, Clinic


@pytest.fixture
def draft(clinic: Clinic) -> DraftPage:
    """A page of a response that was begun, not saved yet."""
    invited = clinic.invite()
    clinic.begin(invited.invitation_id)
    with clinic.store.read() as session:
        response_id = session.scalars(select(Response.id)).one()
    return DraftPage(
        response_id=response_id,
        page_id="feelings",
        revision=1,
        answers={"numb": True, "numb_when": "Mornings."},
        skipped=False,
        shown=frozenset({"numb", "numb_when"}),
        visit="first",
    )


def save(clinic: Clinic, draft: DraftPage) -> bool:
    with clinic.store.write() as session:
        return drafts.save(session, clinic.store.keyring, draft, NOW)


def load(clinic: Clinic, draft: DraftPage) -> DraftPage | None:
    with clinic.store.read() as session:
        return drafts.page(session, clinic.store.keyring, draft.response_id, draft.page_id)


def test_what_was_saved_comes_back(clinic: Clinic, draft: DraftPage) -> None:
    assert load(clinic, draft) is None
    assert save(clinic, draft)
    assert load(clinic, draft) == draft


def test_a_save_stands_on_the_revision_that_it_saw(clinic: Clinic, draft: DraftPage) -> None:
    save(clinic, draft)
    second = replace(draft, revision=2, answers={"numb": False})
    assert save(clinic, second)
    assert not save(clinic, replace(draft, answers={}))
    assert not save(clinic, replace(draft, revision=2, answers={}))
    assert not save(clinic, replace(draft, revision=4, answers={}))
    assert load(clinic, draft) == second


def test_a_page_opens_only_in_its_own_place(clinic: Clinic, draft: DraftPage) -> None:
    save(clinic, draft)
    with clinic.store.write() as session:
        session.execute(update(ResponsePage).values(page_id="closeness"))
    with pytest.raises(SealError):
        load(clinic, replace(draft, page_id="closeness"))


def test_pages_of_an_invitation_are_its_own(clinic: Clinic, draft: DraftPage) -> None:
    save(clinic, draft)
    other = clinic.invite(record_number="B-2").invitation_id
    clinic.begin(other)
    with clinic.store.read() as session:
        own = session.scalars(select(Response.invitation_id).where(Response.id == draft.response_id)).one()
        of_own, of_other = (begun(session, clinic.store.keyring, of) for of in (own, other))
        assert [dict(response.saved) for response in of_own] == [{draft.page_id: draft}]
        assert [dict(response.saved) for response in of_other] == [{}]


def test_removing_leaves_nothing(clinic: Clinic, draft: DraftPage) -> None:
    save(clinic, draft)
    with clinic.store.write() as session:
        drafts.remove(session, [draft.response_id])
    assert load(clinic, draft) is None

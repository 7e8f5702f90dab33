"""Saving a page: kept, hidden, never overwritten unseen."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select

from screening import invitations
from screening.intake import consent, saving
from screening.intake.reading import Closed
from screening.intake.saving import PageConflict, Posted
from screening.intake.sitting import PageState
from screening.store import audit
from screening.store.tables import (
    AuditEvent,
    ResponsePage,
)
from tests.support.clinic import NOW, Clinic
from tests.support.visitor import WHEN, Visitor, at_once, begin


def test_a_saved_page_is_there_again(practice: Clinic) -> None:
    visitor = begin(practice)
    visitor.save(1, hope="Rain.", plants=["rose", {"other": "Figs"}])
    page = visitor.page(1)
    assert page.answers == {"hope": "Rain.", "plants": ["rose", {"other": "Figs"}]}
    assert (page.state, page.revision) == (PageState.SAVED, 1)
    assert visitor.page(2).state is PageState.NOT_STARTED


def test_pages_of_several_questionnaires_are_one_sequence(practice: Clinic) -> None:
    visitor = begin(practice, "coping", "garden")
    pages = visitor.sitting().pages
    assert [(page.number, page.position, page.page.id) for page in pages] == [
        (1, 1, "page"),
        (2, 2, "hopes"),
        (3, 3, "weeds"),
        (4, 4, "fence"),
    ]
    assert pages[1].question_numbers["hope"] == 1


def test_an_answer_brings_up_a_page_and_takes_it_away_again_and_what_was_typed_is_kept(practice: Clinic) -> None:
    visitor = begin(practice)
    assert [page.number for page in visitor.sitting().pages] == [1, 2, 3]
    visitor.save(2, often="most")
    assert [page.number for page in visitor.sitting().pages] == [1, 2, 3, 4]
    visitor.save(4, since="2020")
    visitor.save(2, often="never")
    assert [page.number for page in visitor.sitting().pages] == [1, 2, 3]
    visitor.save(2, often="most")
    assert visitor.page(4).answers == {"since": "2020"}


def test_answers_to_questions_that_were_not_on_the_screen_are_kept(practice: Clinic) -> None:
    visitor = begin(practice)
    visitor.save(2, often="most")
    visitor.save(2, often="most", which="Dandelion")
    page = visitor.page(2)
    posted = Posted(answers={"often": "never"}, shown=frozenset({"often"}), revision=page.revision)
    saving.save_page(practice.store, visitor.actor, page, posted, visit="first", **WHEN)
    assert visitor.page(2).answers == {"often": "never", "which": "Dandelion"}


def test_answering_anew_lets_the_earlier_answers_of_the_page_go(practice: Clinic) -> None:
    visitor = begin(practice)
    visitor.save(2, often="most")
    visitor.save(2, often="most", which="Dandelion")
    page = visitor.page(2)
    posted = Posted(answers={"often": "never"}, shown=frozenset({"often"}), revision=page.revision, anew=True)
    saving.save_page(practice.store, visitor.actor, page, posted, visit="second", **WHEN)
    assert visitor.page(2).answers == {"often": "never"}


def test_follow_ups_are_what_the_new_answers_bring_up_on_the_same_page(practice: Clinic) -> None:
    visitor = begin(practice)
    before = visitor.sitting()
    saved = visitor.save(2, often="most")
    after = before.saving(before.pages[1], saved)
    assert [item.id for item in after.pages[1].not_yet_shown] == ["which", "hours"]
    assert after.pages == visitor.sitting().pages
    assert visitor.page(2).state is PageState.MORE
    visitor.save(2, often="most", which="Dandelion")
    assert visitor.page(2).state is PageState.SAVED


def test_a_skipped_page_is_told_apart(practice: Clinic) -> None:
    visitor = begin(practice)
    visitor.skip(3)
    assert visitor.page(3).state is PageState.SKIPPED
    assert visitor.page(3).answers == {}


def test_a_page_that_was_saved_elsewhere_is_not_overwritten(practice: Clinic) -> None:
    visitor = begin(practice)
    tab = Visitor(practice.store, visitor.actor.id)
    visitor.save(1, hope="Rain.")
    with pytest.raises(PageConflict) as conflict:
        tab.save(1, revision=0, hope="Sun.")
    assert conflict.value.current is not None
    assert conflict.value.current.answers == {"hope": "Rain."}
    assert visitor.page(1).answers == {"hope": "Rain."}
    tab.save(1, revision=1, hope="Sun.")
    assert visitor.page(1).answers == {"hope": "Sun."}


def test_the_same_again_is_saved_already(practice: Clinic) -> None:
    visitor = begin(practice)
    visitor.save(1, hope="Rain.")
    assert visitor.save(1, revision=0, hope="Rain.").revision == 1
    assert visitor.page(1).revision == 1


def test_hidden_answers_can_not_be_guessed_by_saving_the_same(practice: Clinic) -> None:
    visitor = begin(practice)
    visitor.save(1, hope="Rain.")
    stranger = Visitor(practice.store, visitor.actor.id, visit="another")
    with pytest.raises(PageConflict):
        stranger.save(1, revision=0, hope="Rain.")


def test_of_two_saves_at_once_one_is_told_of_the_other(practice: Clinic) -> None:
    visitor = begin(practice)
    page = visitor.page(1)

    def save(text: str) -> Callable[[], Any]:
        posted = Posted(answers={"hope": text}, shown=frozenset({"hope", "plants"}), revision=0)
        return lambda: saving.save_page(practice.store, visitor.actor, page, posted, visit="first", **WHEN)

    results = at_once(*[save(f"Text {number}") for number in range(4)])
    assert sum(isinstance(result, PageConflict) for result in results) == 3
    (saved,) = [result for result in results if not isinstance(result, Exception)]
    assert visitor.page(1).answers == saved.answers


def test_a_double_click_saves_once_and_both_are_told_so(practice: Clinic) -> None:
    visitor = begin(practice)
    page = visitor.page(1)
    posted = Posted(answers={"hope": "Rain."}, shown=frozenset({"hope", "plants"}), revision=0)
    results = at_once(
        *[lambda: saving.save_page(practice.store, visitor.actor, page, posted, visit="first", **WHEN)] * 3
    )
    assert [result.revision for result in results] == [1, 1, 1]
    saves = [action for action, _ in practice.actions(f"invitation:{visitor.actor.id}") if action == "save_page"]
    assert len(saves) == 1


def test_a_save_is_on_record_with_no_answer_in_it(practice: Clinic) -> None:
    visitor = begin(practice)
    visitor.save(1, hope="Rain.")
    with practice.store.read() as session:
        saved = session.scalars(select(AuditEvent).where(AuditEvent.action == "save_page")).one()
    assert saved.detail == {"page": 1, "revision": 1}


def test_what_can_not_be_put_on_record_is_not_saved(practice: Clinic, monkeypatch: pytest.MonkeyPatch) -> None:
    visitor = begin(practice)

    def fail(*_args: Any, **_kwargs: Any) -> int:
        raise RuntimeError("no room for an event")

    monkeypatch.setattr(audit, "record", fail)
    with pytest.raises(RuntimeError):
        visitor.save(1, hope="Rain.")
    monkeypatch.undo()
    assert visitor.page(1).saved is None


def test_answers_stand_in_the_database_as_cipher_text_only(practice: Clinic) -> None:
    visitor = begin(practice)
    visitor.save(1, hope="A hedgehog under the elder.")
    with practice.store.read() as session:
        sealed = session.scalars(select(ResponsePage.document)).one()
    assert b"hedgehog" not in sealed


def test_nothing_is_saved_for_an_invitation_that_ended(practice: Clinic) -> None:
    visitor = begin(practice)
    page = visitor.page(1)
    invitations.cancel(practice.store, practice.desk, visitor.actor.id, now=NOW)
    posted = Posted(answers={"hope": "Rain."}, shown=frozenset({"hope"}), revision=0)
    with pytest.raises(Closed):
        saving.save_page(practice.store, visitor.actor, page, posted, visit="first", **WHEN)
    with pytest.raises(Closed):
        visitor.sitting()


def test_earlier_answers_are_shown_only_in_the_sitting_in_which_they_were_typed(practice: Clinic) -> None:
    visitor = begin(practice)
    visitor.save(1, hope="Rain.")
    here = visitor.sitting()
    assert not here.hides(visitor.page(1), "first")
    assert here.hides(visitor.page(1), "second")
    assert not here.hides(visitor.page(2), "second")


def test_always_hide_hides_in_the_same_sitting_too(practice: Clinic) -> None:
    visitor = begin(practice)
    consent.choose_privacy(practice.store, visitor.actor, always_hide=True, **WHEN)
    visitor.save(1, hope="Rain.")
    assert visitor.sitting().hides(visitor.page(1), "first")

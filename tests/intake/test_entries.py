"""Entries as they were posted, put together with those that were saved before."""

from __future__ import annotations

from typing import Any

from screening.intake.entries import PostedEntries, PostedEntry

SAVED: list[dict[str, Any]] = [{"name": "Gala", "since": "2020"}, {"name": "Boskoop"}, {"name": "Rubens"}]


def entry(saved_as: int = 0, **answers: Any) -> PostedEntry:
    """Return an entry on whose screen stood the name alone."""
    return PostedEntry(answers, frozenset({"name"}), saved_as)


def test_what_was_not_on_the_screen_stays_with_its_entry() -> None:
    posted = PostedEntries([entry(2, name="Boskoop"), entry(1, name="Royal Gala"), entry(name="Idared")])
    assert posted.merged(SAVED) == [
        {"name": "Boskoop"},
        {"since": "2020", "name": "Royal Gala"},
        {"name": "Idared"},
    ]


def test_an_entry_that_is_not_posted_is_gone_unless_only_new_questions_were_shown() -> None:
    only_one = [entry(2, name="Idared")]
    assert PostedEntries(only_one).merged(SAVED) == [{"name": "Idared"}]
    assert PostedEntries(only_one, others_stay=True).merged(SAVED) == [SAVED[0], {"name": "Idared"}, SAVED[2]]


def test_what_was_shown_once_goes_with_its_entry() -> None:
    posted = PostedEntries([entry(2, name="Boskoop"), entry(1, name="Gala")])
    shown = {"sorts/1/name", "sorts/1/since", "sorts/2/name", "others/1/name"}
    assert set(posted.shown_keys("sorts", 3, shown)) == {"sorts/1/name", "sorts/2/name", "sorts/2/since"}


def test_an_entry_of_a_save_that_is_gone_counts_as_new() -> None:
    assert PostedEntries([entry(3, name="Rubens")]).merged(SAVED[:1]) == [{"name": "Rubens"}]
    assert PostedEntries([entry(3, name="Rubens")], others_stay=True).merged(SAVED[:1]) == [
        SAVED[0],
        {"name": "Rubens"},
    ]


def test_the_same_entries_are_told_from_others() -> None:
    same = PostedEntries([entry(1, name="Gala"), entry(2, name="Boskoop"), entry(name="Rubens")])
    assert same.stand_in(SAVED)
    assert not same.stand_in(SAVED[:2])
    assert not PostedEntries([entry(1, name="Gala"), entry(2), entry(3, name="Rubens")]).stand_in(SAVED)

"""In an entry of a group that repeats, too, a follow-up that was never on the screen is not one that was left blank."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from screening.answers import State
from screening.intake.reading import begun_on
from screening.intake.sending import pages_on_path
from screening.intake.sitting import shown_key
from screening.path import entries_of, state_in_entry, walk
from screening.store.drafts import DraftPage
from screening.store.responses import read_answers
from tests.support.definitions import fixture

ALWAYS = ("medicine", "dose", "taken", "changed")
FORM = fixture("group_repeats")
GROUP = next(item for item in FORM.items() if item.id == "medicines")


def states(entries: list[dict[str, Any]], shown: Collection[str]) -> list[dict[str, State]]:
    """Send a page with these entries, of which these keys were on the screen; return the states that are read back."""
    page_id = FORM.pages[0].id
    draft = DraftPage(
        response_id="r" * 32,
        page_id=page_id,
        revision=1,
        answers={"any_medicine": True, "medicines": entries},
        skipped=False,
        shown=frozenset({"any_medicine", "medicines", "medicine_help", *shown}),
        visit="first",
        language="en",
    )
    begun = begun_on("r" * 32, FORM, ("h", None), (), {page_id: draft}, "en")
    answers = read_answers(FORM, pages_on_path(begun))
    asked = walk(FORM, answers).entries["medicines"]
    return [
        {item.id: state_in_entry(item, entry, path) for item in GROUP.children if item.asks}
        for entry, path in zip(entries_of(answers.values["medicines"]), asked, strict=True)
    ]


def keys(place: int, *item_ids: str) -> set[str]:
    return {shown_key("medicines", place, item_id) for item_id in item_ids}


def test_a_follow_up_that_was_not_on_the_screen_was_not_reached() -> None:
    entries = [{"medicine": "Iron", "changed": True}, {"medicine": "Aspirin", "changed": True}]
    first, second = states(entries, keys(1, *ALWAYS) | keys(2, *ALWAYS, "changed_when"))
    assert (first["changed_when"], second["changed_when"]) == (State.NOT_REACHED, State.BLANK)
    assert first["dose"] is second["dose"] is State.BLANK


def test_an_entry_that_falls_away_moves_no_state_to_another() -> None:
    only_off_the_path = {"need_often": "Rarely", "taken": ["morning"]}
    off = {"changed_when": "2024"}
    entries = [off, {"medicine": "Iron", "changed": True}, only_off_the_path]
    found = states(entries, keys(2, *ALWAYS) | keys(3, *ALWAYS))
    assert [entry["changed_when"] for entry in found] == [State.NOT_REACHED, State.NOT_ASKED]


def test_what_was_saved_before_that_was_noted_stays_blank() -> None:
    (entry,) = states([{"medicine": "Iron", "changed": True}], ())
    assert entry["changed_when"] is State.BLANK

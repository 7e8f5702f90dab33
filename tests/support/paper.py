"""Somebody who types in paper forms, as the use cases see it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from screening.intake.saving import Posted
from screening.intake.sending import Helper
from screening.intake.sitting import SittingPage
from screening.paper import saving, typing_in
from screening.paper.typing_in import Typing
from screening.store.audit import Actor
from screening.store.engine import Store
from tests.support.clinic import NOW, ZONE

SIGNED_ON = date(2026, 5, 3)


class Typist:
    """Types in the form of one invitation."""

    def __init__(self, store: Store, invitation_id: str, actor: Actor) -> None:
        self.store = store
        self.invitation_id = invitation_id
        self.actor = actor

    def begin(self, signed_on: date | None = SIGNED_ON, **versions: str) -> None:
        task = typing_in.task(self.store, self.actor, self.invitation_id, now=NOW)
        printed = {form.questionnaire_id: form.versions[0] for form in task.forms} | versions
        typing_in.begin(
            self.store, self.actor, self.invitation_id, signed_on=signed_on, versions=printed, now=NOW, zone=ZONE
        )

    def typing(self) -> Typing:
        found = typing_in.view(self.store, self.actor, self.invitation_id)
        assert found is not None
        return found

    def page(self, number: int) -> SittingPage:
        found = self.typing().sitting.any_page(number)
        assert found is not None
        return found

    def types(self, number: int, revision: int | None = None, *, skipped: bool = False, **answers: Any) -> None:
        page = self.page(number)
        posted = Posted(
            answers=answers,
            shown=frozenset(item.id for item in page.items),
            revision=page.revision if revision is None else revision,
            skipped=skipped,
        )
        typing_in.save_page(self.store, self.actor, self.typing(), page, posted, now=NOW)

    def saves(self, helper: Helper | None = None) -> None:
        saving.save(self.store, self.actor, self.invitation_id, helper=helper, now=NOW, zone=ZONE)

    def does_it_all(self, pages: Mapping[int, Mapping[str, Any]]) -> None:
        """Begin, type in these pages, and save."""
        self.begin()
        for number, answers in pages.items():
            self.types(number, **answers)
        self.saves()

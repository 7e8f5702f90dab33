"""A patient as the use cases see one: agrees, saves pages, sends; and several things done at once."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from screening.intake import consent, reading, saving, sending
from screening.intake.consent import Consent
from screening.intake.saving import Posted
from screening.intake.sitting import Sitting, SittingPage
from screening.store.audit import Actor
from screening.store.engine import Store
from screening.store.tables import Invitation
from tests.support.clinic import NOW, ZONE, Clinic

TEXT = Consent(version="1", language="en", text="Your answers are read by your clinician.")
WHEN: Mapping[str, Any] = {"now": NOW, "zone": ZONE}


class Visitor:
    """A patient who has agreed, in one sitting; ``visit`` marks it."""

    def __init__(self, store: Store, invitation_id: str, visit: str = "first", language: str = "en") -> None:
        self.store = store
        self.actor = Actor("patient", invitation_id, "198.51.100.4")
        self.visit = visit
        self.language = language

    def sitting(self) -> Sitting:
        return reading.view(self.store, self.actor, language=self.language, **WHEN)

    def page(self, number: int) -> SittingPage:
        found = self.sitting().any_page(number)
        assert found is not None
        return found

    def save(self, number: int, revision: int | None = None, *, anew: bool = False, **answers: Any) -> Any:
        """Save a page as it is asked now, all questions shown, with these answers."""
        page = self.page(number)
        posted = Posted(
            answers=answers,
            shown=frozenset(item.id for item in page.items),
            revision=page.revision if revision is None else revision,
            anew=anew,
        )
        return saving.save_page(self.store, self.actor, page, posted, visit=self.visit, **WHEN)

    def skip(self, number: int) -> None:
        page = self.page(number)
        posted = Posted(answers={}, shown=frozenset(), revision=page.revision, skipped=True)
        saving.save_page(self.store, self.actor, page, posted, visit=self.visit, **WHEN)

    def send(self) -> bool:
        return sending.submit(self.store, self.actor, **WHEN)


def begin(practice: Clinic, *questionnaires: str, visit: str = "first", language: str = "en") -> Visitor:
    """Invite a patient who agrees, in a language that the questionnaires have."""
    invited = practice.invite(questionnaires=questionnaires or ("garden",), language=language)
    visitor = Visitor(practice.store, invited.invitation_id, visit, language)
    consent.agree(practice.store, visitor.actor, replace(TEXT, language=language), **WHEN)
    return visitor


def invitation(practice: Clinic, visitor: Visitor) -> Invitation:
    with practice.store.read() as session:
        return session.get_one(Invitation, visitor.actor.id)


def at_once(*actions: Callable[[], Any]) -> list[Any]:
    """Run the actions in threads that start together; return what each returned or raised."""
    results: list[Any] = [None] * len(actions)
    start = threading.Barrier(len(actions))

    def run(place: int, action: Callable[[], Any]) -> None:
        start.wait()
        try:
            results[place] = action()
        except Exception as error:  # noqa: BLE001  # the test looks at it
            results[place] = error

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(actions)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results

"""A clinician by keyboard alone: from the worklist to a response, its note, the sign-off and the next patient."""

from __future__ import annotations

from collections.abc import Callable

from screening.demo.practice import PASSWORD
from tests.support.journey import NOVAK, Member
from tests.support.keyboard import Keyboard


def test_a_response_is_read_noted_and_signed_off_by_keyboard(member: Callable[..., Member]) -> None:
    clinician = member()
    keyboard = Keyboard(clinician.page)
    clinician.opens("/clinic/")
    assert keyboard.name() == "E-mail address"
    keyboard.types(NOVAK)
    keyboard.presses("Tab")
    keyboard.types(PASSWORD)
    keyboard.presses("Enter")
    clinician.sees("My worklist")

    keyboard.tabs_to("Skip to the main content")
    keyboard.presses("Enter")
    keyboard.tabs_to("Before your follow-up visit, Irina Sokolova")
    keyboard.presses("Enter")
    clinician.sees("Irina Sokolova")

    keyboard.tabs_to("Skip to note and sign-off")
    keyboard.presses("Enter", "Tab")
    assert keyboard.name() == "Note"
    keyboard.types("Her sister, first.")
    keyboard.tabs_to("Save note")
    keyboard.presses("Enter")
    clinician.reads("Last saved by Dr A. Novak")
    assert clinician.typed("Note") == "Her sister, first."

    keyboard.tabs_to("Sign off and next patient")
    keyboard.presses("Enter")
    clinician.sees("Grace Okafor")
    clinician.reads("Signed off: Irina Sokolova, Before your follow-up visit.", "Not yet reviewed")

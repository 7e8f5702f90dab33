"""A paper form from the patient who declined online to the sign-off: typed in, rejected, typed in again, confirmed."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from screening import staff
from screening.demo.practice import PASSWORD
from screening.store.audit import Actor
from tests.support.browser import DESKTOP, SMALL_PHONE_NO_SCRIPT, Way
from tests.support.journey import ADMIN, NOVAK, Member, Running
from tests.support.rendered import OF_PAPER, rendered

TYPIST = "tina@demo.example"
FORM = "detachment-checkin"
TITLE = "Before your follow-up visit"
_SYSTEM = Actor(kind="system", id="test", origin="", roles=frozenset())


@pytest.mark.parametrize("way", [DESKTOP, SMALL_PHONE_NO_SCRIPT], ids=lambda way: way.name)
def test_a_paper_form_is_typed_in_compared_and_signed_off(
    practice: Running, member: Callable[..., Member], way: Way
) -> None:
    practice.invite(FORM)
    staff.create_staff(
        practice.store,
        _SYSTEM,
        email=TYPIST,
        name="Tina Typist",
        roles={"front_desk"},
        password=PASSWORD,
        now=practice.clock.now,
        is_own_password=True,
    )
    with rendered(practice.app) as seen:
        the_administrator_gives_the_right(member(way))
        typist, clinician = member(way), member(way)
        typist.signs_in(TYPIST)
        types_the_form_in(typist, "Her sleep.")
        the_clinician_rejects_it(clinician)
        typist.opens("/clinic/paper/")
        typist.reads("Paper form to be typed in again")
        types_the_form_in(typist, "My sleep.")
        the_clinician_confirms_it(clinician)
    assert OF_PAPER - seen == set()


def the_administrator_gives_the_right(admin: Member) -> None:
    admin.signs_in(ADMIN)
    admin.follow("Tina Typist")
    admin.page.get_by_label("Transcriber").check()
    admin.press("Save roles and rights")
    admin.reads("Roles and rights are changed")
    admin.look_over("an account with the right to type in")


def types_the_form_in(typist: Member, hope: str) -> None:
    typist.follow("Paper forms")
    typist.sees("Paper forms to type in")
    typist.follow("Mira Lindqvist")
    typist.sees("Paper form of Mira Lindqvist")
    typist.press("Start typing")
    typist.sees("Paper form of Mira Lindqvist", "paper start, all missing")
    group = typist.page.get_by_role("group", name="When did the patient sign")
    for part, value in (("Day", 3), ("Month", 5), ("Year", 2026)):
        group.get_by_label(part).fill(str(value))
    typist.page.get_by_label("Name and date of birth on the paper are those above").check()
    typist.press("Start typing")
    typist.look_over("a page to type in")
    typist.page.get_by_role("textbox").first.fill(hope)
    keep(typist, "Keep and continue")
    typist.look_over("a page of choices to type in")
    typist.page.get_by_label("Every day").first.check()
    keep(typist, "Keep and stop")
    typist.look_over("how far the typing has come")
    typist.press("Look it over and save it")
    typist.sees("Look over the paper form of Mira Lindqvist")
    typist.reads(hope)
    typist.press("Save the paper form")
    typist.sees("Paper forms to type in", "paper forms, saved")
    typist.reads("The paper form is saved.")


def keep(typist: Member, button: str) -> None:
    typist.page.get_by_role("button", name=button).last.click()


def the_clinician_rejects_it(clinician: Member) -> None:
    clinician.signs_in(NOVAK)
    clinician.look_over("worklist with a paper form")
    clinician.reads("Typed in from paper, not yet compared with it")
    clinician.reads_what_was_sent("Mira Lindqvist", TITLE)
    clinician.sees("Mira Lindqvist", "typed in, not confirmed")
    clinician.reads("not yet confirmed against the paper", "Compare it with the paper form first")
    clinician.press("Confirm")
    clinician.look_over("typed in, not compared")
    clinician.page.get_by_text("It is mistyped").click()
    clinician.type("What is mistyped?", "It says “My sleep”, not “Her sleep”.")
    clinician.press("Reject it")
    clinician.sees("Mira Lindqvist", "rejected")
    clinician.reads("Rejected. The paper form can be typed in again", "It says “My sleep”, not “Her sleep”.")
    clinician.opens("/clinic/")
    clinician.look_over("worklist with a rejected paper form")


def the_clinician_confirms_it(clinician: Member) -> None:
    clinician.opens("/clinic/")
    clinician.reads_what_was_sent("Mira Lindqvist", TITLE)
    clinician.page.get_by_label("I compared it with the paper form").press("Space")
    clinician.press("Confirm")
    clinician.reads("compared with the paper form by Dr A. Novak")
    clinician.look_over("typed in, confirmed")
    clinician.press("Sign off")
    clinician.reads("Reviewed by Dr A. Novak")
    clinician.downloads()

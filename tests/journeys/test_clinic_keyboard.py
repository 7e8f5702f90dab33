"""What staff do less often, by keyboard alone: add, open again, hand on, compare paper, ask for an answer first."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from io import BytesIO
from zipfile import ZipFile

from screening import staff
from screening.demo.practice import PASSWORD
from screening.store.access import FRONT_DESK, TRANSCRIBER
from screening.store.audit import Actor
from screening.web import context
from tests.journeys.test_waiting import a_worker_is_seen, let_pages_stand
from tests.support import pdf
from tests.support.journey import ADMIN, NOVAK, Member, Running
from tests.support.keyboard import Keyboard
from tests.support.paper import Typist

FOLLOW_UP, PEOPLE = "Before your follow-up visit", "People in your life, and what helps"
ADDED = "Heard from her sister since."
REASON = "Signed before it was read to the end."
WITHHOLD = "Leave out the sensitive pages and the clinic’s notes"
_SYSTEM = Actor(kind="system", id="test", origin="", roles=frozenset())


def test_a_response_is_added_to_opened_again_and_handed_on_by_keyboard(
    practice: Running, member: Callable[..., Member]
) -> None:
    let_pages_stand(practice)
    a_worker_is_seen(practice)
    clinician, keyboard = signed_in(member, NOVAK, "My worklist")
    opens_what_was_sent(clinician, keyboard, PEOPLE, "Grace Okafor")
    it_is_signed_off(clinician, keyboard)
    the_worker_does_all(practice)
    it_is_added_to(clinician, keyboard)
    it_is_opened_again(clinician, keyboard)
    a_copy_is_made_for_others(practice, clinician, keyboard)
    a_days_file_is_asked_for(practice, clinician, keyboard)


def test_a_paper_form_that_somebody_else_typed_is_confirmed_by_keyboard(
    practice: Running, member: Callable[..., Member]
) -> None:
    practice.invite("detachment-checkin")
    typist = {"email": "tina@demo.example", "name": "Tina Typist", "roles": {FRONT_DESK, TRANSCRIBER}}
    staff_id = staff.create_staff(practice.store, _SYSTEM, **typist, password=PASSWORD, now=practice.clock.now)
    tina = Actor("staff", str(staff_id), "192.0.2.7", typist["roles"], typist["name"])
    Typist(practice.store, practice.invitation_id, tina).does_it_all({1: {}})

    clinician, keyboard = signed_in(member, NOVAK, "My worklist")
    opens_what_was_sent(clinician, keyboard, FOLLOW_UP, "Mira Lindqvist")
    keyboard.tabs_back_to("Paper form")
    keyboard.presses("Enter")
    keyboard.tabs_to("Confirm")
    keyboard.presses("Enter")
    keyboard.is_told("Compare it with the paper form, and confirm that you did.", "I compared it with the paper form")
    keyboard.presses("Space")
    keyboard.tabs_to("Confirm")
    keyboard.presses("Enter")
    clinician.reads("compared with the paper form by Dr A. Novak")
    it_is_signed_off(clinician, keyboard)


def test_an_answer_is_asked_for_first_and_no_longer_by_keyboard(member: Callable[..., Member]) -> None:
    admin, keyboard = signed_in(member, ADMIN, "Staff")
    keyboard.tabs_to("Questionnaires")
    keyboard.presses("Enter")
    admin.sees("Questionnaires")
    keyboard.skips_to("the main content")
    keyboard.tabs_to("Answers that somebody asked to see first")
    keyboard.presses("Enter")
    admin.sees("Asked to see first")
    admin.reads("Nothing is asked for.")
    keyboard.skips_to("the main content")
    keyboard.tabs_to(FOLLOW_UP)
    keyboard.presses("Enter")
    admin.reads("Question and exact answer")

    keyboard.tabs_back_to("Show it first")
    keyboard.presses("Enter")
    keyboard.is_told("Choose an answer.", "Question and exact answer")
    keyboard.presses("ArrowDown", "ArrowDown", "ArrowUp")
    keyboard.tabs_to("Which clinician asks for it?")
    keyboard.types("Dr A. Novak")
    keyboard.tabs_to("Show it first")
    keyboard.presses("Enter")
    admin.reads("It stands at the top of each response that has this answer", "Never", "Dr A. Novak asked for it")

    keyboard.skips_to("the main content")
    keyboard.tabs_to("End")
    keyboard.presses("Enter")
    admin.reads("It is no longer shown first.", "Nothing is asked for.")


def signed_in(member: Callable[..., Member], email: str, first_page: str) -> tuple[Member, Keyboard]:
    """Sign somebody in, and see where that leads; return who it is and their keyboard."""
    somebody = member()
    somebody.signs_in(email)
    somebody.sees(first_page)
    return somebody, Keyboard(somebody.page)


def opens_what_was_sent(clinician: Member, keyboard: Keyboard, form: str, patient: str) -> None:
    keyboard.skips_to("the main content")
    keyboard.tabs_to(f"{form}, {patient}")
    keyboard.presses("Enter")
    clinician.sees(patient)


def it_is_signed_off(clinician: Member, keyboard: Keyboard) -> None:
    keyboard.tabs_back_to("Sign off")
    keyboard.presses("Enter")
    clinician.reads("Reviewed by Dr A. Novak")


def it_is_added_to(clinician: Member, keyboard: Keyboard) -> None:
    keyboard.skips_to("note and sign-off")
    keyboard.tabs_to("Add to it")
    keyboard.types(ADDED)
    keyboard.tabs_to("Add")
    keyboard.presses("Enter")
    clinician.reads(ADDED)
    assert clinician.typed("Add to it") == ""


def it_is_opened_again(clinician: Member, keyboard: Keyboard) -> None:
    keyboard.tabs_to("Open again for review")
    keyboard.presses("Enter")
    keyboard.tabs_to("Open again")
    keyboard.presses("Enter")
    keyboard.is_told("Write why it is opened again.", "Reason")
    keyboard.types(REASON)
    keyboard.tabs_to("Open again")
    keyboard.presses("Enter")
    clinician.reads(REASON, "Not yet reviewed")


def a_copy_is_made_for_others(practice: Running, clinician: Member, keyboard: Keyboard) -> None:
    keyboard.tabs_back_to("Make a copy for others")
    keyboard.presses("Enter")
    clinician.sees("A copy of the answers of Grace Okafor for others")
    keyboard.skips_to("the main content")
    keyboard.tabs_to(WITHHOLD)
    withhold = clinician.page.get_by_label(WITHHOLD)
    for is_withheld in (False, True):
        keyboard.presses("Space")
        assert withhold.is_checked() == is_withheld
    keyboard.tabs_to("Download the copy")
    keyboard.presses("Enter")
    clinician.sees("The PDF is being made")
    first = pdf.page_texts(fetched(practice, clinician, keyboard, "The PDF is ready"))[0]
    assert "Withheld from this copy: questions" in " ".join(first.split())
    assert ADDED not in first


def a_days_file_is_asked_for(practice: Running, clinician: Member, keyboard: Keyboard) -> None:
    tomorrow = practice.clock.now.date() + timedelta(days=1)  # when Grace Okafor comes
    clinician.opens(f"/clinic/?q=D-1077&day={tomorrow}")
    keyboard.skips_to("the main content")
    for day in ("Day", "Day of the appointments"):
        keyboard.tabs_to(day)
        keyboard.leaves(day)
    keyboard.tabs_to("As a zip of PDFs")
    keyboard.presses("Enter")
    clinician.sees("The reports are being made")
    names = ZipFile(
        BytesIO(fetched(practice, clinician, keyboard, "The reports are ready", "Download the file"))
    ).namelist()
    assert names
    assert all(name.endswith(".pdf") for name in names)


def fetched(
    practice: Running, clinician: Member, keyboard: Keyboard, heading: str, link: str = "Download as PDF"
) -> bytes:
    """Return the file that the page waits for, once it is made and its link pressed."""
    the_worker_does_all(practice)
    keyboard.tabs_to("Look again now")
    keyboard.presses("Enter")
    clinician.sees(heading)
    keyboard.skips_to("the main content")
    keyboard.tabs_to(link)
    return keyboard.downloads()


def the_worker_does_all(practice: Running) -> None:
    """Do what waits in the background, and what had to wait for that."""
    with practice.app.app_context():
        while context.work().do_next():
            practice.clock.advance(seconds=1)

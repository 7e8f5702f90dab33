"""People at a real browser: what they read on a page, which buttons they press, and what is asserted of every page."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from flask import Flask
from playwright.sync_api import Locator, Page, expect

from screening import invitations
from screening.demo.practice import PASSWORD
from screening.invitations import InviteRequest
from screening.staff import find_staff
from screening.store.audit import Actor
from screening.store.engine import Store
from tests.support.browser import Way
from tests.support.clock import Clock
from tests.support.pages import assert_accessible, assert_fits, screenshot

DESK, NOVAK, ADMIN = "desk@demo.example", "clinician@demo.example", "admin@demo.example"
"""The demonstration's front desk, clinician and administrator."""
HORAK = "horak@demo.example"
"""One more clinician."""

_TO_LOAD = 15_000.0
"""Milliseconds that a page may take to come."""

_SYSTEM = Actor(kind="system", id="test", origin="", roles=frozenset())

_NEUTRAL = re.compile(
    r"(Error: |Not saved: )?"
    r"(Page \d+ of \d+, before your visit|(Check your answers, |Send, )?[Bb]efore your visit"
    r"|Your date of birth|Thank you|Something is not right, before your visit)"
)
_IS_IN_VIEW = """element => {
    const line = element.getClientRects()[0];
    const top = document.elementFromPoint(line.x + 4, line.y + line.height / 2);
    return top !== null && (element.contains(top) || top.contains(element));
}"""
_ADDRESSES = re.compile(r"/(i/[\w-]{43}|intake/([a-z]+|pages/\d+)?|exit)")


@dataclass(slots=True)
class Running:
    """The practice of the demonstration, served: where, the application, and its clock."""

    origin: str
    app: Flask
    clock: Clock
    invitation_id: str = ""

    @property
    def store(self) -> Store:
        """Return the store behind the pages."""
        store = self.app.extensions["store"]
        assert isinstance(store, Store)
        return store

    def invite(self, *questionnaires: str, record_number: str = "J-200", language: str = "en") -> str:
        """Invite Mira Lindqvist for tomorrow, without the browser; return the address of her link."""
        settings = self.app.extensions["settings"]
        tomorrow = self.clock.now.astimezone(settings.zone).date() + timedelta(days=1)
        request = InviteRequest(
            record_number=record_number,
            name="Mira Lindqvist",
            birth_date=date(1988, 5, 12),
            clinician_id=find_staff(self.store, _SYSTEM, NOVAK).id,
            appointment_at=datetime.combine(tomorrow, datetime.min.time(), settings.zone).replace(hour=13),
            questionnaires=questionnaires,
            language=language,
        )
        invited = invitations.invite(self.store, _SYSTEM, request, now=self.clock.now, zone=settings.zone)
        self.invitation_id = invited.invitation_id
        return f"{self.origin}/i/{invited.token}" + (f"?language={language}" if language != "en" else "")

    def another_link(self) -> str:
        """Return the address of one more link of the invitation that was made last."""
        zone = self.app.extensions["settings"].zone
        token = invitations.new_link(self.store, _SYSTEM, self.invitation_id, now=self.clock.now, zone=zone)
        return f"{self.origin}/i/{token}"


class Somebody:
    """A person at a browser. Each page that is new to them is looked over once."""

    role = ""

    def __init__(self, page: Page, practice: Running, way: Way) -> None:
        self.page = page
        self.practice = practice
        self.way = way
        self._seen: set[str] = set()

    def sees(self, heading: str, name: str = "") -> None:
        """Assert which page this is, and look it over; ``name`` tells pages with the same heading apart."""
        expect(self.page.locator("h1")).to_have_text(heading, timeout=_TO_LOAD)
        self.look_over(name or heading)

    def look_over(self, name: str) -> None:
        """Assert what holds for every page, and take its picture, if this one was not looked at before."""
        name = re.sub(r"\W+", "-", name.lower()).strip("-")
        if name in self._seen:
            return
        self._seen.add(name)
        screenshot(self.page, f"{self.role}-{len(self._seen):02}-{name}-{self.way.name}")
        self.check()
        assert_fits(self.page)
        assert_accessible(self.page)

    def check(self) -> None:
        """Assert what holds for every page of this person."""

    def opens(self, address: str) -> None:
        """Open an address: a link, or a path of this site."""
        self.page.goto(f"{self.practice.origin}{address}" if address.startswith("/") else address)

    def reads(self, *texts: str) -> None:
        """Assert that these texts can be read on the page, or on the one that is being loaded."""
        for text in texts:
            body = self.page.locator("body")
            expect(body).to_contain_text(text, use_inner_text=True, timeout=_TO_LOAD)

    def does_not_read(self, *texts: str) -> None:
        """Assert that these texts are nowhere on the page, shown or not."""
        content = self.page.content()
        for text in texts:
            assert text not in content

    def press(self, name: str) -> None:
        """Press the button of this name, whether it is a button or a link that looks like one."""
        self.page.get_by_role("button", name=name, exact=True).click()

    def follow(self, name: str, *, exact: bool = True) -> None:
        """Follow the link of this name."""
        self.page.get_by_role("link", name=name, exact=exact).click()

    def type(self, label: str, text: str) -> None:
        """Type into the field of this label."""
        self.page.get_by_label(label, exact=True).fill(text)

    def typed(self, label: str) -> str:
        """Return what stands in the field of this label."""
        return self.page.get_by_label(label, exact=True).input_value()


class Patient(Somebody):
    """Somebody with a link."""

    role = "patient"

    def check(self) -> None:
        """Assert that title and address name no topic, and that exit and help are there."""
        assert _NEUTRAL.fullmatch(self.page.title()), self.page.title()
        assert _ADDRESSES.fullmatch(self.address), self.address
        assert self.page.get_by_role("link", name="Exit this page").is_visible()
        self.reads("No one reads this form right away. If you are in danger now, call 112.")

    @property
    def address(self) -> str:
        """Return the page's address on this site, without what follows "?" or "#"."""
        return re.split(r"[?#]", self.page.url.removeprefix(self.practice.origin))[0]

    def gives_birth_date(self, day: int = 12, month: int = 5, year: int = 1988) -> None:
        """Give a birth date, Mira Lindqvist's unless another one is named."""
        for label, value in (("Day", day), ("Month", month), ("Year", year)):
            self.type(label, str(value))
        self.press("Continue")

    def agrees(self) -> None:
        """Go from the landing page to the topics, looking at nothing on the way."""
        self.press("Start")
        self.press("Continue")
        self.press("Continue")
        self.press("I agree, start")

    def question(self, text: str) -> Locator:
        """Return the question with this text: its fieldset, or the block around its field."""
        return self.page.locator(".question", has_text=text)

    def reads_without_scrolling(self, question: str, *texts: str) -> None:
        """Assert that a question, and these texts of it, are in view, with nothing lying over them."""
        self.page.wait_for_load_state()
        for text in (question, *texts):
            assert self.question(question).get_by_text(text).first.evaluate(_IS_IN_VIEW), f"{text!r} is out of view"

    def chooses(self, question: str, *answers: str) -> None:
        """Choose these answers to a question."""
        for answer in answers:
            self.question(question).get_by_label(answer, exact=True).check()

    def writes(self, question: str, text: str) -> None:
        """Write an answer to a question."""
        self.question(question).get_by_role("textbox").fill(text)

    def chooses_helper(self, answer: str) -> None:
        """Say who helped."""
        self.page.get_by_role("group", name="Did someone help you to answer?").get_by_label(answer).check()

    def declines(self, question: str) -> None:
        """Prefer not to say."""
        self.chooses(question, "Prefer not to say")


class Member(Somebody):
    """A member of staff."""

    role = "staff"

    def signs_in(self, email: str, password: str = PASSWORD) -> None:
        """Sign in; the password is the demonstration's unless another one is named."""
        self.page.goto(f"{self.practice.origin}/clinic/")
        self.sees("Sign in")
        self.type("E-mail address", email)
        self.type("Password", password)
        self.press("Sign in")

    def waiting(self, patient: str) -> Locator:
        """Return the worklist's rows of what this patient sent and nobody has read."""
        unread = self.page.get_by_role("table").filter(has=self.page.get_by_role("columnheader", name="Sent"))
        return unread.get_by_role("row", name=patient)

    def reads_what_was_sent(self, patient: str, form: str) -> None:
        """Open what a patient sent, with one click in the worklist."""
        self.waiting(patient).get_by_role("link", name=form).click()

    def invites(self, *questionnaires: str) -> None:
        """Fill in the form that invites Mira Lindqvist for tomorrow at one, and press the button."""
        for label, text in {
            "Record number": "J-100",
            "Name": "Mira Lindqvist",
            "E-mail address (optional)": "mira@example.org",
            "Time of the appointment": "13:00",
        }.items():
            self.type(label, text)
        for group, (day, month, year) in {
            "Date of birth": (12, 5, 1988),
            "Day of the appointment": (5, 5, 2026),
        }.items():
            for part, value in (("Day", day), ("Month", month), ("Year", year)):
                self.page.get_by_role("group", name=group).get_by_label(part).fill(str(value))
        self.page.get_by_label("Clinician").select_option(label="Dr A. Novak")
        for box in self.page.get_by_role("group", name="Questionnaires").get_by_role("checkbox").all():
            box.uncheck()
        for title in questionnaires:
            self.page.get_by_label(title).check()
        self.press("Invite")

    def downloads(self) -> bytes:
        """Download the report of the response on the page."""
        with self.page.expect_download() as waiting:
            self.follow("Download as PDF")
        content = waiting.value.path().read_bytes()
        assert content.startswith(b"%PDF-")
        return content

"""A form in Arabic from the link to the thanks, on a small phone; and a change of language in the middle of a page."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask import Flask
from playwright.sync_api import Page, expect

from screening.config import HelpNumber
from screening.store import outbox
from tests.journeys.test_waiting import a_worker_is_seen, file_id_of, let_pages_stand, the_worker_does
from tests.support.app import close_app, make_app, make_settings
from tests.support.browser import DESKTOP_NO_SCRIPT, PHONE, Way
from tests.support.clock import Clock
from tests.support.journey import NOVAK, Member, Patient, Running, Somebody
from tests.support.server import serving

SMALL_PHONE = Way("arabic-phone", 360, 740, is_phone=True, javascript=False)
NUMBER = HelpNumber("112", {"en": "Emergency services", "es": "Emergencias", "ar": "الطوارئ"})
WORDS = "أريد أن أفهم لماذا أشعر بالبعد عن الناس."


@pytest.fixture
def practice(demonstration: Path, tmp_path: Path, clock: Clock) -> Iterator[Running]:
    """The demonstration's practice, in three languages."""
    folder = tmp_path / "practice"
    shutil.copytree(demonstration, folder)
    url = f"sqlite:///{folder / 'answers.db'}"

    def build(origin: str) -> Flask:
        settings = make_settings(
            folder,
            url,
            public_origin=origin,
            environment="demo",
            languages=("en", "es", "ar"),
            help_numbers=(NUMBER,),
            patient_copy=True,
        )
        return make_app(settings, clock)

    with serving(build) as (origin, app):
        yield Running(origin, app, clock)
    close_app(app)


class ArabicPatient(Somebody):
    """Somebody with a link, who reads Arabic."""

    role = "patient-arabic"

    def check(self) -> None:
        """Assert that the page runs from right to left, names no topic, and has exit, help and the other languages."""
        assert self.page.locator("html").get_attribute("dir") == "rtl"
        assert self.page.locator("html").get_attribute("lang") == "ar"
        assert re.fullmatch(r"(الصفحة \d+ من \d+، )?[\w :،]*زيارتك|تاريخ ميلادك|شكرًا لك", self.page.title())
        assert self.page.get_by_role("link", name="الخروج من هذه الصفحة").is_visible()
        self.reads("فيرجى الاتصال بالرقم")
        self.does_not_read("No one reads this form", "Save and stop", "Prefer not to say")
        assert self.page.get_by_role("button", name="English", exact=True).is_visible()

    def looks(self, name: str) -> None:
        """Look the page over."""
        self.page.wait_for_load_state()
        self.look_over(name)


def test_a_form_in_arabic_on_a_small_phone(
    new_page: Callable[..., Page], practice: Running, member: Callable[..., Member]
) -> None:
    patient = ArabicPatient(new_page(SMALL_PHONE), practice, SMALL_PHONE)
    patient.opens(practice.invite("detachment-checkin", language="ar"))
    patient.looks("birth date")
    for label, value in (("اليوم", "12"), ("الشهر", "5"), ("السنة", "1988")):
        patient.type(label, value)
    patient.press("متابعة")
    patient.looks("landing")
    patient.press("البدء")
    patient.looks("privacy")
    patient.press("متابعة")
    patient.looks("before")
    patient.press("متابعة")
    patient.looks("agree")
    patient.press("أوافق، لنبدأ")
    patient.looks("topics")
    patient.press("البدء بالموضوع الأول")
    patient.looks("first page")
    patient.page.get_by_role("textbox").first.fill(WORDS)
    patient.press("الحفظ والمتابعة")
    patient.looks("second page")
    patient.page.get_by_label("في معظم الأيام", exact=True).first.check()
    patient.press("الحفظ والمتابعة")
    patient.opens("/intake/check")
    patient.looks("check")
    patient.reads(WORDS, "في معظم الأيام")
    patient.press("المتابعة إلى الإرسال")
    patient.looks("send")
    patient.press("إرسال")
    patient.looks("thanks")
    patient.press("الاطلاع على نسخة")
    patient.looks("copy, birth date")
    for label, value in (("اليوم", "12"), ("الشهر", "5"), ("السنة", "1988")):
        patient.type(label, value)
    patient.press("عرض نسختي")
    patient.looks("copy")
    patient.reads("نسخة من إجاباتك", WORDS, "في معظم الأيام")
    let_pages_stand(practice)
    a_worker_is_seen(practice)
    patient.opens("/intake/copy")
    for label, value in (("اليوم", "12"), ("الشهر", "5"), ("السنة", "1988")):
        patient.type(label, value)
    patient.press("تنزيل كملف PDF")
    patient.looks("copy, file being made")
    the_worker_does(practice, outbox.MAKE_FILE, file_id_of(patient))
    patient.follow("تحقق من جديد الآن")
    patient.looks("copy, file ready")
    patient.reads("ملفك جاهز")

    clinician = member()
    clinician.signs_in(NOVAK)
    clinician.reads_what_was_sent("Mira Lindqvist", "Before your follow-up visit")
    clinician.sees("Mira Lindqvist", "an answer in arabic")
    clinician.reads("Most days", "in Arabic")
    words = clinician.page.get_by_text(WORDS).first
    assert (words.get_attribute("lang"), words.get_attribute("dir")) == ("ar", "rtl")
    clinician.follow("Arabic, as the patient saw it")
    expect(clinician.page.locator("article.report")).to_have_attribute("dir", "rtl")
    clinician.sees("Mira Lindqvist", "as the patient saw it")
    clinician.reads("في معظم الأيام")


@pytest.mark.parametrize("way", [PHONE, DESKTOP_NO_SCRIPT], ids=lambda way: way.name)
def test_the_language_changes_in_the_middle_of_a_page(patient: Patient) -> None:
    patient.opens(patient.practice.invite("detachment-checkin"))
    patient.sees("What is your date of birth?", "birth date with languages")
    patient.gives_birth_date()
    patient.agrees()
    patient.press("Start with the first topic")
    patient.sees("Since your last visit", "a page with languages")
    boxes = patient.page.get_by_role("textbox")
    boxes.nth(0).fill("Nobody at home knows that I am here.")
    patient.press("Español")
    expect(patient.page.locator("html")).to_have_attribute("lang", "es")
    expect(boxes.nth(0)).to_have_value("Nobody at home knows that I am here.")
    boxes.nth(1).fill("Nada nuevo.")
    patient.press("العربية")
    expect(patient.page.locator("html")).to_have_attribute("dir", "rtl")
    expect(boxes.nth(0)).to_have_value("Nobody at home knows that I am here.")
    expect(boxes.nth(1)).to_have_value("Nada nuevo.")
    patient.press("الحفظ والمتابعة")
    patient.press("English")
    patient.sees("How you have been", "in english again")
    patient.follow("Back")
    patient.sees("Since your last visit", "saved")
    expect(boxes.nth(0)).to_have_value("Nobody at home knows that I am here.")
    expect(boxes.nth(1)).to_have_value("Nada nuevo.")

"""Staff work in one language, patients answered in another: reports, the wording that was seen, invitations."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select, update

from screening.answer_fhir import response_to_fhir
from screening.config import HelpNumber, Settings
from screening.reporting import reader_in, report_of
from screening.review import ResponseView, load_response
from screening.store.tables import Invitation, Response, Staff
from tests.support import pdf
from tests.support.app import close_app, make_app
from tests.support.clinic import NOW, ZONE, Clinic
from tests.support.clock import Clock
from tests.support.intake import GARDEN
from tests.support.staff import Member
from tests.support.visitor import begin

NUMBER = HelpNumber("112", {"en": "Emergency services", "es": "Emergencias", "ar": "الطوارئ"})


@pytest.fixture
def database_backend() -> str:
    return "sqlite"


@pytest.fixture
def app(make_settings: Callable[..., Settings], clock: Clock) -> Iterator[Flask]:
    app = make_app(make_settings(languages=("en", "es", "ar"), help_numbers=(NUMBER,)), clock)
    yield app
    close_app(app)


@pytest.fixture
def clinic(app: Flask) -> Clinic:
    made = Clinic(app.extensions["store"])
    made.register(GARDEN.format(version="1"))
    made.approve("garden")
    made.translate("garden", "es")
    made.translate("garden", "ar")
    return made


@pytest.fixture
def desk(app: Flask, clinic: Clinic) -> Member:
    member = Member(app)
    member.sign_in(clinic.desk)
    return member


@pytest.fixture
def response_id(clinic: Clinic) -> str:
    """A response of two pages in Arabic, and one in Spanish."""
    visitor = begin(clinic, language="ar")
    visitor.save(1, hope="أتمنى المطر.", plants=["rose", {"other": "طحلب"}])
    visitor.skip(3)
    visitor.language = "es"
    visitor.save(2, often="some", which="Diente de león")
    visitor.send()
    with clinic.store.read() as session:
        return session.scalars(select(Response.id)).one()


def load(clinic: Clinic, response_id: str, language: str) -> ResponseView:
    return load_response(
        clinic.store, clinic.novak, response_id, clinicians_see="own", now=NOW, zone=ZONE, language=language
    )


def work_in(clinic: Clinic, language: str) -> None:
    with clinic.store.write() as session:
        session.execute(update(Staff).values(language=language))


def article(member: Member) -> str:
    found = re.search(r'<article class="report".*?</article>', member.page.text, re.DOTALL)
    assert found
    return found[0]


def test_the_report_is_in_the_clinicians_language_and_the_patients_words_in_theirs(
    novak: Member, response_id: str
) -> None:
    novak.get(f"/clinic/responses/{response_id}")
    shown = article(novak)
    assert '<article class="report" lang="en-GB" dir="ltr">' in shown
    assert "What do you hope for?" in shown
    assert "(ar) What" not in shown
    assert re.search(r'dir="rtl" lang="ar"[^>]*>\s*أتمنى المطر\.', shown)
    assert re.search(r'<bdi dir="rtl" lang="ar">“طحلب”</bdi>', shown)
    assert re.search(r'<bdi dir="ltr" lang="es">“Diente de león”</bdi>', shown)
    assert "in Arabic and Spanish" in shown
    assert "Arabic translation not reviewed by a clinician" in shown
    assert "Answered in Spanish." in shown
    assert "The patient skipped this page. Answered in Arabic." in shown


def test_the_wording_that_the_patient_saw_is_one_click_away(novak: Member, response_id: str) -> None:
    novak.get(f"/clinic/responses/{response_id}")
    addresses = re.findall(r'href="([^"]+)">[^<]*as the patient saw it', novak.page.text)
    assert addresses == [f"/clinic/responses/{response_id}?language={language}" for language in ("ar", "es")]
    novak.get(addresses[0])
    shown = article(novak)
    assert '<article class="report" lang="ar" dir="rtl">' in shown
    assert "(ar) What do you hope for?" in shown
    assert "كل الأسئلة والإجابات" in shown
    assert "All questions and answers" not in shown
    assert "أتمنى المطر." in shown
    assert f'href="/clinic/responses/{response_id}/report.pdf?language=ar"' in novak.page.text
    assert novak.heading.startswith("Anna Nowak")


def test_a_clinician_who_works_in_spanish_reads_in_spanish(clinic: Clinic, novak: Member, response_id: str) -> None:
    work_in(clinic, "es")
    novak.get(f"/clinic/responses/{response_id}")
    assert '<html lang="es" dir="ltr"' in novak.page.text
    shown = article(novak)
    assert '<article class="report" lang="es" dir="ltr">' in shown
    assert "(es) What do you hope for?" in shown
    assert "«طحلب»" in shown
    assert "Aún sin revisar" in shown


def test_a_language_without_a_translation_leaves_the_questions_as_they_are_and_says_so(clinic: Clinic) -> None:
    (response_id,) = clinic.send(clinic.invite().invitation_id)
    report = report_of(load(clinic, response_id, "es"), reader_in("es", ZONE))
    question = report.sections[0].questions[0]
    assert (question.text.text, question.text.language) == ("Do you feel numb?", "en")
    assert report.labels.all_answers == "Todas las preguntas y respuestas"


def test_a_report_stands_on_the_translation_that_was_frozen(clinic: Clinic, response_id: str) -> None:
    clinic.translate("garden", "es", NOW + timedelta(days=1), hope="¿Qué desea?")
    texts = [item.text for item in load(clinic, response_id, "es").questionnaire.items()]
    assert texts[0] == "(es) What do you hope for?"


def test_the_pdf_marks_the_language_of_the_patients_words(novak: Member, response_id: str) -> None:
    for language, words in (("es", "(es) What do you hope for?"), ("en", "What do you hope for?")):
        novak.get(f"/clinic/responses/{response_id}/report.pdf?language={language}")
        assert novak.page.status_code == 200
        assert words in pdf.text(novak.page.data)
        assert pdf.language(novak.page.data).startswith(language)
        assert "ar" in pdf.languages(novak.page.data)


def test_fhir_marks_the_language_of_the_patients_words(clinic: Clinic, response_id: str) -> None:
    view = load(clinic, response_id, "en")
    resource = response_to_fhir(view.questionnaire, view.answers, page_languages=view.facts.page_languages)
    hopes, weeds = resource["item"][:2]  # type: ignore[index]  # plain JSON
    assert resource["language"] == "en"
    assert hopes["item"][0]["answer"] == [
        {
            "valueString": "أتمنى المطر.",
            "_valueString": {
                "extension": [{"url": "http://hl7.org/fhir/StructureDefinition/language", "valueCode": "ar"}]
            },
        }
    ]
    assert weeds["item"][1]["answer"][0]["_valueString"]["extension"][0]["valueCode"] == "es"
    same = response_to_fhir(
        load(clinic, response_id, "es").questionnaire, view.answers, page_languages=view.facts.page_languages
    )
    assert "_valueString" not in same["item"][1]["item"][1]["answer"][0]  # type: ignore[index]  # plain JSON


def test_who_approves_a_form_can_read_its_translations(novak: Member, clinic: Clinic) -> None:
    clinic.translate("garden", "fr", hope="")
    novak.get("/clinic/questionnaires/garden/1")
    assert "Shown in English." in novak.text
    assert re.search(r">Spanish</a>: Clinically reviewed: no\.", novak.text)
    assert ">French</a>: not offered to new patients; missing: 1, of an earlier wording: 0" in novak.text
    novak.get("/clinic/questionnaires/garden/1?language=es")
    assert "Shown in Spanish." in novak.text
    assert "(es) What do you hope for?" in novak.text
    novak.get("/clinic/questionnaires/garden/1?language=pt")
    assert "Shown in English." in novak.text


def test_everybody_chooses_a_language_to_work_in(novak: Member, clinic: Clinic) -> None:
    novak.get("/clinic/account")
    assert "The practice’s: English" in novak.text
    assert 'href="/clinic/language"' in novak.page.text
    novak.get("/clinic/language")
    assert "The practice’s: English" in novak.text
    novak.press(language="ar")
    assert '<html lang="ar" dir="rtl"' in novak.page.text
    novak.get("/clinic/language")
    novak.press(language="xx")
    assert novak.page.status_code == 422
    novak.get("/clinic/language")
    novak.press(language="")
    assert '<html lang="en" dir="ltr"' in novak.page.text
    assert [action for action, _ in clinic.actions(f"staff:{clinic.novak.id}")][-2:] == ["set_language"] * 2


def test_the_practices_language_is_preset_for_staff(
    make_settings: Callable[..., Settings], clock: Clock, clinic: Clinic
) -> None:
    app = make_app(make_settings(staff_language="es"), clock)
    member = Member(app)
    member.get("/clinic/")
    assert '<html lang="es"' in member.page.text
    member.sign_in(clinic.novak)
    assert '<html lang="es"' in member.page.text
    close_app(app)


def test_the_front_desk_is_offered_the_languages_that_forms_have(desk: Member, clinic: Clinic) -> None:
    clinic.translate("mood", "es")
    desk.get("/clinic/invitations/new")
    assert re.findall(r'<option value="(\w+)"[^>]*>(?:English|Spanish|Arabic)', desk.page.text) == ["en", "es", "ar"]
    assert re.search(r"about \d minutes?; English, Spanish,? and Arabic", desk.text)
    desk.get("/clinic/invitations/new?questionnaires=mood&questionnaires=garden")
    assert re.findall(r'<option value="(\w+)"[^>]*>(?:English|Spanish|Arabic)', desk.page.text) == ["en", "es"]


def test_an_invitation_in_another_language_has_it_in_its_link(desk: Member, clinic: Clinic) -> None:
    desk.get("/clinic/invitations/new")
    typed = {
        "record_number": "A-17", "name": "Anna Nowak",
        "birth_date-day": "12", "birth_date-month": "5", "birth_date-year": "1988",
        "clinician_id": clinic.novak.id,
        "appointment_at-day": "5", "appointment_at-month": "5", "appointment_at-year": "2026",
        "appointment_time": "10:00", "questionnaires": ["coping"], "language": "ar",
    }  # fmt: skip
    desk.press(**typed)
    assert desk.problems == ["Not offered in this language: What helps you."]
    desk.press(**(typed | {"questionnaires": ["garden"]}))
    assert re.search(r"https://forms\.clinic\.example/i/[\w-]{43}\?language=ar", desk.page.text)
    slip = desk.text.partition('class="slip"')[2].partition("</section>")[0]
    assert 'lang="ar" dir="rtl"' in slip
    assert "سيُطلب منك تاريخ ميلادك." in slip
    assert "date of birth" not in slip
    with clinic.store.read() as session:
        assert session.scalars(select(Invitation.language)).one() == "ar"

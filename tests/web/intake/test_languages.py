"""The switch of languages: on every page, at any time, with all that was typed."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import pytest
from flask import Flask
from sqlalchemy import select

from screening.config import HelpNumber, Settings
from screening.store.tables import ConsentText, Invitation
from tests.support.app import close_app, make_app
from tests.support.clinic import Clinic
from tests.support.clock import Clock
from tests.support.intake import BIRTH_DATE, GARDEN, Patient, forms

LANGUAGES = ("en", "es", "ar")
NUMBER = HelpNumber("112", {"en": "Emergency services", "es": "Emergencias", "ar": "الطوارئ"})


@pytest.fixture
def app(make_settings: Callable[..., Settings], clock: Clock) -> Iterator[Flask]:
    app = make_app(make_settings(languages=LANGUAGES, help_numbers=(NUMBER,)), clock)
    yield app
    close_app(app)


@pytest.fixture
def practice(clinic: Clinic) -> Clinic:
    clinic.register(GARDEN.format(version="1"))
    clinic.approve("garden")
    clinic.translate("garden", "es")
    clinic.translate("garden", "ar")
    return clinic


@pytest.fixture
def spanish(practice: Clinic) -> str:
    return practice.invite(questionnaires=("garden",), language="es").token


def language_of(patient: Patient) -> tuple[str, str]:
    found = re.search(r'<html lang="([^"]+)" dir="([^"]+)"', patient.text)
    assert found
    return found[1], found[2]


def offered(patient: Patient) -> list[str]:
    return re.findall(r'name="language" value="(\w+)"', patient.text)


def send(patient: Patient) -> None:
    patient.get("/intake/send")
    patient.post("/intake/send", patient.fields(None, patient.form("invitation_tag")))


def test_the_invitations_language_is_preset(patient: Patient, spanish: str) -> None:
    patient.open(spanish)
    assert language_of(patient) == ("es", "ltr")
    assert patient.heading == "Preguntas antes de su consulta"
    assert "Emergencias" in patient.text


def test_the_link_can_name_the_language_of_the_birth_date_page(patient: Patient) -> None:
    patient.get("/i/unknown?language=ar")
    assert language_of(patient) == ("ar", "rtl")
    patient.get("/i/unknown?language=xx")
    assert language_of(patient) == ("en", "ltr")


def test_each_language_is_named_in_itself(patient: Patient, token: str) -> None:
    patient.get(f"/i/{token}")
    assert offered(patient) == ["es", "ar"]
    assert 'value="es" lang="es" dir="ltr">Español</button>' in patient.text
    assert 'value="ar" lang="ar" dir="rtl">العربية</button>' in patient.text


def test_the_birth_date_page_keeps_what_was_typed_and_goes_on_in_the_language(
    patient: Patient, token: str, practice: Clinic
) -> None:
    patient.get(f"/i/{token}")
    patient.switch("es", birth_day="12", birth_month="5")
    assert patient.heading == "¿Cuál es su fecha de nacimiento?"
    assert ("birth-day", "12") in patient.form("birth-day").fields
    patient.submit(**(BIRTH_DATE | {"birth-day": "13"}))
    assert language_of(patient)[0] == "es"
    patient.submit(**BIRTH_DATE)
    assert patient.heading == "Preguntas antes de su consulta"
    with practice.store.read() as session:
        assert session.scalars(select(Invitation.language)).one() == "es"


def test_choosing_on_the_birth_date_page_counts_as_no_try(patient: Patient, token: str) -> None:
    patient.get(f"/i/{token}")
    for language in ("es", "en") * 3:
        patient.switch(language, birth_day="1", birth_month="1", birth_year="1990")
    patient.submit(**BIRTH_DATE)
    assert patient.path == "/intake/"


def test_a_page_of_questions_comes_again_with_all_that_was_typed(patient: Patient, token: str) -> None:
    patient.begin(token)
    patient.get("/intake/pages/1")
    patient.switch("ar", q1_text="Rain, and more.", q2=["rose", "herb"], q2_other="Moss")
    assert (patient.path, language_of(patient)) == ("/intake/pages/1", ("ar", "rtl"))
    assert "(ar) What do you hope for?" in patient.text
    fields = patient.form("revision").fields
    assert ("q1-text", "Rain, and more.") in fields
    assert [value for name, value in fields if name == "q2"] == ["rose", "herb"]
    assert ("q2-other", "Moss") in fields
    assert 'role="status"' in patient.text
    patient.press(q2_other="")
    assert patient.path == "/intake/pages/2"
    patient.get("/intake/pages/1")
    assert "Rain, and more." in patient.text


def test_what_is_wrong_is_not_lost_either(patient: Patient, token: str) -> None:
    patient.begin(token)
    patient.get("/intake/pages/2")
    patient.press(q3="most")
    patient.switch("es", q5_text="7 or so")
    assert 'value="7 or so"' in patient.text
    patient.press()
    assert (patient.page.status_code, language_of(patient)[0]) == (422, "es")


def test_nothing_is_called_unsaved_where_nothing_was_typed(patient: Patient, token: str) -> None:
    patient.begin(token)
    patient.get("/intake/pages/1")
    patient.switch("es")
    assert 'role="status"' not in patient.text


def test_saved_answers_stay_and_are_shown_in_the_other_language(patient: Patient, token: str) -> None:
    patient.begin(token)
    patient.get("/intake/pages/1")
    patient.press(q1_text="Rain.", q2="rose")
    patient.get("/intake/check")
    patient.switch("es")
    assert "(es) Roses" in patient.text
    assert "Rain." in patient.text


@pytest.mark.parametrize("path", ["", "privacy", "before", "agree"])
def test_the_pages_before_the_questions_can_be_switched(patient: Patient, token: str, path: str) -> None:
    patient.open(token)
    patient.get(f"/intake/{path}")
    for language, direction in (("ar", "rtl"), ("en", "ltr")):
        patient.switch(language)
        assert (patient.path, language_of(patient)) == (f"/intake/{path}", (language, direction))


@pytest.mark.parametrize("path", ["", "topics", "pages/1", "pages/3", "check", "send", "privacy"])
def test_the_pages_after_agreeing_can_be_switched(patient: Patient, token: str, path: str) -> None:
    patient.begin(token)
    patient.get("/intake/pages/1")
    patient.press(q1_text="Rain.", q2="rose")
    patient.get(f"/intake/{path}")
    patient.switch("es")
    assert (patient.path, language_of(patient)[0]) == (f"/intake/{path}", "es")


def test_choices_on_other_forms_are_kept(patient: Patient, token: str) -> None:
    patient.open(token)
    patient.get("/intake/privacy")
    patient.switch("es", hide="always")
    assert ("hide", "always") in patient.form("hide").fields
    patient.press()
    patient.get("/intake/agree")
    patient.press("agree")
    patient.get("/intake/pages/1")
    patient.press(q1_text="Lluvia.", q2="rose")
    patient.get("/intake/check")
    patient.switch("en", helped_by="interpreter")
    assert ("helped_by", "interpreter") in patient.form("helped_by").fields


def test_the_hidden_page_is_switched_without_showing_anything(
    patient: Patient, another: Callable[[], Patient], token: str
) -> None:
    patient.begin(token)
    patient.get("/intake/pages/1")
    patient.press(q1_text="Rain.", q2="rose")
    back = another()
    back.open(token)
    back.get("/intake/pages/1?back=check")
    back.switch("es")
    assert (back.path, language_of(back)[0]) == ("/intake/pages/1?back=check", "es")
    assert "Rain." not in back.text


def test_the_consent_is_kept_in_the_language_that_it_was_given_in(
    patient: Patient, token: str, practice: Clinic
) -> None:
    patient.open(token)
    patient.get("/intake/agree")
    patient.switch("es")
    shown = patient.text
    patient.press("agree")
    with practice.store.read() as session:
        text = session.scalars(select(ConsentText)).one()
        assert (text.language, session.scalars(select(Invitation.consent_language)).one()) == ("es", "es")
    for paragraph in text.text.split("\n"):
        assert paragraph in shown


def test_the_next_sitting_begins_in_the_language_that_was_chosen_last(
    patient: Patient, another: Callable[[], Patient], token: str
) -> None:
    patient.begin(token)
    patient.switch("ar")
    back = another()
    back.open(token)
    assert language_of(back) == ("ar", "rtl")


def test_a_session_that_ran_out_asks_in_its_language_and_keeps_the_text(
    patient: Patient, token: str, clock: Clock
) -> None:
    patient.begin(token)
    patient.switch("es")
    patient.get("/intake/pages/1")
    clock.advance(hours=2)
    patient.press(q1_text="Lluvia.", q2="rose")
    assert language_of(patient)[0] == "es"
    patient.switch("ar")
    assert language_of(patient)[0] == "ar"
    patient.submit(**BIRTH_DATE)
    assert (patient.path, language_of(patient)[0]) == ("/intake/pages/2", "ar")
    patient.get("/intake/pages/1")
    assert "Lluvia." in patient.text


def test_the_button_pressed_in_a_session_that_ran_out_loses_nothing(patient: Patient, token: str, clock: Clock) -> None:
    patient.begin(token)
    patient.get("/intake/pages/1")
    clock.advance(hours=2)
    patient.switch("es", q1_text="Rain.", q2="rose")
    assert language_of(patient)[0] == "es"
    patient.submit(**BIRTH_DATE)
    patient.get("/intake/pages/1")
    assert "Rain." in patient.text
    assert language_of(patient)[0] == "es"


def test_a_page_that_was_saved_elsewhere_is_still_compared_after_switching(
    patient: Patient, another: Callable[[], Patient], token: str
) -> None:
    patient.begin(token)
    patient.get("/intake/pages/1")
    other = another()
    other.open(token)
    other.get("/intake/pages/1")
    other.press(q1_text="Sun.", q2="herb")
    patient.press(q1_text="Rain.", q2="rose")
    assert patient.page.status_code == 409
    patient.switch("es")
    assert "Rain." in patient.text
    patient.press()
    assert patient.page.status_code == 409
    assert "Rain." in patient.text


def test_thanks_and_stopped_come_in_the_language_and_can_be_switched(patient: Patient, spanish: str) -> None:
    patient.begin(spanish)
    patient.get("/intake/pages/1")
    patient.press("stop", q1_text="Lluvia.", q2="rose")
    assert (patient.path, language_of(patient)[0]) == ("/intake/stopped?language=es", "es")
    patient.switch("ar")
    assert (patient.path, language_of(patient)) == ("/intake/stopped?language=ar", ("ar", "rtl"))
    patient.open(spanish)
    send(patient)
    assert (patient.path, patient.heading) == ("/intake/thanks?language=es", "Gracias")
    patient.get("/intake/pages/1")
    assert language_of(patient)[0] == "es"


def test_what_can_only_be_copied_is_still_there_after_switching(
    patient: Patient, another: Callable[[], Patient], token: str
) -> None:
    patient.begin(token)
    patient.get("/intake/pages/1")
    other = another()
    other.open(token)
    other.get("/intake/pages/2")
    other.press(q3="never")
    send(other)
    patient.press(q1_text="Too late.", q2="rose")
    patient.switch("es")
    assert patient.heading == "Sus respuestas se enviaron"
    assert "Too late." in patient.text
    patient.switch("ar")
    assert language_of(patient) == ("ar", "rtl")
    assert "Too late." in patient.text


def test_a_link_that_was_used_tells_the_day_in_each_language(
    patient: Patient, another: Callable[[], Patient], token: str
) -> None:
    patient.begin(token)
    patient.get("/intake/pages/2")
    patient.press(q3="never")
    send(patient)
    back = another()
    back.open(token)
    assert back.heading == "Sent on 4 May 2026"
    back.switch("es")
    assert back.heading == "Enviado el 4 de mayo de 2026"


def test_only_the_languages_that_all_forms_have_are_offered(patient: Patient, practice: Clinic) -> None:
    practice.translate("mood", "es")
    patient.open(practice.invite(questionnaires=("garden", "mood")).token)
    assert offered(patient) == ["es"]
    patient.get("/intake/privacy")
    patient.post("/intake/privacy", patient.fields(None, patient.form("hide")) | {"language": ["ar"]})
    assert language_of(patient)[0] == "en"


def test_there_is_no_switch_where_there_is_nothing_to_choose(patient: Patient, practice: Clinic) -> None:
    patient.open(practice.invite(questionnaires=("coping",)).token)
    assert "language-switch" not in patient.text


def test_enter_in_a_field_saves_and_does_not_switch(patient: Patient, token: str) -> None:
    """A browser presses the form's first button in the page."""
    patient.begin(token)
    patient.get("/intake/pages/1")
    first = next(tag for tag in re.findall(r"<button[^>]*>", patient.text) if 'form="answers"' in tag)
    assert 'name="then" value="next"' in first


def test_the_address_after_switching_is_one_of_ours(patient: Patient, token: str) -> None:
    patient.open(token)
    patient.get("/intake/")
    form = next(form for form in forms(patient.text) if ("language", "es") in form.buttons)
    fields = patient.fields(None, form)
    for elsewhere in ("https://elsewhere.example/", "//elsewhere.example", "/clinic/", "/intake/../exit"):
        response = patient.post(form.action, fields | {"to": elsewhere, "language": "es"}, follow=False)
        assert response.location == "/intake/"


def test_a_choice_without_the_pages_token_changes_nothing(patient: Patient, token: str) -> None:
    patient.open(token)
    patient.post("/intake/language", {"language": "es", "to": "/intake/"})
    assert language_of(patient)[0] == "en"

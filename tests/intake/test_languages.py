"""A sitting in several languages: what is offered, what is frozen, which page was answered in which."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from screening.intake import consent, languages
from screening.intake.reading import Closed, begun
from screening.store import overlays, responses
from screening.store.errors import Invalid
from screening.store.tables import Response
from tests.support.clinic import NOW, Clinic
from tests.support.intake import GARDEN
from tests.support.visitor import WHEN, Visitor, begin, invitation

ALL = ("en", "es", "ar", "fr")


@pytest.fixture
def practice(clinic: Clinic) -> Clinic:
    clinic.register(GARDEN.format(version="1"))
    clinic.approve("garden")
    clinic.translate("garden", "es")
    clinic.translate("garden", "ar")
    clinic.translate("mood", "es")
    return clinic


def offered(practice: Clinic, invitation_id: str) -> tuple[str, ...]:
    return languages.offered(practice.store, invitation_id, ALL)


def sent(practice: Clinic, visitor: Visitor) -> Response:
    with practice.store.read() as session:
        return session.scalars(select(Response).where(Response.invitation_id == visitor.actor.id)).one()


def test_the_languages_are_those_that_all_questionnaires_have(practice: Clinic) -> None:
    one = practice.invite(questionnaires=("garden",))
    both = practice.invite(questionnaires=("garden", "mood"), appointment_at=NOW + timedelta(days=3))
    assert offered(practice, one.invitation_id) == ("en", "es", "ar")
    assert offered(practice, both.invitation_id) == ("en", "es")
    assert languages.offered(practice.store, one.invitation_id, ("ar", "en")) == ("ar", "en")


def test_nobody_is_invited_in_a_language_that_a_questionnaire_lacks(practice: Clinic) -> None:
    with pytest.raises(Invalid) as caught:
        practice.invite(questionnaires=("garden", "mood"), language="ar")
    assert caught.value.problems == {"language": "Not offered in this language: How you have been."}
    practice.invite(questionnaires=("garden",), language="ar")


def test_what_is_asked_is_in_the_language_before_agreeing_and_after(practice: Clinic) -> None:
    invited = practice.invite(questionnaires=("garden",), language="es", appointment_at=NOW + timedelta(days=2))
    visitor = Visitor(practice.store, invited.invitation_id, language="es")
    (before,) = consent.asked(practice.store, visitor.actor, language="es", **WHEN)
    assert before.title == "(es) Garden questions"
    visitor = begin(practice, language="ar")
    assert visitor.page(1).page.title == "(ar) Your hopes"
    assert visitor.page(1).questionnaire.language == "ar"
    visitor.language = "fr"
    assert visitor.page(1).page.title == "Your hopes"


def test_saved_answers_stay_when_the_language_changes_and_each_page_keeps_its_own(practice: Clinic) -> None:
    visitor = begin(practice, language="es")
    visitor.save(1, hope="Lluvia.", plants=["rose"])
    visitor.language = "ar"
    assert visitor.page(1).answers == {"hope": "Lluvia.", "plants": ["rose"]}
    visitor.save(2, often="never")
    with practice.store.read() as session:
        (response,) = begun(session, practice.store.keyring, visitor.actor.id)
    assert {page_id: draft.language for page_id, draft in response.saved.items()} == {"hopes": "es", "weeds": "ar"}
    visitor.send()
    as_sent = sent(practice, visitor)
    assert responses.open_languages(practice.store.keyring, as_sent) == {"hopes": "es", "weeds": "ar"}
    assert as_sent.language == "es"


def test_a_response_is_said_to_be_in_a_language_that_it_was_answered_in(practice: Clinic) -> None:
    visitor = begin(practice, language="en")
    visitor.language = "ar"
    visitor.save(2, often="never")
    visitor.send()
    assert sent(practice, visitor).language == "ar"


def test_a_mended_translation_is_for_those_who_begin_later(practice: Clinic) -> None:
    early = begin(practice, language="es")
    practice.translate("garden", "es", NOW + timedelta(hours=1), hope="¿Qué desea?")
    assert early.page(1).items[0].text == "(es) What do you hope for?"
    with practice.store.read() as session:
        frozen = overlays.frozen(session, early.page(1).response_id)
    assert frozen.keys() == {"ar", "es"}
    invited = practice.invite(questionnaires=("garden",), language="es", appointment_at=NOW + timedelta(days=2))
    (later,) = consent.asked(
        practice.store, Visitor(practice.store, invited.invitation_id).actor, language="es", **WHEN
    )
    assert next(later.items()).text == "¿Qué desea?"


def test_a_translation_that_comes_later_is_not_offered_to_who_has_begun(practice: Clinic) -> None:
    visitor = begin(practice, "mood")
    practice.translate("mood", "ar", NOW + timedelta(hours=1))
    assert offered(practice, visitor.actor.id) == ("en", "es")


def test_a_draft_that_was_begun_on_an_old_version_finishes_on_it_in_its_language(practice: Clinic) -> None:
    visitor = begin(practice, language="es")
    changed = GARDEN.format(version="2").replace("What do you hope for?", "What do you wish for?")
    practice.register(changed, NOW + timedelta(hours=1))
    practice.approve("garden", "2")
    assert visitor.page(1).items[0].text == "(es) What do you hope for?"
    assert offered(practice, visitor.actor.id) == ("en", "es", "ar")
    fresh = practice.invite(questionnaires=("garden",), appointment_at=NOW + timedelta(days=2))
    assert offered(practice, fresh.invitation_id) == ("en",)
    visitor.save(1, hope="Lluvia.")
    assert visitor.send()


def test_the_choice_is_kept_for_the_next_sitting_and_on_record_once(practice: Clinic) -> None:
    visitor = begin(practice)
    languages.choose(practice.store, visitor.actor, "es", **WHEN)
    languages.choose(practice.store, visitor.actor, "es", **WHEN)
    assert invitation(practice, visitor).language == "es"
    actions = [action for action, _ in practice.actions(f"invitation:{visitor.actor.id}")]
    assert actions.count("choose_language") == 1
    visitor.save(1, hope="Lluvia.")
    visitor.send()
    with pytest.raises(Closed):
        languages.choose(practice.store, visitor.actor, "en", **WHEN)

"""Agreeing begins responses; declining ends the way online."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from screening import approval
from screening.intake import consent
from screening.intake.reading import Closed
from screening.store.audit import Actor
from screening.store.errors import NotAllowed
from screening.store.tables import (
    ConsentText,
    Invitation,
    QuestionnaireSwitch,
    Response,
)
from tests.support.clinic import NOW, Clinic
from tests.support.intake import GARDEN
from tests.support.visitor import TEXT, WHEN, Visitor, at_once, begin, invitation


def test_agreeing_begins_a_response_on_the_current_version_of_each_questionnaire(practice: Clinic) -> None:
    practice.register(GARDEN.format(version="2"), now=NOW + timedelta(hours=1))
    practice.approve("garden", "2")
    visitor = begin(practice, "coping", "garden")
    with practice.store.read() as session:
        query = select(Response).where(Response.invitation_id == visitor.actor.id).order_by(Response.position)
        begun = [(row.questionnaire_id, row.version, row.started_at) for row in session.scalars(query)]
    assert begun == [("coping", "1", NOW), ("garden", "2", NOW)]


def test_a_version_approved_later_changes_nothing_for_who_has_begun(practice: Clinic) -> None:
    visitor = begin(practice)
    practice.register(GARDEN.format(version="2"), now=NOW + timedelta(hours=1))
    practice.approve("garden", "2")
    assert {page.questionnaire.version for page in visitor.sitting().pages} == {"1"}


def test_consent_is_kept_with_its_text_language_and_version(practice: Clinic) -> None:
    visitor = begin(practice)
    row = invitation(practice, visitor)
    assert (row.consented_at, row.begun_at, row.consent_language) == (NOW, NOW, "en")
    with practice.store.read() as session:
        text = session.get_one(ConsentText, row.consent_hash)
    assert (text.text, text.version, text.language) == (TEXT.text, "1", "en")


def test_agreeing_twice_is_agreeing_once(practice: Clinic) -> None:
    invited = practice.invite(questionnaires=("garden",))
    actor = Actor("patient", invited.invitation_id, "")
    assert at_once(*[lambda: consent.agree(practice.store, actor, TEXT, **WHEN)] * 3) == [None] * 3
    with practice.store.read() as session:
        assert session.scalar(select(func.count()).select_from(Response)) == 1
    agreed = [action for action, _ in practice.actions(f"invitation:{invited.invitation_id}") if action == "agree"]
    assert len(agreed) == 1


def test_a_questionnaire_that_may_not_be_offered_any_more_begins_nothing(practice: Clinic) -> None:
    invited = practice.invite(questionnaires=("coping", "garden"))
    approval.withdraw(practice.store, practice.novak, "garden", "1", now=NOW)
    actor = Actor("patient", invited.invitation_id, "")
    with pytest.raises(NotAllowed):
        consent.agree(practice.store, actor, TEXT, **WHEN)
    with practice.store.read() as session:
        assert session.get_one(Invitation, invited.invitation_id).consented_at is None
        assert session.scalar(select(func.count()).select_from(Response)) == 0


def test_parts_that_are_off_are_asked_only_where_the_clinic_switched_them_on(practice: Clinic) -> None:
    text = GARDEN.format(version="2").replace("id: tools\n", "id: tools\n    off_by_default: yes\n")
    practice.register(text, now=NOW + timedelta(hours=1))
    practice.approve("garden", "2")
    without = begin(practice)
    with practice.store.write() as session:
        session.add(
            QuestionnaireSwitch(questionnaire_id="garden", part_id="tools", set_by=int(practice.novak.id), set_at=NOW)
        )
    invited = practice.invite(questionnaires=("garden",), record_number="B-1")
    with_part = Visitor(practice.store, invited.invitation_id)
    consent.agree(practice.store, with_part.actor, TEXT, **WHEN)
    assert sum(len(path.pages) for path in without.sitting().paths) == 3
    assert sum(len(path.pages) for path in with_part.sitting().paths) == 4


def test_declining_ends_the_way_online(practice: Clinic) -> None:
    invited = practice.invite()
    actor = Actor("patient", invited.invitation_id, "")
    consent.decline_online(practice.store, actor, **WHEN)
    with pytest.raises(Closed):
        consent.agree(practice.store, actor, TEXT, **WHEN)
    assert practice.actions(f"invitation:{invited.invitation_id}")[-1] == ("decline_online", invited.invitation_id)

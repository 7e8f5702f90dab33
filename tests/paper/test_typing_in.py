"""Typing in a paper form: whose it is, in which version, kept for whoever types, saved once, not read again."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from screening import invitations, retention, review
from screening.intake import consent
from screening.intake.sending import Helper
from screening.paper import saving, typing_in
from screening.store import audit, registry
from screening.store.access import TRANSCRIBER
from screening.store.audit import Actor
from screening.store.errors import Conflict, Invalid, NotAllowed, NotFound
from screening.store.tables import (
    ConsentText,
    Invitation,
    PaperResponse,
    Response,
    Transcription,
    TranscriptionForm,
)
from screening.store.worklist import ListFilter, ListState
from tests.support.clinic import MOOD, NOW, ZONE, Clinic
from tests.support.paper import SIGNED_ON, Typist
from tests.support.visitor import begin as begin_online

PAGES = {1: {"numb": True}, 3: {"helps": "My dog"}}


def invitation(practice: Clinic, invitation_id: str) -> Invitation:
    with practice.store.read() as session:
        return session.get_one(Invitation, invitation_id)


def sent(practice: Clinic, invitation_id: str) -> list[Response]:
    with practice.store.read() as session:
        query = select(Response).where(Response.invitation_id == invitation_id).order_by(Response.position)
        return list(session.scalars(query))


def rows(practice: Clinic, table: Any) -> list[Any]:
    with practice.store.read() as session:
        return list(session.scalars(select(table)))


def read(practice: Clinic, response_id: str, actor: Actor) -> review.ResponseView:
    return review.load_response(practice.store, actor, response_id, clinicians_see="practice", now=NOW, zone=ZONE)


def test_a_saved_paper_form_is_a_sent_response_that_says_who_typed_it(clinic: Clinic, typist: Typist) -> None:
    typist.begin()
    typist.types(1, numb=True)
    typist.types(1, numb=True, numb_when="Mornings, mostly.")
    typist.types(2, skipped=True)
    typist.saves(Helper.INTERPRETER)
    mood, coping = sent(clinic, typist.invitation_id)
    view = read(clinic, mood.id, clinic.novak)
    assert view.answers.values == {"numb": True, "numb_when": "Mornings, mostly."}
    assert view.answers.skipped == {"closeness"}
    assert view.helped_by == "interpreter"
    assert view.paper is not None
    assert (view.paper.typed_by, view.paper.signed_on, view.paper.confirmed_at) == ("Tina Typist", SIGNED_ON, None)
    assert read(clinic, coping.id, clinic.novak).answers.reached == frozenset()
    assert clinic.actions(f"response:{mood.id}")[0] == ("type_in", typist.actor.id)
    actions = [action for action, _ in clinic.actions(f"invitation:{typist.invitation_id}")]
    assert actions[1:] == ["read", "begin_typing", "type_page", "type_page", "type_page", "send_paper"]


def test_the_consent_on_paper_is_kept_with_the_day_of_signing(clinic: Clinic, typist: Typist) -> None:
    typist.does_it_all(PAGES)
    found = invitation(clinic, typist.invitation_id)
    assert (found.state, found.sent_at) == ("sent", NOW)
    assert found.consented_at == datetime(2026, 5, 3, 10, tzinfo=UTC)
    (text,) = rows(clinic, ConsentText)
    assert (text.content_hash, text.version) == (found.consent_hash, "paper 1")
    assert "agreed on paper" in text.text


def test_after_saving_there_is_no_way_back_to_what_was_typed(clinic: Clinic, typist: Typist) -> None:
    typist.does_it_all(PAGES)
    assert rows(clinic, Transcription) == rows(clinic, TranscriptionForm) == []
    for again in (typist.begin, typist.typing, typist.saves):
        with pytest.raises((NotAllowed, NotFound)):
            again()
    for response in sent(clinic, typist.invitation_id):
        with pytest.raises(NotFound):
            read(clinic, response.id, typist.actor)
        assert clinic.actions(f"response:{response.id}")[-1] == ("refused", typist.actor.id)
    page = typing_in.to_type(clinic.store, typist.actor, ListFilter(), now=NOW)
    assert page.rows == ()


def test_only_who_has_the_right_types_in(clinic: Clinic, typist: Typist) -> None:
    typist.begin()
    for actor in (clinic.desk, clinic.novak, clinic.admin):
        somebody = Typist(clinic.store, typist.invitation_id, actor)
        for use in (
            somebody.begin,
            somebody.typing,
            somebody.saves,
            lambda actor=actor: typing_in.to_type(clinic.store, actor, ListFilter(), now=NOW),
            lambda actor=actor: typing_in.discard(clinic.store, actor, typist.invitation_id, now=NOW),
        ):
            with pytest.raises(NotAllowed):
                use()


def test_unfinished_typing_is_its_typists_alone(clinic: Clinic, typist: Typist) -> None:
    other = Typist(clinic.store, typist.invitation_id, clinic.member("Tom Typist", {TRANSCRIBER}))
    typist.begin()
    typist.types(1, numb=True)
    assert typing_in.view(clinic.store, other.actor, other.invitation_id) is None
    task = typing_in.task(clinic.store, other.actor, other.invitation_id, now=NOW)
    assert (task.typing, task.has_draft) == (("Tina Typist",), False)
    other.begin()
    assert other.page(1).saved is None
    other.types(1, numb=False)
    assert typist.page(1).answers == {"numb": True}
    other.saves()
    (mood, _) = sent(clinic, typist.invitation_id)
    assert read(clinic, mood.id, clinic.novak).answers.values == {"numb": False}
    with pytest.raises(NotAllowed, match="saved already"):
        typist.types(1, numb=True)


def test_what_is_typed_is_sealed(clinic: Clinic, typist: Typist) -> None:
    typist.begin()
    typist.types(3, helps="My dog Baskerville")
    (row,) = rows(clinic, Transcription)
    assert b"Baskerville" not in row.document
    assert "Baskerville" not in str([vars(event) for event in rows(clinic, audit.AuditEvent)])


def test_two_windows_do_not_overwrite_each_other(clinic: Clinic, typist: Typist) -> None:
    typist.begin()
    typist.types(1, numb=True)
    typist.types(1, numb=True, revision=0)  # the same once more, as after a double click
    with pytest.raises(Conflict) as caught:
        typist.types(1, numb=False, revision=0)
    assert caught.value.current.answers == {"numb": True}  # type: ignore[attr-defined]
    typist.types(1, numb=False, revision=1)
    assert typist.page(1).answers == {"numb": False}


def test_a_patient_who_declined_online_is_typed_in(clinic: Clinic, typist: Typist) -> None:
    patient = Actor("patient", typist.invitation_id, "198.51.100.4")
    consent.decline_online(clinic.store, patient, now=NOW, zone=ZONE)
    (row,) = typing_in.to_type(clinic.store, typist.actor, ListFilter(), now=NOW).rows
    assert (row.patient_name, row.state) == ("Anna Nowak", ListState.DECLINED)
    typist.does_it_all(PAGES)
    assert invitation(clinic, typist.invitation_id).state == "sent"


def test_what_was_begun_online_goes_when_the_paper_form_is_saved(clinic: Clinic, tina: Actor) -> None:
    visitor = begin_online(clinic, "mood")
    visitor.save(1, numb=False)
    typist = Typist(clinic.store, visitor.actor.id, tina)
    assert typing_in.task(clinic.store, tina, visitor.actor.id, now=NOW).begun_online
    typist.does_it_all({1: {"numb": True}})
    (mood,) = sent(clinic, typist.invitation_id)
    assert read(clinic, mood.id, clinic.novak).answers.values == {"numb": True}
    found = invitation(clinic, typist.invitation_id)
    assert found.state == "sent"
    assert found.consented_at is not None


def test_nothing_is_typed_in_for_what_is_sent_or_cancelled(clinic: Clinic, tina: Actor) -> None:
    online = clinic.invite().invitation_id
    clinic.send(online)
    cancelled = clinic.invite(record_number="B-2", name="Petr Svoboda").invitation_id
    invitations.cancel(clinic.store, clinic.desk, cancelled, now=NOW)
    for invitation_id in (online, cancelled):
        with pytest.raises(NotAllowed):
            Typist(clinic.store, invitation_id, tina).begin()
    assert typing_in.to_type(clinic.store, tina, ListFilter(), now=NOW).rows == ()


def test_the_version_that_was_printed_is_chosen_and_frozen(clinic: Clinic, typist: Typist) -> None:
    clinic.register(MOOD.format(version="2"), NOW + timedelta(hours=1))
    clinic.register(MOOD.format(version="3"), NOW + timedelta(hours=2))
    clinic.approve("mood", "2")
    forms = typing_in.task(clinic.store, typist.actor, typist.invitation_id, now=NOW).forms
    assert [form.versions for form in forms] == [("2", "1"), ("1",)]
    with pytest.raises(Invalid) as caught:
        typist.begin(mood="3")
    assert list(caught.value.problems) == ["version-mood"]
    typist.begin(mood="1")
    with clinic.store.read() as session:
        assert registry._is_frozen(session, registry.get(session, "mood", "1"))
        assert not registry._is_frozen(session, registry.get(session, "mood", "2"))
    typist.types(1, numb=True)
    typist.saves()
    assert sent(clinic, typist.invitation_id)[0].version == "1"


@pytest.mark.parametrize("signed_on", [None, date(2026, 5, 5)])
def test_a_consent_was_signed_on_some_day_until_today(typist: Typist, signed_on: date | None) -> None:
    with pytest.raises(Invalid) as caught:
        typist.begin(signed_on)
    assert list(caught.value.problems) == ["signed_on"]


def test_nothing_typed_nothing_saved(typist: Typist) -> None:
    typist.begin()
    with pytest.raises(NotAllowed, match="Nothing is typed in yet"):
        typist.saves()


def test_what_was_typed_can_be_thrown_away(clinic: Clinic, typist: Typist) -> None:
    typist.begin()
    typist.types(1, numb=True)
    for _ in range(2):
        typing_in.discard(clinic.store, typist.actor, typist.invitation_id, now=NOW)
    assert rows(clinic, Transcription) == []
    typist.begin()
    assert typist.page(1).saved is None


def test_typing_that_nobody_finishes_is_deleted_like_an_unsent_form(clinic: Clinic, typist: Typist) -> None:
    def clean(after: timedelta) -> list[Any]:
        retention.run(clinic.store, audit.SYSTEM, retention_days=730, draft_days=7, now=NOW + after)
        return rows(clinic, Transcription)

    typist.begin()
    assert len(clean(timedelta(days=7))) == 1, "the appointment is tomorrow"
    assert clean(timedelta(days=9)) == []


def test_the_lists_tell_how_far_it_has_come(clinic: Clinic, typist: Typist) -> None:
    def listed() -> tuple[str | None, ListState]:
        (row,) = invitations.appointments(clinic.store, clinic.desk, ListFilter(), now=NOW).rows
        view = invitations.load(clinic.store, clinic.desk, typist.invitation_id, now=NOW, zone=ZONE)
        assert (view.paper, view.state) == (row.paper, row.state)
        return row.paper, row.state

    assert listed() == (None, ListState.NOT_STARTED)
    typist.begin()
    assert listed() == ("typing", ListState.NOT_STARTED)
    typist.types(1, numb=True)
    typist.saves()
    assert listed() == ("not_confirmed", ListState.SENT)
    assert len(rows(clinic, PaperResponse)) == 2


def test_saving_twice_saves_once(clinic: Clinic, typist: Typist) -> None:
    typist.does_it_all(PAGES)
    with pytest.raises(NotAllowed):
        saving.save(clinic.store, typist.actor, typist.invitation_id, helper=None, now=NOW, zone=ZONE)
    assert len(sent(clinic, typist.invitation_id)) == 2

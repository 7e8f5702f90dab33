"""Sending: whole, once, and only what was asked."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from screening.answers import State
from screening.intake import consent, saving, sending
from screening.intake.reading import Closed
from screening.intake.saving import Posted
from screening.intake.sending import Helper
from screening.intake.sitting import SittingPage
from screening.path import state_of, walk
from screening.store import registry, responses
from screening.store.engine import Store
from screening.store.errors import NotAllowed
from screening.store.tables import (
    AuditEvent,
    Response,
    ResponsePage,
    WebSession,
)
from tests.support.clinic import NOW, ZONE, Clinic
from tests.support.visitor import TEXT, WHEN, Visitor, at_once, begin, invitation


def sent_pages(store: Store, visitor: Visitor) -> list[dict[str, Any]]:
    """Return the pages of the sent documents, in the order of the questionnaires."""
    with store.read() as session:
        query = select(Response).where(Response.invitation_id == visitor.actor.id).order_by(Response.position)
        return [
            store.keyring.open(row.document or b"", responses.bound_to(row.id))["pages"]
            for row in session.scalars(query)
        ]


def page(answers: dict[str, Any], *, skipped: bool = False) -> dict[str, Any]:
    """Return a page as it is sealed, of which every question was on the screen."""
    return {"answers": answers, "skipped": skipped, "unseen": [], "language": "en"}


def test_sending_seals_what_was_answered_on_the_path(practice: Clinic) -> None:
    visitor = begin(practice, "garden", "coping")
    visitor.save(1, hope="Rain.", plants={"declined": True})
    visitor.save(2, often="most")
    visitor.save(2, often="most", which="Dandelion", hours=7.5)
    visitor.save(4, since="2020-05", sharp=3)
    visitor.save(2, often="some", which="Dandelion", hours=7.5)
    visitor.skip(3)
    assert visitor.send() is True
    garden, coping = sent_pages(practice.store, visitor)
    assert garden == {
        "hopes": page({"hope": "Rain.", "plants": {"declined": True}}),
        "weeds": page({"often": "some", "which": "Dandelion"}),
        "fence": page({}, skipped=True),
    }
    assert coping == {}


def test_sending_ends_everything_at_once(practice: Clinic) -> None:
    visitor = begin(practice, "garden", "coping")
    visitor.save(1, hope="Rain.")
    with practice.store.write() as session:
        session.add(
            WebSession(
                id_hash=b"h" * 32,
                kind="patient",
                invitation_id=visitor.actor.id,
                data=b"",
                created_at=NOW,
                seen_at=NOW,
                expires_at=NOW + timedelta(hours=1),
            )
        )
    visitor.send()
    row = invitation(practice, visitor)
    assert (row.state, row.sent_at) == ("sent", NOW)
    with practice.store.read() as session:
        assert session.scalar(select(func.count()).select_from(ResponsePage)) == 0
        assert session.scalars(select(WebSession.expires_at)).one() == NOW
        events = {row.record: row.id for row in session.scalars(select(AuditEvent).where(AuditEvent.action == "send"))}
        for response in session.scalars(select(Response)):
            assert response.sent_at == NOW
            assert response.sent_sequence == events[f"response:{response.id}"]
    with pytest.raises(Closed):
        visitor.sitting()


def test_sending_twice_sends_once(practice: Clinic) -> None:
    visitor = begin(practice)
    visitor.save(1, hope="Rain.")
    results = at_once(*[visitor.send] * 4)
    assert sorted(results) == [False, False, False, True]
    with practice.store.read() as session:
        assert session.scalar(select(func.count()).select_from(Response)) == 1
        sends = select(func.count()).select_from(AuditEvent).where(AuditEvent.action == "send")
        assert session.scalar(sends) == 2  # the response's, and the invitation's


def test_what_was_saved_while_sending_is_sent_or_refused(practice: Clinic) -> None:
    for number in range(5):
        invited = practice.invite(questionnaires=("garden",), record_number=f"R-{number}")
        visitor = Visitor(practice.store, invited.invitation_id)
        consent.agree(practice.store, visitor.actor, TEXT, **WHEN)
        visitor.save(1, hope="Rain.")
        page = visitor.page(3)
        posted = Posted(answers={"quarrel": True}, shown=frozenset({"quarrel"}), revision=0)

        def save(visitor: Visitor = visitor, page: SittingPage = page, posted: Posted = posted) -> Any:
            return saving.save_page(practice.store, visitor.actor, page, posted, visit="first", **WHEN)

        saved, sent = at_once(save, visitor.send)
        assert sent is True
        (pages,) = sent_pages(practice.store, visitor)
        assert ("fence" in pages) is not isinstance(saved, Closed)


def test_nothing_saved_is_nothing_to_send(practice: Clinic) -> None:
    visitor = begin(practice)
    with pytest.raises(NotAllowed):
        visitor.send()
    assert invitation(practice, visitor).state == "open"


def test_who_helped_is_kept(practice: Clinic) -> None:
    visitor = begin(practice)
    sending.set_helper(practice.store, visitor.actor, Helper.INTERPRETER, **WHEN)
    assert invitation(practice, visitor).helped_by == "interpreter"
    sending.set_helper(practice.store, visitor.actor, None, **WHEN)
    assert invitation(practice, visitor).helped_by is None


def test_a_sent_response_reads_as_it_was_saved(practice: Clinic) -> None:
    visitor = begin(practice)
    visitor.save(1, hope="Rain.")
    visitor.skip(3)
    visitor.send()
    with practice.store.read() as session:
        row = session.scalars(select(Response)).one()
        questionnaire = registry.definition(session, row.questionnaire_id, row.version)
        answers = responses.open_answers(practice.store.keyring, row, questionnaire)
    assert answers.values == {"hope": "Rain."}
    assert answers.reached == {"hopes", "fence"}
    assert answers.skipped == {"fence"}


def test_a_follow_up_that_was_never_on_the_screen_is_not_called_left_blank(practice: Clinic) -> None:
    visitor = begin(practice)
    visitor.save(2, often="most")
    visitor.send()
    with practice.store.read() as session:
        row = session.scalars(select(Response)).one()
        questionnaire = registry.definition(session, row.questionnaire_id, row.version)
        answers = responses.open_answers(practice.store.keyring, row, questionnaire)
    weeds = next(page for page in questionnaire.pages if page.id == "weeds")
    path = walk(questionnaire, answers)
    states = {item.id: state_of(item, weeds, answers, path) for item in weeds.items}
    assert states["often"] is State.ANSWERED
    assert states["which"] is State.NOT_REACHED


def test_a_clock_that_jumps_changes_no_order(practice: Clinic) -> None:
    first = begin(practice)
    first.save(1, hope="Rain.")
    first.send()
    invited = practice.invite(questionnaires=("garden",), appointment_at=NOW + timedelta(days=9))
    second = Visitor(practice.store, invited.invitation_id)
    consent.agree(practice.store, second.actor, TEXT, **WHEN)
    second.save(1, hope="Sun.")
    sending.submit(practice.store, second.actor, now=NOW - timedelta(hours=48), zone=ZONE)
    with practice.store.read() as session:
        in_order = session.scalars(select(Response.invitation_id).order_by(Response.sent_sequence)).all()
    assert in_order == [first.actor.id, second.actor.id]


def test_the_trail_holds_no_answer_not_even_that_a_topic_was_declined(practice: Clinic) -> None:
    visitor = begin(practice)
    visitor.save(1, hope="Rain.")
    visitor.skip(3)
    sending.set_helper(practice.store, visitor.actor, Helper.INTERPRETER, **WHEN)
    with practice.store.read() as session:
        trail = session.execute(
            select(AuditEvent.action, AuditEvent.detail)
            .where(AuditEvent.record == f"invitation:{visitor.actor.id}", AuditEvent.actor_kind == "patient")
            .order_by(AuditEvent.id)
        ).all()
    assert [tuple(event) for event in trail][-3:] == [
        ("save_page", {"page": 1, "revision": 1}),
        ("save_page", {"page": 3, "revision": 1}),
        ("set_helper", {}),
    ]

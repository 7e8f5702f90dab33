"""Opening a link: right and wrong birth dates, on links known and unknown."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from typing import Any
from unittest.mock import patch

import pytest
from sqlalchemy import event, func, select

from screening import invitations
from screening.intake import consent, opening
from screening.intake.opening import Outcome
from screening.store.audit import Actor
from screening.store.compiled import CompiledStatement, Transaction
from screening.store.engine import Store
from screening.store.tables import Attempt, AuditEvent
from tests.support.clinic import NOW, ZONE, Clinic
from tests.support.visitor import WHEN, at_once

BIRTH_DATE = date(1988, 5, 12)


def open_link(practice: Clinic, token: str, birth_date: date = BIRTH_DATE, now: datetime = NOW) -> opening.Opened:
    return opening.open_link(practice.store, token, birth_date, origin="198.51.100.4", now=now, zone=ZONE)


def test_the_right_birth_date_opens_a_link(practice: Clinic) -> None:
    invited = practice.invite()
    opened = open_link(practice, invited.token)
    assert (opened.outcome, opened.invitation_id) == (Outcome.OPEN, invited.invitation_id)


@pytest.mark.parametrize("is_known", [True, False])
def test_five_wrong_birth_dates_lock_a_link_known_or_not(practice: Clinic, is_known: bool) -> None:
    token = practice.invite().token if is_known else "no-such-token"
    wrong = [open_link(practice, token, date(1988, 5, 13)) for _ in range(5)]
    assert [(opened.outcome, opened.tries_left) for opened in wrong] == [
        (Outcome.WRONG, 4),
        (Outcome.WRONG, 3),
        (Outcome.WRONG, 2),
        (Outcome.WRONG, 1),
        (Outcome.LOCKED, 0),
    ]
    assert open_link(practice, token).outcome is Outcome.LOCKED


def test_the_front_desk_unlocks_a_link(practice: Clinic) -> None:
    invited = practice.invite()
    for _ in range(5):
        open_link(practice, invited.token, date(1988, 5, 13))
    invitations.unlock(practice.store, practice.desk, invited.invitation_id, now=NOW)
    assert open_link(practice, invited.token).outcome is Outcome.OPEN


def test_wrong_birth_dates_count_over_all_links_of_an_invitation(practice: Clinic) -> None:
    invited = practice.invite()
    second = invitations.new_link(practice.store, practice.desk, invited.invitation_id, now=NOW, zone=ZONE)
    for token in (invited.token, second, invited.token):
        left = open_link(practice, token, date(1988, 5, 13)).tries_left
    assert left == 2


def test_the_right_birth_date_starts_the_count_anew(practice: Clinic) -> None:
    token = practice.invite().token
    open_link(practice, token, date(1988, 5, 13))
    open_link(practice, token)
    assert open_link(practice, token, date(1988, 5, 13)).tries_left == 4


def test_tries_at_once_are_all_counted(practice: Clinic) -> None:
    token = practice.invite().token
    tries = at_once(*[lambda: open_link(practice, token, date(1988, 5, 13)).tries_left] * 4)
    assert sorted(tries) == [1, 2, 3, 4]


@contextmanager
def statements(store: Store) -> Iterator[list[str]]:
    """Collect the verbs of the statements that are sent to the database, by SQLAlchemy or as they are."""
    seen: list[str] = []
    within = CompiledStatement.within

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        seen.append(statement.split()[0])

    def note_compiled(compiled: CompiledStatement, transaction: Transaction, **parameters: Any) -> list[Any]:
        seen.append(compiled.on(store.engine.dialect).sql.split()[0])
        return within(compiled, transaction, **parameters)

    event.listen(store.engine, "before_cursor_execute", note)
    try:
        with patch.object(CompiledStatement, "within", note_compiled):
            yield seen
    finally:
        event.remove(store.engine, "before_cursor_execute", note)


def test_a_link_that_nobody_knows_takes_as_many_statements_as_another_birth_date(practice: Clinic) -> None:
    token = practice.invite().token
    open_link(practice, "begins the hour's count of this address", date(1988, 5, 13))
    with statements(practice.store) as known:
        open_link(practice, token, date(1988, 5, 13))
    with statements(practice.store) as unknown:
        open_link(practice, "no-such-token", date(1988, 5, 13))
    assert len(known) == len(unknown), (known, unknown)


def test_a_link_says_what_became_of_its_invitation(practice: Clinic) -> None:
    sent, declined, cancelled = (
        practice.invite(record_number=number, appointment_at=NOW + timedelta(days=2)) for number in "ABC"
    )
    practice.send(sent.invitation_id)
    consent.decline_online(practice.store, Actor("patient", declined.invitation_id, ""), **WHEN)
    invitations.cancel(practice.store, practice.desk, cancelled.invitation_id, now=NOW)
    outcomes = [open_link(practice, one.token).outcome for one in (sent, declined, cancelled)]
    assert outcomes == [Outcome.SENT, Outcome.DECLINED, Outcome.CANCELLED]
    assert open_link(practice, sent.token).sent_at == NOW


def test_a_link_ends_with_the_day_of_the_appointment_in_the_clinics_zone(practice: Clinic) -> None:
    token = practice.invite(appointment_at=datetime(2026, 5, 5, 10, tzinfo=ZONE)).token
    assert open_link(practice, token, now=datetime(2026, 5, 5, 23, 59, tzinfo=ZONE)).outcome is Outcome.OPEN
    assert open_link(practice, token, now=datetime(2026, 5, 6, 0, 0, tzinfo=ZONE)).outcome is Outcome.OVER


def test_a_wrong_birth_date_tells_nothing_of_what_became_of_the_invitation(practice: Clinic) -> None:
    invited = practice.invite()
    practice.send(invited.invitation_id)
    assert open_link(practice, invited.token, date(1988, 5, 13)) == opening.Opened(Outcome.WRONG, tries_left=4)


def test_every_try_is_on_record_without_the_date_or_the_token(practice: Clinic) -> None:
    invited = practice.invite()
    open_link(practice, invited.token, date(1988, 5, 13))
    open_link(practice, "no-such-token", date(1988, 5, 13))
    open_link(practice, invited.token)
    assert [action for action, _ in practice.actions(f"invitation:{invited.invitation_id}")][-2:] == [
        "wrong_birth_date",
        "open_link",
    ]


def guess(practice: Clinic, times: int, *, origin: str, now: datetime = NOW) -> list[Outcome]:
    """Try as many links that nobody knows."""
    return [
        opening.open_link(practice.store, f"{now} {number}", BIRTH_DATE, origin=origin, now=now, zone=ZONE).outcome
        for number in range(times)
    ]


def test_guessing_at_links_has_a_limit_by_address(practice: Clinic) -> None:
    invited = practice.invite()
    outcomes = guess(practice, opening.TRIES_OF_ADDRESS + 1, origin="2001:db8::1")
    assert set(outcomes[:-1]) == {Outcome.WRONG}
    assert outcomes[-1] is Outcome.REFUSED

    def at(origin: str, now: datetime = NOW) -> Outcome:
        return opening.open_link(practice.store, invited.token, BIRTH_DATE, origin=origin, now=now, zone=ZONE).outcome

    assert at("2001:db8::ffff") is Outcome.REFUSED, "one machine has a whole /64"
    again = opening.reopen(practice.store, invited.invitation_id, BIRTH_DATE, origin="2001:db8::1", now=NOW, zone=ZONE)
    assert again.outcome is Outcome.REFUSED
    assert at("2001:db8:0:1::1") is Outcome.OPEN
    assert at("2001:db8::1", NOW + timedelta(hours=1, seconds=1)) is Outcome.OPEN


def test_wrong_birth_dates_on_known_links_count_for_the_address_too(practice: Clinic) -> None:
    token = practice.invite().token
    open_link(practice, token, date(1988, 5, 13))
    assert Outcome.REFUSED not in guess(practice, opening.TRIES_OF_ADDRESS - 1, origin="198.51.100.4")
    assert open_link(practice, token).outcome is Outcome.REFUSED


def test_guessing_at_links_leaves_one_event_an_hour_and_a_bounded_number_of_rows(practice: Clinic) -> None:
    for day in range(3):
        guess(practice, 40, origin="198.51.100.4", now=NOW + timedelta(days=2 * day))
    with practice.store.read() as session:
        records = session.scalars(select(AuditEvent.record).where(AuditEvent.actor == "unknown")).all()
        counts = session.scalar(select(func.count()).select_from(Attempt))
    assert len(records) == 3
    assert records[0].startswith("attempt:")
    assert counts == 41, "those of the last day, and the address's"


def test_a_known_link_stays_locked_for_ever(practice: Clinic) -> None:
    visit = NOW + timedelta(days=60)
    token = practice.invite(appointment_at=visit).token
    for _ in range(5):
        open_link(practice, token, date(1988, 5, 13))
    guess(practice, 1, origin="192.0.2.1", now=NOW + timedelta(days=30))
    assert open_link(practice, token, now=NOW + timedelta(days=30)).outcome is Outcome.LOCKED

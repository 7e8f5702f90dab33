"""Counting wrong passwords, on both databases."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from screening.staff.signing_in import (
    TRIES,
    TRIES_ANYWHERE,
    TRIES_OF_ADDRESS,
    WAIT,
    WAIT_ANYWHERE,
    WAIT_OF_ADDRESS,
    Try,
    is_refused,
    note_failure,
    note_sign_in,
)
from screening.store.tables import Attempt
from tests.support.clinic import NOW, Clinic

EMAIL = "dr.a.novak@clinic.example"
HERE = Try(EMAIL, "192.0.2.7")
ELSEWHERE = Try(EMAIL, "203.0.113.9")
OWN_BROWSER = Try(EMAIL, "192.0.2.7", "f" * 32)
MOMENT = timedelta(seconds=1)


def fail(clinic: Clinic, tried: Try, times: int = TRIES) -> None:
    for _ in range(times):
        note_failure(clinic.store, tried, now=NOW)


@pytest.mark.parametrize("tried", [HERE, OWN_BROWSER, Try("nobody@clinic.example", "192.0.2.7")])
def test_the_eleventh_try_is_refused_until_the_first_is_a_while_ago(clinic: Clinic, tried: Try) -> None:
    fail(clinic, tried, TRIES - 1)
    assert not is_refused(clinic.store, tried, now=NOW)
    fail(clinic, tried, 1)
    assert is_refused(clinic.store, tried, now=NOW + WAIT)
    assert not is_refused(clinic.store, tried, now=NOW + WAIT + MOMENT)


def test_after_the_wait_the_count_begins_anew(clinic: Clinic) -> None:
    fail(clinic, HERE)
    later = NOW + WAIT + MOMENT
    note_failure(clinic.store, HERE, now=later)
    assert not is_refused(clinic.store, HERE, now=later)


def test_other_addresses_and_the_accounts_own_browsers_are_counted_apart(clinic: Clinic) -> None:
    fail(clinic, HERE)
    assert not is_refused(clinic.store, ELSEWHERE, now=NOW)
    assert not is_refused(clinic.store, OWN_BROWSER, now=NOW)
    assert not is_refused(clinic.store, Try("dr.b.horak@clinic.example", HERE.origin), now=NOW)


def test_guessing_from_many_addresses_has_a_limit_of_its_own(clinic: Clinic) -> None:
    for number in range(TRIES_ANYWHERE // TRIES):
        fail(clinic, Try(EMAIL, f"203.0.113.{number}"))
    fresh = Try(EMAIL, "198.51.100.20")
    assert is_refused(clinic.store, fresh, now=NOW + WAIT_ANYWHERE)
    assert not is_refused(clinic.store, fresh, now=NOW + WAIT_ANYWHERE + MOMENT)
    assert not is_refused(clinic.store, OWN_BROWSER, now=NOW)


def test_guessing_at_many_accounts_from_one_address_has_a_limit(clinic: Clinic) -> None:
    for number in range(TRIES_OF_ADDRESS):
        note_failure(clinic.store, Try(f"nobody{number}@clinic.example", HERE.origin), now=NOW)
    assert is_refused(clinic.store, HERE, now=NOW + WAIT_OF_ADDRESS)
    assert not is_refused(clinic.store, HERE, now=NOW + WAIT_OF_ADDRESS + MOMENT)
    assert not is_refused(clinic.store, OWN_BROWSER, now=NOW)
    assert not is_refused(clinic.store, ELSEWHERE, now=NOW)
    assert len(clinic.actions("staff:0")) == 1, "one event an hour, not one for each guess"


def test_counts_that_are_over_are_forgotten(clinic: Clinic) -> None:
    for number in range(20):
        note_failure(clinic.store, Try(f"nobody{number}@clinic.example", HERE.origin), now=NOW)
    note_failure(clinic.store, Try("nobody@clinic.example", ELSEWHERE.origin), now=NOW + timedelta(days=2))
    with clinic.store.read() as session:
        assert session.scalar(select(func.count()).select_from(Attempt)) == 4


def test_signing_in_forgives_this_browser_or_address(clinic: Clinic) -> None:
    fail(clinic, HERE, TRIES - 1)
    note_sign_in(clinic.store, clinic.novak, HERE, now=NOW)
    fail(clinic, HERE, TRIES - 1)
    assert not is_refused(clinic.store, HERE, now=NOW)


def test_the_way_an_address_is_written_makes_no_new_account(clinic: Clinic) -> None:
    fail(clinic, HERE)
    assert is_refused(clinic.store, Try(f" {EMAIL.upper()}", HERE.origin), now=NOW)


def test_tries_at_the_same_time_are_all_counted(clinic: Clinic) -> None:
    with ThreadPoolExecutor(TRIES) as pool:
        list(pool.map(lambda _: note_failure(clinic.store, HERE, now=NOW), range(TRIES)))
    assert is_refused(clinic.store, HERE, now=NOW)

"""What is posted is done at least once, by one worker at a time, and given up where it fails again and again."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from screening.store import outbox
from screening.store.engine import Store
from screening.store.errors import NotFound
from screening.store.outbox import LEASE, MOST_ATTEMPTS, Task
from tests.support.clinic import NOW

SUBJECT = "a" * 32


def post(store: Store, subject: str = SUBJECT, kind: str = "kind") -> None:
    with store.write() as session:
        outbox.post(session, kind, subject, NOW)


def lease(store: Store, after: timedelta = timedelta()) -> Task | None:
    with store.write() as session:
        return outbox.lease(session, NOW + after)


def taken(store: Store, after: timedelta = timedelta()) -> Task:
    task = lease(store, after)
    assert task is not None
    return task


def fail(store: Store, task: Task, after: timedelta = timedelta()) -> None:
    with store.write() as session:
        outbox.fail(session, task, "it broke", NOW + after)


def waiting(store: Store) -> int:
    with store.read() as session:
        return outbox.state(session, NOW).waiting


def test_what_is_posted_is_handed_out_once_and_goes_when_it_is_done(store: Store) -> None:
    post(store)
    task = taken(store)
    assert (task.kind, task.subject, task.attempts) == ("kind", SUBJECT, 1)
    assert lease(store) is None
    with store.write() as session:
        outbox.finish(session, task, NOW)
    assert waiting(store) == 0


def test_a_file_that_somebody_waits_for_does_not_stand_behind_a_day_of_reports(store: Store) -> None:
    post(store, kind=outbox.PREPARE_REPORT)
    post(store, kind=outbox.MAKE_DAY)
    with store.write() as session:
        outbox.post(session, outbox.MAKE_FILE, SUBJECT, NOW + timedelta(seconds=5))
    in_turn = [taken(store, timedelta(seconds=5)).kind for _ in range(3)]
    assert in_turn == [outbox.MAKE_FILE, outbox.PREPARE_REPORT, outbox.MAKE_DAY]


def test_what_a_transaction_posted_goes_with_it(store: Store) -> None:
    with store.write() as session:
        outbox.post(session, "kind", SUBJECT, NOW)
        session.rollback()
    assert waiting(store) == 0


def test_a_worker_is_woken_after_the_commit_and_only_for_what_was_posted(store: Store) -> None:
    woken: list[int] = []
    store.wake = lambda: woken.append(waiting(store))
    post(store)
    with store.write():
        pass
    assert woken == [1]


def test_asking_twice_is_one_task_but_asking_during_the_work_is_another(store: Store) -> None:
    post(store)
    post(store)
    task = taken(store)
    post(store)
    assert lease(store) is None
    with store.write() as session:
        outbox.finish(session, task, NOW)
    again = taken(store)
    assert (again.id, again.attempts) == (task.id, 1)
    with store.write() as session:
        outbox.finish(session, again, NOW)
    assert waiting(store) == 0


def test_the_task_of_a_worker_that_was_killed_comes_up_again(store: Store) -> None:
    post(store)
    lost = taken(store)
    assert lease(store, LEASE - timedelta(seconds=1)) is None
    again = taken(store, LEASE)
    assert again.attempts == 2
    with store.write() as session:
        outbox.finish(session, lost, NOW)  # the one that was thought dead was only slow
    assert waiting(store) == 1


def test_a_failure_is_tried_again_after_longer_and_longer_and_then_given_up(store: Store) -> None:
    post(store)
    now = timedelta()
    waits = []
    for _ in range(MOST_ATTEMPTS - 1):
        fail(store, taken(store, now), now)
        wait = next(wait for wait in (10, 40, 160, 640) if lease_due(store, now + timedelta(seconds=wait)))
        waits.append(wait)
        now += timedelta(seconds=wait)
    assert waits == [10, 40, 160, 640]
    fail(store, taken(store, now), now)
    assert lease(store, timedelta(days=9)) is None
    with store.read() as session:
        (given_up,) = outbox.dead_letters(session)
    assert (given_up.subject, given_up.attempts, given_up.error) == (SUBJECT, MOST_ATTEMPTS, "it broke")


def lease_due(store: Store, after: timedelta) -> bool:
    with store.write() as session:
        found = outbox.lease(session, NOW + after)
        session.rollback()
    return found is not None


def test_what_kills_its_worker_each_time_is_given_up(store: Store) -> None:
    post(store)
    for number in range(MOST_ATTEMPTS):
        assert taken(store, LEASE * number).attempts == number + 1
    assert lease(store, LEASE * MOST_ATTEMPTS) is None
    with store.read() as session:
        (given_up,) = outbox.dead_letters(session)
    assert "worker ended" in given_up.error


@pytest.fixture
def given_up(store: Store) -> int:
    post(store)
    for number in range(MOST_ATTEMPTS):
        task = taken(store, timedelta(days=number))
        fail(store, task, timedelta(days=number))
    return task.id


def test_what_was_given_up_can_be_tried_again_or_forgotten(store: Store, given_up: int) -> None:
    with store.write() as session:
        assert outbox.revive(session, given_up, NOW) == ("kind", SUBJECT)
    assert taken(store).attempts == 1
    with store.write() as session, pytest.raises(NotFound):
        outbox.discard(session, given_up)


def test_what_is_forgotten_is_gone(store: Store, given_up: int) -> None:
    with store.write() as session:
        outbox.discard(session, given_up)
        assert outbox.dead_letters(session) == []


def test_what_can_not_be_done_yet_costs_no_try(store: Store) -> None:
    post(store)
    with store.write() as session:
        task = outbox.lease(session, NOW)
        assert task is not None
        outbox.postpone(session, task, NOW + timedelta(seconds=1))
    assert lease(store) is None
    assert taken(store, timedelta(seconds=1)).attempts == 1


def test_many_workers_never_get_the_same_task(store: Store) -> None:
    for number in range(12):
        post(store, f"{number:032}")
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(lambda _: lease(store), range(16)))
    subjects = [task.subject for task in found if task is not None]
    assert len(subjects) == len(set(subjects))
    assert len(subjects) + waiting_to_lease(store) == 12


def waiting_to_lease(store: Store) -> int:
    count = 0
    while lease(store) is not None:
        count += 1
    return count


def test_a_worker_counts_as_alive_for_a_short_while(store: Store) -> None:
    with store.write() as session:
        outbox.note_alive(session, "w" * 32, NOW)
        assert outbox.is_worker_alive(session, NOW + timedelta(seconds=29))
        assert not outbox.is_worker_alive(session, NOW + timedelta(seconds=31))
        outbox.note_ended(session, "w" * 32)
        assert outbox.state(session, NOW).worker_seen_at is None

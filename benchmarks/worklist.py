"""The clinician's lists, a patient's history and page one as a practice grows tenfold, on both databases.

Most of what was sent has been reviewed, a few responses wait. On PostgreSQL, whose server is the tests' own and flushes
nothing to disk, only what is read is measured. RESPONSES=1000000 compares a million with 100,000, in some minutes.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

from sqlalchemy import insert, select, text
from sqlalchemy.orm import Session

from benchmarks.measure import Figure, Pair, cpu_time, paired, wall_time
from benchmarks.practice import BIRTH_DATE, PASSWORD, Practice, practice, questionnaire
from screening.store import patients, responses, waiting, worklist
from screening.store.access import may_read_answers
from screening.store.audit import Actor
from screening.store.engine import Store
from screening.store.patients import Identity
from screening.store.tables import Invitation, InvitationQuestionnaire, QuestionnaireVersion, Response, new_id
from screening.store.worklist import ListFilter, ListPage
from tests.support.postgres import Cluster
from tests.support.staff import Member

LARGE = int(os.environ.get("RESPONSES", "100000"))
SMALL = LARGE // 10
_ONE_BY_ONE = 10_000
"""So many are made in Python, each with answers that open; the database copies them as often as it takes."""
_APART = 20
"""Minutes between two appointments."""
WAITING = 30
"""Responses that were sent and are not reviewed."""
PATIENTS = 500
NAME = "short"
"""The questionnaire that all of them answered."""


def run() -> Iterator[Figure]:
    """Compare a practice with one that has ten times as many responses, then open page one in the larger."""
    form = questionnaire(NAME, 1, 5)
    with practice(form) as small, practice(form) as large:
        yield from _compare(small, large, "SQLite")
        yield from _page_one(large)
    with (
        postgresql() as first,
        postgresql() as second,
        practice(form, database_url=first) as small,
        practice(form, database_url=second) as large,
    ):
        yield from _compare(small, large, "PostgreSQL")


@contextmanager
def postgresql() -> Iterator[str]:
    """Give the address of an empty PostgreSQL database."""
    cluster = Cluster()
    try:
        with cluster.database() as url:
            yield url
    finally:
        cluster.stop()


def _compare(small: Practice, large: Practice, database: str) -> Iterator[Figure]:
    for here, count in ((small, SMALL), (large, LARGE)):
        populate(here, count)
    lists = (
        ("worklist", to_review),
        ("what waits next", next_to_review),
        ("next week's appointments", appointments),
        ("a patient's history", history),
    )
    for what, list_of in lists:
        pair = paired(partial(list_of, large), partial(list_of, small), rounds=11, calls=5)
        yield from _both(f"{what}, {database}", pair)


def _page_one(here: Practice) -> Iterator[Figure]:
    """Sign in, open the worklist and from there a response with four earlier visits beside it."""
    member = Member(here.app)
    member.post("/clinic/sign-in", {"email": "clinician@clinic.example", "password": PASSWORD})
    to_open = [row.responses[0].response_id for row in to_review(here).rows[:2]]
    for which, response_id in zip(("first in a process", "again"), to_open, strict=True):
        begin, used = wall_time(), cpu_time()
        member.get("/clinic/")
        page = member.get(f"/clinic/responses/{response_id}")
        seconds, used = wall_time() - begin, cpu_time() - used
        assert page.status_code == 200
        assert "Last time" in page.text
        yield Figure(f"worklist, then page one with four earlier visits, {which}, at {LARGE:,}", seconds, "s", target=1)
        yield Figure("  of that CPU", used, "s")


def _both(what: str, pair: Pair) -> Iterator[Figure]:
    yield Figure(f"{what} at {LARGE:,} responses / at {SMALL:,}", pair.ratio, target=2)
    yield Figure(f"  at {LARGE:,}", pair.first * 1000, "ms")


def clinician(here: Practice) -> Actor:
    """Return the practice's clinician as the one who looks."""
    return Actor("staff", str(here.clinician_id), "192.0.2.7", frozenset({"clinician"}))


def to_review(here: Practice) -> ListPage:
    """Read what was sent and not yet reviewed."""
    with here.store.read() as session:
        page = worklist.to_review(session, here.store.keyring, clinician(here), "own", 1, datetime.now(UTC))
    assert len(page.rows) == WAITING
    return page


def next_to_review(here: Practice) -> str:
    """Find what waits after the last, so that it is looked for twice."""
    with here.store.read() as session:
        readable = may_read_answers(session, clinician(here), "own", datetime.now(UTC))
        found = waiting.next_to_review(session, readable, (datetime.max.replace(tzinfo=UTC), 0, ""))
    assert found is not None
    return found


def appointments(here: Practice) -> ListPage:
    """Read the appointments from now on."""
    with here.store.read() as session:
        now = datetime.now(UTC)
        return worklist.with_responses(
            session, here.store.keyring, clinician(here), "own", ListFilter(since=now), 1, now
        )


def history(here: Practice) -> int:
    """Find what one patient sent before the newest response."""
    with here.store.read() as session:
        readable = may_read_answers(session, clinician(here), "own", datetime.now(UTC))
        patient_id = session.scalars(select(Response.patient_id).limit(1)).one()
        newest = responses.find_newest(session, patient_id, NAME, readable)
        assert newest is not None
        found = responses.find_earlier(session, newest[0], readable, most=4)
    assert len(found) == 4
    return len(found)


def populate(here: Practice, count: int) -> None:
    """Write that many sent responses, one every 20 minutes back from now; those that wait have appointments to come."""
    now = datetime.now(UTC)
    people = _patients(here.store, now)
    with here.store.write() as session:
        find = select(QuestionnaireVersion.content_hash).where(QuestionnaireVersion.questionnaire_id == NAME)
        content_hash = session.scalars(find).one()
        invited = [
            _invitation(here, people[number % PATIENTS], number, now) for number in range(min(count, _ONE_BY_ONE))
        ]
        sent = [_response(here, invitation, number, content_hash) for number, invitation in enumerate(invited)]
        connection = session.connection()
        connection.execute(insert(Invitation), invited)
        asked = [{"invitation_id": row["id"], "position": 0, "questionnaire_id": NAME} for row in invited]
        connection.execute(insert(InvitationQuestionnaire), asked)
        connection.execute(insert(Response), sent)
        if count > _ONE_BY_ONE:
            _copy(session, count // _ONE_BY_ONE - 1)
    with here.store.write() as session:
        session.execute(text("ANALYZE"))  # as a database does by itself in time


def _copy(session: Session, copies: int) -> None:
    """Have the database copy what is there so often, each copy further back in time; the copies' answers don't open."""
    for table, changed in _COPIED.items():
        names = [column.name for column in table.columns]
        values = {name: name for name in names} | changed[session.get_bind().dialect.name]
        statement = f"""
            WITH RECURSIVE copy(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM copy WHERE n < {copies})
            INSERT INTO {table.name} ({", ".join(names)}) SELECT {", ".join(values.values())} FROM {table.name}, copy"""
        session.execute(text(statement))


def _of_copy(**columns: str) -> dict[str, dict[str, str]]:
    """Return by database how columns of a copy are written: those named as an id, a time or a sequence."""
    minutes = f"n * {_ONE_BY_ONE * _APART}"
    ways = {
        "sqlite": {
            "id": "printf('%08x', n) || substr({0}, 9)",
            "time": f"strftime('%Y-%m-%d %H:%M:%f000', {{0}}, '-' || ({minutes}) || ' minutes')",
        },
        "postgresql": {
            "id": "lpad(to_hex(n), 8, '0') || substr({0}, 9)",
            "time": f"{{0}} - {minutes} * interval '1 minute'",
        },
    }
    alike = {
        "sequence": f"{{0}} - n * {_ONE_BY_ONE}",
        "review time": "coalesce({0}, sent_at)",
        "reviewer": "coalesce({0}, (SELECT min(clinician_id) FROM invitation))",
    }
    return {
        name: {column: (way | alike)[kind].format(column) for column, kind in columns.items()}
        for name, way in ways.items()
    }


_COPIED = {
    Invitation.__table__: _of_copy(id="id", appointment_at="time", sent_at="time"),
    InvitationQuestionnaire.__table__: _of_copy(invitation_id="id"),
    Response.__table__: _of_copy(
        id="id",
        invitation_id="id",
        sent_at="time",
        sent_sequence="sequence",
        reviewed_at="review time",
        reviewed_by="reviewer",
    ),
}


def _patients(store: Store, now: datetime) -> list[str]:
    with store.write() as session:
        return [
            patients.create(session, store.keyring, Identity(f"R{number}", "Maren Holt", BIRTH_DATE), now)[0]
            for number in range(PATIENTS)
        ]


def _invitation(here: Practice, patient_id: str, number: int, now: datetime) -> dict[str, Any]:
    at = now + timedelta(days=1, minutes=number) if number < WAITING else now - timedelta(minutes=_APART * number)
    return {
        "id": new_id(),
        "patient_id": patient_id,
        "clinician_id": here.clinician_id,
        "appointment_at": at,
        "language": "en",
        "state": "sent",
        "created_at": at - timedelta(days=7),
        "begun_at": at - timedelta(days=3),
        "sent_at": at - timedelta(days=3),
        "consented_at": at - timedelta(days=3),
        "consent_hash": "0" * 64,
        "consent_language": "en",
        "birth_date_failures": 0,
    }


def _response(here: Practice, invitation: dict[str, Any], number: int, content_hash: str) -> dict[str, Any]:
    is_reviewed = number >= WAITING
    response_id = new_id()
    answers = {f"q1_{item}": "some" for item in range(1, 5)}
    document = {"pages": {"page1": {"answers": answers, "skipped": False}}}
    return {
        "id": response_id,
        "invitation_id": invitation["id"],
        "patient_id": invitation["patient_id"],
        "questionnaire_id": NAME,
        "version": "1",
        "content_hash": content_hash,
        "position": 0,
        "language": "en",
        "switched_on": [],
        "started_at": invitation["begun_at"],
        "sent_at": invitation["sent_at"],
        "sent_sequence": 1_000_000 - number,
        "document": here.store.keyring.seal(document, responses.bound_to(response_id)),
        "reviewed_at": invitation["appointment_at"] if is_reviewed else None,
        "reviewed_by": here.clinician_id if is_reviewed else None,
    }

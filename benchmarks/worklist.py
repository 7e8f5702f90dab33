"""The clinician's lists as a practice grows: most of what was sent has been reviewed, a few responses wait."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

from sqlalchemy import insert, select

from benchmarks.measure import Figure, Pair, paired
from benchmarks.practice import BIRTH_DATE, Practice, practice, questionnaire
from screening.store import patients, worklist
from screening.store.audit import Actor
from screening.store.engine import Store
from screening.store.patients import Identity
from screening.store.tables import Invitation, InvitationQuestionnaire, QuestionnaireVersion, Response, new_id
from screening.store.worklist import ListFilter, ListPage

SMALL, LARGE = 10_000, 100_000
WAITING = 30
"""Responses that were sent and are not reviewed."""
PATIENTS = 500
NAME = "short"
"""The questionnaire that all of them answered."""


def run() -> Iterator[Figure]:
    """Compare the lists of a practice with ten times as many responses."""
    text = questionnaire(NAME, 1, 5)
    with practice(text) as small, practice(text) as large:
        for here, count in ((small, SMALL), (large, LARGE)):
            populate(here, count)
        for what, list_of in (("worklist", to_review), ("next week's appointments", appointments)):
            pair = paired(partial(list_of, large), partial(list_of, small), rounds=11, calls=5)
            yield from _both(what, pair)


def _both(what: str, pair: Pair) -> Iterator[Figure]:
    yield Figure(f"{what} at 100,000 responses / at 10,000", pair.ratio, target=2)
    yield Figure("  at 100,000", pair.first * 1000, "ms")


def clinician(here: Practice) -> Actor:
    """Return the practice's clinician as the one who looks."""
    return Actor("staff", str(here.clinician_id), "192.0.2.7", frozenset({"clinician"}))


def to_review(here: Practice) -> ListPage:
    """Read what was sent and not yet reviewed."""
    with here.store.read() as session:
        page = worklist.to_review(session, here.store.keyring, clinician(here), "own", 1)
    assert len(page.rows) == WAITING
    return page


def appointments(here: Practice) -> ListPage:
    """Read the appointments from now on."""
    with here.store.read() as session:
        return worklist.with_responses(
            session, here.store.keyring, clinician(here), "own", ListFilter(since=datetime.now(UTC)), 1
        )


def populate(here: Practice, count: int) -> None:
    """Write that many sent responses, one every 20 minutes back from now; those that wait have appointments to come."""
    now = datetime.now(UTC)
    people = _patients(here.store, now)
    with here.store.write() as session:
        find = select(QuestionnaireVersion.content_hash).where(QuestionnaireVersion.questionnaire_id == NAME)
        content_hash = session.scalars(find).one()
        invited = [_invitation(here, people[number % PATIENTS], number, now) for number in range(count)]
        document = here.store.keyring.seal({"pages": {}}, "benchmark")
        sent = [
            _response(here, invitation, number, content_hash, document) for number, invitation in enumerate(invited)
        ]
        connection = session.connection()
        connection.execute(insert(Invitation), invited)
        asked = [{"invitation_id": row["id"], "position": 0, "questionnaire_id": NAME} for row in invited]
        connection.execute(insert(InvitationQuestionnaire), asked)
        connection.execute(insert(Response), sent)


def _patients(store: Store, now: datetime) -> list[str]:
    with store.write() as session:
        return [
            patients.create(session, store.keyring, Identity(f"R{number}", "Maren Holt", BIRTH_DATE), now)[0]
            for number in range(PATIENTS)
        ]


def _invitation(here: Practice, patient_id: str, number: int, now: datetime) -> dict[str, Any]:
    at = now + timedelta(days=1, minutes=number) if number < WAITING else now - timedelta(minutes=20 * number)
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


def _response(
    here: Practice, invitation: dict[str, Any], number: int, content_hash: str, document: bytes
) -> dict[str, Any]:
    is_reviewed = number >= WAITING
    return {
        "id": new_id(),
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
        "sent_sequence": number + 1,
        "document": document,
        "reviewed_at": invitation["appointment_at"] if is_reviewed else None,
        "reviewed_by": here.clinician_id if is_reviewed else None,
    }

"""A small practice in the database: staff, approved questionnaires, invitations, sent responses."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

from argon2 import PasswordHasher
from sqlalchemy import insert, select, update

from screening import approval, invitations
from screening.definition.loader import load_text
from screening.definition.overlay_reader import load_overlay_text
from screening.invitations import Invited, InviteRequest
from screening.store import audit, overlays, registry, responses
from screening.store.access import ADMINISTRATOR, CLINICIAN, FRONT_DESK
from screening.store.audit import Actor
from screening.store.engine import Store
from screening.store.tables import (
    Invitation,
    InvitationQuestionnaire,
    QuestionnaireVersion,
    Response,
    Role,
    Staff,
    new_id,
)
from tests.support.definitions import overlay_of

NOW = datetime(2026, 5, 4, 9, 0, tzinfo=UTC)
ZONE = ZoneInfo("Europe/Prague")
PASSWORD = "seven brown otters waiting"

MOOD = """\
id: mood
version: "{version}"
title: How you have been
language: en
copyright: CC0-1.0. For a test.
pages:
  - id: feelings
    title: Feelings
    items:
      - {{id: numb, type: boolean, text: Do you feel numb?}}
      - {{id: numb_when, type: text, text: When?, enable_when: {{numb: {{equals: yes}}}}}}
  - id: closeness
    title: Closeness
    sensitive: The next page is about sex. You can skip it.
    items:
      - {{id: interest, type: boolean, text: Has your interest changed?}}
"""
COPING = """\
id: coping
version: "1"
title: What helps you
language: en
copyright: CC0-1.0. For a test.
pages:
  - id: page
    title: What helps
    items:
      - {id: helps, type: string, text: What helps you?}
"""
ANSWERED: Mapping[str, Mapping[str, Mapping[str, Any]]] = {
    "mood": {
        "feelings": {"answers": {"numb": True, "numb_when": "Mornings, mostly."}, "skipped": False},
        "closeness": {"answers": {}, "skipped": True},
    },
    "coping": {"page": {"answers": {"helps": {"declined": True}}, "skipped": False}},
}
"""Questionnaire -> page -> what a patient did with it."""


@cache
def _hashed() -> str:
    """Hash the password at the least cost: whoever signs in waits as long as the hash says, and tests do it often."""
    return PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)


class Clinic:
    """Who works here, and short cuts to what happens before the thing that a test is about."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.admin = self.member("Ada Admin", {ADMINISTRATOR})
        self.desk = self.member("Dora Desk", {FRONT_DESK})
        self.novak = self.member("Dr A. Novak", {CLINICIAN})
        self.horak = self.member("Dr B. Horak", {CLINICIAN})
        self.register(MOOD.format(version="1"))
        self.register(COPING)
        for questionnaire_id in ("mood", "coping"):
            self.approve(questionnaire_id)

    def member(self, name: str, roles: Collection[str]) -> Actor:
        """Make an account, whose password is `PASSWORD`, and return it as the one who acts."""
        with self.store.write() as session:
            known = {role.name: role for role in session.scalars(select(Role))}
            account = Staff(
                email=f"{'.'.join(name.lower().replace('.', '').split())}@clinic.example",
                name=name,
                password=_hashed(),
                active=True,
                fs_uniquifier=new_id(),
                created_at=NOW,
                roles=[known.get(role) or Role(name=role) for role in sorted(roles)],
            )
            session.add(account)
            session.flush()
            return Actor("staff", str(account.id), "192.0.2.7", frozenset(roles), name)

    def register(self, text: str, now: datetime = NOW) -> None:
        """Register a questionnaire, as if its file were new."""
        loaded = load_text(text, "made-up.yaml")
        with self.store.write() as session:
            session.execute(
                insert(QuestionnaireVersion).values(
                    questionnaire_id=loaded.questionnaire.id,
                    version=loaded.questionnaire.version,
                    content_hash=loaded.content_hash,
                    text=loaded.text,
                    origin="file",
                    registered_at=now,
                )
            )

    def translate(self, questionnaire_id: str, language: str = "es", now: datetime = NOW, **texts: str) -> str:
        """Register a translation of version 1, as if its file were new; return its hash. See `overlay_of`."""
        with self.store.write() as session:
            base = registry.definition(session, questionnaire_id, "1")
            overlay = load_overlay_text(overlay_of(base, language, f"({language}) ", **texts), "made-up", base)
            overlays.register(session, self.store.keyring, [overlay], (), now)
        return overlay.content_hash

    def approve(self, questionnaire_id: str, version: str = "1") -> None:
        """Let a version be offered to patients."""
        approval.approve(self.store, self.novak, questionnaire_id, version, approver_name="Dr A. Novak", now=NOW)

    def request(self, **changes: Any) -> InviteRequest:
        """Return what the front desk enters for Anna Nowak, tomorrow at ten, but for what is named."""
        complete = InviteRequest(
            record_number="A-17",
            name="Anna Nowak",
            birth_date=date(1988, 5, 12),
            email="anna@example.org",
            mobile=None,
            clinician_id=int(self.novak.id),
            appointment_at=NOW + timedelta(days=1, hours=1),
            questionnaires=("mood",),
        )
        return replace(complete, **changes)

    def invite(self, **changes: Any) -> Invited:
        """Invite Anna Nowak, but for what is named."""
        return invitations.invite(self.store, self.desk, self.request(**changes), now=NOW, zone=ZONE)

    def begin(self, invitation_id: str, now: datetime = NOW) -> None:
        """Let the patient have agreed and begun."""
        with self.store.write() as session:
            session.execute(
                update(Invitation)
                .where(Invitation.id == invitation_id)
                .values(begun_at=now, consented_at=now, consent_hash="0" * 64, consent_language="en")
            )
            row = session.get_one(Invitation, invitation_id, populate_existing=True)
            query = select(InvitationQuestionnaire).where(InvitationQuestionnaire.invitation_id == invitation_id)
            for asked in session.scalars(query.order_by(InvitationQuestionnaire.position)):
                current = registry.current(session, asked.questionnaire_id)
                assert current is not None
                response = Response(
                    id=new_id(),
                    invitation_id=invitation_id,
                    patient_id=row.patient_id,
                    questionnaire_id=asked.questionnaire_id,
                    version=current.questionnaire.version,
                    content_hash=current.content_hash,
                    position=asked.position,
                    language="en",
                    switched_on=[],
                    started_at=now,
                )
                session.add(response)

    def send(
        self,
        invitation_id: str,
        pages: Mapping[str, Mapping[str, Mapping[str, Any]]] = ANSWERED,
        now: datetime = NOW,
    ) -> list[str]:
        """Let the patient have begun and sent these answers; return the responses' ids in order."""
        self.begin(invitation_id, now)
        patient = Actor("patient", invitation_id, "198.51.100.4")
        with self.store.write() as session:
            query = select(Response).where(Response.invitation_id == invitation_id).order_by(Response.position)
            sent = session.scalars(query).all()
            for response in sent:
                record = f"response:{response.id}"
                keyring = self.store.keyring
                event_id = audit.record(session, keyring, actor=patient, action="send", record=record, at=now)
                document = {"pages": pages[response.questionnaire_id]}
                response.document = keyring.seal(document, responses.bound_to(response.id))
                response.sent_at, response.sent_sequence = now, event_id
            values = {"state": "sent", "sent_at": now, "helped_by": "alone"}
            session.execute(update(Invitation).where(Invitation.id == invitation_id).values(**values))
        return [response.id for response in sent]

    def actions(self, record: str) -> list[tuple[str, str]]:
        """Return what is on record about a record: action and who did it, in order."""
        events = audit.AuditEvent
        with self.store.read() as session:
            rows = session.execute(
                select(events.action, events.actor).where(events.record == record).order_by(events.record_sequence)
            )
            return [(row.action, row.actor) for row in rows]

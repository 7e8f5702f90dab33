"""Fill an empty store with the demonstration practice that ``practice.json`` describes."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from screening import approval, invitations, review
from screening.answer_formats import dump_answers, parse_answers
from screening.intake.consent import Consent, agree, choose_privacy, decline_online
from screening.intake.reading import view
from screening.intake.saving import Posted, save_page
from screening.intake.sending import Helper, set_helper, submit
from screening.intake.sitting import Sitting, SittingPage
from screening.invitations import Invited, InviteRequest
from screening.staff import create_staff, list_staff
from screening.store import registry
from screening.store.audit import Actor
from screening.store.engine import Store
from screening.store.errors import Conflict

PASSWORD = "only-for-the-demo"  # noqa: S105  # made-up staff, made-up patients, and the address is this machine's
PRACTICE = Path(__file__).with_name("practice.json")

_SYSTEM = Actor(kind="system", id="demo", origin="", roles=frozenset())
_CONSENT = Consent(version="demo", language="en", text="A made-up patient agreed to this in the demonstration.")
_SENT_BEFORE_VISIT = timedelta(days=2)
_SENT_AFTER_INVITING = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class OpenInvitation:
    """The invitation that waits for whoever tries the demonstration."""

    patient_name: str
    birth_date: date
    token: str


def fill(store: Store, folders: Sequence[Path], now: datetime, zone: ZoneInfo) -> None:
    """Make staff, approvals and visits in an empty store, as of ``now`` (aware)."""
    practice = _practice()
    with store.write() as session:
        registry.register_files(session, store.keyring, folders, now - timedelta(days=365))
    for member in practice["staff"]:
        create_staff(
            store,
            _SYSTEM,
            email=member["email"],
            name=member["name"],
            roles=frozenset(member["roles"]),
            password=PASSWORD,
            is_own_password=True,
            now=now,
        )
    for version in approval.versions(store, _SYSTEM):
        approval.approve(
            store,
            _SYSTEM,
            version.questionnaire_id,
            version.version,
            approver_name=practice["approver"],
            now=now - timedelta(days=364),
            demo=True,
        )
    for visit in practice["visits"]:
        _Visit(store, visit, now, zone).play()


def open_invitation(store: Store, now: datetime, zone: ZoneInfo) -> OpenInvitation:
    """Return a new link of the invitation that waits to be tried; a new invitation once that one is used up."""
    visit = _Visit(store, _practice()["open"], now, zone)
    try:
        token = visit.invite(now).token
    except Conflict as conflict:
        token = invitations.new_link(store, _SYSTEM, str(conflict.current), now=now, zone=zone)
    return OpenInvitation(visit.patient["name"], visit.birth_date, token)


def staff_addresses(store: Store) -> dict[str, str]:
    """Return the demonstration's sign-ins: role -> e-mail address."""
    return {role: account.email for account in list_staff(store, _SYSTEM) for role in account.roles}


def _practice() -> dict[str, Any]:
    practice = json.loads(PRACTICE.read_text(encoding="utf-8"))
    assert isinstance(practice, dict)
    return practice


class _Visit:
    """One made-up visit, played through the use cases as it would have happened."""

    def __init__(self, store: Store, visit: Mapping[str, Any], now: datetime, zone: ZoneInfo) -> None:
        self.store = store
        self.visit = visit
        self.patient: Mapping[str, str] = visit["patient"]
        self.birth_date = date.fromisoformat(self.patient["birth_date"])
        self.language: str = visit.get("language", "en")
        self.clinician = next(account for account in list_staff(store, _SYSTEM) if "clinician" in account.roles)
        self.zone = zone
        day = now.astimezone(zone).date() + timedelta(days=visit["days"])
        self.appointment = datetime.combine(day, time.fromisoformat(visit["time"]), zone)
        self.sent_at = min(now, self.appointment - _SENT_BEFORE_VISIT)

    def play(self) -> None:
        """Take the visit as far as it got."""
        invited = self.invite(self.sent_at - _SENT_AFTER_INVITING)
        actor = Actor(kind="patient", id=invited.invitation_id, origin="", roles=frozenset())
        outcome = self.visit["outcome"]
        if outcome == "declined":
            decline_online(self.store, actor, now=self.sent_at, zone=self.zone)
            return
        choose_privacy(self.store, actor, always_hide=False, now=self.sent_at, zone=self.zone)
        agree(self.store, actor, replace(_CONSENT, language=self.language), now=self.sent_at, zone=self.zone)
        if outcome in ("sent", "reviewed"):
            self._answer_and_send(actor)
        if outcome == "reviewed":
            self._review()

    def invite(self, now: datetime) -> Invited:
        """Invite the visit's patient."""
        request = InviteRequest(
            record_number=self.patient["record_number"],
            name=self.patient["name"],
            birth_date=self.birth_date,
            clinician_id=self.clinician.id,
            appointment_at=self.appointment,
            questionnaires=tuple(self.visit["questionnaires"]),
            language=self.language,
        )
        return invitations.invite(self.store, _SYSTEM, request, now=now, zone=self.zone)

    def _answer_and_send(self, actor: Actor) -> None:
        sitting = self._look(actor)
        for questionnaire, raw in zip(sitting.questionnaires, self.visit["answers"], strict=True):
            answers, _ = parse_answers(questionnaire, raw, today=self.sent_at.date())
            flat = dump_answers(answers)
            for page in sitting.pages:
                if page.questionnaire.id == questionnaire.id:
                    self._save(actor, page.number, flat)
        set_helper(self.store, actor, Helper(self.visit["helped_by"]), now=self.sent_at, zone=self.zone)
        submit(self.store, actor, now=self.sent_at + timedelta(minutes=12), zone=self.zone)

    def _look(self, actor: Actor) -> Sitting:
        return view(self.store, actor, language=self.language, now=self.sent_at, zone=self.zone)

    def _save(self, actor: Actor, number: int, flat: Mapping[str, Any]) -> None:
        """Save a page, then once more for the questions that its own answers brought up."""
        shown: frozenset[str] = frozenset()
        while True:
            page = self._look(actor).page(number)
            if page is None or _asked(page) <= shown:
                return
            shown = _asked(page)
            posted = Posted(
                answers={item_id: flat[item_id] for item_id in shown if item_id in flat},
                shown=shown,
                revision=page.revision,
            )
            save_page(self.store, actor, page, posted, visit="demo", now=self.sent_at, zone=self.zone)

    def _review(self) -> None:
        clinician = self.clinician
        reader = Actor(kind="staff", id=str(clinician.id), origin="", roles=clinician.roles, name=clinician.name)
        when = self.appointment - timedelta(minutes=20)
        for row in review.to_review(self.store, reader, clinicians_see="own", now=when).rows:
            for listed in row.responses:
                if self.visit["note"]:
                    review.save_note(
                        self.store, reader, listed.response_id, self.visit["note"], 0, clinicians_see="own", now=when
                    )
                review.sign_off(self.store, reader, listed.response_id, clinicians_see="own", now=when)


def _asked(page: SittingPage) -> frozenset[str]:
    return frozenset(item.id for item in page.items if item.asks)

"""Inviting a patient: what can be chosen, what it asks of the patient, and the invitation itself."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, tzinfo

from sqlalchemy import insert
from sqlalchemy.orm import Session

from screening.definition.burden import Burden, burden
from screening.invitations import checks
from screening.path import offered
from screening.store import audit, invitations, patients, registry, staff
from screening.store.access import FRONT_DESK, require, staff_id
from screening.store.audit import Actor
from screening.store.crypto import Keyring
from screening.store.engine import Store
from screening.store.errors import Conflict, Invalid
from screening.store.patients import Identity
from screening.store.registry import Offered
from screening.store.tables import InvitationQuestionnaire


@dataclass(frozen=True, slots=True, kw_only=True)
class InviteRequest:
    """What the front desk enters. ``questionnaires`` are ids in the order of filling in; ``language`` is BCP 47."""

    record_number: str
    name: str
    birth_date: date
    clinician_id: int
    appointment_at: datetime
    questionnaires: tuple[str, ...]
    language: str = "en"
    email: str | None = None
    mobile: str | None = None

    @property
    def identity(self) -> Identity:
        """Return who is invited, tidied."""
        return checks.tidy(
            Identity(self.record_number, self.name, self.birth_date, self.email, self.mobile),
        )


@dataclass(frozen=True, slots=True)
class Invited:
    """A new invitation; ``token`` goes into the link and can't be had again."""

    invitation_id: str
    token: str


@dataclass(frozen=True, slots=True)
class Form:
    """A questionnaire that patients can be invited to; ``languages`` (BCP 47) are those that it is offered in."""

    id: str
    version: str
    title: str
    languages: frozenset[str]
    burden: Burden


def choosable_forms(store: Store, actor: Actor) -> list[Form]:
    """Return what patients can be invited to, with what each form asks of them, by title."""
    require(actor, FRONT_DESK)
    with store.read() as session:
        forms = [
            Form(
                current.questionnaire.id,
                current.questionnaire.version,
                current.questionnaire.title,
                current.languages,
                _burden(session, [current]),
            )
            for current in registry.all_current(session)
        ]
    return sorted(forms, key=lambda form: form.title.casefold())


def clinicians(store: Store, actor: Actor) -> list[tuple[int, str]]:
    """Return id and name of every clinician whom a patient can be invited for, by name."""
    require(actor, FRONT_DESK)
    with store.read() as session:
        return [(member.id, member.name) for member in staff.active_clinicians(session)]


def weigh(store: Store, actor: Actor, questionnaires: Sequence[str]) -> Burden:
    """Return what these questionnaires ask of a patient together; unknown ones count for nothing."""
    require(actor, FRONT_DESK)
    with store.read() as session:
        found = [registry.current(session, questionnaire_id) for questionnaire_id in dict.fromkeys(questionnaires)]
        return _burden(session, [current for current in found if current is not None])


def invite(store: Store, actor: Actor, request: InviteRequest, *, now: datetime, zone: tzinfo) -> Invited:
    """Invite a patient; one who is known by the record number is found again. ``zone`` is the clinic's.

    Raises Invalid by field (those of `InviteRequest`), and Conflict, with the id of the other invitation as
    ``current``, where the patient has an open invitation for the same appointment: a second click makes no second one.
    """
    require(actor, FRONT_DESK)
    with store.write() as session:
        _check(session, request, now, zone)
        patient_id = _patient(session, store.keyring, actor, request.identity, now)
        invitation_id = invitations.create(
            session,
            patient_id=patient_id,
            clinician_id=request.clinician_id,
            appointment_at=request.appointment_at,
            language=request.language,
            created_by=staff_id(actor),
            now=now,
        )
        if invitation_id is None:
            other = invitations.open_for(session, patient_id, request.appointment_at)
            raise Conflict("This patient has been invited for this appointment already.", other)
        session.execute(
            insert(InvitationQuestionnaire),
            [
                {"invitation_id": invitation_id, "position": position, "questionnaire_id": questionnaire_id}
                for position, questionnaire_id in enumerate(request.questionnaires, start=1)
            ],
        )
        token = invitations.add_link(session, store.keyring, invitation_id, staff_id(actor), now)
        audit.record(
            session,
            store.keyring,
            actor=actor,
            action="invite",
            record=f"invitation:{invitation_id}",
            at=now,
            detail={"patient": patient_id, "questionnaires": list(request.questionnaires)},
        )
    return Invited(invitation_id, token)


def _check(session: Session, request: InviteRequest, now: datetime, zone: tzinfo) -> None:
    problems = {
        **checks.check_identity(request.identity, now.astimezone(zone).date()),
        **checks.check_clinician(session, request.clinician_id),
        **checks.check_appointment(request.appointment_at, now, zone),
        **checks.check_forms(session, request.questionnaires, request.language),
    }
    if problems:
        raise Invalid(problems)


def _patient(session: Session, keyring: Keyring, actor: Actor, identity: Identity, now: datetime) -> str:
    """Return the id of this patient, new or known; contact details that were given replace what was known."""
    patient_id, is_new = patients.create(session, keyring, identity, now)
    if is_new:
        audit.record(session, keyring, actor=actor, action="create", record=f"patient:{patient_id}", at=now)
        return patient_id
    known = patients.read(session, keyring, patient_id)
    _check_same_person(identity, known)
    updated = replace(known, email=identity.email or known.email, mobile=identity.mobile or known.mobile)
    if updated != known:
        patients.change(session, keyring, patient_id, updated)
        fields = [field for field in ("email", "mobile") if getattr(updated, field) != getattr(known, field)]
        audit.record(
            session,
            keyring,
            actor=actor,
            action="change",
            record=f"patient:{patient_id}",
            at=now,
            detail={"fields": list(fields)},
        )
    return patient_id


def _check_same_person(identity: Identity, known: Identity) -> None:
    """Refuse another name or birth date under a known record number, without telling what is known."""
    hint = "If the patient's details have changed, find the patient by the record number and correct them first."
    problems: dict[str, str] = {}
    if identity.birth_date != known.birth_date:
        problems["birth_date"] = f"This record number belongs to a patient with another date of birth. {hint}"
    if patients.name_words(identity.name) != patients.name_words(known.name):
        problems["name"] = f"This record number belongs to a patient with another name. {hint}"
    if problems:
        raise Invalid(problems)


def _burden(session: Session, forms: Sequence[Offered]) -> Burden:
    questionnaires = (form.questionnaire for form in forms)
    return burden(offered(form, registry.switched_on(session, form)) for form in questionnaires)

"""Use cases around what is offered to patients: approve a version, withdraw it, switch parts on, set the safeguard."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from screening.definition.burden import Burden, burden
from screening.definition.diff import Change, changes
from screening.path import offered
from screening.store import audit, registry, report_tasks
from screening.store.access import ADMINISTRATOR, CLINICIAN, require, staff_id
from screening.store.audit import Actor, DetailValue
from screening.store.engine import Store, insert_unless_there
from screening.store.errors import Conflict, Invalid, NotAllowed, NotFound
from screening.store.registry import OptionalPart
from screening.store.tables import QuestionnaireSwitch, QuestionnaireVersion, Response, Safeguard

NEEDS_SAFEGUARD = (
    "This asks about self-harm. First set who reads such answers, within what time, and what happens out of hours."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class VersionView:
    """A registered version. ``is_current`` marks the one that patients who begin now get.

    ``approved_by`` is None where nobody approved it; ``withdrawn_at`` tells when it ceased to be offered.
    """

    questionnaire_id: str
    version: str
    title: str
    content_hash: str
    registered_at: datetime
    clinically_reviewed: str
    approved_by: str | None
    approved_at: datetime | None
    approval_is_demo: bool
    withdrawn_at: datetime | None
    is_current: bool
    burden: Burden


@dataclass(frozen=True, slots=True)
class Standing:
    """How many responses stand on a version: begun and not sent, and sent."""

    begun: int = 0
    sent: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """What changed between two registered versions of a questionnaire, and what stands on each."""

    title: str
    changes: tuple[Change, ...]
    old: Standing
    new: Standing


@dataclass(frozen=True, slots=True)
class PartView:
    """A part that is off by default. ``is_on`` is what the clinic chose, ``counts`` whether patients get it now."""

    part: OptionalPart
    is_on: bool
    counts: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class SafeguardView:
    """Who reads answers about self-harm, within what time, and what happens out of hours; all in words."""

    reader: str
    within: str
    out_of_hours: str
    set_at: datetime


def versions(store: Store, actor: Actor, questionnaire_id: str | None = None) -> list[VersionView]:
    """Return the registered versions, by questionnaire, the newest first."""
    require(actor, ADMINISTRATOR, CLINICIAN)
    with store.read() as session:
        current = {(offer.questionnaire.id, offer.questionnaire.version) for offer in registry.all_current(session)}
        return [_view(session, row, current) for row in registry.versions(session, questionnaire_id)]


def compare(store: Store, actor: Actor, questionnaire_id: str, old: str, new: str) -> Compared:
    """Return what changed between two versions; NotFound if one of them is not registered."""
    require(actor, ADMINISTRATOR, CLINICIAN)
    with store.read() as session:
        before, after = (registry.definition(session, questionnaire_id, version) for version in (old, new))
        query = select(Response.version, func.count(), func.count(Response.sent_at))
        rows = session.execute(query.where(Response.questionnaire_id == questionnaire_id).group_by(Response.version))
        standing = {version: Standing(all_of_them - sent, sent) for version, all_of_them, sent in rows}
    return Compared(
        title=after.title,
        changes=changes(before, after),
        old=standing.get(old, Standing()),
        new=standing.get(new, Standing()),
    )


def approve(
    store: Store,
    actor: Actor,
    questionnaire_id: str,
    version: str,
    *,
    approver_name: str,
    now: datetime,
    demo: bool = False,
    content_hash: str | None = None,
) -> None:
    """Approve a version, so that patients are offered it; ``approver_name`` is printed in every report.

    A clinician approves in her own name; an administrator names the clinician who did. Doing it again changes nothing,
    but a real approval takes the place of a demo one, and a withdrawn version is offered again. Raises NotFound,
    NotAllowed (an approval in another's name; a form that needs the safeguard first), Invalid, and Conflict where
    ``content_hash``, of the text that was looked at, is no longer that of the version.
    """
    require(actor, ADMINISTRATOR, CLINICIAN)
    name = " ".join(approver_name.split())
    if not name or len(name) > 200:
        raise Invalid({"approver_name": "Enter the name of the clinician who approves, at most 200 characters."})
    if actor.kind == "staff" and ADMINISTRATOR not in actor.roles and name != actor.name:
        raise NotAllowed("Only an administrator can enter another clinician's approval.")
    with store.write() as session:
        row = registry.get(session, questionnaire_id, version, for_update=True)
        if content_hash not in (None, row.content_hash):
            raise Conflict("The text of this version has changed. Look at it again first.", row.content_hash)
        stands = row.approved_at is not None and row.withdrawn_at is None
        if stands and (demo or not row.approval_is_demo):
            return
        if registry.asks_about_self_harm(registry.parse(row)) and session.get(Safeguard, 1) is None:
            raise NotAllowed(NEEDS_SAFEGUARD)
        _set(session, row, approved_by=name, approved_at=now, approval_is_demo=demo, withdrawn_at=None)
        _audit(session, store, actor, questionnaire_id, "approve", now, {**_which(row), "demo": demo})
        report_tasks.post_for_questionnaire(session, questionnaire_id, now, version=version)


def withdraw(store: Store, actor: Actor, questionnaire_id: str, version: str, *, now: datetime) -> None:
    """Offer an approved version to nobody new; who has begun on it finishes on it. Doing it again changes nothing."""
    require(actor, ADMINISTRATOR, CLINICIAN)
    with store.write() as session:
        row = registry.get(session, questionnaire_id, version, for_update=True)
        if row.approved_at is None or row.withdrawn_at is not None:
            return
        _set(session, row, withdrawn_at=now)
        _audit(session, store, actor, questionnaire_id, "withdraw", now, _which(row))
        report_tasks.post_for_questionnaire(session, questionnaire_id, now, version=version)


def parts(store: Store, actor: Actor, questionnaire_id: str) -> list[PartView]:
    """Return the parts that are off by default in the version now offered, else in the newest; NotFound if none."""
    require(actor, ADMINISTRATOR, CLINICIAN)
    with store.read() as session:
        rows = registry.versions(session, questionnaire_id)
        if not rows:
            raise NotFound(f"No questionnaire {questionnaire_id} is registered.")
        current = registry.current(session, questionnaire_id)
        questionnaire = current.questionnaire if current else registry.parse(rows[0])
        chosen = registry.chosen_parts(session, questionnaire_id)
        counting = registry.switched_on(session, questionnaire)
        return [
            PartView(part, part.id in chosen, part.id in counting) for part in registry.optional_parts(questionnaire)
        ]


def switch(store: Store, actor: Actor, questionnaire_id: str, part_id: str, *, on: bool, now: datetime) -> None:
    """Switch a part on or off for whoever begins from now on, in every version that has it.

    Raises NotFound for a part that no registered version has as off by default, NotAllowed where a part asks about
    self-harm and the clinic has set no safeguard.
    """
    require(actor, ADMINISTRATOR, CLINICIAN)
    with store.write() as session:
        known = [
            part
            for row in registry.versions(session, questionnaire_id)
            for part in registry.optional_parts(registry.parse(row))
            if part.id == part_id
        ]
        if not known:
            raise NotFound(f"No part {part_id} of {questionnaire_id} is off by default.")
        if on and any(part.asks_about_self_harm for part in known) and session.get(Safeguard, 1) is None:
            raise NotAllowed(NEEDS_SAFEGUARD)
        if on:
            values = {
                "questionnaire_id": questionnaire_id,
                "part_id": part_id,
                "set_by": staff_id(actor),
                "set_at": now,
            }
            key = (QuestionnaireSwitch.questionnaire_id, QuestionnaireSwitch.part_id)
            changed = insert_unless_there(session, QuestionnaireSwitch, values, *key)
        else:
            removed = session.execute(
                delete(QuestionnaireSwitch)
                .where(QuestionnaireSwitch.questionnaire_id == questionnaire_id, QuestionnaireSwitch.part_id == part_id)
                .returning(QuestionnaireSwitch.part_id)
            )
            changed = removed.first() is not None
        if changed:
            action = "switch_on" if on else "switch_off"
            _audit(session, store, actor, questionnaire_id, action, now, {"part": part_id})


def safeguard(store: Store, actor: Actor) -> SafeguardView | None:
    """Return the safeguard for answers about self-harm; None where the clinic has set none."""
    require(actor, ADMINISTRATOR, CLINICIAN)
    with store.read() as session:
        row = session.get(Safeguard, 1)
        if row is None:
            return None
        return SafeguardView(reader=row.reader, within=row.within, out_of_hours=row.out_of_hours, set_at=row.set_at)


def set_safeguard(store: Store, actor: Actor, *, reader: str, within: str, out_of_hours: str, now: datetime) -> None:
    """Set or change the safeguard. Raises Invalid for what is empty or too long."""
    require(actor, ADMINISTRATOR)
    values = {"reader": reader.strip(), "within": within.strip(), "out_of_hours": out_of_hours.strip()}
    limits = {
        "reader": (200, "who reads these answers"),
        "within": (200, "within what time they are read"),
        "out_of_hours": (2000, "what happens out of hours"),
    }
    problems = {
        field: f"Say {what} in at most {limit:,} characters." if values[field] else f"Say {what}."
        for field, (limit, what) in limits.items()
        if not 0 < len(values[field]) <= limit
    }
    if problems:
        raise Invalid(problems)
    with store.write() as session:
        stamped = {**values, "set_by": staff_id(actor), "set_at": now}
        if not insert_unless_there(session, Safeguard, {"id": 1, **stamped}, Safeguard.id):
            session.execute(update(Safeguard).where(Safeguard.id == 1).values(**stamped))
        audit.record(session, store.keyring, actor=actor, action="set", record="safeguard:1", at=now)


def _view(session: Session, row: QuestionnaireVersion, current: set[tuple[str, str]]) -> VersionView:
    questionnaire = registry.parse(row)
    return VersionView(
        questionnaire_id=row.questionnaire_id,
        version=row.version,
        title=questionnaire.title,
        content_hash=row.content_hash,
        registered_at=row.registered_at,
        clinically_reviewed=questionnaire.clinically_reviewed or "",
        approved_by=row.approved_by,
        approved_at=row.approved_at,
        approval_is_demo=row.approval_is_demo,
        withdrawn_at=row.withdrawn_at,
        is_current=(row.questionnaire_id, row.version) in current,
        burden=burden([offered(questionnaire, registry.switched_on(session, questionnaire))]),
    )


def _set(session: Session, row: QuestionnaireVersion, **values: object) -> None:
    session.execute(
        update(QuestionnaireVersion)
        .where(
            QuestionnaireVersion.questionnaire_id == row.questionnaire_id, QuestionnaireVersion.version == row.version
        )
        .values(**values)
    )


def _which(row: QuestionnaireVersion) -> dict[str, DetailValue]:
    return {"version": row.version, "hash": row.content_hash}


def _audit(
    session: Session,
    store: Store,
    actor: Actor,
    questionnaire_id: str,
    action: str,
    now: datetime,
    detail: dict[str, DetailValue],
) -> None:
    record = f"questionnaire:{questionnaire_id}"
    audit.record(session, store.keyring, actor=actor, action=action, record=record, at=now, detail=detail)

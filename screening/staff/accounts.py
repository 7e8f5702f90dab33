"""Staff accounts. Whatever changes what an account may do ends its sessions: they refer to a value that is renewed."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import uuid4

from sqlalchemy import delete, insert, select, update
from sqlalchemy.orm import Session

from screening.staff.passwords import hash_password, password_problem
from screening.store import audit, waiting
from screening.store import staff as repository
from screening.store.access import ADMINISTRATOR, CLINICIAN, RIGHTS, ROLES, require
from screening.store.audit import Actor, DetailValue
from screening.store.engine import Store, insert_unless_there
from screening.store.errors import Invalid, NotAllowed, NotFound
from screening.store.tables import Role, Staff, staff_role
from screening.store.text import UNPRINTABLE, is_line
from screening.translations import LANGUAGES

_EMAIL = re.compile(r"[^\s@]+@[^\s@]+")
_TAKEN = "There is an account with this e-mail address already."


@dataclass(frozen=True, slots=True)
class StaffView:
    """A staff account as an administrator sees it; ``roles`` has the rights that come with no role, too."""

    id: int
    email: str
    name: str
    roles: frozenset[str]
    active: bool
    created_at: datetime


def create_staff(
    store: Store,
    actor: Actor,
    *,
    email: str,
    name: str,
    roles: Collection[str],
    password: str,
    now: datetime,
    practice: str = "",
    is_own_password: bool = False,
) -> int:
    """Make an account and return its id. Raises Invalid for ``email``, ``name``, ``roles`` or ``password``.

    The person has to choose another password at the first sign-in, unless ``is_own_password``. ``practice`` is the
    practice's name, which makes no password.
    """
    require(actor, ADMINISTRATOR)
    email, name = repository.normalised(email), " ".join(name.split())
    problems = _check(email, name, roles)
    problem = password_problem(password, (email, name, practice))
    if problem:
        problems["password"] = problem
    if problems:
        raise Invalid(problems)
    hashed = hash_password(password)  # before the transaction: it takes long, and the write lock is shared
    with store.write() as session:
        values = {
            "email": email,
            "name": name,
            "password": hashed,
            "active": True,
            "must_change_password": not is_own_password,
            "fs_uniquifier": uuid4().hex,
            "created_at": now,
        }
        if not insert_unless_there(session, Staff, values, Staff.email):
            raise Invalid({"email": _TAKEN})
        account = repository.find_by_email(session, email)
        assert account is not None
        _give_roles(session, account.id, roles)
        _audit(session, store, actor, account.id, "create", now, {"roles": sorted(roles)})
        return account.id


def list_staff(store: Store, actor: Actor) -> list[StaffView]:
    """Return all accounts, open ones first, by name."""
    require(actor, ADMINISTRATOR)
    with store.read() as session:
        found = [_view(account) for account in session.scalars(select(Staff))]
    return sorted(found, key=lambda account: (not account.active, account.name.casefold(), account.id))


def find_staff(store: Store, actor: Actor, email: str) -> StaffView:
    """Return the account with this e-mail address; NotFound if there is none."""
    require(actor, ADMINISTRATOR)
    with store.read() as session:
        account = repository.find_by_email(session, email)
        if account is None:
            raise NotFound(f"There is no account with the e-mail address {email}.")
        return _view(account)


def disable_staff(store: Store, actor: Actor, staff_id: int, *, now: datetime) -> None:
    """Close an account and end its sessions; doing it again changes nothing.

    Raises NotAllowed for the last administrator: somebody must be able to open accounts; and for a clinician whose
    patients' answers nobody would find then.
    """
    require(actor, ADMINISTRATOR)
    with store.write() as session:
        _lock(session)
        account = repository.get(session, staff_id)
        if not account.active:
            return
        _keep_an_administrator(session, account)
        _leave_no_answers_unread(session, account, now)
        _set(session, staff_id, active=False)
        _audit(session, store, actor, staff_id, "disable", now)


def enable_staff(store: Store, actor: Actor, staff_id: int, *, now: datetime) -> None:
    """Open a closed account again; doing it again changes nothing."""
    require(actor, ADMINISTRATOR)
    with store.write() as session:
        if repository.get(session, staff_id).active:
            return
        _set(session, staff_id, active=True)
        _audit(session, store, actor, staff_id, "enable", now)


def set_roles(store: Store, actor: Actor, staff_id: int, roles: Collection[str], *, now: datetime) -> None:
    """Give an account exactly these roles and end its sessions. Raises Invalid for ``roles``; NotAllowed as above."""
    require(actor, ADMINISTRATOR)
    problems = _check_roles(roles)
    if problems:
        raise Invalid(problems)
    with store.write() as session:
        _lock(session)
        account = repository.get(session, staff_id)
        before = {role.name for role in account.roles}
        if before == set(roles):
            return
        if ADMINISTRATOR not in roles:
            _keep_an_administrator(session, account)
        if CLINICIAN not in roles:
            _leave_no_answers_unread(session, account, now)
        session.execute(delete(staff_role).where(staff_role.c.staff_id == staff_id))
        _give_roles(session, staff_id, roles)
        _set(session, staff_id)
        _audit(session, store, actor, staff_id, "set_roles", now, {"from": sorted(before), "to": sorted(roles)})


def set_right(store: Store, actor: Actor, staff_id: int, right: str, *, on: bool, now: datetime) -> None:
    """Give an account a right, or take it away; its roles stay. Raises as `set_roles` does."""
    if right not in RIGHTS:
        raise Invalid({"rights": f"There is no right {right}; there is {', '.join(RIGHTS)}."})
    require(actor, ADMINISTRATOR)
    with store.read() as session:
        roles = {role.name for role in repository.get(session, staff_id).roles}
    set_roles(store, actor, staff_id, roles | {right} if on else roles - {right}, now=now)


def set_password(store: Store, actor: Actor, staff_id: int, password: str, *, now: datetime, practice: str = "") -> str:
    """Give an account another password and end its sessions; by an administrator, or by the person herself.

    One that somebody else gave has to be changed at the next sign-in. Returns what the account's sessions refer to
    from now on, for the one that goes on. Raises Invalid. ``practice`` is as for `create_staff`.
    """
    is_own = actor.kind == "staff" and actor.id == str(staff_id)
    if not is_own:
        require(actor, ADMINISTRATOR)
    with store.read() as session:
        account = repository.get(session, staff_id)
    problem = password_problem(password, (account.email, account.name, practice))
    if problem:
        raise Invalid({"password": problem})
    hashed = hash_password(password)
    with store.write() as session:
        uniquifier = _set(session, staff_id, password=hashed, must_change_password=not is_own)
        _audit(session, store, actor, staff_id, "set_password", now)
    return uniquifier


def set_language(store: Store, actor: Actor, language: str | None, *, now: datetime) -> None:
    """Keep the language (BCP 47) that somebody wants to work in, None for the practice's. Raises Invalid."""
    if language is not None and language not in LANGUAGES:
        raise Invalid({"language": f"The pages are in {', '.join(LANGUAGES)}."})
    with store.write() as session:
        session.execute(update(Staff).where(Staff.id == int(actor.id)).values(language=language))
        _audit(session, store, actor, int(actor.id), "set_language", now, {"language": language or ""})


def _check(email: str, name: str, roles: Collection[str]) -> dict[str, str]:
    problems = {}
    if len(email) > 255 or not _EMAIL.fullmatch(email):
        problems["email"] = "Enter an e-mail address like name@example.org."
    if not name or len(name) > 200:
        problems["name"] = "Enter the person's name, at most 200 characters."
    elif not is_line(name):
        problems["name"] = UNPRINTABLE
    return problems | _check_roles(roles)


def _check_roles(roles: Collection[str]) -> dict[str, str]:
    unknown = sorted(set(roles) - ROLES.keys() - RIGHTS.keys())
    if unknown:
        return {"roles": f"There is no role {', '.join(unknown)}; there are {', '.join((*ROLES, *RIGHTS))}."}
    return {} if roles else {"roles": "Choose at least one role or right."}


def _lock(session: Session) -> None:
    """Let only one transaction at a time take the administrator's role from somebody."""
    session.execute(select(Role.id).where(Role.name == ADMINISTRATOR).with_for_update())


def _keep_an_administrator(session: Session, account: Staff) -> None:
    others = [member for member in repository.with_role(session, ADMINISTRATOR) if member.id != account.id]
    if not others:
        raise NotAllowed("This is the last administrator. Make somebody else an administrator first.")


def _leave_no_answers_unread(session: Session, account: Staff, now: datetime) -> None:
    count = waiting.count_waiting(session, account.id, now)
    if count:
        appointments = "1 appointment" if count == 1 else f"{count} appointments"
        raise NotAllowed(
            f"{account.name} has {appointments} with answers that are still to come or not yet reviewed. "
            "Let the front desk give them to another clinician first, under Appointments."
        )


def _give_roles(session: Session, staff_id: int, roles: Collection[str]) -> None:
    for name in roles:
        description = {**ROLES, **RIGHTS}[name]
        insert_unless_there(session, Role, {"name": name, "description": description}, Role.name)
    role_ids = session.scalars(select(Role.id).where(Role.name.in_(roles)))
    session.execute(insert(staff_role), [{"staff_id": staff_id, "role_id": role_id} for role_id in role_ids])


def _set(session: Session, staff_id: int, **values: object) -> str:
    """Change an account and renew what its sessions refer to; return the new value."""
    uniquifier = uuid4().hex
    changed = session.execute(
        update(Staff).where(Staff.id == staff_id).values(fs_uniquifier=uniquifier, **values).returning(Staff.id)
    )
    if changed.first() is None:
        raise NotFound("There is no such account.")
    return uniquifier


def _view(account: Staff) -> StaffView:
    roles = frozenset(role.name for role in account.roles)
    return StaffView(account.id, account.email, account.name, roles, account.active, account.created_at)


def _audit(
    session: Session,
    store: Store,
    actor: Actor,
    staff_id: int,
    action: str,
    now: datetime,
    detail: dict[str, DetailValue] | None = None,
) -> None:
    record = f"staff:{staff_id}"
    audit.record(session, store.keyring, actor=actor, action=action, record=record, at=now, detail=detail)

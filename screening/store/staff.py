"""Staff accounts in the database: look-ups that other records need."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from screening.store.access import CLINICIAN
from screening.store.compiled import CompiledStatement
from screening.store.engine import Store
from screening.store.errors import NotFound
from screening.store.tables import Role, Staff, staff_role

_BY_UNIQUIFIER = CompiledStatement(
    select(
        Staff.id,
        Staff.email,
        Staff.name,
        Staff.password,
        Staff.active,
        Staff.fs_uniquifier,
        Staff.must_change_password,
        Staff.language,
        Role.name.label("role"),
    )
    .outerjoin(staff_role, staff_role.c.staff_id == Staff.id)
    .outerjoin(Role, Role.id == staff_role.c.role_id)
    .where(Staff.fs_uniquifier == bindparam("wanted"))
    .order_by(Role.name)
)


@dataclass(frozen=True, slots=True)
class AccountRow:
    """What every request of a member of staff needs to know of the account."""

    id: int
    email: str
    name: str
    password: str | None
    active: bool
    fs_uniquifier: str
    must_change_password: bool
    language: str | None
    roles: tuple[str, ...]


def find_by_uniquifier(store: Store, uniquifier: str) -> AccountRow | None:
    """Return the account that sessions refer to so, or None."""
    rows = store.rows(_BY_UNIQUIFIER, wanted=uniquifier)
    return AccountRow(*(*rows[0][:-1], tuple(row[-1] for row in rows if row[-1] is not None))) if rows else None


def get(session: Session, staff_id: int) -> Staff:
    """Return the account; NotFound if there is none."""
    found = session.get(Staff, staff_id, populate_existing=True)
    if found is None:
        raise NotFound("There is no such account.")
    return found


def find_by_email(session: Session, email: str) -> Staff | None:
    """Return the account with this e-mail address, in whatever case it is written, or None."""
    return session.scalars(select(Staff).where(Staff.email == normalised(email))).one_or_none()


def normalised(email: str) -> str:
    """Return an e-mail address as it is kept and compared."""
    return email.strip().casefold()


def active_clinicians(session: Session) -> Sequence[Staff]:
    """Return the clinicians with an open account, by name."""
    return with_role(session, CLINICIAN)


def with_role(session: Session, role: str) -> Sequence[Staff]:
    """Return the open accounts that have this role, by name."""
    query = select(Staff).join(Staff.roles).where(Role.name == role, Staff.active.is_(True))
    return session.scalars(query.order_by(Staff.name, Staff.id)).all()


def names(session: Session, staff_ids: Iterable[int | None]) -> dict[int, str]:
    """Return the names of these accounts, closed ones too, by id."""
    wanted = {staff_id for staff_id in staff_ids if staff_id is not None}
    return {row.id: row.name for row in session.execute(select(Staff.id, Staff.name).where(Staff.id.in_(wanted)))}

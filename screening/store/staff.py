"""Staff accounts in the database: look-ups that other records need."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import Connection, Row, bindparam, select
from sqlalchemy.orm import Session

from screening.store.access import CLINICIAN
from screening.store.errors import NotFound
from screening.store.tables import Role, Staff, staff_role

# Built once: every request of a member of staff runs it.
_BY_UNIQUIFIER = (
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


def rows_by_uniquifier(connection: Connection, uniquifier: str) -> Sequence[Row[*tuple[Any, ...]]]:
    """Return the account that sessions refer to so, a row for each of its roles (``role``); none if there is none."""
    return connection.execute(_BY_UNIQUIFIER, {"wanted": uniquifier}).all()


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

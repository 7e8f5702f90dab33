"""Who may do what: roles, and the condition under which a query gives out answers. Denied unless named here."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Final, Literal, TypeAlias

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    CompoundSelect,
    Integer,
    bindparam,
    false,
    literal,
    select,
    true,
    union,
)
from sqlalchemy.orm import Session

from screening.store.audit import Actor
from screening.store.errors import NotAllowed
from screening.store.tables import Cover, Invitation, UtcDateTime

FRONT_DESK: Final = "front_desk"
CLINICIAN: Final = "clinician"
ADMINISTRATOR: Final = "administrator"
TRANSCRIBER: Final = "transcriber"

ROLES: Final[dict[str, str]] = {
    FRONT_DESK: "invites patients and sees who has answered; reaches no answer",
    CLINICIAN: "reads answers, writes notes and signs off",
    ADMINISTRATOR: "looks after accounts and questionnaires; reaches no answer",
}
"""Role -> what it is for."""

RIGHTS: Final[dict[str, str]] = {
    TRANSCRIBER: "types in what patients answered on paper; reads none of it again once it is saved",
}
"""A right of its own, which no role brings with it -> what it is for. Kept with the roles of an account."""

CliniciansSee: TypeAlias = Literal["own", "practice"]
"""Whether clinicians read the responses of their own appointments only, or the whole practice's."""


def require(actor: Actor, *roles: str) -> None:
    """Raise NotAllowed unless the actor has one of these roles; the program itself may do everything."""
    if actor.kind == "system":
        return
    if actor.kind != "staff" or actor.roles.isdisjoint(roles):
        raise NotAllowed("Your account is not set up to do this.")


def staff_id(actor: Actor) -> int | None:
    """Return the id of the member of staff who acts; None for the program itself."""
    return int(actor.id) if actor.kind == "staff" else None


def may_read_answers(
    session: Session, actor: Actor, clinicians_see: CliniciansSee, now: datetime
) -> ColumnElement[bool]:
    """Return the condition, over a query that has the invitation, under which this actor may read answers at ``now``.

    It stands in every query that gives out an answer or the id of a response, so that a crafted address finds nothing.
    A clinician reads her own appointments' and those of the colleagues whom she covers.
    """

    def clinicians() -> list[int]:
        # Asked for first: with the ids in hand the query finds a clinician's appointments by their index.
        reader = literal(int(actor.id), Integer())
        return sorted(session.scalars(_read_by(reader, literal(now, UtcDateTime()))))

    return _may_read(actor, clinicians_see, clinicians)


def may_read_answers_built_once(actor: Actor, clinicians_see: CliniciansSee) -> ColumnElement[bool]:
    """Return the condition of `may_read_answers` for a statement about few responses that is built once.

    It has the parameters ``reader`` (the id of a member of staff) and ``now`` where it needs them, and is one of four.
    """

    def clinicians() -> CompoundSelect[int]:
        return _read_by(bindparam("reader", type_=Integer()), bindparam("now", type_=UtcDateTime()))

    return _may_read(actor, clinicians_see, clinicians)


def _may_read(
    actor: Actor, clinicians_see: CliniciansSee, clinicians: Callable[[], Sequence[int] | CompoundSelect[int]]
) -> ColumnElement[bool]:
    """Return the one rule; ``clinicians`` gives those of `_read_by`, and is asked only where it depends on them."""
    if actor.kind == "system":
        return true()
    if actor.kind != "staff" or CLINICIAN not in actor.roles:
        return false()
    if clinicians_see == "practice":
        return true()
    return Invitation.clinician_id.in_(clinicians())


def _read_by(reader: BindParameter[int], now: BindParameter[datetime]) -> CompoundSelect[int]:
    """Return the query for the clinicians whose responses this one reads: herself, and those whom she covers."""
    covered = select(Cover.clinician_id).where(Cover.cover_id == reader, Cover.starts_at <= now, Cover.ends_at > now)
    return union(select(reader), covered)

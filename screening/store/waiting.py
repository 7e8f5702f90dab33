"""What was sent and waits to be reviewed, and the order of all lists of appointments: never by what was answered."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TypeAlias

from sqlalchemy import ColumnElement, Select, and_, exists, func, literal, or_, select, tuple_
from sqlalchemy.orm import Session, aliased

from screening.store.paper import AWAITS_RETYPING
from screening.store.tables import Invitation, Response

WAITS = and_(Response.sent_at.is_not(None), Response.reviewed_at.is_(None))
HAS_UNREVIEWED = exists().where(Response.invitation_id == Invitation.id, WAITS)
_LINKS_LAST = timedelta(days=1)
"""Longer than from any appointment to the end of its day, when the links end."""

_Sent = aliased(Response)
_SENT_ORDER = select(func.min(_Sent.sent_sequence)).where(_Sent.invitation_id == Invitation.id).scalar_subquery()
IN_ORDER = (Invitation.appointment_at, _SENT_ORDER.nulls_last(), Invitation.id)
"""How lists are ordered: by appointment, for one time by when it was sent, what was not sent last.

An index gives the first; the rest is sorted among those of the same time only, so it is asked of few rows.
"""

Place: TypeAlias = tuple[datetime, int, str]
"""Where an invitation that was sent stands in the order: appointment, sent sequence, id."""


def to_review_query(readable: ColumnElement[bool]) -> Select[Invitation]:
    """Return the query for what was sent and not yet reviewed; ``readable`` is from `may_read_answers`."""
    return select(Invitation).where(
        Invitation.id.in_(select(Response.invitation_id).where(WAITS, is_readable(readable)))
    )


def is_readable(readable: ColumnElement[bool]) -> ColumnElement[bool]:
    """Return the condition, over a query that has the response, under which this actor may read it.

    It looks at the invitation of each response that was found. As a join it would invite SQLite, which knows nothing
    of the sizes, to begin with all the clinician's invitations of all years.
    """
    of_response = select(Invitation.id).where(Invitation.id == Response.invitation_id, readable)
    return of_response.correlate(Response).exists()


def place_of(session: Session, invitation_id: str) -> Place:
    """Return where an invitation, of which something was sent, stands in the order."""
    query = select(Invitation.appointment_at, _SENT_ORDER, Invitation.id).where(Invitation.id == invitation_id)
    appointment_at, sent_order, found = session.execute(query).one()
    return appointment_at, sent_order, found


def next_to_review(session: Session, readable: ColumnElement[bool], after: Place) -> str | None:
    """Return the id of the response that waits next in the order, the first of all after the last; None for none.

    ``readable`` is from `may_read_answers`. What waits of the invitation ``after`` comes last of all.
    """
    appointment_at, sent_order, invitation_id = after
    place = tuple_(Invitation.appointment_at, _SENT_ORDER, Invitation.id)
    comes_later = place > tuple_(
        literal(appointment_at, Invitation.appointment_at.type), literal(sent_order), literal(invitation_id)
    )
    query = to_review_query(readable).with_only_columns(Invitation.id).order_by(*IN_ORDER).limit(1)
    found = session.scalar(query.where(comes_later)) or session.scalar(query)
    return None if found is None else next_of_invitation(session, readable, found)


def next_of_invitation(
    session: Session, readable: ColumnElement[bool], invitation_id: str, but: str | None = None
) -> str | None:
    """Return the id of the first response of an invitation that waits, leaving ``but`` out; None for none."""
    query = select(Response.id).where(Response.invitation_id == invitation_id, WAITS, is_readable(readable))
    if but is not None:
        query = query.where(Response.id != but)
    return session.scalar(query.order_by(Response.position).limit(1))


def count_waiting(session: Session, clinician_id: int, now: datetime) -> int:
    """Count a clinician's appointments with answers that can still come, or are not yet reviewed."""
    can_come = and_(Invitation.state == "open", Invitation.appointment_at > now - _LINKS_LAST)
    waits = and_(Invitation.state == "sent", or_(HAS_UNREVIEWED, AWAITS_RETYPING))
    query = select(func.count()).select_from(Invitation)
    return session.scalar(query.where(Invitation.clinician_id == clinician_id, or_(can_come, waits))) or 0

"""Attention answers: one exact answer to one question, to be repeated at the top of the response where it was given."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias

from sqlalchemy import or_, select, update
from sqlalchemy.orm import Session

from screening.store import staff
from screening.store.engine import insert_unless_there
from screening.store.tables import AttentionAnswer, new_id

Exact: TypeAlias = str | bool | int
"""An option's code, yes or no, or a whole number on a scale."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AttentionRow:
    """One setting: what is repeated, who asked for it, who set it and when."""

    attention_id: str
    questionnaire_id: str
    item_id: str
    answer: Exact
    asked_by: str
    set_by: str
    set_at: datetime


def in_force(
    session: Session, questionnaire_id: str | None = None, *, at: datetime | None = None
) -> list[AttentionRow]:
    """Return the settings of one questionnaire or all, by the time they were set: those now in force, or then."""
    query = select(AttentionAnswer).order_by(AttentionAnswer.set_at, AttentionAnswer.id)
    if questionnaire_id is not None:
        query = query.where(AttentionAnswer.questionnaire_id == questionnaire_id)
    if at is None:
        query = query.where(AttentionAnswer.ended_at.is_(None))
    else:
        ended = or_(AttentionAnswer.ended_at.is_(None), AttentionAnswer.ended_at > at)
        query = query.where(AttentionAnswer.set_at <= at, ended)
    rows = session.scalars(query).all()
    names = staff.names(session, [row.set_by for row in rows])
    return [
        AttentionRow(
            attention_id=row.id,
            questionnaire_id=row.questionnaire_id,
            item_id=row.item_id,
            answer=json.loads(row.answer),
            asked_by=row.asked_by,
            set_by=names.get(row.set_by or 0, ""),
            set_at=row.set_at,
        )
        for row in rows
    ]


def add(
    session: Session,
    questionnaire_id: str,
    item_id: str,
    answer: Exact,
    *,
    asked_by: str,
    set_by: int | None,
    now: datetime,
) -> bool:
    """Set one; False if the same is in force."""
    values = {
        "id": new_id(),
        "questionnaire_id": questionnaire_id,
        "item_id": item_id,
        "answer": json.dumps(answer),
        "asked_by": asked_by,
        "set_by": set_by,
        "set_at": now,
    }
    return insert_unless_there(session, AttentionAnswer, values, AttentionAnswer.id)


def end(session: Session, attention_id: str, *, ended_by: int | None, now: datetime) -> str | None:
    """End one, and return its questionnaire's id; None if none such is in force."""
    return session.scalar(
        update(AttentionAnswer)
        .where(AttentionAnswer.id == attention_id, AttentionAnswer.ended_at.is_(None))
        .values(ended_at=now, ended_by=ended_by)
        .returning(AttentionAnswer.questionnaire_id)
    )

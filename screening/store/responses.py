"""Sent responses in the database, and the form in which answers stand in a sealed document.

A response's document is ``{"pages": {page id: page document}}``, a page's ``{"answers": {item id: answer}, "skipped":
bool, "unseen": [key], "language": tag}``; answers have the plain form of ANSWERS.json, and the tag (BCP 47) is that of
the language in which the page was answered. A page that is not in it was not reached, and neither was a question whose
key is among the unseen: its id, or "GROUP/PLACE/ID" in an entry (from 1) of a group that repeats.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import BindParameter, ColumnElement, ScalarSelect, and_, delete, or_, select, update
from sqlalchemy.orm import Session, aliased

from screening.answer_formats import parse_flat
from screening.answers import Answers, Value
from screening.definition.model import Questionnaire
from screening.path import entries_of
from screening.store import audit, files, paper, signed_reports
from screening.store.access import CliniciansSee, may_read_answers
from screening.store.audit import Actor
from screening.store.compiled import Transaction
from screening.store.crypto import Keyring
from screening.store.tables import Correction, Invitation, RejectedResponse, Response

LATEST_VISIT_FIRST = (Invitation.appointment_at.desc(), Response.sent_sequence.desc())


def bound_to(response_id: str) -> str:
    """Return the name of the row that a sent response's document is sealed for."""
    return f"response:{response_id}"


def find_sent(
    session: Session,
    actor: Actor,
    response_id: str,
    clinicians_see: CliniciansSee,
    *,
    now: datetime,
    for_update: bool = False,
) -> tuple[Response, Invitation] | None:
    """Return a sent response with its invitation, if there is one that this actor may read; else None."""
    query = (
        select(Response, Invitation)
        .join(Invitation, Invitation.id == Response.invitation_id)
        .where(
            Response.id == response_id,
            Response.sent_at.is_not(None),
            may_read_answers(session, actor, clinicians_see, now),
        )
        .execution_options(populate_existing=True)
    )
    row = session.execute(query.with_for_update(of=Response) if for_update else query).one_or_none()
    return None if row is None else (row[0], row[1])


def find_newest(
    session: Session, patient_id: str, questionnaire_id: str, readable: ColumnElement[bool]
) -> tuple[Response, Invitation] | None:
    """Return what a patient sent to a questionnaire for the latest visit, if there is any that may be read; else None.

    What was typed in from paper counts once it was compared with it; what a corrected version took the place of counts
    no more.
    """
    row = session.execute(
        select(Response, Invitation)
        .join(Invitation, Invitation.id == Response.invitation_id)
        .where(
            Response.patient_id == patient_id,
            Response.questionnaire_id == questionnaire_id,
            Response.sent_sequence.is_not(None),
            ~_was_corrected(),
            paper.counts(Response),
            readable,
        )
        .order_by(*LATEST_VISIT_FIRST)
        .limit(1)
        .execution_options(populate_existing=True)
    ).one_or_none()
    return None if row is None else (row[0], row[1])


def find_earlier(
    session: Session, response: Response, readable: ColumnElement[bool], *, most: int
) -> list[tuple[Response, Invitation]]:
    """Return what the same patient sent to the same questionnaire for earlier visits, the earliest first.

    At most ``most``, and only what may be read; ``readable`` is from `screening.store.access.may_read_answers`. The
    order is that of the appointments, for one visit that of sending: what was filled in on paper and typed in late
    stands at its visit. What a corrected version took the place of is left out, for that one is there, and so is what
    was typed in from paper and not yet compared with it. Found by the index of a patient's history.
    """
    visit = _visit_of(response)
    rows = session.execute(
        select(Response, Invitation)
        .join(Invitation, Invitation.id == Response.invitation_id)
        .where(
            *came_before(
                response.patient_id, response.questionnaire_id, visit, response.sent_sequence, response.invitation_id
            ),
            readable,
        )
        .order_by(*LATEST_VISIT_FIRST)
        .limit(most)
        .execution_options(populate_existing=True)
    )
    return [(row[0], row[1]) for row in rows][::-1]


def came_before(
    patient_id: str | BindParameter[str],
    questionnaire_id: str | BindParameter[str],
    visit: ScalarSelect[datetime] | BindParameter[datetime],
    sent_sequence: int | BindParameter[int] | None,
    invitation_id: str | BindParameter[str],
) -> tuple[ColumnElement[bool], ...]:
    """Return the conditions, over a query that has response and invitation, of what `find_earlier` finds."""
    its_correction = select(Correction.invitation_id).where(
        Correction.invitation_id == Response.invitation_id, Correction.corrects_id == invitation_id
    )
    return (
        Response.patient_id == patient_id,
        Response.questionnaire_id == questionnaire_id,
        Response.sent_sequence.is_not(None),
        or_(
            Invitation.appointment_at < visit,
            and_(Invitation.appointment_at == visit, Response.sent_sequence < sent_sequence),
        ),
        ~_was_corrected(),
        ~its_correction.exists(),  # it can stand at an earlier day where only one of the two was moved
        paper.counts(Response),
    )


def _was_corrected() -> ColumnElement[bool]:
    """Return the condition, over a query that has the invitation, that a corrected version was sent."""
    by = aliased(Response)
    return (
        select(by.id)
        .join(Correction, Correction.invitation_id == by.invitation_id)
        .where(Correction.corrects_id == Invitation.id, by.sent_sequence.is_not(None), paper.counts(by))
        .exists()
    )


def _visit_of(response: Response) -> ScalarSelect[datetime]:
    """Return the time of the appointment that a response was sent for, to compare with."""
    its_own = aliased(Invitation)
    return select(its_own.appointment_at).where(its_own.id == response.invitation_id).scalar_subquery()


def exists(transaction: Transaction, response_id: str) -> bool:
    """Tell whether there is such a response at all, for the trail of refused reads."""
    return transaction.scalar(select(Response.id).where(Response.id == response_id)) is not None


def remove(
    session: Session, keyring: Keyring, found: Sequence[Response], *, actor: Actor, reason: str, at: datetime
) -> list[int]:
    """Delete responses with notes, saved pages and all PDFs made of them; return the ids of the events that say so.

    An open invitation that none is left of begins anew: its patient would find a form without a question.
    """
    events = [
        audit.record(
            session,
            keyring,
            actor=actor,
            action="delete",
            record=f"response:{response.id}",
            at=at,
            detail={"reason": reason, "questionnaire": response.questionnaire_id, "version": response.version},
        )
        for response in found
    ]
    files.remove_with(session, [response.id for response in found])
    signed_reports.forget_with(session, [response.id for response in found])
    # Notes, saved pages, the prepared report and those that were signed go with their response (ON DELETE CASCADE).
    session.execute(
        delete(Response).where(Response.id.in_([response.id for response in found])),
        execution_options={"synchronize_session": False},
    )
    is_left = select(Response.id).where(Response.invitation_id == Invitation.id).exists()
    session.execute(
        update(Invitation)
        .where(Invitation.id.in_({response.invitation_id for response in found}), Invitation.state == "open", ~is_left)
        .values(begun_at=None, consented_at=None, consent_hash=None, consent_language=None, helped_by=None),
        execution_options={"synchronize_session": False},
    )
    return events


def remove_rejected(
    session: Session, keyring: Keyring, found: Sequence[RejectedResponse], *, actor: Actor, reason: str, at: datetime
) -> list[int]:
    """Delete what was typed in from paper and rejected, and return the ids of the events that say so."""
    events = [
        audit.record(
            session,
            keyring,
            actor=actor,
            action="delete",
            record=f"response:{row.id}",
            at=at,
            detail={"reason": reason, "questionnaire": row.questionnaire_id, "version": row.version},
        )
        for row in found
    ]
    session.execute(delete(RejectedResponse).where(RejectedResponse.id.in_([row.id for row in found])))
    return events


def open_answers(keyring: Keyring, response: Response, questionnaire: Questionnaire) -> Answers:
    """Return the answers of a sent response; SealError if its document does not open."""
    assert response.document is not None
    return read_answers(questionnaire, keyring.open(response.document, bound_to(response.id))["pages"])


def open_languages(keyring: Keyring, response: Response) -> dict[str, str]:
    """Return the language (BCP 47) in which each page of a sent response was answered, by page id."""
    assert response.document is not None
    pages = keyring.open(response.document, bound_to(response.id))["pages"]
    return {page_id: page.get("language") or response.language for page_id, page in pages.items()}


def read_answers(questionnaire: Questionnaire, pages: Mapping[str, Mapping[str, Any]]) -> Answers:
    """Return the answers that page documents hold; AnswersError for one that the questionnaire can't take."""
    values: dict[str, Value] = {}
    declined: frozenset[str] = frozenset()
    for page in questionnaire.pages:
        if page.id in pages:
            page_values, page_declined = parse_flat(page.items, pages[page.id]["answers"])
            values |= page_values
            declined |= page_declined
    known = {page.id for page in questionnaire.pages}
    skipped = frozenset(page_id for page_id, page in pages.items() if page["skipped"])
    unseen = {key for page in pages.values() for key in page.get("unseen", ())}
    in_entries = {key for key in unseen if "/" in key}
    for key in in_entries:
        _mark_unseen(values, *key.split("/", 2))
    return Answers(values, declined, frozenset(pages) & known, skipped & known, frozenset(unseen - in_entries))


def _mark_unseen(values: dict[str, Value], group_id: str, place: str, item_id: str) -> None:
    """Note in an entry, by its place from 1, that a question of it was never on the screen."""
    entries = entries_of(values.get(group_id))
    if entries:
        values[group_id] = tuple(
            replace(entry, unseen=entry.unseen | {item_id}) if str(number) == place else entry
            for number, entry in enumerate(entries, start=1)
        )

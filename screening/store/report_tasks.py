"""Reports that are to be made again because something else than their own response changed: asked for in the outbox.

Those that are signed off are left alone: their PDF is kept as it was made. The content key sees to it that no old PDF
is handed out; this, that nobody has to wait for the new one.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from screening.store import outbox
from screening.store.tables import Correction, Response


def post_for_patient(session: Session, patient_id: str, now: datetime) -> None:
    """Ask for the reports of a patient's unsigned responses; each shows earlier visits, so one change is in several."""
    _post(session, now, Response.patient_id == patient_id)


def post_for_questionnaire(
    session: Session, questionnaire_id: str, now: datetime, *, version: str | None = None
) -> None:
    """Ask for the reports of the unsigned responses to a questionnaire, or to one version of it."""
    in_version = [] if version is None else [Response.version == version]
    _post(session, now, Response.questionnaire_id == questionnaire_id, *in_version)


def post_for_corrected(session: Session, invitation_id: str, now: datetime) -> None:
    """Ask for the reports of the unsigned responses that what was sent on this invitation corrects."""
    corrected = select(Correction.corrects_id).where(Correction.invitation_id == invitation_id)
    _post(session, now, Response.invitation_id.in_(corrected))


def _post(session: Session, now: datetime, *which: ColumnElement[bool]) -> None:
    unsigned = select(Response.id).where(Response.sent_at.is_not(None), Response.reviewed_at.is_(None), *which)
    outbox.post_all(session, outbox.PREPARE_REPORT, unsigned.order_by(Response.id), now)

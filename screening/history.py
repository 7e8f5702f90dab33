"""Use case of the clinician: what one patient answered to one questionnaire over several visits.

Nothing is compared but side by side; every response that is shown is a read, and on record as one.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from screening.response_view import earlier_response
from screening.store import audit, patients, responses
from screening.store.access import CLINICIAN, CliniciansSee, may_read_answers, require
from screening.store.audit import Actor
from screening.store.engine import Store
from screening.store.errors import NotFound
from screening.summary import EarlierResponse

MOST_VISITS = 12
"""Visits side by side, at the most: the newest."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryView:
    """A patient's responses to one questionnaire, the earliest first; ``title`` is that of the newest version."""

    patient_name: str
    record_number: str
    title: str
    visits: tuple[EarlierResponse, ...]


def load_history(
    store: Store,
    actor: Actor,
    patient_id: str,
    questionnaire_id: str,
    *,
    clinicians_see: CliniciansSee,
    now: datetime,
    language: str = "",
) -> HistoryView:
    """Return what a patient sent to a questionnaire and this actor may read; NotFound if there is nothing.

    The questions are in ``language`` (BCP 47), where they have a translation into it.
    What a corrected version took the place of is left out.
    """
    require(actor, CLINICIAN)
    with store.write() as session:
        readable = may_read_answers(session, actor, clinicians_see, now)
        newest = responses.find_newest(session, patient_id, questionnaire_id, readable)
        if newest is None:
            raise NotFound("There is no such history.")
        shown = [*responses.find_earlier(session, newest[0], readable, most=MOST_VISITS - 1), newest]
        identity = patients.read(session, store.keyring, patient_id)
        visits = tuple(earlier_response(session, store.keyring, *found, language) for found in shown)
        audit.record_each(
            session,
            store.keyring,
            actor=actor,
            action="read",
            details={f"response:{response.id}": {"as": "history"} for response, _ in shown},
            at=now,
        )
    return HistoryView(
        patient_name=identity.name,
        record_number=identity.record_number,
        title=visits[-1].questionnaire.title,
        visits=visits,
    )

"""What an invitation's fields must be; each check returns field name -> what is wrong and what would be right."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta, tzinfo

from sqlalchemy.orm import Session

from screening.store import registry, staff
from screening.store.patients import Identity, name_words, normalised
from screening.store.text import UNPRINTABLE, is_line

OLDEST_YEARS = 120
FURTHEST_APPOINTMENT = timedelta(days=2 * 366)
MOST_FORMS = 10

_EMAIL = re.compile(r"[^\s@<>()\[\],;:\"\\]+@[^\s@<>()\[\],;:\"\\]+\.[^\s@<>()\[\],;:\"\\.]{2,}")
_MOBILE = re.compile(r"\+?[0-9 ()./-]+")


def tidy(identity: Identity) -> Identity:
    """Return the identity without stray white space; an empty e-mail address or number becomes None."""
    return replace(
        identity,
        record_number=" ".join(identity.record_number.split()),
        name=" ".join(identity.name.split()),
        email=(identity.email or "").strip() or None,
        mobile=(identity.mobile or "").strip() or None,
    )


def check_identity(identity: Identity, today: date) -> dict[str, str]:
    """Check a tidied identity; ``today`` is the clinic's."""
    problems: dict[str, str] = {}
    number = identity.record_number
    if not normalised(number) or len(number) > 40 or not number.isprintable():
        problems["record_number"] = "Enter the record number, at most 40 characters."
    if not name_words(identity.name) or len(identity.name) > 200:
        problems["name"] = "Enter the patient's name, at most 200 characters."
    elif not is_line(identity.name):
        problems["name"] = UNPRINTABLE
    if not today.year - OLDEST_YEARS <= identity.birth_date.year or identity.birth_date > today:
        problems["birth_date"] = f"Enter a date of birth in the last {OLDEST_YEARS} years."
    if identity.email is not None and (len(identity.email) > 254 or not _EMAIL.fullmatch(identity.email)):
        problems["email"] = "Enter an e-mail address like name@example.org, or leave it empty."
    if identity.mobile is not None and not _is_mobile(identity.mobile):
        problems["mobile"] = "Enter a phone number of 6 to 15 digits, like +44 7700 900123, or leave it empty."
    return problems


def check_appointment(appointment_at: datetime, now: datetime, zone: tzinfo) -> dict[str, str]:
    """Check when the appointment is: from today on, in the clinic's ``zone``, and not by a slip in a far year."""
    if appointment_at.tzinfo is None:
        raise ValueError("an appointment needs its zone")
    if appointment_at.astimezone(zone).date() < now.astimezone(zone).date():
        return {"appointment_at": "This day has passed. Enter an appointment from today on."}
    if appointment_at - now > FURTHEST_APPOINTMENT:
        return {"appointment_at": "This is more than two years ahead. Check the year."}
    return {}


def check_clinician(session: Session, clinician_id: int) -> dict[str, str]:
    """Check that there is such a clinician, with an open account."""
    if any(member.id == clinician_id for member in staff.active_clinicians(session)):
        return {}
    return {"clinician_id": "Choose a clinician of this practice."}


def check_forms(session: Session, questionnaires: Sequence[str], language: str) -> dict[str, str]:
    """Check that these questionnaires can be sent to a patient, in this language."""
    if not questionnaires:
        return {"questionnaires": "Choose at least one form."}
    if len(questionnaires) > MOST_FORMS or len(set(questionnaires)) < len(questionnaires):
        return {"questionnaires": f"Choose each form once, and at most {MOST_FORMS}."}
    missing: list[str] = []
    for questionnaire_id in questionnaires:
        current = registry.current(session, questionnaire_id)
        if current is None:
            known = registry.versions(session, questionnaire_id)
            why = "no version of it is approved yet" if known else "there is no such form"
            return {"questionnaires": f"{questionnaire_id}: {why}."}
        if language not in current.languages:
            missing.append(current.questionnaire.title)
    return {"language": f"Not offered in this language: {', '.join(missing)}."} if missing else {}


def _is_mobile(text: str) -> bool:
    return bool(_MOBILE.fullmatch(text)) and 6 <= sum(char.isdigit() for char in text) <= 15

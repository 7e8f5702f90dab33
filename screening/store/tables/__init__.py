"""The tables, as SQLAlchemy typed models, a module for each subject; constraints hold the states.

What can be read in a copy of the database is only what has to be looked up: who (as an opaque id), which
questionnaire, state and times. Names, birth dates, addresses, answers and notes are sealed documents (`crypto`),
bound to their row. Times are UTC. The tables of background work are in `screening.store.work_tables`.
"""

from __future__ import annotations

from screening.store.tables.accounts import Attempt, Role, Staff, WebSession, staff_role
from screening.store.tables.base import Base, Id, Sequence, UtcDateTime, new_id
from screening.store.tables.invitations import Correction, Cover, Invitation, InvitationLink, InvitationQuestionnaire
from screening.store.tables.paper import PaperResponse, RejectedResponse, Transcription, TranscriptionForm
from screening.store.tables.patients import Patient, PatientNameWord
from screening.store.tables.questionnaires import (
    AttentionAnswer,
    ConsentText,
    QuestionnaireOverlay,
    QuestionnaireSwitch,
    QuestionnaireVersion,
    Safeguard,
)
from screening.store.tables.responses import Note, Response, ResponseOverlay, ResponsePage, ReviewEntry
from screening.store.tables.trail import AuditEvent, AuditSeal, KeyCheck

__all__ = [
    "Attempt",
    "AttentionAnswer",
    "AuditEvent",
    "AuditSeal",
    "Base",
    "ConsentText",
    "Correction",
    "Cover",
    "Id",
    "Invitation",
    "InvitationLink",
    "InvitationQuestionnaire",
    "KeyCheck",
    "Note",
    "PaperResponse",
    "Patient",
    "PatientNameWord",
    "QuestionnaireOverlay",
    "QuestionnaireSwitch",
    "QuestionnaireVersion",
    "RejectedResponse",
    "Response",
    "ResponseOverlay",
    "ResponsePage",
    "ReviewEntry",
    "Role",
    "Safeguard",
    "Sequence",
    "Staff",
    "Transcription",
    "TranscriptionForm",
    "UtcDateTime",
    "WebSession",
    "new_id",
    "staff_role",
]

"""The clinic's pages: worklist, invitations, responses, questionnaires. Thin; the use cases decide."""

from __future__ import annotations

from flask import Flask

from screening.web.clinic import (
    account,
    asking_first,
    correcting,
    covering,
    days,
    files,
    importing,
    invitations,
    inviting,
    navigation,
    paper,
    paper_review,
    patients,
    preview,
    questionnaires,
    record,
    report_files,
    responses,
    verifying,
    words,
    worklist,
)
from screening.web.clinic.blueprint import blueprint

__all__ = [
    "account",
    "asking_first",
    "blueprint",
    "correcting",
    "covering",
    "days",
    "files",
    "importing",
    "init_app",
    "invitations",
    "inviting",
    "paper",
    "paper_review",
    "patients",
    "preview",
    "questionnaires",
    "record",
    "report_files",
    "responses",
    "verifying",
    "worklist",
]


def init_app(app: Flask) -> None:
    """Register the routes, and what staff templates use."""
    app.register_blueprint(blueprint)
    app.context_processor(navigation.variables)
    app.jinja_env.filters |= {
        "appointment": words.appointment,
        "clock": words.clock,
        "day": words.day,
        "moment": words.moment,
    }
    app.jinja_env.globals |= {
        "correction_words": words.CORRECTIONS,
        "paper_words": words.PAPER_STATES,
        "right_words": words.RIGHTS_OF_THEIR_OWN,
        "role_words": words.ROLES,
        "state_words": words.STATES,
    }

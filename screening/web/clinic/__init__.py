"""The clinic's pages: worklist, invitations, responses, questionnaires. Thin; the use cases decide."""

from __future__ import annotations

from flask import Flask

from screening.web.clinic import (
    account,
    days,
    invitations,
    inviting,
    navigation,
    patients,
    questionnaires,
    record,
    responses,
    words,
    worklist,
)
from screening.web.clinic.blueprint import blueprint

__all__ = [
    "account",
    "blueprint",
    "days",
    "init_app",
    "invitations",
    "inviting",
    "patients",
    "questionnaires",
    "record",
    "responses",
    "worklist",
]


def init_app(app: Flask) -> None:
    """Register the routes, and what staff templates use."""
    app.register_blueprint(blueprint)
    app.context_processor(navigation.variables)
    app.jinja_env.filters |= {"moment": words.moment, "day": words.day, "appointment": words.appointment}
    app.jinja_env.globals |= {"state_words": words.STATES, "role_words": words.ROLES}

"""What the frame of every staff page shows: who is signed in, and where each role's work is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask import request, url_for
from flask_babel import gettext as _
from flask_login import current_user

from screening.store.access import ADMINISTRATOR, CLINICIAN, FRONT_DESK, TRANSCRIBER
from screening.web import context
from screening.web.language import STAFF_PATHS


@dataclass(frozen=True, slots=True)
class Entry:
    """One link of the navigation."""

    label: str
    url: str
    current: bool


def variables() -> dict[str, Any]:
    """Return the variables of templates/clinic/layout.html, for pages of staff."""
    if not request.path.startswith(STAFF_PATHS):
        return {}
    if not current_user.is_authenticated:
        return {"staff_name": "", "navigation": [], "account_url": "", "sign_out_url": "", "roles": frozenset()}
    actor = context.staff_actor()
    return {
        "staff_name": actor.name,
        "navigation": _entries(actor.roles),
        "account_url": url_for("clinic.account"),
        "sign_out_url": url_for("clinic.sign_out"),
        "roles": actor.roles,
    }


def home(roles: frozenset[str]) -> str:
    """Return the address of the page that a role's work begins on."""
    if CLINICIAN in roles:
        return url_for("clinic.worklist")
    if FRONT_DESK in roles:
        return url_for("clinic.appointments")
    if ADMINISTRATOR not in roles and TRANSCRIBER in roles:
        return url_for("clinic.paper_forms")
    return url_for("admin.staff_list")


def _entries(roles: frozenset[str]) -> list[Entry]:
    places: Mapping[str, tuple[str, frozenset[str]]] = {
        "clinic.worklist": (_("My worklist"), frozenset({CLINICIAN})),
        "clinic.appointments": (_("Appointments"), frozenset({FRONT_DESK})),
        "clinic.new_invitation": (_("Invite a patient"), frozenset({FRONT_DESK})),
        "clinic.paper_forms": (_("Paper forms"), frozenset({TRANSCRIBER})),
        "clinic.overdue": (_("Waiting too long"), frozenset({CLINICIAN, FRONT_DESK})),
        "clinic.covers": (_("Covers"), frozenset({CLINICIAN, FRONT_DESK, ADMINISTRATOR})),
        "clinic.questionnaires": (_("Questionnaires"), frozenset({CLINICIAN, ADMINISTRATOR})),
        "clinic.verify": (_("Check a PDF"), frozenset({FRONT_DESK, CLINICIAN, ADMINISTRATOR})),
        "admin.staff_list": (_("Staff"), frozenset({ADMINISTRATOR})),
        "admin.settings": (_("Settings"), frozenset({ADMINISTRATOR})),
        "admin.work": (_("Background work"), frozenset({ADMINISTRATOR})),
    }
    return [
        Entry(label, url_for(endpoint), _is_here(endpoint))
        for endpoint, (label, allowed) in places.items()
        if allowed & roles
    ]


def _is_here(endpoint: str) -> bool:
    address = url_for(endpoint)
    return request.path == address or (endpoint in _SECTIONS and request.path.startswith(address))


_SECTIONS = frozenset({"clinic.paper_forms", "clinic.questionnaires", "admin.staff_list"})
"""Pages that lead to others beneath them."""

"""States, roles and times in words, for staff."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from flask_babel import LazyString, format_datetime, to_user_timezone
from flask_babel import gettext as _
from flask_babel import lazy_gettext as lazy

from screening.store.access import ADMINISTRATOR, CLINICIAN, FRONT_DESK, RIGHTS, TRANSCRIBER
from screening.store.access import ROLES as PURPOSES
from screening.store.corrections import CorrectionState
from screening.store.paper import PaperState
from screening.store.worklist import ListState
from screening.web import context

STATES: Mapping[ListState, LazyString] = {
    ListState.NOT_STARTED: lazy("Not started"),
    ListState.BEGUN: lazy("Begun"),
    ListState.DECLINED: lazy("Declined online: offer paper"),
    ListState.SENT: lazy("Sent, not yet reviewed"),
    ListState.REVIEWED: lazy("Reviewed"),
    ListState.DELETED: lazy("Answers deleted"),
    ListState.CANCELLED: lazy("Cancelled"),
    ListState.RETYPE: lazy("Paper form to be typed in again"),
}

PAPER_STATES: Mapping[PaperState, LazyString] = {
    PaperState.TYPING: lazy("Paper form being typed in"),
    PaperState.NOT_CONFIRMED: lazy("Typed in from paper, not yet compared with it"),
    PaperState.CONFIRMED: lazy("Typed in from paper, compared with it"),
    PaperState.RETYPE: lazy("Paper form to be typed in again"),
}

CORRECTIONS: Mapping[CorrectionState, LazyString] = {
    "asked": lazy("A corrected version was asked for"),
    "sent": lazy("Replaced by a corrected version"),
}

ROLES: Mapping[str, tuple[LazyString, LazyString]] = {
    FRONT_DESK: (lazy("Front desk"), lazy(PURPOSES[FRONT_DESK])),
    CLINICIAN: (lazy("Clinician"), lazy(PURPOSES[CLINICIAN])),
    ADMINISTRATOR: (lazy("Administrator"), lazy(PURPOSES[ADMINISTRATOR])),
}
"""Role -> its name, and what it is for."""

RIGHTS_OF_THEIR_OWN: Mapping[str, tuple[LazyString, LazyString]] = {
    TRANSCRIBER: (lazy("Transcriber"), lazy(RIGHTS[TRANSCRIBER])),
}
"""The same of rights that come with no role."""


def moment(time: datetime) -> str:
    """Return a time in the clinic's zone: "4 May 2026, 10:30"."""
    return str(format_datetime(time, "d MMM y, HH:mm"))


def day(time: datetime) -> str:
    """Return the day of a time in the clinic's zone: "4 May 2026"."""
    return str(format_datetime(time, "d MMM y"))


def clock(time: datetime) -> str:
    """Return the time of day of a time in the clinic's zone: "10:30"."""
    return str(format_datetime(time, "HH:mm"))


def appointment(time: datetime) -> str:
    """Return when an appointment is, the nearest days by name: "Today, 10:30", "Tue 12 May 2026, 10:30"."""
    today = to_user_timezone(context.now()).date()
    names = {today: _("Today"), today + timedelta(days=1): _("Tomorrow"), today - timedelta(days=1): _("Yesterday")}
    name = names.get(to_user_timezone(time).date())
    return f"{name}, {format_datetime(time, 'HH:mm')}" if name else format_datetime(time, "EEE d MMM y, HH:mm")

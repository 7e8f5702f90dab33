"""Lists of appointments: the clinician's worklist, and the front desk's list without a way to any answer.

Ordered by appointment only, never by what was answered.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from flask import redirect, render_template, request
from flask.typing import ResponseReturnValue

from screening import covering, invitations, review
from screening.covering import CoverView
from screening.store import staff
from screening.store.access import ADMINISTRATOR, CLINICIAN, FRONT_DESK, TRANSCRIBER
from screening.store.worklist import ListFilter, ListState
from screening.web import context
from screening.web.clinic import navigation
from screening.web.clinic.access import allowed
from screening.web.clinic.blueprint import blueprint
from screening.web.numbers import read_number
from screening.web.staff_form import Form

MOST_PAGES = 10_000
UNSENT = "unsent"
"""The filter's word for appointments whose patients a reminder helps; it is no state."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the filter above a list asks for. Without a day or words it is all from today on."""

    day: date | None
    state: ListState | None
    is_unsent: bool
    clinician_id: int | None
    words: str
    number: int

    @property
    def is_set(self) -> bool:
        """Whether anything but the usual list is asked for."""
        return bool(self.day or self.state or self.is_unsent or self.clinician_id or self.words)

    def as_filter(self) -> ListFilter:
        """Return this for the use cases; a search by words, or for what waits for review, looks at the past as well."""
        looks_back = bool(self.words) or self.state is ListState.SENT
        since = _start_of(self.day or _today()) if self.day or not looks_back else None
        until = _start_of(self.day + timedelta(days=1)) if self.day else None
        return ListFilter(
            state=self.state,
            is_unsent=self.is_unsent,
            clinician_id=self.clinician_id,
            since=since,
            until=until,
            words=self.words,
        )

    def query(self, number: int) -> dict[str, str | int]:
        """Return the query of the address of another page of the same list."""
        query = {
            "day": self.day.isoformat() if self.day else None,
            "state": UNSENT if self.is_unsent else self.state.value if self.state else None,
            "clinician": self.clinician_id,
            "q": self.words or None,
            "page": number if number > 1 else None,
        }
        return {name: value for name, value in query.items() if value is not None}


@blueprint.get("/")
@allowed(CLINICIAN, FRONT_DESK, ADMINISTRATOR, TRANSCRIBER)
def worklist() -> ResponseReturnValue:
    """Show a clinician what is to be reviewed, then the coming appointments; lead others to their own page."""
    actor = context.staff_actor()
    if CLINICIAN not in actor.roles:
        return redirect(navigation.home(actor.roles))
    wanted, store, now, see = _wanted(), context.store(), context.now(), context.settings().clinicians_see
    unread = None
    if not wanted.is_set and wanted.number == 1:
        unread = review.to_review(store, actor, clinicians_see=see, now=now)
    page = review.appointments(store, actor, wanted.as_filter(), clinicians_see=see, number=wanted.number, now=now)
    return render_template(
        "clinic/worklist.html",
        unread=unread,
        page=page,
        wanted=wanted,
        form=_filter_form(),
        clinicians=_clinicians_seen(),
        covers=_covers(),
        own_id=int(actor.id),
        day=(wanted.day or _today()).isoformat(),
    )


@blueprint.get("/unread")
@allowed(CLINICIAN)
def unread() -> ResponseReturnValue:
    """Show all that was sent and not yet reviewed, page by page."""
    page = review.to_review(
        context.store(),
        context.staff_actor(),
        clinicians_see=context.settings().clinicians_see,
        number=_wanted().number,
        now=context.now(),
    )
    return render_template("clinic/unread.html", page=page, clinicians=_clinicians_seen())


@blueprint.get("/overdue")
@allowed(CLINICIAN, FRONT_DESK)
def overdue() -> ResponseReturnValue:
    """Show what was sent longer ago than forms are read within; the front desk sees all of it."""
    settings, actor = context.settings(), context.staff_actor()
    wanted = _wanted()
    page = None
    if settings.read_within_days is not None:
        page = review.unread_beyond(
            context.store(),
            actor,
            working_days=settings.read_within_days,
            zone=settings.zone,
            clinicians_see=settings.clinicians_see,
            number=wanted.number,
            now=context.now(),
        )
    return render_template("clinic/overdue.html", page=page, settings=settings)


@blueprint.get("/today")
@allowed(CLINICIAN, FRONT_DESK)
def today() -> ResponseReturnValue:
    """Show one day's list as it is printed, all of it: by default today's."""
    actor, store, now = context.staff_actor(), context.store(), context.now()
    day = _wanted().day or _today()
    wanted = ListFilter(since=_start_of(day), until=_start_of(day + timedelta(days=1)))
    if CLINICIAN in actor.roles:
        see = context.settings().clinicians_see
        page = review.appointments(store, actor, wanted, clinicians_see=see, number=None, now=now)
    else:
        page = invitations.appointments(store, actor, wanted, number=None, now=now)
    one = timedelta(days=1)
    return render_template("clinic/today.html", page=page, day=day, before=day - one, after=day + one, printed_at=now)


@blueprint.get("/appointments")
@allowed(FRONT_DESK)
def appointments() -> ResponseReturnValue:
    """Show the front desk the appointments: whom to invite again, to remind, to give a paper form."""
    actor, wanted = context.staff_actor(), _wanted()
    page = invitations.appointments(context.store(), actor, wanted.as_filter(), number=wanted.number, now=context.now())
    clinicians = invitations.clinicians(context.store(), actor)
    return render_template(
        "clinic/appointments.html",
        page=page,
        wanted=wanted,
        form=_filter_form(),
        clinicians=clinicians,
    )


def _wanted() -> Wanted:
    """Read the filter from the address; what can't be read is no filter."""
    state = request.args.get("state", "")
    return Wanted(
        day=read_day(request.args.get("day", "")),
        state=ListState(state) if state in set(ListState) else None,
        is_unsent=state == UNSENT,
        clinician_id=read_number(request.args.get("clinician", "")),
        words=request.args.get("q", "").strip()[:200],
        number=wanted_page(),
    )


def wanted_page() -> int:
    """Read from the address which page of a list is asked for; the first, if that can't be read."""
    number = read_number(request.args.get("page", ""))
    return 1 if number is None else min(number, MOST_PAGES)


def _clinicians_seen() -> list[tuple[int, str]]:
    """Return the clinicians to choose from and to name in a list; none where everybody sees their own patients only."""
    if context.settings().clinicians_see == "own":
        return []
    with context.store().read() as session:
        return [(member.id, member.name) for member in staff.active_clinicians(session)]


def _covers() -> list[CoverView]:
    """Return the covers that hold now, by or for whoever looks."""
    actor, now = context.staff_actor(), context.now()
    held = (cover for cover in covering.covers_to_come(context.store(), actor, now=now) if cover.starts_at <= now)
    return [cover for cover in held if actor.id in (str(cover.clinician_id), str(cover.covering_id))]


def _filter_form() -> Form:
    return Form(request.args.copy())


def read_day(text: str) -> date | None:
    """Read a day such as 2026-12-01; None for anything else."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if 1900 <= day.year <= 2200 else None


def _today() -> date:
    return context.now().astimezone(context.settings().zone).date()


def _start_of(day: date) -> datetime:
    return datetime.combine(day, time(), context.settings().zone)

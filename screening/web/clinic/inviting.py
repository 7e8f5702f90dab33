"""Inviting a patient: the form, the question whether it is too much to ask, and the page with the new link."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import urlencode

from babel.lists import format_list
from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import get_locale, ngettext
from flask_babel import gettext as _

from screening import invitations
from screening.definition.burden import Burden
from screening.definition.languages import name_of
from screening.invitations import InvitationView, InviteRequest
from screening.store.access import FRONT_DESK
from screening.store.errors import Conflict, Invalid
from screening.store.patients import Identity
from screening.web import context
from screening.web.clinic.access import allowed
from screening.web.clinic.blueprint import blueprint
from screening.web.clinic.qr import qr_code
from screening.web.clinic.slip import slip_for
from screening.web.numbers import read_number
from screening.web.staff_form import Form, date_values

_KEPT = ("clinician_id", "appointment_at-day", "appointment_at-month", "appointment_at-year", "language")
"""What "Invite another" keeps of the last invitation, besides the questionnaires."""


@blueprint.get("/invitations/new")
@allowed(FRONT_DESK)
def new_invitation() -> ResponseReturnValue:
    """Show the form; the address may fill in what stays the same from one invitation to the next."""
    form = Form(request.args.copy())
    again = request.args.get("again", "")
    if again:
        form = _form_for_same_patient(again)
    return _form_page(form)


@blueprint.post("/invitations/new")
@allowed(FRONT_DESK)
def create_invitation() -> ResponseReturnValue:
    """Invite the patient, or show what is wrong or too much; a second click gives one more link, not a second one."""
    form = Form(request.form)
    known = _known_patient(form)
    if known is not None:
        return _form_page(known, is_known=True)
    wish = _read(form)
    if form.text("change") or wish is None:
        return _form_page(form), 200 if form.text("change") else 422
    store, actor, now, zone = context.store(), context.staff_actor(), context.now(), context.settings().zone
    burden = invitations.weigh(store, actor, wish.questionnaires)
    if burden.is_heavy and not form.text("anyway"):
        return render_template("clinic/invite_anyway.html", form=form, burden=burden_words(burden))
    try:
        invited = invitations.invite(store, actor, wish, now=now, zone=zone)
    except Invalid as error:
        form.add_problems(error.problems)
        return _form_page(form), 422
    except Conflict as conflict:
        return _already_invited(form, wish, str(conflict.current))
    return link_page(invited.invitation_id, invited.token, form=form)


def link_page(invitation_id: str, token: str, *, form: Form | None = None, is_first: bool = True) -> str:
    """Return the page with a link that was just made: the one place where it can be read."""
    store, actor, zone = context.store(), context.staff_actor(), context.settings().zone
    view = invitations.load(store, actor, invitation_id, now=context.now(), zone=zone)
    burden = burden_words(invitations.weigh(store, actor, form.values("questionnaires"))) if form else ""
    return show_link(view, token, another=_address_of_another(form or Form()), is_first=is_first, burden=burden)


def show_link(view: InvitationView, token: str, *, another: str = "", is_first: bool, burden: str = "") -> str:
    """Return the page of a link; ``another`` is where one more patient is invited, "" for no such way from here."""
    preset = context.settings().languages[0]
    language = view.language if view.language != preset else None
    address = context.settings().public_origin + url_for("intake.ask_birth_date", token=token, language=language)
    return render_template(
        "clinic/link.html",
        view=view,
        address=address,
        qr=qr_code(address),
        slip=slip_for(view, address),
        another=another,
        is_first=is_first,
        burden=burden,
    )


def _read(form: Form) -> InviteRequest | None:
    """Read the form; None, with the problems noted, if it is not whole."""
    record_number = form.needed("record_number", _("Enter the record number."))
    name = form.needed("name", _("Enter the patient’s name."))
    birth_date = form.date("birth_date", _("Enter the date of birth."))
    clinician = form.needed("clinician_id", _("Choose the clinician."))
    appointment_at = form.moment(
        "appointment_at",
        "appointment_time",
        context.settings().zone,
        (_("Enter the day of the appointment."), _("Enter the time of the appointment.")),
    )
    chosen = form.values("questionnaires")
    if not chosen:
        form.problems["questionnaires"] = _("Choose at least one questionnaire.")
    language = form.text("language") or context.settings().languages[0]
    if language not in context.settings().languages:
        form.problems["language"] = _("Choose one of the practice’s languages.")
    if form.problems or birth_date is None or appointment_at is None:
        return None
    return InviteRequest(
        record_number=record_number,
        name=name,
        birth_date=birth_date,
        clinician_id=read_number(clinician) or 0,
        appointment_at=appointment_at,
        questionnaires=tuple(dict.fromkeys(chosen)),
        language=language,
        email=form.text("email") or None,
        mobile=form.text("mobile") or None,
    )


def _known_patient(form: Form) -> Form | None:
    """Return the form with a patient's details, where only a record number was typed, and it is known; else None."""
    details = ("name", *(f"birth_date-{part}" for part in ("day", "month", "year")), "email", "mobile")
    if not form.text("record_number") or any(form.text(name) for name in details):
        return None
    found = invitations.known_patient(
        context.store(), context.staff_actor(), form.text("record_number"), now=context.now()
    )
    return form.filled_in(person_values(found)) if found else None


def person_values(identity: Identity) -> dict[str, str]:
    """Return the values of the fields that say who a patient is."""
    return {
        "record_number": identity.record_number,
        "name": identity.name,
        **date_values("birth_date", identity.birth_date),
        "email": identity.email or "",
        "mobile": identity.mobile or "",
    }


def _form_page(form: Form, *, is_known: bool = False) -> str:
    store, actor = context.store(), context.staff_actor()
    known = invitations.choosable_forms(store, actor)
    chosen = [choice for choice in known if choice.id in form.values("questionnaires")]
    return render_template(
        "clinic/invite.html",
        form=form,
        is_known=is_known,
        clinicians=clinician_options(invitations.clinicians(store, actor)),
        questionnaires=[(choice.id, choice.title, _form_hint(choice)) for choice in known],
        languages=[(code, _language_name(code)) for code in _languages_of(chosen or known, every=bool(chosen))],
    )


def _languages_of(forms: Sequence[invitations.Form], *, every: bool) -> list[str]:
    """Return the practice's languages that all of these forms have, or any of them."""
    has = [[code in form.languages for form in forms] for code in context.settings().languages]
    test = all if every else any
    return [code for code, each in zip(context.settings().languages, has, strict=True) if test(each)]


def _form_hint(form: invitations.Form) -> str:
    """Return what a form asks of a patient, and the languages that it can be answered in, if there is a choice."""
    if len(context.settings().languages) == 1:
        return burden_words(form.burden)
    names = [_language_name(code) for code in _languages_of([form], every=True)]
    return f"{burden_words(form.burden)}; {format_list(names, locale=get_locale())}"


def clinician_options(clinicians: list[tuple[int, str]]) -> list[tuple[str, str]]:
    """Return the options of a field for the clinician; one has to choose where there is a choice."""
    options = [(str(clinician_id), name) for clinician_id, name in clinicians]
    return options if len(options) <= 1 else [("", _("Choose")), *options]


def burden_words(burden: Burden) -> str:
    """Return what is asked of a patient: "36 questions, about 12 minutes"."""
    questions = ngettext("%(num)s question", "%(num)s questions", burden.questions)
    minutes = ngettext("about %(num)s minute", "about %(num)s minutes", burden.minutes)
    return f"{questions}, {minutes}"


def _language_name(code: str) -> str:
    return name_of(code, str(get_locale()))


def _already_invited(form: Form, wish: InviteRequest, other_id: str) -> ResponseReturnValue:
    """Answer a second click with one more link; where it asks for something else, say what is there already."""
    store, actor, now, zone = context.store(), context.staff_actor(), context.now(), context.settings().zone
    other = invitations.load(store, actor, other_id, now=now, zone=zone)
    titles = {known.id: known.title for known in invitations.choosable_forms(store, actor)}
    asks_the_same = other.forms == tuple(titles.get(chosen, chosen) for chosen in wish.questionnaires)
    if asks_the_same and (other.clinician_id, other.language) == (wish.clinician_id, wish.language):
        token = invitations.new_link(store, actor, other_id, now=now, zone=zone)
        return link_page(other_id, token, form=form, is_first=False)
    form.problems["appointment_at"] = _("This patient has been invited for this appointment already.")
    return render_template("clinic/already_invited.html", form=form, other=other), 409


def _form_for_same_patient(invitation_id: str) -> Form:
    """Return the form for one more invitation of a patient who was invited before."""
    view = invitations.load(
        context.store(), context.staff_actor(), invitation_id, now=context.now(), zone=context.settings().zone
    )
    return Form.of(
        {
            **person_values(view.identity),
            "clinician_id": str(view.clinician_id),
            "language": view.language,
        }
    )


def _address_of_another(form: Form) -> str:
    """Return the address of a form with what stays the same filled in; nothing of the patient."""
    kept = [(name, form.text(name)) for name in _KEPT]
    kept += [("questionnaires", chosen) for chosen in form.values("questionnaires")]
    query = urlencode([(name, value) for name, value in kept if value])
    return url_for("clinic.new_invitation") + (f"?{query}" if query else "")

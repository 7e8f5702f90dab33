"""What the front desk hands to a patient with a link: a slip to print and a mail to send, in the patient's language.

Neutral: no topic, no person, no clinician. Whoever finds the slip or looks over a shoulder learns of a visit, no more.
"""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import quote

from flask_babel import force_locale
from flask_babel import gettext as _

from screening.definition.languages import Direction, direction
from screening.invitations import InvitationView
from screening.translations import LANGUAGES
from screening.web import context
from screening.web.clinic import words

_LANGUAGE_OF_THE_TEXTS = LANGUAGES[0]


@dataclass(frozen=True, slots=True)
class Slip:
    """The words around a link; ``language`` is BCP 47. ``mail`` is a mailto: address, "" where no e-mail is known."""

    language: str
    direction: Direction
    invites: str
    asks_for: str
    call: str
    mail: str


def slip_for(view: InvitationView, address: str) -> Slip:
    """Return the words that go with the link ``address`` of an invitation."""
    language = view.language if view.language in LANGUAGES else _LANGUAGE_OF_THE_TEXTS
    with force_locale(language.replace("-", "_")):
        at = words.moment(view.appointment_at)
        invites = _(
            "Before your visit on %(day)s, please answer a few questions. You can do it on your phone or computer.",
            day=at,
        )
        asks_for = _("You’ll be asked for your date of birth.")
        call = _("Questions, or no internet? Call %(phone)s.", phone=context.settings().practice_phone)
        subject = _("Your visit on %(day)s", day=at)
    text = "\n\n".join((invites, address, asks_for, call, context.settings().practice_name))
    return Slip(
        language=language,
        direction=direction(language),
        invites=invites,
        asks_for=asks_for,
        call=call,
        mail=_mailto(view.identity.email, subject, text) if view.identity.email else "",
    )


def _mailto(to: str, subject: str, text: str) -> str:
    """Return the address that opens the reader's own mail program with this mail (RFC 6068: lines end with CR LF)."""
    body = text.replace("\n", "\r\n")
    return f"mailto:{quote(to, safe='@')}?subject={quote(subject, safe='')}&body={quote(body, safe='')}"

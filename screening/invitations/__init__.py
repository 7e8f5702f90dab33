"""Use cases of the front desk: invite a patient, give a new link, correct, move, cancel, reassign, unlock, look up.

Nothing here reaches an answer or tells that a response exists before it is sent, other than "begun". Each function
opens its own transaction, and audits what it did and whom it showed.
"""

from __future__ import annotations

from screening.invitations.changing import (
    cancel,
    correct_identity,
    move_appointment,
    new_link,
    reassign,
    unlock,
)
from screening.invitations.correcting import ask_for_correction, look_at_sent
from screening.invitations.inviting import (
    Form,
    Invited,
    InviteRequest,
    choosable_forms,
    clinicians,
    invite,
    weigh,
)
from screening.invitations.looking import (
    InvitationView,
    ListFilter,
    ListPage,
    ListRow,
    ListState,
    appointments,
    known_patient,
    load,
)

__all__ = [
    "Form",
    "InvitationView",
    "InviteRequest",
    "Invited",
    "ListFilter",
    "ListPage",
    "ListRow",
    "ListState",
    "appointments",
    "ask_for_correction",
    "cancel",
    "choosable_forms",
    "clinicians",
    "correct_identity",
    "invite",
    "known_patient",
    "load",
    "look_at_sent",
    "move_appointment",
    "new_link",
    "reassign",
    "unlock",
    "weigh",
]

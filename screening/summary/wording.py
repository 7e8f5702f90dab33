"""The phrases with which a summary puts facts and states into words, in the reader's language.

English here; whoever knows the reader's language hands over a translated `Wording`. Names in braces are filled in.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Wording:
    """Phrases with places to fill in."""

    # States of a question
    declined: str = "Preferred not to say"
    blank: str = "Left blank"
    not_asked: str = "Not asked"
    not_reached: str = "Not reached"
    not_asked_because: str = "Not asked ({reason})"
    asked_because: str = "Asked after {reason}"
    reason: str = "{number}: {answer}"
    reason_own: str = "in the patient’s words"
    page_skipped: str = "The patient skipped this page."
    page_not_reached: str = "The patient did not get to this page."
    page_language: str = "Answered in {language}."

    # Answers
    yes: str = "Yes"
    no: str = "No"
    with_unit: str = "{number} {unit}"
    time: str = "{date}, {time}"
    entry: str = "{label} {number}"
    entry_without_label: str = "Entry"
    answered: str = "answered"
    initial: str = "The field held at first: {answer}"
    scale: str = "{value} ({min} = {min_label}, {max} = {max_label})"
    scale_without_labels: str = "{value} ({min} to {max})"
    see_above: str = "See above"
    in_full: str = "In full at question {number}"
    continues: str = "Continues, question {number}"

    # Earlier answers
    changed: str = "changed"
    reworded: str = "Asked then: {text}"
    other_answers: str = "Other answers were on offer then"
    not_in_form: str = "Not in the form then"
    reworded_at: str = "{visit}: {what}"

    # Header
    born: str = "Born"
    record_number: str = "Record number"
    appointment: str = "Appointment"
    clinician: str = "Clinician"
    running_header: str = "{name}, born {date}"
    title: str = "{form}, {name}"
    read_by: str = "Reviewed by {name} on {time}"
    not_reviewed: str = "Not yet reviewed"

    # Where the answers come from
    form: str = "{title}, version {version}"
    approved: str = "approved by {name}, {date}"
    approved_demo: str = "demonstration, not approved by a clinician"
    not_approved: str = "not approved for use with patients"
    started: str = "started {time}"
    sent: str = "sent {time}"
    language: str = "in {language}"
    translation_reviewed: str = "{language} translation reviewed by {name}"
    translation_not_reviewed: str = "{language} translation not reviewed by a clinician"
    alone: str = "filled in alone"
    helped: str = "filled in with help"
    helped_by: str = "filled in with help ({helper})"
    paper: str = "filled in on paper"
    typed_in: str = "on paper, typed in by {name} on {time}"
    signed_on_paper: str = "consent signed on paper on {date}"
    compared: str = "compared with the paper form by {name} on {time}"
    not_compared: str = "not yet confirmed against the paper"
    rejected: str = "rejected as mistyped by {name} on {time}"
    corrected: str = "corrected version; replaces the one sent {time}"
    replaced: str = "replaced by the corrected version sent {time}"
    not_used: str = "not in use here: questions {numbers}"

    # A copy that leaves something out
    withheld_questions: str = "questions {numbers}"
    withheld_notes: str = "the clinic’s notes"

    # Attention, notes
    attention: str = "{name} asked to see this first (set {date})"
    note: str = "Note"
    addendum: str = "Added later"
    sign_off: str = "Reviewed"
    reopened: str = "Opened again"
    signed: str = "“I have read these answers.”"
    byline: str = "{name}, {time}"

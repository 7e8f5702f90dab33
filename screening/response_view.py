"""A sent response put together for its report: answers, circumstances, review, and what was answered before.

What may be read is decided before: nothing here looks at who asks.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, tzinfo

from sqlalchemy import ColumnElement
from sqlalchemy.orm import Session

from screening.answers import Answers
from screening.definition.model import Questionnaire
from screening.store import (
    attention,
    corrections,
    notes,
    overlays,
    paper,
    patients,
    registry,
    responses,
    review_entries,
    staff,
    worklist,
)
from screening.store.crypto import Keyring
from screening.store.notes import NoteView
from screening.store.paper import ListedRejection, PaperView
from screening.store.review_entries import EntryKind, EntryView
from screening.store.tables import Invitation, Response
from screening.store.worklist import ListedResponse
from screening.summary import (
    Approval,
    AttentionSetting,
    EarlierResponse,
    Entry,
    FilledIn,
    PaperFacts,
    ResponseFacts,
    ReviewFacts,
)

_ALONE = "alone"


@dataclass(frozen=True, slots=True)
class SignOff:
    """Who said "I have read these answers", and when."""

    by: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ResponseView:
    """A sent response with all that a report of it says.

    ``questionnaire`` is the whole frozen version, parts that were off included, in the language that was asked for
    where it has a translation; ``as_asked`` is the same in the language and wording in which the patient answered.
    ``facts`` and ``review`` are ready for
    `screening.summary.summarise`, but for ``facts.helper``: ``helped_by`` is its code, and words are the reader's.
    ``sitting`` lists the responses that came with this one, itself included, in order. ``corrects_id`` is the response
    that this one corrects, ``corrected_by_id`` the one that corrects this. ``paper`` tells of one that was typed in
    from paper, ``rejections`` lists what was typed in before it and rejected.
    """

    @property
    def note_is_fixed(self) -> bool:
        """Whether the note was signed with the response, now or before it was opened again."""
        return self.signed_off is not None or bool(self.review.past_sign_offs)

    response_id: str
    invitation_id: str
    patient_id: str
    content_hash: str
    questionnaire: Questionnaire
    as_asked: Questionnaire
    answers: Answers
    facts: ResponseFacts
    review: ReviewFacts
    helped_by: str | None
    note: NoteView
    signed_off: SignOff | None
    corrects_id: str | None
    corrected_by_id: str | None
    sitting: tuple[ListedResponse, ...]
    paper: PaperView | None = None
    rejections: tuple[ListedRejection, ...] = ()


@dataclass(frozen=True, slots=True)
class Cover:
    """What a report goes by among others: whose it is, of which form, for when, sent when."""

    response_id: str
    patient_name: str
    title: str
    appointment: datetime
    sent_at: datetime


def cover_of(
    session: Session, keyring: Keyring, response: Response, invitation: Invitation, language: str = ""
) -> Cover:
    """Return what a sent response's report goes by, the title in this language; opens none of its answers."""
    assert response.sent_at is not None
    return Cover(
        response_id=response.id,
        patient_name=patients.read(session, keyring, response.patient_id).name,
        title=_answered(session, response, language).title,
        appointment=invitation.appointment_at,
        sent_at=response.sent_at,
    )


def earlier_response(
    session: Session, keyring: Keyring, response: Response, invitation: Invitation, language: str = ""
) -> EarlierResponse:
    """Return a sent response as one visit among others, in the version on which it stands, and in this language."""
    questionnaire = _answered(session, response, language)
    return EarlierResponse(
        response_id=response.id,
        questionnaire=questionnaire,
        answers=responses.open_answers(keyring, response, questionnaire),
        visit=invitation.appointment_at,
        language=response.language,
        page_languages=responses.open_languages(keyring, response),
        switched_on=frozenset(response.switched_on),
    )


def _answered(session: Session, response: Response, language: str) -> Questionnaire:
    """Return the version on which a response stands, in this language."""
    base = registry.definition(session, response.questionnaire_id, response.version, response.content_hash)
    return in_language(session, response, base, overlays.frozen(session, response.id), language)


def view_of(
    session: Session,
    keyring: Keyring,
    response: Response,
    invitation: Invitation,
    earlier: Sequence[tuple[Response, Invitation]],
    readable: ColumnElement[bool],
    zone: tzinfo,
    language: str = "",
) -> ResponseView:
    """Return all that a report of this response says.

    ``earlier`` are those to show beside it, ``readable`` is from `may_read_answers`, ``zone`` the clinic's. The
    questions are in ``language`` (BCP 47), where they have a translation into it.
    """
    base = registry.definition(session, response.questionnaire_id, response.version, response.content_hash)
    translations = overlays.frozen(session, response.id)
    questionnaire = in_language(session, response, base, translations, language)
    note = notes.read(session, keyring, response.id)
    signed_off = signed_off_by(session, response)
    entries = entries_by_kind(review_entries.read(session, keyring, response.id))
    corrects, corrected = corrections.corrects(session, response), corrections.corrected_by(session, response)
    on_paper = paper.of_response(session, response.id)
    rejected = paper.rejections(session, readable, [invitation.id], response.questionnaire_id)
    languages = responses.open_languages(keyring, response)
    facts = facts_of(session, keyring, response, invitation, base, languages, translations, zone)
    return ResponseView(
        response_id=response.id,
        invitation_id=invitation.id,
        patient_id=response.patient_id,
        content_hash=response.content_hash,
        questionnaire=questionnaire,
        as_asked=in_language(session, response, base, translations, response.language),
        answers=responses.open_answers(keyring, response, questionnaire),
        facts=replace(
            facts,
            corrects=corrects[1] if corrects else None,
            corrected=corrected[1] if corrected else None,
            paper=_paper_facts(on_paper),
            attention=_attention(session, response, zone),
            earlier=tuple(earlier_response(session, keyring, *before, language) for before in earlier),
        ),
        review=ReviewFacts(
            sign_off=Entry(by=signed_off.by, at=signed_off.at) if signed_off else None,
            note=Entry(by=note.by, at=note.at, text=note.text) if note.text and note.at else None,
            addenda=entries["addendum"],
            past_sign_offs=entries["sign_off"],
            reopenings=entries["reopening"],
        ),
        helped_by=invitation.helped_by,
        note=note,
        signed_off=signed_off,
        corrects_id=corrects[0] if corrects else None,
        corrected_by_id=corrected[0] if corrected else None,
        sitting=worklist.responses_of(session, readable, [invitation.id]).get(invitation.id, ()),
        paper=on_paper,
        rejections=rejected.get(invitation.id, ()),
    )


def entries_by_kind(written: Sequence[EntryView]) -> dict[EntryKind, tuple[Entry, ...]]:
    """Return what came after a sign-off as the report says it, by kind."""
    kinds: tuple[EntryKind, ...] = ("sign_off", "reopening", "addendum")
    return {
        kind: tuple(Entry(by=entry.by, at=entry.at, text=entry.text) for entry in written if entry.kind == kind)
        for kind in kinds
    }


def _attention(session: Session, response: Response, zone: tzinfo) -> tuple[AttentionSetting, ...]:
    """Return what somebody asked to see first: for a signed response as it was then, so that its report stays."""
    return tuple(
        AttentionSetting(
            item=row.item_id, answer=row.answer, asked_by=row.asked_by, set_on=row.set_at.astimezone(zone).date()
        )
        for row in attention.in_force(session, response.questionnaire_id, at=response.reviewed_at)
    )


def in_language(
    session: Session, response: Response, base: Questionnaire, translations: Mapping[str, str], language: str
) -> Questionnaire:
    """Return a response's version in a language (BCP 47), or in its own where nothing translates it.

    ``base`` is the version, ``translations`` are those that the response stands on: language -> hash.
    """
    if language in ("", base.language):
        return base
    if language in translations:
        overlay_hash = translations[language]
        return overlays.translate(session, base, response.content_hash, overlay_hash).questionnaire
    found = overlays.best(session, base, response.content_hash, language)
    return found.questionnaire if found else base


def facts_of(
    session: Session,
    keyring: Keyring,
    response: Response,
    invitation: Invitation,
    base: Questionnaire,
    languages: Mapping[str, str],
    translations: Mapping[str, str],
    zone: tzinfo,
) -> ResponseFacts:
    """Return the circumstances of a response; ``base`` is its version, ``zone`` the clinic's.

    ``languages`` are those in which its pages were answered, by page id, ``translations`` those that it stands on:
    language -> hash.
    """
    identity = patients.read(session, keyring, response.patient_id)
    version = registry.get(session, response.questionnaire_id, response.version)
    approval = None
    if version.approved_by is not None and version.approved_at is not None:
        approved_on = version.approved_at.astimezone(zone).date()
        approval = Approval(by=version.approved_by, on=approved_on, demo=version.approval_is_demo)
    in_order = {page.id: languages[page.id] for page in base.pages if page.id in languages}
    read = dict.fromkeys(language for language in in_order.values() if language in translations)
    return ResponseFacts(
        response_id=response.id,
        patient_name=identity.name,
        birth_date=identity.birth_date,
        record_number=identity.record_number,
        appointment=invitation.appointment_at,
        clinician=staff.names(session, [invitation.clinician_id])[invitation.clinician_id],
        approval=approval,
        started_at=response.started_at,
        sent_at=response.sent_at,
        language=response.language,
        page_languages=in_order,
        reviewed_by={
            language: overlays.translate(
                session, base, response.content_hash, translations[language]
            ).clinically_reviewed
            for language in read
        },
        filled_in=_filled_in(invitation.helped_by),
        switched_on=frozenset(response.switched_on),
    )


def _paper_facts(on_paper: PaperView | None) -> PaperFacts | None:
    if on_paper is None:
        return None
    confirmed = None
    if on_paper.confirmed_at is not None:
        confirmed = Entry(by=on_paper.confirmed_by, at=on_paper.confirmed_at)
    return PaperFacts(typed_by=on_paper.typed_by, signed_on=on_paper.signed_on, confirmed=confirmed)


def _filled_in(helped_by: str | None) -> FilledIn | None:
    if helped_by is None:
        return None
    return "alone" if helped_by == _ALONE else "helped"


def signed_off_by(session: Session, response: Response) -> SignOff | None:
    """Return the sign-off that stands, None if there is none."""
    if response.reviewed_at is None or response.reviewed_by is None:
        return None
    return SignOff(staff.names(session, [response.reviewed_by])[response.reviewed_by], response.reviewed_at)

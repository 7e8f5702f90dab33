"""A patient's own copy of what was sent: for one hour, on the device that sent it, in the wording that was seen.

It is made of answers and questions alone. Nothing that staff wrote is read for it, and no name or birth date: whoever
finds it need not learn whose it is. See docs/decisions/0094-patient-copy.md.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta, tzinfo
from typing import TypeAlias

from sqlalchemy import select
from sqlalchemy.orm import Session

from reports.document import Question, Section, Words
from reports.interchange import patient_copy_to_json
from reports.patient_copy import CopyAnswer, CopyEntry, CopyForm, CopyTopic, PatientCopy
from screening.intake.sitting import Sitting
from screening.reporting import reader_in
from screening.response_view import earlier_response
from screening.store import audit, files, invitations, responses
from screening.store.audit import Actor
from screening.store.crypto import Keyring
from screening.store.engine import Store
from screening.store.errors import NotFound
from screening.store.files import Asker, Wanted
from screening.store.tables import Invitation, Response
from screening.summary import EarlierResponse, Reader, Wording, side_by_side
from screening.summary.values import Formats, direction_of_language
from screening.translations import translated

OPEN_FOR = timedelta(hours=1)
"""How long after sending a copy can be opened."""

FILE_KEPT = timedelta(minutes=10)
"""How long a copy as a file waits to be fetched: it is, at once, and no birth date is asked for that."""

Pages: TypeAlias = Collection[tuple[str, str]]
"""Pages of responses: (response id, page id)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CopyWording:
    """The fixed words of a patient's copy. Names in braces are filled in."""

    title: str = "A copy of your answers"
    sent: str = "Sent on {time}."
    as_given: str = "These are your answers as you gave them. No software scored or interpreted them."
    contact: str = "To add or change something, call {practice}: {phone}."
    danger: str = "If you are in danger now, call {number}."
    hidden: str = "You answered this topic. The answers stay hidden here, as you were told before you began."
    declined: str = "You preferred not to say."
    blank: str = "You left this blank."
    not_asked: str = "You were not asked this."
    not_reached: str = "You did not get to this question."
    page_skipped: str = "You skipped this topic."
    page_not_reached: str = "You did not get to this topic."
    page_of: str = "Page {page} of {pages}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Practice:
    """What a copy says of the practice; ``help_number`` is whom to call in danger, "" where none is set."""

    name: str
    phone: str
    help_number: str = ""


@dataclass(frozen=True, slots=True)
class CopyFile:
    """A copy as a file; its name tells only when it was sent."""

    name: str
    pdf: bytes


def shown_pages(sitting: Sitting, visit: str) -> list[tuple[str, str]]:
    """Return the saved pages whose answers this browser may show; ``visit`` marks what was typed in it.

    What was typed in an earlier visit stays hidden in the copy as it does on the patient's pages.
    """
    return [
        (page.response_id, page.page.id)
        for page in sitting.pages
        if page.saved is not None and not sitting.hides(page, visit)
    ]


def is_open(store: Store, invitation_id: str, now: datetime) -> bool:
    """Tell whether there is something to copy and the hour is not over."""
    with store.read() as session:
        return bool(_sent(session, invitation_id, now))


def patient_copy(
    store: Store, invitation_id: str, practice: Practice, *, shown: Pages, language: str, zone: tzinfo, now: datetime
) -> PatientCopy | None:
    """Return the copy of what was sent, with the fixed words in ``language`` (BCP 47); None where none can be opened.

    Answers of pages that are not ``shown`` stay hidden. Who asks was checked before.
    """
    with store.read() as session:
        found = _sent(session, invitation_id, now)
        if not found:
            return None
        sent_at = found[0][1].sent_at
        assert sent_at is not None
        maker = _Maker(session, store.keyring, shown, language, zone)
        forms = tuple(maker.form(response, invitation) for response, invitation in found)
    wording = maker.wording
    remarks = [wording.as_given, wording.contact.format(practice=practice.name, phone=practice.phone)]
    if practice.help_number:
        remarks.append(wording.danger.format(number=practice.help_number))
    return PatientCopy(
        title=wording.title,
        language=language,
        direction=direction_of_language(language),
        practice=practice.name,
        sent=wording.sent.format(time=Formats(maker.reader, language).time(sent_at)),
        remarks=tuple(remarks),
        page_of=wording.page_of,
        forms=forms,
    )


def ask_for_file(
    store: Store, asker: Asker, invitation_id: str, copy: PatientCopy, sent_on: date, *, now: datetime
) -> str:
    """Ask that a copy be made as a file, for this browser; return the file's id. Who asks was checked before."""
    layout = patient_copy_to_json(copy)
    what = {"invitation": invitation_id, "language": copy.language, "sent_on": sent_on.isoformat()}
    with store.write() as session:
        of = [response.id for response, _ in _sent(session, invitation_id, now)]
        return files.ask(
            session,
            store.keyring,
            asker,
            Wanted(files.PATIENT_COPY, what, of),
            now,
            layout=layout,
            content_key=hashlib.sha256(layout.encode()).hexdigest(),
            kept=FILE_KEPT,
        )


def fetch_file(store: Store, asker: Asker, actor: Actor, file_id: str, *, now: datetime) -> CopyFile:
    """Return a copy that was made as a file, and put on record that it left; NotFound if it is not there for this one.

    ``actor`` is the patient, as the holder of the invitation.
    """
    with store.write() as session:
        file = files.get(session, store.keyring, file_id, now)
        is_theirs = file is not None and file.asker == asker and file.what["invitation"] == actor.id
        if file is None or not is_theirs or not _sent(session, actor.id, now):
            raise NotFound("There is no such file.")
        pdf = files.content_of(session, store.keyring, file)
        if pdf is None:
            raise NotFound("There is no such file.")
        record = f"invitation:{actor.id}"
        audit.record(session, store.keyring, actor=actor, action="download_copy", record=record, at=now)
        return CopyFile(f"answers-{file.what['sent_on']}.pdf", pdf)


def _sent(session: Session, invitation_id: str, now: datetime) -> list[tuple[Response, Invitation]]:
    """Return what an invitation's patient sent less than an hour ago, in order; what was deleted is not in it."""
    try:
        invitation = invitations.get(session, invitation_id)
    except NotFound:
        return []
    if invitation.sent_at is None or now >= invitation.sent_at + OPEN_FOR:
        return []
    query = select(Response).where(Response.invitation_id == invitation_id, Response.sent_at.is_not(None))
    return [(response, invitation) for response in session.scalars(query.order_by(Response.position))]


class _Maker:
    """Puts responses into plain words; each page in the language in which it was answered."""

    def __init__(self, session: Session, keyring: Keyring, shown: Pages, language: str, zone: tzinfo) -> None:
        self._session, self._keyring = session, keyring
        self._shown = frozenset(shown)
        self.wording = translated(CopyWording(), language)
        words = self.wording
        usual = reader_in(language, zone)
        plain = replace(
            usual.wording,
            declined=words.declined,
            blank=words.blank,
            not_asked=words.not_asked,
            not_asked_because=words.not_asked,  # why would tell an answer that stays hidden
            not_reached=words.not_reached,
            page_skipped=words.page_skipped,
            page_not_reached=words.page_not_reached,
        )
        assert isinstance(plain, Wording)
        self.reader: Reader = replace(usual, wording=plain)

    def form(self, response: Response, invitation: Invitation) -> CopyForm:
        """Return one response."""
        languages = responses.open_languages(self._keyring, response)
        seen = {
            language: self._read(response, invitation, language)
            for language in dict.fromkeys([response.language, *languages.values()])
        }
        topics = []
        for page_id in seen[response.language].sections:
            in_language = seen[languages.get(page_id, response.language)]
            is_hidden = page_id in languages and (response.id, page_id) not in self._shown
            section = in_language.sections[page_id]
            note = section.note or ("" if page_id in languages else self.wording.page_not_reached)
            topics.append(_topic(in_language, section, self.wording.hidden if is_hidden else note))
        own = seen[response.language]
        return CopyForm(title=own.words(own.title), topics=tuple(topics))

    def _read(self, response: Response, invitation: Invitation, language: str) -> _InLanguage:
        sent: EarlierResponse = earlier_response(self._session, self._keyring, response, invitation, language)
        sections = {section.anchor: section for section in side_by_side([sent], self.reader)}
        form = sent.questionnaire
        return _InLanguage(
            title=form.title,
            sections={page.id: sections[anchor] for page in form.pages if (anchor := f"page-{page.id}") in sections},
            formats=Formats(self.reader, form.language),
        )


@dataclass(frozen=True, slots=True)
class _InLanguage:
    """A response in one of the languages in which it was answered; ``sections`` are by page id, in form order."""

    title: str
    sections: Mapping[str, Section]
    formats: Formats

    def words(self, text: str) -> Words:
        """Return a text of the form, marked with its language where that is not the copy's."""
        return self.formats.form_words(text)


def _topic(seen: _InLanguage, section: Section, note: str) -> CopyTopic:
    """Return one page. A note speaks for all its questions: the patient never saw those of a page that was skipped."""
    return CopyTopic(
        title=seen.words(section.title),
        recall="" if note else section.recall,
        note=note,
        sensitive=section.sensitive,
        answers=() if note else tuple(_answers(section)),
    )


def _answers(section: Section) -> Iterator[CopyAnswer]:
    """Yield the questions of a page and the headings over groups of them; texts that ask nothing are left out."""
    for question in section.questions:
        if question.number is not None:
            yield CopyAnswer(
                question=question.text,
                recall=question.recall,
                answer=question.answer,
                state=question.state_label,
                entries=tuple(_entries(question)),
            )
        elif question.heading:
            yield CopyAnswer(question=question.text, recall=question.recall, heading=True)


def _entries(question: Question) -> Iterator[CopyEntry]:
    asked = dict(question.wordings)
    for entry in question.entries:
        parts = (
            CopyAnswer(
                question=replace(part.label, text=asked.get(part.letter, part.label.text)),
                answer=part.answer,
                state=part.state_label,
            )
            for part in entry.answers
        )
        yield CopyEntry(label=entry.label, answers=tuple(parts))

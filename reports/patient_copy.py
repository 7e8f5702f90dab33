"""What a patient takes home: her or his own answers in plain words, and nothing that staff wrote.

Frozen dataclasses of primitives, as in `reports.document`. The fixed words are in the patient's language, questions in
the wording that the patient saw. It names no patient: whoever finds it need not learn whose it is.
"""

from __future__ import annotations

from dataclasses import dataclass

from reports.document import Direction, Words


@dataclass(frozen=True, slots=True, kw_only=True)
class CopyEntry:
    """One entry of a question that is answered by entries: what it is called ("Medicine 2"), and its answers."""

    label: str
    answers: tuple[CopyAnswer, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CopyAnswer:
    """A question as it was asked, and what was answered; ``state`` says in plain words where nothing was.

    ``heading`` marks the text over a group of questions, which asks nothing. ``recall`` is the time that the question
    looks back on, "" where its topic says it.
    """

    question: Words
    recall: str = ""
    heading: bool = False
    answer: tuple[Words, ...] = ()
    state: str = ""
    entries: tuple[CopyEntry, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class CopyTopic:
    """One page of a form; ``note`` says what became of it as a whole, "" for nothing.

    A topic whose answers stay hidden from this browser has its note and no answers.
    """

    title: Words
    recall: str = ""
    note: str = ""
    sensitive: bool = False
    answers: tuple[CopyAnswer, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class CopyForm:
    """One questionnaire of the sitting."""

    title: Words
    topics: tuple[CopyTopic, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PatientCopy:
    """All that was sent at once. ``language`` (BCP 47) and ``direction`` are those of the fixed words.

    ``remarks`` are a paragraph each: that nobody interpreted the answers, whom to call. ``page_of`` is
    "Page {page} of {pages}" with both places left open.
    """

    title: str
    language: str
    direction: Direction
    practice: str
    sent: str
    remarks: tuple[str, ...]
    page_of: str
    forms: tuple[CopyForm, ...]

"""What a patient takes home: her or his own answers in plain words, and nothing that staff wrote.

Frozen dataclasses of primitives, as in `reports.document`; all words are in the patient's language.
"""

from __future__ import annotations

from dataclasses import dataclass

from reports.document import Direction, Words


@dataclass(frozen=True, slots=True, kw_only=True)
class CopyAnswer:
    """A question as it was asked, and what was answered; ``state`` says in plain words where nothing was.

    ``entries`` are those of a question that is answered by entries: the heading of each, and its lines.
    """

    question: Words
    answer: tuple[Words, ...] = ()
    state: str = ""
    entries: tuple[tuple[str, tuple[str, ...]], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class CopyTopic:
    """One page of a form; ``note`` says what became of it as a whole, "" for nothing."""

    title: str
    note: str = ""
    answers: tuple[CopyAnswer, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class CopyForm:
    """One questionnaire of the sitting."""

    title: str
    topics: tuple[CopyTopic, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PatientCopy:
    """All that was sent at once. ``language`` (BCP 47) and ``direction`` are the patient's; it bears no name."""

    title: str
    language: str
    direction: Direction
    sent: str
    """When it was sent and to whom, in words."""
    remark: str
    """That nobody interpreted it, and that the clinic has the same."""
    page_of: str
    """"Page {page} of {pages}"."""
    forms: tuple[CopyForm, ...]

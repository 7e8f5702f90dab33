"""The report as data: frozen dataclasses of primitives, in the order in which they are read.

A `Report` is all that the PDF and the response page show; both are made from it, so they can't disagree. It is
filled by `screening.summary`. Nothing here is computed from an answer's value: no score, no order, no colour. Dates
and times are words already, in the clinic's zone and the reader's language.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from reports.attachments import Attachment

Direction: TypeAlias = Literal["ltr", "rtl"]
State: TypeAlias = Literal["answered", "declined", "blank", "not_asked", "not_reached"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """A piece of text with its language (BCP 47, or "" where unknown) and direction.

    ``own`` marks the patient's own words, which are printed as typed and never translated. Text may hold line
    breaks; they are kept. ``label`` are words of the form that stand before it ("Something else (please say):").
    """

    text: str
    language: str = ""
    direction: Direction = "ltr"
    own: bool = False
    label: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Attention:
    """One answer that a clinic asked to see first. Absent when that answer was not given."""

    heading: str
    """For instance "Dr A. Novak asked to see this first (set 3 May 2026)"."""
    number: int
    question: str
    answer: Words


@dataclass(frozen=True, slots=True, kw_only=True)
class Glance:
    """An answer that the author marked to stand on page one in full, word for word.

    ``continued`` says that it was cut, at a sentence's end, and goes on at the question. ``entries`` are as in `Line`.
    """

    number: int
    label: str
    words: tuple[Words, ...]
    state: State
    state_label: str
    anchor: str
    continued: bool = False
    entries: tuple[tuple[Words, ...], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Previous:
    """Last time's answer to the same question, in words, beside today's; ``visit`` is the date of that visit.

    ``changed`` is the one word that is said of it ("changed") or "". ``reworded`` says how the question was asked then,
    "" where it was asked in the same words. ``pointer`` and ``entries`` are as in `Line`.
    """

    visit: str
    answer: tuple[Words, ...]
    state: State
    state_label: str
    changed: str = ""
    reworded: str = ""
    pointer: str = ""
    entries: tuple[tuple[Words, ...], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryRow:
    """One answer that was on offer, with a mark at each visit where it was given.

    ``own`` are the patient's words of "something else (please say)", one for each visit, empty for none.
    """

    label: Words
    marks: tuple[bool, ...]
    own: tuple[tuple[Words, ...], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryVisit:
    """What became of a question at one visit: the answer in words, or the state."""

    visit: str
    answer: tuple[Words, ...] = ()
    state_label: str = ""
    entries: tuple[tuple[Words, ...], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """The answers to one question side by side, the earliest visit first, today's last.

    Where a question offers answers, ``rows`` are those, in the order in which they were on offer; ``visits`` are the
    columns. Elsewhere ``rows`` is (), and each visit's words are read one below the other. ``notes`` tell at which
    visits the question was asked in other words.
    """

    visits: tuple[HistoryVisit, ...]
    rows: tuple[HistoryRow, ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One question on page one: its number, short label, and answer in words.

    ``first`` and ``last`` differ where a run of questions in the same state is one line ("14–16 not asked (13: No)").
    ``previous`` is last time's answer, () where there is none to show. ``pointer`` says where a text too long for this
    place stands in full ("In full at question 12"), "" where ``answer`` is all of it. A question that was answered by
    entries has them in ``entries``, one after another, each in few words; ``answer`` is () then.
    """

    first: int
    last: int
    label: str
    answer: tuple[Words, ...]
    state: State
    state_label: str
    anchor: str
    previous: tuple[Previous, ...] = ()
    pointer: str = ""
    entries: tuple[tuple[Words, ...], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryAnswer:
    """The answer to one question in one entry; ``letter`` tells which of the entry's questions it is ("12a")."""

    letter: str
    label: Words
    answer: tuple[Words, ...]
    state: State
    state_label: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One entry of a question that is answered by entries: what it is called ("Medicine 2"), and its answers."""

    label: str
    answers: tuple[EntryAnswer, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """A question in full, as asked, with its answer and state.

    ``number`` is None for information text, and for the heading over a group of questions (``heading``; they have
    ``under``). ``context`` tells what made it be asked or not be asked ("Asked because
    of question 12: Most days"), "" for none. ``options`` are the labels that were on offer, for reading beside
    the answer; ``chosen`` are places in it. ``long`` says that the answer stands below the question, over the full
    width, rather than beside it: it follows from the type of the item, never from the answer. ``initial`` says what
    the field held when it was first shown, "" for nothing. A question that is answered by entries has its answers in
    ``entries``, and in ``wordings`` what was asked in each of them ("12a", "What is it called?"). ``previous`` is as
    in `Line`, and ``history`` the answers of several visits; () where there is no earlier one.
    """

    anchor: str
    number: int | None
    text: Words
    help: str = ""
    recall: str = ""
    answer: tuple[Words, ...] = ()
    state: State = "answered"
    state_label: str = ""
    context: str = ""
    options: tuple[str, ...] = ()
    chosen: frozenset[int] = frozenset()
    long: bool = False
    heading: bool = False
    under: bool = False
    initial: str = ""
    wordings: tuple[tuple[str, str], ...] = ()
    entries: tuple[Entry, ...] = ()
    previous: tuple[Previous, ...] = ()
    history: tuple[History, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """One page of the questionnaire with all its questions, in form order.

    ``note`` says what became of the page as a whole ("Skipped by the patient", "Not reached"), "" for nothing.
    """

    anchor: str
    title: str
    intro: str = ""
    recall: str = ""
    note: str = ""
    sensitive: bool = False
    questions: tuple[Question, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """What staff wrote or did: a note, a sign-off. ``byline`` holds name and time in words."""

    heading: str
    text: str
    byline: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """A labelled fact of the header: ("Born", "12 May 1988")."""

    label: str
    value: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Labels:
    """The fixed words of the report, in the reader's language."""

    in_their_words: str = "In the patient’s words"
    overview: str = "All answers in short"
    all_answers: str = "All questions and answers"
    notes: str = "Notes and sign-off"
    question: str = "Question"
    answer: str = "Answer"
    last_time: str = "Last time"
    last_time_on: str = "Last time, {visit}"
    last_visit: str = "Last time: {visit}"
    earlier_visits: str = "Earlier visits, side by side"
    all_earlier: str = "All earlier answers"
    visit: str = "Visit"
    no_answer: str = "Without an answer"
    given: str = "given"
    """What is read aloud where the mark stands."""
    on_offer: str = "Options"
    asked_of_each: str = "Asked for each"
    quote: tuple[str, str] = ("\u201c", "\u201d")
    """Marks before and after the patient's own words where they stand among other words."""
    continues: str = "continues, question {number}"
    overleaf: str = "continued overleaf"
    page_of: str = "Page {page} of {pages}"
    response: str = "Response"
    withheld: str = "Withheld from this copy"
    footer: str = (
        "Answers as given by the patient. Not scored or interpreted by software. No entry does not mean no problem."
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """One response, ready to be read. ``language`` (BCP 47) and ``direction`` are the reader's."""

    response_id: str
    title: str
    language: str
    direction: Direction
    labels: Labels
    patient_name: str
    running_header: str
    """Who this is about, on every page after the first: name and birth date."""
    facts: tuple[Fact, ...]
    """Born, record number, appointment, clinician; shown beside the name."""
    reviewed: str
    """"Reviewed by … on …" or "Not yet reviewed"."""
    provenance: tuple[str, ...]
    """Form and version, approval, started and sent, language, how it was filled in; one phrase each."""
    attention: tuple[Attention, ...] = ()
    glance: tuple[Glance, ...] = ()
    lines: tuple[Line, ...] = ()
    sections: tuple[Section, ...] = ()
    notes: tuple[Note, ...] = ()
    withheld: tuple[str, ...] = ()
    keywords: tuple[str, ...] = field(default=())
    attachments: tuple[Attachment, ...] = ()
    """Files that the PDF carries, for other software; a page on screen shows none of them."""
    last_visit: str = ""
    """The date of the visit before this one, "" if there was none; told once, so that not every line repeats it."""

    @property
    def has_history(self) -> bool:
        """Whether any question was answered at an earlier visit."""
        return any(question.history for section in self.sections for question in section.questions)

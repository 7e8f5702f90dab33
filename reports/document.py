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
class Line:
    """One question on page one: its number, short label, and answer in words.

    ``first`` and ``last`` differ where a run of questions in the same state is one line ("14–16 not asked (13: No)").
    ``previous`` is last time's answer in words, None where there is none to show; ``changed`` is the one word that
    is said of it ("changed") or "". ``pointer`` says where a text too long for this place stands in full ("In full
    at question 12"), "" where ``answer`` is all of it. A question that was answered by entries has them in ``entries``,
    one after another, each in few words; ``answer`` is () then.
    """

    first: int
    last: int
    label: str
    answer: tuple[Words, ...]
    state: State
    state_label: str
    anchor: str
    previous: str | None = None
    changed: str = ""
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
    ``entries``, and in ``wordings`` what was asked in each of them ("12a", "What is it called?").
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

    in_their_words: str = "In the patient's words"
    overview: str = "All answers in short"
    all_answers: str = "All questions and answers"
    notes: str = "Notes and sign-off"
    question: str = "Question"
    answer: str = "Answer"
    last_time: str = "Last time"
    on_offer: str = "Options"
    asked_of_each: str = "Asked for each"
    quote: tuple[str, str] = ("\u201c", "\u201d")
    """Marks before and after the patient's own words where they stand among other words."""
    continues: str = "continues, question {number}"
    overleaf: str = "continued overleaf"
    asked_about: str = "Asked about"
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

"""What a report says besides the answers: who, when, by whom, and for which reader.

Plain facts, as the store or a preview gives them. Times are aware datetimes (UTC in the store); the reader's zone and
language turn them into words.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, tzinfo
from typing import Literal, TypeAlias

from reports.document import Labels
from screening.answers import Answers
from screening.definition.model import Questionnaire
from screening.summary.wording import Wording


@dataclass(frozen=True, slots=True, kw_only=True)
class Approval:
    """Who let this version of the questionnaire be put to patients. ``demo`` marks one that no clinician gave."""

    by: str
    on: date
    demo: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class AttentionSetting:
    """One exact answer to one question that a clinic asked to see first.

    ``answer`` is an option's code, yes/no, or a whole number on a scale. Free text has no such setting.
    """

    item: str
    answer: str | bool | int
    asked_by: str
    set_on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class EarlierResponse:
    """What the patient answered to the same questionnaire before, in the version of that time.

    ``visit`` is the appointment for which it was sent, ``language`` and ``page_languages`` as in `ResponseFacts`.
    """

    response_id: str
    questionnaire: Questionnaire
    answers: Answers
    visit: datetime
    language: str = ""
    page_languages: Mapping[str, str] = field(default_factory=dict)
    switched_on: frozenset[str] = frozenset()


FilledIn: TypeAlias = Literal["alone", "helped", "paper"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """What a member of staff wrote or did, with name and time; ``text`` is "" for a sign-off."""

    by: str
    at: datetime
    text: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PaperFacts:
    """Who typed in what stands on paper, when the patient signed the consent, and who compared the two.

    When it was typed in is when the response was sent. ``rejected``: somebody found it mistyped.
    """

    typed_by: str
    signed_on: date
    confirmed: Entry | None = None
    rejected: Entry | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ResponseFacts:
    """The circumstances of one response; what is None or "" is not printed.

    ``language`` (BCP 47) is the one in which it was filled in, ``page_languages`` that of each page that was reached,
    by page id. ``reviewed_by`` tells for each translation that the patient read who reviewed it, "" for nobody:
    language -> name and date, in words. ``helper`` is who helped, in words. ``corrects`` is when
    the response that this one replaces was sent, ``corrected`` when the one that replaces it was. ``paper`` is for what
    was typed in from paper. ``switched_on`` are the ids of the pages and items, off by default, that the clinic had
    switched on. ``withheld`` names what is left out of this copy. ``earlier`` are the patient's responses to the same
    questionnaire before this one, the earliest first.
    """

    response_id: str
    patient_name: str
    birth_date: date | None = None
    record_number: str = ""
    appointment: datetime | None = None
    clinician: str = ""
    approval: Approval | None = None
    started_at: datetime | None = None
    sent_at: datetime | None = None
    language: str = ""
    page_languages: Mapping[str, str] = field(default_factory=dict)
    reviewed_by: Mapping[str, str] = field(default_factory=dict)
    filled_in: FilledIn | None = None
    helper: str = ""
    corrects: datetime | None = None
    corrected: datetime | None = None
    paper: PaperFacts | None = None
    switched_on: frozenset[str] = frozenset()
    attention: tuple[AttentionSetting, ...] = ()
    withheld: tuple[str, ...] = ()
    earlier: tuple[EarlierResponse, ...] = ()

    @property
    def languages(self) -> tuple[str, ...]:
        """Return the languages in which it was filled in, in form order, each once; none where that is not known."""
        found = dict.fromkeys(language for language in self.page_languages.values() if language)
        return tuple(found) or ((self.language,) if self.language else ())


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewFacts:
    """What staff made of a response: the sign-off ("I have read these answers"), the note, and what came after.

    ``sign_off`` is the one that stands; ``past_sign_offs`` are those that a reopening ended. The text of a reopening
    is its reason.
    """

    sign_off: Entry | None = None
    note: Entry | None = None
    addenda: tuple[Entry, ...] = ()
    past_sign_offs: tuple[Entry, ...] = ()
    reopenings: tuple[Entry, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    """For whom the report is made: locale (BCP 47), time zone, and the fixed words in that language."""

    locale: str = "en-GB"
    time_zone: tzinfo = UTC
    wording: Wording = field(default_factory=Wording)
    labels: Labels = field(default_factory=Labels)

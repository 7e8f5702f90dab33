"""Answers in words, as the patient sees them when checking or comparing; the same words as in the report."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from babel import Locale
from flask_babel import get_locale, gettext

from reports.document import Words
from screening.answer_formats import parse_flat
from screening.answer_values import Plain
from screening.definition.model import Item
from screening.intake.saving import Posted
from screening.intake.sitting import SittingPage
from screening.store.drafts import DraftPage
from screening.summary.facts import Reader
from screening.summary.values import Formats
from screening.summary.wording import Wording
from screening.web import context


@dataclass(frozen=True, slots=True)
class Row:
    """A question with its answer in words; ``state`` is said where there is no answer. ``other`` is for comparing."""

    number: int
    question: str
    answer: tuple[Words, ...]
    state: str
    other: tuple[Words, ...] = ()
    other_state: str = ""


def date(moment: datetime) -> str:
    """Return the date of a time, in the clinic's zone: ``3 May 2028``."""
    return _formats("").date(moment.astimezone(context.settings().zone).date())


def direction(language: str) -> str:
    """Return "ltr" or "rtl" for a language (BCP 47)."""
    return Locale.parse(language, sep="-").text_direction


def rows(page: SittingPage) -> list[Row]:
    """Return the questions of a page that are asked now, with what was saved."""
    is_skipped = page.saved is not None and page.saved.skipped
    found = []
    for item in page.items:
        if item.asks:
            was_shown = page.saved is not None and item not in page.not_yet_shown
            answer, state = _answer(page, item, page.answers, was_shown=was_shown)
            if is_skipped:
                state = gettext("Prefer not to say")
            found.append(Row(page.question_numbers[item.id], item.text, answer, state))
    return found


def compare(page: SittingPage, current: DraftPage | None, posted: Posted, *, is_hidden: bool) -> list[Row]:
    """Return the questions whose saved and typed answers differ; saved ones in no words where they are hidden."""
    there: Mapping[str, Plain] = current.answers if current else {}
    found = []
    for item in page.page.items:
        if item.id not in posted.shown:
            continue
        # Where the saved ones are hidden, nothing here may depend on them, or guesses could be tried out.
        is_same = there.get(item.id) == posted.answers.get(item.id)
        if (item.id not in posted.answers) if is_hidden else is_same:
            continue
        saved, saved_state = _answer(page, item, {} if is_hidden else there, was_shown=True)
        if is_hidden:
            saved_state = gettext("Saved, hidden")
        typed, typed_state = _answer(page, item, posted.answers, was_shown=True)
        found.append(Row(page.question_numbers[item.id], item.text, saved, saved_state, typed, typed_state))
    return found


def _answer(
    page: SittingPage, item: Item, answers: Mapping[str, Plain], *, was_shown: bool
) -> tuple[tuple[Words, ...], str]:
    if not was_shown:
        return (), gettext("Not answered yet")
    if item.id not in answers:
        return (), gettext("Left blank")
    values, declined = parse_flat((item,), {item.id: answers[item.id]})
    if declined:
        return (), gettext("Prefer not to say")
    return _formats(page.questionnaire.language).answer(item, values[item.id]), ""


def _formats(form_language: str) -> Formats:
    wording = Wording(yes=gettext("Yes"), no=gettext("No"))
    locale = str(get_locale()).replace("_", "-")
    return Formats(Reader(locale=locale, time_zone=context.settings().zone, wording=wording), form_language)

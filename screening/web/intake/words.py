"""Answers in words, as the patient sees them when checking or comparing; the same words as in the report."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date as Date  # noqa: N812  # `date` is another
from datetime import datetime, tzinfo
from functools import cache

from flask_babel import gettext

from reports.document import Words
from screening.answer_values import Plain, is_declined, parse_value
from screening.answers import Entry
from screening.definition.model import Grid, Group, Item, questions
from screening.intake.saving import Posted
from screening.intake.sitting import SittingPage
from screening.path import entries_of
from screening.store.drafts import DraftPage
from screening.summary.facts import Reader
from screening.summary.values import Formats
from screening.summary.wording import Wording
from screening.web import context, language


@dataclass(frozen=True, slots=True)
class Row:
    """A question with its answer in words; ``state`` is said where there is no answer. ``other`` is for comparing."""

    question: str
    answer: tuple[Words, ...]
    state: str
    other: tuple[Words, ...] = ()
    other_state: str = ""


def date(moment: datetime) -> str:
    """Return the date of a time, in the clinic's zone: ``3 May 2028``."""
    return day(moment.astimezone(context.settings().zone).date())


def day(date: Date) -> str:
    """Return a date in words, in the page's language."""
    return _formats("").date(date)


@dataclass(frozen=True, slots=True)
class Block:
    """Rows under a heading, "" for none: a group, a grid, an entry (``is_entry``) of the group before it."""

    heading: str
    rows: tuple[Row, ...]
    is_entry: bool = False


def blocks(page: SittingPage) -> list[Block]:
    """Return the questions of a page that are asked now, with what was saved, under their headings."""
    found: list[Block] = []
    for item in page.items:
        if isinstance(item, Group) and item.repeats:
            found += _entries(page, item)
        elif isinstance(item, Group | Grid):
            rows = [_row(page, part) for part in item.children if part.asks]
            found.append(Block(item.text, tuple(rows)))
        elif item.asks:
            row = _row(page, item)
            if found and not found[-1].heading:
                found[-1] = Block("", (*found[-1].rows, row))
            else:
                found.append(Block("", (row,)))
    return found


def _row(page: SittingPage, item: Item) -> Row:
    if page.saved is not None and page.saved.skipped:
        return Row(item.text, (), gettext("Prefer not to say"))
    was_shown = page.saved is not None and item not in page.not_yet_shown
    return Row(item.text, *_answer(page, item, page.answers, was_shown=was_shown))


def _entries(page: SittingPage, group: Group) -> Iterator[Block]:
    """Yield a block for the group, and one for each of its entries."""
    stored = page.answers.get(group.id)
    if not isinstance(stored, list) or group in page.not_yet_shown:
        yield Block("", (_row(page, group),))
        return
    yield Block(group.text, ())
    new_in = page.new_in_entries.get(group.id, ())
    for number, (answers, asked) in enumerate(zip(stored, page.path.entries[group.id], strict=True), start=1):
        new = new_in[number - 1] if new_in else ()
        rows = [
            Row(part.text, *_answer(page, part, answers, was_shown=part.id not in new))
            for part in group.items
            if part.asks and part.id in asked
        ]
        yield Block(_entry_label(group, number), tuple(rows), is_entry=True)


def _entry_label(group: Group, number: int) -> str:
    if group.item_label:
        return f"{group.item_label} {number}"
    return str(gettext("Entry %(number)s", number=number))


def compare(page: SittingPage, current: DraftPage | None, posted: Posted, *, is_hidden: bool) -> list[Row]:
    """Return the questions whose saved and typed answers differ; saved ones in no words where they are hidden."""
    there: Mapping[str, Plain] = current.answers if current else {}
    found = []
    for item in questions(page.page.items):
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
        found.append(Row(item.text, saved, saved_state, typed, typed_state))
    return found


def _answer(
    page: SittingPage, item: Item, answers: Mapping[str, Plain], *, was_shown: bool
) -> tuple[tuple[Words, ...], str]:
    if not was_shown:
        return (), gettext("Not answered yet")
    if item.id not in answers:
        return (), gettext("Left blank")
    if is_declined(answers[item.id]):
        return (), gettext("Prefer not to say")
    value = parse_value(item, answers[item.id])
    if isinstance(item, Group):
        return tuple(_flat(page, item, entries_of(value))), ""
    return _formats(page.questionnaire.language).answer(item, value), ""


def _flat(page: SittingPage, group: Group, entries: Sequence[Entry]) -> Iterator[Words]:
    """Yield everything that entries say, each piece after its question."""
    formats = _formats(page.questionnaire.language)
    for number, entry in enumerate(entries, start=1):
        for part in group.items:
            label = f"{_entry_label(group, number)} – {part.text}"
            if part.id in entry.declined:
                yield Words(text=gettext("Prefer not to say"), label=label)
            elif part.id in entry.values:
                for piece in formats.answer(part, entry.values[part.id]):
                    yield replace(piece, label=f"{label} {piece.label}".strip())


def _formats(form_language: str) -> Formats:
    return _formats_in(language.current(), context.settings().zone, form_language)


@cache
def _formats_in(locale: str, zone: tzinfo, form_language: str) -> Formats:
    """Return what puts answers into words; kept, because a page of answers asks for it with each of them."""
    wording = Wording(yes=gettext("Yes"), no=gettext("No"))
    return Formats(Reader(locale=locale, time_zone=zone, wording=wording), form_language)

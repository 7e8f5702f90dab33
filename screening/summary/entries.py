"""The entries of a group that repeats: each with all its answers, and in few words for page one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from reports.document import Entry, EntryAnswer, Words
from screening.answers import State, Value
from screening.definition.model import Choice, Group, Item, Quantity, SimpleItem, String, Text
from screening.path import Path, entries_of, state_in_entry
from screening.summary.reasons import InEntry, Reasons
from screening.summary.values import Formats


def entries(
    group: Group,
    value: Value,
    path: Path,
    labels: Mapping[str, str],
    reasons: Reasons,
    formats: Formats,
) -> tuple[Entry, ...]:
    """Return the entries in the order in which the patient gave them, every question of each with its state.

    ``labels`` are what people call the questions (`Questionnaire.labels`).
    """
    pairs = zip(entries_of(value), path.entries[group.id], strict=True)
    scopes = [InEntry(group, entry, asked) for entry, asked in pairs]
    return tuple(
        Entry(label=entry_label(group, number, formats), answers=tuple(_answers(scope, labels, reasons, formats)))
        for number, scope in enumerate(scopes, start=1)
    )


def entry_label(group: Group, number: int, formats: Formats) -> str:
    """Return what an entry is called: "Medicine 2"."""
    label = group.item_label or formats.wording.entry_without_label
    return formats.wording.entry.format(label=label, number=number)


def _answers(scope: InEntry, labels: Mapping[str, str], reasons: Reasons, formats: Formats) -> Iterator[EntryAnswer]:
    for item in scope.group.items:
        if not item.asks:
            continue
        state = state_in_entry(item, scope.entry, scope.asked)
        answered = state is State.ANSWERED
        yield EntryAnswer(
            letter=labels[item.id],
            label=formats.form_words(item.short or item.text),
            answer=formats.answer(item, scope.entry.values[item.id]) if answered else (),
            state=state.value,
            state_label=reasons.state_label(state, [item.enable_when], scope),
        )


def in_few_words(group: Group, entry: Entry) -> tuple[Words, ...]:
    """Return what page one says of an entry: what was answered, and what the patient preferred not to say.

    An answer that would be a riddle alone ("Yes", "3") has its question's label before it. Which do follows from the
    form, never from the answer.
    """
    asking = [item for item in group.items if item.asks]
    found: list[Words] = []
    for item, given in zip(asking, entry.answers, strict=True):
        if given.state == "declined":
            found.append(Words(text=given.state_label, label=_before(given)))
        for piece in given.answer:
            speaks = item is asking[0] or _speaks_for_itself(item)
            found.append(replace(piece, label="" if speaks else _before(given)))
    return tuple(found)


def _speaks_for_itself(item: SimpleItem) -> bool:
    return isinstance(item, Choice | String | Text | Quantity) or _unit(item) is not None


def _unit(item: Item) -> str | None:
    return getattr(item, "unit", None)


def _before(given: EntryAnswer) -> str:
    return f"{given.label.text.rstrip(':?؟')}:"

"""Page one: the answers in the patient's words, and every answer in one line, in form order."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby

from reports.document import Attention, Entry, Glance, Line, Previous, Words
from screening.answers import State, Value
from screening.definition.model import Group, Item, Text
from screening.summary import cutting
from screening.summary.facts import AttentionSetting
from screening.summary.values import Formats

PREVIOUS_ROWS = 2
"""Rows for last time's answer in the two columns."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """One question with what became of it.

    ``answer`` is in words, () unless the question was answered, and ``value`` as it was given. ``state_label`` is the
    state in words, "" for an answered question. ``entries`` are those of a group that repeats, in full and in few
    words. ``run`` is what a line is joined with its neighbours by, None where it stands alone. ``recall`` is the time
    that the question looks back on, be it said of the question or of its page. ``previous`` is last time's answer, if
    there is one.
    """

    item: Item
    number: int
    anchor: str
    state: State
    answer: tuple[Words, ...]
    state_label: str
    run: tuple[str, str] | None = None
    """The state's words and the label of a run of questions with the same fate, such as a skipped page's title."""
    entries: tuple[Entry, ...] = ()
    entries_in_short: tuple[tuple[Words, ...], ...] = ()
    value: Value | None = None
    recall: str = ""
    previous: tuple[Previous, ...] = ()

    @property
    def label(self) -> str:
        """Return the label on page one."""
        return self.item.short or self.item.text


def glances(entries: Iterable[Answered], lines: Iterable[Line]) -> tuple[Glance, ...]:
    """Return the answers that the author marked, word for word, cut at a sentence's end where they are too long.

    What ``lines`` leave of page one is theirs.
    """
    marked = [entry for entry in entries if entry.item.glance]
    needs = [
        _rows(entry.entries_in_short, cutting.GLANCE_WIDTH)
        + cutting.rows("; ".join(words.label + words.text for words in entry.answer), cutting.GLANCE_WIDTH)
        for entry in marked
    ]
    total = cutting.glance_rows(sum(map(_line_rows, lines)), len(marked))
    return tuple(_glance(entry, budget) for entry, budget in zip(marked, cutting.shares(needs, total), strict=True))


def _line_rows(line: Line) -> int:
    answer = "; ".join(words.text for words in line.answer) + line.state_label + line.pointer
    height = _rows(line.entries, cutting.LINE_WIDTH)
    height += cutting.rows(answer, cutting.LINE_WIDTH) if answer or not height else 0
    for before in line.previous:
        words = f"{'; '.join(words.text for words in before.answer)}{before.state_label}{before.pointer}"
        height += cutting.rows(words, cutting.LINE_WIDTH) + _rows(before.entries, cutting.LINE_WIDTH)
    return max(cutting.rows(line.label, cutting.LABEL_WIDTH), height)


def _rows(entries: Iterable[tuple[Words, ...]], width: int) -> int:
    return sum(cutting.rows(_in_a_row(entry), width) for entry in entries)


def _in_a_row(entry: tuple[Words, ...]) -> str:
    return "1. " + ", ".join(f"{words.label} {words.text}".strip() for words in entry)


def _first_that_fit(pieces: Sequence[tuple[Words, ...]], budget: int, width: int) -> tuple[tuple[Words, ...], ...]:
    """Return as many whole pieces as fit into ``budget`` rows; the first always does."""
    kept = 1
    while kept < len(pieces) and _rows(pieces[: kept + 1], width) <= budget:
        kept += 1
    return tuple(pieces[:kept])


def _glance(entry: Answered, budget: int) -> Glance:
    words = entry.answer
    if len(words) == 1 and words[0].own:
        text = words[0].text
        beginning = cutting.cut(text, budget, cutting.GLANCE_WIDTH) or cutting.first_sentence(text)
        words = (replace(words[0], text=beginning),)
    entries = _first_that_fit(entry.entries_in_short, budget, cutting.GLANCE_WIDTH)
    return Glance(
        number=entry.number,
        label=entry.label,
        words=words,
        state=entry.state.value,
        state_label=entry.state_label,
        anchor=entry.anchor,
        continued=words != entry.answer or entries != entry.entries_in_short,
        entries=entries,
    )


def lines(entries: Sequence[Answered], formats: Formats) -> Iterator[Line]:
    """Yield a line for each question, or for each run of neighbours that shared one fate."""
    budget = cutting.LINE_ROWS_SHORT if len(entries) <= cutting.SHORT_FORM else cutting.LINE_ROWS
    for run, grouped in groupby(_numbered_runs(entries), key=lambda pair: pair[0]):
        members = [entry for _, entry in grouped]
        if run is None or len(members) == 1:
            for entry in members:
                yield _line(entry, formats, budget)
        else:
            _, state_label, label = run
            first = members[0]
            yield Line(
                first=first.number,
                last=members[-1].number,
                label=label,
                answer=(),
                state=first.state.value,
                state_label=state_label,
                anchor=first.anchor,
            )


def _numbered_runs(entries: Iterable[Answered]) -> Iterator[tuple[tuple[int, str, str] | None, Answered]]:
    """Pair each entry with its run's key; numbers of a run follow each other without a gap."""
    for place, entry in enumerate(entries):
        yield (None if entry.run is None else (entry.number - place, *entry.run)), entry


def _line(entry: Answered, formats: Formats, budget: int) -> Line:
    answer, entries, pointer = entry.answer, entry.entries_in_short, ""
    if entry.item.glance and isinstance(entry.item, Text | Group) and (answer or entries):
        answer, entries, pointer = (), (), formats.wording.see_above
    elif entries:
        entries = _first_that_fit(entries, cutting.ENTRIES_SHARE * budget, cutting.LINE_WIDTH)
        if entries != entry.entries_in_short:
            pointer = formats.wording.continues.format(number=entry.number)
    else:
        answer, pointer = _cut(entry, answer, formats, budget)
        if pointer and entry.item.glance:  # choices stand above whole
            answer, pointer = (), formats.wording.see_above
    return Line(
        first=entry.number,
        last=entry.number,
        label=entry.label,
        answer=answer,
        state=entry.state.value,
        state_label=entry.state_label,
        anchor=entry.anchor,
        pointer=pointer,
        entries=entries,
        previous=tuple(_previous(entry, before, formats) for before in entry.previous),
    )


def _previous(entry: Answered, before: Previous, formats: Formats) -> Previous:
    """Return last time's answer as page one has room for it; at the question it stands in full."""
    entries = before.entries
    answer, pointer = _cut(entry, before.answer, formats, PREVIOUS_ROWS)
    if entries:
        entries = _first_that_fit(entries, PREVIOUS_ROWS, cutting.LINE_WIDTH)
        if entries != before.entries:
            pointer = formats.wording.continues.format(number=entry.number)
    return replace(before, answer=answer, entries=entries, pointer=pointer)


def _cut(entry: Answered, answer: tuple[Words, ...], formats: Formats, budget: int) -> tuple[tuple[Words, ...], str]:
    """Return as much of the patient's words as fits, and where the rest of them stands."""
    if len(answer) == 1 and answer[0].own:
        text = answer[0].text
        beginning = cutting.cut(text, budget, cutting.LINE_WIDTH)
        if beginning == text:
            return answer, ""
        wording = formats.wording.continues if beginning else formats.wording.in_full
        return (replace(answer[0], text=beginning),) if beginning else (), wording.format(number=entry.number)
    if entry.item.repeats and any(words.own for words in answer):
        return _several(entry, answer, formats, budget)
    return answer, ""


def _several(
    entry: Answered, answer: tuple[Words, ...], formats: Formats, budget: int
) -> tuple[tuple[Words, ...], str]:
    """Return the first of several answers in the patient's words, and where the rest of them stands."""
    kept = _first_that_fit([(words,) for words in answer], budget, cutting.LINE_WIDTH)
    if _rows(kept, cutting.LINE_WIDTH) > budget:
        return (), formats.wording.in_full.format(number=entry.number)
    pointer = "" if len(kept) == len(answer) else formats.wording.continues.format(number=entry.number)
    return tuple(words for piece in kept for words in piece), pointer


def attentions(
    settings: Iterable[AttentionSetting], entries: Iterable[Answered], values: dict[str, Value], formats: Formats
) -> Iterator[Attention]:
    """Yield the answers that the clinic asked to see first, where exactly they were given, in form order."""
    by_item: dict[str, list[AttentionSetting]] = {}
    for setting in settings:
        by_item.setdefault(setting.item, []).append(setting)
    for entry in entries:
        if entry.state is not State.ANSWERED:
            continue
        for setting in by_item.get(entry.item.id, ()):
            if _given(setting.answer, values[entry.item.id]):
                yield Attention(
                    heading=formats.wording.attention.format(name=setting.asked_by, date=formats.date(setting.set_on)),
                    number=entry.number,
                    question=entry.item.text,
                    answer=formats.answer(entry.item, setting.answer)[0],
                )


def _given(wanted: str | bool | int, value: Value) -> bool:
    """Tell whether exactly this was answered, or chosen among others; True is not 1."""
    given = value if isinstance(value, tuple) else (value,)
    return any(type(one) is type(wanted) and one == wanted for one in given)

"""Earlier answers to the same question: last time's beside today's, and those of several visits side by side.

A question is the same where its id is; each answer stands in the words of its own time. What is said of two answers is
at most that they differ, never how (rule R8): no arrow, no difference, no line.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from reports.document import History, HistoryRow, HistoryVisit, Previous, Words
from screening.answers import Entry, Other, Single, State
from screening.definition.model import Boolean, Choice, Item, Scale
from screening.summary.overview import Answered
from screening.summary.values import Formats

FEWEST_VISITS = 3
"""Visits from which answers stand side by side as well; of two, the earlier one stands beside each question."""

LONGEST_SCALE = 11
"""Points of a scale, at the most, that become rows; of a longer one the numbers are told."""

_OTHER = object()
_UNSEEN = frozenset({State.NOT_ASKED, State.NOT_REACHED})


@dataclass(frozen=True, slots=True)
class Visit:
    """One visit: its date in words, and each question of that time's form, by item id, in that time's words."""

    when: str
    answered: Mapping[str, Answered]
    formats: Formats


def previous(entry: Answered, earlier: Sequence[Visit], formats: Formats) -> tuple[Previous, ...]:
    """Return the answer at the latest of the earlier visits whose form had this question, () if none had.

    ``earlier`` are in the order of the visits.
    """
    for visit in reversed(earlier):
        before = visit.answered.get(entry.item.id)
        if before is not None:
            return (
                Previous(
                    visit=visit.when,
                    answer=before.answer,
                    state=before.state.value,
                    state_label=_state_label(before.state, formats),
                    changed=formats.wording.changed if _differ(entry, before) else "",
                    reworded=_reworded(entry, before, visit.formats, formats),
                    entries=before.entries_in_short,
                ),
            )
    return ()


def may_share_a_line(entry: Answered, before: tuple[Previous, ...]) -> bool:
    """Tell whether nothing is lost of last time's answer where the question is one of a run of the same fate."""
    if not before:
        return True
    state = State(before[0].state)
    return state is entry.state or {state, entry.state} <= _UNSEEN


def history(entry: Answered, earlier: Sequence[Visit], today: Visit) -> tuple[History, ...]:
    """Return the answers to one question at all these visits, () where no earlier form had it."""
    if not any(entry.item.id in visit.answered for visit in earlier):
        return ()
    visits = (*earlier, today)
    found = [visit.answered.get(entry.item.id) for visit in visits]
    return (
        History(
            visits=tuple(_visit(visit, one, today.formats) for visit, one in zip(visits, found, strict=True)),
            rows=tuple(_rows(visits, found)),
            notes=tuple(_notes(entry, earlier, today.formats)),
        ),
    )


def _visit(visit: Visit, entry: Answered | None, formats: Formats) -> HistoryVisit:
    if entry is None:
        return HistoryVisit(visit=visit.when, state_label=formats.wording.not_in_form)
    return HistoryVisit(
        visit=visit.when,
        answer=entry.answer,
        state_label=_state_label(entry.state, formats),
        entries=entry.entries_in_short,
    )


def _notes(entry: Answered, earlier: Sequence[Visit], formats: Formats) -> Iterator[str]:
    for visit in earlier:
        before = visit.answered.get(entry.item.id)
        what = _reworded(entry, before, visit.formats, formats) if before else ""
        if what:
            yield formats.wording.reworded_at.format(visit=visit.when, what=what)


def _state_label(state: State, formats: Formats) -> str:
    """Return a state in plain words: what hid a question at another visit is told in that visit's report."""
    wording = formats.wording
    return {
        State.ANSWERED: "",
        State.DECLINED: wording.declined,
        State.BLANK: wording.blank,
        State.NOT_ASKED: wording.not_asked,
        State.NOT_REACHED: wording.not_reached,
    }[state]


def _differ(entry: Answered, before: Answered) -> bool:
    return entry.state is not before.state or _comparable(entry) != _comparable(before)


def _comparable(entry: Answered) -> object:
    """Return an answer so that two are equal where they say the same; the order of chosen options says nothing."""
    value = entry.value
    return frozenset(value) if isinstance(entry.item, Choice) and isinstance(value, tuple) else value


def _reworded(entry: Answered, before: Answered, then: Formats, formats: Formats) -> str:
    """Tell how a question was asked where that was otherwise than today, "" where it was not.

    Texts in two languages can't be held against each other: nothing is told of them.
    """
    if then.form_language != formats.form_language:
        return ""
    if (before.item.text, before.recall) != (entry.item.text, entry.recall):
        text = before.item.text
        if before.recall and before.recall != entry.recall:
            text = f"{before.recall}: {text}"
        marks = formats.reader.labels.quote
        return formats.wording.reworded.format(text=f"{marks[0]}{text}{marks[1]}")
    return formats.wording.other_answers if _answers_on_offer(before.item) != _answers_on_offer(entry.item) else ""


def _answers_on_offer(item: Item) -> tuple[object, ...]:
    if isinstance(item, Choice):
        return (item.type, item.repeats, item.other, *((option.code, option.text) for option in item.options))
    if isinstance(item, Scale):
        return (item.type, item.min_value, item.max_value, item.min_label, item.max_label)
    return (item.type, getattr(item, "unit", None), getattr(item, "units", None))


def _rows(visits: Sequence[Visit], found: Sequence[Answered | None]) -> Iterator[HistoryRow]:
    """Yield a row for each answer on offer at any visit; none for what takes no such answers.

    Which rows there are follows from the forms alone. Today's answers come first, then what only earlier forms
    offered; an option that was worded otherwise is another row.
    """
    known = [(visit, entry) for visit, entry in zip(visits, found, strict=True) if entry is not None]
    items = [entry.item for _, entry in known]
    if any(type(item) is not type(items[-1]) for item in items):
        return
    if isinstance(items[-1], Scale) and len(set(map(_answers_on_offer, items))) > 1:
        return
    labels: dict[object, Words] = {}
    for visit, entry in reversed(known):
        for key, words in _offered(entry.item, visit.formats):
            labels.setdefault(key, words)
    chosen = [_keys(entry) for entry in found]
    for key, label in labels.items():
        own = tuple(_own_words(entry) if key is _OTHER else () for entry in found)
        yield HistoryRow(label=label, marks=tuple(key in keys for keys in chosen), own=own if key is _OTHER else ())


def _offered(item: Item, formats: Formats) -> Iterator[tuple[object, Words]]:
    if isinstance(item, Choice):
        for option in item.options:
            yield (option.code, option.text), formats.form_words(option.text)
        if item.other:
            yield _OTHER, formats.form_words(item.other)
    elif isinstance(item, Boolean):
        for value in (True, False):
            yield value, formats.answer(item, value)[0]
    elif isinstance(item, Scale) and len(item.points) <= LONGEST_SCALE:
        ends = {item.min_value: item.min_label, item.max_value: item.max_label}
        for point in item.points:
            yield point, formats.form_words(f"{point} = {ends[point]}" if ends.get(point) else str(point))


def _keys(entry: Answered | None) -> frozenset[object]:
    return frozenset(_key(entry.item, single) for single in _singles(entry)) if entry else frozenset()


def _key(item: Item, single: Single) -> object:
    if isinstance(single, Other):
        return _OTHER
    option = item.option(str(single)) if isinstance(item, Choice) else None
    return (option.code, option.text) if option else single


def _singles(entry: Answered) -> tuple[Single, ...]:
    value = entry.value
    if value is None:
        return ()
    return tuple(one for one in value if not isinstance(one, Entry)) if isinstance(value, tuple) else (value,)


def _own_words(entry: Answered | None) -> tuple[Words, ...]:
    return tuple(words for words in entry.answer if words.own) if entry else ()

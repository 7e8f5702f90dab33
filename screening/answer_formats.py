"""ANSWERS.json (or a FHIR QuestionnaireResponse) <-> `Answers`; each mistake refused by name, all in one go.

A flat map, item id -> answer; see `screening.answer_values` for the form of one answer. ``{"declined": true}`` is
"prefer not to say". An item that is not named was left blank. What stands in a group that repeats is named in the
group's entries.
"""

from __future__ import annotations

import datetime
import json
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import replace
from decimal import Decimal as Number

from screening.answer_fhir import flat_answers
from screening.answer_values import DECLINED, AnswerError, Plain, dump_value, is_declined, parse_value
from screening.answers import Answers, Value
from screening.definition.model import Grid, Group, Item, Questionnaire, questions
from screening.definition.problems import nearest, shown
from screening.path import Path, entries_of, offered, on_path, walk

MAX_BYTES = 5_000_000


class AnswersError(ValueError):
    """Answers that can't be taken; ``messages`` has one line for each mistake."""

    def __init__(self, messages: Iterable[str]) -> None:
        self.messages = tuple(messages)
        super().__init__("\n".join(self.messages))


def parse_json(data: bytes) -> Plain:
    """Return what a JSON file holds, decimals exact; AnswersError says, with the line, why it can't be read."""
    if len(data) > MAX_BYTES:
        raise AnswersError([f"the file has {len(data):,} bytes; the limit is {MAX_BYTES:,}"])
    try:
        text = data.decode("utf-8-sig")
        return json.loads(text, parse_float=Number, parse_constant=_no_constant, object_pairs_hook=_each_key_once)
    except UnicodeDecodeError:
        raise AnswersError(["the file is not text in UTF-8"]) from None
    except json.JSONDecodeError as error:
        raise AnswersError([f"line {error.lineno}: this is not JSON: {error.msg}"]) from None
    except RecursionError:
        raise AnswersError(["the file is nested too deep"]) from None
    except ValueError as error:
        raise AnswersError([str(error)]) from None


def parse_answers(
    questionnaire: Questionnaire,
    raw: Plain,
    *,
    switched_on: Collection[str] | None = None,
    today: datetime.date | None = None,
) -> tuple[Answers, list[str]]:
    """Return the answers in ``raw`` that count, and a line for each that was left out because it was not asked.

    Every page counts as reached. ``switched_on`` names the pages and items that are off by default and were on; None
    takes those that ``raw`` answers. ``today`` as in `parse_value`. Raises AnswersError.
    """
    flat = _flat(questionnaire, raw)
    items = [item for page in questionnaire.pages for item in page.items]
    values, declined = parse_flat(items, flat, today=today)
    everything = Answers(values, declined, frozenset(page.id for page in questionnaire.pages))
    if switched_on is None:
        switched_on = switched_on_by(questionnaire, everything)
    on = offered(questionnaire, switched_on)
    notes = list(_left_out(questionnaire, on, everything, walk(on, everything), flat))
    kept = on_path(on, everything)
    return replace(kept, reached=frozenset(page.id for page in on.pages)), notes


def _left_out(
    questionnaire: Questionnaire, on: Questionnaire, answers: Answers, path: Path, named: Collection[str]
) -> Iterator[str]:
    """Tell which answers are left out because they were not asked for, in form order."""
    hidden = "left out, because a condition hides the question"
    off = "left out, because it is off by default and was not switched on"
    known = {item.id for item in on.items()}
    for item in questionnaire.questions():
        if item.id not in named:
            continue
        if item.id not in path.item_ids:
            yield f"{item.id}: {hidden if item.id in known else off}"
        entries = entries_of(answers.values.get(item.id))
        for number, (entry, asked) in enumerate(zip(entries, path.entries.get(item.id, ()), strict=False), start=1):
            for part in item.children:
                if part.id in entry.declined.union(entry.values) and part.id not in asked:
                    yield f"{item.id}: entry {number}, {part.id}: {hidden if part.id in known else off}"


def parse_flat(
    items: Collection[Item], flat: Mapping[str, Plain], *, today: datetime.date | None = None
) -> tuple[dict[str, Value], frozenset[str]]:
    """Return values and declined items from a flat map over ``items`` (of a page, or of a questionnaire).

    ``items`` are as a page holds them, groups with what stands in them. Raises AnswersError naming each answer that
    does not fit.
    """
    known = {item.id: item for item in questions(items)}
    values: dict[str, Value] = {}
    declined: set[str] = set()
    messages: list[str] = []
    for item_id, plain in flat.items():
        item = known.get(item_id)
        if item is None:
            messages.append(_unknown(items, item_id, known))
        elif isinstance(plain, Mapping) and "declined" in plain:
            if not is_declined(plain):
                messages.append(f'{item_id}: write {{"declined": true}}, or give an answer')
            declined.add(item_id)
        else:
            try:
                values[item_id] = parse_value(item, plain, today=today)
            except AnswerError as error:
                messages += [f"{item_id}: {message}" for message in error.messages]
    if messages:
        raise AnswersError(messages)
    return values, frozenset(declined)


def _unknown(items: Iterable[Item], item_id: str, known: Collection[str]) -> str:
    """Tell why an answer is under an id that takes none."""
    for item in items:
        if item.id == item_id:
            what = "a heading; answer the questions under it" if isinstance(item, Group | Grid) else "information text"
            return f"{item_id}: this is {what}; it takes no answer"
        if item_id in (part.id for part in item.children):
            if item.repeats:
                return f"{item_id}: this is answered in the entries of {item.id}, a list of maps"
            return f"{item_id}: this is information text; it takes no answer"
    return f"{shown(item_id)}: there is no such item.{nearest(item_id, known)}"


def dump_answers(answers: Answers) -> dict[str, Plain]:
    """Return answers and declined items as a flat map; `parse_flat` reads it back.

    Which pages were reached or skipped is not in it: an item of a skipped page is not named unless it was declined.
    """
    flat: dict[str, Plain] = {item_id: dump_value(value) for item_id, value in answers.values.items()}
    return flat | {item_id: dict(DECLINED) for item_id in sorted(answers.declined)}


def switched_on_by(questionnaire: Questionnaire, answers: Answers) -> frozenset[str]:
    """Return the pages and items that are off by default, but must have been on, since they were answered."""
    named = set(answers.declined.union(answers.values))
    for value in answers.values.values():
        for entry in entries_of(value):
            named |= entry.declined.union(entry.values)
    on: set[str] = set()
    for placed in questionnaire.placed():
        if placed.item.id in named:
            parts = (placed.item, placed.parent, placed.page)
            on.update(part.id for part in parts if part is not None and part.off_by_default)
    return frozenset(on)


def _flat(questionnaire: Questionnaire, raw: Plain) -> Mapping[str, Plain]:
    if not isinstance(raw, Mapping):
        raise AnswersError(['answers are a map, like {"item": "answer"}; this is not'])
    if "resourceType" not in raw:
        return raw
    if raw["resourceType"] != "QuestionnaireResponse":
        kind = shown(str(raw["resourceType"]))
        raise AnswersError([f"a FHIR resource of type {kind} holds no answers; give a QuestionnaireResponse"])
    try:
        return flat_answers(questionnaire, raw)
    except ValueError as error:
        raise AnswersError([str(error)]) from None


def _no_constant(name: str) -> Plain:
    raise ValueError(f"{name} is no number")


def _each_key_once(pairs: list[tuple[str, Plain]]) -> dict[str, Plain]:
    found = dict(pairs)
    if len(found) < len(pairs):
        twice = Counter(key for key, _ in pairs).most_common(1)[0][0]
        raise ValueError(f"{shown(twice)} stands in the file twice")
    return found

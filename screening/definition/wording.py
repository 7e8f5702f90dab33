"""Rules about words: each a small function over a questionnaire, yielding what it finds.

Rules that rest on English terms or English syllables look at English questionnaires only.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from typing import TypeAlias

from screening.definition import terms
from screening.definition.loader import Loaded
from screening.definition.model import (
    Choice,
    Display,
    Grid,
    Page,
    Placed,
    Questionnaire,
    Scale,
    String,
    Text,
    walk_items,
)
from screening.definition.problems import Finding, listed, shown
from screening.definition.readability import grade, sentences, words
from screening.definition.texts import all_texts, answer_labels, page_texts, placed_texts

MAX_GRADE = 6.0
MAX_SENTENCE_WORDS = 25
MAX_UNLABELLED = 40
MAX_FREE_TEXTS = 3


MIN_PROSE_WORDS = 5
"""Words from which on a row of a grid counts as a sentence; shorter ones are labels."""

Rule: TypeAlias = Callable[[Loaded], Iterator[Finding]]


def self_harm_items(questionnaire: Questionnaire) -> tuple[str, ...]:
    """Return the ids of the items about self-harm, marked or found by their terms, in form order.

    A questionnaire that has one may be offered only where the clinic has named who reads the answer. Terms are English
    whatever the questionnaire's language says, because imported files err about it.
    """
    topics = _topics_by_item(questionnaire)
    return tuple(
        placed.item.id
        for placed in questionnaire.placed()
        if placed.item.asks and "self_harm" in {*_marked(placed), *topics[placed.item.id]}
    )


def _marked(placed: Placed) -> set[str]:
    """Return the topics that an item is marked with, on itself or on what it stands in."""
    parts = (placed.page, placed.parent, placed.item)
    return {part.topic for part in parts if part is not None and part.topic}


def _topics_by_item(questionnaire: Questionnaire) -> dict[str, list[str]]:
    """Return what each item's words touch on, those of the heading that it stands under included."""
    of_sets = {
        name: terms.topics_of("\n".join(option.text for option in options))
        for name, options in questionnaire.option_sets.items()
    }
    topics: dict[str, list[str]] = {}
    for placed in questionnaire.placed():
        item = placed.item
        found = terms.topics_of("\n".join(text for _, text in placed_texts(placed)))
        if isinstance(item, Choice | Grid) and item.option_set:
            found += of_sets[item.option_set]
        if placed.parent:
            found += topics[placed.parent.id]
        topics[item.id] = list(dict.fromkeys(found))
    return topics


def conditions_named(loaded: Loaded) -> Iterator[Finding]:
    """R2: no condition is named as a conclusion; "has a clinician ever told you …" is fine."""
    asked_of_clinician = _asked_of_clinician(loaded.questionnaire)
    for place, text in all_texts(loaded.questionnaire):
        if place[:2] in asked_of_clinician:
            continue
        for term in terms.condition_terms(text)[:1]:
            yield Finding(
                loaded.mark(*place),
                f"{shown(term)} names a condition; ask in plain words what the patient notices, or what a clinician "
                "has told them",
            )


def _asked_of_clinician(questionnaire: Questionnaire) -> set[tuple[str, ...]]:
    """Return the places of items that ask what a clinician has said, and of option sets that only those use."""
    asking: set[tuple[str, ...]] = set()
    for placed in questionnaire.placed():
        stem = placed.parent is not None and ("item", placed.parent.id) in asking
        if stem or terms.TOLD_BY_A_CLINICIAN.search(placed.item.text):
            asking.add(("item", placed.item.id))
    others = {
        item.option_set
        for item in questionnaire.items()
        if isinstance(item, Choice | Grid) and ("item", item.id) not in asking
    }
    return asking | {("option_set", name) for name in questionnaire.option_sets if name not in others}


def forbidden_phrases(loaded: Loaded) -> Iterator[Finding]:
    """Phrases that blame or belittle are not used."""
    for place, text in all_texts(loaded.questionnaire):
        found = terms.FORBIDDEN.search(text)
        if found:
            yield Finding(
                loaded.mark(*place), f"don't write {shown(found.group())}; say it without blame or comparison"
            )


def recall_missing(loaded: Loaded) -> Iterator[Finding]:
    """Every "how often" question says what time it looks back on."""
    for placed in loaded.questionnaire.placed():
        page, parent, item = placed.page, placed.parent, placed.item
        stem = parent.text if parent else ""
        if page.recall or item.recall or terms.RECALL_IN_TEXT.search(f"{stem}\n{item.text}"):
            continue
        if terms.HOW_OFTEN.search(item.text):
            message = f'{item.id} asks "how often" of no time; add `recall: In the last 2 weeks` to it or to its page'
            yield Finding(loaded.mark("item", item.id, "text"), message)


def long_sentences(loaded: Loaded) -> Iterator[Finding]:
    """Sentences have at most 25 words."""
    for place, text in all_texts(loaded.questionnaire):
        for sentence in sentences(text):
            count = len(words(sentence))
            if count > MAX_SENTENCE_WORDS:
                message = f"a sentence of {count} words ({shown(sentence)}); at most {MAX_SENTENCE_WORDS} are allowed"
                yield Finding(loaded.mark(*place), message)


def page_grade(page: Page) -> float:
    """Return the reading level of all that a patient reads on a page, its heading and answer labels apart.

    Labels are fragments; taken for sentences they would make any page look easy.
    """
    prose = [text for place, text in page_texts(page) if place[2] in ("sensitive", "intro")]
    rows = {row.id for grid in page.items if isinstance(grid, Grid) for row in grid.items}
    for item in walk_items(page.items):
        if item.id not in rows or len(words(item.text)) >= MIN_PROSE_WORDS:
            prose += [text for text in (item.text, item.help) if text]
    return grade(prose)


def reading_level(loaded: Loaded) -> Iterator[Finding]:
    """Each page reads at sixth grade or below, or a person says why not."""
    for page in loaded.questionnaire.pages:
        level = page_grade(page)
        if round(level, 1) > MAX_GRADE and not page.reading_level_reason:
            yield Finding(
                loaded.mark("page", page.id),
                f"page {page.id} reads at grade {level:.1f} (Flesch-Kincaid); at most {MAX_GRADE:g}: use shorter "
                "sentences and words, or say why not in `reading_level_reason:`",
            )


def sensitive_topics(loaded: Loaded) -> Iterator[Finding]:
    """Sex, hard events, growing up and self-harm stand on a page that can be skipped as a whole."""
    for page in loaded.questionnaire.pages:
        if page.topic and not page.sensitive:
            message = f"page {page.id} is about {page.topic}; add `sensitive:`, the words of the gate before it"
            yield Finding(loaded.mark("page", page.id, "topic"), message)
    found = _topics_by_item(loaded.questionnaire)
    for placed in loaded.questionnaire.placed():
        page, parent, item = placed.page, placed.parent, placed.item
        if page.sensitive or page.topic:
            continue
        topics = [item.topic] if item.topic else found[item.id]
        if topics and not (parent and found[parent.id]):
            message = f"{item.id} touches on {listed(topics, 'and')}; move it to a page with a `sensitive:` gate"
            yield Finding(loaded.mark("item", item.id, "text"), message)


def self_harm(loaded: Loaded) -> Iterator[Finding]:
    """Each question about self-harm is marked as such, and is off until the clinic switches it on."""
    asking = set(self_harm_items(loaded.questionnaire))
    for placed in loaded.questionnaire.placed():
        item = placed.item
        if item.id not in asking:
            continue
        mark = loaded.mark("item", item.id, "text")
        if "self_harm" not in _marked(placed):
            yield Finding(mark, f"{item.id} is about self-harm; mark it or its page with `topic: self_harm`")
        if not any(part.off_by_default for part in (placed.page, placed.parent, item) if part is not None):
            yield Finding(mark, f"{item.id} is about self-harm; set `off_by_default: yes` on it or on its page")


def labels_missing(loaded: Loaded) -> Iterator[Finding]:
    """Every long question has a short label for the report's first page."""
    for item in loaded.questionnaire.items():
        if item.asks and item.short is None and len(item.text) > MAX_UNLABELLED:
            message = f"{item.id} has a text of {len(item.text)} characters; add `short:`, a label of at most 40"
            yield Finding(loaded.mark("item", item.id, "text"), message)


def free_texts(loaded: Loaded) -> Iterator[Finding]:
    """At most three questions that everyone is asked take free text."""
    asked_of_all = [
        placed.item
        for placed in loaded.questionnaire.placed()
        if isinstance(placed.item, Text | String)
        and not any(
            part.enable_when or part.off_by_default
            for part in (placed.page, placed.parent, placed.item)
            if part is not None
        )
    ]
    for number, item in enumerate(asked_of_all[MAX_FREE_TEXTS:], start=MAX_FREE_TEXTS + 1):
        limit = f"at most {MAX_FREE_TEXTS} may be"
        message = f"{item.id} is free text number {number} asked of everyone; {limit}. Let it follow an answer"
        yield Finding(loaded.mark("item", item.id), message)


def double_questions(loaded: Loaded) -> Iterator[Finding]:
    """Each question asks one thing."""
    for item in loaded.questionnaire.items():
        found = None if isinstance(item, Display) else terms.DOUBLE_QUESTION.search(item.text)
        if found:
            message = f"{item.id} asks two things at once ({shown(found.group())}); make them two questions"
            yield Finding(loaded.mark("item", item.id, "text"), message)


def same_labels(loaded: Loaded) -> Iterator[Finding]:
    """Options of one question read differently."""
    places: dict[tuple[str, ...], list[str]] = {
        ("option_set", name): [option.text for option in options]
        for name, options in loaded.questionnaire.option_sets.items()
    }
    for placed in loaded.questionnaire.placed():
        if not isinstance(placed.parent, Grid):
            key = "max_label" if isinstance(placed.item, Scale) else "options"
            places["item", placed.item.id, key] = answer_labels(placed.item)
    for place, texts in places.items():
        for text, count in Counter(text.casefold() for text in texts).most_common(1):
            if count > 1:
                message = f"{place[1]} offers {shown(text)} twice; nobody could tell the answers apart"
                yield Finding(loaded.mark(*place), message)


RULES: dict[str, Rule] = {
    "free-texts": free_texts,
    "same-labels": same_labels,
    "short-label": labels_missing,
}
"""Name -> rule, for a questionnaire in any language."""

ENGLISH_RULES: dict[str, Rule] = {
    "condition-named": conditions_named,
    "double-question": double_questions,
    "forbidden-phrase": forbidden_phrases,
    "long-sentence": long_sentences,
    "reading-level": reading_level,
    "recall": recall_missing,
    "self-harm": self_harm,
    "sensitive-topic": sensitive_topics,
}

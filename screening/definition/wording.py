"""Rules about words: each a small function over a questionnaire, yielding what it finds.

Rules that rest on English terms or English syllables look at English questionnaires only.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TypeAlias

from screening.definition import terms
from screening.definition.loader import Loaded
from screening.definition.model import Choice, Item, Page, Questionnaire, Scale, String, Text
from screening.definition.problems import Mark, listed, shown
from screening.definition.readability import grade, sentences, words

MAX_GRADE = 6.0
MAX_SENTENCE_WORDS = 25
MAX_UNLABELLED = 40
MAX_FREE_TEXTS = 3


@dataclass(frozen=True, slots=True)
class Finding:
    """What a rule found: where, and what would be right."""

    mark: Mark
    message: str


Rule: TypeAlias = Callable[[Loaded], Iterator[Finding]]


def page_texts(page: Page) -> Iterator[tuple[tuple[str, ...], str]]:
    """Yield the texts of a page that a patient reads, its items' apart: place and text."""
    for key in ("title", "sensitive", "intro", "recall"):
        text = getattr(page, key)
        if text:
            yield ("page", page.id, key), text


def item_texts(item: Item) -> Iterator[tuple[tuple[str, ...], str]]:
    """Yield the texts of an item that a patient reads, answer options included: place and text."""
    for key in ("text", "help", "recall"):
        text = getattr(item, key)
        if text:
            yield ("item", item.id, key), text
    for text in _answer_texts(item):
        yield ("item", item.id, "options"), text


def _answer_texts(item: Item) -> list[str]:
    if isinstance(item, Choice):
        return [option.text for option in item.options] + ([item.other] if item.other else [])
    return [item.min_label, item.max_label] if isinstance(item, Scale) else []


def all_texts(questionnaire: Questionnaire) -> Iterator[tuple[tuple[str, ...], str]]:
    """Yield every text that a patient reads: place and text."""
    yield ("questionnaire", "title"), questionnaire.title
    if questionnaire.description:
        yield ("questionnaire", "description"), questionnaire.description
    for page in questionnaire.pages:
        yield from page_texts(page)
        for item in page.items:
            yield from item_texts(item)


def self_harm_items(questionnaire: Questionnaire) -> tuple[str, ...]:
    """Return the ids of the items about self-harm, marked or found by their terms, in form order.

    A questionnaire that has one may be offered only where the clinic has named who reads the answer. Terms are English
    whatever the questionnaire's language says, because imported files err about it.
    """
    return tuple(
        item.id
        for page in questionnaire.pages
        for item in page.items
        if item.asks and "self_harm" in {page.topic, item.topic, *_topics(item)}
    )


def _topics(item: Item) -> list[str]:
    return terms.topics_of("\n".join(text for _, text in item_texts(item)))


def conditions_named(loaded: Loaded) -> Iterator[Finding]:
    """R2: no condition is named as a conclusion; "has a clinician ever told you …" is fine."""
    asked_of_clinician = {
        item.id for item in loaded.questionnaire.items() if terms.TOLD_BY_A_CLINICIAN.search(item.text)
    }
    for place, text in all_texts(loaded.questionnaire):
        if place[0] == "item" and place[1] in asked_of_clinician:
            continue
        for term in terms.condition_terms(text)[:1]:
            yield Finding(
                loaded.mark(*place),
                f"{shown(term)} names a condition; ask in plain words what the patient notices, or what a clinician "
                "has told them",
            )


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
    for page in loaded.questionnaire.pages:
        for item in page.items:
            if page.recall or item.recall or terms.RECALL_IN_TEXT.search(item.text):
                continue
            if terms.HOW_OFTEN.search(item.text):
                message = (
                    f'{item.id} asks "how often" of no time; add `recall: In the last 2 weeks` to it or to its page'
                )
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
    for item in page.items:
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
        if page.sensitive:
            continue
        if page.topic:
            message = f"page {page.id} is about {page.topic}; add `sensitive:`, the words of the gate before it"
            yield Finding(loaded.mark("page", page.id, "topic"), message)
            continue
        for item in page.items:
            topics = [item.topic] if item.topic else _topics(item)
            if topics:
                message = f"{item.id} touches on {listed(topics, 'and')}; move it to a page with a `sensitive:` gate"
                yield Finding(loaded.mark("item", item.id, "text"), message)


def self_harm(loaded: Loaded) -> Iterator[Finding]:
    """Each question about self-harm is marked as such, and is off until the clinic switches it on."""
    asking = set(self_harm_items(loaded.questionnaire))
    for page in loaded.questionnaire.pages:
        for item in (item for item in page.items if item.id in asking):
            mark = loaded.mark("item", item.id, "text")
            if "self_harm" not in (page.topic, item.topic):
                yield Finding(mark, f"{item.id} is about self-harm; mark it or its page with `topic: self_harm`")
            if not page.off_by_default and not item.off_by_default:
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
        item
        for page in loaded.questionnaire.pages
        for item in page.items
        if isinstance(item, Text | String)
        and not any((part.enable_when or part.off_by_default) for part in (page, item))
    ]
    for number, item in enumerate(asked_of_all[MAX_FREE_TEXTS:], start=MAX_FREE_TEXTS + 1):
        limit = f"at most {MAX_FREE_TEXTS} may be"
        message = f"{item.id} is free text number {number} asked of everyone; {limit}. Let it follow an answer"
        yield Finding(loaded.mark("item", item.id), message)


def double_questions(loaded: Loaded) -> Iterator[Finding]:
    """Each question asks one thing."""
    for item in loaded.questionnaire.items():
        found = terms.DOUBLE_QUESTION.search(item.text) if item.asks else None
        if found:
            message = f"{item.id} asks two things at once ({shown(found.group())}); make them two questions"
            yield Finding(loaded.mark("item", item.id, "text"), message)


def same_labels(loaded: Loaded) -> Iterator[Finding]:
    """Options of one question read differently."""
    for item in loaded.questionnaire.items():
        texts = [text.casefold() for text in _answer_texts(item)]
        twice = next((text for text in texts if texts.count(text) > 1), None)
        if twice is not None:
            key = "options" if isinstance(item, Choice) else "max_label"
            message = f"{item.id} offers {shown(twice)} twice; nobody could tell the answers apart"
            yield Finding(loaded.mark("item", item.id, key), message)


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

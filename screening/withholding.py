"""What a copy leaves out to tell nothing of the sensitive pages: those pages, and what would give them away."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from screening.answers import Answers
from screening.definition.conditions import references
from screening.definition.model import Condition, Page, Questionnaire, questions
from screening.path import keep

SELF_HARM = "self_harm"


def is_sensitive(page: Page) -> bool:
    """Tell whether a page is announced as sensitive, or asks about self-harm."""
    return page.sensitive is not None or page.topic == SELF_HARM


def without_sensitive(questionnaire: Questionnaire) -> Questionnaire:
    """Return the questionnaire without its sensitive pages, and without every question that depends on one of them.

    Whether such a question was asked would tell what was answered there.
    """
    gone = _withheld(questionnaire)
    return keep(questionnaire, lambda part: isinstance(part, Page) or part.id not in gone)


def answers_to(questionnaire: Questionnaire, answers: Answers) -> Answers:
    """Return the answers without those to questions that the questionnaire does not have."""
    asked = {item.id for item in questionnaire.questions()}
    pages = {page.id for page in questionnaire.pages}
    return replace(
        answers,
        values={item_id: value for item_id, value in answers.values.items() if item_id in asked},
        declined=answers.declined & asked,
        reached=answers.reached & pages,
        skipped=answers.skipped & pages,
    )


def _withheld(questionnaire: Questionnaire) -> set[str]:
    """Return the ids of the items to leave out; one pass is enough, conditions look only at earlier items."""
    gone: set[str] = set()
    for placed in questionnaire.placed():
        around = (placed.page, placed.group, placed.item)
        depends = any(one in gone for one in _looks_at(part.enable_when for part in around if part is not None))
        is_inside = placed.group is not None and placed.group.id in gone
        if is_sensitive(placed.page) or depends or is_inside:
            gone |= {placed.item.id, *(item.id for item in questions([placed.item]))}
    return gone


def _looks_at(conditions: Iterable[Condition | None]) -> Iterator[str]:
    for condition in conditions:
        if condition is not None:
            yield from (comparison.item for comparison in references(condition))

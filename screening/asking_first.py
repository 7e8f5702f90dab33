"""Use cases around attention answers: one exact answer that somebody asks to see first.

It repeats an answer at the top of its own response, and does nothing else: it combines nothing, looks at no free text,
moves nobody in a list, sends nothing. See docs/decisions/0086-attention-answers.md.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from screening.definition.model import Boolean, Choice, Item, Questionnaire, Scale, questions
from screening.store import attention, audit, registry, report_tasks
from screening.store.access import ADMINISTRATOR, CLINICIAN, require, staff_id
from screening.store.attention import Exact
from screening.store.audit import Actor
from screening.store.engine import Store
from screening.store.errors import Invalid, NotAllowed, NotFound

YES, NO = "yes", "no"


@dataclass(frozen=True, slots=True, kw_only=True)
class AskableQuestion:
    """A question with the exact answers that can be asked for: what a form sends for each, and its words.

    The words of yes and no are "yes" and "no"; whoever shows them translates them.
    """

    item_id: str
    number: int
    text: str
    answers: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class AttentionView:
    """One that is in force. ``number`` is None where the present version no longer has the question."""

    attention_id: str
    questionnaire_id: str
    number: int | None
    question: str
    answer: str
    asked_by: str
    set_by: str
    set_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class AskableForm:
    """A questionnaire, in its offered version or else its newest, with what can be asked for and what is."""

    questionnaire_id: str
    title: str
    questions: tuple[AskableQuestion, ...]
    in_force: tuple[AttentionView, ...]


def forms(store: Store, actor: Actor) -> list[AskableForm]:
    """Return each questionnaire with what can be asked for in it and what is, by title."""
    require(actor, ADMINISTRATOR, CLINICIAN)
    with store.read() as session:
        known = dict.fromkeys(row.questionnaire_id for row in registry.versions(session))
        found = []
        for questionnaire_id in known:
            current = registry.current(session, questionnaire_id)
            rows = registry.versions(session, questionnaire_id)
            form = current.questionnaire if current else registry.parse(rows[0])
            found.append(
                AskableForm(
                    questionnaire_id=questionnaire_id,
                    title=form.title,
                    questions=tuple(_askable(form)),
                    in_force=tuple(_view(form, row) for row in attention.in_force(session, questionnaire_id)),
                )
            )
    return sorted(found, key=lambda form: form.title.casefold())


def ask(
    store: Store, actor: Actor, questionnaire_id: str, item_id: str, answer: str, *, asked_by: str, now: datetime
) -> None:
    """Ask to see one exact answer first, from now on; ``asked_by`` is printed in each report that has it.

    A clinician asks in her own name; an administrator names the clinician who does. ``answer`` is an option's code,
    "yes" or "no", or a whole number. Raises NotFound, NotAllowed (another's name) and Invalid by field.
    """
    require(actor, ADMINISTRATOR, CLINICIAN)
    name = " ".join(asked_by.split())
    if not name or len(name) > 200:
        raise Invalid({"asked_by": "Enter who asks to see this first, at most 200 characters."})
    if actor.kind == "staff" and ADMINISTRATOR not in actor.roles and name != actor.name:
        raise NotAllowed("Only an administrator can set this in another clinician's name.")
    with store.write() as session:
        current = registry.current(session, questionnaire_id)
        rows = registry.versions(session, questionnaire_id)
        if not rows:
            raise NotFound(f"No questionnaire {questionnaire_id} is registered.")
        form = current.questionnaire if current else registry.parse(rows[0])
        offered = {question.item_id: dict(question.answers) for question in _askable(form)}
        if item_id not in offered:
            raise Invalid({"item": "Choose a question with fixed answers: free text is never looked at."})
        if answer not in offered[item_id]:
            raise Invalid({"answer": "Choose one of this question's answers."})
        item = next(item for item in _fixed(form) if item.id == item_id)
        if not attention.add(
            session, questionnaire_id, item_id, _exact(item, answer), asked_by=name, set_by=staff_id(actor), now=now
        ):
            raise Invalid({"answer": "This answer is asked for already."})
        audit.record(
            session,
            store.keyring,
            actor=actor,
            action="ask_first",
            record=f"questionnaire:{questionnaire_id}",
            at=now,
            detail={"item": item_id, "answer": answer},
        )
        report_tasks.post_for_questionnaire(session, questionnaire_id, now)


def stop(store: Store, actor: Actor, attention_id: str, *, now: datetime) -> None:
    """Ask for it no longer; reports that were signed while it was in force keep it. NotFound if it is not in force."""
    require(actor, ADMINISTRATOR, CLINICIAN)
    with store.write() as session:
        questionnaire_id = attention.end(session, attention_id, ended_by=staff_id(actor), now=now)
        if questionnaire_id is None:
            raise NotFound("This is not asked for any more.")
        record = f"questionnaire:{questionnaire_id}"
        detail = {"attention": attention_id}
        audit.record(
            session, store.keyring, actor=actor, action="stop_asking_first", record=record, at=now, detail=detail
        )
        report_tasks.post_for_questionnaire(session, questionnaire_id, now)


def _fixed(form: Questionnaire) -> Iterator[Choice | Boolean | Scale]:
    """Yield the questions with fixed answers; those in entries are many answers to one question, and are left out."""
    for page in form.pages:
        for item in questions(page.items):
            if isinstance(item, Choice | Boolean | Scale):
                yield item


def _askable(form: Questionnaire) -> Iterator[AskableQuestion]:
    numbers = form.numbers()
    for item in _fixed(form):
        yield AskableQuestion(
            item_id=item.id, number=numbers[item.id], text=item.short or item.text, answers=_answers(item)
        )


def _answers(item: Choice | Boolean | Scale) -> tuple[tuple[str, str], ...]:
    if isinstance(item, Choice):
        return tuple((option.code, option.text) for option in item.options)
    if isinstance(item, Boolean):
        return (YES, YES), (NO, NO)
    return tuple((str(point), str(point)) for point in item.points)


def _exact(item: Choice | Boolean | Scale, answer: str) -> Exact:
    if isinstance(item, Boolean):
        return answer == YES
    return int(answer) if isinstance(item, Scale) else answer


def _view(form: Questionnaire, row: attention.AttentionRow) -> AttentionView:
    item: Item | None = next((item for item in _fixed(form) if item.id == row.item_id), None)
    words = {True: YES, False: NO}[row.answer] if isinstance(row.answer, bool) else str(row.answer)
    if isinstance(item, Choice):
        option = item.option(words)
        words = option.text if option else words
    return AttentionView(
        attention_id=row.attention_id,
        questionnaire_id=row.questionnaire_id,
        number=form.numbers().get(row.item_id),
        question=(item.short or item.text) if item else row.item_id,
        answer=words,
        asked_by=row.asked_by,
        set_by=row.set_by,
        set_at=row.set_at,
    )

"""The Report of one response, put together from its parts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import chain

from reports.document import Question, Report, Section
from screening.answers import Answers, State, Value
from screening.definition.conditions import holds
from screening.definition.model import Choice, Comparison, Condition, Item, Not, Page, Questionnaire, Text
from screening.path import Path, offered, on_path, state_of, walk
from screening.summary.facts import Reader, ResponseFacts, ReviewFacts
from screening.summary.header import facts, notes, provenance, reviewed, running_header
from screening.summary.overview import Entry, attentions, glances, lines
from screening.summary.values import Formats, direction_of_language

LONGEST_REASON = 80
"""Characters of the earlier answers that made a question be asked or not; beyond that, their numbers are told."""


def summarise(
    questionnaire: Questionnaire,
    answers: Answers,
    *,
    response: ResponseFacts,
    review: ReviewFacts | None = None,
    reader: Reader | None = None,
) -> Report:
    """Return the report of one response.

    ``questionnaire`` is the whole file, parts that are off by default included: numbers are those of the file. Parts
    that the clinic had not switched on do not appear, but are named in the provenance.
    """
    review, reader = review or ReviewFacts(), reader or Reader()
    formats = Formats(reader, questionnaire.language)
    response_form = offered(questionnaire, response.switched_on)
    summary = _Summary(questionnaire, response_form, answers, formats)
    entries = [entry for page in response_form.pages for entry in summary.entries(page)]
    overview = tuple(lines(entries, formats))
    return Report(
        response_id=response.response_id,
        title=reader.wording.title.format(form=questionnaire.title, name=response.patient_name),
        language=reader.locale,
        direction=direction_of_language(reader.locale),
        labels=reader.labels,
        patient_name=response.patient_name,
        running_header=running_header(response, formats),
        facts=facts(response, formats),
        reviewed=reviewed(review, formats),
        provenance=provenance(questionnaire, response_form, response, formats),
        attention=tuple(attentions(response.attention, entries, dict(answers.values), formats)),
        glance=glances(entries, overview),
        lines=overview,
        sections=tuple(summary.section(page) for page in response_form.pages),
        notes=notes(review, formats),
        withheld=response.withheld,
    )


class _Summary:
    """What became of each question of one response, in words."""

    def __init__(self, whole: Questionnaire, form: Questionnaire, answers: Answers, formats: Formats) -> None:
        self.form = form
        self.answers = answers
        self.formats = formats
        self.wording = formats.wording
        self.path: Path = walk(form, answers)
        self.counting = on_path(form, answers).values
        """The answers that count for conditions."""
        self.numbers = whole.numbers()
        self.places = {item.id: (page, item) for page in form.pages for item in page.items}

    def section(self, page: Page) -> Section:
        """Return one page of the form with all its questions."""
        return Section(
            anchor=f"page-{page.id}",
            title=page.title,
            intro=page.intro or "",
            recall=page.recall or "",
            note=self._page_note(page),
            sensitive=page.sensitive is not None,
            questions=tuple(self._questions(page)),
        )

    def entries(self, page: Page) -> Iterator[Entry]:
        """Yield the questions of a page with what became of them."""
        for item in page.items:
            if item.asks:
                yield self._entry(page, item)

    def _entry(self, page: Page, item: Item) -> Entry:
        state = state_of(item, page, self.answers, self.path)
        state_label = self._state_label(state, page, item)
        answered = state is State.ANSWERED
        run = None
        if state in {State.NOT_ASKED, State.NOT_REACHED}:
            run = (state_label, "")
        elif page.id in self.answers.skipped:
            run = (state_label, page.title)
        return Entry(
            item=item,
            number=self.numbers[item.id],
            anchor=f"question-{self.numbers[item.id]}",
            state=state,
            answer=self.formats.answer(item, self.answers.values[item.id]) if answered else (),
            state_label=state_label,
            run=run,
        )

    def _questions(self, page: Page) -> Iterator[Question]:
        entries = {entry.item.id: entry for entry in self.entries(page)}
        for place, item in enumerate(page.items, start=1):
            entry = entries.get(item.id)
            if entry is None:
                yield Question(
                    anchor=f"page-{page.id}-text-{place}",
                    number=None,
                    text=self.formats.form_words(item.text),
                    help=item.help or "",
                    context=self._context(item),
                )
            else:
                yield self._question(page, item, entry)

    def _question(self, page: Page, item: Item, entry: Entry) -> Question:
        options: tuple[str, ...] = ()
        chosen: frozenset[int] = frozenset()
        if isinstance(item, Choice):
            options = tuple(option.text for option in item.options) + ((item.other,) if item.other else ())
            if entry.state is State.ANSWERED:
                chosen = self._chosen(item)
        return Question(
            anchor=entry.anchor,
            number=entry.number,
            text=self.formats.form_words(item.text),
            help=item.help or "",
            recall=item.recall or "",
            answer=entry.answer,
            state=entry.state.value,
            state_label=entry.state_label,
            context=self._context(item),
            options=options,
            chosen=chosen,
            long=isinstance(item, Text),
        )

    def _chosen(self, item: Choice) -> frozenset[int]:
        value = self.answers.values[item.id]
        given = value if isinstance(value, tuple) else (value,)
        codes = [option.code for option in item.options]
        return frozenset(codes.index(one) if isinstance(one, str) and one in codes else len(codes) for one in given)

    def _page_note(self, page: Page) -> str:
        asking = [item for item in page.items if item.asks]
        states = {state_of(item, page, self.answers, self.path) for item in asking}
        if states == {State.NOT_ASKED} and page.enable_when is not None:
            return self._not_asked([page.enable_when])
        if page.id in self.answers.skipped:
            return self.wording.page_skipped
        return self.wording.page_not_reached if states == {State.NOT_REACHED} else ""

    def _state_label(self, state: State, page: Page, item: Item) -> str:
        if state is State.ANSWERED:
            return ""
        if state is State.NOT_ASKED:
            return self._not_asked([part.enable_when for part in (page, item) if part.enable_when is not None])
        return {
            State.DECLINED: self.wording.declined,
            State.BLANK: self.wording.blank,
            State.NOT_REACHED: self.wording.not_reached,
        }[state]

    def _not_asked(self, conditions: list[Condition]) -> str:
        """Tell that a question was not asked, and the answers that hid it."""
        failing = [condition for condition in conditions if not holds(condition, self.counting)]
        reason = self._reasons(failing)
        return self.wording.not_asked_because.format(reason=reason) if reason else self.wording.not_asked

    def _context(self, item: Item) -> str:
        """Tell which earlier answers made this question be asked, "" if it is asked of everyone or was not asked."""
        if item.enable_when is None or item.id not in self.path.item_ids:
            return ""
        reason = self._reasons([item.enable_when])
        return self.wording.asked_because.format(reason=reason) if reason else ""

    def _reasons(self, conditions: list[Condition]) -> str:
        deciding = (item for condition in conditions for item in _deciding(condition, self.counting))
        by_answer: dict[str, list[int]] = {}
        for item in dict.fromkeys(deciding):
            if item in self.places:
                by_answer.setdefault(self._brief_answer(item), []).append(self.numbers[item])
        told = "; ".join(
            self.wording.reason.format(number=self.formats.numbers(numbers), answer=answer)
            for answer, numbers in by_answer.items()
        )
        return told if len(told) <= LONGEST_REASON else self.formats.numbers(sorted(chain(*by_answer.values())))

    def _brief_answer(self, item_id: str) -> str:
        """Return an answer, or what became of its question, in words that fit into brackets."""
        page, item = self.places[item_id]
        state = state_of(item, page, self.answers, self.path)
        if state is State.NOT_ASKED:
            return self.wording.not_asked
        if state is not State.ANSWERED:
            return self._state_label(state, page, item)
        pieces = self.formats.answer(item, self.answers.values[item_id])
        return ", ".join(self.wording.reason_own if piece.own else piece.text for piece in pieces)


def _deciding(condition: Condition, answers: Mapping[str, Value]) -> Iterator[str]:
    """Yield the items whose answers settle whether the condition holds: the parts that go the way the whole does."""
    if isinstance(condition, Comparison):
        yield condition.item
    elif isinstance(condition, Not):
        yield from _deciding(condition.condition, answers)
    else:
        outcome = holds(condition, answers)
        for part in condition.conditions:
            if holds(part, answers) is outcome:
                yield from _deciding(part, answers)

"""The Report of one response, put together from its parts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from reports.document import Entry, History, Question, Report, Section
from screening.answers import Answers, State
from screening.definition.model import (
    Choice,
    Condition,
    Grid,
    Group,
    Item,
    Page,
    Questionnaire,
    Text,
    questions,
    walk_items,
)
from screening.path import Path, offered, state_of, walk
from screening.summary.entries import entries, in_few_words
from screening.summary.facts import EarlierResponse, Reader, ResponseFacts, ReviewFacts
from screening.summary.header import facts, left_out, notes, provenance, reviewed, running_header
from screening.summary.history import FEWEST_VISITS, Visit, history, may_share_a_line, previous
from screening.summary.overview import Answered, attentions, glances, lines
from screening.summary.reasons import Reasons
from screening.summary.values import Formats, direction_of_language
from screening.withholding import answers_to, without_sensitive


def summarise(
    questionnaire: Questionnaire,
    answers: Answers,
    *,
    response: ResponseFacts,
    review: ReviewFacts | None = None,
    reader: Reader | None = None,
    withhold_sensitive: bool = False,
) -> Report:
    """Return the report of one response.

    ``questionnaire`` is the whole file, parts that are off by default included: numbers are those of the file. Parts
    that the clinic had not switched on do not appear, but are named in the provenance. With ``withhold_sensitive``
    nothing of the sensitive pages is in it, nor of the clinic's notes, which may repeat them; it names the numbers.
    """
    review, reader = review or ReviewFacts(), reader or Reader()
    formats = Formats(reader, questionnaire.language, _own_languages(questionnaire, response))
    response_form = offered(questionnaire, response.switched_on)
    languages = response.page_languages if len(response.languages) > 1 else {}
    withheld = response.withheld
    named = questionnaire
    if withhold_sensitive:
        named, whole_form = without_sensitive(questionnaire), response_form
        response_form = without_sensitive(whole_form)
        answers = answers_to(response_form, answers)
        withheld += left_out(questionnaire, whole_form, response_form, review, formats)
        review = replace(review, note=None, addenda=(), reopenings=())
    earlier = [visit_of(before, reader, withhold_sensitive=withhold_sensitive) for before in response.earlier]
    when = _date(response.appointment, formats)
    summary = _Summary(questionnaire, response_form, answers, formats, earlier, when, page_languages=languages)
    answered = [entry for page in response_form.pages for entry in summary.answered(page)]
    overview = tuple(lines(answered, formats))
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
        provenance=provenance(named, response_form, response, formats, questionnaire.numbers()),
        attention=tuple(attentions(response.attention, answered, dict(answers.values), formats)),
        glance=glances(answered, overview),
        lines=overview,
        sections=tuple(summary.section(page) for page in response_form.pages),
        notes=notes(review, formats),
        withheld=withheld,
        last_visit=earlier[-1].when if earlier else "",
    )


def side_by_side(visits: Sequence[EarlierResponse], reader: Reader) -> tuple[Section, ...]:
    """Return the newest visit's form with the answers of all visits to each question; ``visits`` in their order."""
    *earlier, newest = visits
    formats = Formats(reader, newest.questionnaire.language, _own_languages(newest.questionnaire, newest))
    form = offered(newest.questionnaire, newest.switched_on)
    summary = _Summary(
        newest.questionnaire,
        form,
        newest.answers,
        formats,
        [visit_of(before, reader) for before in earlier],
        _date(newest.visit, formats),
        fewest_visits=2,
    )
    return tuple(summary.section(page) for page in form.pages)


def visit_of(before: EarlierResponse, reader: Reader, *, withhold_sensitive: bool = False) -> Visit:
    """Return one response as a visit among others, in the words of its own version."""
    form, answers = offered(before.questionnaire, before.switched_on), before.answers
    if withhold_sensitive:
        form = without_sensitive(form)
        answers = answers_to(form, answers)
    formats = Formats(reader, before.questionnaire.language, _own_languages(before.questionnaire, before))
    return _Summary(before.questionnaire, form, answers, formats).visit(_date(before.visit, formats))


def _date(moment: datetime | None, formats: Formats) -> str:
    return formats.date(moment.astimezone(formats.reader.time_zone).date()) if moment else ""


class _Summary:
    """What became of each question of one response, in words. ``earlier`` are the visits before, in their order."""

    def __init__(
        self,
        whole: Questionnaire,
        form: Questionnaire,
        answers: Answers,
        formats: Formats,
        earlier: Sequence[Visit] = (),
        when: str = "",
        fewest_visits: int = FEWEST_VISITS,
        page_languages: Mapping[str, str] | None = None,
    ) -> None:
        self.fewest_visits = fewest_visits
        self.form, self.earlier, self.when = form, earlier, when
        self.answers = answers
        self.formats = formats
        self.page_languages = page_languages or {}
        self.wording = formats.wording
        self.path: Path = walk(form, answers)
        self.numbers, self.labels = whole.numbers(), whole.labels()
        self.reasons = Reasons(form, whole, answers, self.path, formats)

    def visit(self, when: str) -> Visit:
        """Return this response as one visit among others; ``when`` is its date in words."""
        answered = {entry.item.id: entry for page in self.form.pages for entry in self.answered(page)}
        return Visit(when, answered, self.formats)

    def section(self, page: Page) -> Section:
        """Return one page of the form with all its questions."""
        return Section(
            anchor=f"page-{page.id}",
            title=page.title,
            intro=page.intro or "",
            recall=page.recall if page.recall and page.recall != page.title else "",
            note=self._page_note(page),
            sensitive=page.sensitive is not None,
            questions=tuple(self._questions(page)),
        )

    def answered(self, page: Page) -> Iterator[Answered]:
        """Yield the questions of a page with what became of them."""
        for item in page.items:
            for question in questions([item]):
                yield self._answered(page, None if question is item else item, question)

    def _answered(self, page: Page, parent: Item | None, item: Item) -> Answered:
        state = state_of(item, page, self.answers, self.path)
        state_label = self.reasons.state_label(state, _conditions(page, parent, item))
        run = None
        if state in {State.NOT_ASKED, State.NOT_REACHED}:
            run = (state_label, "")
        elif page.id in self.answers.skipped:
            run = (state_label, page.title)
        value = self.answers.values[item.id] if state is State.ANSWERED else None
        found: tuple[Entry, ...] = ()
        if isinstance(item, Group) and value is not None:
            found = entries(item, value, self.path, self.labels, self.reasons, self.formats)
        entry = Answered(
            item=item,
            number=self.numbers[item.id],
            anchor=f"question-{self.numbers[item.id]}",
            state=state,
            answer=() if value is None else self.formats.answer(item, value),
            state_label=state_label,
            run=run,
            entries=found,
            entries_in_short=tuple(in_few_words(item, entry) for entry in found) if isinstance(item, Group) else (),
            value=value,
            recall=item.recall or page.recall or "",
        )
        before = previous(entry, self.earlier, self.formats)
        return replace(entry, previous=before, run=run if may_share_a_line(entry, before) else None)

    def _questions(self, page: Page) -> Iterator[Question]:
        answered = {entry.item.id: entry for entry in self.answered(page)}
        place = 0
        for item in page.items:
            under = bool(item.children) and not item.repeats
            for part in (item, *item.children) if under else (item,):
                place += 1
                entry = answered.get(part.id)
                if entry is not None:
                    yield self._question(part, entry, under=under)
                else:
                    yield self._unanswerable(part, f"page-{page.id}-text-{place}", under=under and part is not item)

    def _unanswerable(self, item: Item, anchor: str, *, under: bool) -> Question:
        """Return information text, or the heading over a group of questions."""
        return Question(
            anchor=anchor,
            number=None,
            text=self.formats.form_words(item.text),
            help=item.help or "",
            recall=item.recall or "",
            context=self._context(item),
            options=tuple(option.text for option in item.options) if isinstance(item, Grid) else (),
            heading=isinstance(item, Group | Grid),
            under=under,
        )

    def _question(self, item: Item, entry: Answered, *, under: bool) -> Question:
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
            under=under,
            initial=self._initial(item),
            wordings=self._wordings(item) if entry.entries else (),
            entries=entry.entries,
            previous=entry.previous,
            history=self._history(entry),
        )

    def _history(self, entry: Answered) -> tuple[History, ...]:
        if len(self.earlier) + 1 < self.fewest_visits:
            return ()
        return history(entry, self.earlier, Visit(self.when, {entry.item.id: entry}, self.formats))

    def _initial(self, item: Item) -> str:
        words = self.formats.initial(item)
        return self.wording.initial.format(answer=words) if words else ""

    def _wordings(self, item: Item) -> tuple[tuple[str, str], ...]:
        """Return what was asked in each entry, where the entries have only its short label."""
        return tuple((self.labels[part.id], part.text) for part in item.children if part.asks and part.short)

    def _chosen(self, item: Choice) -> frozenset[int]:
        value = self.answers.values[item.id]
        given = value if isinstance(value, tuple) else (value,)
        codes = [option.code for option in item.options]
        return frozenset(codes.index(one) if isinstance(one, str) and one in codes else len(codes) for one in given)

    def _page_note(self, page: Page) -> str:
        """Tell what became of the page as a whole, and its language where pages differ in it."""
        language = self.page_languages.get(page.id, "")
        in_words = self.wording.page_language.format(language=self.formats.language(language)) if language else ""
        return " ".join(filter(None, [self._page_state(page), in_words]))

    def _page_state(self, page: Page) -> str:
        states = {state_of(item, page, self.answers, self.path) for item in questions(page.items)}
        if states == {State.NOT_ASKED} and page.enable_when is not None:
            return self.reasons.not_asked([page.enable_when])
        if page.id in self.answers.skipped:
            return self.wording.page_skipped
        return self.wording.page_not_reached if states == {State.NOT_REACHED} else ""

    def _context(self, item: Item) -> str:
        """Tell which earlier answers made this question be asked, "" if it is asked of everyone or was not asked."""
        return self.reasons.asked(item.enable_when) if item.id in self.path.item_ids else ""


def _own_languages(questionnaire: Questionnaire, response: ResponseFacts | EarlierResponse) -> dict[str, str]:
    """Return the language in which each question was answered, by item id."""
    languages = response.page_languages
    return {
        item.id: languages.get(page.id, response.language)
        for page in questionnaire.pages
        for item in walk_items(page.items)
    }


def _conditions(page: Page, parent: Item | None, item: Item) -> list[Condition | None]:
    return [page.enable_when, parent.enable_when if parent else None, item.enable_when]

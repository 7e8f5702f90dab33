"""A questionnaire -> `reports.paper_form.PaperForm`: the form that a patient fills in with a pen.

A pure function. Numbers are those of the whole file, so that a form on paper, on screen and in a report agree.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from math import ceil

from babel import Locale, UnknownLocaleError

from reports.document import Direction
from reports.paper_form import (
    Layout,
    PaperCell,
    PaperEntry,
    PaperForm,
    PaperLabels,
    PaperOption,
    PaperPart,
    PaperRow,
    PaperSection,
)
from screening.blank_routes import Routes
from screening.definition.conditions import ConditionWords, describe
from screening.definition.model import (
    Boolean,
    Choice,
    Condition,
    Date,
    DateTime,
    Decimal,
    Grid,
    Group,
    Integer,
    Item,
    Page,
    Quantity,
    Questionnaire,
    Scale,
    String,
    Text,
    Time,
)

CHARACTERS_PER_LINE = 70
MOST_LINES = 6
MOST_BOXES = 40
"""Beyond that many options there is a line to write on instead of boxes."""
WIDE_FROM, WIDE_TEXT = 6, 34
"""From so many options on, each of at most so many characters, they stand in two columns."""
MOST_ENTRIES = 4
MOST_REPEATED = 5


_CONDITION_WORDS = ConditionWords(
    option="“{text}”",
    equals="{label} is {value}",
    not_equals="{label} is not {value}",
    answered="you answered {label}",
    not_answered="you did not answer {label}",
    greater_than="{label} is more than {value}",
    at_least="{label} is {value} or more",
    less_than="{label} is less than {value}",
    at_most="{label} is {value} or less",
    after="{label} is after {value}",
    on_or_after="{label} is {value} or later",
    before="{label} is before {value}",
    on_or_before="{label} is {value} or earlier",
    either="{first} or {second}",
    negated="it is not so that {condition}",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class BlankWording:
    """Phrases with places to fill in, in the form's language."""

    edition: str = "{title}, version {version}"
    not_watched: str = "Nobody reads this form before you hand it in. It is not a way to get help at once."
    danger: str = "If you are in danger now, call {number}."
    danger_without_number: str = "If you are in danger now, call the emergency number of your country."
    how_to: str = "You don’t have to answer every question. If you would rather not answer one, tick the box below it."
    condition: ConditionWords = _CONDITION_WORDS
    question: str = "question {number}"
    only_if: str = "Answer only if {condition}."
    page_only_if: str = "Answer this part only if {condition}."
    go_to: str = "go to question {number}"
    go_to_end: str = "go to the end"
    skip: str = "I want to skip this part: {then}."
    one: str = "Tick one."
    several: str = "Tick all that apply."
    in_each_row: str = "Tick one box in each row."
    alone: str = "{option} (then tick nothing else)"
    look_up: str = "Write one of: {options}."
    yes: str = "Yes"
    no: str = "No"
    day: str = "day"
    month: str = "month"
    year: str = "year"
    hour: str = "hour"
    minute: str = "minute"
    low: str = "{low} or more"
    high: str = "{high} or less"
    low_and_high: str = "{low} to {high}"
    entry: str = "{label} {number}"
    entry_without_label: str = "Entry"
    more: str = "If there are more, write them on another sheet with your name and the question’s number."


def blank(
    form: Questionnaire,
    whole: Questionnaire,
    *,
    help_number: str = "",
    wording: BlankWording | None = None,
    labels: PaperLabels | None = None,
) -> PaperForm:
    """Return a questionnaire as a paper form.

    ``form`` is what is asked (`screening.path.offered`), ``whole`` the file, which gives the numbers. ``help_number``
    is whom to call in danger.
    """
    wording = wording or BlankWording()
    danger = wording.danger.format(number=help_number) if help_number else wording.danger_without_number
    maker = _Maker(form, whole, wording)
    return PaperForm(
        title=form.title,
        edition=wording.edition.format(title=form.title, version=form.version),
        language=form.language,
        direction=_direction(form.language),
        labels=labels or PaperLabels(),
        safety=(wording.not_watched, danger),
        intro=tuple(filter(None, (form.description, wording.how_to))),
        sections=tuple(maker.section(page) for page in form.pages),
        copyright=form.copyright,
    )


class _Maker:
    def __init__(self, form: Questionnaire, whole: Questionnaire, wording: BlankWording) -> None:
        self._form, self._wording = form, wording
        self._labels = whole.labels()
        self._routes = Routes(form, whole.numbers())
        self._called = {item: wording.question.format(number=label) for item, label in self._labels.items()}

    def section(self, page: Page) -> PaperSection:
        wording = self._wording
        skip = wording.skip.format(then=self._then(self._routes.after_page(page))) if page.sensitive else ""
        return PaperSection(
            title=page.title,
            intro=page.intro or "",
            recall=page.recall or "",
            only_if=self._only_if(page.enable_when, wording.page_only_if),
            gate=page.sensitive or "",
            skip=skip,
            parts=tuple(part for item in page.items for part in self._parts(page, item)),
        )

    def _parts(self, page: Page, item: Item) -> Iterator[PaperPart]:
        if isinstance(item, Group) and not item.repeats:
            yield self._part(page, item, layout="heading", can_decline=False)
            for child in item.items:
                yield self._question(page, child, under=True)
        else:
            yield self._question(page, item)

    def _part(self, page: Page, item: Item, *, layout: Layout, **more: object) -> PaperPart:
        return PaperPart(
            layout=layout,
            text=item.text,
            number=self._labels.get(item.id, ""),
            help=item.help or "",
            recall=(item.recall or "") if item.recall != page.recall else "",
            only_if=self._only_if(item.enable_when, self._wording.only_if),
            **more,  # type: ignore[arg-type]  # fields of PaperPart
        )

    def _question(self, page: Page, item: Item, *, under: bool = False) -> PaperPart:
        if not item.asks and not isinstance(item, Grid):
            return self._part(page, item, layout="text", can_decline=False, under=under)
        if isinstance(item, Grid):
            return self._grid(page, item)
        if isinstance(item, Group):
            return self._entries(page, item)
        if isinstance(item, Choice | Boolean):
            return self._boxes(page, item, under=under)
        if isinstance(item, Scale):
            points = tuple(PaperOption(text=str(point)) for point in item.points)
            ends = (item.min_label, item.max_label)
            return self._part(page, item, layout="scale", options=points, ends=ends, under=under)
        repeats = min(item.max_occurs, MOST_REPEATED) if item.repeats else 1
        more = self._wording.more if item.repeats and item.max_occurs > repeats else ""
        if isinstance(item, Text | String):
            lines = _lines(item) if not item.repeats else min(2, _lines(item))
            return self._part(page, item, layout="lines", lines=lines, repeats=repeats, after=more, under=under)
        cells = tuple(self._cells(item))
        how = self._limits(item)
        return self._part(page, item, layout="cells", cells=cells, repeats=repeats, how=how, after=more, under=under)

    def _boxes(self, page: Page, item: Choice | Boolean, *, under: bool) -> PaperPart:
        wording = self._wording
        if isinstance(item, Boolean):
            pairs = [(True, wording.yes), (False, wording.no)]
            options = tuple(PaperOption(text=text, then=self._going(item, value)) for value, text in pairs)
            return self._part(page, item, layout="boxes", options=options, how=wording.one, under=under)
        if len(item.options) > MOST_BOXES:
            listed = wording.look_up.format(options=", ".join(option.text for option in item.options))
            repeats = MOST_REPEATED if item.repeats else 1
            return self._part(page, item, layout="lines", lines=1, repeats=repeats, how=listed, under=under)
        options = tuple(
            PaperOption(
                text=wording.alone.format(option=option.text) if option.exclusive else option.text,
                then="" if item.repeats else self._going(item, option.code),
            )
            for option in item.options
        )
        if item.other:
            options += (PaperOption(text=item.other, write=True),)
        how = wording.several if item.repeats else wording.one
        is_wide = len(options) >= WIDE_FROM and all(len(option.text) <= WIDE_TEXT for option in options)
        return self._part(page, item, layout="boxes", options=options, how=how, under=under, wide=is_wide)

    def _grid(self, page: Page, item: Grid) -> PaperPart:
        rows = tuple(
            PaperRow(
                number=self._labels[row.id],
                text=row.text,
                only_if=self._only_if(row.enable_when, self._wording.only_if),
            )
            for row in item.items
        )
        options = tuple(PaperOption(text=option.text) for option in item.options)
        return self._part(page, item, layout="grid", rows=rows, options=options, how=self._wording.in_each_row)

    def _entries(self, page: Page, group: Group) -> PaperPart:
        count = min(group.max_occurs, MOST_ENTRIES)
        parts = tuple(self._question(page, child) for child in group.items)
        label = group.item_label or self._wording.entry_without_label
        entries = tuple(
            PaperEntry(label=self._wording.entry.format(label=label, number=number), parts=parts)
            for number in range(1, count + 1)
        )
        more = self._wording.more if group.max_occurs > count else ""
        return self._part(page, group, layout="entries", entries=entries, after=more)

    def _cells(self, item: Item) -> Iterator[PaperCell]:
        wording = self._wording
        if isinstance(item, Date | DateTime):
            precision = item.precision if isinstance(item, Date) else "day"
            if precision == "day":
                yield PaperCell(width=14, after=wording.day)
            if precision != "year":
                yield PaperCell(width=14, after=wording.month)
            yield PaperCell(width=24, after=wording.year)
        if isinstance(item, Time | DateTime):
            yield PaperCell(width=14, after=wording.hour)
            yield PaperCell(width=14, after=wording.minute)
        if isinstance(item, Integer | Decimal):
            yield PaperCell(width=30, after=item.unit or "")
        if isinstance(item, Quantity):
            yield PaperCell(width=30, after="\u2003".join(f"☐ {unit.text}" for unit in item.units))

    def _limits(self, item: Item) -> str:
        if not isinstance(item, Integer | Decimal | Quantity | Time):
            return ""
        wording, low, high = self._wording, item.min_value, item.max_value
        if low is not None and high is not None:
            return wording.low_and_high.format(low=low, high=high)
        if low is not None:
            return wording.low.format(low=low)
        return wording.high.format(high=high) if high is not None else ""

    def _only_if(self, condition: Condition | None, pattern: str) -> str:
        if condition is None:
            return ""
        words = describe(condition, self._form, self._wording.condition, self._called)
        return pattern.format(condition=words)

    def _going(self, item: Item, value: str | bool) -> str:
        to = self._routes.after_answer(item.id, value)
        return "" if to is None else self._then(to)

    def _then(self, number: int) -> str:
        return self._wording.go_to.format(number=number) if number else self._wording.go_to_end


def _lines(item: Text | String) -> int:
    if isinstance(item, String):
        return 1 if item.max_length <= 200 else 2
    return max(2, min(MOST_LINES, ceil(item.max_length / CHARACTERS_PER_LINE)))


def _direction(language: str) -> Direction:
    try:
        return "rtl" if Locale.parse(language, sep="-").text_direction == "rtl" else "ltr"
    except (UnknownLocaleError, ValueError):
        return "ltr"

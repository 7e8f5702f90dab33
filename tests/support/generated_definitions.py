"""Arbitrary valid definitions and answers to them, for property tests.

What is drawn is valid by construction: it can be written as YAML and loaded again. Conditions look at earlier items
only, and into a group that repeats only from within.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal as Number
from itertools import count
from typing import Any

from hypothesis import strategies as st

from screening.answers import Answers, Entry, Other, PartialDate, Value
from screening.definition.conditions import every, some
from screening.definition.file_keys import MAX_VERSION, VERSION
from screening.definition.model import (
    Amount,
    Boolean,
    Choice,
    Comparison,
    Condition,
    Date,
    DateTime,
    Decimal,
    Display,
    Grid,
    Group,
    Integer,
    Item,
    Not,
    Operator,
    Option,
    Page,
    Quantity,
    Questionnaire,
    Scale,
    String,
    Text,
    Time,
)

Draw = Callable[[st.SearchStrategy[Any]], Any]

_SIGNS = st.characters(categories=("L", "N", "P", "S", "Zs"))
_TRAPS = st.sampled_from(
    ["no", "yes", "null", "~", "1", "1.5", "2026-05-12", "12:30", "- a", "a: b", "a #b", "'", '"', "it's", "{a", "[a",
     "*a", "&a", "!a", "%a", "@a", "`a`", "|", ">", "?", "<<", "=", "true", "0x1f", "\\", "a\\nb", "قلبي بعيد", "a  b",
     "-"]
)  # fmt: skip
lines = st.one_of(_TRAPS, st.text(_SIGNS, min_size=1, max_size=30)).map(str.strip).filter(bool)
"""Texts on one line, many of them such as YAML trips over."""

paragraphs = st.one_of(
    lines,
    st.lists(st.one_of(st.just(""), lines, lines.map(" {} ".format)), min_size=2, max_size=4)
    .map("\n".join)
    .map(str.strip)
    .filter(bool),
)
codes = st.one_of(
    st.sampled_from(["no", "yes", "id", "null", "1", "01", "1.5", "a:b", "true", "x/y", "a-b", "all"]),
    st.from_regex(r"[A-Za-z0-9][A-Za-z0-9_.:/+-]{0,8}", fullmatch=True),
)
unit_codes = st.sampled_from(["kg", "[lb_av]", "%", "mmol/L", "10*3/uL", "{score}", "a'", "no"])
systems = st.sampled_from([None, None, "http://loinc.org", "urn:oid:1.2.3"])
numbers = st.decimals(-(10**6), 10**6, allow_nan=False, allow_infinity=False, places=2)
dates = st.dates(datetime.date(1900, 1, 1), datetime.date(2100, 12, 31))
times = st.times().map(lambda time: f"{time:%H:%M}")
moments = st.tuples(dates, times).map(lambda pair: f"{pair[0]}T{pair[1]}")
partial_dates = st.tuples(dates, st.sampled_from([4, 7, 10])).map(lambda pair: pair[0].isoformat()[: pair[1]])

_EQUALITY = (Operator.EQUALS, Operator.NOT_EQUALS)
_ORDER = (Operator.GREATER_THAN, Operator.AT_LEAST, Operator.LESS_THAN, Operator.AT_MOST)
_REPEATABLE = (String, Text, Integer, Decimal, Quantity, Date, Time, DateTime)


@st.composite
def questionnaires(draw: Draw) -> Questionnaire:
    """Draw any valid questionnaire: groups, grids, repeats, conditions, shared options, linkIds, first values."""
    return _Maker(draw).questionnaire()


class _Maker:
    """Draws one questionnaire, in form order, because conditions look back."""

    def __init__(self, draw: Draw) -> None:
        self._draw = draw
        self._numbers = count(1)
        self._earlier: list[Item] = []
        self._sets: dict[str, tuple[Option, ...]] = {}

    def questionnaire(self) -> Questionnaire:
        draw = self._draw
        names = draw(st.lists(codes.filter(lambda code: code != "-"), max_size=2, unique=True))
        self._sets = {name: self._options(exclusive=False) for name in names}
        pages = tuple(self._page() for _ in range(draw(st.integers(1, 3))))
        used = {getattr(item, "option_set", None) for item in self._earlier_and_enclosed(pages)}
        return Questionnaire(
            id=draw(st.sampled_from(["made-up", "a", "no", "null"])),
            version=draw(st.from_regex(VERSION, fullmatch=True).filter(lambda text: len(text) <= MAX_VERSION)),
            title=draw(lines),
            language=draw(st.sampled_from(["en", "es", "pt-BR", "zh-Hant", "no"])),
            copyright=draw(paragraphs),
            pages=pages,
            description=self._maybe(paragraphs),
            license=self._maybe(st.just("CC-BY-4.0")),
            clinically_reviewed=draw(st.sampled_from([False, "Dr A. Novak, 2026-05-01", "null"])),
            source=self._maybe(paragraphs),
            option_sets={name: options for name, options in self._sets.items() if name in used},
        )

    def _earlier_and_enclosed(self, pages: Sequence[Page]) -> list[Item]:
        return [part for page in pages for item in page.items for part in (item, *item.children)]

    def _maybe(self, strategy: st.SearchStrategy[Any]) -> Any:
        return self._draw(strategy) if self._draw(st.integers(0, 3)) == 0 else None

    def _flag(self) -> bool:
        return bool(self._draw(st.integers(0, 4)) == 0)

    def _id(self) -> str:
        return f"{self._draw(st.sampled_from(['q', 'no', 'null', 'y_']))}{next(self._numbers)}"

    def _names(self) -> dict[str, Any]:
        number = next(self._numbers)
        link_id = self._draw(
            st.sampled_from([None, None, f"{number}.1", f"/{number} 'a' \"b\" \\", f"q{number - 1}-help"])
        )
        return {"id": self._id(), "link_id": link_id}

    def _condition(self) -> Condition | None:
        return self._any_condition(2) if self._earlier and self._draw(st.integers(0, 2)) == 0 else None

    def _any_condition(self, depth: int) -> Condition:
        kind = self._draw(st.sampled_from(["one", "one", "all", "any", "not"])) if depth else "one"
        if kind == "one":
            return self._comparison()
        if kind == "not":
            return Not(self._any_condition(depth - 1))
        parts = [self._any_condition(depth - 1) for _ in range(self._draw(st.integers(2, 3)))]
        return every(parts) if kind == "all" else some(parts)

    def _comparison(self) -> Comparison:
        item = self._draw(st.sampled_from(self._earlier))
        choices: list[tuple[tuple[Operator, ...], st.SearchStrategy[Any]]] = [((Operator.ANSWERED,), st.booleans())]
        if isinstance(item, Choice):
            offered = st.sampled_from([option.code for option in item.options])
            choices.append((_EQUALITY, offered))
            several = st.lists(offered, min_size=1, max_size=3, unique=True).map(tuple)
            choices.append(((Operator.ONE_OF,), several))
        elif isinstance(item, Boolean):
            choices.append((_EQUALITY, st.booleans()))
        elif isinstance(item, Integer | Scale | Decimal | Date | Time | DateTime):
            operands = partial_dates if isinstance(item, Date) else _single(item)
            if isinstance(item, DateTime):
                operands = st.one_of(partial_dates, moments)
            choices.append(((*_EQUALITY, *_ORDER), operands))
        operators, operands = self._draw(st.sampled_from(choices))
        return Comparison(item.id, self._draw(st.sampled_from(operators)), self._draw(operands))

    def _page(self) -> Page:
        draw = self._draw
        names, condition = self._names(), self._condition()
        return Page(
            **names,
            title=draw(lines),
            intro=self._maybe(paragraphs),
            recall=self._maybe(lines),
            sensitive=self._maybe(paragraphs.filter(lambda text: text not in ("yes", "no", "true", "false"))),
            off_by_default=self._flag(),
            topic=self._maybe(st.sampled_from(["self_harm", "sex"])),
            enable_when=condition,
            reading_level_reason=self._maybe(lines),
            items=tuple(self._item() for _ in range(draw(st.integers(1, 4)))),
        )

    def _item(self) -> Item:
        kind = self._draw(st.sampled_from([Group, Grid, None, None, None]))
        item = self._group() if kind is Group else self._grid() if kind is Grid else self._simple_item()
        if isinstance(item, Group) and item.repeats:
            self._earlier.append(item)
        return item

    def _group(self) -> Group:
        draw, repeats = self._draw, self._draw(st.booleans())
        common = self._common()
        outside = list(self._earlier)
        items = [self._simple_item(in_entry=repeats) for _ in range(draw(st.integers(1, 3)))]
        if repeats:
            if not any(item.asks for item in items):
                items.append(Boolean(id=self._id(), text=draw(lines)))
            self._earlier = outside
            common |= self._asking() | {"max_occurs": draw(st.integers(2, 20)), "item_label": self._maybe(_shorts)}
            common.pop("recall")
        return Group(**common, items=tuple(items), repeats=repeats)

    def _grid(self) -> Grid:
        common = self._common()
        options, option_set = self._options_or_set(exclusive=False)
        shared = {"options": options, "option_set": option_set, "recall": self._maybe(lines)}
        rows = []
        for _ in range(self._draw(st.integers(1, 3))):
            own = self._names() | {"text": self._draw(lines)} | self._asking() | {"recall": shared["recall"]}
            row = Choice(**own, topic=self._maybe(st.just("sex")), options=options, option_set=option_set)
            rows.append(self._with_initial(row))
        self._earlier += rows
        return Grid(**common, **shared, items=tuple(rows))

    def _common(self) -> dict[str, Any]:
        names, condition = self._names(), self._condition()
        return names | {
            "text": self._draw(lines),
            "help": self._maybe(paragraphs),
            "off_by_default": self._flag(),
            "topic": self._maybe(st.sampled_from(["hard_events", "growing_up"])),
            "enable_when": condition,
        }

    def _asking(self) -> dict[str, Any]:
        return {
            "short": self._maybe(_shorts),
            "recall": self._maybe(lines),
            "required": self._flag(),
            "glance": self._flag(),
        }

    def _simple_item(self, *, in_entry: bool = False) -> Any:
        variant = self._draw(
            st.sampled_from(
                [Choice, Boolean, String, Text, Integer, Decimal, Quantity, Date, Time, DateTime, Scale, Display]
            )
        )
        common = self._common()
        if variant is Display:
            common["text"] = self._draw(paragraphs)
            return Display(**{key: value for key, value in common.items() if key != "help"})
        common |= self._asking()
        if in_entry:
            common["glance"] = False
        if variant in _REPEATABLE and self._flag():
            common |= {"repeats": True, "max_occurs": self._draw(st.integers(2, 20))}
        item = self._with_initial(variant(**common, **self._of_type(variant)))
        self._earlier.append(item)
        return item

    def _of_type(self, variant: type[Item]) -> Mapping[str, Any]:
        draw = self._draw
        if variant is Choice:
            repeats = draw(st.booleans())
            options, option_set = self._options_or_set(exclusive=repeats)
            own = {"options": options, "option_set": option_set}
            return own | {"repeats": repeats, "other": self._maybe(lines)}
        if variant in (String, Text):
            return {"max_length": draw(st.integers(1, 2000))}
        if variant is Integer:
            return self._limits(st.integers(-100, 100)) | {"unit": self._maybe(_shorts)}
        if variant is Decimal:
            return self._limits(numbers) | {"max_decimal_places": draw(st.integers(2, 6)), "unit": self._maybe(_shorts)}
        if variant is Quantity:
            chosen = draw(st.lists(unit_codes, min_size=1, max_size=3, unique=True))
            units = tuple(
                Option(code, f"{draw(lines)} {place}", system=draw(systems)) for place, code in enumerate(chosen)
            )
            return self._limits(numbers) | {"max_decimal_places": draw(st.integers(2, 6)), "units": units}
        if variant is Date:
            precision = draw(st.sampled_from(["day", "month", "year"]))
            length = {"day": 10, "month": 7, "year": 4}[precision]
            limits = self._limits(dates.map(lambda date: date.isoformat()[:length]))
            return self._perhaps_today(limits) | {"precision": precision}
        if variant is Time:
            return self._limits(times)
        if variant is DateTime:
            return self._perhaps_today(self._limits(moments))
        if variant is Scale:
            low = draw(st.integers(-5, 5))
            own = {"min_value": low, "max_value": low + draw(st.integers(1, 20))}
            return own | {"min_label": draw(lines), "max_label": draw(lines)}
        return {}

    def _limits(self, values: st.SearchStrategy[Any]) -> dict[str, Any]:
        low, high = self._maybe(values), self._maybe(values)
        if low is not None and high is not None:
            low, high = sorted((low, high))
        return {"min_value": low, "max_value": high}

    def _perhaps_today(self, limits: dict[str, Any]) -> dict[str, Any]:
        return limits | {"max_value": "today"} if self._flag() else limits

    def _options_or_set(self, *, exclusive: bool) -> tuple[tuple[Option, ...], str | None]:
        name = self._maybe(st.sampled_from(sorted(self._sets))) if self._sets else None
        return (self._sets[name], name) if name else (self._options(exclusive=exclusive), None)

    def _options(self, *, exclusive: bool) -> tuple[Option, ...]:
        chosen = self._draw(st.lists(codes, min_size=1, max_size=4, unique=True))
        return tuple(
            Option(code, self._draw(lines), exclusive and self._flag(), self._draw(systems)) for code in chosen
        )

    def _with_initial(self, item: Any) -> Any:
        if not self._flag():
            return item
        single = _single(item)
        if not item.repeats:
            values = (self._draw(single),)
        else:
            values = tuple(self._draw(st.lists(single, min_size=1, max_size=2, unique=isinstance(item, Choice))))
            options = item.options if isinstance(item, Choice) else ()
            if isinstance(item, Choice):
                values = tuple(option.code for option in options if option.code in values)
            if any(option.exclusive and option.code in values for option in options):
                values = values[:1]
        return replace(item, initial=values)


_shorts = lines.map(lambda text: text[:40].strip() or "x")


def _single(item: Item) -> st.SearchStrategy[Any]:
    """One value within the item's limits, as a definition writes it (`Initial`, and the operand of a condition)."""
    if isinstance(item, Choice):
        return st.sampled_from([option.code for option in item.options])
    if isinstance(item, Boolean):
        return st.booleans()
    if isinstance(item, Text | String):
        strategy = paragraphs if isinstance(item, Text) else lines
        return strategy.map(lambda text: text[: item.max_length].strip() or "x")
    if isinstance(item, Quantity):
        unit = st.sampled_from([unit.code for unit in item.units])
        return st.builds(Amount, _numbers_within(item), unit)
    if isinstance(item, Date | Time | DateTime):
        limits = [limit for limit in (item.min_value, item.max_value) if limit not in (None, "today")]
        return st.sampled_from(limits) if limits else _MOMENTS[item.type].map(_cut(item))
    return _numbers_within(item)


_MOMENTS = {"date": dates.map(datetime.date.isoformat), "time": times, "dateTime": moments}


def _cut(item: Date | Time | DateTime) -> Callable[[str], str]:
    length = {"day": 10, "month": 7, "year": 4}[item.precision] if isinstance(item, Date) else None
    return lambda text: text[:length]


def _numbers_within(item: Any) -> st.SearchStrategy[Number]:
    low, high = item.min_value, item.max_value
    if isinstance(item, Integer | Scale):
        return st.integers(-100 if low is None else low, 100 if high is None else high).map(Number)
    low = Number(-(10**6)) if low is None else low
    high = max(Number(10**6), low) if high is None else high
    return st.decimals(min(low, high), high, allow_nan=False, places=2)


@st.composite
def answers_to(draw: Draw, questionnaire: Questionnaire) -> Answers:
    """Draw what a patient could do with a questionnaire, conditions apart: answer, decline, leave blank, skip pages."""
    values: dict[str, Value] = {}
    declined: set[str] = set()
    for item in questionnaire.questions():
        _draw_answer(draw, item, values, declined)
    pages = [page.id for page in questionnaire.pages]
    reached = frozenset(draw(st.lists(st.sampled_from(pages), unique=True)))
    skipped = frozenset(page for page in reached if draw(st.integers(0, 4)) == 0)
    return Answers(values, frozenset(declined), reached, skipped)


def _draw_answer(draw: Draw, item: Item, values: dict[str, Value], declined: set[str]) -> None:
    kind = draw(st.sampled_from(["answered", "answered", "declined", "blank"]))
    if kind == "declined" and item.asks:
        declined.add(item.id)
    elif kind == "answered" and isinstance(item, Group):
        entries = tuple(filter(None, (_entry(draw, item) for _ in range(draw(st.integers(1, 2))))))
        if entries:
            values[item.id] = entries
    elif kind == "answered" and item.asks:
        values[item.id] = _value(draw, item)


def _entry(draw: Draw, group: Group) -> Entry | None:
    values: dict[str, Value] = {}
    declined: set[str] = set()
    for item in group.items:
        _draw_answer(draw, item, values, declined)
    return Entry(values, frozenset(declined)) if values or declined else None


def _value(draw: Draw, item: Item) -> Value:
    single = _single(item).map(lambda value: _as_answer(item, value))
    if isinstance(item, Choice) and item.other is not None and draw(st.booleans()):
        own = Other(draw(lines))
        return (own,) if item.repeats else own
    if not item.repeats:
        return draw(single)
    if not isinstance(item, Choice):
        return tuple(draw(st.lists(single, min_size=1, max_size=2)))
    chosen = set(draw(st.lists(single, min_size=1, max_size=3)))
    alone = [option.code for option in item.options if option.exclusive and option.code in chosen]
    return tuple(alone[:1] or [option.code for option in item.options if option.code in chosen])


def _as_answer(item: Item, value: Any) -> Any:
    if isinstance(item, Date):
        return PartialDate(*map(int, value.split("-")))
    if isinstance(item, Time):
        return datetime.time.fromisoformat(value)
    if isinstance(item, DateTime):
        return datetime.datetime.fromisoformat(value)
    return int(value) if isinstance(item, Integer | Scale) else value

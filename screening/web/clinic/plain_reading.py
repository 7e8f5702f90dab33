"""A questionnaire in plain reading: each item with how it is answered and when it is asked, in words."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from flask_babel import gettext as _

from screening.definition.conditions import describe
from screening.definition.model import (
    Amount,
    Boolean,
    Choice,
    Date,
    DateTime,
    Decimal,
    Grid,
    Group,
    Initial,
    Integer,
    Item,
    Option,
    Page,
    Quantity,
    Questionnaire,
    Scale,
    String,
    Text,
    Time,
)


@dataclass(frozen=True, slots=True)
class PlainItem:
    """An item as it is read: its number ("12", "12a"), what can be answered, and remarks, all in words.

    ``is_heading`` marks a group or grid over the questions that follow, ``is_under`` those.
    """

    item: Item
    number: str
    options: tuple[str, ...]
    remarks: tuple[str, ...]
    is_heading: bool
    is_under: bool


@dataclass(frozen=True, slots=True)
class PlainPage:
    """A page as it is read, with when it is asked, in words."""

    page: Page
    when: str
    items: tuple[PlainItem, ...]


def plain_pages(questionnaire: Questionnaire) -> Iterator[PlainPage]:
    """Yield the pages of a questionnaire as they are read."""
    labels = questionnaire.labels()
    for page in questionnaire.pages:
        items = [
            _plain_item(part, item, questionnaire, labels.get(part.id, ""))
            for item in page.items
            for part in (item, *item.children)
        ]
        yield PlainPage(page, describe(page.enable_when, questionnaire) if page.enable_when else "", tuple(items))


def _plain_item(item: Item, outer: Item, questionnaire: Questionnaire, number: str) -> PlainItem:
    is_row = isinstance(outer, Grid) and item is not outer
    remarks = [
        "" if is_row else _kind(item),
        _("looks back on: %(recall)s", recall=item.recall) if item.recall and not is_row else "",
        _("off until the clinic switches it on") if item.off_by_default else "",
        _("only if %(condition)s", condition=describe(item.enable_when, questionnaire)) if item.enable_when else "",
        _("asked once more if it is left blank") if item.required else "",
        _("filled in at first: %(value)s", value=_initial(item)) if item.initial else "",
        _("stands in full on the report’s first page") if item.glance else "",
    ]
    return PlainItem(
        item,
        number,
        () if is_row else _options(item),
        tuple(filter(None, remarks)),
        is_heading=isinstance(item, Group | Grid) and not item.repeats,
        is_under=item is not outer,
    )


def _options(item: Item) -> tuple[str, ...]:
    if isinstance(item, Quantity):
        return tuple(unit.text for unit in item.units)
    if not isinstance(item, Choice | Grid):
        return ()
    options = [_option(option) for option in item.options]
    other = item.other if isinstance(item, Choice) else None
    return (*options, *([_("%(option)s: own words", option=other)] if other else []))


def _option(option: Option) -> str:
    return str(_("%(option)s (alone)", option=option.text)) if option.exclusive else option.text


def _kind(item: Item) -> str:
    """Say how an item is answered."""
    match item:
        case Choice():
            return str(_("several answers") if item.repeats else _("one answer"))
        case Grid():
            return str(_("one answer in each row"))
        case Group():
            return _entries(item) if item.repeats else ""
        case _other:
            words = _single(item)
    if item.repeats:
        words = _("up to %(count)s times: %(kind)s", count=item.max_occurs, kind=words)
    return str(words)


def _entries(group: Group) -> str:
    if group.item_label:
        return str(
            _("up to %(count)s entries, each called “%(label)s”", count=group.max_occurs, label=group.item_label)
        )
    return str(_("up to %(count)s entries", count=group.max_occurs))


def _single(item: Item) -> str:
    match item:
        case Text():
            words = _("own words, up to %(count)s characters", count=item.max_length)
        case String():
            words = _("a few words, up to %(count)s characters", count=item.max_length)
        case Integer() | Decimal() | Quantity():
            words = _number(item)
        case Date() | Time() | DateTime():
            words = _moment(item)
        case Scale():
            words = _(
                "a number from %(low)s (%(low_label)s) to %(high)s (%(high_label)s)",
                low=item.min_value,
                low_label=item.min_label,
                high=item.max_value,
                high_label=item.max_label,
            )
        case _other:
            words = _("yes or no") if isinstance(item, Boolean) else ""
    return str(words)


def _number(item: Integer | Decimal | Quantity) -> str:
    words = [_("a whole number") if isinstance(item, Integer) else _("a number")]
    if item.min_value is not None:
        words.append(_("from %(limit)s", limit=item.min_value))
    if item.max_value is not None:
        words.append(_("up to %(limit)s", limit=item.max_value))
    if isinstance(item, Quantity):
        words.append(_("in a unit that the patient chooses"))
    elif item.unit:
        words.append(f"({item.unit})")
    return " ".join(words)


def _moment(item: Date | Time | DateTime) -> str:
    if isinstance(item, Time):
        words = [_("a time of day")]
    elif isinstance(item, DateTime):
        words = [_("a date with the time of day")]
    else:
        words = [{"day": _("a date"), "month": _("month and year"), "year": _("a year")}[item.precision]]
    for limit, pattern in ((item.min_value, _("from %(limit)s")), (item.max_value, _("up to %(limit)s"))):
        if limit is not None:
            words.append(pattern % {"limit": _("today") if limit == "today" else limit.replace("T", " ")})
    return " ".join(words)


def _initial(item: Item) -> str:
    return " · ".join(_initial_value(item, value) for value in item.initial)


def _initial_value(item: Item, value: Initial) -> str:
    if isinstance(value, bool):
        return str(_("Yes") if value else _("No"))
    if isinstance(value, Amount):
        unit = item.unit(value.unit) if isinstance(item, Quantity) else None
        return f"{value.value:f} {unit.text if unit else value.unit}"
    option = item.option(value) if isinstance(item, Choice) and isinstance(value, str) else None
    return option.text if option else str(value).replace("T", " ") if item.type == "dateTime" else str(value)

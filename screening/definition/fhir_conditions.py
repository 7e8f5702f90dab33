"""Conditions -> FHIR: flat ``enableWhen`` where it can say the same, else an SDC expression and our own form.

FHIR's ``!=`` holds where nothing was answered, ours does not; so it goes out as "exists and !=".
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Mapping
from decimal import Decimal as Number

from screening.definition.conditions import every, references, some
from screening.definition.fhir_terms import (
    CONDITION,
    ENABLE_WHEN_EXPRESSION,
    Json,
    extension,
    moment_from_fhir,
    moment_to_fhir,
    plain_number,
)
from screening.definition.model import (
    All,
    Any,
    Choice,
    Comparison,
    Condition,
    Date,
    DateTime,
    Decimal,
    Group,
    Item,
    Not,
    Operand,
    Operator,
    Option,
    Time,
)

Items = Callable[[str], Item | None]

_FLAT: Mapping[Operator, str] = {
    Operator.EQUALS: "=",
    Operator.NOT_EQUALS: "!=",
    Operator.GREATER_THAN: ">",
    Operator.AT_LEAST: ">=",
    Operator.LESS_THAN: "<",
    Operator.AT_MOST: "<=",
    Operator.ANSWERED: "exists",
}
_UNFLAT = {sign: operator for operator, sign in _FLAT.items()}


def condition_to_fhir(condition: Condition, item: Items, siblings: Collection[str] = ()) -> Json:
    """Return the keys that an item or group gets for its condition; ``item`` finds an item by id.

    ``siblings`` are the ids that stand in the same group that repeats, if the condition does: in an expression they
    mean those of the same entry, the variable `ENTRY`. (In enableWhen the nearest answer counts, which is just that.)
    """
    flat = _flat(condition, item)
    if flat is not None and from_flat(flat, _ids(condition, item)) == condition:
        return flat
    ours = extension(CONDITION, "String", json.dumps(condition_to_plain(condition), ensure_ascii=False))
    if flat is not None:
        return {"extension": [ours], **flat}
    expression = {"language": "text/fhirpath", "expression": _fhirpath(condition, item, siblings)}
    return {"extension": [extension(ENABLE_WHEN_EXPRESSION, "Expression", expression), ours]}


def _ids(condition: Condition, item: Items) -> Callable[[str], str]:
    """Return what finds the ids of the condition's items by their linkIds."""
    ids = {_link_id(comparison, item): comparison.item for comparison in references(condition)}
    return ids.__getitem__


def _link_id(comparison: Comparison, item: Items) -> str:
    found = item(comparison.item)
    return found.fhir_link_id if found else comparison.item


def condition_to_plain(condition: Condition) -> Json:
    """Return a condition as the YAML language writes it, as plain JSON."""
    if isinstance(condition, Comparison):
        return {condition.item: {condition.operator.value: _plain_operand(condition.operand)}}
    if isinstance(condition, Not):
        return {"not": condition_to_plain(condition.condition)}
    key = "all" if isinstance(condition, All) else "any"
    return {key: [condition_to_plain(part) for part in condition.conditions]}


def from_flat(flat: Mapping[str, object], id_of: Callable[[str], str] = str) -> Condition:
    """Return the condition that flat ``enableWhen`` entries say; the inverse of what is written here.

    ``id_of`` finds an item's id by its linkId.
    """
    entries = flat["enableWhen"]
    assert isinstance(entries, list)
    comparisons = [_from_entry(entry, id_of) for entry in entries]
    if flat.get("enableBehavior") == "any":
        return some(_join_equals(comparisons))
    return every(_join_not_equals(comparisons))


def _flat(condition: Condition, item: Items) -> Json | None:
    parts = condition.conditions if isinstance(condition, All | Any) else (condition,)
    entries: list[Json] = []
    for part in parts:
        if not isinstance(part, Comparison):
            return None
        if isinstance(item(part.item), Group):
            return None  # in FHIR a group has no answer that could exist
        several = isinstance(part.operand, tuple) and len(part.operand) > 1
        if isinstance(condition, All) and several:
            return None
        if isinstance(condition, Any) and part.operator is Operator.NOT_EQUALS:
            return None
        entries += _entries(part, item(part.item))
    if len(entries) == 1:
        return {"enableWhen": entries}
    either = isinstance(condition, Any) or (isinstance(condition, Comparison) and condition.operator is Operator.ONE_OF)
    return {"enableWhen": entries, "enableBehavior": "any" if either else "all"}


def _entries(comparison: Comparison, item: Item | None) -> list[Json]:
    def entry(operator: Operator, operand: Operand) -> Json:
        key, value = _answer(operand, item)
        link_id = item.fhir_link_id if item else comparison.item
        return {"question": link_id, "operator": _FLAT[operator], key: value}

    if isinstance(comparison.operand, tuple):
        return [entry(Operator.EQUALS, code) for code in comparison.operand]
    entries = [entry(comparison.operator, comparison.operand)]
    if comparison.operator is Operator.NOT_EQUALS:
        return [entry(Operator.ANSWERED, operand=True), *entries]
    return entries


def _answer(operand: Operand, item: Item | None) -> tuple[str, object]:
    if isinstance(operand, bool):
        return "answerBoolean", operand
    if isinstance(operand, Number):
        if isinstance(item, Decimal):
            return "answerDecimal", plain_number(operand)
        return "answerInteger", int(operand)
    if isinstance(item, Date):
        return "answerDate", operand
    if isinstance(item, Time | DateTime):
        return ("answerTime" if isinstance(item, Time) else "answerDateTime"), moment_to_fhir(str(operand))
    option = item.option(str(operand)) if isinstance(item, Choice) else None
    return "answerCoding", option_to_coding(option) if option else {"code": operand}


def option_to_coding(option: Option) -> Json:
    """Return an option, or a unit, as a FHIR Coding."""
    system = {"system": option.system} if option.system else {}
    return {**system, "code": option.code, "display": option.text}


def _from_entry(entry: Mapping[str, object], id_of: Callable[[str], str]) -> Comparison:
    key = next(key for key in entry if key.startswith("answer"))
    raw = entry[key]
    operand: Operand
    if isinstance(raw, dict):
        operand = str(raw["code"])
    elif isinstance(raw, int | float) and not isinstance(raw, bool):
        operand = Number(str(raw))
    else:
        assert isinstance(raw, str | bool)
        operand = moment_from_fhir(raw) if key in ("answerTime", "answerDateTime") else raw  # type: ignore[arg-type]  # there it is text
    return Comparison(id_of(str(entry["question"])), _UNFLAT[str(entry["operator"])], operand)


def _join_equals(comparisons: list[Comparison]) -> list[Condition]:
    """Read runs of "=" on one choice as ``one_of``."""
    joined: list[Comparison] = []
    for comparison in comparisons:
        last = joined[-1] if joined else None
        if (
            last is not None
            and last.item == comparison.item
            and comparison.operator is Operator.EQUALS
            and last.operator in (Operator.EQUALS, Operator.ONE_OF)
            and isinstance(comparison.operand, str)
        ):
            first = last.operand if isinstance(last.operand, tuple) else (str(last.operand),)
            joined[-1] = Comparison(last.item, Operator.ONE_OF, (*first, comparison.operand))
        else:
            joined.append(comparison)
    return list(joined)


def _join_not_equals(comparisons: list[Comparison]) -> list[Condition]:
    """Read "exists" followed by "!=" on the same item as ``not_equals``."""
    joined: list[Condition] = []
    for comparison in comparisons:
        exists = Comparison(comparison.item, Operator.ANSWERED, operand=True)
        if comparison.operator is Operator.NOT_EQUALS and joined and joined[-1] == exists:
            joined.pop()
        joined.append(comparison)
    return joined


ENTRY = "entry"
"""The variable that holds the entry of a group that repeats, for expressions inside it."""


def _fhirpath(condition: Condition, item: Items, siblings: Collection[str]) -> str:
    if isinstance(condition, Comparison):
        return _fhirpath_comparison(condition, item, siblings)
    if isinstance(condition, Not):
        return f"({_fhirpath(condition.condition, item, siblings)}).not()"
    word = " and " if isinstance(condition, All) else " or "
    return word.join(f"({_fhirpath(part, item, siblings)})" for part in condition.conditions)


def _fhirpath_comparison(comparison: Comparison, find: Items, siblings: Collection[str]) -> str:
    item, operator, operand = find(comparison.item), comparison.operator, comparison.operand
    whole = f"%{ENTRY}" if comparison.item in siblings else "%resource"
    found = f"{whole}.descendants().where(linkId={_quoted(_link_id(comparison, find))})"
    answer = f"{found}.item" if isinstance(item, Group) else f"{found}.answer.value"
    if operator is Operator.ANSWERED:
        return f"{answer}.exists()" if operand is True else f"{answer}.exists().not()"
    if isinstance(operand, tuple):
        among = " or ".join(f"code = '{code}'" for code in operand)
        return f"{answer}.where({among}).exists()"
    path = _fhirpath_value(item, operand)
    literal = _literal(operand, item)
    if operator is Operator.NOT_EQUALS:
        return f"{answer}.exists() and {answer}.where({path} = {literal}).exists().not()"
    return f"{answer}.where({path} {_FLAT[operator]} {literal}).exists()"


def _fhirpath_value(item: Item | None, operand: Operand) -> str:
    if isinstance(item, Choice):
        return "code"
    if isinstance(item, Time | DateTime):
        # As texts, which compare in order, since a zone stands in the answer and none in the operand.
        return f"toString().substring(0, {len(str(operand))})"
    return "$this"


def _literal(operand: Operand, item: Item | None) -> str:
    if isinstance(operand, bool):
        return "true" if operand else "false"
    if isinstance(operand, Number):
        return f"{operand:f}"
    if isinstance(item, Date):
        return f"@{operand}"
    return _quoted(str(operand))


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace("'", "\\'")
    return f"'{escaped}'"


def _plain_operand(operand: Operand) -> object:
    if isinstance(operand, tuple):
        return list(operand)
    return plain_number(operand) if isinstance(operand, Number) else operand

"""Reading a condition, each operand as what the earlier item's type calls for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from screening.definition.conditions import every, some
from screening.definition.model import (
    Boolean,
    Choice,
    Comparison,
    Condition,
    Date,
    DateTime,
    Decimal,
    Group,
    Integer,
    Item,
    Not,
    Operand,
    Operator,
    Quantity,
    Scale,
    String,
    Text,
    Time,
)
from screening.definition.nodes import Map, Node, Scalar, Sequence
from screening.definition.problems import Mark, listed, nearest, shown
from screening.definition.reader import Reader

COMBINATORS = ("all", "any", "not")
"""Words that stand where an item's id may stand in a condition; no item may be called so."""

_EQUALITY = (Operator.EQUALS, Operator.NOT_EQUALS)
_ORDER = (Operator.GREATER_THAN, Operator.AT_LEAST, Operator.LESS_THAN, Operator.AT_MOST)

OPERATORS: Mapping[type[Item], tuple[Operator, ...]] = {
    Choice: (*_EQUALITY, Operator.ONE_OF, Operator.ANSWERED),
    Boolean: (*_EQUALITY, Operator.ANSWERED),
    Integer: (*_EQUALITY, *_ORDER, Operator.ANSWERED),
    Decimal: (*_EQUALITY, *_ORDER, Operator.ANSWERED),
    Scale: (*_EQUALITY, *_ORDER, Operator.ANSWERED),
    Date: (*_EQUALITY, *_ORDER, Operator.ANSWERED),
    Time: (*_EQUALITY, *_ORDER, Operator.ANSWERED),
    DateTime: (*_EQUALITY, *_ORDER, Operator.ANSWERED),
    Quantity: (Operator.ANSWERED,),
    String: (Operator.ANSWERED,),
    Text: (Operator.ANSWERED,),
    Group: (Operator.ANSWERED,),
}
"""Item type -> how it can be compared.

The patient's own words are never compared, only given or not; nor are amounts, because their units differ. Of a group
only one that repeats can be looked at.
"""


@dataclass(slots=True)
class Earlier:
    """What a condition may look at: the items read so far, by id; ``lines``: every id of the file -> its line.

    ``unreadable`` are earlier items with a mistake of their own, of which nothing more is said. ``enclosed``: items in
    a group that repeats, which only their own siblings can look at -> the group.
    """

    items: dict[str, Item] = field(default_factory=dict)
    unreadable: set[str] = field(default_factory=set)
    lines: dict[str, int] = field(default_factory=dict)
    enclosed: dict[str, str] = field(default_factory=dict)

    def close(self, group: Group) -> None:
        """Take what stands in a group that repeats out of view: from here on it is answered many times or never."""
        for item in group.items:
            self.items.pop(item.id, None)
            self.enclosed[item.id] = group.id


def read_condition(reader: Reader, node: Node, earlier: Earlier) -> Condition | None:
    """Read a condition; None after noting what is wrong."""
    conditions = reader.map(node, "a condition")
    if conditions is None:
        return None
    if not conditions.entries:
        reader.error(node.mark, "a condition is empty; write for instance {some_item: {equals: yes}}", "condition")
        return None
    parts = []
    for key, (scalar, value) in conditions.entries.items():
        if key in ("all", "any"):
            parts.append(_combined(reader, key, value, earlier))
        elif key == "not":
            part = read_condition(reader, value, earlier)
            parts.append(Not(part) if part else None)
        else:
            parts.append(_comparisons(reader, key, scalar.mark, value, earlier))
    whole = [part for part in parts if part is not None]
    return every(whole) if len(whole) == len(parts) else None


def _combined(reader: Reader, key: str, node: Node, earlier: Earlier) -> Condition | None:
    if not isinstance(node, Sequence) or not node.nodes:
        reader.error(node.mark, f"`{key}` takes a list of conditions, each starting with `- `", "condition")
        return None
    parts = [read_condition(reader, part, earlier) for part in node.nodes]
    whole = [part for part in parts if part is not None]
    if len(whole) < len(parts):
        return None
    return every(whole) if key == "all" else some(whole)


def _comparisons(reader: Reader, item_id: str, mark: Mark, node: Node, earlier: Earlier) -> Condition | None:
    item = earlier.items.get(item_id)
    if item is None:
        if item_id not in earlier.unreadable:
            reader.error(mark, _missing(item_id, earlier), "reference")
        return None
    operators = OPERATORS.get(type(item), ())
    if not item.asks:
        what = "a heading; look at a question under it" if item.children else "information text"
        message = f"{item_id} is {what}; it has no answer that a condition could look at"
        reader.error(mark, message, "reference")
        return None
    if not isinstance(node, Map) or not node.entries:
        right = f"{item_id}: {{{operators[0]}: …}}"
        reader.error(node.mark, f"say how {item_id} is compared, for instance {{{right}}}", "condition")
        return None
    parts: list[Condition | None] = []
    for word, (scalar, value) in node.entries.items():
        operator = next((known for known in operators if known == word), None)
        if operator is None:
            message = f"a {item.type} item like {item_id} is compared by {listed(operators)}; not by {shown(word)}."
            reader.error(scalar.mark, message + nearest(word, operators), "operator")
            parts.append(None)
            continue
        operand = _operand(reader, item, operator, value)
        parts.append(None if operand is None else Comparison(item_id, operator, operand))
    whole = [part for part in parts if part is not None]
    return every(whole) if len(whole) == len(parts) else None


def _operand(reader: Reader, item: Item, operator: Operator, node: Node) -> Operand | None:
    what = f"the value that {item.id} is compared with"
    if operator is Operator.ANSWERED:
        return reader.flag(node, "`answered`")
    if isinstance(item, Choice):
        return _codes(reader, item, node) if operator is Operator.ONE_OF else _code(reader, item, node)
    if isinstance(item, Boolean):
        return reader.flag(node, what)
    if isinstance(item, Date):
        return reader.date(node, what)
    if isinstance(item, Time):
        return reader.time(node, what)
    if isinstance(item, DateTime):
        is_exact = isinstance(node, Scalar) and "T" in node.value
        return reader.date_time(node, what) if is_exact else reader.date(node, what)
    number = reader.number(node, what)
    if number is None:
        return None
    if not isinstance(item, Decimal) and number % 1:
        reader.error(node.mark, f"{item.id} takes whole numbers; {number} is none", "operand")
        return None
    low, high = getattr(item, "min_value", None), getattr(item, "max_value", None)
    if (low is not None and number < low) or (high is not None and number > high):
        limits = (
            f"from {low} to {high}"
            if None not in (low, high)
            else f"{low} or more"
            if high is None
            else f"{high} or less"
        )
        reader.error(node.mark, f"{item.id} takes numbers {limits}; {number} is never given", "operand")
        return None
    return number


def _code(reader: Reader, item: Choice, node: Node) -> str | None:
    code = reader.text(node, f"an option of {item.id}")
    if code is None or item.option(code):
        return code
    codes = [option.code for option in item.options]
    by_text = next((option.code for option in item.options if option.text.casefold() == code.casefold()), None)
    hint = f" Write the code {by_text}." if by_text else nearest(code, codes)
    reader.error(
        node.mark, f"{shown(code)} is no option of {item.id}; its codes are {listed(codes, 'and')}.{hint}", "operand"
    )
    return None


def _codes(reader: Reader, item: Choice, node: Node) -> tuple[str, ...] | None:
    if not isinstance(node, Sequence) or not node.nodes:
        reader.error(node.mark, "`one_of` takes a list of option codes, like [most, every]", "operand")
        return None
    codes = [_code(reader, item, part) for part in node.nodes]
    whole = tuple(code for code in codes if code is not None)
    if len(set(whole)) < len(whole):
        reader.error(node.mark, "`one_of` names an option twice", "operand")
        return None
    return whole if len(whole) == len(codes) else None


def _missing(item_id: str, earlier: Earlier) -> str:
    if item_id in earlier.enclosed:
        group = earlier.enclosed[item_id]
        return (
            f"{item_id} is answered once for each entry of {group}; from outside a condition can only look at {group} "
            f"itself, as {{{group}: {{answered: yes}}}}"
        )
    if item_id in earlier.lines:
        return (
            f"{item_id} is asked later (line {earlier.lines[item_id]}); a condition may look only at earlier items, so "
            "put that question first"
        )
    return f"there is no item {shown(item_id)} before this place.{nearest(item_id, earlier.items)}"

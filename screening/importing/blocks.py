"""The items of a FHIR form as blocks: items of ours, and sections that `screening.importing.pages` lays out."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import TypeAlias

from screening.definition import fhir_terms as terms
from screening.definition.conditions import every, references
from screening.definition.item_keys import MAX_OCCURS, MAX_SHORT
from screening.definition.model import (
    Choice,
    Comparison,
    Condition,
    Display,
    Grid,
    Group,
    Item,
    Operator,
    SimpleItem,
)
from screening.definition.reader import MAX_LINE, MAX_PARAGRAPHS
from screening.importing import plain_text
from screening.importing.comparisons import Target, Targets
from screening.importing.conditions import Conditions
from screening.importing.fhir_elements import answer_of, maps_of, text_of
from screening.importing.fhir_tree import Part
from screening.importing.form import Form, LeftOutError, occurs
from screening.importing.lost import lose_extensions
from screening.importing.options import given_of
from screening.importing.questions import Keys, import_question, own_marks
from screening.importing.wording import Beside, beside, help_of, question_words

_TABLES = ("table", "htable", "gtable", "atable")
_NO_ANSWER = "it has no answer of its own"
_USED_ONLY_TO_SHOW = ("display", "display-non-empty")


@dataclass(slots=True)
class Section:
    """A group of the form that does not repeat: a page, or a part of one. ``words`` are those that belong to it."""

    part: Part
    id: str
    link_id: str | None
    words: Beside
    help: str | None
    condition: Condition | None
    blocks: list[Block] = field(default_factory=list)
    is_named: bool = False
    """Whether a page or item has its id already."""

    @property
    def title(self) -> str:
        """Return the heading, "" if there is none."""
        return plain_text.line(self.part.text)

    @property
    def is_topic(self) -> bool:
        """Whether it can make a page of its own: not where it stands under a question."""
        return self.part.parent is None or self.part.parent.type == "group"


Block: TypeAlias = Item | Section


class Blocks:
    """Turns parts into blocks, in form order, because conditions look back."""

    def __init__(self, form: Form, targets: Targets, conditions: Conditions) -> None:
        self._form = form
        self._targets = targets
        self._conditions = conditions

    def of(self, parts: Iterable[Part], entry: Part | None = None) -> list[Block]:
        """Return the blocks of these parts; ``entry`` is the group that repeats around them."""
        return [block for part in parts for block in self._of_part(part, entry)]

    def _of_part(self, part: Part, entry: Part | None) -> list[Block]:
        try:
            if part.link_id in self._form.left_out:
                raise LeftOutError(self._form.left_out[part.link_id])
            _check_is_asked(part, self._form)
            lose_extensions(self._form, part)
            condition = self._conditions.of(part)
            if part.type == "group":
                return self._group(part, condition, entry)
            if part.type == "display":
                return self._display(part, condition)
            return self._question(part, condition, entry)
        except LeftOutError as why:
            inner = sum(child.type not in ("group", "display") for child in part.walk()) - (part.type != "group")
            also = f"; and with it {inner} question{'s' if inner > 1 else ''} in it" if inner > 0 else ""
            self._form.lose(part, f"it is left out: {why}{also}")
            self._targets.leave_out(part, str(why))
            return [self._shown_value(part)] if isinstance(why, _OnlyShownError) else []

    def _question(self, part: Part, condition: Condition | None, entry: Part | None) -> list[Block]:
        words = beside(part)
        asked = import_question(self._form, part, words)
        item = replace(asked.item, enable_when=condition)
        self._targets.add(Target(part, item, asked.offered, entry=entry))
        if words.rest and item.repeats:
            self._form.lose(part, "what stands under it is asked once, not for each of its answers")
        answered = Comparison(item.id, Operator.ANSWERED, operand=True)
        return [item, *(_after(block, answered, item.id) for block in self.of(words.rest, entry))]

    def _display(self, part: Part, condition: Condition | None) -> list[Block]:
        self._targets.add(Target(part, why=_NO_ANSWER))
        inner = self.of(part.children)
        if not part.text:
            return inner
        name, link_id = self._form.names.of_part(part.link_id, part.text, part.extensions.text(terms.ITEM_ID))
        text, rest = plain_text.split_at_sentence(part.text, MAX_PARAGRAPHS)
        shown: list[Block] = [Display(id=name, link_id=link_id, text=text, enable_when=condition, **own_marks(part))]
        while rest:
            text, rest = plain_text.split_at_sentence(rest, MAX_PARAGRAPHS)
            shown.append(Display(id=self._form.names.new(f"{name}_more"), text=text, enable_when=condition))
        return [*shown, *inner]

    def _shown_value(self, part: Part) -> Item:
        """Return a question that can't be answered, but has a value, as information text."""
        name = self._form.names.new(part.text or "value")
        return Display(id=name, text=plain_text.cut_at_word(f"{part.text}: {_fixed_value(part)}", MAX_PARAGRAPHS))

    def _group(self, part: Part, condition: Condition | None, entry: Part | None) -> list[Block]:
        self._targets.add(Target(part, why=_NO_ANSWER))
        words = beside(part)
        keys = occurs(self._form, part, MAX_OCCURS[-1])
        if keys and entry is None:
            return [self._repeated(part, words, condition, keys)]
        if keys:
            self._form.lose(part, "it repeats within entries that repeat; here it is asked once in each of them")
        if self._form.is_foreign and part.element.get("required") is True:
            self._form.lose(part, "that it is required as a whole")
        name, link_id = self._form.names.of_part(part.link_id, part.text, part.extensions.text(terms.ITEM_ID))
        help_text = help_of(words, part, self._form.losses)
        if len(part.text) + len(help_text or "") > MAX_PARAGRAPHS:
            raise part.refuse(f"its heading has {len(part.text):,} characters; at most {MAX_PARAGRAPHS:,} can be shown")
        section = Section(part, name, link_id, words, help_text, condition)
        section.blocks = self.of(words.rest, entry)
        if not section.blocks:
            return []
        is_table = part.extensions.flag(terms.GRID) or not part.controls.isdisjoint(_TABLES)
        if is_table and entry is None:
            grid = _grid(section)
            return [section] if grid is None else [grid]
        return [section]

    def _repeated(self, part: Part, words: Beside, condition: Condition | None, keys: Keys) -> Group:
        """Return a group that repeats; groups in it give their questions to it."""
        form = self._form
        said = question_words(part, words.words.get("help", []), form.losses, is_foreign=form.is_foreign)
        name, link_id = form.names.of_part(part.link_id, said.text, part.extensions.text(terms.ITEM_ID))
        required = part.element.get("required") is True
        if required and form.is_foreign:
            form.lose(part, "it is required there; here it is asked once more if left blank, and can be declined")
        items = flattened(self.of(words.rest, part))
        if not any(item.asks for item in items):
            raise LeftOutError("no question in it can be asked")
        label = plain_text.line(part.extensions.text(terms.ITEM_LABEL))
        return Group(
            id=name, link_id=link_id, text=said.text, short=said.short, help=said.help, required=required,
            glance=part.extensions.flag(terms.GLANCE), enable_when=condition, items=items,
            item_label=label[:MAX_SHORT] or None, **own_marks(part), **keys,
        )  # fmt: skip


class _OnlyShownError(LeftOutError):
    """A question whose value can only be looked at."""


def _check_is_asked(part: Part, form: Form) -> None:
    """Raise LeftOutError where the form does not ask the item of a person."""
    extensions = part.extensions
    if "subQuestionnaire" in extensions:
        raise part.refuse("it stands for another questionnaire (subQuestionnaire); assemble the form before the import")
    if _must_be_asked(part, form):
        form.lose(part, "software fills it in there, unseen; here it is asked, since a condition looks at it")
        return
    if extensions.flag("hidden"):
        raise LeftOutError("it is hidden")
    if extensions.text("usageMode") in _USED_ONLY_TO_SHOW:
        raise LeftOutError("it is only for looking at answers (usageMode)")
    if part.type in ("group", "display"):
        return
    if "calculatedExpression" in extensions:
        raise LeftOutError("software calculates it (calculatedExpression)")
    if part.element.get("readOnly") is True:
        if _fixed_value(part):
            raise _OnlyShownError("it is read-only; its value is shown as text")
        raise LeftOutError("it is read-only, and filled in by software")


def _must_be_asked(part: Part, form: Form) -> bool:
    """Tell whether a question that software fills in from a record must be asked, for conditions to be kept exactly.

    Not if it is calculated, or has its value from the form: then nobody could answer it as it was meant.
    """
    is_unseen = part.extensions.flag("hidden") or part.element.get("readOnly") is True
    if not is_unseen or part.type in ("group", "display") or part.link_id not in form.looked_at:
        return False
    return "calculatedExpression" not in part.extensions and not maps_of(part.element, "initial")


def _fixed_value(part: Part) -> str:
    """Return the first value of a question, in words."""
    if "initialExpression" in part.extensions:
        return ""
    chosen = [entry for entry in maps_of(part.element, "answerOption") if entry.get("initialSelected") is True]
    for entry in (*maps_of(part.element, "initial"), *chosen):
        kind, value = answer_of(entry, "value")
        if kind == "Quantity" and isinstance(value, dict):
            return f"{value.get('value', '')} {text_of(value, 'unit')}".strip()
        given = given_of(kind, value)
        if given is not None and not isinstance(given.value, bool):
            return plain_text.paragraphs(given.display or str(given.value))
    return ""


def _after(block: Block, answered: Condition, item_id: str) -> Block:
    """Return what stands under a question: it waits for an answer, unless its own condition looks at that."""
    own = block.condition if isinstance(block, Section) else block.enable_when
    if own is not None and any(comparison.item == item_id for comparison in references(own)):
        return block
    return with_condition(block, answered)


def with_condition(block: Block, condition: Condition | None) -> Block:
    """Return the block with one more condition, which comes first."""
    own = block.condition if isinstance(block, Section) else block.enable_when
    both = [part for part in (condition, own) if part is not None]
    if condition is None or (own is not None and condition == own):
        return block
    if isinstance(block, Section):
        block.condition = every(both)
        return block
    return replace(block, enable_when=every(both))


def flattened(blocks: Iterable[Block], condition: Condition | None = None) -> tuple[SimpleItem, ...]:
    """Return the questions of blocks one after the other; headings become information texts."""
    items: list[SimpleItem] = []
    for block in blocks:
        if isinstance(block, Section):
            both = [part for part in (condition, block.condition) if part is not None]
            inner = every(both) if both else None
            if block.title:
                text = "\n\n".join(filter(None, [block.title, block.help]))
                items.append(Display(id=block.id, link_id=block.link_id, text=text[:MAX_PARAGRAPHS], enable_when=inner))
            items += flattened(block.blocks, inner)
        else:
            item = with_condition(block, condition)
            assert not isinstance(item, Group | Grid | Section)
            items.append(item)
    return tuple(items)


def _grid(section: Section) -> Grid | None:
    """Return a table of choices with the same options as a grid; None if it is something else."""
    rows = [block for block in section.blocks if isinstance(block, Choice)]
    if not rows or len(rows) < len(section.blocks) or not section.title or len(section.title) > MAX_LINE:
        return None
    first = rows[0]
    if any((row.options, row.option_set) != (first.options, first.option_set) or _is_no_row(row) for row in rows):
        return None
    part, recall = section.part, section.words.first("recall")
    return Grid(
        id=section.id, link_id=section.link_id, text=section.title, help=section.help, recall=recall,
        enable_when=section.condition, options=first.options, option_set=first.option_set,
        items=tuple(replace(row, recall=recall) for row in rows), **own_marks(part),
    )  # fmt: skip


def _is_no_row(row: Choice) -> bool:
    return bool(row.repeats or row.other or row.help or row.recall or row.enable_when or row.off_by_default)

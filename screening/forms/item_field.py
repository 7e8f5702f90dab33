"""What the fields of all item types have in common: a WTForms field over one item, checked against its limits.

A field reads several inputs where a question has several (a date's parts, "other", "prefer not to say") and keeps them
as typed. The limits themselves are in `screening.answer_values`. There are no widgets: templates/fields/<type>.html
draws a field. Inputs are named by the question's number, never by its id, because the address bar shows ``#q12``.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Literal

from werkzeug.datastructures import MultiDict
from wtforms import Field, ValidationError
from wtforms.utils import unset_value

from screening.answer_values import DECLINED, AnswerError, Plain, dump_value, is_declined, parse_value
from screening.definition.model import Item
from screening.forms import messages


def initial_of(item: Item) -> Plain:
    """Return what an item's field holds when it is first shown, in plain form; None for nothing."""
    values = [dump_value(value) for value in item.initial]
    return values if item.repeats and values else next(iter(values), None)


class ItemField(Field):
    """One question. ``data`` is the answer in its plain form once it is valid; None if it is blank or declined.

    ``number`` is the question's number, 0 for information text. ``recall`` is the time that the question looks back
    on, "" for none. ``is_follow_up`` says that an answer on the same page has just brought the question up. ``title``
    is what an error summary calls the question. ``size`` is that of its text: "s" under a heading. ``can_decline``:
    "prefer not to say" stands with it. ``shows_number``: the question's number stands before it, as it does on paper.
    """

    is_follow_up = False
    shows_number = False
    size: Literal["m", "s"] = "m"
    can_decline = True

    def __init__(self, item: Item, number: int, recall: str = "", **kwargs: Any) -> None:
        super().__init__(label=item.text, **kwargs)
        self.item = item
        self.number = number
        self.recall = recall
        self.title = item.text
        self.declined = False
        self.data: Plain = None

    @property
    def template(self) -> str:
        """Return the name of the template that draws the field."""
        return self.item.type

    @property
    def anchor(self) -> str:
        """Return the id of the question's first input, which links lead to."""
        return str(self.id)

    @property
    def has_errors(self) -> bool:
        """Whether something is wrong with what was posted."""
        return bool(self.errors)

    @property
    def is_blank(self) -> bool:
        """Whether the question was neither answered nor declined."""
        return not self.declined and self.typed() is None

    @property
    def described_by(self) -> str:
        """Return the ids of what describes the question, for ``aria-describedby``; "" for none."""
        parts = (*self.descriptions(), *(["error"] if self.has_errors else []))
        return " ".join(f"{self.id}-{part}" for part in parts)

    def mistakes(self) -> Iterator[ItemField]:
        """Yield the field if there is something to mend; of a field that holds others, those of them too."""
        if self.errors:
            yield self

    def left_blank(self) -> Iterator[ItemField]:
        """Yield the field if it is ``required`` and blank; of a field that holds others, those of them too."""
        if self.item.required and not self.errors and self.is_blank:
            yield self

    def descriptions(self) -> Sequence[str]:
        """Return the parts of the question that describe it: ``hint`` where there is one."""
        return ["hint"] if self.item.help else []

    @property
    def answer(self) -> Plain:
        """Return what was answered, in plain form: a value, `DECLINED`, or None if it was left blank."""
        return dict(DECLINED) if self.declined else self.data

    def process(self, formdata: Any, data: Any = unset_value, extra_filters: Any = None) -> None:
        """Take what was posted, or else the stored answer ``data`` in plain form."""
        self.process_errors = []
        if formdata is not None:
            self.read(formdata)
        elif data is not unset_value and data is not None:
            self.declined = is_declined(data)
            if not self.declined:
                self.fill(data)

    def read(self, posted: MultiDict[str, str]) -> None:
        """Take the question's inputs from a posted form, as they are."""
        raise NotImplementedError

    def fill(self, answer: Any) -> None:
        """Take a stored answer in plain form."""
        raise NotImplementedError

    def typed(self) -> Plain:
        """Return what was posted in plain form, unchecked; None for nothing. ValidationError if it is unclear."""
        raise NotImplementedError

    def typed_text(self) -> str:
        """Return the free text that was typed, as it is; "" for none."""
        return ""

    def pre_validate(self, form: Any) -> None:
        """Hold the answer against its item; ValidationError says what would be right."""
        self.data = None
        plain = self.typed()
        if self.declined and plain is not None:
            raise ValidationError(self._declined_and_answered())
        if plain is None:
            return
        try:
            self.data = dump_value(parse_value(self.item, plain, today=self.meta.today))
        except AnswerError as error:
            text = messages.tell(self, self.item, error, self.typed_text(), self.meta.locale)
            raise ValidationError(text) from None

    def _declined_and_answered(self) -> str:
        return self.gettext(
            "You gave an answer and also ticked “Prefer not to say”. Please keep one of them. Nothing is lost."
        )
